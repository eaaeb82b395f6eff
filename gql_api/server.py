"""Running the application under uvicorn."""

import gc
import multiprocessing.connection
import os
import signal
import socket
from contextlib import suppress
from ipaddress import ip_address
from multiprocessing import resource_tracker
from pathlib import Path
from threading import Thread

import uvicorn
from uvicorn.supervisors import ChangeReload
from uvicorn.supervisors import multiprocess as uvicorn_workers

from gql_api import logs
from gql_api.app import GRAPHQL_PATH, create_app
from gql_api.errors import StartupError
from gql_api.http.draining import Draining
from gql_api.http.process import Application, Config, Server
from gql_api.settings import Settings

YOUNG_OBJECTS = 20_000
"""How many more objects there may be before the garbage collector looks through them. Python's own 700 are fewer than
one answer is made of: it would look through all that several requests are about to let go of.
"""


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
    config = Config(settings, _application, workers)
    with suppress(KeyboardInterrupt):  # of a signal that comes before uvicorn listens for signals, or after
        if reload:
            config.reload_dirs = [Path(__file__).parent]
            ChangeReload(config, target=Server(config).run, sockets=[bound]).run()
        elif workers > 1:
            _Workers(config, sockets=[bound]).run()
        else:
            Server(config).run(sockets=[bound])


def _application(settings: Settings, draining: Draining) -> Application:
    """Make the application of one process. A worker stops when the process that watches over it is gone: otherwise it
    would keep the port, and go on with nobody to replace or to stop it.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_stop_after, args=[parent.sentinel], daemon=True).start()
    logs.configure(settings.log_format or "text", settings.log_level)
    app = create_app(settings, draining=draining)
    # What is there now stays: to look through it again and again would take most of the time that a large request does.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    return app


class _Worker(uvicorn_workers.Process):
    """A process with our server. Ctrl-C reaches it, too, but only when it can stop: while it still imports, it would
    break off with a traceback.
    """

    config: Config

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = Server(self.config)
        return self._server

    def is_alive(self, timeout: float = 5) -> bool:
        """As uvicorn's, which waits for an answer also of a process that has ended meanwhile."""
        try:
            self.parent_conn.send(b"ping")
            told = multiprocessing.connection.wait([self.parent_conn, self.process.sentinel], timeout)
            return self.parent_conn in told and self.parent_conn.recv() is not None
        except (OSError, EOFError):
            return False

    def start(self) -> None:
        resource_tracker.ensure_running()  # which is started with the first worker otherwise, and unblocks SIGINT
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            super().start()  # a process begins with the mask of who starts it
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Workers(uvicorn_workers.Multiprocess):
    def init_processes(self) -> None:
        # uvicorn has no other way to say what its workers are; one that died is replaced by the same.
        uvicorn_workers.Process = _Worker  # type: ignore[misc]
        super().init_processes()

    def terminate_all(self) -> None:
        # As long as one process has the socket, clients can connect, and wait for an answer.
        for sock in self.sockets:
            sock.close()
        super().terminate_all()


def _stop_after(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _reason(error: OSError) -> str:
    # A host that is not found has one of getaddrinfo's numbers, which are negative.
    return os.strerror(error.errno) if error.errno is not None and error.errno > 0 else "there is no such address"
