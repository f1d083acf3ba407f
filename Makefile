# `make demo` and `make test` need Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
ROOMS := smartregion decoders aggregates store queries ingest jobs api console simulator cli

.PHONY: demo test test-real fuzz test-influxdb bench lint assets lock screenshots clean

demo: .make/runtime assets ## a simulated county, live in the browser
	$(BIN)/smartregion demo $(ARGS)

test: .make/dev assets lint ## everything that needs no server
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder tests/whole tests

test-real: .make/dev assets ## against real servers, which it installs and starts
	./tests/real/install
	$(BIN)/pytest -q -m real
	$(BIN)/python -m tests.fuzz

fuzz: .make/dev ## coverage-guided search for bytes that no part may stumble over; FUZZ_RUNS of them
	$(BIN)/python -m tests.fuzz $(FUZZ_RUNS)

faults: .make/dev assets ## the fault table in its short form: what is done to the platform, what became of each message
	./tests/real/install
	$(BIN)/python -m faults --write docs/reliability.md $(ARGS)

soak: .make/dev assets ## the long form, some hours, into docs/soak.md
	./tests/real/install
	$(BIN)/python -m faults --long --write docs/soak.md $(ARGS)

test-influxdb: .make/dev ## the series store against an InfluxDB 2: INFLUXDB_URL and INFLUXDB_TOKEN, or INFLUXD
	@$(BIN)/python -m tests.real.influx_given
	$(BIN)/pytest -q -m real tests/store/series

lint: .make/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .make/dev ## the figures of the README, as JSON and as a table
	$(BIN)/python -m bench $(ARGS)

screenshots: .make/dev assets
	$(BIN)/python docs/screenshots.py

assets: .make/runtime
	@$(BIN)/python -m console.build

.make/runtime: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "smartregion needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another with make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p .make && touch $@

.make/dev: .make/runtime requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock: ## renew the lock files; they record no addresses
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --extra build $(LOCK) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra build --extra dev --extra real $(LOCK) -o requirements-dev.lock
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -q

clean:
	rm -rf .venv .make console/static/vendor
