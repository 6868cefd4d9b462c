"""Replacements for parts of trafilatura 2.3.1: the same results for less CPU time. `switch` installs them.

marks           conditions on attributes are evaluated once for each different set of attributes (marked_xpath)
elements        their classes are found in C, and their methods are shorter
copies          the page's own tree is not copied, and the backup only if it is used
readability     is skipped if its text cannot be chosen; html2txt is skipped if its length cannot matter
paragraphs      jusText reads the tree (justext_paragraphs)
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from copy import copy
from functools import lru_cache
from typing import Any

from lxml import html
from lxml.etree import ElementDefaultClassLookup, ElementNamespaceClassLookup, SubElement, XPath
from trafilatura.readability_lxml import FRAME_TAGS, REGEXES
from trafilatura.readability_lxml import Document as Readability
from trafilatura.settings import BASIC_CLEAN_XPATH, Extractor

from winnow.kernels.faster_trafilatura.justext_paragraphs import Classifier, ParagraphReader
from winnow.kernels.faster_trafilatura.marked_xpath import Marks, Signature, held_by_matches

core, main_extractor, external, htmlprocessing, baseline, readability, utils, xpaths = (
    importlib.import_module(f"trafilatura.{name}")
    for name in (
        "core", "main_extractor", "external", "htmlprocessing", "baseline", "readability_lxml", "utils", "xpaths"
    )
)  # fmt: skip

# Elements with raw text: if readability writes them and they are read again, text can grow.
_BARE_TEXT = ("noembed", "noframes", "xmp", "plaintext", "listing")
_BLOCKS = tuple(baseline._BLOCK_ELEMS)

_string = XPath("string()", smart_strings=False)
_link_density_test = htmlprocessing.link_density_test
_delete_by_link_density = htmlprocessing.delete_by_link_density
_justext_rescue = external.justext_rescue
_try_readability = external.try_readability
_html2txt = core.html2txt


class Element(html.HtmlElement):  # type: ignore[misc]
    """An element with the methods of lxml's; XPath results are plain strings."""

    def text_content(self) -> str:
        """All text in it."""
        return str(_string(self)) if len(self) else self.text or ""

    def xpath(self, path: str, **others: Any) -> Any:
        """The result of an expression, which is compiled once."""
        return super().xpath(path, **others) if others else _compiled(path)(self)

    def findall(self, path: str, namespaces: Any = None) -> Any:
        """All elements that a path finds; for a path `.//tag`, without ElementPath."""
        tag = _descendant_tag(path)
        return list(self.iterdescendants(tag)) if tag else super().findall(path, namespaces)

    def find(self, path: str, namespaces: Any = None) -> Any:
        """The first element that a path finds, or None."""
        tag = _descendant_tag(path)
        return next(self.iterdescendants(tag), None) if tag else super().find(path, namespaces)


@lru_cache(maxsize=64)
def _compiled(path: str) -> XPath:
    return XPath(path, smart_strings=False)


@lru_cache(maxsize=64)
def _descendant_tag(path: str) -> str:
    """`tag` of a path `.//tag`, and '' of any other."""
    tag = path.removeprefix(".//")
    return tag if tag != path and (tag == "*" or tag.isalpha()) else ""


def _parser() -> html.HTMLParser:
    """A parser with the settings of trafilatura's own."""
    default = ElementDefaultClassLookup(
        element=Element, comment=html.HtmlComment, pi=html.HtmlProcessingInstruction, entity=html.HtmlEntity
    )
    classes = ElementNamespaceClassLookup(default)
    classes.get_namespace(None).update(html.HtmlElementClassLookup._default_element_classes)
    parser = html.HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    parser.set_element_class_lookup(classes)
    return parser


class _Page:
    """State of the current page."""

    def __init__(self) -> None:
        self.own_tree: Any = None  # the caller's tree, which it does not need any more; until its first copy
        self.most_chars: int | None = None
        self.text_chars = 0


