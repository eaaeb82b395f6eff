"""Request ids, and the one line that each request or operation leaves in the log."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from gql_api import logs
from gql_api.app import create_app
from gql_api.errors import RequestErrorCode, UnavailableError
from gql_api.report import OperationReport, Reports
from tests.api import Api
from tests.conftest import Raw, api_on, settings


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    logs.identify()
    with caplog.at_level(logging.DEBUG, "gql_api"):
        yield caplog


def lines(written: pytest.LogCaptureFixture, of: str) -> list[dict[str, Any]]:
    """Return the facts of this logger's lines, with their ids and levels."""
    return [
        {**vars(record)["facts"], "id": vars(record)["request_id"], "level": record.levelname}
        for record in written.records
        if record.name == f"gql_api.{of}"
    ]


@pytest.mark.parametrize("id", ["x", "0b5c-11ee.A_z", "a" * 128])
async def test_a_sane_id_of_the_clients_is_kept(api: Api, id: str) -> None:
    response = await api.client.post("/graphql", json={"query": "{ taskCount }"}, headers={"x-request-id": id})
    assert response.headers["x-request-id"] == id


@pytest.mark.parametrize(
    "id",
    [
        b"",
        b" ",
        b"a" * 129,
        b"a b",
        b"a\r\nb",
        b"a\n",
        b"\x1b[2K",
        b"a\xe2\x80\xa8b",
        b"a\x00",
        b'a"',
        b"a,b",
        b"\xc3\xa9",
    ],
    ids=range(12),
)
async def test_any_other_is_replaced(api: Api, written: pytest.LogCaptureFixture, id: bytes) -> None:
    response = await api.client.get("/nothing", headers=[(b"x-request-id", id)])
    (given,) = response.headers.get_list("x-request-id")
    assert len(given) == 32
    assert given.isalnum()
    (line,) = lines(written, "request")
    assert line["id"] == given


