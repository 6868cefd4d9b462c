"""Switches faster parts of trafilatura on, if its version is known: the only place with the known versions."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from threading import RLock
from typing import Any

KNOWN_VERSIONS = {"trafilatura": {"2.3.1"}, "justext": {"3.0.2"}, "lxml": {"6.1.3"}}

lock = RLock()


@contextmanager
def faster(wanted: bool) -> Iterator[None]:
    """Inside, calls of trafilatura give the same results, but faster if wanted and if the versions are known.

    Inside, trafilatura's modules are changed: only one thread at a time, and no other thread may call them. A tree
    given to `trafilatura.extract` cannot be used afterwards. Only a bounded number of answers to conditions on
    attributes, which do not depend on pages, is kept between pages. If a version is not known, nothing is changed, and
    the first time a warning is logged.
    """
    if not wanted or not (replacements := _replacements()):
        yield
        return
    with lock:
        try:
            for module, name, _, part in replacements:
                setattr(module, name, part)
            yield
        finally:
            for module, name, own, _ in replacements:
                setattr(module, name, own)


@cache
def _replacements() -> list[tuple[Any, str, Any, Any]]:
    """Module, name, trafilatura's object and ours; empty if a version is not known."""
    strange = [f"{name} {version(name)}" for name, known in KNOWN_VERSIONS.items() if version(name) not in known]
    if strange:
        known = ", ".join(f"{name} {' or '.join(sorted(known))}" for name, known in KNOWN_VERSIONS.items())
        warnings.warn(
            f"extraction is as slow as trafilatura itself: {', '.join(strange)} is not known here, only {known} are. "
            "The text is the same; extract.faster=false silences this",
            stacklevel=4,
        )
        return []
    parts = importlib.import_module("winnow.kernels.faster_trafilatura.parts").REPLACEMENTS
    return [(module, name, getattr(module, name), part) for module, name, part in parts]
