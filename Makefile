# `make demo` and `make test` need only Python >= 3.11 and make; they install into $(VENV) once.
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin/
TEST = OMP_NUM_THREADS=1 $(RUN)python -m pytest -n 2
INSTALL = $(RUN)python -m pip install --quiet --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check docs bench fuzz clean

demo: $(VENV)/.installed
	$(RUN)netspec build specs/densenet121.yaml -o build

test: $(VENV)/.test-installed
	$(TEST)

check: $(VENV)/.test-installed
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy
	$(RUN)lint-imports
	$(TEST)

docs: $(VENV)/.test-installed
	$(RUN)python docs/generate.py

bench: $(VENV)/.benchmark-installed
	$(RUN)python -m benchmarks.stats --write docs/benchmarks.md
	$(RUN)python -m benchmarks.scale --write docs/scale.md
	$(RUN)python -m benchmarks.speed --write docs/speed.md

# Seconds for each target: make fuzz SECONDS=600
SECONDS ?= 60
fuzz: $(VENV)/.fuzz-installed
	$(RUN)python -m fuzz reader $(SECONDS)
	$(RUN)python -m fuzz expression $(SECONDS)
	$(RUN)python -m fuzz elaborator $(SECONDS)

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e '.[torch]'
	touch $@

$(VENV)/.test-installed: $(VENV)/.installed
	$(INSTALL) -e '.[torch,test]'
	touch $@

$(VENV)/.benchmark-installed: $(VENV)/.installed
	$(INSTALL) -e '.[torch,benchmark]'
	touch $@

$(VENV)/.fuzz-installed: $(VENV)/.installed
	$(INSTALL) -e '.[fuzz]'
	touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
