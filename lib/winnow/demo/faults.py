"""English pages with one fault each, written for the demo."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from winnow.demo.sites import paragraphs_html
from winnow.demo.texts import story

_NO_STOP_WORDS = (
    "Fresh green apples, ripe yellow bananas, sweet red cherries from our farm shop every morning.",
    "Warm winter jackets for men, women, children; free delivery, easy returns, friendly service.",
    "Cheap flights from London, quick booking online, no hidden fees, great prices this week.",
    "Garden tools, sharp knives, strong gloves, heavy boots, everything for your small backyard.",
    "New kitchen tables, wooden chairs, soft pillows, clean towels, bright lamps for every room.",
    "Used cars, honest dealers, fair prices, low mileage, full service history, call us today.",
    "Hot coffee, black tea, cold milk, brown sugar, little cakes, open daily until seven tonight.",
    "Blue paint, white paint, brushes, rollers, ladders, buckets, good advice from our experts.",
)
_LONG_WORDS = (
    "Organisational transformation programmes necessitate comprehensive communication infrastructures throughout.",
    "Environmental sustainability considerations increasingly influence multinational manufacturing specifications.",
    "Administrative responsibilities notwithstanding, interdepartmental collaboration strengthens performance.",
    "Professional certification requirements encompass internationally standardised examination procedures.",
    "Telecommunication infrastructure modernisation accelerates notwithstanding regulatory complications.",
    "Pharmaceutical manufacturers concentrate predominantly on personalised therapeutical recommendations.",
    "Representatives and correspondents throughout metropolitan municipalities acknowledged shortcomings.",
    "Unquestionably, photographers appreciated extraordinary architectural accomplishments throughout Scandinavia.",
)
_SHOUTS = (
    "LAST CHANCE TO SAVE ON EVERYTHING IN OUR STORE",
    "FREE DELIVERY ON ALL ORDERS UNTIL SUNDAY NIGHT",
    "CLICK HERE AND WIN A HOLIDAY FOR THE WHOLE FAMILY",
    "DO NOT MISS THE BIGGEST SALE OF THE YEAR",
)
_SPAM = ("cheap garden shoes", "best loan offer", "replica watch store")


class Fault(NamedTuple):
    """One planted fault: its name, reasons that must be among the page's, and the inner HTML of such a page."""

    kind: str
    reasons: tuple[str, ...]
    body: Callable[[Random], str]


def too_short(random: Random) -> str:
    """Two sentences, fewer than 40 words."""
    return paragraphs_html(story(random, 2))


def keyword_spam(random: Random) -> str:
    """Three words said a dozen times after every sentence."""
    phrase = random.choice(_SPAM)
    return paragraphs_html([f"{text} {' '.join([phrase] * 12)}." for text in story(random, 5)])


def repeated_lines(random: Random) -> str:
    """One line of boilerplate between any two sentences."""
    notice = "You have to log in to the members area to see the pictures that belong to this part."
    return paragraphs_html([line for text in story(random, 12) for line in (text, notice)])


def bullet_list(random: Random) -> str:
    """Nothing but 38 lines, each with a bullet that its author typed."""
    return paragraphs_html([f"• {text.removesuffix('.')}" for text in (*story(random, 30), *_NO_STOP_WORDS)])


def teasers(random: Random) -> str:
    """Sentences that all break off."""
    return paragraphs_html([" ".join(text.split()[:-2]) + "..." for text in story(random, 16)])


def hashtags(random: Random) -> str:
    """Sentences with a hash before every third word."""
    return paragraphs_html([_hashed(text) for text in story(random, 12)])


def counters(random: Random) -> str:
    """Sentences, each with the counters and buttons of a social site beneath."""
    marks = [[text, f"{number} likes", f"{number + 3} comments", "Share"] for number, text in _numbered(random, 14)]
    return paragraphs_html([line for lines in marks for line in lines])


def shouting(random: Random) -> str:
    """Sentences, each followed by a line in capitals."""
    return paragraphs_html([line for text in story(random, 12) for line in (text, random.choice(_SHOUTS))])


def numbers(random: Random) -> str:
    """Readings of instruments, two words in three of them figures."""
    readings = [[random.randrange(10, 9999) for _ in range(8)] for _ in range(24)]
    return paragraphs_html([f"The gauge of the river read {' '.join(map(str, row))} in all." for row in readings])


def no_stop_words(random: Random) -> str:
    """Offers without one of the eight commonest words."""
    return paragraphs_html(random.sample(_NO_STOP_WORDS, 8))


def long_words(random: Random) -> str:
    """Sentences of very long words."""
    return paragraphs_html(random.sample(_LONG_WORDS, 8))


FAULTS = (
    Fault("too_short", ("gopher_too_few_words",), too_short),
    Fault("keyword_spam", ("gopher_top_2_gram", "gopher_duplicate_5_grams", "gopher_duplicate_10_grams"), keyword_spam),
    Fault("repeated_lines", ("gopher_duplicate_lines", "gopher_duplicate_line_chars"), repeated_lines),
    Fault("bullet_list", ("gopher_bullet_lines",), bullet_list),
    Fault("teasers", ("gopher_ellipsis_lines",), teasers),
    Fault("hashtags", ("gopher_hashes",), hashtags),
    Fault("counters", ("refinedweb_flagged_lines",), counters),
    Fault("shouting", ("refinedweb_flagged_lines",), shouting),
    Fault("numbers", ("gopher_unalphabetic_words",), numbers),
    Fault("no_stop_words", ("gopher_no_stop_words",), no_stop_words),
    Fault("long_words", ("gopher_long_words",), long_words),
)


def _numbered(random: Random, count: int) -> list[tuple[int, str]]:
    return [(random.randrange(2, 900), text) for text in story(random, count)]


def _hashed(text: str) -> str:
    return " ".join(f"#{word}" if place % 3 == 1 else word for place, word in enumerate(text.split()))
