"""The API as a client sees it, with a count of the statements that it sends to the database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from httpx import AsyncClient, Response
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

ERROR = "__typename ... on UserError { code message path } "
PROBLEMS = "... on ValidationError { problems { path code message } } "


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Collect the SQL statements that are sent meanwhile; those about transactions do not count."""
    seen: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", see)


class Api:
    def __init__(self, client: AsyncClient, engine: AsyncEngine) -> None:
        self.client = client
        self.engine = engine

    async def post(self, query: str, **variables: Any) -> Response:
        # Python's own JSON escapes lone surrogates, as a client may; httpx's refuses them.
        body = json.dumps({"query": query, "variables": variables})
        return await self.client.post("/graphql", content=body, headers={"content-type": "application/json"})

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the whole answer: data and errors."""
        answer: dict[str, Any] = (await self.post(query, **variables)).json()
        return answer

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an operation that must have no errors."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def field(self, query: str, **variables: Any) -> Any:
        """Return the only root field's answer, of an operation that must have no errors."""
        (value,) = (await self.data(query, **variables)).values()
        return value

    async def error(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the only error of an operation."""
        (error,) = (await self.answer(query, **variables))["errors"]
        found: dict[str, Any] = error
        return found

    def statements(self) -> Any:
        return statements(self.engine)

    # What most tests begin with.

    async def create_category(self, name: str = "Home", **values: Any) -> dict[str, Any]:
        answer = await self.field(
            "mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { "
            f"... on CategorySuccess {{ category {{ id name color version createdAt updatedAt }} }} {ERROR} }} }}",
            input={"name": name, **values},
        )
        category: dict[str, Any] = answer["category"]
        return category

    async def create_task(self, title: str = "Water the plants", **values: Any) -> dict[str, Any]:
        answer = await self.field(
            "mutation ($input: CreateTaskInput!) { createTask(input: $input) { ... on TaskSuccess { task { "
            "id title description completed completedAt priority dueAt overdue version createdAt updatedAt "
            f"category {{ id name }} }} }} {ERROR} }} }}",
            input={"title": title, **values},
        )
        task: dict[str, Any] = answer["task"]
        return task
