"""At 100,000 tasks each order is read from an index: what a page costs is counted in buffers of 8 kB, not in time."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Select, event
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api import db
from gql_api.repositories.statements import number
from gql_api.repositories.task import TaskRepository
from gql_api.shapes.category import CategoryFilter
from gql_api.shapes.cursor import Position
from gql_api.shapes.filter import IdFilter, StringFilter
from gql_api.shapes.page import MOST_RELEVANT_FIRST, NEWEST_FIRST, Direction, Listing, OrderTerm, Page, Slice, Window
from gql_api.shapes.task import CategoryRelationFilter, Task, TaskFilter
from gql_api.unit_of_work import SNAPSHOT
from tests.conftest import Raw, Server, connected

TASKS, CATEGORIES = 100_000, 50

FILL = f"""
    INSERT INTO categories (name, name_key)
        SELECT 'Category ' || n, 'category ' || n FROM generate_series(1, {CATEGORIES}) n;
    INSERT INTO tags (name, name_key) SELECT 'Tag ' || n, 'tag ' || n FROM generate_series(1, 20) n;
    SELECT setseed(0.5);
    INSERT INTO tasks (title, title_key, title_words, description, description_key, description_words, completed,
            completed_at, priority, due_at, category_id, created_at, updated_at)
        SELECT initcap(words), words, to_tsvector('simple', words),
            more, more, to_tsvector('simple', coalesce(more, '')), completed,
            CASE WHEN completed THEN day + random() * interval '1 day' END, floor(random() * 5)::int,
            CASE WHEN random() < 0.6 THEN day + random() * interval '300 days' END,
            CASE WHEN random() < 0.2 THEN 1 + shift
                WHEN random() < 0.95 THEN 1 + floor(random() * {CATEGORIES})::int + shift END,
            day,
            day + random() * interval '9 days'
        FROM (SELECT n, md5(n::text) AS hash, random() < 0.3 AS completed,
            timestamptz '2026-01-01' + n * interval '1 minute' AS day FROM generate_series(1, {TASKS}) n) made,
        LATERAL (SELECT left(hash, 4) || ' ' || substr(hash, 5, 6) || ' ' || substr(hash, 11, 5) AS words,
            CASE WHEN n % 4 = 0 THEN 'about ' || substr(hash, 8, 12) || ' and ' || left(hash, 7) END AS more) texts,
        (SELECT min(id) - 1 AS shift FROM categories) ids;
    INSERT INTO task_tags SELECT tasks.id, tags.id FROM tasks JOIN tags ON (tasks.id + tags.id) % 13 = 0;
"""


@pytest.fixture(scope="module")
async def many(server: Server, template: str) -> AsyncIterator[tuple[str, AsyncEngine]]:
    name = await server.create(template)
    async with connected(server.url(name)) as raw:
        # Indexes are made after the rows: that takes a third of the time.
        definitions = await raw.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tasks' AND indexname LIKE 'ix_%'"
        )
        for each in definitions:
            await raw.execute(f"DROP INDEX {each['indexname']}")
        await raw.execute(FILL)
        for each in definitions:
            await raw.execute(each["indexdef"])
        await raw.execute("VACUUM ANALYZE")
    engine = db.create_engine(server.url(name))
    yield server.url(name), engine
    await engine.dispose()
    await server.drop(name)


def _last_of_a_window(listing: Listing[TaskFilter], skipped: int, now: datetime) -> Select[Any]:
    return TaskRepository._windowed(listing, now).limit(1).offset(number(skipped))


@dataclass
class Costs:
    """Runs a repository's reads, and then again as EXPLAIN."""

    repository: TaskRepository
    raw: Raw
    sent: list[tuple[str, Any]]

    async def slice(self, listing: Listing[TaskFilter]) -> Slice[Task]:
        self.sent.clear()
        return await self.repository.slice(listing)

    async def list(self, filter: TaskFilter, order: tuple[OrderTerm, ...], page: Page) -> None:
        self.sent.clear()
        _ = await self.repository.list(filter, order, page)

    async def position(
        self, filter: TaskFilter | None, order: tuple[OrderTerm, ...], skipped: int, *, backward: bool
    ) -> Position:
        """Return the position of the last of so many rows."""
        listing = Listing(filter, order, Window(skipped, backward, None, None))
        rows = await self.repository._rows(_last_of_a_window, listing, skipped - 1, self.repository._now)
        found = self.repository._sliced(rows, listing, self.repository._layout)
        return tuple(found.rows.rows[0][found.positions])

    async def buffers(self) -> int:
        """Return how many buffers the last statement touched."""
        ((statement, parameters),) = self.sent
        told = await self.raw.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *parameters)
        plan = json.loads(told)[0]["Plan"]
        return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.fixture
