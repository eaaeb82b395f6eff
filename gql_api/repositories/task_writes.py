"""All SQL that changes tasks. Many cost no more statements than one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, bindparam, case, delete, func, insert, select, update

from gql_api import models
from gql_api.repositories.arrays import among, pairs
from gql_api.repositories.base import Lock, Repository, differing, locked
from gql_api.repositories.named import ATTEMPTS
from gql_api.shapes.task import DatedTask, Task, TaskFilter, TaskValues
from gql_api.shapes.task_bulk import TaskSelection


class TaskWrites(Repository[models.Task, Task, TaskFilter]):
    """What is done to tasks. Who changes several locks them first, in the order of their ids."""

    async def lock_selected(self, where: TaskSelection, most: int) -> Sequence[Task]:
        """Return the tasks that are selected in the order of their ids, locked.

        Of those that have not been selected by their ids no more than `most`.
        """
        in_order = self._select().order_by(models.Task.id)
        if where.ids is not None:
            return await self._fetch(locked(in_order.where(among(models.Task.id, where.ids)), Lock.CHANGE))
        chosen = in_order.where(self._condition(where.filter))
        still: Sequence[Task] = []
        for _ in range(ATTEMPTS):
            tasks = await self._fetch(locked(chosen.limit(most), Lock.CHANGE))
            if where.filter is None or not tasks:
                return tasks
            # A row that was waited for is looked at anew, but not what it refers to: its tags may be others since.
            still = await self._fetch(chosen.where(among(models.Task.id, [task.id for task in tasks])))
            if len(still) == len(tasks):
                break
        return still

    async def tag_ids(self, ids: Collection[int]) -> dict[int, set[int]]:
        """Return the ids of each task's tags, with one statement; a task without any is left out."""
        statement = select(models.TaskTag.task_id, models.TaskTag.tag_id).where(among(models.TaskTag.task_id, ids))
        found: dict[int, set[int]] = {}
        for task_id, tag_id in await self._session.execute(statement):
            found.setdefault(task_id, set()).add(tag_id)
        return found

    async def add_many(self, many: Sequence[TaskValues] | Sequence[DatedTask]) -> Sequence[Task]:
        """Add tasks with a handful of statements, and return them in the same order: so are their ids.

        They have a past, all of them or none, and categories that are held.
        """
        if not many:
            return []
        rows = [self._with_keys(values) for values in many]
        statement = insert(self._table).returning(*self._columns, sort_by_parameter_order=True)
        if "completed_at" not in rows[0]:
            done = bindparam("done", type_=Boolean())
            statement = statement.values(completed_at=case((done, func.statement_timestamp())))
            rows = [{**row, "done": row["completed"]} for row in rows]
        return [self._shape(row) for row in await self._session.execute(statement, rows)]

    async def tag_many(self, links: Collection[tuple[int, int]]) -> None:
        """Give tags that they do not have yet to tasks: pairs of a task's id and a tag's."""
        if links:
            rows = select(pairs(links, "task_id", "tag_id"))
            await self._session.execute(insert(models.TaskTag).from_select(["task_id", "tag_id"], rows))

    async def untag_many(self, links: Collection[tuple[int, int]]) -> None:
        """Take tags off tasks: pairs of a task's id and a tag's."""
        if links:
            gone = pairs(links, "task_id", "tag_id")
            which = (models.TaskTag.task_id == gone.c.task_id, models.TaskTag.tag_id == gone.c.tag_id)
            await self._session.execute(delete(models.TaskTag).where(*which))

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
        statement = update(self._table).where(among(models.Task.id, changed))
        new = self._with_keys(_with_completion(values))
        rows = await self._session.execute(statement.values(new).returning(*self._columns))
        return sorted((self._shape(row) for row in rows), key=lambda task: task.id)

    async def move(self, category_id: int, to: int | None) -> Sequence[int]:
        """Put all tasks of a category into another one, or into none, and return their ids."""
        moved = update(models.Task).where(_in_category(category_id)).values(category_id=to)
        return list(await self._session.scalars(moved.returning(models.Task.id)))

    async def delete_in_category(self, category_id: int) -> Sequence[int]:
        """Delete all tasks of a category and return their ids."""
        deleted = delete(models.Task).where(_in_category(category_id))
        return list(await self._session.scalars(deleted.returning(models.Task.id)))

    async def delete_many(self, ids: Collection[int]) -> None:
        await self._session.execute(delete(models.Task).where(among(models.Task.id, ids)))


def _in_category(category_id: int) -> ColumnElement[bool]:
    """Return the condition for a category's tasks, which are locked in the order of their ids before they change."""
    tasks = select(models.Task.id).where(models.Task.category_id == category_id)
    return models.Task.id.in_(locked(tasks.order_by(models.Task.id), Lock.CHANGE))


def _with_completion(values: Mapping[str, Any]) -> dict[str, Any]:
    """Add the time of completion for the tasks whose state of completion turns."""
    if "completed" not in values:
        return dict(values)
    stays = models.Task.completed == values["completed"]
    turned = func.statement_timestamp() if values["completed"] else None
    return {**values, "completed_at": case((stays, models.Task.completed_at), else_=turned)}