async def test_every_line_has_the_id_of_its_own_request(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Lines about its statements too, however many requests run at the same time."""

    def say(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        logging.getLogger("gql_api").info(statement)

    event.listen(api.engine.sync_engine, "before_cursor_execute", say)
    with caplog.at_level(logging.INFO, "gql_api"):
        asked = [f"request-{number}" for number in range(10)]
        await asyncio.gather(
            *(
                api.client.post(
                    "/graphql", json={"query": f"{{ {id.replace('-', '_')}: taskCount }}"}, headers={"x-request-id": id}
                )
                for id in asked
            )
        )
    for id in asked:
        mine = [record for record in caplog.records if vars(record)["request_id"] == id]
        assert sum("SELECT count" in record.getMessage() for record in mine) == 1, id
        assert sum(record.name == "gql_api.operation" for record in mine) == 1
    logging.getLogger("gql_api").warning("outside")
    assert vars(caplog.records[-1])["request_id"] is None


async def test_an_operation_is_one_line_and_its_request_none(api: Api, written: pytest.LogCaptureFixture) -> None:
    await api.create_task("Secret", tags=["a"])
    written.clear()
    response = await api.client.post(
        "/graphql",
        json={"query": "query Tasks($n: Int) { tasks(limit: $n) { id tags { name } } }", "variables": {"n": 17}},
    )
    (line,) = lines(written, "operation")
    assert lines(written, "request") == []
    assert line.pop("durationMs") > 0
    assert line.pop("cost") > 17
    assert line == {
        "id": response.headers["x-request-id"],
        "level": "INFO",
        "transport": "http",
        "type": "query",
        "name": "Tasks",
        "executor": "compiled",
        "outcome": "ok",
        "errors": 0,
        "statements": 2,
        "batches": 1,
        "keys": 1,
        "retries": 0,
        "principal": "anybody",
    }


async def test_a_line_says_how_it_ended(api: Api, raw: Raw, written: pytest.LogCaptureFixture) -> None:
    await api.answer("{ a: nothing b: nothing }")
    await api.answer("query " + "x" * 150 + " { taskCount }")
    await api.answer("mutation M { deleteTask(id: 5) { __typename } }")
    await raw.execute("ALTER TABLE tasks RENAME TO elsewhere")
    await api.answer("{ taskCount }")
    seen = [(each["outcome"], each["errors"], each["level"]) for each in lines(written, "operation")]
    assert seen[:2] == [(RequestErrorCode.VALIDATION_FAILED, 2, "INFO"), ("ok", 0, "INFO")]
    assert seen[-1] == (RequestErrorCode.INTERNAL, 1, "ERROR")
    assert lines(written, "operation")[1]["name"] == "x" * 100


def test_a_report_knows_the_gravest_of_its_errors() -> None:
    report = OperationReport("http")
    report.failed(["BAD_USER_INPUT", "INTERNAL_SERVER_ERROR", "UNAVAILABLE"])
    assert (report.outcome, report.errors, report.level) == ("BAD_USER_INPUT", 3, logging.ERROR)
    report.failed([])
    assert (report.outcome, report.errors, report.level) == ("ok", 0, logging.INFO)


@pytest.mark.parametrize(
    ("error", "outcome", "level"),
    [
        (UnavailableError(), "UNAVAILABLE", "WARNING"),
        (ValueError(), "INTERNAL_SERVER_ERROR", "ERROR"),
        (asyncio.CancelledError(), "CANCELLED", "INFO"),
    ],
)
def test_what_leaves_an_operation_is_its_outcome(
    written: pytest.LogCaptureFixture, error: BaseException, outcome: str, level: str
) -> None:
    with pytest.raises(type(error)), Reports().operation("websocket"):
        raise error
    (line,) = lines(written, "operation")
    assert (line["outcome"], line["level"], line["transport"]) == (outcome, level, "websocket")


async def test_other_requests_are_a_line_without_their_query_string(
    api: Api, written: pytest.LogCaptureFixture
) -> None:
    await api.client.get("/nothing?token=secret")
    await api.client.get(f"/{'long' * 100}")
    await api.client.get("/a%0D%0Ab%1B[2K%E2%80%A8")
    await api.client.get("/health/live")
    first, long, evil, health = lines(written, "request")
    assert (first["method"], first["path"], first["status"], first["level"]) == ("GET", "/nothing", 404, "INFO")
    assert len(long["path"]) == 200
    assert evil["path"] == "/a\r\nb\x1b[2K\u2028"  # as it is: the formatters make it harmless
    assert (health["path"], health["status"], health["level"]) == ("/health/live", 200, "DEBUG")
    assert "secret" not in str([vars(record) for record in written.records])


async def test_no_header_names_what_it_is_made_of(api: Api) -> None:
    for path in ("/graphql", "/", "/nothing", "/health/live"):
        names = set((await api.client.get(path)).headers)
        assert not names & {"server", "x-powered-by", "via", "x-generator"}


async def test_values_are_not_in_the_stacks_of_failures(
    database: str, raw: Raw, caplog: pytest.LogCaptureFixture
) -> None:
    await raw.execute("ALTER TABLE tasks RENAME TO elsewhere")
    async with api_on(database) as api:
        await api.answer('mutation { createTask(input: {title: "very secret"}) { __typename } }')
    (failed,) = [record for record in caplog.records if record.exc_info]
    assert failed.exc_info is not None
    assert "tasks" in str(failed.exc_info[1])
    assert "very secret" not in caplog.text


async def test_a_websocket_is_a_line_and_has_an_id(database: str, written: pytest.LogCaptureFixture) -> None:
    """Driven below any server: what is refused before it is accepted, as a WebSocket without our protocol."""
    app = create_app(settings(database))
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"} if not sent else {"type": "websocket.disconnect", "code": 1001}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"x-request-id", b"mine")]
    scope = {
        "type": "websocket",
        "path": "/nothing",
        "raw_path": b"/nothing",
        "query_string": b"token=secret",
        "headers": headers,
        "subprotocols": [],
    }
    await app(scope, receive, send)
    (line,) = lines(written, "request")
    assert line.pop("durationMs") >= 0
    assert line == {"id": "mine", "level": "INFO", "method": "WEBSOCKET", "path": "/nothing", "status": 403}
