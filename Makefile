# Everything runs from .venv, which is built from the hash-pinned requirements.txt on first use.
PYTHON ?= python3
PY := .venv/bin/python
LAKE ?= ./lake
# Tests start processes and wait for the disk; four at once keep two cores busy.
AT_ONCE ?= 4

.PHONY: run test test-ops check format bench bench-peers lock lock-peers clean browser

run: .venv/.ready  ## seeds/ -> ./lake, then a sample answer
	$(PY) -m flows ingest seeds --lake $(LAKE)
	@echo
	$(PY) -m flows sql "select language, license, count(*) as articles from articles group by all order by all" --lake $(LAKE)
	@echo
	@echo "Next: $(PY) -m flows sql \"select stage, rule, detail from rejections\" --lake $(LAKE)"

test: .venv/.ready $(if $(CI),browser)  ## all tests but those that need servers
	$(PY) -m pytest -q -n $(AT_ONCE) --dist worksteal

test-ops: .venv/.ready  ## a real Prefect server and worker on loopback
	$(PY) -m pytest -q -m ops -n $(AT_ONCE) --dist worksteal

# Elsewhere the browser test is skipped, with that reason, where no Chromium is installed.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || \
	  echo "no Chromium could be installed: the browser test will be skipped" >&2

check: .venv/.ready  ## lint, types, direction of imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: .venv/.ready
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: .venv/.ready  ## ratios into benchmarks/results.md
	$(PY) -m benchmarks.throughput
	$(PY) -m benchmarks.quality
	$(PY) -m benchmarks.rights
	$(PY) -m benchmarks.fetching
	$(PY) -m benchmarks.lake

bench-peers: .venv/.ready  ## datatrove and newspaper4k on the same pages, where they can be installed
	@$(MAKE) --no-print-directory build/peers/.ready || echo "the peers could not be installed: see above" >&2
	$(PY) -m benchmarks.peers

lock: .venv/.ready  ## recompile requirements.txt; the flags keep addresses and paths out of it
	$(PY) -m uv pip compile --universal --generate-hashes --no-header --no-annotate --group dev pyproject.toml -o requirements.txt

lock-peers: .venv/.ready  ## recompile benchmarks/peers-requirements.txt
	$(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate benchmarks/peers-requirements.in -o benchmarks/peers-requirements.txt

clean:
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# uv, itself pinned by hash, installs the rest in a third of pip's time. Bytecode is compiled here
# because machines that forbid writing it later would pay for each import for ever. Prefect's
# database is migrated here, once, instead of within the first run.
.venv/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Broadsheet needs Python 3.11, 3.12 or 3.13; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12 run" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Broadsheet needs the venv module of Python. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > .venv/uv.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	$(PY) -m uv pip install --quiet --compile-bytecode --require-hashes -r requirements.txt
	$(PY) -m uv pip install --quiet --no-deps --no-build-isolation -e .
	$(PY) -m compileall -q flows tasks expectations
	DO_NOT_TRACK=1 $(PY) -m prefect server database upgrade -y >/dev/null
	@touch $@

# What Broadsheet is compared with shares nothing with it: its packages ask for others' versions.
build/peers/.ready: benchmarks/peers-requirements.txt | .venv/.ready
	@rm -f $@
	$(PY) -m uv venv --quiet --clear --python $(PY) build/peers/.venv
	$(PY) -m uv pip install --quiet --python build/peers/.venv/bin/python --compile-bytecode --require-hashes -r benchmarks/peers-requirements.txt
	@touch $@
