"""The examples that a first visitor of the explorer finds, each run on the demo data."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, validate

from gql_api import seed
from gql_api.schema import schema
from gql_api.session import Sessions
from tests.api import Api
from tests.command import PROJECT

EXAMPLES = sorted((PROJECT / "graphiql" / "examples").glob("*.graphql"))


def variables(example: Path) -> dict[str, Any]:
    file = example.with_suffix(".json")
    given: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return given


async def run(api: Api, example: Path, **others: Any) -> dict[str, Any]:
    document = await asyncio.to_thread(example.read_text)
    return await api.data(document, **{**variables(example), **others})


@pytest.fixture
async def demo(sessions: Sessions) -> None:
    await seed.fill_if_empty(sessions)


def test_there_is_one_of_each_kind() -> None:
    names = [example.stem for example in EXAMPLES]
    assert names == ["1-tasks", "2-filters-and-pages", "3-create-a-task", "4-complete-many"]
    for file in EXAMPLES[0].parent.iterdir():
        assert file.suffix == ".graphql" or file.with_suffix(".graphql") in EXAMPLES, file


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_it_fits_the_schema_and_can_be_read_beside_the_answer(example: Path) -> None:
    document = example.read_text()
    assert validate(schema._schema, parse(document)) == []
    assert document.startswith("# ")
    assert max(map(len, document.splitlines())) <= 60


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
async def test_it_shows_something(api: Api, example: Path) -> None:
    match await run(api, example):
        case {"tasks": tasks}:
            assert len(tasks) == 5
            assert any(task["category"] for task in tasks)
            assert any(task["tags"] for task in tasks)
        case {"tasksConnection": {"totalCount": total, "nodes": nodes, "pageInfo": {"hasNextPage": more}}}:
            assert (len(nodes), more) == (3, True)
            assert total > 3
        case {"createTask": {"task": task}}:
            assert (task["title"], task["version"], task["tags"]) == ("Water the plants", 1, [{"name": "five minutes"}])
        case {"updateTasks": {"matched": matched, "changed": changed, "tasks": tasks}}:
            assert matched == changed == len(tasks) > 1
        case other:
            pytest.fail(f"unexpected: {other}")


@pytest.mark.usefixtures("demo")
async def test_what_their_words_tell_one_to_try_comes_true(api: Api) -> None:
    _, pages, create, complete = EXAMPLES
    first = (await run(api, pages))["tasksConnection"]
    second = (await run(api, pages, after=first["pageInfo"]["endCursor"]))["tasksConnection"]
    assert second["nodes"]
    assert not [node for node in second["nodes"] if node in first["nodes"]]

    untitled = {**variables(create)["input"], "title": ""}
    (problem,) = (await run(api, create, input=untitled))["createTask"]["problems"]
    assert problem["path"] == ["input", "title"]

    open_at_home = '{ taskCount(filter: {category: {is: {name: {eq: "home"}}}, completed: false}) }'
    before = await api.field(open_at_home)
    tried = (await run(api, complete))["updateTasks"]
    assert tried["matched"] == before == await api.field(open_at_home) > 0
