# make help lists what there is. Everything runs in .venv, which `make setup` fills from the lock.

PYTHON ?= python3
# A uv that is found may not run, as a shim of another Python's.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .venv/bin/uv)
BIN := $(CURDIR)/.venv/bin
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
export PATH := $(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup intelex cuda report test test-slow lint docs lock clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.done  ## Set up .venv from requirements.lock (done by itself when needed)

.venv/.done: requirements.lock pyproject.toml bridge/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "redigit needs Python 3.11 or later: make setup PYTHON=python3.12")'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@$(UV) --version >/dev/null 2>&1 || .venv/bin/python -m pip install --quiet --require-virtualenv uv
	$(UV) pip install --quiet --python .venv/bin/python --require-hashes --compile-bytecode -r requirements.lock
	$(UV) pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e bridge -e .
	@touch $@

intelex: setup  ## Add scikit-learn-intelex to .venv, for svm_implementation: intelex (x86 only)
	$(UV) pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r requirements-intelex.lock

cuda: setup  ## Add JAX for NVIDIA GPUs to .venv, for backend: jax (Linux only, 3 GB)
	$(UV) pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r requirements-cuda.lock

report: setup  ## Make every table, figure and verdict: reports/index.html
	snakemake --cores all $(if $(MAKE_TERMOUT),--logger rich)
	@echo "See reports/index.html"

test: setup  ## Run the tests, but for the slow ones
	python -m pytest -n 2 --dist loadgroup -m "not slow"

test-slow: setup  ## Run the slow tests
	python -m pytest -n 2 --dist loadgroup -m slow

lint: setup  ## Check style: code, rules, parameter files
	pre-commit run --all-files

docs: setup  ## Render docs/parameters.md from the schemas
	python -m redigit.documentation

lock: setup  ## Renew the locks from pyproject.toml
	$(UV) pip compile $(LOCK) --no-emit-package dvc-bridge --extra dev pyproject.toml -o requirements.lock
	$(UV) pip compile $(LOCK) --group intelex -c requirements.lock -o requirements-intelex.lock
	$(UV) pip compile $(LOCK) --group cuda -c requirements.lock -o requirements-cuda.lock

clean:  ## Remove all outputs, but neither raw data nor the environment
	rm -rf logs models metrics reports data/pairs .snakemake
