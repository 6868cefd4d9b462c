"""What is read without Numba, a parser or a model: names, versions, fingerprints."""

from __future__ import annotations

import subprocess
import sys

import pytest

# By their purpose: compiling kernels, parsing pages and archives, models.
COMPILERS = {"numba", "llvmlite", "scipy"}
PARSERS = {"trafilatura", "lxml", "justext", "htmldate", "resiliparse", "fastwarc", "tldextract"}
MODELS = {"fasttext"}
HEAVY = COMPILERS | PARSERS | MODELS

LISTED = {
    "import winnow.kernels.measures.metrics": {"numpy", "pyarrow", "pyspark", "pydantic", "yaml"} | HEAVY,
    "import winnow.kernels.versions": {"numpy", "pyarrow", "pyspark", "pydantic", "yaml"} | HEAVY,
    "import winnow.kernels.gates": {"numpy", "pyarrow", "pyspark", "pydantic", "yaml"} | HEAVY,
    "import winnow.kernels.measures.own_metrics": {"numpy", "pyarrow", "pyspark", "pydantic", "yaml"} | HEAVY,
    "import winnow.tables": HEAVY,
    "import winnow.cli": {"numpy", "pyarrow", "pyspark"} | HEAVY,
    "from winnow.settings.load import load_settings; from winnow.settings.kernel_settings import rules_of; "
    "rules_of(load_settings())": HEAVY,
    "from winnow.settings.load import load_settings; from winnow.settings.fingerprint import fingerprints; "
    "fingerprints(load_settings())": HEAVY,
}


@pytest.mark.parametrize("statement", LISTED)
def test_what_a_statement_may_not_import(statement: str) -> None:
    code = f"import sys; {statement}; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in said.stdout.split()} & LISTED[statement] == set()
