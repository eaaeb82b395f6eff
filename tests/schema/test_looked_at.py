"""Answers read no more of tasks than they look at, by groups of columns; what is then missing nobody misses."""

import re

import pytest

from tests.api import Api

QUERIES = {
    "list": "{ tasks { FIELDS } }",
    "connection": """{ tasksConnection(orderBy: { title: ASC }) { edges { cursor node { ...T } } nodes { id } } }
        fragment T on Task { FIELDS }""",
    "below parents": "{ categories { tasksConnection(orderBy: { title: ASC }) { nodes { FIELDS } } } }",
    "node": "{ node(id: ID) { ... on Task { FIELDS } } }",
    "creating one": """mutation { createTask(input: { title: "x" }) { ... on TaskSuccess { task { FIELDS } } } }""",
    "creating many": """mutation { createTasks(input: [{ title: "x" }, { title: "y", tags: ["t"] }])
        { ... on CreateTasksSuccess { tasks { FIELDS } } } }""",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
@pytest.mark.parametrize(
    ("fields", "read", "not_read"),
    [
        ("id", {"id", "title", "category_id"}, {"description", "created_at", "due_at", "version"}),
        ("description", {"description"}, {"created_at", "due_at"}),
        ("updatedAt", {"updated_at"}, {"description", "due_at"}),
        ("overdue", {"completed", "due_at"}, {"description", "created_at"}),
        ("priority category { id }", {"priority", "category_id"}, {"description", "created_at"}),
        ("tags { id }", {"id"}, {"description", "created_at", "due_at"}),
    ],
)
async def test_no_more_is_read(api: Api, query: str, fields: str, read: set[str], not_read: set[str]) -> None:
    task = await api.create_task(category={"create": {"name": "Home"}}, description="Long.")
    with api.statements() as seen:
        await api.data(query.replace("FIELDS", fields).replace("ID", f'"{task["id"]}"'))
    told = [each.rpartition("RETURNING")[2] for each in seen if "tasks.id" in each]
    assert told
    columns = {name for each in told for name in re.findall(r"(?:tasks|page)\.(\w+)", each.partition("FROM")[0])}
    assert columns >= read
    assert not columns & not_read
