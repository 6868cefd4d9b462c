"""Sentences and short paragraphs in five languages, written for the demo."""

from __future__ import annotations

from random import Random

GERMAN = (
    "Am Rand unserer kleinen Stadt liegt eine alte Mühle, die seit hundert Jahren kein Korn mehr gemahlen hat. "
    "Die Nachbarn haben sie im letzten Sommer gemeinsam repariert und nutzen sie jetzt als Treffpunkt für Feste.",
    "Wer im Herbst Pilze sammeln möchte, sollte früh aufstehen und einen Korb statt einer Tüte mitnehmen. In der Tüte "
    "werden die Pilze schnell weich, und am Abend kann man sie kaum noch putzen oder gar kochen.",
    "Mein Großvater hat jeden Morgen die Zeitung gelesen und danach das Kreuzworträtsel gelöst. Wenn ihm ein Wort "
    "fehlte, rief er meine Großmutter, die fast immer eine Antwort wusste und darüber lachen musste.",
    "Die neue Buslinie fährt seit Montag alle zwanzig Minuten vom Bahnhof bis zum Krankenhaus. Viele Fahrgäste freuen "
    "sich darüber, aber einige klagen, dass die letzte Verbindung am Abend viel zu früh abfährt.",
    "Für einen guten Teig braucht man nur Mehl, Wasser, Salz und etwas Geduld. Man knetet ihn kräftig, deckt ihn mit "
    "einem Tuch zu und lässt ihn über Nacht an einem warmen Ort ruhen, bis er sich verdoppelt hat.",
    "Im Garten hinter dem Haus wachsen Bohnen, Tomaten und drei verschiedene Sorten Salat. Die Schnecken mögen den "
    "Salat leider genauso gern wie wir, deshalb gehen die Kinder abends mit der Taschenlampe auf die Suche.",
    "Der Chor probt jeden Donnerstag in der Aula der Grundschule und sucht noch zwei tiefe Stimmen. Noten lesen muss "
    "niemand können, denn die meisten von uns haben die Lieder einfach durch Zuhören gelernt.",
    "Nach dem langen Regen war der Weg am Fluss so matschig, dass wir umkehren mussten. Im Gasthaus bekamen wir "
    "trockene Socken, heiße Suppe und eine lange Geschichte über das große Hochwasser erzählt.",
)
FRENCH = (
    "Le marché du samedi commence avant le lever du soleil, quand les camions arrivent de la campagne. Les vendeurs "
    "installent leurs tables en silence, puis tout le monde boit un café avant que les premiers clients arrivent.",
    "Ma voisine apprend à jouer de l'accordéon depuis trois mois et toute la rue connaît déjà sa chanson préférée. "
    "Elle s'excuse souvent du bruit, mais nous laissons nos fenêtres ouvertes pour l'écouter le soir.",
    "Pour réparer une vieille chaise, il faut d'abord enlever la colle sèche et poncer le bois avec patience. On remet "
    "ensuite chaque pied à sa place, on serre bien et on attend deux jours avant de s'asseoir.",
    "Le petit train qui monte vers le village ne roule plus en hiver à cause de la neige. Les habitants font alors "
    "leurs courses une fois par semaine et partagent la seule voiture qui possède de bons pneus.",
    "Hier, les élèves ont planté douze arbres derrière l'école avec l'aide de leurs parents. Chaque arbre porte le nom "
    "d'un enfant, qui devra lui donner de l'eau pendant les mois les plus chauds de l'année.",
    "Nous avons passé la journée au bord de la mer, malgré le vent et quelques gouttes de pluie. Les enfants ont "
    "construit un château, et mon frère a retrouvé ses lunettes dans le sable au dernier moment.",
    "La bibliothèque du quartier prête maintenant des outils de jardin en plus des livres. On peut garder une pelle ou "
    "un râteau pendant deux semaines, à condition de les rendre propres et bien secs.",
    "Dans cette recette, le plus important est de ne jamais laisser bouillir le lait. On le chauffe doucement, on "
    "ajoute les œufs battus avec le sucre et on remue sans cesse avec une cuillère en bois.",
)
SPANISH = (
    "En la plaza del pueblo hay un reloj que siempre marca las cinco y cuarto, porque nadie ha sabido arreglarlo. Los "
    "vecinos ya están acostumbrados y bromean diciendo que aquí siempre es la hora de la merienda.",
    "Mi hermana trabaja en una panadería y se levanta todos los días a las tres de la mañana. Cuando vuelve a casa, el "
    "olor del pan recién hecho llena la cocina y nos despierta a todos con mucha hambre.",
    "El camino que sube hasta la ermita es corto pero muy empinado, así que conviene llevar agua y un sombrero. Desde "
    "arriba se ve todo el valle, y en los días claros también se puede ver el mar a lo lejos.",
    "Los pescadores salieron anoche con mal tiempo y volvieron esta mañana sin haber encontrado casi nada. Dicen que "
    "el agua está demasiado caliente este año y que los peces se han marchado hacia el norte.",
    "Para cuidar bien una planta de interior no hace falta regarla todos los días, sino mirar la tierra con atención. "
    "Si está seca, se le da agua; si todavía está húmeda, es mejor esperar hasta la semana siguiente.",
    "El equipo de la escuela perdió el partido, pero los niños salieron contentos porque por fin marcaron un gol. La "
    "entrenadora les prometió un helado a todos y dijo que el próximo domingo jugarán mejor.",
    "Antes de pintar la pared hay que limpiarla bien y tapar los agujeros pequeños con un poco de masilla. Después se "
    "deja secar durante una noche entera, y al día siguiente se da la primera mano de pintura.",
    "Mi abuelo guardaba las cartas en una caja de madera que él mismo había hecho cuando era joven. Nunca nos dejó "
    "leerlas, pero algunas tardes nos contaba historias de los amigos que se las habían escrito.",
)
ITALIAN = (
    "La bottega del calzolaio si trova in fondo alla strada, accanto alla fontana dove i ragazzi giocano ogni "
    "pomeriggio. Lui ripara le scarpe di tutto il quartiere e conosce per nome ogni persona che passa davanti.",
    "Quando arriva l'estate, la nonna prepara la salsa di pomodoro per tutta la famiglia e nessuno può restare a "
    "guardare. C'è chi lava i pomodori, chi li taglia e chi riempie le bottiglie fino a tarda sera.",
    "Il traghetto per l'isola parte soltanto due volte al giorno, quindi è meglio arrivare al porto con un po' di "
    "anticipo. Durante il viaggio si vedono spesso i gabbiani che seguono la barca in cerca di pane.",
    "Abbiamo trovato un gattino sotto la macchina del vicino e non sapevamo che cosa fare. Dopo una settimana di "
    "ricerche nessuno lo aveva chiesto indietro, così adesso dorme ogni notte sul nostro divano.",
    "Per fare una buona passeggiata in montagna bisogna controllare il tempo la sera prima e scegliere scarpe comode. "
    "Chi parte presto trova i sentieri vuoti e può fermarsi a riposare prima che faccia troppo caldo.",
    "Il professore di musica ha regalato alla scuola il suo vecchio pianoforte, che nessuno suonava più da molti anni. "
    "Gli studenti lo hanno pulito e accordato, e a maggio ci sarà un piccolo concerto per i genitori.",
    "Nel cortile del palazzo abbiamo costruito un orto con le cassette di legno che il mercato voleva buttare via. "
    "Ogni famiglia cura una cassetta, e alla fine della stagione mangiamo tutti insieme la verdura raccolta.",
    "La biblioteca resterà chiusa per tre settimane perché devono cambiare il tetto e tutte le finestre. I libri presi "
    "in prestito si possono restituire al bar di fronte, che li terrà al sicuro fino alla riapertura.",
)
# Paragraphs of more than 60 words that many pages share.
NOTICES = (
    "The workshop behind the station opens its doors again on the first Saturday of the month, and whoever has a "
    "broken chair, a silent radio or a bicycle with a crooked wheel is welcome to bring it along. Two carpenters, one "
    "clockmaker and several patient friends will look at it with you for nothing, there is soup at noon, and children "
    "may try the small tools as long as somebody who is taller keeps an eye on them.",
    "Since many readers have asked, here is once more how our letters reach you: every second Thursday we print them "
    "on the old press in the cellar, fold them by hand during the evening, and carry them to the post office before "
    "the night train leaves. If yours has not arrived by Monday, please ask at the counter first, then write us a "
    "card, and we will gladly send another copy with the next delivery.",
)

