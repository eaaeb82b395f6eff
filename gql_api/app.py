"""The ASGI application: its lifespan, its engine, its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from gql_api import db
from gql_api.errors import StartupError
from gql_api.http.graphql import graphql_router
from gql_api.http.request_id import RequestId
from gql_api.schema import schema
from gql_api.settings import Settings

GRAPHQL_PATH = "/graphql"


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
    app.add_middleware(RequestId)
    app.include_router(graphql_router(schema, GRAPHQL_PATH))

    @app.get("/", include_in_schema=False)
    async def to_explorer() -> RedirectResponse:
        return RedirectResponse(GRAPHQL_PATH)

    return app
