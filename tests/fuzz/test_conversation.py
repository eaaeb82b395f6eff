"""Conversations on a WebSocket that wander: whatever comes when, the protocol's answer follows, and nothing is left.

The server is in this process: so its tasks can be counted.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.conftest import settings
from tests.fuzz.budget import examples
from tests.fuzz.documents import IN_ORDER, changed
from tests.fuzz.responses import check_answer, check_errors, decoded
from tests.fuzz.target import PATIENCE, TOLD_BY_LIBRARIES
from tests.fuzz.values import JSON
from tests.http.served import Served, serving

T = TypeVar("T")

OBJECTS = JSON.filter(lambda value: isinstance(value, dict))
NO_OBJECTS = JSON.filter(lambda value: not isinstance(value, dict | None))
IDS = st.sampled_from(["1", "2", "é" * 200, "\ud800", "__proto__"])
INVALID, UNAUTHORIZED, DUPLICATE, TOO_MANY = 4400, 4401, 4409, 4429


class Inside:
    """A server on a thread of its own, and a way to look into it."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._loop = asyncio.new_event_loop()
        self._ready: asyncio.Future[Served] = self._loop.create_future()
        self._end = asyncio.Event()
        self.thread = Thread(target=self._loop.run_until_complete, args=[self._run()])
        self.thread.start()
        self.served: Served = self.look(lambda: asyncio.shield(self._ready))
        self.tasks = self.look(self._tasks)

    async def _run(self) -> None:
        async with serving(settings(self._database, 5)) as served:
            self._ready.set_result(served)
            await self._end.wait()

    def look(self, what: Callable[[], Any]) -> Any:
        async def there() -> Any:
            found = what()
            return await found if asyncio.isfuture(found) else found

        return asyncio.run_coroutine_threadsafe(there(), self._loop).result(PATIENCE)

    def _tasks(self) -> int:
        return len(asyncio.all_tasks()) - 1  # this one is ours

    def check(self) -> None:
        """Fail unless all is as it was before, in the end."""
        while self.look(lambda: self.served.busy) or self.look(self._tasks) > self.tasks:
            pass  # the test's own time limit ends it

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self.thread.join()
        self._loop.close()


