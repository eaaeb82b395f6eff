"""Demo data: what a person would recognise as a task list, as much of it as is wanted, and never twice."""

import asyncio
from collections import Counter

import pytest
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api import demo, seed
from gql_api.session import Sessions
from gql_api.shapes.text import Description, Title
from tests.api import Api, statements
from tests.conftest import Raw

SMALL = len(demo.LIST)


async def added(sessions: Sessions, total: int | None = None) -> list[int]:
    return [number async for number in seed.add(sessions, total)]


async def test_the_small_list_is_added_once(sessions: Sessions, api: Api) -> None:
    assert await seed.missing(sessions, None) == SMALL
    assert await added(sessions) == [SMALL]
    query = """{ tasks(limit: 100, orderBy: [{createdAt: ASC}]) { title version completed completedAt createdAt
        updatedAt category { name } tags { name } } categories { name color } tags { name } }"""
    found = await api.data(query)
    assert [task["title"] for task in found["tasks"]] == [task.title for task in demo.LIST]
    for task, meant in zip(found["tasks"], demo.LIST, strict=True):
        assert (task["category"] or {"name": None})["name"] == meant.category
        assert [tag["name"] for tag in task["tags"]] == sorted(meant.tags)
        assert (task["version"], task["completed"]) == (1, meant.completed)
        assert task["createdAt"] <= (task["completedAt"] or task["createdAt"]) <= task["updatedAt"]
    assert {category["name"]: category["color"] for category in found["categories"]} == demo.CATEGORIES
    assert {tag["name"] for tag in found["tags"]} == {*demo.TAGS}
    assert await seed.missing(sessions, None) == 0
    assert await added(sessions) == []
    assert await api.data(query) == found


async def test_only_what_is_missing_is_added_and_nothing_of_others_is_touched(sessions: Sessions, api: Api) -> None:
    mine = await api.create_task("Mine", category={"create": {"name": "HOME", "color": "#000000"}})
    await added(sessions)
    kept = await api.field(
        "query ($id: ID!) { task(id: $id) { version category { name color version } } }", id=mine["id"]
    )
    assert kept == {"version": 1, "category": {"name": "HOME", "color": "#000000", "version": 1}}
    (gone,) = await api.field("{ tasks(limit: 1, offset: 3) { id title } }")
    await api.field("mutation ($id: ID!) { deleteTask(id: $id) { __typename } }", id=gone["id"])
    assert await added(sessions) == [1]
    titles = [task["title"] for task in await api.field("{ tasks(limit: 100) { title } }")]
    assert Counter(titles) == Counter([*(task.title for task in demo.LIST), "Mine"])


@pytest.mark.parametrize("total", [0, 1, SMALL, SMALL + 1, 2 * seed.BATCH + SMALL + 7])
async def test_it_goes_on_until_there_are_so_many_in_all(sessions: Sessions, api: Api, total: int) -> None:
    assert await seed.missing(sessions, total) == total
    numbers = await added(sessions, total)
    assert sum(numbers) == await api.field("{ taskCount }") == total
    assert all(number <= seed.BATCH for number in numbers)
    assert await seed.missing(sessions, total) == 0
    assert await added(sessions, total) == []
    assert sum(await added(sessions, total + 5)) == 5
    await api.create_task("Mine")
    assert sum(await added(sessions, total + 7)) == 1


async def test_two_at_once_add_no_more_than_one(sessions: Sessions, raw: Raw) -> None:
    total = 3 * seed.BATCH
    both = await asyncio.gather(added(sessions, total), added(sessions, total))
    assert sum(map(sum, both)) == total
    assert await raw.fetchval("SELECT count(*) FROM tasks") == total
    assert await raw.fetchval("SELECT count(*) FROM categories") == len(demo.CATEGORIES)


async def test_a_batch_is_a_handful_of_statements(sessions: Sessions, engine: AsyncEngine) -> None:
    await added(sessions, seed.BATCH)
    with statements(engine) as seen:
        assert await added(sessions, 2 * seed.BATCH) == [seed.BATCH]
    assert len(seen) <= 16, seen  # the batch's, and those that find that nothing is left to do


def test_generated_tasks_are_always_the_same_and_differ() -> None:
    tasks = [demo.generated(number) for number in range(5_000)]
    assert tasks == [demo.generated(number) for number in range(5_000)]
    title, description = TypeAdapter[str](Title), TypeAdapter[str](Description)
    for task in tasks:
        assert title.validate_python(task.title) == task.title
        assert task.description is None or description.validate_python(task.description) == task.description
        assert "{" not in task.title
        assert {*task.tags} <= {*demo.TAGS}
    assert len({task.title for task in tasks}) > 500
    assert {task.category for task in tasks} == {None, *demo.CATEGORIES}
    done = sum(task.completed for task in tasks)
    assert 0.5 < done / len(tasks) < 0.95
