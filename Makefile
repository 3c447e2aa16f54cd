# Mercato. `make help` lists the commands.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MERCATO := .venv/bin/mercato
RUN := .venv/bin

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-9s %s\n", $$1, $$2}'

.PHONY: setup
setup: ## Install what is missing into .venv (the other commands do this by themselves)
	@PYTHON="$(PYTHON)" ops/setup.sh

.PHONY: up
up: setup ## Run the whole store until Ctrl-C
	@$(MERCATO) up

.PHONY: down
down: setup ## Stop a running store
	@$(MERCATO) down

.PHONY: status
status: setup ## What runs, and where
	@$(MERCATO) status

.PHONY: demo
demo: setup ## Load the demo shop into the running store
	@$(MERCATO) demo

.PHONY: check
check: setup ## Format, lint, types and layer rules
	@$(MAKE) --no-print-directory --jobs 2 check-types check-rules

.PHONY: check-types
check-types:
	@$(RUN)/mypy

.PHONY: check-rules
check-rules:
	@$(RUN)/ruff format --check .
	@$(RUN)/ruff check .
	@$(RUN)/lint-imports
	@$(RUN)/bandit --quiet --configfile pyproject.toml --recursive deployments models pipelines webapp dashboards 2>/dev/null

# Each has a PostgreSQL and a Redis of its own and takes about 1.5 GB.
WORKERS ?= 2
.PHONY: test
test: ## All checks and all tests; installs what they need
	@PYTHON="$(PYTHON)" ops/setup.sh --browser
	@$(MAKE) --no-print-directory check
	@$(RUN)/pytest --numprocesses $(WORKERS)

.PHONY: bench
bench: setup ## Measure, print a table and write bench.json
	@$(RUN)/python -m tests.bench

.PHONY: soak
soak: soak-model soak-stack ## Look for what breaks once in a thousand times; takes long

SEED ?= 1
HISTORIES ?= 10000
.PHONY: soak-model
soak-model: setup
	@$(RUN)/python -m tests.model.soak --seed $(SEED) --histories $(HISTORIES)

.PHONY: soak-stack
soak-stack: setup
	@$(RUN)/python -m tests.faults --seconds 600 --shoppers 12
