#!/usr/bin/env bash
# The default recipe over the real archives of WINNOW_CORPUS: English over three of its sets, Chinese over a fourth.
# Usage: WINNOW_CORPUS=DIR benchmarks/corpus.sh [BIN] [WAREHOUSE]
set -euo pipefail
corpus=${WINNOW_CORPUS:?name the folder of the corpus}
bin=${1:-.venv/bin}
warehouse=${2:-$(mktemp -d)}
"$bin/winnow" run "$corpus"/pages_docs_multilang "$corpus"/pages_gold_wcxb "$corpus"/fixtures \
  --root "$corpus" --crawl CORPUS-EN --warehouse "$warehouse/en"
"$bin/winnow" run "$corpus"/pages_zh_oiwiki --root "$corpus" --crawl CORPUS-ZH --warehouse "$warehouse/zh" \
  --set 'language.wanted=[zh]'
