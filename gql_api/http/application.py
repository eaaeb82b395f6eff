"""FastAPI with a short way to GraphQL, past the layers and the routing that everything else goes through."""

from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send


class Application(FastAPI):
    """What is added by `add_middleware` surrounds both ways, each with one of its own."""

    def __init__(self, **fastapis: Any) -> None:
        super().__init__(**fastapis)
        self._direct: dict[tuple[str, str], ASGIApp] = {}
        self._untold = False
        """Nobody is told of requests by FastAPI itself, and nothing else is left of what it does with each."""

    def add_direct(self, path: str, http: ASGIApp, websocket: ASGIApp) -> None:
        """Let these answer at a path: on the short way and, where an application is mounted in another, by routes."""
        self._direct |= {("http", path): http, ("websocket", path): websocket}
        self.router.routes += [Route(path, http), WebSocketRoute(path, websocket)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._untold and scope["type"] != "lifespan":
            await Starlette.__call__(self, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        # FastAPI asks OpenTelemetry at each request whether it is set up, which takes longer than all layers here.
        # We ask once, when the application starts.
        self._untold = not (self.root_path or self._native_telemetry.enabled())
        long = super().build_middleware_stack()
        short = {key: self._surrounded(app) for key, app in self._direct.items()}

        async def choose(scope: Scope, receive: Receive, send: Send) -> None:
            mounted = scope.get("root_path")
            app = long if mounted else short.get((scope["type"], scope.get("path", "")), long)
            await app(scope, receive, send)

        return choose

    def _surrounded(self, app: ASGIApp) -> ASGIApp:
        for layer, args, options in reversed(self.user_middleware):
            app = layer(app, *args, **options)
        return app
