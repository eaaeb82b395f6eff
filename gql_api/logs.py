"""How log lines look, for people and for machines. Nothing that a client sends can make one of its own.

Every line carries the id of the request that it is about, whichever library writes it. A line of ours may have `facts`,
which `extra` brings: JSON has each under its name, text has `name=value` after the message.
"""

import json
import logging
import logging.config
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from time import time
from typing import Any, Literal, TextIO

import orjson

LogFormat = Literal["text", "json"]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that the current task works for. Tasks inherit it from the one that starts them."""

CONTINUED = "  | "
"""What begins the second and later lines of a text: no line of the log begins so."""

PLAIN = re.compile(r"[^\s\"'=\\]+")
"""A value that needs no quotes."""

NUMBERS = frozenset({int, float, bool})
"""Classes of values that need none, whatever they are."""


class Record(logging.LogRecord):
    """A log record that knows its request."""

    facts: Mapping[str, object]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_id = request_id.get()


class Json(logging.Formatter):
    """One object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "timestamp": _timestamp(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage().rstrip(),
        }
        if (asked := getattr(record, "request_id", None)) is not None:
            line["requestId"] = asked
        line |= _facts(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        elif record.stack_info:
            line["exception"] = self.formatStack(record.stack_info)
        try:
            written = orjson.dumps(line, default=str)
        except TypeError:  # half of a surrogate pair, or a very large number
            written = b"\xff"
        return written.decode() if written.isascii() else json.dumps(line, default=str)


class Text(logging.Formatter):
    """A line that people read; a stack, or what else has several lines, is indented below it."""

    def format(self, record: logging.LogRecord) -> str:
        asked = getattr(record, "request_id", None)
        first, *more = record.getMessage().rstrip().split("\n")
        facts = "".join([f" {name}={_value(value)}" for name, value in _facts(record).items()])
        about = f" [{asked}]" if asked is not None else ""
        lines = [f"{_timestamp(record)} {record.levelname:7} {record.name}{about}: {_visible(first)}{facts}"]
        if record.exc_info:
            more += self.formatException(record.exc_info).split("\n")
        if record.stack_info:
            more += record.stack_info.split("\n")
        lines += [CONTINUED + _visible(line) for line in more]
        return "\n".join(lines)


class Lines(logging.StreamHandler[TextIO]):
    """Writes to stderr, which sends each line on by itself: to say so for each takes as long as to write it."""

    def flush(self) -> None:
        pass


FORMATTERS = {"text": Text, "json": Json}


def configure(log_format: LogFormat, level: str) -> None:
    """Write what is logged in this process to stderr: of ours all from this level on.

    Of others only what concerns who runs this. At DEBUG they write down what clients send, values and tokens included.
    """
    least = logging.getLevelNamesMapping()[level]
    identify()
    _forgo()
    logging.captureWarnings(capture=True)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": FORMATTERS[log_format]}},
            "filters": {"addresses": {"()": _NoAddresses}, "refusals": {"()": _NoRefusals}},
            "handlers": {"stderr": {"()": Lines, "formatter": "line"}},
            "root": {"level": max(least, logging.WARNING), "handlers": ["stderr"]},
            "loggers": {
                "gql_api": {"level": least},
                "sqlalchemy": {"level": max(least, logging.WARNING)},  # which sets one itself
                "uvicorn.error": {"level": max(least, logging.INFO), "filters": ["addresses", "refusals"]},
            },
        }
    )


def identify() -> None:
    """Give all records of this process their request's id."""
    logging.setLogRecordFactory(Record)


def _forgo() -> None:
    """Leave out what no line shows of a record, and takes long to find out (Python's "Logging HOWTO", Optimization)."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    if sys.version_info >= (3, 12):
        logging.logAsyncioTasks = False


def tell(logger: logging.Logger, level: int, message: str, facts: Mapping[str, object]) -> None:
    """Log a line with facts, as each request does: without looking for where in the code that is."""
    if logger.isEnabledFor(level):
        like = _like(logger.name, level, message)
        now = time()
        record = Record.__new__(Record)
        record.__dict__ = known = like.copy()
        known["created"] = now
        known["msecs"] = now % 1 * 1000 // 1
        known["relativeCreated"] += (now - like["created"]) * 1000
        known["request_id"] = request_id.get()
        known["facts"] = facts
        logger.handle(record)


@lru_cache(maxsize=100)
def _like(name: str, level: int, message: str) -> dict[str, Any]:
    """Return what is the same in all records that say this."""
    return vars(Record(name, level, "", 0, message, None, None))


def for_machines() -> bool:
    """Whether each line of stderr must be JSON."""
    return any(isinstance(handler.formatter, Json) for handler in logging.getLogger().handlers)


class _NoAddresses(logging.Filter):
    """Drops uvicorn's lines about WebSockets: they show the whole query string, and ours tell the same."""

    def filter(self, record: logging.LogRecord) -> bool:
        return '"WebSocket %s"' not in str(record.msg) and str(record.msg) not in {
            "connection open",
            "connection closed",
        }


class _NoRefusals(logging.Filter):
    """Drops the failure that uvicorn sees in every handshake that is refused with a response of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        return str(record.msg) != "ASGI callable returned without completing handshake."


def _timestamp(record: logging.LogRecord) -> str:
    """Return the moment by RFC 3339."""
    return f"{_second(int(record.created))}.{int(record.msecs):03}Z"


@lru_cache(maxsize=1)
def _second(since_1970: int) -> str:
    return f"{datetime.fromtimestamp(since_1970, UTC):%Y-%m-%dT%H:%M:%S}"


def _facts(record: logging.LogRecord) -> Mapping[str, object]:
    facts: Mapping[str, object] = getattr(record, "facts", {})
    return facts


def _value(value: object) -> object:
    """Return what is written of a value."""
    if value.__class__ in NUMBERS:
        return value
    text = _visible(str(value))
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _visible(text: str) -> str:
    """Return it with an escape for all that is no printable character: ends of lines, terminals' commands."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
