"""All SQL about tasks."""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, any_, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from gql_api import models
from gql_api.db import constraint_name
from gql_api.errors import NotFoundError
from gql_api.repositories.base import Repository, differing
from gql_api.repositories.filters import given, id_condition
from gql_api.shapes.page import OrderTerm, Page
from gql_api.shapes.task import CategoryRelationFilter, DatedTask, Task, TaskFilter, TaskValues
from gql_api.shapes.text import text_key


class TaskRepository(Repository[models.Task, Task]):
    model = models.Task
    shape = Task
    text_keys = {"title": "title_key"}  # noqa: RUF012 - a ClassVar by its declaration in the base
    orders = {  # noqa: RUF012 - as text_keys
        "created_at": models.Task.created_at,
        "updated_at": models.Task.updated_at,
        "due_at": models.Task.due_at,
        "completed_at": models.Task.completed_at,
        "title": models.Task.title_key,
        "priority": models.Task.priority,
        "completed": models.Task.completed,
        "category_name": models.Category.name_key,
    }

    async def list(self, filter: TaskFilter | None, order: Sequence[OrderTerm], page: Page) -> Sequence[Task]:
        """Return a page of the tasks that match; without an order, the newest first."""
        statement = self._select().where(_condition(filter))
        if any(term.key == "category_name" for term in order):
            statement = statement.outerjoin(models.Category)
        return await self._page(statement, order, page)

    async def count(self, filter: TaskFilter | None) -> int:
        """Count the tasks that match."""
        statement = select(func.count()).select_from(models.Task).where(_condition(filter))
        return (await self._session.execute(statement)).scalar_one()

    async def count_by_category(self, category_ids: Collection[int], filter: TaskFilter | None) -> dict[int, int]:
        """Count the tasks that match in each category, with one statement; a category without any is left out."""
        statement = (
            select(models.Task.category_id, func.count())
            .where(models.Task.category_id == any_(literal(list(category_ids), ARRAY(BigInteger))), _condition(filter))
            .group_by(models.Task.category_id)
        )
        return {id: count for id, count in await self._session.execute(statement) if id is not None}

    async def count_by_tag(self, tag_ids: Collection[int], filter: TaskFilter | None) -> dict[int, int]:
        """Count the tasks that match with each tag, with one statement; a tag without any is left out."""
        statement = (
            select(models.TaskTag.tag_id, func.count().label("tasks"))
            .join(models.Task, models.Task.id == models.TaskTag.task_id)
            .where(models.TaskTag.tag_id == any_(literal(list(tag_ids), ARRAY(BigInteger))), _condition(filter))
            .group_by(models.TaskTag.tag_id)
        )
        return {row.tag_id: row.tasks for row in await self._session.execute(statement)}

    async def tag_ids(self, id: int) -> set[int]:
        """Return the ids of a task's tags."""
        return set(await self._session.scalars(select(models.TaskTag.tag_id).where(models.TaskTag.task_id == id)))

    async def add(self, values: TaskValues, tag_ids: Collection[int] = ()) -> Task:
        """Add a task with these tags, which are held. Raises NotFoundError when there is no such category."""
        task = await _in_existing_category(values, self._add(_with_completion(values)))
        await self.tag_many([(task.id, tag_id) for tag_id in tag_ids])
        return task

    async def add_many(self, many: Sequence[DatedTask]) -> Sequence[int]:
        """Add tasks as they are given, with a handful of statements, and return their ids in the same order."""
        if not many:
            return []
        statement = insert(self._table).returning(self.model.id, sort_by_parameter_order=True)
        return list(await self._session.scalars(statement, [self._with_keys(values) for values in many]))

    async def tag_many(self, links: Sequence[tuple[int, int]]) -> None:
        """Give tags that they do not have yet to tasks: pairs of a task's id and a tag's."""
        if links:
            values = [{"task_id": task_id, "tag_id": tag_id} for task_id, tag_id in links]
            await self._session.execute(insert(models.TaskTag), values)

    async def titles_among(self, titles: Collection[str]) -> set[str]:
        """Return the keys of those of these titles that some task has."""
        keys = literal([text_key(title) for title in titles], ARRAY(Text))
        return set(
            await self._session.scalars(select(models.Task.title_key).where(models.Task.title_key == any_(keys)))
        )

    async def update(
        self, current: Task, changes: TaskValues, *, tag: Collection[int] = (), untag: Collection[int] = ()
    ) -> Task:
        """Change a locked task: its columns, and which tags it has; a changed set of tags counts as a change.

        The tags to add are held, and not among those it has. Raises NotFoundError when there is no such category.
        """
        values = differing(current, changes)
        if not (values or tag or untag):
            return current
        await self.tag_many([(current.id, tag_id) for tag_id in tag])
        if untag:
            which = models.TaskTag.tag_id == any_(literal(list(untag), ARRAY(BigInteger)))
            await self._session.execute(delete(models.TaskTag).where(models.TaskTag.task_id == current.id, which))
        return await _in_existing_category(changes, self._update(current, _with_completion(values)))

    async def move(self, category_id: int, to: int | None) -> Sequence[int]:
        """Put all tasks of a category into another one, or into none, and return their ids."""
        moved = update(models.Task).where(models.Task.category_id == category_id).values(category_id=to)
        return list(await self._session.scalars(moved.returning(models.Task.id)))

    async def delete_in_category(self, category_id: int) -> Sequence[int]:
        """Delete all tasks of a category and return their ids."""
        deleted = delete(models.Task).where(models.Task.category_id == category_id)
        return list(await self._session.scalars(deleted.returning(models.Task.id)))


def _with_completion(values: Mapping[str, Any]) -> dict[str, Any]:
    """Add the time of completion where the state of completion is given or turns."""
    if "completed" not in values:
        return dict(values)
    return {**values, "completed_at": func.statement_timestamp() if values["completed"] else None}


async def _in_existing_category(values: TaskValues, write: Awaitable[Task]) -> Task:
    """Answer for a category that the foreign key does not find: it costs no statement to ask for it beforehand."""
    try:
        return await write
    except IntegrityError as error:
        if constraint_name(error) != "fk_tasks_category_id_categories":
            raise
        raise NotFoundError("Category", "category", "id", id=values["category_id"]) from error


def _condition(filter: TaskFilter | None) -> ColumnElement[bool]:
    if filter is None:
        return given()
    return given(
        None if filter.completed is None else models.Task.completed == filter.completed,
        None if filter.category is None else _category_condition(filter.category),
    )


def _category_condition(filter: CategoryRelationFilter) -> ColumnElement[bool]:
    if filter.is_null is not None:
        return models.Task.category_id.is_(None) if filter.is_null else models.Task.category_id.is_not(None)
    # The foreign key says that the category exists, so its id needs no look at its table.
    by_id = None if filter.is_ is None else id_condition(models.Task.category_id, filter.is_.id)
    return given(models.Task.category_id.is_not(None), by_id)
