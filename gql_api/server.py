"""Running the application under uvicorn."""

import multiprocessing.connection
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import uvicorn
from uvicorn.supervisors import ChangeReload, Multiprocess

from gql_api import logs
from gql_api.app import GRAPHQL_PATH, create_app
from gql_api.errors import StartupError
from gql_api.settings import Settings

SHUTDOWN_TIMEOUT = 5
"""Seconds that requests in flight and open WebSockets have to end when the server stops."""


def bind(settings: Settings) -> socket.socket:
    """Take the port. Raises StartupError when it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise StartupError(
            f"Cannot listen on {settings.host}:{settings.port}: {_reason(error)}. Choose another with --host or --port"
        ) from None


def address(bound: socket.socket) -> str:
    """Return where the API and its explorer are."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{GRAPHQL_PATH}"


def is_private(bound: socket.socket) -> bool:
    """Whether nobody but this machine reaches it."""
    return ip_address(bound.getsockname()[0]).is_loopback


def run(settings: Settings, bound: socket.socket, *, workers: int = 1, reload: bool = False) -> None:
    """Serve until SIGINT or SIGTERM: with several processes, or with one that starts anew when the code changes."""
    config = uvicorn.Config(
        partial(_application, settings),
        factory=True,
        workers=workers,
        http="httptools",
        loop="uvloop",
        ws="websockets-sansio",
        lifespan="on",
        server_header=False,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
    )
    with suppress(KeyboardInterrupt):  # raised again by uvicorn when it has stopped in good order
        if reload:
            config.reload_dirs = [Path(__file__).parent]
            ChangeReload(config, target=uvicorn.Server(config).run, sockets=[bound]).run()
        elif workers > 1:
            Multiprocess(config, sockets=[bound]).run()
        else:
            uvicorn.Server(config).run(sockets=[bound])


def _application(settings: Settings) -> Callable[..., Awaitable[None]]:
    """Make the application of one process. A worker stops when the process that watches over it is gone: otherwise it
    would keep the port, and go on with nobody to replace or to stop it.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_stop_after, args=[parent.sentinel], daemon=True).start()
    logs.configure(settings.log_format or "text", settings.log_level)
    return create_app(settings)


def _stop_after(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _reason(error: OSError) -> str:
    # A host that is not found has one of getaddrinfo's numbers, which are negative.
    return os.strerror(error.errno) if error.errno is not None and error.errno > 0 else "there is no such address"
