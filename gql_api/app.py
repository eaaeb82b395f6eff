"""The ASGI application: its lifespan, its engine, its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse

from gql_api import db
from gql_api.errors import StartupError
from gql_api.http import documentation
from gql_api.http.explorer import Explorer
from gql_api.http.graphql import graphql_router
from gql_api.http.health import health_router
from gql_api.http.landing import Place, landing_page
from gql_api.http.request_id import RequestId
from gql_api.schema import schema
from gql_api.settings import Settings

GRAPHQL_PATH = "/graphql"
SCHEMA_PATH = "/schema.graphql"


def create_app(settings: Settings) -> FastAPI:
    """Make the application. It connects to the database when its first operation needs it."""
    if settings.database_url is None:
        raise StartupError("DATABASE_URL is not set")
    url = settings.database_url.get_secret_value()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = db.create_engine(
            url,
            pool_size=settings.pool_size,
            pool_timeout=settings.pool_timeout,
            transaction_pooling=settings.transaction_pooling,
        )
        app.state.sessions = db.create_sessions(engine)
        try:
            yield
        finally:
            await engine.dispose()

    app = FastAPI(title="gql-api", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.introspection = bool(settings.introspection)
    app.add_middleware(RequestId)
    explorer = Explorer(GRAPHQL_PATH) if settings.explorer else None
    app.include_router(graphql_router(schema, GRAPHQL_PATH, explorer))
    app.include_router(
        health_router(partial(db.create_engine, url, pool_size=1, transaction_pooling=settings.transaction_pooling))
    )
    if settings.introspection:
        _add_schema(app)
    if explorer is not None:
        _add_pages(app, explorer)
    return app


def _add_schema(app: FastAPI) -> None:
    @app.get(SCHEMA_PATH, include_in_schema=False)
    async def schema_file() -> PlainTextResponse:
        headers = {
            "content-disposition": 'attachment; filename="schema.graphql"',
            "x-content-type-options": "nosniff",
        }
        return PlainTextResponse(f"{schema.as_str()}\n", headers=headers)


def _add_pages(app: FastAPI, explorer: Explorer) -> None:
    """Add what is for people who develop with the API."""
    if files := explorer.files():
        app.mount(explorer.files_path, files)
    app.include_router(documentation.router)
    places = [Place(GRAPHQL_PATH, "Explorer", "GraphiQL: write operations, run them, read what everything means.")]
    if app.state.introspection:
        places.append(Place(SCHEMA_PATH, "schema.graphql", "The schema, every element described, to download."))
    places += [
        Place(f"{documentation.PREFIX}/{name}", title, what) for name, (title, what) in documentation.DOCUMENTS.items()
    ]
    places += [
        Place("/health/live", "Liveness", "Whether the process answers."),
        Place("/health/ready", "Readiness", "Whether the database answers and is migrated."),
    ]

    @app.get("/", include_in_schema=False)
    async def landing(request: Request) -> HTMLResponse:
        return landing_page(places, str(request.url_for("landing")).rstrip("/") + GRAPHQL_PATH)
