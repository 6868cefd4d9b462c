"""Names of folders that Java can encode, and the locale that it is started in."""

from __future__ import annotations

import os

import pytest

from winnow.errors import SurroundingsError
from winnow.spark.java import UTF8_LOCALE, check_names, utf8_locale

ASCII = "ANSI_X3.4-1968"  # Java's name for the encoding of LC_ALL=C


@pytest.mark.parametrize("before", [None, "C", "de_DE.ISO-8859-1"])
def test_java_is_started_in_utf8_and_this_process_does_not_change(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    if before is not None:
        monkeypatch.setenv("LC_ALL", before)
    with utf8_locale():
        assert os.environ["LC_ALL"] == UTF8_LOCALE
    assert os.environ.get("LC_ALL") == before


@pytest.mark.parametrize(
    ("encoding", "folder"),
    [(ASCII, "/data/tabellen-ü"), ("ISO-8859-1", "/data/表"), ("unheard-of", "/ü"), (ASCII, "file:///ü")],
)
def test_a_name_that_java_cannot_encode_is_refused(encoding: str, folder: str) -> None:
    with pytest.raises(SurroundingsError, match=f"^{folder}: Java encodes file names in {encoding} here, which lacks"):
        check_names(encoding, ["/plain", folder])


def test_what_spark_submit_has_already_replaced_is_refused() -> None:
    """As LC_ALL=C spark-submit jobs/list_archives.py --warehouse tabellen-ü passes it on."""
    with pytest.raises(
        SurroundingsError, match=r"^tabellen-\?\?: Java encodes file names in .* which lacks letters of it;"
    ):
        check_names(ASCII, ["tabellen-??"])


def test_other_names_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in a store are not names of files."""
    check_names("UTF-8", ["/data/tabellen-ü/表", "/data/what?"])
    check_names("ISO-8859-1", ["/data/tabellen-ü"])
    check_names(ASCII, ["/data/tables", "", "s3a://bucket/tabellen-ü"])
    check_names("unheard-of", ["/data/tables"])
