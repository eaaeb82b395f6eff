"""What an operation has made is gone when it is over: nothing of it waits for the garbage collector."""

import gc
from collections import Counter

import pytest

from tests.api import Api

QUERIES = {
    "list": "{ tasks { title category { name } tags { name } } }",
    "one": "{ task(id: ID) { title category { name } } }",
    "connection": "{ tasksConnection { totalCount pageInfo { endCursor } edges { node { category { id } } } } }",
    "nested": "{ categories { tasksConnection { nodes { title category { name } } } } }",
    "mutation": """mutation { createTask(input: { title: "x", category: { name: "Home" } })
        { ... on TaskSuccess { task { category { name } } } } }""",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
async def test_nothing_is_left(api: Api, query: str) -> None:
    task = await api.create_task(category={"create": {"name": "Home"}}, tags=["Green"])
    text = query.replace("ID", f'"{task["id"]}"')
    for _ in range(3):  # the first ones make what is kept
        await api.data(text)
    gc.collect()
    gc.disable()
    try:
        await api.data(text)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = Counter(f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not [name for name in left if name.startswith("gql_api.") or "Record" in name], left
