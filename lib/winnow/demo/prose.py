"""English prose from the user's Python installation."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from pydoc_data.topics import topics
from types import ModuleType

# Importing these has no side effects. None is rendered as a reference page, so that no page repeats another by chance.
MODULES = (
    "abc asyncio.base_events asyncio.events asyncio.locks asyncio.protocols asyncio.queues asyncio.streams "
    "asyncio.tasks asyncio.transports base64 bdb cmd code codecs concurrent.futures._base configparser dataclasses "
    "difflib doctest email._policybase email.charset email.generator email.header email.headerregistry email.message "
    "email.parser email.policy email.utils enum fileinput functools graphlib gzip hashlib http.client "
    "http.cookiejar http.cookies http.server imaplib importlib.abc inspect io ipaddress itertools json.encoder locale "
    "logging logging.config logging.handlers mimetypes optparse os pathlib pdb pickle pickletools pkgutil platform "
    "pstats py_compile pyclbr queue random re sched shutil smtplib socket socketserver statistics string subprocess "
    "tarfile tempfile textwrap threading time timeit tokenize traceback unittest.case unittest.mock "
    "unittest.suite urllib.parse urllib.request uuid wave weakref wsgiref.handlers wsgiref.headers "
    "xml.etree.ElementTree xml.sax.handler xml.sax.saxutils xml.sax.xmlreader xmlrpc.server zipfile zipimport"
)

_MIN_WORDS = 20
_PLAIN_FRACTION = 0.85
_PLAIN = re.compile(r"""[("'“‘]*[A-Za-z][a-z]*(?:[-'’][a-z]+)*[)"'”’]*[.,;:!?]*[)"]*""")
_MARKUP = re.compile(r"[#|{}<>=\\]|\.\.|>>>|\*\*|::|\w\.\w|http")
_STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}


def paragraphs() -> list[str]:
    """Distinct prose paragraphs of at least 20 words, one line each: the language reference, then the docstrings.

    No two share a run of five words, so that pages made of them have only planted repetitions. The same for one Python
    version, with any hash seed.
    """
    seen: set[tuple[str, ...]] = set()
    return [text for source in _sources() for text in _prose(source) if _is_new(text, seen)]


def five_grams(text: str) -> list[tuple[str, ...]]:
    r"""Every run of five words, in order; a word is a maximal run of `\w` of the lower-cased text."""
    words = re.findall(r"\w+", text.lower())
    return list(zip(*(words[start:] for start in range(5)), strict=False))


def _sources() -> Iterator[str]:
    for topic in sorted(topics):
        yield topics[topic]
    for name in MODULES.split():
        yield from _docstrings(importlib.import_module(name))


def _docstrings(module: ModuleType) -> Iterator[str]:
    yield from _docstring(module)
    for member in _own(module, vars(module).values(), module.__name__):
        yield from _docstring(member)
        if inspect.isclass(member):
            yield from (
                text for method in vars(member).values() if inspect.isfunction(method) for text in _docstring(method)
            )


def _own(module: ModuleType, members: Iterable[object], name: str) -> Iterator[object]:
    return (member for member in members if getattr(member, "__module__", None) == name)


def _docstring(owner: object) -> Iterator[str]:
    text = getattr(owner, "__doc__", None)
    if isinstance(text, str):
        yield inspect.cleandoc(text)


def _prose(source: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", source):
        text = " ".join(block.split())
        if not block.startswith((" ", "*", "-", "+")) and _reads_as_prose(text):
            yield text


def _reads_as_prose(text: str) -> bool:
    words = text.split()
    if len(words) < _MIN_WORDS or not text.endswith(".") or _MARKUP.search(text):
        return False
    plain = sum(bool(_PLAIN.fullmatch(word)) for word in words)
    return plain >= _PLAIN_FRACTION * len(words) and len(_STOP_WORDS.intersection(words)) >= 2


def _is_new(text: str, seen: set[tuple[str, ...]]) -> bool:
    grams = five_grams(text)
    if not seen.isdisjoint(grams) or len(set(grams)) < len(grams):
        return False
    seen.update(grams)
    return True
