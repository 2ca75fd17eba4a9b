# satcheck: the two commands are `make audit` and `make test`. Both make the environment they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BATCH ?= data/sample_tiles/2022Q4
# `notdir` would take a folder with spaces in its name for several.
OUT ?= out/$(shell basename "$(BATCH)")

.PHONY: help audit test check lint types docs sample clean

help: ## say what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# Set up once: a second call finds the stamp newer than what it depends on.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

audit: $(VENV)/.ready ## audit the sample quarter (or BATCH=folder OUT=folder)
	@# Exit 1 says that there are findings, which is what a sample is for.
	@$(BIN)/satcheck audit "$(BATCH)" -o "$(OUT)" || test $$? -eq 1

test: $(VENV)/.ready ## run every test, one file after another on each core
	$(BIN)/python -m pytest -q -n auto --dist loadfile

check: lint types test ## all that is asked of a commit

lint: $(VENV)/.ready ## style and common mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready ## mypy, strict
	$(BIN)/mypy

docs: $(VENV)/.ready ## rewrite the rule pages from the rules
	$(BIN)/python -m yanhu_satcheck.rulebook docs/rules

sample: $(VENV)/.ready ## make the two sample quarters again (about five minutes)
	rm -rf data/sample_made
	$(BIN)/satcheck sample data/sample_made
	rm -rf data/sample_tiles
	mv data/sample_made data/sample_tiles

clean: ## remove the environment and what was made
	rm -rf $(VENV) out build dist *.egg-info
