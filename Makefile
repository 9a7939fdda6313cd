# Every target sets up what it needs by itself: see tools/setup.py. `make` alone lists them.
PRIVATE_UV = UV_CACHE_DIR=.build/uv-cache UV_PYTHON_INSTALL_DIR=.build/pythons uv run --quiet --no-project python
PYTHON ?= $(if $(shell command -v python3),python3,$(PRIVATE_UV))
BIN = .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test coverage test-setup check format lint types layers docs lock bench clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "  make %-11s %s\n", $$1, $$2}'

setup:  ## make the environment: .build and .venv in this folder
	@$(PYTHON) tools/setup.py

demo: setup  ## check the example application, then a copy with planted mistakes
	@$(BIN)/python tools/demo.py

serve: setup  ## serve the example application; HOST and PORT can be given
	@$(BIN)/chirp run examples.tracker.app:create_app --host $(HOST) --port $(PORT)

test: setup  ## run the tests
	@$(BIN)/python -m pytest -n auto --dist loadgroup

coverage: setup  ## run the tests and require the covered share of branches
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n auto --dist loadgroup -q
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

test-setup: setup  ## make the environment in a fresh clone elsewhere (slow, needs a network)
	@$(BIN)/python -m pytest tests/packaging/fresh_clone.py

check: lint types layers test docs  ## all that has to pass

format: setup  ## rewrite the sources in the house format
	@$(BIN)/ruff check --quiet --fix-only --select I .
	@$(BIN)/ruff format .

lint: setup  ## format and lint, without rewriting
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: setup  ## mypy and pyright, both strict
	@$(BIN)/mypy
	@$(BIN)/pyright

layers: setup  ## who may import whom
	@$(BIN)/lint-imports

docs: setup  ## build the documentation into site/
	@$(BIN)/python tools/build_docs.py

lock: setup  ## resolve requirements/dev.in into dev.txt
	@$(BIN)/python tools/lock.py

bench: setup  ## measure the figures of docs/benchmarks.md
	@$(BIN)/python -m benchmarks

clean:  ## remove what can be made again, but not the environment
	@rm -rf dist site htmlcov .coverage .coverage.* .chirp_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis \
		.import_linter_cache .build/planted .build/docs
	@find . -name __pycache__ -not -path './.build/*' -not -path './.venv/*' -prune -exec rm -rf {} +
