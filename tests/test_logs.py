"""How log lines look, and that nothing can make one of its own."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from gql_api import logs
from gql_api.logs import LogFormat

EVIL = [
    "/x\r\n2026-01-01T00:00:00.000Z ERROR   gql_api: forged",
    "/x\x1b[2K\x1b[31mred",
    "/x\u2028forged\u2029forged\x85forged",
    "/x\x00\x08\x7f\u202etxt",
    "/x\ud800",
    '/x" level=ERROR outcome="ok',
    "/x\n  | forged",
    '\\", "level": "ERROR',
]


Begin = Callable[..., Callable[[], list[str]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Begin]:
    """Configures the log as a process does. What it then returns gives the lines written so far."""
    names = ("", "gql_api", "uvicorn.error", "sqlalchemy")
    before = {name: (logging.getLogger(name).level, [*logging.getLogger(name).filters]) for name in names}

    def begin(log_format: LogFormat, level: str = "INFO") -> Callable[[], list[str]]:
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        logs.configure(log_format, level)
        return lambda: capsys.readouterr().err.split("\n")[:-1]

    yield begin
    logging.captureWarnings(capture=False)
    for name, (level, filters) in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).filters = filters


def fail(message: str) -> None:
    """Log a failure with its stack."""
    try:
        raise ValueError(message)  # noqa: TRY301 - it is for the stack
    except ValueError:
        logger.exception("Failed\n")


logger = logging.getLogger("gql_api.test")


def test_json_is_one_object_a_line(lines: Begin) -> None:
    written = lines("json")
    token = logs.request_id.set("abc")
    logger.warning("Said %s", "something", extra={"facts": {"cost": 3, "name": "Ü"}})
    logs.request_id.reset(token)
    fail("first\nsecond")
    first, second = map(json.loads, written())
    assert list(first) == ["timestamp", "level", "logger", "message", "requestId", "cost", "name"]
    assert first["timestamp"][10] == "T"
    assert len(first.pop("timestamp")) == len("2026-01-01T00:00:00.000Z")
    assert first == {
        "level": "WARNING",
        "logger": "gql_api.test",
        "message": "Said something",
        "requestId": "abc",
        "cost": 3,
        "name": "Ü",
    }
    assert second["message"] == "Failed"
    assert "requestId" not in second
    assert second["exception"].startswith("Traceback (most recent call last):\n")
    assert second["exception"].endswith("ValueError: first\nsecond")


def test_text_is_a_line_with_its_facts_and_what_belongs_to_it_below(lines: Begin) -> None:
    written = lines("text")
    token = logs.request_id.set("abc")
    logger.info("Operation", extra={"facts": {"type": "query", "durationMs": 1.5, "path": "/a b", "name": 'x"y'}})
    logs.request_id.reset(token)
    fail("first\n2026-01-01T00:00:00.000Z forged")
    first, second, *stack = written()
    assert first[24:] == ' INFO    gql_api.test [abc]: Operation type=query durationMs=1.5 path="/a b" name="x\\"y"'
    assert second.endswith(" ERROR   gql_api.test: Failed")
    assert stack[0] == "  | Traceback (most recent call last):"
    assert stack[-1] == "  | 2026-01-01T00:00:00.000Z forged"


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_clients_send_makes_no_line_and_moves_no_cursor(lines: Begin, log_format: LogFormat, evil: str) -> None:
    written = lines(log_format)
    logger.info("Request", extra={"facts": {"path": evil, "status": 404}})
    logger.info("Said %s", evil)
    logger.info("The last")
    fail(evil)
    everything = written()
    assert all(line.isprintable() for line in everything)
    if log_format == "json":
        fact, said, _, failed = map(json.loads, everything)
        assert (fact["path"], fact["status"], fact["level"]) == (evil, 404, "INFO")
        assert said["message"] == f"Said {evil}"
        assert failed["exception"].endswith(evil)
    else:
        ours = [line for line in everything if not line.startswith("  | ")]
        assert [line[25:].split()[0] for line in ours] == ["INFO", "INFO", "INFO", "ERROR"]
        assert ours[0].endswith(" status=404")
        assert ours[0].count(" path=") == 1
        assert "level=" not in ours[0].split('path="')[0]


def test_what_others_write_down_of_clients_is_not_logged_even_at_debug(lines: Begin) -> None:
    """SQL with values, frames of WebSockets with tokens, addresses with their query string."""
    written = lines("json", "DEBUG")
    for name in ("sqlalchemy.engine.Engine", "websockets.server", "asyncio", "httpx"):
        logging.getLogger(name).info("secret")
    logging.getLogger("uvicorn.error").debug("secret")
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', "127.0.0.1", "/graphql?token=secret")
    logging.getLogger("uvicorn.error").info("Started")
    logger.debug("ours")
    logging.getLogger("sqlalchemy.pool").error("theirs")
    assert [json.loads(line)["message"] for line in written()] == ["Started", "ours", "theirs"]


def test_the_level_that_is_set_is_the_least_that_is_logged(lines: Begin) -> None:
    written = lines("text", "ERROR")
    for name in ("gql_api.test", "uvicorn.error", "sqlalchemy.pool"):
        logging.getLogger(name).warning("no")
        logging.getLogger(name).error("yes")
    assert [line.rpartition(": ")[2] for line in written()] == ["yes"] * 3
