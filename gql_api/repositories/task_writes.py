"""All SQL that changes tasks. Many cost no more statements than one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

import asyncpg
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Delete,
    Executable,
    Insert,
    Select,
    TableValuedAlias,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate

from gql_api import models
from gql_api.failures import violated
from gql_api.repositories.along import category_names, category_row_of, layout_with_category_row
from gql_api.repositories.arrays import among, records, rows
from gql_api.repositories.base import Lock, Repository, differing, locked
from gql_api.repositories.forms import Known
from gql_api.repositories.named import ATTEMPTS
from gql_api.repositories.statements import Build, number
from gql_api.shapes.category import Category
from gql_api.shapes.rows import Rows, layout
from gql_api.shapes.task import CATEGORY, DatedTask, Task, TaskFilter, TaskValues
from gql_api.shapes.task_bulk import TaskSelection

CATEGORY_REFERENCE = "fk_tasks_category_id_categories"
"""The constraint that keeps what tasks say of their categories true."""


class MissingCategoryError(Exception):
    """A task was to be put into a category that is not there."""


class TaskWrites(Repository[models.Task, Task, TaskFilter]):
    """What is done to tasks. Who changes several locks them first, in the order of their ids."""

    category_fields: frozenset[str] | None = None
    """Which fields are read of a category that is read along with tasks; None for all."""

    async def lock_selected(self, where: TaskSelection, most: int) -> Sequence[Task]:
        """Return the tasks that are selected in the order of their ids, locked.

        Of those that have not been selected by their ids no more than `most`.
        """
        if where.ids is not None:
            return await self._shapes(self._locked_by_ids, list(where.ids))
        still: Sequence[Task] = []
        for _ in range(ATTEMPTS):
            tasks = await self._shapes(self._locked_by_filter, where.filter, most, self._now)
            if where.filter is None or not tasks:
                return tasks
            # A row that was waited for is looked at anew, but not what it refers to: its tags may be others since.
            still = await self._shapes(self._chosen_among, where.filter, [task.id for task in tasks], self._now)
            if len(still) == len(tasks):
                break
        return still

    async def tag_ids(self, ids: Collection[int]) -> dict[int, set[int]]:
        """Return the ids of each task's tags, with one statement; a task without any is left out."""
        found: dict[int, set[int]] = {}
        for task_id, tag_id in await self._rows(self._tag_ids, list(ids)):
            found.setdefault(task_id, set()).add(tag_id)
        return found

    async def add_many(self, many: Sequence[TaskValues] | Sequence[DatedTask]) -> Sequence[Task]:
        """Add tasks with one statement, and return them in the same order: so are their ids.

        They have a past, all of them or none. Raises MissingCategoryError when there is none of a category that is not
        held, or no longer.
        """
        if not many:
            return []
        complete = [self._with_keys(values, place=place) for place, values in enumerate(many)]
        rows = await self._inserted(self._added_many, Known(tuple(complete[0])), complete, Known(self._names))
        return Rows(layout(self.shape, self._names), sorted(rows, key=itemgetter(0)))

    async def add_with_category(self, values: TaskValues) -> tuple[Task, Category | None]:
        """Add a task, and return it with its category, by one statement.

        Raises MissingCategoryError when there is no such category, or no longer.
        """
        fields = self.category_fields
        complete = self._with_keys(values)
        (row,) = await self._inserted(self._added_with_category, complete, Known(self._names), Known(fields))
        of_task = layout_with_category_row(self._names, fields)
        of_category = of_task.within[CATEGORY]
        category = of_category.of(row)
        return of_task.make(row), None if category is None else of_category.layout.make(category)

    async def tag_many(self, links: Collection[tuple[int, int]]) -> None:
        """Give tags that they do not have yet to tasks: pairs of a task's id and a tag's."""
        if links:
            await self._rows(self._tagged, *_columns_of(links))

    async def untag_many(self, links: Collection[tuple[int, int]]) -> None:
        """Take tags off tasks: pairs of a task's id and a tag's."""
        if links:
            await self._rows(self._untagged, *_columns_of(links))

    async def update(
        self,
        tasks: Sequence[Task],
        changes: TaskValues,
        *,
        tag: Collection[tuple[int, int]] = (),
        untag: Collection[tuple[int, int]] = (),
    ) -> Sequence[Task]:
        """Change locked tasks: their columns, alike, and which tags they have, by pairs of a task's id and a tag's.

        Return those that it changed in the order of their ids, as they are now; a changed set of tags is a change, and
        the others stay as they are. The category and the tags to add are held, and the task has none of these tags yet.
        """
        retagged = {task_id for task_id, _ in (*tag, *untag)}
        differences = {task.id: differing(task, changes) for task in tasks}
        changed = [id for id, values in differences.items() if values or id in retagged]
        if not changed:
            return []
        await self.tag_many(tag)
        await self.untag_many(untag)
        values = {name: value for each in differences.values() for name, value in each.items()}
        rows = await self._shapes(self._changed, changed, self._with_keys(values), values.get("completed"))
        return sorted(rows, key=attrgetter("id"))

    async def move(self, category_id: int, to: int | None) -> Sequence[int]:
        """Put all tasks of a category into another one, or into none, and return their ids."""
        return [id for (id,) in await self._rows(self._moved, category_id, {"category_id": to})]

    async def delete_in_category(self, category_id: int) -> Sequence[int]:
        """Delete all tasks of a category and return their ids."""
        return [id for (id,) in await self._rows(self._deleted_in_category, category_id)]

    async def delete_many(self, ids: Collection[int]) -> None:
        await self._rows(self._deleted_by_ids, list(ids))

    async def _inserted(self, build: Build, *arguments: Any) -> Sequence[Any]:
        try:
            return await self._rows(build, *arguments)
        except asyncpg.ForeignKeyViolationError as error:
            if violated(error) != CATEGORY_REFERENCE:
                raise
            raise MissingCategoryError from error

    # ---- statements ----

    @classmethod
    def _locked_by_ids(cls, ids: Collection[int]) -> Select[Any]:
        return locked(cls._by_ids(ids).order_by(models.Task.id), Lock.CHANGE)

    @classmethod
    def _locked_by_filter(cls, filter: TaskFilter | None, most: int, now: datetime) -> Select[Any]:
        return locked(cls._chosen(filter, now).limit(number(most)), Lock.CHANGE)

    @classmethod
    def _chosen_among(cls, filter: TaskFilter | None, ids: Collection[int], now: datetime) -> Select[Any]:
        return cls._chosen(filter, now).where(among(models.Task.id, ids))

    @classmethod
    def _chosen(cls, filter: TaskFilter | None, now: datetime) -> Select[Any]:
        return cls._select().where(cls._condition(filter, now)).order_by(models.Task.id)

    @classmethod
    def _tag_ids(cls, ids: Collection[int]) -> Executable:
        return select(models.TaskTag.task_id, models.TaskTag.tag_id).where(among(models.TaskTag.task_id, ids))

    @classmethod
    def _added_many(cls, names: Known, many: Sequence[Mapping[str, Any]], returned: Known) -> ReturningInsert[Any]:
        types = {name: column.type for name, column in cls._table().c.items() if name in names.value}
        new = records(many, {**types, "place": BigInteger()})
        values: dict[str, ColumnElement[Any]] = {name: new.c[name] for name in types}
        if "completed_at" not in values:
            values["completed_at"] = _completed_now(new.c.completed)
        statement = insert(cls._table()).from_select(list(values), select(*values.values()).order_by(new.c.place))
        return statement.returning(*cls._returned(returned))

    @classmethod
    def _returned(cls, names: Known) -> Sequence[Column[Any]]:
        return cls._columns if names.value is None else [cls._table().c[name] for name in names.value]

    @classmethod
    def _added_with_category(
        cls, values: Mapping[str, Any], returned: Known, category_fields: Known
    ) -> ReturningInsert[Any]:
        given = {name: literal(value, cls._table().c[name].type) for name, value in values.items()}
        completed_at = _completed_now(given["completed"])
        # Of the column itself SQLAlchemy would read it from the table, not from the new row. It may be committed after
        # this statement began: then it refers to a category, but does not see its row.
        category = category_row_of(literal_column("tasks.category_id"), category_names(category_fields.value))
        statement = insert(cls._table()).values(**given, completed_at=completed_at)
        return statement.returning(*cls._returned(returned), category)

    @classmethod
    def _changed(cls, ids: Collection[int], values: Mapping[str, Any], completed: bool | None) -> ReturningUpdate[Any]:
        statement = update(cls._table()).where(among(models.Task.id, ids))
        return statement.values(_with_completion(values, completed)).returning(*cls._columns)

    @classmethod
    def _tagged(cls, task_ids: Sequence[int], tag_ids: Sequence[int]) -> Insert:
        new = _links(task_ids, tag_ids)
        return insert(models.TaskTag).from_select(["task_id", "tag_id"], select(new.c.task_id, new.c.tag_id))

    @classmethod
    def _untagged(cls, task_ids: Sequence[int], tag_ids: Sequence[int]) -> Delete:
        gone = _links(task_ids, tag_ids)
        which = (models.TaskTag.task_id == gone.c.task_id, models.TaskTag.tag_id == gone.c.tag_id)
        return delete(models.TaskTag).where(*which)

    @classmethod
    def _moved(cls, category_id: int, to: Mapping[str, Any]) -> ReturningUpdate[Any]:
        return update(models.Task).where(_in_category(category_id)).values(to).returning(models.Task.id)

    @classmethod
    def _deleted_in_category(cls, category_id: int) -> ReturningDelete[Any]:
        return delete(models.Task).where(_in_category(category_id)).returning(models.Task.id)

    @classmethod
    def _deleted_by_ids(cls, ids: Collection[int]) -> Delete:
        return delete(models.Task).where(among(models.Task.id, ids))


def _completed_now(completed: ColumnElement[bool]) -> ColumnElement[Any]:
    return case((completed, func.statement_timestamp()))


def _in_category(category_id: int) -> ColumnElement[bool]:
    """Return the condition for a category's tasks, which are locked in the order of their ids before they change."""
    tasks = select(models.Task.id).where(models.Task.category_id == category_id)
    return models.Task.id.in_(locked(tasks.order_by(models.Task.id), Lock.CHANGE))


def _columns_of(links: Collection[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [task_id for task_id, _ in links], [tag_id for _, tag_id in links]


def _links(task_ids: Sequence[int], tag_ids: Sequence[int]) -> TableValuedAlias:
    columns = {"task_id": task_ids, "tag_id": tag_ids}
    return rows(columns, dict.fromkeys(columns, BigInteger()))


def _with_completion(values: Mapping[str, Any], completed: bool | None) -> dict[str, Any]:
    """Add the time of completion for the tasks whose state of completion turns."""
    if completed is None:
        return dict(values)
    stays = models.Task.completed == completed
    turned = func.statement_timestamp() if completed else None
    return {**values, "completed_at": case((stays, models.Task.completed_at), else_=turned)}
