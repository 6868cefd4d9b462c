"""The extractor's child with parsers that do what a page says; run as the child's command.

`<meta name="act">` says what trafilatura does, `<meta name="show">` what the step before it does with the whole text.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import trafilatura
from lxml import html as lxml_html
from lxml.etree import Element, SubElement
from trafilatura.settings import Document

from winnow.workers import extractor_child

bare_extraction, whole_text = trafilatura.bare_extraction, extractor_child.whole_text


def act_out(tree: Any, **flags: Any) -> Any:
    for act in tree.getroottree().xpath("//meta[@name='act']/@content"):
        name, _, argument = act.partition(" ")
        said = ACTS[name](argument)
        if said is not None:
            body = Element("body")
            SubElement(body, "p").text = f"{said}"
            return Document(body=body)
    return bare_extraction(tree, **flags)


def show_off(html: str) -> str:
    for act in lxml_html.document_fromstring(html).xpath("//meta[@name='show']/@content"):
        name, _, argument = act.partition(" ")
        ACTS[name](argument)
    return whole_text(html)


def burn(seconds: str) -> None:
    until = time.process_time() + float(seconds)
    while time.process_time() < until:
        pass


def kill(name: str) -> None:
    os.kill(os.getpid(), signal.Signals[name])


def count_and_die(path: str) -> None:
    with Path(path).open("a") as file:
        file.write("try\n")
    kill("SIGSEGV")


def die_once(path: str) -> None:
    if not Path(path).exists():
        count_and_die(path)


def chatter(text: str) -> None:
    print(text, flush=True)
    os.write(1, text.encode())


def ask_for(size: str) -> str:
    """Like trafilatura with a MemoryError: it goes on with something else."""
    try:
        return f"given {len(bytearray(int(size)))}"
    except MemoryError:
        return "refused"


def swell(size: str) -> str:
    blocks = []
    try:
        while True:
            blocks.append(bytearray(int(size)))
    except MemoryError:
        return "refused"


def fail(name: str) -> None:
    raise KeyError(name)


ACTS = {
    "burn": burn,
    "kill": kill,
    "count_and_die": count_and_die,
    "die_once": die_once,
    "leave": lambda code: os._exit(int(code)),
    "chatter": chatter,
    "fail": fail,
    "ask_for": ask_for,
    "swell": swell,
    "pid": lambda _: os.getpid(),
    "files": lambda _: " ".join(sorted(os.listdir("/dev/fd"))),  # noqa: PTH208
    "hash": hash,
}


if __name__ == "__main__":
    trafilatura.bare_extraction, extractor_child.whole_text = act_out, show_off
    extractor_child.serve()
