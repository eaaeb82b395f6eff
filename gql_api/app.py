"""The ASGI application: its lifespan, its engine, its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.requests import Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, request_response

from gql_api import db, logs
from gql_api.errors import StartupError
from gql_api.execution import Compiler
from gql_api.http import documentation
from gql_api.http.admission import Admission
from gql_api.http.application import Application
from gql_api.http.authentication import Authenticate, anybody, bearer_tokens
from gql_api.http.conversation import Services
from gql_api.http.door import Door
from gql_api.http.draining import Draining
from gql_api.http.explorer import Explorer
from gql_api.http.graphql import GraphQLEndpoint
from gql_api.http.guarded import Guarded
from gql_api.http.health import health_router
from gql_api.http.landing import Place, landing_page
from gql_api.http.metrics import PATH as METRICS_PATH
from gql_api.http.metrics import metrics_endpoint
from gql_api.http.operations import Operations
from gql_api.http.persisted import Documents, manifest
from gql_api.http.rate_limit import RateLimit
from gql_api.http.request_id import HEADER, RequestId
from gql_api.http.websocket import GraphQLSocketEndpoint
from gql_api.report import Reports
from gql_api.schema import schema
from gql_api.schema.prepare import Rules
from gql_api.schema.prepared import PreparedDocuments
from gql_api.schema.scalars import WRITTEN
from gql_api.settings import Settings

if TYPE_CHECKING:
    from gql_api.metrics.prometheus import Metrics

GRAPHQL_PATH = "/graphql"
SCHEMA_PATH = "/schema.graphql"


def create_app(
    settings: Settings, authenticate: Authenticate | None = None, draining: Draining | None = None
) -> FastAPI:
    """Make the application. It connects to the database when its first operation needs it.

    `authenticate` tells who asks; without it, everybody may, or who has one of the settings' tokens. `draining` is told
    of its end by who serves it.
    """
    if settings.database_url is None:
        raise StartupError("DATABASE_URL is not set")
    url = settings.database_url.get_secret_value()
    if authenticate is None:
        tokens = [token.get_secret_value() for token in settings.tokens]
        authenticate = bearer_tokens(tokens) if tokens else anybody
    rate_limit = RateLimit(settings.rate_limit, settings.rate_limit_storage) if settings.rate_limit else None
    door = Door(authenticate, rate_limit)
    logs.identify()
    metrics = _metrics() if settings.metrics else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = db.create_engine(
            url,
            pool_size=settings.pool_size,
            pool_timeout=settings.pool_timeout,
            transaction_pooling=settings.transaction_pooling,
            statement_timeout=settings.operation_timeout,
        )
        app.state.sessions = db.create_sessions(engine)
        if metrics is not None:
            metrics.watch(engine)
        try:
            yield
        finally:
            await engine.dispose()

    app = Application(
        title="gql-api", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.state.introspection = bool(settings.introspection)
    app.state.reports = Reports(metrics)
    app.state.draining = draining or Draining()
    _add_middleware(app, settings)
    explorer = Explorer(GRAPHQL_PATH) if settings.explorer else None
    _add_graphql(app, settings, door, explorer)
    app.include_router(
        health_router(partial(db.create_engine, url, pool_size=1, transaction_pooling=settings.transaction_pooling))
    )
    if metrics is not None:
        guarded = Guarded(metrics_endpoint(metrics.exposition), door)
        app.router.routes.append(Route(METRICS_PATH, guarded, methods=["GET"]))
    if settings.introspection:
        _add_schema(app, door)
    if explorer is not None:
        _add_pages(app, explorer)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add what surrounds every request; what is added last is outermost."""
    app.add_middleware(RequestId, reports=app.state.reports)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=[HEADER, "retry-after", "etag"],
        )


def _compiler(settings: Settings) -> Compiler | None:
    match settings.compile_operations:
        case "never":
            return None
        case "again":
            return Compiler(max_bytes=settings.compiled_cache, written=WRITTEN)
        case "always":
            return Compiler(max_bytes=settings.compiled_cache, uses=1, share=None, written=WRITTEN)


def _add_graphql(app: Application, settings: Settings, door: Door, explorer: Explorer | None) -> None:
    if settings.trusted_only and settings.trusted_documents is None:
        raise StartupError("GQL_API_TRUSTED_ONLY needs GQL_API_TRUSTED_DOCUMENTS: nothing could be executed")
    trusted = manifest(settings.trusted_documents) if settings.trusted_documents is not None else {}
    rules = Rules.of(settings)
    operations = Operations(
        schema,
        rules,
        PreparedDocuments(schema._schema, rules, settings.document_cache),  # noqa: SLF001 - Strawberry has no other way
        _compiler(settings),
        Documents(trusted, trusted_only=settings.trusted_only, at_most=settings.persisted_queries),
        Admission(settings.max_operations, settings.max_waiting, app.state.reports),
        app.state.reports,
        settings.operation_timeout,
    )
    endpoint = GraphQLEndpoint(
        operations,
        door,
        explorer,
        max_body_size=settings.max_body_size,
        cache_max_age=settings.cache_max_age,
        compress_over=settings.compress_over,
    )
    services = Services(
        operations,
        door,
        app.state.draining,
        settings.socket_init_timeout,
        settings.max_socket_operations,
    )
    sockets = GraphQLSocketEndpoint(services, settings.cors_origins, settings.max_sockets, app.state.reports)
    app.add_direct(GRAPHQL_PATH, endpoint, sockets)


def _metrics() -> "Metrics":
    from gql_api.metrics.prometheus import Metrics  # noqa: PLC0415 - without metrics none of it

    return Metrics()


def _add_schema(app: FastAPI, door: Door) -> None:
    text = cache(lambda: f"{schema.as_str()}\n")

    def schema_file(_request: Request) -> Response:
        headers = {
            "content-disposition": 'attachment; filename="schema.graphql"',
            "x-content-type-options": "nosniff",
        }
        return PlainTextResponse(text(), headers=headers)

    guarded = Guarded(request_response(schema_file), door)
    app.router.routes.append(Route(SCHEMA_PATH, guarded, methods=["GET"]))


def _add_pages(app: FastAPI, explorer: Explorer) -> None:
    """Add what is for people who develop with the API."""
    if files := explorer.files():
        # No mount: it would hand on WebSockets, too.
        app.router.routes.append(Route(f"{explorer.files_path}/{{name:path}}", files, methods=["GET", "HEAD"]))
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