class LazyBackup:
    """The cleaned tree before its conversion, made only when used: by jusText, and for forum threads."""

    def __init__(self, tree: Any, options: Extractor) -> None:
        self._tree, self._options = tree, options

    def cleaned(self) -> Any:
        """A new tree."""
        return core.tree_cleaning(copy(self._tree), self._options)


class ShortReadability(Readability):
    """trafilatura's readability with marks, and without sums over links if there are none."""

    def remove_unlikely_candidates(self) -> None:
        """Drops elements whose class or id shows that they are not main text."""
        for element in _unlikely(self.doc):
            if element.tag not in FRAME_TAGS:
                element.drop_tree()

    def get_link_density(self, elem: Any) -> float:
        """The characters in links, of all characters in an element."""
        return 0.0 if next(elem.iterdescendants("a"), None) is None else float(super().get_link_density(elem))


def _is_unlikely(signature: Signature) -> bool:
    attributes = dict(signature)
    names = " ".join(filter(None, (attributes.get("class"), attributes.get("id")))).lower()
    unlikely, maybe = REGEXES["unlikelyCandidatesRe"], REGEXES["okMaybeItsACandidateRe"]
    return len(names) > 1 and bool(unlikely.search(names)) and not maybe.search(names)


def load_html(content: Any, max_size: int | None = None) -> Any:
    """core's load_html: marks the tree, and remembers it if it is the caller's."""
    tree = utils.load_html(content, max_size)
    if tree is not None:
        _marks.mark(tree)
        _page.own_tree = tree if tree is content and tree.getparent() is None else None
        _page.most_chars = None
    return tree


def copy_once(thing: Any) -> Any:
    """core's copy: copies neither the caller's tree nor a backup that does not exist yet."""
    if thing is not None and thing is _page.own_tree:
        _page.own_tree = None
        return thing
    return thing.cleaned() if isinstance(thing, LazyBackup) else copy(thing)


def prepare_tree(tree: Any, options: Extractor, url: str | None) -> tuple[Any, LazyBackup]:
    """core's _prepare_tree: the cleaned and converted tree, and its backup before the conversion."""
    return core.convert_tags(core.tree_cleaning(copy(tree), options), options, url), LazyBackup(tree, options)


def justext_rescue(tree: Any, options: Extractor) -> Any:
    """core's and external's justext_rescue: make the backup."""
    return _justext_rescue(tree.cleaned() if isinstance(tree, LazyBackup) else tree, options)


def extract_and_compare(cleaned: Any, backup: Any, tree: Any, options: Extractor) -> tuple[Any, str]:
    """core's _extract_and_compare: runs readability only if its text could be chosen."""
    body, text = core.extract_content(cleaned, options)
    if options.fast:
        return body, text
    if _page.most_chars is None:
        _page.most_chars = _most_chars(tree)
    raw = _NO_TREE if _readability_loses(tree, body, len(text), options) else copy(tree)
    body, text = core.compare_extraction(backup, raw, body, text, options)
    _page.text_chars = len(text)
    return body, text


def _most_chars(tree: Any) -> int:
    """An upper bound for the characters of any text made of parts of the page, without scripts.

    Leaving out a piece removes its characters, and adds at most one space.
    """
    scripts = sum(_evened_chars(script.text) - 1 for script in tree.iter("script", "style") if script.text)
    return _evened_chars(tree.text_content()) - scripts


def _readability_loses(tree: Any, body: Any, text_chars: int, options: Extractor) -> bool:
    """Whether readability's text cannot be chosen, because it cannot have more characters than the page.

    It can have more only in elements with raw text, which are written as XML and read as HTML.
    """
    videos = sum(1 for _ in tree.iter("iframe"))  # each becomes the word VIDEO
    return (
        options.focus != "recall"
        and text_chars > 0
        and (_page.most_chars or 0) + 6 * videos <= 2 * text_chars
        and next(tree.iter(*_BARE_TEXT), None) is None
        and all(title.text for title in tree.iter("title"))
        and bool(body.xpath("boolean(.//p//text())"))
        and len(body.findall(".//table")) <= len(body.findall(".//p"))
    )


