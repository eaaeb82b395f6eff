"""Loaders: one statement for all keys of a moment, and nothing remembered past a write."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api.loaders import Loaders
from gql_api.repositories import Repositories
from gql_api.session import Session, Sessions
from gql_api.shapes.category import Category
from gql_api.shapes.task import TaskFilter
from gql_api.unit_of_work import UnitOfWork
from tests.api import statements
from tests.factories import add_category, add_tags, add_task


class GivenTransaction(Session):
    """A session inside the test's own transaction, which has begun already and is rolled back at its end."""

    def __init__(self, given: Session) -> None:
        super().__init__(given._sessions)
        self._given = given

    async def begin(self, _how: str, *, alone: bool = False, writes: bool = False) -> None:  # noqa: ARG002 - it is inside another
        await self._given.fetch("SAVEPOINT given")
        self._driver, self._begun = self._given._driver, True

    async def commit(self) -> None:
        await self._given.fetch("RELEASE SAVEPOINT given")
        self._begun = False

    async def close(self) -> None:
        if self._begun:
            await self._given.fetch("ROLLBACK TO SAVEPOINT given")
            await self.commit()
        self._driver = None


class Given(Sessions):
    def __init__(self, given: Session) -> None:
        super().__init__(given._sessions.engine)
        self._given = given

    def __call__(self) -> Session:
        return GivenTransaction(self._given)


@pytest.fixture
async def work(session: Session) -> UnitOfWork:
    return UnitOfWork(Given(session))


@pytest.fixture
def repositories(session: Session) -> Repositories:
    return Repositories(session, datetime.now(UTC))


async def test_all_keys_of_a_moment_are_one_statement(
    work: UnitOfWork, repositories: Repositories, shared_engine: AsyncEngine
) -> None:
    made = [await add_category(repositories, f"Category {number}") for number in range(10)]
    loader = Loaders(work).category_by_id
    wanted = [category.id for category in made] * 3
    with statements(shared_engine) as seen:
        assert await asyncio.gather(*map(loader.load, wanted)) == made * 3
    assert len(seen) == 1


async def test_a_missing_key_is_none_in_its_own_place(work: UnitOfWork, repositories: Repositories) -> None:
    task, category = await add_task(repositories), await add_category(repositories)
    loaders = Loaders(work)
    assert await loaders.task_by_id.load_all([2**62, task.id]) == [None, task]
    assert await loaders.category_by_id.load_all([category.id, 2**62]) == [category, None]
    assert await loaders.category_by_name.load_all(["nowhere", "HOME"]) == [None, category]
    (tag,) = await add_tags(repositories, "Green")
    assert await loaders.tag_by_id.load_all([2**62, tag.id]) == [None, tag]
    assert await loaders.tag_by_name.load_all(["nowhere", "GREEN"]) == [None, tag]


async def test_the_tags_of_all_tasks_of_a_moment_are_one_statement(
    work: UnitOfWork, repositories: Repositories, shared_engine: AsyncEngine
) -> None:
    a, b = await add_tags(repositories, "a", "b")
    tasks = [await add_task(repositories, tags=tags) for tags in ([b, a], [], [b])]
    loader = Loaders(work).tags_by_task_id
    with statements(shared_engine) as seen:
        found = await asyncio.gather(*(loader.load(task.id) for task in tasks * 2))
    assert [list(tags) for tags in found] == [[a, b], [], [b]] * 2
    assert len(seen) == 1


async def test_counts_are_one_statement_for_each_filter(
    work: UnitOfWork, repositories: Repositories, shared_engine: AsyncEngine
) -> None:
    home, work_ = await add_category(repositories, "Home"), await add_category(repositories, "Work")
    for completed in (True, False, False):
        await add_task(repositories, category_id=home.id, completed=completed)
    loaders = Loaders(work)
    only_open = TaskFilter(completed=False)
    with statements(shared_engine) as seen:
        found = await asyncio.gather(
            *(
                loaders.task_count_by_category_id(filter).load(category.id)
                for filter in (None, only_open, only_open.model_copy())
                for category in (home, work_)
            )
        )
    assert found == [3, 0, 2, 0, 2, 0]
    assert len(seen) == 2
    (tag,) = await add_tags(repositories, "a")
    await add_task(repositories, tags=[tag])
    assert await loaders.task_count_by_tag_id(None).load(tag.id) == 1
    assert await loaders.task_count_by_tag_id(only_open).load(tag.id) == 1


async def test_nothing_is_remembered_past_a_write(work: UnitOfWork) -> None:
    async with work.write() as repositories:
        home = await add_category(repositories)
        await add_task(repositories, category_id=home.id)
    loaders = Loaders(work)
    assert await loaders.category_by_id.load(home.id) == home
    assert await loaders.task_count_by_category_id(None).load(home.id) == 1
    async with work.write() as repositories:
        renamed = await repositories.categories.update(home, {"name": "House"})
        await add_task(repositories, category_id=home.id)
    assert await loaders.category_by_id.load(home.id) == renamed
    assert await loaders.task_count_by_category_id(None).load(home.id) == 2


async def test_what_was_loaded_is_not_loaded_again(
    work: UnitOfWork, repositories: Repositories, shared_engine: AsyncEngine
) -> None:
    task = await add_task(repositories)
    loader = Loaders(work).task_by_id
    with statements(shared_engine) as seen:
        assert await loader.load(task.id) is await loader.load(task.id)
    assert len(seen) == 1


async def test_what_is_remembered_later_is_made_when_it_is_asked_for(
    work: UnitOfWork, repositories: Repositories, shared_engine: AsyncEngine
) -> None:
    home = await add_category(repositories)
    loader, made = Loaders(work).category_by_id, []

    def make() -> dict[int, Category]:
        made.append(1)
        return {home.id: home}

    loader.prime_later(make)
    loader.prime_later(lambda: {0: home})
    assert not made
    with statements(shared_engine) as seen:
        assert await loader.load_all([home.id, 0]) == [home, home]
        assert await loader.load(home.id) is home
    assert (made, seen) == ([1], [])
    loader.prime_later(make)
    loader.clear_all()
    assert await loader.load(home.id) == home
    assert made == [1]
