"""A slow URL gate that compares with every entry in turn, for well-formed URLs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from urllib.parse import SplitResult, unquote, urlsplit

PUBLIC_SUFFIXES = ("com", "co.uk", "example")  # those that the tests use


@dataclass
class PlainLists:
    domains: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    excepted_domains: list[str] = field(default_factory=list)
    excepted_urls: list[str] = field(default_factory=list)
    strict: list[str] = field(default_factory=list)
    hard: list[str] = field(default_factory=list)
    soft: list[str] = field(default_factory=list)


def gate(url: str, lists: PlainLists, strict_min: int = 1, hard_min: int = 1, soft_min: int = 2) -> str | None:
    if _below_any(url, lists.excepted_domains, lists.excepted_urls):
        return None
    if any(_below_domain(url, entry) for entry in lists.domains):
        return "url_domain_listed"
    if any(_below_url(url, entry) for entry in lists.urls):
        return "url_listed"
    words = _words(_searched(url))
    letters = "".join(words)
    if len({entry for entry in map(_letters, lists.strict) if entry in letters}) >= strict_min:
        return "url_strict_word"
    if _distinct(words, lists.hard) >= hard_min:
        return "url_hard_word"
    return "url_soft_words" if _distinct(words, lists.soft) >= soft_min else None


@cache
def host(url: str) -> str:
    return ".".join(label.encode("idna").decode() for label in (_parts(url).hostname or "").split(".") if label)


def _parts(url: str) -> SplitResult:
    return urlsplit(url if url.startswith("//") or "://" in url else f"//{url}")


def _below_any(url: str, domains: list[str], urls: list[str]) -> bool:
    return any(_below_domain(url, entry) for entry in domains) or any(_below_url(url, entry) for entry in urls)


def _below_domain(url: str, entry: str) -> bool:
    above = _without_www(host(entry))
    return host(url) == above or host(url).endswith(f".{above}")


def _below_url(url: str, entry: str) -> bool:
    steps, above = _steps(url), _steps(entry)
    return steps[: len(above)] == above


def _without_www(name: str) -> str:
    return name if name.removeprefix("www.") in PUBLIC_SUFFIXES else name.removeprefix("www.")


@cache
def _steps(url: str) -> list[str]:
    parts = _parts(url)
    steps = [_without_www(host(url))]
    steps += [f"/{part}" for part in unquote(parts.path).lower().split("/") if part]
    marks = ["?", *"&" * parts.query.count("&")]
    return steps + [m + part for m, part in zip(marks, unquote(parts.query).lower().split("&"), strict=True) if part]


def _searched(url: str) -> str:
    parts = _parts(url)
    return f"{parts.hostname} {unquote(parts.path)} {unquote(parts.query)} {unquote(parts.fragment)}"


def _words(text: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in text.lower()).split()


def _letters(entry: str) -> str:
    return "".join(_words(entry))


def _distinct(words: list[str], entries: list[str]) -> int:
    sought = {tuple(_words(entry)) for entry in entries}
    return sum(_follows(words, entry) for entry in sought)


def _follows(words: list[str], entry: tuple[str, ...]) -> bool:
    return any(tuple(words[start : start + len(entry)]) == entry for start in range(len(words)))
