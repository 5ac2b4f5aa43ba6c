# The two commands of a fresh machine are `make demo` and `make test`. `make help` lists the others.

UV_VERSION := 0.13.9
PYTHON ?= $(shell python3.11 -c 'print("python3.11")' 2>/dev/null || echo python3)

BIN := .venv/bin
STAMP := .venv/.synced
SPARK_STAMP := .venv/.synced-spark

# The environment's own Python is the only one: uv fetches none. All packages are compiled at once, or where Python
# writes no bytecode (PYTHONDONTWRITEBYTECODE) each command would compile them again.
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1

# Tests that need a server, a browser, Java or recorded data run apart (.ci/run). The others begin with those that
# take minutes, so that no process is left alone with them at the end.
APART := tests/acceptance tests/services tests/spark
LONG := tests/staging tests/demo tests/project tests/publish
SHORT := $(filter-out $(APART) $(LONG) %/__pycache__,$(patsubst %/,%,$(wildcard tests/*/)))

.DEFAULT_GOAL := help
.PHONY: help setup setup-spark demo dashboard test test-spark lint lint-python lint-sql docs bench clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(STAMP) ## Create .venv with the locked versions (the other targets do it themselves)

$(STAMP): pyproject.toml uv.lock Makefile
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --quiet --locked --python $(BIN)/python
	@touch $@

demo: $(STAMP) ## Load the demo organisation, build its metrics and print them
	$(BIN)/streamgauge demo

dashboard: $(STAMP) ## Serve the dashboards over what is published, else over the demo
	$(BIN)/streamlit run dashboards/app.py

test: $(STAMP) ## Python tests, then the demo with every data test, unit test and its true figures; WITH=folder: more
	$(BIN)/pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder $(LONG) $(WITH) $(SHORT)

test-spark: $(SPARK_STAMP) ## On Spark (Java 17): each mart's cells those of DuckDB; SPARK=--models-only: no unit tests
	$(BIN)/pytest --quiet $(SPARK) tests/spark $(if $(SPARK),,tests/acceptance -k spark)

setup-spark: $(SPARK_STAMP) ## Add Spark to .venv (test-spark does it itself)

$(SPARK_STAMP): $(STAMP)
	$(BIN)/uv sync --quiet --locked --group spark --python $(BIN)/python
	@touch $@

lint: lint-python lint-sql ## Python, SQL and YAML style, and types

lint-python: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/yamllint --strict .

lint-sql: $(STAMP)
	$(BIN)/sqlfluff lint

docs: $(STAMP) ## Write dbt's documentation site, one file: target/static_index.html
	$(BIN)/dbt docs generate --target lint --static --empty-catalog

bench: $(STAMP) ## Time builds of SIZE artifacts (100000); BENCH=--growth or --loading for more
	$(BIN)/python -m benchmark $(if $(SIZE),--size $(SIZE)) $(BENCH)

clean: ## Remove what builds and tests leave behind, but not .venv and no warehouse
	rm -rf target logs .pytest_cache .ruff_cache .mypy_cache .hypothesis
