"""docs/reasons.md: every gate, every reason of the rules, every reason of the deduplications."""

from __future__ import annotations

import inspect

from docs.generate import examples
from docs.generate.markdown import code, page
from docs.generate.rules import RuleFile, rule_files, used
from winnow.export.markdown import table
from winnow.kernels.gates import GATES, OWN_LISTS, Stopped
from winnow.stages.funnel import DROP_REASONS

_INTRO = """\
Every dropped page has one of these. A **gate** stops a page before it is measured; `pages.gate` names the first gate
that stops it. Every other page is measured, and `verdicts.reasons` lists every **rule** that drops it. A page that the
rules keep may still be a **copy**: see `near_duplicates`, `repeated_spans` and `url_duplicates`.

Examples are Python text; three functions make their words and lines:"""
_GATES = """\
In the order in which they are asked; `removed` takes the place of whatever was there. The example is a response of
status 200: its URL where that matters, a header field, its body."""
_RULES = """\
A page passes a rule while its [metric](metrics.md) is within the bounds, which count as within. *Made for* names the
languages whose pages a rule judges: `spaced` are all but bo, ja, km, lo, my, th, wuu, yue and zh, which are written
without white space between words. Pages of other languages pass; a run lists such rules before it starts. With
`rules_for_any_language: true`, every rule judges every page. The recipe `winnow` judges other languages than English by
bounds of their own ([choosing-a-recipe.md](choosing-a-recipe.md#other-languages-than-english)). A recipe may change
metric and bounds (in brackets). Each example gives its reason, and no other, in the recipe that is named like the file
of rules. No rule of a recipe rejects the first of these two, and no rule of a recipe for Chinese the second:"""
_COPIES = """\
[deduplication.md](deduplication.md) says how these decide, with an example that runs. The column
`repeated_spans.reason` has the middle three. The first and the last are only in `funnel`: every row of their tables is
a dropped page."""


def reasons_page() -> str:
    """The page."""
    sources = [
        inspect.getsource(examples.words),
        inspect.getsource(examples.lines),
        inspect.getsource(examples.chinese),
    ]
    rows = ((code(name), gate.means, _stopped(gate.example)) for name, gate in GATES.items())
    gates = table(("gate", "meaning", "example"), rows)
    copies = table(("reason", "meaning"), ((code(reason), means) for reason, means in DROP_REASONS.items()))
    return page(
        "Gates and reasons", _INTRO, "```python\n" + "\n\n".join(sources) + "```",
        "## Gates", _GATES, gates,
        "## Rules", _RULES, f"```python\n{examples.CONTROL}\n{examples.CHINESE_CONTROL}\n```",
        *map(_rule_file, rule_files()),
        "## Copies", _COPIES, copies,
    )  # fmt: skip


def _stopped(example: Stopped | str) -> str:
    if isinstance(example, str):
        return example
    usual = Stopped("")
    parts = [code(example.url)] * (example.url != usual.url) + [code(example.header)] * (example.header != usual.header)
    parts += [code(example.body)] * (example.body != '""')
    parts += ["the archive ends inside its record"] * example.is_cut
    lists = "the lists of `conf/lists`" if example.settings == OWN_LISTS else ""
    with_settings = lists or ", ".join(map(code, example.settings))
    return ", ".join(parts) + (f" with {with_settings}" if with_settings else "")


def _rule_file(file: RuleFile) -> str:
    rows = [
        (
            code(rule.reason), code(rule.metric), rule.bounds, rule.means, ", ".join(rule.languages or ("any",)),
            used(rule), _example(rule.reason),
        )
        for rule in file.rules
    ]  # fmt: skip
    head = ("reason", "metric", "passes while", "meaning", "made for", "recipes", "example")
    source = f"`conf/rules/{file.name}.yaml`. {file.comment}\n\nSource: {file.source}"
    return f"### {file.name}\n\n{source}\n\n{table(head, rows)}"


def _example(reason: str) -> str:
    shown = code(examples.RULES[reason])
    is_listed = reason in ("c4_bad_words", "c4_zh_bad_words", "chinesewebtext_sensitive_words")
    return f"{shown}, with {code(examples.BAD_WORD)} in the file" if is_listed else shown