def try_readability(tree: Any) -> Any:
    """external's try_readability: an empty result if it is skipped."""
    return html.HtmlElement() if tree is _NO_TREE else _try_readability(tree)


def html2txt(tree: Any) -> str:
    """core's html2txt. Only the length of its result is used: '' if no length could show that text is missing."""
    if _page.most_chars is not None:
        most_chars = _page.most_chars + 2 * sum(1 for _ in tree.iter(*_BLOCKS))
        if _page.text_chars >= core.ESCALATION_PAGE_SHARE * most_chars:
            return ""
    return str(_html2txt(tree))


def _evened_chars(text: str) -> int:
    return len(" ".join(text.split()))


def link_density_test(element: Any, favor_precision: bool = False) -> Any:
    """htmlprocessing's link_density_test: short if there is no link."""
    if next(element.iterdescendants("ref"), None) is None:
        return False, False
    return _link_density_test(element, favor_precision)


def delete_by_link_density(subtree: Any, *others: Any, **named: Any) -> Any:
    """main_extractor's delete_by_link_density: short if there is no link."""
    if next(subtree.iterdescendants("ref"), None) is None:
        return subtree
    return _delete_by_link_density(subtree, *others, **named)


def remove_control_characters(text: str) -> str:
    """utils' remove_control_characters: checks each different character once."""
    if text.isprintable():
        return text
    unwanted = [character for character in set(text) if not (character.isprintable() or character.isspace())]
    return text.translate(dict.fromkeys(map(ord, unwanted))) if unwanted else text


def new_element(markup: str) -> Any:
    """readability's fragment_fromstring of `<tag/>`: an element in a body of its own."""
    return SubElement(_PARSER.makeelement("body"), markup[1:-2])


_PARSER = _parser()
_NO_TREE = html.HtmlElement()
_page = _Page()
_marks = Marks()
_unlikely = _marks.below(
    ("class", "id"), held_by_matches(REGEXES["unlikelyCandidatesRe"].pattern) or {""}, _is_unlikely
)


def _rewritten(module: Any) -> list[tuple[Any, str, Any]]:
    """The lists of expressions of a module of trafilatura, rewritten for marks."""
    names = [name for name in vars(xpaths) if isinstance(vars(xpaths)[name], list) and hasattr(module, name)]
    return [(module, name, [_marks.rewritten(expression) for expression in vars(xpaths)[name]]) for name in names]


def _nothing(*_: Any) -> bytes:
    return b""


REPLACEMENTS: list[tuple[Any, str, Callable[..., Any] | list[Any]]] = [
    *_rewritten(main_extractor),
    *_rewritten(core),
    *_rewritten(external),
    (baseline, "BASIC_CLEAN_XPATH", _marks.rewritten(BASIC_CLEAN_XPATH)),
    (baseline, "remove_control_characters", remove_control_characters),
    (utils, "remove_control_characters", remove_control_characters),
    (utils, "HTML_PARSER", _PARSER),
    (core, "load_html", load_html),
    (core, "copy", copy_once),
    (core, "_prepare_tree", prepare_tree),
    (core, "_extract_and_compare", extract_and_compare),
    (core, "justext_rescue", justext_rescue),
    (core, "html2txt", html2txt),
    (external, "justext_rescue", justext_rescue),
    (external, "try_readability", try_readability),
    (external, "ReadabilityDocument", ShortReadability),
    (external, "ParagraphMaker", ParagraphReader),
    (external, "classify_paragraphs", Classifier()),
    (htmlprocessing, "link_density_test", link_density_test),
    (main_extractor, "delete_by_link_density", delete_by_link_density),
    (main_extractor, "tostring", _nothing),  # of what is logged
    (main_extractor, "_log_event", _nothing),
    (readability, "fragment_fromstring", new_element),
]
