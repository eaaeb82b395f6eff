# Everything starts from here: `make run` and `make test` need Python 3.11 or newer and this file, nothing else.
# Where uv is missing it is installed below .uv, for this project only.

UV_VERSION := >=0.13,<0.14
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
ARGS ?=

# Compiled once when it is installed: a first start is then as quick as any other.
export UV_COMPILE_BYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help run test bench soak faults fuzz attacks clients explorer web pictures check fix migrate seed schema publish \
	readme wheel

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo '  Options go into ARGS: make run ARGS="--port 9000", make test ARGS="-k category -x"'

run: .venv explorer ## Serve the API and its explorer on a PostgreSQL of its own (or DATABASE_URL's)
	@$(UV) run --locked --no-dev --quiet gql-api dev $(ARGS)

test: .venv explorer ## Run the tests on a PostgreSQL of their own (or DATABASE_URL's)
	@$(UV) run --locked --quiet pytest $(ARGS)

bench: .venv ## Measure the API beside a stock application and the limit: some minutes; ARGS="--work Q50 --rounds 5"
	@$(UV) run --locked --quiet python -m benchmarks $(ARGS)

faults: .venv ## Kill, stop, freeze and cut off a PostgreSQL under load, and see that nothing is lost
	@$(UV) run --locked --quiet pytest --numprocesses=0 tests/faults $(ARGS)

attacks: .venv ## Attack a server in all ways known, and write what that takes into docs/security.md
	@$(UV) run --locked --quiet python -m tests.attacks

clients: .venv ## Run the clients of front ends against the API: Apollo Client, urql, Relay, typed fetch
	@$(UV) run --locked --quiet --group node npm --prefix clients ci --no-audit --no-fund --loglevel=error
	@$(UV) run --locked --quiet --group node npm --prefix clients --silent test

# Without the explorer its page offers a plain form, and says what is missing: everything else works.
explorer: .venv ## Build the explorer from graphiql/, unless nothing of it has changed
	@$(UV) run --locked --no-dev --quiet python graphiql/build.py || true

web: .venv ## Lint, types and tests of the explorer's own code
	@$(UV) run --locked --quiet --group node python graphiql/build.py --packages
	@$(UV) run --locked --quiet --group node npm --prefix graphiql --silent test

pictures: .venv explorer ## Take the pictures of docs/pictures anew, by the browser tests
	@mkdir -p docs/pictures
	@GQL_TEST_BROWSER=1 GQL_TEST_PICTURES=1 $(UV) run --locked --quiet pytest -q tests/browser

fuzz: .venv ## Send what nobody would: bytes, headers, documents, values, frames
	@$(UV) run --locked --quiet pytest tests/fuzz $(ARGS)

soak: .venv ## Everything that takes long: what is random twenty times as often, and other each time; failures; attacks
	@GQL_TEST_MORE=20 $(UV) run --locked --quiet pytest tests/schema/test_filter_model.py tests/execution tests/fuzz $(ARGS)
	@$(MAKE) faults
	@$(UV) run --locked --quiet pytest --numprocesses=0 tests/attacks

check: $(UV) ## Lint, types, import rules, schema drift, migrations
	$(UV) run --locked --quiet ruff check .
	$(UV) run --locked --quiet ruff format --check .
	$(UV) run --locked --quiet mypy
	$(UV) run --locked --quiet lint-imports
	$(UV) run --locked --no-dev --quiet gql-api schema --check docs/published.graphql
	$(UV) run --locked --quiet pytest -q -p no:randomly tests/test_schema_file.py tests/test_migrations.py

fix: $(UV) ## Mend what can be mended by itself
	$(UV) run --locked --quiet ruff check --fix .
	$(UV) run --locked --quiet ruff format .

migrate: $(UV) ## Bring the database up to date
	@$(UV) run --locked --no-dev --quiet gql-api migrate $(ARGS)

seed: $(UV) ## Add demo data; ARGS="--tasks 100000" for more of it
	@$(UV) run --locked --no-dev --quiet gql-api seed $(ARGS)

schema: $(UV) ## Write schema.graphql
	@$(UV) run --locked --no-dev --quiet gql-api schema > schema.graphql.new && mv schema.graphql.new schema.graphql

publish: schema ## Publish the schema, and what changed in it; BREAKING=1 for what was deprecated long enough
	@$(UV) run --locked --no-dev --quiet gql-api schema --check docs/published.graphql --markdown > schema.changes.new \
		|| [ -n "$(BREAKING)" ]
	@grep -q '^- ' schema.changes.new || { rm schema.changes.new; echo "There is nothing to publish."; exit 1; }
	@awk '{ print } /^<!-- newest/ { print ""; while ((getline line < "schema.changes.new") > 0) print line }' \
		docs/schema-changelog.md > schema.changelog.new
	@mv schema.changelog.new docs/schema-changelog.md && rm schema.changes.new && cp schema.graphql docs/published.graphql

wheel: $(UV) ## Build the wheel, into dist
	@$(UV) build --quiet --wheel && ls dist/*.whl

readme: $(UV) ## Write the README's table of settings
	@$(UV) run --locked --no-dev --quiet gql-api settings --markdown > README.settings.new
	@awk '/^<!-- settings/ { print; system("cat README.settings.new"); skip = 1 } /^<!-- end/ { skip = 0 } !skip' README.md \
		> README.md.new && mv README.md.new README.md && rm README.settings.new

.venv: | $(UV)
	@echo "Installing what it needs below this folder: once, a minute or so ..."

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say which with PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv$(UV_VERSION)' \
		|| $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv 'uv$(UV_VERSION)' \
		|| { echo "uv could not be installed: Python has neither venv nor pip. Install one of them, or uv itself."; exit 1; }
