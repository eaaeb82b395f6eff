"""The stock application: Strawberry, FastAPI and SQLAlchemy's ORM, put together as their documentation does.

A session for each request by a dependency, entities as they are, DataLoaders in the context, documents and their
validation cached. A session runs one statement at a time, and GraphQL resolves fields side by side: so they take turns.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from functools import partial
from os import environ
from typing import Annotated, Any, TypeAlias, TypeVar

import strawberry
from fastapi import Depends, FastAPI
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, UnaryExpression, cast, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.fastapi import BaseContext, GraphQLRouter

from benchmarks.peers import tables
from benchmarks.peers.tables import has_words

RowT = TypeVar("RowT")


class Context(BaseContext):
    def __init__(self, session: AsyncSession) -> None:
        super().__init__()
        self.session = session
        self.turn = asyncio.Lock()
        self.categories = DataLoader(self._categories)
        self.tags = DataLoader(self._tags)
        self._newest: dict[int, DataLoader[int, list[tables.Task]]] = {}

    async def all(self, statement: Select[RowT]) -> Sequence[RowT]:
        async with self.turn:
            return (await self.session.scalars(statement)).all()

    async def one(self, id: int) -> tables.Task | None:
        async with self.turn:
            return await self.session.get(tables.Task, id)

    async def create(self, inputs: Sequence["CreateTaskInput"]) -> Sequence[tables.Task]:
        tasks = [tables.Task(**asdict(each)) for each in inputs]
        async with self.turn:
            self.session.add_all(tasks)
            await self.session.commit()
        return tasks

    async def _categories(self, ids: list[int]) -> list[tables.Category | None]:
        found = await self.all(select(tables.Category).where(tables.Category.id.in_(ids)))
        by_id = {category.id: category for category in found}
        return [by_id.get(id) for id in ids]

    async def _tags(self, task_ids: list[int]) -> list[list[tables.Tag]]:
        statement = (
            select(tables.TaskTag.task_id, tables.Tag)
            .join(tables.Tag)
            .where(tables.TaskTag.task_id.in_(task_ids))
            .order_by(tables.Tag.name_key)
        )
        found: dict[int, list[tables.Tag]] = {id: [] for id in task_ids}
        async with self.turn:
            for task_id, tag in await self.session.execute(statement):
                found[task_id].append(tag)
        return list(found.values())

    def newest(self, limit: int) -> DataLoader[int, list[tables.Task]]:
        """Return the loader of so many tasks of categories."""
        if limit not in self._newest:
            self._newest[limit] = DataLoader(partial(self._newest_of, limit))
        return self._newest[limit]

    async def _newest_of(self, limit: int, ids: list[int]) -> list[list[tables.Task]]:
        category = func.unnest(cast(ids, ARRAY(BigInteger))).table_valued("id").render_derived(name="category")
        newest = (
            select(tables.Task)
            .where(tables.Task.category_id == category.c.id)
            .order_by(tables.Task.created_at.desc(), tables.Task.id.desc())
            .limit(limit)
            .lateral()
        )
        found: dict[int | None, list[tables.Task]] = {id: [] for id in ids}
        for task in await self.all(select(aliased(tables.Task, newest)).select_from(category).join(newest, true())):
            found[task.category_id].append(task)
        return list(found.values())


Info: TypeAlias = strawberry.Info[Context, None]


@strawberry.type
class Tag:
    id: int
    name: str


@strawberry.type
class Category:
    id: int
    name: str

    @strawberry.field
    async def tasks(self, info: Info, limit: int) -> list["Task"]:
        return await info.context.newest(limit).load(self.id)  # type: ignore[return-value]


@strawberry.type
class Task:
    id: int
    title: str
    description: str | None
    completed: bool
    created_at: datetime
    updated_at: datetime
    category_id: strawberry.Private[int | None]

    @strawberry.field
    async def category(self, info: Info) -> Category | None:
        if self.category_id is None:
            return None
        return await info.context.categories.load(self.category_id)  # type: ignore[return-value]

    @strawberry.field
    async def tags(self, info: Info) -> list[Tag]:
        return await info.context.tags.load(self.id)  # type: ignore[return-value]


@strawberry.type
class Edge:
    node: Task

    @strawberry.field
    def cursor(self) -> str:
        return _cursor(self.node)


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class TaskConnection:
    edges: list[Edge]
    page_info: PageInfo

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        (count,) = await info.context.all(select(func.count()).select_from(tables.Task))
        return count


@strawberry.input
class TaskFilter:
    search: str | None = None
    completed: bool | None = None
    least_priority: int | None = None
    categorized: bool | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.search is not None:
            yield has_words(self.search)
        if self.completed is not None:
            yield tables.Task.completed == self.completed
        if self.least_priority is not None:
            yield tables.Task.priority >= self.least_priority
        if self.categorized is not None:
            yield tables.Task.category_id.is_not(None) if self.categorized else tables.Task.category_id.is_(None)


@strawberry.enum
class TaskKey(Enum):
    CREATED_AT = "created_at"
    PRIORITY = "priority"


@strawberry.input
class TaskOrder:
    by: TaskKey
    descending: bool = False

    def clause(self) -> UnaryExpression[Any]:
        column = getattr(tables.Task, self.by.value)
        return column.desc() if self.descending else column.asc()  # type: ignore[no-any-return]


@strawberry.input
class CreateTaskInput:
    title: str
    description: str | None = None
    category_id: int | None = None


@strawberry.type
class Query:
    @strawberry.field
    async def tasks(
        self, info: Info, limit: int, filter: TaskFilter | None = None, order_by: list[TaskOrder] | None = None
    ) -> list[Task]:
        order = [each.clause() for each in order_by] if order_by else [tables.Task.created_at.desc()]
        statement = select(tables.Task).order_by(*order, tables.Task.id.desc()).limit(limit)
        if filter is not None:
            statement = statement.where(*filter.conditions())
        return await info.context.all(statement)  # type: ignore[return-value]

    @strawberry.field
    async def tasks_connection(self, info: Info, first: int, after: str | None = None) -> TaskConnection:
        place = tuple_(tables.Task.created_at, tables.Task.id)
        statement = select(tables.Task).order_by(tables.Task.created_at.desc(), tables.Task.id.desc()).limit(first + 1)
        if after is not None:
            statement = statement.where(place < _place(after))
        found = await info.context.all(statement)
        edges = [Edge(node=task) for task in found[:first]]  # type: ignore[arg-type]
        end = _cursor(found[len(edges) - 1]) if edges else None
        return TaskConnection(edges=edges, page_info=PageInfo(has_next_page=len(found) > first, end_cursor=end))

    @strawberry.field
    async def task(self, info: Info, id: int) -> Task | None:
        return await info.context.one(id)  # type: ignore[return-value]

    @strawberry.field
    async def categories(self, info: Info, limit: int) -> list[Category]:
        statement = select(tables.Category).order_by(tables.Category.name_key).limit(limit)
        return await info.context.all(statement)  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def create_task(self, info: Info, input: CreateTaskInput) -> Task:
        (task,) = await info.context.create([input])
        return task  # type: ignore[return-value]

    @strawberry.mutation
    async def create_tasks(self, info: Info, input: list[CreateTaskInput]) -> list[Task]:
        return await info.context.create(input)  # type: ignore[return-value]


def _cursor(task: Task | tables.Task) -> str:
    return b64encode(f"{task.created_at.isoformat()} {task.id}".encode()).decode()


def _place(cursor: str) -> tuple[datetime, int]:
    moment, id = b64decode(cursor).decode().split(" ")
    return datetime.fromisoformat(moment), int(id)


schema = strawberry.Schema(
    Query, mutation=Mutation, extensions=[lambda: ParserCache(maxsize=128), lambda: ValidationCache(maxsize=128)]
)


def create_app(url: str | None = None) -> FastAPI:
    """Make the application, on DATABASE_URL's database."""
    address = (url or environ["DATABASE_URL"]).replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(address, pool_size=10, max_overflow=0)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    async def session() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            yield session

    async def context(session: Annotated[AsyncSession, Depends(session)]) -> Context:
        return Context(session)

    app = FastAPI(lifespan=lifespan)
    app.include_router(GraphQLRouter(schema, context_getter=context), prefix="/graphql")
    return app
