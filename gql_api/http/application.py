"""FastAPI with a short way to GraphQL, past the layers and the routing that everything else goes through."""

from typing import Any

from fastapi import FastAPI
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send


class Application(FastAPI):
    """What is added by `add_middleware` surrounds both ways, each with one of its own."""

    def __init__(self, **fastapis: Any) -> None:
        super().__init__(**fastapis)
        self._direct: dict[tuple[str, str], ASGIApp] = {}
        self._short: dict[tuple[str, str], ASGIApp] = {}

    def add_direct(self, path: str, http: ASGIApp, websocket: ASGIApp) -> None:
        """Let these answer at a path: on the short way and, where an application is mounted in another, by routes."""
        self._direct |= {("http", path): http, ("websocket", path): websocket}
        self.router.routes += [Route(path, http), WebSocketRoute(path, websocket)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        app = None if scope.get("root_path") else self._short.get((scope["type"], scope.get("path", "")))
        if app is None:
            await super().__call__(scope, receive, send)
        else:
            scope["app"] = self
            await app(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        # What FastAPI tells OpenTelemetry of a request, where there is any when the application starts, is of its own
        # way only; to ask for each request costs as much as all that surrounds this one.
        if not (self.root_path or self._native_telemetry.enabled()):
            self._short = {key: self._surrounded(app) for key, app in self._direct.items()}
        return super().build_middleware_stack()

    def _surrounded(self, app: ASGIApp) -> ASGIApp:
        for layer, args, options in reversed(self.user_middleware):
            app = layer(app, *args, **options)
        return app