class Conversation(RuleBasedStateMachine):
    inside: Inside

    @initialize()
    def connect(self) -> None:
        url = f"ws://127.0.0.1:{self.inside.served.port}/graphql"
        self.socket: ClientConnection = connect(
            url,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            open_timeout=PATIENCE,
            ping_interval=None,
            legacy=True,
        )
        self.begun = False
        self.over = False
        self.asked: dict[str, str] = {}
        """What was subscribed to and has not ended, and how far each is: asked, next."""
        self.forgotten: set[str] = set()
        """Ids that were completed while the answer may have been on its way."""
        self.pings = 0

    def say(self, message: Any, *, closes: int | None = None, may_close: int | None = None) -> None:
        """Send a message, and take what comes until all of it has been heard."""
        self.pings += 1
        mark = {"mark": self.pings}
        try:
            self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))
            self.socket.send(json.dumps({"type": "ping", "payload": mark}))
            while (answer := decoded(str(self.socket.recv(PATIENCE)).encode())) != {"type": "pong", "payload": mark}:
                self.take(answer)
        except ConnectionClosed as error:
            self.over = True
            end = error.rcvd
        else:
            end = None
        code = end.code if end is not None else None  # of a socket that is open, or was closed without a word
        assert code in {closes, may_close} if self.over else closes is None, (end, message)

    def take(self, answer: dict[str, Any]) -> None:
        id = answer.get("id", "")
        match answer["type"]:
            case "next":
                assert self.asked.get(id) == "asked" or id in self.forgotten, answer
                check_answer(answer["payload"], answer)
                self.asked[id] = "next"
            case "complete":
                assert self.asked.pop(id, None) == "next" or id in self.forgotten, answer
            case "error":
                assert self.asked.pop(id, None) == "asked" or id in self.forgotten, answer
                check_errors(answer["payload"], answer)
            case type_:
                assert type_ in {"connection_ack", "pong"}, answer

    @rule(payload=st.none() | OBJECTS)
    @precondition(lambda self: not self.over)
    def begin(self, payload: Any) -> None:
        self.say({"type": "connection_init", "payload": payload}, closes=TOO_MANY if self.begun else None)
        self.begun = True

    @rule(type=st.sampled_from(["ping", "pong"]), payload=st.none() | OBJECTS)
    @precondition(lambda self: not self.over)
    def ping(self, type: str, payload: Any) -> None:
        self.say({"type": type, "payload": payload})

    @rule(id=IDS, document=st.sampled_from(IN_ORDER) | changed(), variables=st.none() | OBJECTS)
    @precondition(lambda self: not self.over)
    def subscribe(self, id: str, document: str, variables: Any) -> None:
        message = {"type": "subscribe", "id": id, "payload": {"query": document, "variables": variables}}
        twice = id in self.asked or id in self.forgotten
        self.asked.setdefault(id, "asked")
        if twice:  # its end may have been on its way
            self.forgotten.add(id)
        self.say(message, closes=None if self.begun else UNAUTHORIZED, may_close=DUPLICATE if twice else None)

    @rule(id=IDS)
    @precondition(lambda self: not self.over and self.begun)
    def subscribe_twice_at_once(self, id: str) -> None:
        message = {"type": "subscribe", "id": id, "payload": {"query": IN_ORDER[1], "variables": {"id": "x"}}}
        self.asked.setdefault(id, "asked")
        self.forgotten.add(id)
        self.socket.send(json.dumps(message))
        self.say(message, may_close=DUPLICATE)

    @rule(id=IDS)
    @precondition(lambda self: not self.over)
    def complete(self, id: str) -> None:
        if self.asked.pop(id, None):
            self.forgotten.add(id)
        self.say({"type": "complete", "id": id})

    @rule(
        message=st.one_of(
            NO_OBJECTS,
            st.binary(max_size=20),
            st.sampled_from(["", "{", "[" * 50_000, '{"type": "ping", "payload": 1e999}', '{"type": "ping"} x']),
            st.fixed_dictionaries(
                {
                    "type": NO_OBJECTS.filter(
                        lambda value: value not in {"ping", "pong"} if isinstance(value, str) else True
                    )
                }
            ),
            st.builds(lambda payload: {"type": "connection_init", "payload": payload}, NO_OBJECTS),
            st.builds(
                lambda wrong: {"type": "subscribe", "id": wrong, "payload": {"query": "{ id }"}},
                st.sampled_from([None, 1, "", "x" * 201, []]),
            ),
            st.builds(
                lambda query: {"type": "subscribe", "id": "9", "payload": {"query": query}},
                st.sampled_from([None, 1, []]),
            ),
        )
    )
    @precondition(lambda self: not self.over)
    def break_off(self, message: Any) -> None:
        # Who has not begun may not subscribe, which is looked at first.
        self.say(message, may_close=INVALID if self.begun else UNAUTHORIZED, closes=INVALID)

    @rule()
    @precondition(lambda self: not self.over)
    def leave(self) -> None:
        self.socket.close()
        self.over = True

    @rule()
    @precondition(lambda self: self.over)
    def come_back(self) -> None:
        self.socket.close()
        self.connect()

    def teardown(self) -> None:
        self.socket.close()
        self.inside.check()


@pytest.fixture
def inside(filled: str) -> Iterator[Inside]:
    inside = Inside(filled)
    yield inside
    inside.close()


def test_conversations(inside: Inside, caplog: pytest.LogCaptureFixture) -> None:
    class Here(Conversation):
        pass

    Here.inside = inside
    run_state_machine_as_test(Here, settings=examples(60, steps=12))
    bad = [each for each in caplog.records if each.levelno >= logging.ERROR or each.name in TOLD_BY_LIBRARIES]
    assert not bad, [each.getMessage() for each in bad]
