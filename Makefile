# Two commands: `make demo` to see it work, `make test` to see every test pass.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check install lint types unit real clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml scripts/bootstrap
	scripts/bootstrap $(PYTHON) $(VENV)
	touch $@

demo: install
	scripts/demo $(BIN)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: install
	$(BIN)/mypy

unit: install
	$(BIN)/pytest -m "not real and not foreign"

check: lint types unit

real: install
	scripts/real-parts $(BIN)

test: check real

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
