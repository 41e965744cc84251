PYTHON ?= python3
export PYTHON
RUN = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help venv run test check soak bench

help: ## Show these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

venv:
	@scripts/venv

run: venv ## Run everything on http://localhost:8000 (PORT=9000 make run moves it)
	@exec $(RUN) manage.py dev

test: venv ## Run every test
	@PYTHONDONTWRITEBYTECODE= $(RUN) -m pytest -n 3 --dist worksteal # many tests wait, and start processes

check: venv ## Lint, format, types, import rules, migrations and templates
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy apps resolutionflow manage.py
	$(RUN) .venv/bin/lint-imports
	$(RUN) manage.py makemigrations --check --dry-run
	$(RUN) -m pytest -n 0 tests/architecture/test_templates.py

soak: venv ## Run the crash tests with their full counts, and look at every page in every size and theme
	@RF_SOAK=1 $(RUN) -m pytest -n 0 tests/concurrency tests/journeys

bench: venv ## Measure every figure beside its floor (about five minutes)
	@$(RUN) -m bench
