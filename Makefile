# Every target does its own set-up. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
RESET ?=
PYTEST_ARGS ?=
# The browser's journeys keep one process; PARALLEL= runs everything in one.
PARALLEL ?= -n 2 --dist loadgroup
# COVER=1 measures branch coverage too, and refuses a package with less than it must have.
COVER ?=

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
BASE := $(VENV)/.base-installed
DEV := $(VENV)/.dev-installed
NEXT := .venv-next/.installed

# What is installed is exactly what the hashes say, from wheels alone; but dkimpy, for tests, comes as source only.
PIP_INSTALL = -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --only-binary :all:
# Tools that import the settings but ask the database nothing need not start one.
NO_DATABASE = DATABASE_URL=postgresql:///unused

.DEFAULT_GOAL := help
.PHONY: help demo run test test-next check format e2e bench bench-mail bench-search lock messages

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(PY):
	@$(PYTHON) -m venv $(VENV)

$(BASE): requirements/base.txt | $(PY)
	@echo "Installing what the site needs into $(VENV) …"
	@$(PY) $(PIP_INSTALL) -r requirements/base.txt
	@touch $@

$(DEV): requirements/dev.txt $(BASE)
	@echo "Installing what development needs into $(VENV) …"
	@$(PY) $(PIP_INSTALL) --no-binary dkimpy -r requirements/dev.txt
	@touch $@

demo: $(BASE) ## A working site with demo content at 127.0.0.1:8000 (PORT=…); RESET=1 starts afresh
	@$(PY) -m scripts.demo --port $(PORT) $(if $(RESET),--reset)

run: $(DEV) ## The development server, with debugging and reloading, and a mail worker
	@AVOW_DEBUG=1 $(PY) -m scripts.run --port $(PORT)

test: $(DEV) ## Every test, those in the browser too (PYTEST_ARGS=…, COVER=1)
	@$(PY) -m scripts.compile_messages
	$(PY) -m pytest $(PARALLEL) $(if $(COVER),--cov --cov-report=) $(PYTEST_ARGS)
	$(if $(COVER),@$(PY) -m scripts.covered)

$(NEXT): requirements/next.txt
	$(PYTHON) -m venv .venv-next
	.venv-next/bin/python $(PIP_INSTALL) --no-binary dkimpy -r requirements/next.txt
	@touch $@

test-next: $(NEXT) ## The tests on the next Wagtail
	.venv-next/bin/python -m scripts.compile_messages
	.venv-next/bin/python -m pytest $(PYTEST_ARGS)

check: $(DEV) ## Lint, types, imports, templates, migrations, messages, deployment settings
	@$(PY) -m scripts.check

format: $(DEV) ## Format Python and templates
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(PY) -m scripts.templates format

e2e: $(DEV) ## The browser journeys alone
	@$(PY) -m scripts.compile_messages
	$(PY) -m pytest -m e2e $(PYTEST_ARGS)

bench: $(DEV) ## Measure against the budgets and a stock Wagtail
	@$(PY) -m scripts.compile_messages
	$(PY) -m bench

bench-search: $(DEV) ## Measure search over 100,000 clauses, beside a stock Wagtail's
	@$(PY) -m scripts.compile_messages
	$(PY) -m bench.search

bench-mail: $(DEV) ## Every budget of the delivery engine in one run (ARGS="speed --large 1000000")
	@$(PY) -m scripts.compile_messages
	$(PY) -m bench.mail budgets $(ARGS)

lock: $(DEV) ## Pin requirements/*.txt anew from pyproject.toml (UPGRADE=1 takes the newest)
	$(PY) -m scripts.lock $(if $(UPGRADE),--upgrade)

messages: $(DEV) ## Bring locale/ up to date with the sources and compile it; no gettext needed
	$(PY) -m scripts.messages update
	@$(PY) -m scripts.compile_messages
