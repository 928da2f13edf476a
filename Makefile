# make demo    install the product and fill two example photographs
# make test    the whole test suite, in the real editors too
# make check   format, lint, types, the direction of imports, and no tracked file above 10 MB
# make bench   every number that the README quotes
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
TYPED  := daemon export training benchmarks plugins/client plugins/gimp plugins/krita

.PHONY: demo test check format bench clean

$(VENV)/.product: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(VENV)/.developer: $(VENV)/.product
	$(PIP) --editable '.[train,cluster,dev]'
	touch $@

demo: $(VENV)/.product
	$(BIN)/python examples/demo.py

test: $(VENV)/.developer
	$(BIN)/python -m pytest

check: $(VENV)/.developer
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/python .ci/file_sizes.py
	$(BIN)/lint-imports

format: $(VENV)/.developer
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.developer
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist demo .grimp_cache .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
