"""Whether this process lives, and whether it can answer: for those who watch over it."""

import asyncio
import logging
from functools import cache

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import JSONResponse

from gql_api import migrations

TIMEOUT = 5
"""Seconds that the database has to answer."""

logger = logging.getLogger(__name__)

_head = cache(migrations.head)

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
async def live() -> JSONResponse:
    """Answer 200 as long as the process answers at all. It does not look at the database: starting anew mends none."""
    return JSONResponse({"status": "ok"})


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    """Answer 200 when operations can be run, or 503 with the reason."""
    try:
        async with asyncio.timeout(TIMEOUT):
            current = await migrations.current(request.app.state.engine)
    except Exception:
        logger.warning("Request %s: not ready, the database does not answer", request.state.request_id, exc_info=True)
        return _not_ready("The database does not answer.")
    if current != _head():
        return _not_ready("The database is not at the revision that this version needs.")
    return JSONResponse({"status": "ok"})


def _not_ready(reason: str) -> JSONResponse:
    return JSONResponse({"status": "unavailable", "reason": reason}, status_code=503)
