# The Singing Pager. `make` alone says what there is to make.
PYTHON ?= python3
bin := .venv/bin
npm := PATH="$(CURDIR)/$(bin):$$PATH" npm --prefix bridge/console
# what `make run` installs: a change of any of it installs it anew
carried := $(shell find bridge/singing_pager bridge/console supercollider/compiled supercollider/instruments.yaml -type f \
  -not -path '*/node_modules/*' -not -path '*/.*' -not -path '*/dist/*' -not -path '*/__pycache__/*')

.DEFAULT_GOAL := help
.PHONY: help run sound console test check format synthdefs pictures bench lock test-compose clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run ## set up and start the bridge on its embedded defaults; then open the page that it names
	scripts/supervise $(bin)/singing-pager run

sound: ## start SuperCollider beside it, with the sound card or a silent stand-in
	supercollider/entrypoint.sh

console: .venv/dev ## build the page, where its sources have changed
	$(bin)/python hatch_build.py

test: .venv/dev console ## set up what is missing, Debian packages too, and run every test
	scripts/test-packages
	# what plays in real time runs alone, after what does not
	$(bin)/pytest -n 2 --dist loadfile --ignore tests/real --ignore tests/page/heard --ignore tests/golden
	$(bin)/pytest tests/golden tests/page/heard tests/real

check: .venv/dev console ## lint, format, types, spelling, the page's unit tests: what CI and pre-commit run
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/codespell
	$(npm) run check
	$(npm) test

format: .venv/dev console ## put the code in its form
	$(bin)/ruff check --fix
	$(bin)/ruff format
	$(npm) run format

synthdefs: ## compile supercollider/synthdefs into supercollider/compiled
	scripts/synthdefs supercollider/compiled

pictures: .venv/dev console ## take the pictures of the page that the docs show
	$(bin)/python tests/page/pictures.py

bench: .venv/dev console ## measure what docs/performance.md tells, beside its baselines (a quarter of an hour)
	scripts/test-packages
	$(bin)/python bench/run.py

test-compose: .venv/dev ## bring every compose profile up for real and listen (needs a Docker Engine)
	tests/real/compose.sh

lock: .venv/dev ## renew the locked versions
	$(bin)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url pyproject.toml -o requirements/run.txt
	$(bin)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url pyproject.toml --group dev -o requirements/dev.txt

clean: ## remove what was set up here
	rm -rf .venv dist bridge/console/dist bridge/console/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/run: requirements/run.txt pyproject.toml hatch_build.py $(carried)
	PYTHON=$(PYTHON) scripts/environment run

.venv/dev: requirements/dev.txt pyproject.toml
	PYTHON=$(PYTHON) scripts/environment dev
