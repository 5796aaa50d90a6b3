# Noroshi. `make demo` sets up and runs the main job; `make test` sets up and checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
FUZZ_SCALE ?= 50

.PHONY: demo test lint types layers unit bench fuzz docs picture reference clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

demo: $(READY)
	@$(BIN)/python demo/run.py

test: lint types layers unit

lint: $(READY)
	$(BIN)/ruff format --check src tests bench demo tools
	$(BIN)/ruff check src tests bench demo tools

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports --no-cache

unit: $(READY)
	$(BIN)/python -m pytest

bench: $(READY)
	$(BIN)/python -m bench

fuzz: $(READY)
	FUZZ_SCALE=$(FUZZ_SCALE) $(BIN)/python -m pytest -m hypothesis

docs: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	$(BIN)/zensical build

picture: $(READY)
	$(BIN)/python tools/picture.py

reference: $(READY)
	$(BIN)/python tools/reference.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis artefacts .noroshi
