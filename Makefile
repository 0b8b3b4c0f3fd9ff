# `make run` and `make test` need only Python 3.11+ and make; everything else lands in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DESIGN ?= models/designs/cloudmatrix-384.supernode

.PHONY: run test lint types portable bench fit package screenshots clean

run: $(STAMP)
	@packaging/qt-libraries.sh; case $$? in \
	0) exec $(BIN)/python -m studio.cli open $(DESIGN) ;; \
	2) exec $(BIN)/python -m studio.cli open --headless $(DESIGN) ;; \
	*) exit 1 ;; esac

test: lint types
	@packaging/qt-libraries.sh || [ $$? -eq 2 ]
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n logical --dist loadfile $(PYTEST_ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy

# What the standard library has on one system only is not called on the others.
portable: $(STAMP)
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 studio
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin studio

# A name, or a part of it, as in `make bench ONLY=cli_start`, runs only what matches.
bench: $(STAMP)
	@packaging/qt-libraries.sh >&2 || [ $$? -eq 2 ]
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks $(ONLY)

# Every efficiency constant from the measurements in tests/reference; FIT=--hold-out takes hours.
fit: $(STAMP)
	@$(BIN)/python -m tests.reference.fit_all $(FIT)

package: $(STAMP)
	@packaging/build.sh

screenshots: $(STAMP)
	@packaging/qt-libraries.sh || [ $$? -eq 2 ]
	@QT_QPA_PLATFORM=offscreen $(BIN)/python packaging/screenshots.py

$(STAMP): pyproject.toml
	@packaging/venv.sh $(VENV) $(PYTHON)
	@echo "Installing Supernode Studio and its tools into $(VENV) (a minute or so)"
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(STAMP)

clean:
	rm -rf $(VENV) build dist out
