"""A user's own metrics: what is refused before anything runs, which values they give, and how a failure is reported."""

from __future__ import annotations

import math
import re
import textwrap

import pytest

from winnow.errors import OwnMetricError, SettingsError
from winnow.kernels.measures.own_metrics import OwnMetrics, load_own, measure_own, parse_own

GOOD = '''\
import re

MARK = re.compile("[?]")


def question_count(text: str) -> float:
    """Question marks."""
    return len(MARK.findall(text))


def question_ratio(text: "str") -> "float":
    """Question marks for each word, 0.0 without words."""
    return _share(text.count("?"), len(text.split()))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
'''


def own(body: str, annotations: str = "text: str") -> OwnMetrics:
    """A file with one metric with this body, whose first line is line 3."""
    source = f'def broken({annotations}) -> float:\n    """A metric."""\n{textwrap.indent(body, "    ")}\n'
    return parse_own("mine.py", source)


def test_every_public_function_is_a_metric_in_the_order_of_the_file() -> None:
    metrics = parse_own("mine.py", GOOD)
    assert metrics.names == ("own_question_count", "own_question_ratio")
    assert measure_own(metrics, "Why? Who?? Me.", "a page") == [3.0, 1.0]
    assert [type(value) for value in measure_own(metrics, "", "a page")] == [float, float]


def test_all_problems_of_a_file_are_reported_at_once_and_it_does_not_run() -> None:
    source = '''
raise SystemExit("this file ran")
def Shouted(text: str) -> float:
    """Upper case."""
def bare(text: str) -> float:
    return 1.0
def two(text: str, language: str) -> float:
    """Two texts."""
def preset(text: str = "") -> float:
    """A default."""
def whole(text: str) -> int:
    """An int."""
def untyped(text):
    """No types."""
async def late(text: str) -> float:
    """Later."""
def starred(*text: str) -> float:
    """Many texts."""
def named(text: str, *, language: str) -> float:
    """A keyword."""
def more(text: str, *others: str) -> float:
    """Further texts."""
def twice(text: str) -> float:
    """One."""
def twice(text: str) -> float:
    """Two."""
'''
    signature = "{0}: expected def {0}(text: str) -> float, and nothing else in the brackets"
    wrong = {7: "two", 9: "preset", 11: "whole", 13: "untyped", 15: "late", 17: "starred", 19: "named", 21: "more"}
    with pytest.raises(SettingsError) as refused:
        parse_own("mine.py", source)
    assert refused.value.problems == [
        "measure.own: mine.py:3: Shouted: expected a name of lower-case letters, digits and _",
        "measure.own: mine.py:5: bare: has no docstring; say what it measures, and its range",
        *(f"measure.own: mine.py:{line}: {signature.format(name)}" for line, name in wrong.items()),
        "measure.own: mine.py: twice: is defined 2 times",
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import re\n", "measure.own: mine.py: has no metric; add a function such as def question_count(text: str)"),
        ("x = 1\ndef broken(:\n", "measure.own: mine.py:2: SyntaxError: "),
        ("x = '\0'", "measure.own: mine.py"),
    ],
)
def test_a_file_without_a_metric_or_that_is_no_python(source: str, said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        parse_own("mine.py", source)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / len(text)", "mine.py:3: broken: ZeroDivisionError: division by zero"),
        ("import math\nreturn math.log(0)", "mine.py:4: broken: ValueError: "),
        ("return _other(text)", "mine.py:6: broken: KeyError: 'gone away'"),
        ("raise ValueError('one\\ntwo')", "mine.py:3: broken: ValueError: one two"),
        ("raise ValueError('\\x1b[31mred')", "mine.py:3: broken: ValueError: [31mred, for"),
        ("raise SystemExit", "mine.py:3: broken: SystemExit"),
        ("return broken(text)", "mine.py:3: broken: RecursionError: "),
        ("return 10**400", "mine.py:1: broken: OverflowError: "),
        ("return float('nan')", "mine.py:1: broken: gives nan, expected a finite number"),
        ("return float('-inf')", "mine.py:1: broken: gives -inf, expected a finite number"),
        ("return None", "mine.py:1: broken: gives None, expected a finite number"),
        ("return True", "mine.py:1: broken: gives True, expected a finite number"),
        ("return '3'", "mine.py:1: broken: gives '3', expected a finite number"),
        ("yield 1.0", "mine.py:1: broken: gives <generator object broken"),
    ],
)
def test_a_failure_names_the_line_and_the_page_in_one_line(body: str, said: str) -> None:
    helper = "\n\ndef _other(text: str) -> float:\n    return {}['gone\\naway']" if "_other" in body else ""
    metrics = own(body)
    broken = parse_own("mine.py", metrics.source + helper.removeprefix("\n"))
    with pytest.raises(OwnMetricError) as failed:
        measure_own(broken, "", "http://a.example/ (page_id 7)")
    message = str(failed.value)
    assert message.startswith(said.replace("gone away", "gone\\naway"))
    assert message.endswith(", for the page http://a.example/ (page_id 7)")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ("import no_such_module_of_mine", "mine.py:2: ModuleNotFoundError: No module named 'no_such_module_of_mine'"),
        ("raise SystemExit(3)", "mine.py:2: SystemExit: 3"),
        ("del broken", "mine.py:0: AttributeError"),
    ],
)
def test_a_file_that_does_not_run_is_reported_with_its_line(top: str, said: str) -> None:
    metrics = own("return 1.0")
    source = f"{metrics.source}{top}\n" if "del" in top else f"\n{top}\n{metrics.source}"
    with pytest.raises(OwnMetricError, match=re.escape(said)):
        load_own(parse_own("mine.py", source))


def test_a_file_may_define_what_looks_for_its_module() -> None:
    future = "from __future__ import annotations\nfrom dataclasses import dataclass\n"
    pair = "@dataclass\nclass _Pair:\n    one: int\n\nPAIR = _Pair(1)\n"
    metrics = parse_own("mine.py", future + pair + GOOD)
    assert measure_own(metrics, "?", "a page") == [1.0, 1.0]


def test_metrics_do_not_depend_on_texts_measured_before() -> None:
    metrics = parse_own("mine.py", GOOD)
    values = [measure_own(metrics, text, "a page") for text in ("a?", "b", "a?")]
    assert values[0] == values[2] != values[1]
    assert all(math.isfinite(value) for row in values for value in row)
    assert parse_own("other.py", GOOD).checksum == metrics.checksum != parse_own("mine.py", GOOD + "\n").checksum
