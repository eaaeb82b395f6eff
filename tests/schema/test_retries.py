"""What the database broke off is done again where that is safe, and told so that it can be where it was only read."""

import asyncio
from typing import Any

import pytest

from gql_api.context import Context
from tests.api import ERROR, Api
from tests.conftest import KILL_OTHERS, Raw, waiting_for_a_lock

IN_EACH_OTHERS_WAY = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN OLD; END $$;
    CREATE TRIGGER dawdle BEFORE DELETE ON task_tags FOR EACH ROW EXECUTE FUNCTION dawdle()"""
"""Lets whoever takes a tag off a task be slow, so that another one begins with the next task meanwhile."""

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


async def test_who_deletes_a_tag_and_who_deletes_its_tasks_notice_nothing_of_each_other(api: Api, raw: Raw) -> None:
    """The one takes the tag off the tasks as they come, the other deletes the tasks in the order of their ids."""
    tasks = [await api.create_task(str(number)) for number in range(2)]
    tag = await api.field('mutation { createTag(input: {name: "green"}) { ... on TagSuccess { tag { id } } } }')
    await raw.execute(
        "INSERT INTO task_tags (task_id, tag_id) SELECT t.id, tags.id FROM tasks t, tags ORDER BY t.id DESC"
    )
    await raw.execute(IN_EACH_OTHERS_WAY)
    await asyncio.gather(*(api.field("{ taskCount }") for _ in range(2)))  # both have a connection now
    by_tag, by_task = await asyncio.gather(
        api.field(f"mutation ($id: ID!) {{ deleteTag(id: $id) {{ {ERROR} }} }}", id=tag["tag"]["id"]),
        api.field(
            f"mutation ($ids: [ID!]!) {{ deleteTasks(where: {{ids: $ids}}, atMost: 2) {{ {ERROR} }} }}",
            ids=[task["id"] for task in tasks],
        ),
    )
    assert (by_tag["__typename"], by_task["__typename"]) == ("DeleteTagSuccess", "DeleteTasksSuccess")
    assert await raw.fetchval("SELECT count(*) FROM tasks, tags") == 0
    async with asyncio.timeout(60):
        while not await raw.fetchval(DEADLOCKS):  # noqa: ASYNC110 - it is counted a moment later
            await asyncio.sleep(0.05)


async def test_a_write_whose_connection_is_lost_is_done_again(api: Api, raw: Raw) -> None:
    async with raw.transaction():
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        create = asyncio.create_task(api.create_task("Fern", tags=["green"], category={"create": {"name": "Home"}}))
        await waiting_for_a_lock(raw, 1)
        await raw.execute(KILL_OTHERS)
    assert (await create)["title"] == "Fern"
    assert await raw.fetchval("SELECT count(*) FROM tasks JOIN task_tags ON task_id = id") == 1


async def test_connections_that_were_lost_while_nobody_used_them_fail_no_write(api: Api, raw: Raw) -> None:
    await asyncio.gather(*(api.create_task() for _ in range(5)))
    await raw.execute(KILL_OTHERS)
    await asyncio.gather(*(api.create_task() for _ in range(5)))
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 10


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    contexts: list[Context] = []
    open_ = Context.open

    def open_and_keep(connection: Any) -> Context:
        contexts.append(open_(connection))
        return contexts[-1]

    monkeypatch.setattr(Context, "open", open_and_keep)
    return contexts


async def test_a_query_whose_connection_is_lost_is_done_again_as_a_whole(
    api: Api, raw: Raw, opened: list[Context]
) -> None:
    query = "{ a: taskCount b: tasks { title } c: categories { name taskCount } }"
    before = await api.data(query)
    await raw.execute(KILL_OTHERS)
    assert await api.data(query) == before
    assert len(opened) == 3


async def test_a_query_is_done_again_once(api: Api, raw: Raw, opened: list[Context]) -> None:
    async def kill() -> None:
        for number in (1, 2):
            while len(opened) < number:  # noqa: ASYNC110 - a list has no event
                await asyncio.sleep(0.01)
            await waiting_for_a_lock(raw, 1)
            await raw.execute(KILL_OTHERS)

    async with raw.transaction():
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        error, _ = await asyncio.gather(api.error("{ taskCount }"), kill())
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert len(opened) == 2


async def test_how_often_something_was_done_again_is_counted(api: Api, raw: Raw, opened: list[Context]) -> None:
    for retries in (0, 1):
        await api.create_task()
        assert opened[-1].retries == retries
        await raw.execute(KILL_OTHERS)


async def test_what_a_cancelled_operation_has_saved_is_remembered(api: Api, raw: Raw, opened: list[Context]) -> None:
    """Its first field is saved, its second one waits when it is given up."""
    create = (
        'mutation { a: createTag(input: {name: "x"}) { __typename } b: createTask(input: {title: "x"}) { __typename } }'
    )
    async with raw.transaction():
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        given_up = asyncio.ensure_future(api.post(create))
        await waiting_for_a_lock(raw, 1)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
    assert opened[-1].committed == {"a"}
    assert opened[-1].work.committed is False
