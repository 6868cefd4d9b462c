"""Scores of fastText classifiers compared with those of the library, for each kind of model."""

from __future__ import annotations

import platform
import struct
from pathlib import Path
from typing import Any

import fasttext
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from winnow.demo.texts import FRENCH, GERMAN
from winnow.errors import SettingsError
from winnow.kernels.languages.classifier_file import read_classifier
from winnow.kernels.languages.fasttext_scores import Classifier
from winnow.kernels.languages.identify import LanguageModel, one_line
from winnow.kernels.languages.model_file import LABEL_PREFIX, default_model_path

SMALL = {"dim": 10, "epoch": 20, "minCount": 1, "minn": 2, "maxn": 4, "bucket": 2_000, "thread": 1, "verbose": 0}
KINDS: dict[str, dict[str, Any]] = {
    "n-grams": {},
    "words": {"maxn": 0, "minn": 0},
    "characters": {"minn": 1, "maxn": 6},
    "few buckets": {"bucket": 7},
    "an odd dimension": {"dim": 7},
    "softmax": {"loss": "softmax"},
    "softmax of many numbers": {"loss": "softmax", "dim": 64},
    "softmax of words": {"loss": "softmax", "maxn": 0, "minn": 0},
}
ROUNDING = 0.0 if platform.machine() == "x86_64" else 1e-5  # on other CPUs, compilers may fuse operations
WORDS = [
    "river",
    "Mühle",
    "</s>",
    "__label__",
    "__label__en",
    "__label__a",
    "漢字",
    "ไทย",
    "a",
    "\u0301",
    "<",
    ">",
    "🌾",
]
LINES = st.one_of(
    st.text(st.characters(categories=None), max_size=60),
    st.lists(st.one_of(st.sampled_from([*FRENCH, *GERMAN, *WORDS])), max_size=5).map(" ".join),
).map(one_line)


def trained(folder: Path, **changes: Any) -> Any:
    """A small model with three labels that share words, of very different frequency."""
    lines = folder / "lines.txt"
    labelled = [("fr", FRENCH), ("de", GERMAN), ("number", [f"{number} {number**2}" for number in range(9)])]
    lines.write_text("".join(f"__label__{label} {text}\n" for label, texts in labelled for text in texts))
    return fasttext.train_supervised(str(lines), **{**SMALL, "loss": "hs", **changes})


def saved(model: Any, path: Path) -> Classifier:
    model.save_model(str(path))
    found = read_classifier(path)
    assert found is not None
    return found


def same(found: Classifier, model: Any, line: bytes, min_score: float) -> bool:
    """The same labels, each with the same score, the most likely first."""
    scores = found.scores(line, min_score)
    assert scores == sorted(scores, key=lambda score: -score[1])
    expected = model.f.predict(line + b"\n", -1, min_score, "replace")
    labels = {str(label).removeprefix(LABEL_PREFIX): score for score, label in expected}
    return bool(dict(scores) == pytest.approx(labels, rel=0, abs=ROUNDING))


LID, LID_ITSELF = read_classifier(default_model_path()), fasttext.load_model(str(default_model_path()))


@given(LINES, st.sampled_from([0.0, 0.001, 0.1, 0.5, 0.9]))
@example(b"", 0.0)
@example(b"the river </s> der Fluss", 0.0)
@example(b"__label__en __label__ __label__xx the", 0.0)
@example(b"\xff \x80\x80 \xe2", 0.0)
@settings(max_examples=400, deadline=None)
def test_lid_176_scores_as_in_fasttext(line: bytes, min_score: float) -> None:
    assert LID is not None
    assert same(LID, LID_ITSELF, line, min_score)
    best = LID.scores(line, 0.0, most=1)[0]
    assert best == LID.scores(line, 0.0)[0]
    likeliest = LID_ITSELF.f.predict(line + b"\n", 1, 0.0, "replace")[0][0]
    assert best[1] == pytest.approx(likeliest, rel=0, abs=ROUNDING)


@pytest.mark.parametrize("kind", KINDS)
def test_models_of_other_shapes_score_as_in_fasttext(tmp_path: Path, kind: str) -> None:
    model = trained(tmp_path, **KINDS[kind])
    found = saved(model, tmp_path / "model.bin")
    for line in map(one_line, (*FRENCH[:40], *GERMAN[:40], *WORDS, "")):
        assert same(found, model, line, 0.0)


@pytest.mark.parametrize(
    "changes", [{"cutoff": 300}, {"cutoff": 300, "qnorm": True}, {"qnorm": True, "dsub": 3}], ids=str
)
@pytest.mark.parametrize("dim", [8, 11])
def test_quantized_models_score_as_in_fasttext(tmp_path: Path, changes: dict[str, Any], dim: int) -> None:
    model = trained(tmp_path, dim=dim)
    model.quantize(**changes)
    found = saved(model, tmp_path / "model.ftz")
    for line in map(one_line, (*FRENCH[:40], *GERMAN[:40], *WORDS, "")):
        assert same(found, model, line, 0.0)


