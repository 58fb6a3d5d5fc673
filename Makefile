# make run: install, fetch the model, open the page. make test: install, lint, type, test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint browser screenshots example bench audit clean

run: $(VENV)/installed
	$(BIN)/python app.py

# The model comes while the code is read; what hinders it is told by the tests that need it.
test: $(VENV)/installed-dev browser
	$(BIN)/python -m interviewer model fetch >/dev/null 2>&1 & $(MAKE) lint && wait
	$(BIN)/python -m pytest -n 2 -m "not live"
	$(BIN)/python -m pytest -m live

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The README's pictures, made by the browser tests from a real interview.
screenshots: $(VENV)/installed-dev browser
	$(BIN)/python -m pytest tests/browser -m browser -k "whole_interview" --screenshots tests/browser/screenshots

# A whole loop on the real model, with its reports and pictures; takes long on a small machine.
example: $(VENV)/installed-dev browser
	$(BIN)/python -m tests.browser.example

# Many candidates at once, beside a bare Gradio chat on the same machine.
bench: $(VENV)/installed-dev
	$(BIN)/python -m tests.benchmarks.load

# Known holes in what is installed; needs the network, and fails where it can't ask.
audit: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/python -m pip freeze --exclude-editable > $(VENV)/installed.txt
	$(BIN)/pip-audit --strict --no-deps --disable-pip -r $(VENV)/installed.txt

# The tests drive a real Chromium: the system's own, else Debian's package, else Playwright's.
browser: $(VENV)/installed-dev
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	$(BIN)/playwright install chromium

$(VENV)/pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 run")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

$(VENV)/installed: $(VENV)/pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
