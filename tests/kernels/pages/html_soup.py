"""Random pages made of what trafilatura has rules for, and of common errors in markup; the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import strategies as st

from winnow.kernels.pages.extract import Extracted, ExtractionError, ExtractSettings, extract_page


def _words(text: str) -> list[str]:
    return text.split()


BLOCKS = _words("""div div div div p p p section article main aside header footer nav ul ol li dl dt dd table tr td th
tbody blockquote pre h1 h2 h3 form figure details summary fieldset center body""")
INLINE = _words("a a a span span b i em strong code del sub q font label button u time svg math small")
EMPTY = _words("br br hr img img input iframe textarea select title script style noscript noembed xmp template wbr")
NAMES = _words("""post entry content main-content Main article article-body post-text postContent story story-body
fulltext cookie cookie-notice consent sidebar share Share-this social nav navbar Menu menu-item footer page-footer
comment comments commentary comment-list Comments post-comments comment-page teaser Teaser caption link permalink
bottom page-bottom hidden hide-print is-hidden widget elementor-widget elementor-share-buttons infinite-scroll
mvp-post-add-box ad -ad- author byline related breadcrumb bread-crumb meta tags banner button overlay reply-title
-reply- respond disqus_thread comol hljs highlight w3-code row col-md-6 x body column shadow extra popup pager remark
onetru\u017ft cookie-pol\u0131cy schema-faq-question text cell primary wrapper
\u017fhare soc\u0131al \u212aontent données""")
OTHERS = [
    ("style", "display:none"), ("style", "display: none;border:0"), ("style", "border: 1px"), ("style", "color:red"),
    ("role", "article"), ("role", "Navigation"), ("role", "presentation"), ("itemprop", "articleBody"),
    ("aria-hidden", "true"), ("data-component", "MostPopularStories"), ("data-lp-replacement-content", ""),
    ("lang", "en"), ("colspan", "2"), ("rowspan", "3"), ("href", "/a/content?share=1"), ("href", "https://a.org/b.html"),
    ("src", "/river.jpg"), ("src", "https://www.youtube.com/embed/1"), ("data-src", "boat.png"), ("alt", "a boat"),
    ("type", "hidden"), ("type", "application/ld+json"), ("MARK", "abcdefghijklmnopqrstuvwxyz"), ("x:y", "z"),
]  # fmt: skip
SENTENCES = [
    "The quiet river carries the small boat towards the old mill, and nobody is on board.",
    "It was, of course, the same mill: grey, wet, silent, and full of owls.",
    "河水静静地流过老磨坊，船上没有人。",
    "Комментарии закрыты, но река течёт.",
    "Read more",
    "next",
    "12",
    '{"a": ("b", \'c\')}\n    if x < 3 &amp;&amp; y:',
    "© 2024",
    "a\u00a0b\u3000c\u200b",
    " \n\t ",
    "&#160;&nbsp;&#8203;",
    "&#1;&#28;x&#x1f;",
    "\\(a_1\\) | pipes | and *stars*",
    ",,,,,,,,,,,,",
    "VIDEO",
]
SCRIPT = (
    '{"@type": "Article", "articleBody": "Nobody is on board of the small boat, and the river carries it to the mill, '
    'which is old and grey and has not been at work for years."}'
)
DAMAGE = [
    "<",
    ">",
    "</p>",
    "</div>",
    '"',
    "'",
    "&",
    "<div ",
    "<!-- ",
    "-->",
    "</body>",
    "<p>",
    "<a>",
    "</a>",
    "<td>",
    "\0",
]


def soup(seed: int) -> str:
    """A page of up to some hundred elements; every other page has damaged markup."""
    choice = random.Random(seed)
    body = "".join(_element(choice, 0) for _ in range(choice.randint(1, 12)))
    forum = '<script type="application/ld+json">{"@type": "DiscussionForumPosting"}</script>'
    head = choice.choice(["", "<title>A page</title>", "<title></title>", forum, "<style>p{}</style>"])
    html = f"<html><head>{head}</head><body{_attributes(choice)}>{body}</body></html>"
    for _ in range(choice.choice([0, 0, 1, 3, 10])):
        html = _damaged(choice, html)
    return html


def _element(choice: random.Random, depth: int) -> str:
    tag = choice.choice(choice.choice([BLOCKS, BLOCKS, BLOCKS, INLINE, EMPTY]) if depth < 7 else INLINE)
    opening = f"<{tag}{_attributes(choice)}>"
    if tag in EMPTY:
        inside = SCRIPT if tag == "script" else choice.choice(["", "", choice.choice(SENTENCES)])
        return opening + inside + f"</{tag}>" * choice.randint(0, 1) + _text(choice)
    parts = [_text(choice)]
    for _ in range(choice.choice([0, 0, 1, 2, 4]) if depth < 7 else 0):
        parts += _element(choice, depth + 1), _text(choice)
    return opening + "".join(parts) + f"</{tag}>"


def _attributes(choice: random.Random) -> str:
    found = []
    for name in choice.choice([[], [], ["class"], ["class"], ["id"], ["id", "class"], ["class", "id"]]):
        found.append((name, choice.choice([" ", "  ", "-", "_"]).join(choice.choices(NAMES, k=choice.randint(1, 3)))))
    if not choice.randrange(3):
        found.insert(choice.randint(0, len(found)), choice.choice(OTHERS))
    return "".join(f' {name}="{value}"' for name, value in found)


def _text(choice: random.Random) -> str:
    return " ".join(choice.choices(SENTENCES, k=choice.choice([0, 0, 0, 1, 1, 2, 6])))


def _damaged(choice: random.Random, html: str) -> str:
    begin = choice.randrange(len(html))
    end = min(len(html), begin + choice.choice([0, 1, 5, 40]))
    other = choice.randrange(len(html))
    put = choice.choice([choice.choice(DAMAGE), html[other : other + choice.choice([3, 50, 400])]])
    return html[:begin] + put + html[end:]


FLAGS = ("fast", "include_tables", "include_comments", "include_links", "include_images", "include_formatting")
MODES = st.fixed_dictionaries(
    {"favor": st.sampled_from(["balanced", "precision", "recall"])}, optional={flag: st.booleans() for flag in FLAGS}
)
SOUPS = st.integers(0, 1 << 32).map(soup)


def outcomes(html: str, settings: ExtractSettings) -> list[Extracted | str]:
    """The results of the faster way and of the plain way for a page, with the message of an error."""
    return [_outcome(html, replace(settings, faster=faster)) for faster in (True, False)]


def _outcome(html: str, settings: ExtractSettings) -> Extracted | str:
    try:
        return extract_page(html, settings, "none")
    except ExtractionError as error:
        return str(error)
