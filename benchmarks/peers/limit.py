"""The limit: the same answers without GraphQL. ASGI, the driver, a JSON encoder, and the statements by hand.

What is asked is known by the operation's name; the document is not looked at. Nothing is checked and nothing is logged.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from os import environ
from typing import Any, TypeAlias

import asyncpg
import orjson

Json: TypeAlias = dict[str, Any]
Row: TypeAlias = "asyncpg.Record"

COLUMNS = "t.id, t.title, t.description, t.completed, t.created_at, t.updated_at, t.category_id"
NEWEST = "ORDER BY t.created_at DESC, t.id DESC LIMIT"
TASKS = f"SELECT {COLUMNS} FROM tasks t {NEWEST} $1"
TASK = f"SELECT {COLUMNS} FROM tasks t WHERE t.id = $1"
FIND = f"""SELECT {COLUMNS} FROM tasks t
    WHERE (title_words || description_words) @@ websearch_to_tsquery('simple', $1) AND completed = $2 AND priority >= $3
    AND category_id IS NOT NULL ORDER BY priority DESC, created_at DESC, id DESC LIMIT $4"""
COUNT = "SELECT count(*) FROM tasks"
CATEGORIES = "SELECT id, name FROM categories WHERE id = ANY($1)"
FIRST_CATEGORIES = "SELECT id, name FROM categories ORDER BY name_key LIMIT 10"
NESTED = f"""SELECT {COLUMNS} FROM unnest($1::bigint[]) c(id)
    CROSS JOIN LATERAL (SELECT * FROM tasks t WHERE t.category_id = c.id {NEWEST} 10) t"""
TAGS = """SELECT task_id, tags.id, tags.name FROM task_tags JOIN tags ON tags.id = tag_id WHERE task_id = ANY($1)
    ORDER BY name_key"""
CREATE = f"""INSERT INTO tasks AS t (title, title_key, description, description_key, category_id)
    SELECT title, lower(title), description, lower(description), category_id
    FROM unnest($1::text[], $2::text[], $3::bigint[]) AS new (title, description, category_id) RETURNING {COLUMNS}"""


class Limit:
    """An ASGI application."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None
        self._handlers: Mapping[str, Callable[[Any, Json], Awaitable[Json]]] = {
            "Tasks": tasks,
            "Task": task,
            "Nest": nest,
            "Create": create,
            "CreateMany": create_many,
            "Page": page,
            "Find": find,
            "Fragments": fragments,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        asked = orjson.loads(body)
        async with self._pool.acquire() as connection:
            data = await self._handlers[asked["operationName"]](connection, asked["variables"])
        answer = orjson.dumps({"data": data})
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(
            self._url, min_size=10, max_size=10, reset=_keep, server_settings={"timezone": "UTC"}
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _keep(_: object) -> None:
    """Leave a connection as it is: nothing was changed in its session."""


async def tasks(connection: Any, given: Json) -> Json:
    return {"tasks": await _whole(connection, await connection.fetch(TASKS, given["limit"]))}


async def task(connection: Any, given: Json) -> Json:
    found = await _whole(connection, await connection.fetch(TASK, given["id"]))
    return {"task": found[0] if found else None}


async def nest(connection: Any, _: Json) -> Json:
    categories = [{"id": id, "name": name, "tasks": []} for id, name in await connection.fetch(FIRST_CATEGORIES)]
    lists: dict[int, list[Json]] = {category["id"]: category["tasks"] for category in categories}
    rows = await connection.fetch(NESTED, list(lists))
    named = await _categories(connection, rows)
    for id, title, _description, completed, _created, _updated, of in rows:
        lists[of].append({"id": id, "title": title, "completed": completed, "category": named.get(of)})
    return {"categories": categories}


async def create(connection: Any, given: Json) -> Json:
    return {"createTask": (await _whole(connection, await _create(connection, [given["input"]])))[0]}


async def create_many(connection: Any, given: Json) -> Json:
    rows = await _create(connection, given["input"])
    named = await _categories(connection, rows)
    return {"createTasks": [{"id": row[0], "title": row[1], "category": named.get(row[6])} for row in rows]}


async def page(connection: Any, given: Json) -> Json:
    first = given["first"]
    rows = await connection.fetch(TASKS, first + 1)
    total = await connection.fetchval(COUNT)
    wanted = rows[:first]
    named = await _categories(connection, wanted)
    tags: dict[int, list[Json]] = {row[0]: [] for row in wanted}
    for task_id, id, name in await connection.fetch(TAGS, list(tags)):
        tags[task_id].append({"id": id, "name": name})
    edges = [
        {
            "cursor": b64encode(f"{created.isoformat()} {id}".encode()).decode(),
            "node": {"id": id, "title": title, "completed": completed, "category": named.get(of), "tags": tags[id]},
        }
        for id, title, _description, completed, created, _updated, of in wanted
    ]
    info = {"hasNextPage": len(rows) > first, "endCursor": edges[-1]["cursor"] if edges else None}
    return {"tasksConnection": {"totalCount": total, "pageInfo": info, "edges": edges}}


async def find(connection: Any, given: Json) -> Json:
    wanted = given["filter"]
    arguments = (wanted["search"], wanted["completed"], wanted["leastPriority"], given["limit"])
    rows = await connection.fetch(FIND, *arguments)
    named = await _categories(connection, rows)
    return {
        "tasks": [
            {"id": id, "title": title, "completed": completed, "createdAt": created, "category": named.get(of)}
            for id, title, _description, completed, created, _updated, of in rows
        ]
    }


async def fragments(connection: Any, given: Json) -> Json:
    rows = await connection.fetch(TASKS, given["limit"])
    named = {id: {"id": id, "label": each["name"]} for id, each in (await _categories(connection, rows)).items()}
    return {
        "newest": [
            {
                "id": id,
                "name": title,
                "done": completed,
                "created": created,
                "updated": updated,
                "category": named.get(of),
            }
            for id, title, _description, completed, created, updated, of in rows
        ]
    }


async def _create(connection: Any, new: Sequence[Json]) -> Sequence[Row]:
    columns = ([each[key] for each in new] for key in ("title", "description", "categoryId"))
    rows: Sequence[Row] = await connection.fetch(CREATE, *columns)
    return rows


async def _whole(connection: Any, rows: Sequence[Row]) -> list[Json]:
    named = await _categories(connection, rows)
    return [
        {
            "id": id,
            "title": title,
            "description": description,
            "completed": completed,
            "createdAt": created,
            "updatedAt": updated,
            "category": named.get(of),
        }
        for id, title, description, completed, created, updated, of in rows
    ]


async def _categories(connection: Any, rows: Iterable[Row]) -> dict[int | None, Json]:
    ids = {row[6] for row in rows} - {None}
    if not ids:
        return {}
    return {id: {"id": id, "name": name} for id, name in await connection.fetch(CATEGORIES, list(ids))}


def create_app() -> Limit:
    """Make the application, on DATABASE_URL's database."""
    return Limit(environ["DATABASE_URL"])
