"""Whether this process lives, and whether it can answer: for those who watch over it."""

import asyncio
import logging
from collections.abc import Callable
from functools import cache

from fastapi import APIRouter
from fastapi.requests import Request
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import JSONResponse

from gql_api import failures, migrations

TIMEOUT = 5
"""Seconds that the database has to answer."""

METHODS = ["GET", "HEAD"]

logger = logging.getLogger(__name__)

_head = cache(migrations.head)


def health_router(make_engine: Callable[[], AsyncEngine]) -> APIRouter:
    """Make the routes. What an engine is made for is one connection, which no operation has to do without."""
    router = APIRouter(prefix="/health", include_in_schema=False)
    one_at_a_time = asyncio.Lock()

    @router.api_route("/live", methods=METHODS)
    async def live() -> JSONResponse:
        """Answer 200 as long as the process answers at all. The database does not count: starting anew mends none."""
        return JSONResponse({"status": "ok"})

    @router.api_route("/ready", methods=METHODS)
    async def ready(request: Request) -> JSONResponse:
        """Answer 200 when operations can be run, or 503 with the reason. That all connections are lent is none."""
        if request.app.state.draining.begun:
            return _not_ready("The server is going down.")
        try:
            async with asyncio.timeout(TIMEOUT), one_at_a_time:
                current = await _revision(make_engine())
        except Exception as error:  # whatever it is, operations cannot be run
            known = failures.unavailable(error) is not None
            why = f"{type(error).__name__}: {error}" if known else "see below"
            logger.warning("The database does not answer (%s)", why, exc_info=not known)
            return _not_ready("The database does not answer.")
        if current != _head():
            return _not_ready("The database is not at the revision that this version needs.")
        return JSONResponse({"status": "ok"})

    return router


async def _revision(engine: AsyncEngine) -> str | None:
    try:
        return await migrations.current(engine)
    finally:
        await engine.dispose()


def _not_ready(reason: str) -> JSONResponse:
    return JSONResponse({"status": "unavailable", "reason": reason}, status_code=503)
