# make demo    install the product and fill two example photographs
# make test    the whole test suite, in the real editors too, with JOBS=2 processes
# make check   format, lint, types, the direction of imports, no tracked file above 10 MB, and the documentation
# make docs    the documentation as a site, in build/site
# make languages   the catalogues of the plug-ins' languages, brought up to date with the sources
# make bench   every number that the README quotes
PYTHON ?= python3
VENV   ?= .venv
JOBS   ?= 2
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SITE   := NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs --quiet build --strict
TYPED  := daemon export training benchmarks plugins/client plugins/gimp plugins/krita

.PHONY: demo test check format docs languages bench clean

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
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal

check: $(VENV)/.developer
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/python .ci/file_sizes.py
	$(BIN)/lint-imports
	$(SITE)

format: $(VENV)/.developer
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.developer
	$(SITE)

languages: $(VENV)/.developer
	$(BIN)/python .ci/languages.py

bench: $(VENV)/.developer
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist demo .grimp_cache .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
