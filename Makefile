# Two commands on a fresh machine: `make demo` and `make test`. Everything is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := $(VENV)/.packages
READY := $(VENV)/.ready
NOTEBOOK_PACKAGES := $(VENV)/.notebook-packages
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.PHONY: setup packages notebook-packages demo test fuzz lint format lock clean docs corpus chaos stores pack cluster
.PHONY: notebooks browser compose bench readers

setup: $(READY)

packages: $(PACKAGES)

$(PACKAGES): requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing. Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V). Name another with: make PYTHON=python3.12 setup"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. Debian, Ubuntu: apt-get install python3-venv"; exit 1; }
	@java=$${JAVA_HOME:+$$JAVA_HOME/bin/}java; command -v $$java >/dev/null || { echo "Java 17 or 21 is missing. Debian, Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements.lock
	@touch $@

$(READY): $(PACKAGES) pyproject.toml
	$(INSTALL) --no-build-isolation -e .
	$(BIN)/python -m winnow.setup.jars
	$(BIN)/python -m winnow.setup.class_archive & archived=$$!; $(BIN)/python -m winnow.setup.kernels && wait $$archived
	@touch $@

# Jupyter, for notebooks and the image.
notebook-packages: $(NOTEBOOK_PACKAGES)

$(NOTEBOOK_PACKAGES): $(PACKAGES) requirements-notebooks.lock
	$(INSTALL) --require-hashes -r requirements-notebooks.lock
	@touch $@

demo: $(READY)
	$(BIN)/winnow demo

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser"

# Hostile pages in a report, in a real browser.
browser: $(READY)
	$(BIN)/python -m pytest -m browser tests/report

# Random input for MINUTES, different in each run unless SEED is given. A failure is printed as code for
# tests/fuzz/test_found.py.
MINUTES ?= 2
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz $(MINUTES) $(if $(SEED),--seed $(SEED))

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests/chaos
	$(BIN)/mypy -p docs.generate
	$(BIN)/mypy -p benchmarks

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The pages of docs/ that are made from the code; tests fail if they are out of date.
docs: $(READY)
	$(BIN)/python -m docs.generate

# The recipe over real archives in the folder WINNOW_CORPUS.
corpus: $(READY)
	benchmarks/corpus.sh $(BIN)

# Tests that take very long or need root: real archives in six ways, killed executors, a full disk.
chaos: $(READY)
	$(BIN)/python -m tests.chaos.same_rows
	$(BIN)/python -m tests.chaos.lost_executor
	$(BIN)/python -m tests.chaos.full_disk
	$(BIN)/python -m tests.chaos.faults
	$(BIN)/python -m tests.chaos.two_drivers
	$(BIN)/python -m tests.chaos.kills $(MINUTES) $(SEED)

# The notebooks with their outputs, for the demo's tables or those in WINNOW_WAREHOUSE: build/notebooks/*.ipynb
WINNOW_WAREHOUSE ?= $(CURDIR)/demo/tables
notebooks: $(READY) $(NOTEBOOK_PACKAGES)
	@[ -d $(WINNOW_WAREHOUSE) ] || $(BIN)/winnow demo
	mkdir -p build/notebooks
	for name in notebooks/*.py; do WINNOW_WAREHOUSE=$(WINNOW_WAREHOUSE) $(BIN)/jupytext --quiet --to ipynb \
		--set-kernel python3 --execute --output build/notebooks/$$(basename $$name .py).ipynb $$name || exit 1; done

# winnow for executors that do not have it (docs/cluster.md): a whole Python with all packages, and a wheel of winnow.
pack: $(READY)
	$(BIN)/python -m winnow.setup.pack build/environment.tar.gz
	rm -rf build/lib build/bdist.* build/winnow-*.whl
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w build .

# A master and two workers; executors get winnow with the job; processes of the cluster are killed.
cluster: pack
	$(BIN)/python -m tests.chaos.cluster build/environment.tar.gz build/winnow-*.whl $(CURDIR)/build/ivy/delta

# All benchmarks with their peers, each in its own environment. ONLY="NAME ..." selects some. GOOGLE is the folder of a
# clone of google-research/deduplicate-text-datasets (Rust). DOCUMENTS is the size of dedup_texts. The results are in
# build/benchmarks.md.
bench: $(READY) build/peers/datatrove/.ready build/peers/text-dedup/.ready
	$(BIN)/python -m benchmarks $(ONLY) $(if $(GOOGLE),--google $(GOOGLE)) $(if $(DOCUMENTS),--documents $(DOCUMENTS)) \
		--peer-python build/peers/datatrove/bin/python --text-dedup-python build/peers/text-dedup/bin/python

build/peers/datatrove/.ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet 'datatrove[io,processing]==0.10.1' 'spacy==3.8.18' requests aiohttp
	$(@D)/bin/python -m pip install --quiet 'trafilatura==2.3.1' lxml_html_clean  # ours; datatrove asks for an older one
	@touch $@

build/peers/text-dedup/.ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet 'text-dedup==0.4.0'
	@touch $@

# An export through every reader, in an environment with their newest versions; jq is that of the system.
readers: $(READY) build/readers/.ready
	@command -v jq >/dev/null || { echo "jq is missing. Debian, Ubuntu: apt-get install jq; macOS: brew install jq"; exit 1; }
	$(BIN)/python -m tests.export.readers build/readers/bin/python

build/readers/.ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet datasets pandas pyarrow polars duckdb 'datatrove[io]' zstandard orjson
	@touch $@

# The image, and everything that docker-compose.yml promises. DOCKER_BUILD adds flags, such as --network host.
compose: $(READY)
	docker build $(DOCKER_BUILD) --tag winnow .
	$(BIN)/python -m tests.chaos.compose

# Archives on a real S3 server, which is built here with Go and killed meanwhile, and on a real HDFS.
GATEWAY := build/versitygw
stores: $(READY) $(GATEWAY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check s3fs hdfs-native
	$(BIN)/python -m tests.chaos.stores $(GATEWAY) $(CURDIR)/build/ivy

$(GATEWAY):
	@command -v go >/dev/null || { echo "Go is missing, which builds the S3 server. Debian, Ubuntu: apt-get install golang-go; macOS: brew install go"; exit 1; }
	GOBIN=$(CURDIR)/build go install github.com/versity/versitygw/cmd/versitygw@v1.8.0

# New pins, with hashes and without the address of an index. fasttext-predict would overwrite the module fasttext.
lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra spark --extra dev \
		--no-emit-package fasttext-predict --no-emit-package fasttext-predict-v2 \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group notebooks \
		--constraints requirements.lock --custom-compile-command "make lock" -o requirements-notebooks.lock

clean:
	rm -rf $(VENV) demo build lib/*.egg-info