_STORY = (
    "The ferry was late again, so we sat on our suitcases and shared the last of the plums.",
    "Nobody could say who had painted the gate green, but everybody agreed that it looked better.",
    "Her uncle keeps three clocks in the kitchen and trusts none of them with the eggs.",
    "When the lights went out, the whole street came to the window and waved.",
    "A good broom, he used to say, is worth more than a new carpet and a loud machine.",
    "The dog from number nine has learned to open the bakery door with its nose.",
    "We planted the beans too early, and the frost had them before the end of the week.",
    "On the second floor there lives a woman who repairs violins and never plays one.",
    "The bridge is closed for the summer, which makes the long road to school even longer.",
    "My brother bought a tent that needs four people and a calm day to be put up.",
    "After the storm the children collected the fallen apples and sold them at the corner.",
    "The librarian remembers every late book, though she is kind enough to forget the faces.",
    "There is a bench above the quarry from which you can hear both trains at once.",
    "He wrote the recipe on the back of a ticket and lost it on the way home.",
    "The new neighbours sing while they wash the dishes, and we have begun to join in.",
    "It took the two of them a whole winter to sand the boat and a day to scratch it.",
    "Every spring the river brings a football, a hat and at least one garden chair.",
    "The museum of spoons opens on Sundays if you ring the bell and have some patience.",
    "Our teacher counted the swallows on the wire and let us check her sums.",
    "They moved the bus stop twenty steps to the left and wrote four letters about it.",
    "The baker whistles when the bread is right and says nothing at all when it is not.",
    "I found an old map in the drawer that shows the lake on the wrong side of the hill.",
    "With the first snow came a visitor who had walked over the pass with a lame goat.",
    "The choir practises in the garage because the hall belongs to the table tennis club.",
    "Grandmother kept the letters in a biscuit tin and the biscuits in a locked desk.",
    "The lamp in the lighthouse was replaced last month by one that is no bigger than a plum.",
    "Two brothers share the field, one ploughs it by day and the other one by night.",
    "In the waiting room hangs a picture of a waiting room with a picture in it.",
    "The carpenter measures twice, cuts once, and then looks for the piece that is missing.",
    "She drew the harbour from memory and put the fish market where the church should be.",
)

LANGUAGES = {"german": GERMAN, "french": FRENCH, "spanish": SPANISH, "italian": ITALIAN}


def story(random: Random, count: int) -> list[str]:
    """So many different English sentences, at most 30, about nothing in particular."""
    return random.sample(_STORY, count)
