# The same commands CI uses; each is two or three lines. `make help` lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Every command and daemon that a test starts would compile our modules again (a quarter of its start).
unexport PYTHONDONTWRITEBYTECODE

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.runtime: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Balcao needs Python 3.11 or newer; set PYTHON=python3.X")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

env: .venv/.runtime ## .venv/ with .venv/bin/balcao, from the hash-locked requirements

run: env ## start the daemon here (balcao.yaml and rules.yaml are written on the first start)
	@[ -f balcao.yaml ] || $(BIN)/balcao init . > /dev/null
	@$(BIN)/balcao run -c balcao.yaml

demo: env ## a morning's traffic and a day of calls through a real daemon, and what became of it
	@$(BIN)/python -m demo

picture: env ## docs/pictures/demo.svg and status.svg anew, from a real run of the demo
	@$(BIN)/python -m demo --picture docs/pictures/demo.svg

check: .venv/.dev ## lint, format, types, import contracts, the shipped settings and rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/balcao check -c config/balcao.yaml
	$(BIN)/python -m tests.audit

test: .venv/.dev check ## everything CI runs; sets itself up
	@sh tests/set_up.sh
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations 25 -m "not long"

long: .venv/.dev ## what CI has no time for: three nodes, three brokers, floods, a full start, alarms in a circle
	@sh tests/set_up.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile -m long

replay: .venv/.dev ## 10,000 call events, shuffled within a minute, 5 % of them twice, on SQLite and PostgreSQL
	BALCAO_REPLAY_CALLS=3900 $(BIN)/python -m pytest -q --timeout 1200 tests/ingest/test_calls.py -k shuffled

kills: .venv/.dev ## the daemon killed twenty times while customers write: answered is kept, once
	BALCAO_KILLS=20 $(BIN)/python -m pytest -q tests/e2e/test_kill.py

faults: .venv/.dev ## processes killed at every step of accept, claim, file and settle, on SQLite and PostgreSQL; the journal cut at every byte
	BALCAO_FAULTS=full $(BIN)/python -m pytest -q --timeout 1200 tests/security/test_05_failure_at_every_step.py tests/security/test_05_damaged_journal.py

cluster: .venv/.dev ## three RabbitMQ nodes killed, cut off and restarted, five times over, under load
	@sh tests/set_up.sh
	BALCAO_CLUSTER_ROUNDS=5 $(BIN)/python -m pytest -q --timeout 1800 tests/e2e/test_rabbitmq.py tests/e2e/test_rabbitmq_long.py

chaos: .venv/.dev ## every fault with all channels sending, fifteen minutes; CHAOS="--seed 7 relay" for the same again, or some
	@sh tests/set_up.sh
	$(BIN)/python -m tests.chaos --seconds 900 $(CHAOS)

statements: .venv/.dev ## before a new migration: write down what the store asks of the present schema (tests/rolling)
	$(BIN)/python -m tests.rolling.record

rolling: .venv/.dev ## the version of before the newest migration, from the history, beside this one under load
	$(BIN)/python -m pytest -q tests/rolling/beside.py

restart: .venv/.dev ## a start with 100,000 unprocessed entries, on SQLite and PostgreSQL: accepting again within 3 s
	BALCAO_RESTART_ENTRIES=100000 BALCAO_RESTART_SECONDS=3 $(BIN)/python -m pytest -q -s tests/e2e/test_restart.py

day: .venv/.dev ## a day's traffic in twenty minutes, on every channel: does memory stay where it is?
	$(BIN)/python -m tests.chaos.day $(DAY)

bench: .venv/.dev ## figures, one JSON line each; leave the machine alone meanwhile
	@sh tests/set_up.sh
	$(BIN)/python -m benchmarks

bench-scale: .venv/.dev ## tickets/s with 1, 2 and 4 processes, and nodes in network namespaces; bytes per interaction
	$(BIN)/python -m benchmarks.scale --sizes

.venv/.fuzz: .venv/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[fuzz]'
	@touch $@

fuzz: .venv/.fuzz ## ten minutes of broken mail against what reads it; FUZZ_SECONDS=60 for less; findings in var/fuzz
	$(BIN)/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),600)

lock: .venv/.dev ## write the lock files from pyproject.toml; UPGRADE=--upgrade takes newer versions of everything
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet $(UPGRADE) --output-file requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra build --extra dev --no-emit-package pip --constraint requirements.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet $(UPGRADE) --output-file requirements-dev.txt

.PHONY: help env run demo picture check test bench bench-scale fuzz lock replay cluster kills faults chaos day restart statements long rolling
