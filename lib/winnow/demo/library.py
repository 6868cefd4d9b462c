"""Articles for generated pages: local prose, each paragraph used once, on invented sites."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from winnow.demo.prose import five_grams, paragraphs
from winnow.demo.sites import SITES, Site, paragraphs_html
from winnow.demo.texts import story
from winnow.demo.wire import RARE_WIRES
from winnow.errors import SettingsError

BUNDLE_WORDS = (50, 90)  # a bundle ends with the paragraph that reaches a number between the two
_FILLERS = ("hardly", "gladly", "rather", "surely", "almost", "seldom", "mostly", "nearly")
_ADJECTIVES = ("quiet", "early", "patient", "careful", "plain", "curious", "honest", "slow", "bright", "useful")
_FORMS = ("notes on", "thoughts about", "remarks on", "letters about", "lessons from", "questions about")
_SUBJECTS = ("everyday machines", "common tools", "good habits", "borrowed words", "old instructions", "open doors")
_WORDS_BETWEEN_CHANGES = 12


class Article(NamedTuple):
    """A text with a title on one of the sites."""

    site: Site
    title: str
    paragraphs: tuple[str, ...]

    @property
    def html(self) -> str:
        """The whole page."""
        return self.site.template(self.site.name, self.title, paragraphs_html(self.paragraphs))


class Library:
    """Articles on demand, no paragraph twice; `random` is the only source of randomness."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._bundles = iter(_bundles(random))

    def article(self) -> Article:
        """Local prose between three sentences of our own, which make it plain English to any language identifier.

        No two articles share 40 words in a row. Raises SettingsError if no prose is left.
        """
        bundle = next(self._bundles, None)
        if bundle is None:
            raise SettingsError(["demo: the prose of this Python does not suffice for so many pages. Ask for fewer."])
        first, *last = story(self.random, 3)
        return Article(self.random.choice(SITES), self.title(), (first, *bundle, *last))

    def title(self) -> str:
        """Five or six plain words."""
        words = [self.random.choice(choices) for choices in (_ADJECTIVES, _FORMS, _SUBJECTS)]
        return " ".join(words).capitalize()

    def wire(self) -> str:
        """How a page is sent: every second one in the commonest way."""
        return self.random.choice((*RARE_WIRES, *("utf8" for _ in RARE_WIRES)))

    def nearly(self, article: Article) -> Article:
        """The article with one to three neighbouring words changed: a Jaccard of word 5-grams above .83."""
        words = " \n ".join(article.paragraphs).split(" ")
        count = 1 + len(five_grams(" ".join(words))) // 100
        start = self.random.randrange(5, len(words) - 10)
        places = [place for place in range(start, len(words)) if words[place] != "\n"]
        return self._changed(article, words, places[:count])

    def loosely(self, article: Article) -> Article:
        """The article with every twelfth word changed: a Jaccard of word 5-grams near .4."""
        words = " \n ".join(article.paragraphs).split(" ")
        places = [place for place, word in enumerate(words) if word != "\n"]
        return self._changed(article, words, places[_WORDS_BETWEEN_CHANGES // 2 :: _WORDS_BETWEEN_CHANGES])

    def with_notice(self, article: Article, notice: str) -> Article:
        """The article with a paragraph put between two of its own, or before them."""
        place = self.random.randrange(len(article.paragraphs))
        return article._replace(paragraphs=(*article.paragraphs[:place], notice, *article.paragraphs[place:]))

    def _changed(self, article: Article, words: list[str], places: list[int]) -> Article:
        changed = list(words)
        for place in places:
            changed[place] = self.random.choice(_FILLERS)
        return article._replace(paragraphs=tuple(" ".join(changed).split(" \n ")))


def _bundles(random: Random) -> list[tuple[str, ...]]:
    """Bundles of neighbouring paragraphs, each long enough for an article, in random order."""
    bundles: list[tuple[str, ...]] = []
    held: list[str] = []
    wanted = random.randint(*BUNDLE_WORDS)
    for paragraph in paragraphs():
        held.append(paragraph)
        if len(" ".join(held).split()) >= wanted:
            bundles.append(tuple(held))
            held, wanted = [], random.randint(*BUNDLE_WORDS)
    random.shuffle(bundles)
    return bundles
