"""What must be answered: read from the database by SQL of its own, and compared with what each server says.

Servers differ in how they write ids and cursors, and in how they wrap lists and what a mutation has made. All is
compared in the form of the stock application; of cursors only which of them are the same.
"""

import json
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from benchmarks.works import MANY, Request, Work
from gql_api.schema.global_id import decode

Raw: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

WRAPPERS = {"task", "tasks", "nodes"}
CURSORS = {"cursor", "endCursor"}

TASKS = """SELECT t.id, t.title, t.description, t.completed, t.created_at AS "createdAt", t.updated_at AS "updatedAt",
    c.id AS category, c.name FROM tasks t LEFT JOIN categories c ON c.id = t.category_id"""
NEWEST = "ORDER BY t.created_at DESC, t.id DESC"
LATEST = "ORDER BY t.id DESC"
FOUND = """WHERE (t.title_words || t.description_words) @@ '''invoice'' & ''done''' AND NOT t.completed
    AND t.priority >= 2 AND t.category_id IS NOT NULL ORDER BY t.priority DESC, t.created_at DESC, t.id DESC"""

ALL = ("id", "title", "description", "completed", "createdAt", "updatedAt", "category")
SHORT = ("id", "title", "completed", "category")


class DifferenceError(Exception):
    """An answer is not what it must be."""


async def check(raw: Raw, server: str, work: Work, status: int, body: bytes) -> None:
    """Raise DifferenceError unless this answers the work, which for a mutation is what was done last."""
    what = f"{server}, {work.name}"
    answer = json.loads(body)
    if status != 200 or set(answer) != {"data"}:  # noqa: PLR2004 - HTTP's word for "OK"
        raise DifferenceError(f"{what}: {status} {body[:500]!r}")
    is_, must = (json.dumps(common(data), indent=1) for data in (answer["data"], await expected(raw, work.stock)))
    if is_ != must:
        first = next(pair for pair in zip(is_.split("\n"), must.split("\n"), strict=False) if pair[0] != pair[1])
        raise DifferenceError(f"{what}: {first[0].strip()} where {first[1].strip()} was expected")


def common(data: dict[str, Any]) -> dict[str, Any]:
    """Return an answer in the form that all are compared in."""
    seen: dict[str, int] = {}
    return {key: _plain(value, seen) for key, value in data.items()}


def _plain(value: Any, seen: dict[str, int]) -> Any:
    if isinstance(value, list):
        return [_plain(each, seen) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and value.keys() <= WRAPPERS:
        return _plain(next(iter(value.values())), seen)
    return {key: _field(key, each, seen) for key, each in value.items()}


def _field(key: str, value: Any, seen: dict[str, int]) -> Any:
    if key == "id" and isinstance(value, str):
        return decode(value)[1]
    if key in CURSORS:
        return seen.setdefault(value, len(seen))
    return _plain(value, seen)


async def expected(raw: Raw, request: Request) -> dict[str, Any]:  # noqa: PLR0911 - one line a case
    """Return the data that answers a request in the stock application's words."""
    limit = request.variables.get("limit", 0)
    match request.operationName:
        case "Tasks":
            return {"tasks": await _tasks(raw, ALL, NEWEST, limit)}
        case "Task":
            return {"task": (await _tasks(raw, ALL, f"WHERE t.id = {request.variables['id']}", 1))[0]}
        case "Nest":
            return {"categories": await _nested(raw)}
        case "Create":
            return {"createTask": (await _tasks(raw, ALL, LATEST, 1))[0]}
        case "CreateMany":
            return {"createTasks": (await _tasks(raw, ("id", "title", "category"), LATEST, MANY))[::-1]}
        case "Page":
            return common({"tasksConnection": await _connection(raw, request.variables["first"])})
        case "Find":
            return {"tasks": await _tasks(raw, ("id", "title", "completed", "createdAt", "category"), FOUND, limit)}
        case "Fragments":
            return {"newest": [_aliased(task) for task in await _tasks(raw, ALL, NEWEST, limit)]}
        case other:
            raise ValueError(other)


async def _tasks(raw: Raw, keys: tuple[str, ...], which: str, limit: int) -> list[dict[str, Any]]:
    rows = await raw.fetch(f"{TASKS} {which} LIMIT {limit}")
    if len(rows) != limit:
        raise DifferenceError(f"There are {len(rows)} tasks, not {limit}: {which}")
    return [{key: _value(row, key) for key in keys} for row in rows]


def _value(row: Any, key: str) -> Any:
    value = row[key]
    if key == "category":
        return None if value is None else {"id": value, "name": row["name"]}
    return value.isoformat() if isinstance(value, datetime) else value


async def _nested(raw: Raw) -> list[dict[str, Any]]:
    categories = await raw.fetch("SELECT id, name FROM categories ORDER BY name LIMIT 10")
    return [
        {**category, "tasks": await _tasks(raw, SHORT, f"WHERE c.id = {category['id']} {NEWEST}", 10)}
        for category in categories
    ]


async def _connection(raw: Raw, first: int) -> dict[str, Any]:
    tasks = await _tasks(raw, SHORT, NEWEST, first)
    tags: dict[int, list[dict[str, Any]]] = {task["id"]: [] for task in tasks}
    found = """SELECT task_id, g.id, g.name FROM task_tags JOIN tags g ON g.id = tag_id WHERE task_id = ANY($1)
        ORDER BY g.name"""
    for row in await raw.fetch(found, list(tags)):
        tags[row["task_id"]].append({"id": row["id"], "name": row["name"]})
    total = await raw.fetchval("SELECT count(*) FROM tasks")
    return {
        "totalCount": total,
        "pageInfo": {"hasNextPage": total > first, "endCursor": tasks[-1]["id"]},
        "edges": [{"cursor": task["id"], "node": {**task, "tags": tags[task["id"]]}} for task in tasks],
    }


def _aliased(task: dict[str, Any]) -> dict[str, Any]:
    names = {"id": "id", "title": "name", "completed": "done", "createdAt": "created", "updatedAt": "updated"}
    category = task["category"]
    named = None if category is None else {"id": category["id"], "label": category["name"]}
    return {new: task[old] for old, new in names.items()} | {"category": named}
