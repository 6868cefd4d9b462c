"""Texts whose language is hard to identify, with the answers of the default model: a table of docs/languages.md."""

from __future__ import annotations

from winnow.export.markdown import table
from winnow.kernels.languages.identify import shared_model
from winnow.settings.by_language import language_of

_CHINESE = "安静的河流把小船带到古老的磨坊，没有人着急。春天的时候，孩子们在岸边的草地上玩，老人坐在树下讲过去的故事。"
_GERMAN = "Der stille Fluss trägt das kleine Boot zur alten Mühle, und niemand hat es eilig."
_ENGLISH = "The quiet river carries the small boat to the old mill, and nobody is in a hurry."
# What a text is, and the text; written for this table.
TEXTS = (
    ("Chinese, 2 characters", "河流"),
    ("Chinese, 4 characters", "安静河流"),
    ("Chinese, 10 characters", _CHINESE[:10]),
    ("Chinese, 22 characters", _CHINESE[:22]),
    ("Chinese, traditional", "安靜的河流把小船帶到古老的磨坊，沒有人著急。春天的時候，孩子們在岸邊的草地上玩。"),
    ("Chinese, a list of links", "首页 新闻 体育 财经 娱乐 科技 汽车 房产 教育 登录 注册"),
    ("Chinese with many English words", "使用 Python 的 list comprehension 可以让 code 更短, 但是 readability 会下降"),
    ("Cantonese, colloquial", "我哋今日去咗河邊玩，啲細路仔喺草地度跑嚟跑去，阿伯坐喺樹下面講古，冇人趕時間。"),
    (
        "Cantonese, written as Mandarin",
        "我們今天去了河邊玩，小孩子在草地上跑來跑去，老伯坐在樹下說故事，沒有人趕時間。",
    ),
    ("Classical Chinese", "學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？人不知而不慍，不亦君子乎？"),
    ("Japanese", "静かな川が小さな船を古い水車小屋へと運び、誰も急いでいません。"),
    ("Japanese, few kana", "東京都内各区役所所在地一覧、電話番号及び受付時間、休館日案内の表示"),
    ("Japanese, no kana", "東京都千代田区永田町一丁目七番一号 国立国会図書館 開館時間 午前九時三十分"),
    ("Serbian, Cyrillic", "Тиха река носи мали чамац ка старом млину, и нико се не жури, јер је пролеће тек почело."),
    ("Serbian, Latin", "Tiha reka nosi mali čamac ka starom mlinu, i niko se ne žuri, jer je proleće tek počelo."),
    ("Croatian", "Tiha rijeka nosi mali čamac prema starom mlinu, i nitko se ne žuri, jer je proljeće tek počelo."),
    ("Bokmål", "Den stille elva bærer den lille båten til den gamle mølla, og ingen har det travelt i dag."),
    ("Nynorsk", "Den stille elva ber den vesle båten til den gamle mølla, og ingen har det travelt i dag."),
    ("half German, half English", f"{_GERMAN} {_ENGLISH}"),
    ("a third German, the rest English", f"{_GERMAN} {_ENGLISH} {_ENGLISH}"),
    ("half Chinese, half English", f"{_CHINESE[:22]} {_ENGLISH}"),
    ("half Chinese, half English, by characters", f"{_CHINESE} {_ENGLISH[:52]}"),
    ("numbers", "12.5 13.0 14.25 2024-05-01 17:30 99 100 101"),
)


def hard_table() -> str:
    """What the default model says of each text: the three likeliest languages with their scores."""
    model = shared_model(None)
    found = ((name, model.best(text)) for name, text in TEXTS)
    rows = [(name, ", ".join(f"{language_of(label)} {score:.2f}" for label, score in best)) for name, best in found]
    return table(("text", "languages and scores"), rows)
