# Both targets do their own set-up in .venv, from constraints.txt; they need Python 3.11 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: quickstart test clean

quickstart: .venv/ready
	$(BIN)/synthc -C specs/quickstart compile
	$(BIN)/synthc -C specs/quickstart run

test: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2

# torch is named with its exact pin so that no other package chooses a CUDA build of several GB.
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0 --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv build dist *.egg-info
