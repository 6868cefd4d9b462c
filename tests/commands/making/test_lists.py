"""`winnow lists build` and `check`, as a person would type them."""

from pathlib import Path

from tests.jobs.warehouse import called, winnow
from winnow.settings.load import CONF


def test_built_once_then_asked(tmp_path: Path) -> None:
    held = CONF / "lists"
    file = tmp_path / "my lists.arrow"
    said = winnow(
        "lists", "build", held / "domains", "--words", held / "words", "--exceptions", held / "exceptions", "-o", file
    )
    assert "adult/domains: " in said.stdout
    assert f"{file}: {file.stat().st_size:,} bytes, checksum " in said.stdout
    asked = winnow(
        "lists", "check", "HTTP://User@Velvet-Curtain.example:80/x", "plain.example", "http://my-group-sex.example",
        "--set", f"url.built={file}",
    )  # fmt: skip
    assert asked.stdout.splitlines() == [
        "url_domain_listed\tHTTP://User@Velvet-Curtain.example:80/x",
        "    url_domain_listed: velvet-curtain.example in adult/domains",
        "not gated\tplain.example",
        "url_strict_word\thttp://my-group-sex.example",
        "    url_strict_word: groupsex in words/strict",
    ]


def test_problems_of_lists_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "adult").mkdir()
    said = winnow("lists", "build", tmp_path, "--words", "none", "-o", tmp_path / "gone" / "file", check=False)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == f"winnow: --output {tmp_path}/gone/file: name a file in a folder that exists\n"
    said = called("lists", "build", tmp_path, "--words", "none", "-o", tmp_path / "file")
    assert said.stderr.splitlines() == [
        f"winnow: {tmp_path}/adult: neither domains nor urls is here. Add one; it may be empty",
        *(
            f"winnow: none/{name}.txt: there is no such file. Add it; it may be empty"
            for name in ("strict", "hard", "soft")
        ),
    ]
    assert not (tmp_path / "file").exists()
