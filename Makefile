# Compuerta. `make run` serves the demo, `make test` tests it; both set up what they need.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
unexport PYTHONDONTWRITEBYTECODE  # every process would compile everything anew

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet --no-input
STAMPS := $(VENV)/.stamps
DEMO := COMPUERTA_MODE=demo PORT=$(PORT)
SOURCES := config core projects vendors procurement gating oversight tests bench manage.py
ASSETS := $(wildcard assets/*)
STATIC := $(wildcard static/*)
PO := $(wildcard locale/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)

.PHONY: help setup setup-dev assets translations messages run test check bench
.DEFAULT_GOAL := help

help:
	@echo "make run    serve the demo portfolio on http://localhost:$(PORT)/ (PORT= moves it)"
	echo "make test   run all tests"
	echo "make check  style, types, import contracts, translations, migrations"
	echo "make bench  measure against bare Django; needs PostgreSQL for the second half"

# --- setting up: every step leaves a stamp and is repeated only when what it reads has changed

setup: $(STAMPS)/run assets $(STAMPS)/static translations
	@:

setup-dev: setup $(STAMPS)/dev

$(PY):
	@for python in python3.13 python3.12 python3.11 python3; do
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
	    echo "Setting up with $$($$python --version) ..."
	    "$$python" -m venv $(VENV) >/dev/null 2>&1 && exit 0
	    rm -rf $(VENV)
	  fi
	done
	echo "Compuerta needs Python 3.11 or newer with its venv module (on Debian: apt install python3-venv)." >&2
	exit 1

$(STAMPS)/run: locks/run.txt | $(PY)
	@echo "Installing what Compuerta runs on ..."
	$(PIP) install --require-hashes --no-deps -r locks/run.txt
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: locks/dev.txt $(STAMPS)/run | $(PY)
	@echo "Installing what tests and checks need ..."
	$(PIP) install --require-hashes --no-deps -r locks/dev.txt
	mkdir -p $(STAMPS) && touch $@

assets: $(STAMPS)/assets

# Node comes from the system where it is recent enough, else from a wheel inside the environment.
$(STAMPS)/node: package-lock.json $(STAMPS)/run locks/assets.txt
	@mkdir -p $(STAMPS)
	export PATH="$(CURDIR)/$(BIN):$$PATH"
	major() { "$$1" --version 2>/dev/null | sed -E 's/^v?([0-9]+).*/\1/' || true; }
	node="$$(major node)"; npm="$$(major npm)"
	if [ "$${node:-0}" -lt 18 ] || [ "$${npm:-0}" -lt 10 ]; then
	  echo "No recent Node here: installing one into the environment ..."
	  $(PIP) install --require-hashes --no-deps -r locks/assets.txt
	fi
	echo "Installing the front-end parts ..."
	npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	touch $@

$(STAMPS)/assets: $(STAMPS)/node $(ASSETS)
	@export PATH="$(CURDIR)/$(BIN):$$PATH"
	mkdir -p static/build
	npm exec --offline --no-update-notifier -- sass --quiet-deps --load-path=node_modules --style=compressed --no-source-map \
	  assets/compuerta.scss static/build/compuerta.css
	cp assets/*.js node_modules/axe-core/axe.min.js static/build/
	cp node_modules/@fontsource-variable/public-sans/files/public-sans-latin{,-ext}-wght-normal.woff2 static/build/
	touch $@

# The same files under names that change with their content, compressed.
$(STAMPS)/static: $(STAMPS)/assets $(STAMPS)/run $(STATIC)
	@$(DEMO) $(PY) manage.py collectstatic --clear --no-input --verbosity 0
	touch $@

translations: $(MO)

# Untranslated or fuzzy texts are left to `make check`.
%.mo: %.po | $(STAMPS)/run
	@$(BIN)/pybabel --quiet compile -D django -d locale -l "$$(basename "$$(dirname "$$(dirname $@)")")"
	touch $@

messages: setup
	@PYTHONPATH=. $(BIN)/pybabel --quiet extract -F locale/babel.cfg -k gettext_lazy -k gettext_noop -k ngettext_lazy:1,2 \
	  -k pgettext_lazy:1c,2 --no-location --sort-output --project Compuerta -o var/django.pot .
	$(BIN)/pybabel --quiet update -D django -d locale -i var/django.pot --no-fuzzy-matching --ignore-obsolete

# --- the two commands

run: setup
	@export $(DEMO)
	$(PY) manage.py prepare_database --verbosity 0
	$(PY) manage.py demo
	exec $(PY) manage.py serve

test: setup-dev
	@exec $(PY) -m pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --durations 15 $(PYTEST)

# --- for those who change it

check: setup-dev
	@fail=0
	step() { echo "· $$1"; shift; "$$@" || fail=1; }
	step "style" $(BIN)/ruff check $(wildcard $(SOURCES))
	step "formatting" $(BIN)/ruff format --check --quiet $(wildcard $(SOURCES))
	step "import contracts" $(BIN)/lint-imports --no-cache --no-logo
	step "types" $(BIN)/mypy
	step "templates" $(BIN)/djlint --lint --quiet templates
	step "translations" $(PY) -m pytest -q tests/test_translations.py
	step "migrations" env COMPUERTA_MODE=test $(PY) manage.py makemigrations --check --dry-run
	exit $$fail

bench: setup-dev
	@$(PY) bench/run.py
	rm -f var/lastminute.sqlite3*
	$(PY) bench/lastminute.py 40 sqlite:///$(CURDIR)/var/lastminute.sqlite3
	$(PY) bench/lastminute.py 300
