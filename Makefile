# `make run` and `make test` need only Python 3.11+ and make; everything else lands in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test lint types bench package screenshots clean

run: $(STAMP)
	@packaging/qt-libraries.sh
	@$(BIN)/python -m studio.cli open models/designs/cloudmatrix-384.supernode

test: $(STAMP)
	@packaging/qt-libraries.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

bench: $(STAMP)
	@$(BIN)/python -m tests.benchmarks

package: $(STAMP)
	@packaging/build.sh

screenshots: $(STAMP)
	@packaging/qt-libraries.sh
	@$(BIN)/python -m packaging.screenshots

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Supernode Studio needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: on Debian and Ubuntu run 'apt-get install python3-venv'"; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist out