async def costs(many: tuple[str, AsyncEngine]) -> AsyncIterator[Costs]:
    sent: list[tuple[str, Any]] = []

    def see(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    address, engine = many
    event.listen(engine.sync_engine, "before_cursor_execute", see)
    session = db.create_sessions(engine)()
    await session.begin(SNAPSHOT)
    async with connected(address) as raw:
        yield Costs(TaskRepository(session, datetime.now(UTC)), raw, sent)
    await session.close()
    event.remove(engine.sync_engine, "before_cursor_execute", see)


async def in_one_category(costs: Costs) -> TaskFilter:
    id = await costs.raw.fetchval("SELECT min(id) FROM categories")  # which has every fifth task
    return TaskFilter(category=CategoryRelationFilter(is_=CategoryFilter(id=IdFilter(eq=id))))


def from_here(size: int, position: Position, *, backward: bool) -> Window:
    return Window(size, backward, None if backward else position, position if backward else None)


FEW = 150
"""Buffers that a first page may touch, of 2,600 that the table has. Each row may lie in a buffer of its own."""


async def test_any_page_of_an_order_is_read_from_an_index(costs: Costs) -> None:
    """The first page touches few buffers, and the 500th at most twice as many, or hardly more than it has rows."""
    filters = {
        "all": None,
        "open": TaskFilter(completed=False),
        "completed": TaskFilter(completed=True),
        "in one category": await in_one_category(costs),
    }
    for key, direction, which, backward in product(TaskRepository.orders, Direction, filters, (False, True)):
        filter, order, size = filters[which], (OrderTerm(key, direction),), 20
        _ = await costs.slice(Listing(filter, order, Window(size, backward, None, None)))
        first = await costs.buffers()
        assert first <= FEW, (key, direction, which, backward)
        position = await costs.position(filter, order, 499 * size, backward=backward)
        page = await costs.slice(Listing(filter, order, from_here(size, position, backward=backward)))
        assert len(page.rows) == size
        # Rows of the first page may lie together by chance, where each of the other has a buffer of its own.
        assert await costs.buffers() <= max(2 * first, size + 8), (key, direction, which, backward)


async def test_the_first_page_of_a_plain_list_is_read_from_an_index(costs: Costs) -> None:
    for key, direction in product(TaskRepository.orders, Direction):
        await costs.list(TaskFilter(), (OrderTerm(key, direction),), Page(20, 0))
        assert await costs.buffers() <= FEW, (key, direction)


async def test_a_text_is_found_with_an_index(costs: Costs) -> None:
    for filter in (
        TaskFilter(title=StringFilter(contains="7F F679A2")),
        TaskFilter(description=StringFilter(contains="9A2f3E71")),
        TaskFilter(title=StringFilter(eq="C4ca 4238a0 B9238")),
        TaskFilter(title=StringFilter(starts_with="C4ca 42")),
        TaskFilter(search="a87f f679"),
        TaskFilter(search='"c4ca 4238a0" -nothing b92'),
    ):
        order = MOST_RELEVANT_FIRST if filter.search else NEWEST_FIRST
        page = await costs.slice(Listing(filter, order, Window(20, backward=False, after=None, before=None)))
        assert 1 <= len(page.rows) < 20, filter
        assert await costs.buffers() <= 2 * FEW, filter