def test_models_of_the_older_version_read_no_ngrams(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    trained(tmp_path).save_model(str(path))
    content = bytearray(path.read_bytes())
    content[4] = 11
    path.write_bytes(content)
    found, model = read_classifier(path), fasttext.load_model(str(path))
    assert found is not None
    for text in ("the river", "unseenword", "der Fluss"):
        assert same(found, model, one_line(text), 0.0)


@pytest.mark.parametrize("changes", [{"loss": "ns"}, {"loss": "ova"}, {"loss": "softmax", "wordNgrams": 2}], ids=str)
def test_models_of_other_kinds_are_left_to_fasttext(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "model.bin"
    model = trained(tmp_path, **changes)
    model.save_model(str(path))
    assert read_classifier(path) is None
    (label,), (score,) = model.predict(FRENCH[0])
    assert LanguageModel(path).identify(FRENCH[0]) == (label.removeprefix(LABEL_PREFIX), score)


@pytest.mark.parametrize("loss", ["hs", "softmax"])
def test_the_best_of_many_labels_are_those_of_fasttext(tmp_path: Path, loss: str) -> None:
    model = many_labels(tmp_path, loss)
    found = saved(model, tmp_path / "model.bin")
    for line in map(one_line, (*FRENCH[:40], *GERMAN[:40], *WORDS)):
        for most in (1, 2, 3, 7):
            expected = [score for score, _ in model.f.predict(line + b"\n", most, 0.0, "replace")]
            best = found.scores(line, 0.0, most)
            assert [score for _, score in best] == pytest.approx(expected, rel=0, abs=ROUNDING)
            assert best == found.scores(line, 0.0)[:most]


def many_labels(folder: Path, loss: str) -> Any:
    lines = folder / "lines.txt"
    texts = [*FRENCH, *GERMAN]
    lines.write_text(
        "".join(f"__label__l{number % 60} word{number % 60} {texts[number % len(texts)]}\n" for number in range(600))
    )
    return fasttext.train_supervised(str(lines), **{**SMALL, "loss": loss, "lr": 1.0})


@pytest.mark.parametrize("loss", ["hs", "softmax"])
def test_vectors_may_begin_at_any_byte_of_the_file(tmp_path: Path, loss: str) -> None:
    lines, path = tmp_path / "lines.txt", tmp_path / "model.bin"
    places = set()
    for length in range(1, 5):
        lines.write_text(f"__label__a {'w' * length} the river\n__label__b niemand hat es eilig\n" * 20)
        model = fasttext.train_supervised(str(lines), **{**SMALL, "loss": loss})
        found = saved(model, path)
        places.add(found.tables.vectors.ctypes.data % 4)
        assert all(same(found, model, one_line(text), 0.0) for text in ("the river", "niemand", "w ww"))
    assert len(places) == 4


def test_processes_share_the_vectors_of_a_model(tmp_path: Path) -> None:
    """What a process has for itself is far less than the file, which lies in memory once."""
    lines, path = tmp_path / "lines.txt", tmp_path / "model.bin"
    lines.write_text("__label__a the river\n__label__b niemand hat es eilig\n" * 20)
    model = fasttext.train_supervised(str(lines), **{**SMALL, "loss": "softmax", "dim": 64, "bucket": 400_000})
    model.save_model(str(path))
    before = own_memory()
    found = read_classifier(path)
    assert found is not None
    assert found.tables.vectors.sum() != 0  # all of it was read
    assert own_memory() - before < path.stat().st_size / 4


def own_memory() -> int:
    """The memory in bytes of this process that no file is behind, which no other process can share."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Anonymous"))


def test_a_quantized_output_is_left_to_fasttext(tmp_path: Path) -> None:
    lines, path = tmp_path / "lines.txt", tmp_path / "model.ftz"
    lines.write_text(
        "".join(f"__label__{number} word{number % 40} {FRENCH[number % len(FRENCH)]}\n" for number in range(300))
    )
    model = fasttext.train_supervised(str(lines), **{**SMALL, "loss": "hs"})
    model.quantize(qout=True)
    model.save_model(str(path))
    assert read_classifier(path) is None
    (label,), (score,) = model.predict(FRENCH[0])
    assert LanguageModel(path).identify(FRENCH[0]) == (label.removeprefix(LABEL_PREFIX), score)


def test_models_that_contradict_themselves_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.ftz"
    content = bytearray(default_model_path().read_bytes())
    entries, first = struct.unpack_from("<i", content, 64)[0], 92
    for _ in range(entries):
        first = content.index(b"\0", first) + 10
    pair, count = struct.unpack_from("<2i", content, first), 2_000_000
    for wrong in ((pair[0], -1), (pair[0], 50_000), (-1, pair[1]), (count, pair[1])):
        struct.pack_into("<2i", content, first, *wrong)
        path.write_bytes(content)
        with pytest.raises(SettingsError, match=r"model\.ftz: not a complete fastText classifier"):
            LanguageModel(path)
