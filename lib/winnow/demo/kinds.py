"""What is planted in a generated crawl: kinds of pages, their number, and the expected result of a run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from winnow.demo.drafts import ARTICLE, Draft, Plan
from winnow.demo.faults import FAULTS, Fault
from winnow.demo.library import Article
from winnow.demo.sites import REFERENCE_MODULES, paragraphs_html, reference_page
from winnow.demo.texts import LANGUAGES, NOTICES, story
from winnow.errors import SettingsError

LEAST = 2  # pages of every kind in every crawl
GIANT_BYTES = 2_100_000  # more than archives.max_html_bytes
DEPTH = 400  # deeper than the parser reads

# Entries of conf/lists.
LISTED_DOMAINS = ("velvet-curtain.example", "after-dark-films.example", "lucky-sevens.example")
LISTED_URLS = ("photo-host.example/galleries/after-dark", "blogs.example/~nightowl")
EXCEPTED_DOMAIN = "clinic.example"
HARD_WORDS = ("xxx", "orgy")
SOFT_WORDS = ("webcam", "escort")
STRICT_WORD = ("group", "sex")

_DIGITS = "0123456789"

# The pages of one call, grouped: the pages of a group are in the same archive.
Groups = list[list[Draft]]


class Kind(NamedTuple):
    """A kind of page: its share of a crawl, and what makes the n-th one."""

    share: float
    make: Callable[[Plan, int], Groups]


def plan_pages(plan: Plan, pages: int) -> Groups:
    """Groups of `pages` drafts: every kind, then articles. Raises SettingsError if there are too few pages."""
    groups: Groups = []
    for kind in KINDS.values():
        count = max(LEAST, round(kind.share * pages))
        groups += [group for number in range(count) for group in kind.make(plan, number)]
    planted = sum(map(len, groups))
    if planted > pages:
        raise SettingsError([f"demo: {pages} pages a crawl are too few for all kinds. Ask for more than {planted}."])
    return groups + [[plan.page(ARTICLE, plan.library.article())] for _ in range(pages - planted)]


def _reference(plan: Plan, number: int) -> Groups:
    modules = REFERENCE_MODULES.split()[:: -1 if plan.before else 1]
    if number >= len(modules):
        return []
    url = f"https://docs.reference-shelf.example/library/{modules[number]}.html"
    return [[plan.draft("reference", url, reference_page(modules[number]), checked=False)]]


def _listed_domain(plan: Plan, number: int) -> Groups:
    host = ("", "www.", "deep.below.")[number % 3] + LISTED_DOMAINS[number % len(LISTED_DOMAINS)]
    return [[plan.body("url_domain_listed", _story(plan), host=host, gate="url_domain_listed")]]


def _listed_url(plan: Plan, number: int) -> Groups:
    host = LISTED_URLS[number % len(LISTED_URLS)]
    return [[plan.body("url_listed", _story(plan), host=host, gate="url_listed")]]


def _hard_word(plan: Plan, number: int) -> Groups:
    words = f"old {HARD_WORDS[number % len(HARD_WORDS)]} pictures"
    return [[plan.body("url_hard_word", _story(plan), words=words, gate="url_hard_word")]]


def _soft_words(plan: Plan, number: int) -> Groups:
    return [[plan.body("url_soft_words", _story(plan), words=" ".join(SOFT_WORDS), gate="url_soft_words")]]


def _strict_word(plan: Plan, number: int) -> Groups:
    words = f"my{STRICT_WORD[0]} {STRICT_WORD[1]}y"
    return [[plan.body("url_strict_word", _story(plan), words=words, gate="url_strict_word")]]


def _one_soft_word(plan: Plan, number: int) -> Groups:
    return [[plan.page("one_soft_word", plan.library.article(), words=f"a {SOFT_WORDS[0]} for the bird house")]]


def _excepted(plan: Plan, number: int) -> Groups:
    words = f"{' '.join(SOFT_WORDS)} and health"
    return [[plan.page("excepted_domain", plan.library.article(), host=EXCEPTED_DOMAIN, words=words)]]


def _story(plan: Plan) -> str:
    return paragraphs_html(story(plan.random, 10))


def _foreign(plan: Plan, number: int, language: str) -> Groups:
    text = paragraphs_html(plan.random.sample(LANGUAGES[language], 4))
    wire = ("utf8", "latin1", "meta", "cp1252_meta", "gzip", "unlabelled")[number % 6]
    return [[plan.body(language, text, wire=wire, gate="unwanted_language_early")]]


def _half_translated(plan: Plan, number: int) -> Groups:
    texts = list(LANGUAGES.values())[number % len(LANGUAGES)]
    paragraphs = [*plan.random.sample(texts, 4), _english(plan)]
    return [[plan.body("half_translated", paragraphs_html(paragraphs), gate="language_unwanted")]]


def _mixed(plan: Plan, number: int) -> Groups:
    texts = [*(plan.random.choice(texts) for texts in LANGUAGES.values()), _english(plan)]
    return [[plan.body("mixed_languages", paragraphs_html(texts), gate="language_score_low")]]


def _english(plan: Plan) -> str:
    """A paragraph as long as the foreign ones."""
    return " ".join(story(plan.random, 3))


def _part_numbers(plan: Plan, number: int) -> Groups:
    random = plan.random
    words = ["".join(random.choices(_DIGITS, k=random.randint(3, 9))) for _ in range(160)]
    lines = [" ".join(words[start : start + 20]) for start in range(0, len(words), 20)]
    return [[plan.body("part_numbers", paragraphs_html(lines), gate="language_score_low")]]


def _empty(plan: Plan, number: int) -> Groups:
    shell = '<html><head><title>Loading</title></head><body><div id="root"></div><script>start()</script></body></html>'
    html = ("", shell, "<html><body></body></html>")[number % 3]
    return [[plan.draft("empty", plan.url("app.lantern.example", "start"), html, gate="empty_text")]]


def _giant(plan: Plan, number: int) -> Groups:
    body = f"{_story(plan)}<!-- {'padding ' * (GIANT_BYTES // 8)} -->"
    return [[plan.body("giant", body, wire=("utf8", "gzip")[number % 2], gate="html_too_large")]]


def _deep(plan: Plan, number: int) -> Groups:
    body = f"{'<div>' * DEPTH}{_story(plan)}{'</div>' * DEPTH}"
    return [[plan.body("deep", body, gate="html_too_deep")]]


def _broken_body(plan: Plan, number: int) -> Groups:
    return [[plan.body("broken_body", _story(plan), wire="broken_gzip", gate="body_undecodable")]]


def cut_record(plan: Plan) -> Draft:
    """A page inside which its archive is cut off."""
    return plan.body("cut_record", _story(plan), gate="record_damaged")


def _altered_body(plan: Plan, number: int) -> Groups:
    article = plan.library.article()
    url = plan.url(article.site.host, article.title)
    return [[plan.draft("altered_body", url, article.html, "altered", article)]]


def _fault(plan: Plan, number: int, fault: Fault) -> Groups:
    return [[plan.body(fault.kind, fault.body(plan.random), reasons=fault.reasons)]]


def _exact_copy(plan: Plan, number: int) -> Groups:
    original = plan.page(ARTICLE, plan.library.article())
    url = original.truth.url.replace("https://", "https://mirror.", 1)
    copy = plan.draft("exact_copy", url, original.html, original.wire, exact_copy_of=original.truth.name)
    return _together_or_apart(original, copy, number)


def _near_copy(plan: Plan, number: int) -> Groups:
    if plan.articles and number % 3 == 2:
        earlier = plan.articles[-1 - number]
        return [[_nearly(plan, earlier)]]
    original = plan.page(ARTICLE, plan.library.article())
    return _together_or_apart(original, _nearly(plan, original), number)


def _nearly(plan: Plan, original: Draft) -> Draft:
    article = plan.library.nearly(_article(original))
    return plan.page("near_copy", article, near_copy_of=original.truth.name)


def _lookalike(plan: Plan, number: int) -> Groups:
    original = plan.page(ARTICLE, plan.library.article())
    return [[original, plan.page("lookalike", plan.library.loosely(_article(original)))]]


def _shared_paragraph(plan: Plan, number: int) -> Groups:
    notice = NOTICES[number % len(NOTICES)]
    articles = [plan.library.with_notice(plan.library.article(), notice) for _ in range(2)]
    return [[plan.page("shared_paragraph", article, repeated_span=notice) for article in articles]]


def _refetched(plan: Plan, number: int) -> Groups:
    if number >= len(plan.articles):
        return []
    before = plan.articles[number]
    article = _article(before) if number % 2 else plan.library.article()
    return [[plan.draft("refetched", before.truth.url, article.html, before.wire, article)]]


def _article(draft: Draft) -> Article:
    assert draft.article is not None, draft.truth.kind
    return draft.article


def _together_or_apart(original: Draft, copy: Draft, number: int) -> Groups:
    return [[original], [copy]] if number % 2 else [[original, copy]]


KINDS = {
    "reference": Kind(0.12, _reference),
    "url_domain_listed": Kind(0.02, _listed_domain),
    "url_listed": Kind(0.01, _listed_url),
    "url_hard_word": Kind(0.015, _hard_word),
    "url_soft_words": Kind(0.015, _soft_words),
    "url_strict_word": Kind(0.015, _strict_word),
    "one_soft_word": Kind(0.01, _one_soft_word),
    "excepted_domain": Kind(0.01, _excepted),
    **{language: Kind(0.025, partial(_foreign, language=language)) for language in LANGUAGES},
    "half_translated": Kind(0.015, _half_translated),
    "mixed_languages": Kind(0.015, _mixed),
    "part_numbers": Kind(0.015, _part_numbers),
    "empty": Kind(0.015, _empty),
    "giant": Kind(0.005, _giant),
    "deep": Kind(0.005, _deep),
    "broken_body": Kind(0.005, _broken_body),
    "altered_body": Kind(0.005, _altered_body),
    **{fault.kind: Kind(0.016, partial(_fault, fault=fault)) for fault in FAULTS},
    "exact_copy": Kind(0.02, _exact_copy),
    "near_copy": Kind(0.025, _near_copy),
    "lookalike": Kind(0.015, _lookalike),
    "shared_paragraph": Kind(0.015, _shared_paragraph),
    "refetched": Kind(0.04, _refetched),
}
