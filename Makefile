# Two commands: `make demo` to see it work, `make test` to see every test pass.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check install lint types unit real foreign oracle clean

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
	$(BIN)/pytest -m "not real and not foreign and not oracle" --cov --cov-report=
	$(BIN)/coverage report --skip-covered --sort=-cover | tail -n 30

check: lint types unit

real: install
	scripts/real-parts $(BIN)

# Our platform files against prompts and dialogues that others recorded.
foreign: install
	scripts/foreign-data .venv-foreign
	$(BIN)/pytest -m foreign tests/foreign

# The same playbooks under ansible-playbook and under playrun.
oracle: install
	scripts/ansible-oracle .venv-oracle
	$(BIN)/pytest -m oracle tests/oracle

test: check real foreign oracle

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
