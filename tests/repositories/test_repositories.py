"""Repositories: all SQL, in a transaction that is rolled back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api.errors import AlreadyExistsError
from gql_api.repositories import Lock, Repositories
from gql_api.repositories.category import CategoryRepository
from gql_api.repositories.tag import TagRepository
from gql_api.repositories.task import TaskRepository
from gql_api.session import Session
from gql_api.shapes.category import CategoryFilter, CategoryOrder
from gql_api.shapes.filter import IdFilter
from gql_api.shapes.page import NEWEST_FIRST, Direction, OrderTerm, Page
from gql_api.shapes.rows import layout
from gql_api.shapes.tag import Tag, TagFilter, TagOrder
from gql_api.shapes.task import CategoryRelationFilter, DatedTask, Task, TaskFilter, TaskOrder, TaskPriority
from tests.api import statements
from tests.factories import add_category, add_tags, add_task, change_task

ALL = Page(100, 0)
OLDEST = (OrderTerm("created_at", Direction.ASC),)


@pytest.fixture
def repositories(session: Session) -> Repositories:
    return Repositories(session, datetime.now(UTC))


def ids(eq: int | None = None, neq: int | None = None, **lists: tuple[int, ...]) -> CategoryFilter:
    return CategoryFilter(id=IdFilter(eq=eq, neq=neq, in_=lists.get("in_"), not_in=lists.get("not_in")))


def in_category(filter: CategoryFilter) -> TaskFilter:
    return TaskFilter(category=CategoryRelationFilter(is_=filter))


@pytest.mark.parametrize("repository", [TaskRepository, CategoryRepository, TagRepository])
def test_columns_hold_what_shapes_say(repository: Any) -> None:
    """What is certain of rows is not looked at again when they are answered: their classes, and what may be null."""
    kinds = layout(repository.shape).kinds
    assert kinds.keys() == repository.shape.model_fields.keys()
    for column in repository._columns:
        known, stored = kinds[column.key], column.type.python_type
        assert known.nullable == column.nullable, column
        assert known.cls is stored or (issubclass(known.cls, IntEnum) and stored is int), column


async def test_a_new_task_comes_back_as_it_was_stored(repositories: Repositories) -> None:
    home = await add_category(repositories)
    due = datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC)
    added = await add_task(
        repositories, "Straße 🦕", description="a\nb", priority=TaskPriority.HIGH, due_at=due, category_id=home.id
    )
    assert (added.title, added.description, added.priority) == ("Straße 🦕", "a\nb", TaskPriority.HIGH)
    assert (added.due_at, added.category_id, added.version) == (due, home.id, 1)
    assert added.created_at == added.updated_at
    assert added.created_at.tzinfo is not None
    assert await repositories.tasks.get(added.id) == added
    assert await repositories.tasks.get(added.id, Lock.CHANGE) == added


async def test_many_new_tasks_keep_their_values_and_order(repositories: Repositories) -> None:
    earliest, latest = datetime(1, 1, 1, microsecond=1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_998, UTC)
    many: list[DatedTask] = [
        {
            "title": title,
            "description": text,
            "completed": completed_at is not None,
            "priority": priority,
            "due_at": due_at,
            "category_id": None,
            "completed_at": completed_at,
            "created_at": earliest,
            "updated_at": latest,
        }
        for title, text, priority, due_at, completed_at in [
            ("{}", '"\\u0041\\', TaskPriority.URGENT, latest, None),
            ("null", "null", TaskPriority.NONE, None, earliest),
            ("[]", None, TaskPriority.LOW, earliest, latest),
            ("\U0010ffff🦕\u2028'", "\t\n\x7f", TaskPriority.NONE, None, None),
            *((str(number), None, TaskPriority.NONE, None, None) for number in range(300, 0, -1)),
        ]
    ]
    added = await repositories.tasks.add_many(many)
    assert [each.model_dump(include=set(many[0])) for each in added] == many
    assert [each.id for each in added] == sorted(each.id for each in added)
    assert await repositories.tasks.get_many([each.id for each in added]) == {each.id: each for each in added}


async def test_a_missing_row_is_none(repositories: Repositories) -> None:
    assert await repositories.tasks.get(1) is None
    assert await repositories.tasks.get(1, Lock.CHANGE) is None
    assert await repositories.categories.get(2**63 - 1) is None


async def test_many_are_got_with_one_statement(repositories: Repositories, shared_engine: AsyncEngine) -> None:
    tasks = [await add_task(repositories, f"Task {number}") for number in range(5)]
    with statements(shared_engine) as seen:
        found = await repositories.tasks.get_many([task.id for task in tasks] + [tasks[0].id, 2**62])
    assert found == {task.id: task for task in tasks}
    assert len(seen) == 1


async def test_a_change_counts_once_and_touches_nothing_else(repositories: Repositories) -> None:
    before = await add_task(repositories, description="Keep me", priority=TaskPriority.LOW)
    after = await change_task(repositories, before, {"title": "Water them again"})
    assert after.version == 2
    assert after.updated_at > before.updated_at
    assert after == before.model_copy(
        update={"title": "Water them again", "version": 2, "updated_at": after.updated_at}
    )
    assert await repositories.tasks.get(before.id) == after


async def test_a_change_that_changes_nothing_sends_nothing(
    repositories: Repositories, shared_engine: AsyncEngine
) -> None:
    before = await add_task(repositories, completed=True)
    with statements(shared_engine) as seen:
        after = await change_task(repositories, before, {"title": before.title, "completed": True})
        assert await change_task(repositories, before, {}) == before
    assert after == before
    assert seen == []


async def test_completion_is_timed_when_it_turns_and_not_again(repositories: Repositories) -> None:
    task = await add_task(repositories)
    assert (task.completed, task.completed_at) == (False, None)
    done = await change_task(repositories, task, {"completed": True})
    assert done.completed_at == done.updated_at
    still = await change_task(repositories, done, {"completed": True, "title": "Other"})
    assert (still.completed_at, still.version) == (done.completed_at, 3)
    open_again = await change_task(repositories, still, {"completed": False})
    assert (open_again.completed, open_again.completed_at) == (False, None)
    assert (await add_task(repositories, completed=True)).completed_at is not None


async def test_deleted_is_gone(repositories: Repositories) -> None:
    task = await add_task(repositories)
    await repositories.tasks.delete(task.id)
    assert await repositories.tasks.get(task.id) is None


async def test_names_are_unique_without_regard_to_case(repositories: Repositories) -> None:
    first = await add_category(repositories, "Straße")
    with pytest.raises(AlreadyExistsError) as caught:
        await add_category(repositories, "STRASSE")
    assert caught.value.existing == first
    assert caught.value.place == ("name",)
    other = await add_category(repositories, "Weg")
    with pytest.raises(AlreadyExistsError) as caught:
        await repositories.categories.update(other, {"name": "strasse"})
    assert caught.value.existing == first


async def test_a_name_may_change_its_case(repositories: Repositories) -> None:
    home = await add_category(repositories, "home")
    assert (await repositories.categories.update(home, {"name": "HOME"})).name == "HOME"


async def test_categories_are_found_by_name(repositories: Repositories) -> None:
    first = await add_category(repositories, "Straße")
    assert await repositories.categories.by_names(["STRASSE", "nowhere"]) == {"strasse": first}


@pytest.mark.parametrize(
    ("title"), ["\U0001d163" * 200, "ﬃ" * 200, "ΐ" * 200, "🦕" * 200], ids=["musical", "ligature", "greek", "dinosaur"]
)
async def test_the_longest_keys_fit_into_their_index(repositories: Repositories, title: str) -> None:
    task = await add_task(repositories, title)
    assert await repositories.tasks.list(None, (OrderTerm("title", Direction.ASC),), ALL) == [task]


async def test_filters_by_category(repositories: Repositories) -> None:
    home, work = await add_category(repositories, "Home"), await add_category(repositories, "Work")
    a = await add_task(repositories, "a", category_id=home.id)
    b = await add_task(repositories, "b", category_id=work.id, completed=True)
    c = await add_task(repositories, "c")

    async def found(filter: TaskFilter | None) -> list[str]:
        tasks = await repositories.tasks.list(filter, OLDEST, ALL)
        assert await repositories.tasks.count(filter) == len(tasks)
        return [task.title for task in tasks]

    def null(value: bool) -> TaskFilter:
        return TaskFilter(category=CategoryRelationFilter(is_null=value))

    assert (a.category_id, b.category_id, c.category_id) == (home.id, work.id, None)
    assert await found(None) == ["a", "b", "c"]
    assert await found(TaskFilter()) == ["a", "b", "c"]
    assert await found(TaskFilter(completed=False)) == ["a", "c"]
    assert await found(TaskFilter(completed=True)) == ["b"]
    assert await found(null(True)) == ["c"]
    assert await found(null(False)) == ["a", "b"]
    assert await found(in_category(CategoryFilter(id=None))) == ["a", "b"]
    assert await found(in_category(ids(eq=home.id))) == ["a"]
    assert await found(in_category(ids(neq=home.id))) == ["b"]
    assert await found(in_category(ids(in_=(home.id, work.id)))) == ["a", "b"]
    assert await found(in_category(ids(in_=()))) == []
    assert await found(in_category(ids(not_in=(work.id,)))) == ["a"]
    assert await found(in_category(ids(not_in=()))) == ["a", "b"]
    assert await found(in_category(ids(eq=home.id, neq=home.id))) == []


async def test_categories_are_listed_by_filter_order_and_page(repositories: Repositories) -> None:
    made = {name: await add_category(repositories, name) for name in ("b", "Ä", "a", "C")}

    async def found(filter: CategoryFilter | None = None, *order: OrderTerm, page: Page = ALL) -> str:
        return "".join(each.name for each in await repositories.categories.list(filter, order or NEWEST_FIRST, page))

    assert await found() == "CaÄb"
    assert await found(None, OrderTerm("name", Direction.ASC)) == "abCÄ"
    assert await found(None, OrderTerm("name", Direction.DESC)) == "ÄCba"
    assert await found(None, OrderTerm("updated_at", Direction.ASC), page=Page(2, 1)) == "Äa"
    assert await found(ids(in_=(made["a"].id, made["b"].id)), *OLDEST) == "ba"
    assert await found(None, page=Page(0, 0)) == ""


def test_every_key_of_an_order_is_known() -> None:
    assert set(TaskRepository.orders) == set(TaskOrder.model_fields)
    assert set(CategoryRepository.orders) == set(CategoryOrder.model_fields)
    assert set(TagRepository.orders) == set(TagOrder.model_fields)


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("key", TaskRepository.orders)
async def test_orders_put_nulls_last_and_break_ties_by_id(
    repositories: Repositories, key: str, direction: Direction
) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    b, a = await add_category(repositories, "b"), await add_category(repositories, "A")
    tasks = [
        await add_task(repositories, "m", due_at=moment, category_id=b.id),
        await add_task(repositories, "É", completed=True, priority=TaskPriority.URGENT),
        await add_task(repositories, "e", due_at=moment - timedelta(days=1), category_id=a.id, completed=True),
        await add_task(repositories, "M", due_at=moment, category_id=a.id, priority=TaskPriority.LOW),
    ]
    keys: dict[str, Callable[[Task], Any]] = {
        "due_at": lambda task: task.due_at,
        "completed_at": lambda task: task.completed_at,
        "created_at": lambda task: task.created_at,
        "updated_at": lambda task: task.updated_at,
        "title": lambda task: task.title.casefold(),
        "priority": lambda task: task.priority,
        "completed": lambda task: task.completed,
        "category_name": lambda task: {b.id: "b", a.id: "a"}.get(task.category_id or 0),
    }
    reverse = direction is Direction.DESC
    by_id = sorted(tasks, key=lambda task: task.id, reverse=reverse)
    given = [task for task in by_id if keys[key](task) is not None]
    given.sort(key=lambda task: (keys[key](task), task.id), reverse=reverse)
    expected = given + [task for task in by_id if keys[key](task) is None]
    found = await repositories.tasks.list(None, (OrderTerm(key, direction),), ALL)
    assert [t.title for t in found] == [t.title for t in expected]


async def test_an_order_of_several_keys(repositories: Repositories) -> None:
    for title, priority in (("b", 1), ("a", 1), ("c", 4), ("B", 1)):
        await add_task(repositories, title, priority=TaskPriority(priority))
    order = (OrderTerm("priority", Direction.DESC), OrderTerm("title", Direction.ASC))
    found = await repositories.tasks.list(None, order, ALL)
    assert [task.title for task in found] == ["c", "a", "b", "B"]


async def test_counts_by_category_are_one_statement(repositories: Repositories, shared_engine: AsyncEngine) -> None:
    home, work, empty = [await add_category(repositories, name) for name in ("Home", "Work", "Empty")]
    for category_id, completed in ((home.id, True), (home.id, False), (work.id, False), (None, False)):
        await add_task(repositories, category_id=category_id, completed=completed)
    wanted = [home.id, work.id, empty.id]
    with statements(shared_engine) as seen:
        assert await repositories.tasks.count_by_category(wanted, None) == {home.id: 2, work.id: 1}
    assert len(seen) == 1
    only_open = TaskFilter(completed=False)
    assert await repositories.tasks.count_by_category(wanted, only_open) == {home.id: 1, work.id: 1}


async def test_moving_tasks_counts_as_a_change_of_each(repositories: Repositories) -> None:
    home, work = await add_category(repositories, "Home"), await add_category(repositories, "Work")
    a = await add_task(repositories, "a", category_id=home.id)
    b = await add_task(repositories, "b", category_id=work.id)
    assert await repositories.tasks.move(home.id, work.id) == [a.id]
    moved = await repositories.tasks.get(a.id)
    assert moved is not None
    assert (moved.category_id, moved.version) == (work.id, 2)
    assert moved.updated_at > a.updated_at
    assert await repositories.tasks.get(b.id) == b
    assert sorted(await repositories.tasks.delete_in_category(work.id)) == [a.id, b.id]
    assert await repositories.tasks.count(None) == 0


async def test_tags_that_are_missing_are_created_and_others_found(
    repositories: Repositories, shared_engine: AsyncEngine
) -> None:
    (green,) = await add_tags(repositories, "Grün")
    with statements(shared_engine) as seen:
        found = await repositories.tags.ensure(["zebra", "GRÜN", "ant", "ZEBRA"])
    assert len(seen) == 2
    assert found["grün"] == green
    assert {key: tag.name for key, tag in found.items()} == {"grün": "Grün", "zebra": "zebra", "ant": "ant"}
    with statements(shared_engine) as seen:
        assert await repositories.tags.ensure(["zebra", "ant"]) == {key: found[key] for key in ("ant", "zebra")}
        assert await repositories.tags.ensure([]) == {}
    assert len(seen) == 1


async def test_tags_of_many_tasks_are_one_statement_and_in_the_order_of_their_names(
    repositories: Repositories, shared_engine: AsyncEngine
) -> None:
    b, a, umlaut, c = await add_tags(repositories, "b", "A", "Ä", "c")
    first = await add_task(repositories, tags=[umlaut, b, a])
    second = await add_task(repositories, tags=[c])
    none = await add_task(repositories)
    with statements(shared_engine) as seen:
        found = await repositories.tags.by_task_ids([first.id, second.id, none.id, 2**62])
    assert found == {first.id: [a, b, umlaut], second.id: [c]}
    assert len(seen) == 1


async def test_a_changed_set_of_tags_is_a_change(repositories: Repositories) -> None:
    a, b = await add_tags(repositories, "a", "b")
    before = await add_task(repositories, tags=[a])
    after = await change_task(repositories, before, {}, tag=[b], untag=[a])
    assert await repositories.tasks.tag_ids([before.id]) == {before.id: {b.id}}
    assert (after.version, after.title) == (2, before.title)
    assert after.updated_at > before.updated_at
    assert await change_task(repositories, after, {}, tag=[], untag=[]) == after


async def test_counts_by_tag_are_one_statement(repositories: Repositories, shared_engine: AsyncEngine) -> None:
    a, b, unused = await add_tags(repositories, "a", "b", "unused")
    await add_task(repositories, tags=[a, b])
    await add_task(repositories, tags=[a], completed=True)
    wanted = [a.id, b.id, unused.id]
    with statements(shared_engine) as seen:
        assert await repositories.tasks.count_by_tag(wanted, None) == {a.id: 2, b.id: 1}
    assert len(seen) == 1
    assert await repositories.tasks.count_by_tag(wanted, TaskFilter(completed=True)) == {a.id: 1}


async def test_tags_are_listed_by_filter_order_and_page(repositories: Repositories) -> None:
    made: list[Tag] = await add_tags(repositories, "b", "Ä", "a")

    async def found(filter: TagFilter | None = None, *order: OrderTerm, page: Page = ALL) -> str:
        return "".join(each.name for each in await repositories.tags.list(filter, order or NEWEST_FIRST, page))

    assert await found() == "aÄb"
    assert await found(None, OrderTerm("name", Direction.ASC)) == "abÄ"
    assert await found(None, OrderTerm("name", Direction.DESC), page=Page(1, 1)) == "b"
    only = IdFilter(in_=(made[0].id, made[1].id))
    assert await found(TagFilter(id=only), *OLDEST) == "bÄ"
