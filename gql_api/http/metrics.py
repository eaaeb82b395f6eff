"""What Prometheus asks for."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import ASGIApp

PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_endpoint(exposition: Callable[[], bytes]) -> ASGIApp:
    def metrics(_request: Request) -> Response:  # in a thread: it may read the files of all workers
        return Response(exposition(), media_type=CONTENT_TYPE, headers={"cache-control": "no-store"})

    return request_response(metrics)
