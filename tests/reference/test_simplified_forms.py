"""The stored forms of the oracle are what ICU says."""

from __future__ import annotations

from pyspark.sql import SparkSession

from tests.reference.simplified_forms import FORMS
from winnow.spark.session import jvm


def test_forms_are_those_of_icu(spark: SparkSession) -> None:
    points = [point for point in range(0x2E80, 0x40000) if not 0xD800 <= point < 0xE000]
    text = "\n".join(map(chr, points))
    icu = jvm(spark).com.ibm.icu.text.Transliterator.getInstance("Traditional-Simplified").transliterate(text)
    pairs = zip(text.split("\n"), icu.split("\n"), strict=True)
    assert {char: form for char, form in pairs if form != char} == FORMS
