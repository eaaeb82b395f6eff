"""All SQL about tasks: here what is read, in `task_writes` what is changed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Executable, Exists, Select, any_, func, select
from sqlalchemy.orm import aliased

from gql_api import models
from gql_api.repositories.along import TellCategories, categories, layout_with_category, with_category
from gql_api.repositories.arrays import among, texts
from gql_api.repositories.base import only
from gql_api.repositories.by_category import windowed_by_category_name
from gql_api.repositories.conditions import relevance, task_condition
from gql_api.repositories.filters import Condition
from gql_api.repositories.order import Ordering, by, by_moment, by_text_if_any
from gql_api.repositories.statements import Build
from gql_api.repositories.task_writes import TaskWrites
from gql_api.repositories.window import beyond, by_parent, parents_with_any, windowed_by_parent
from gql_api.shapes.page import MOST_RELEVANT_FIRST, RELEVANCE, Listing, OrderTerm, Outside, Slice
from gql_api.shapes.rows import Rows
from gql_api.shapes.search import search_vector
from gql_api.shapes.task import Task, TaskFilter
from gql_api.shapes.text import fold, text_key

_CATEGORY = aliased(models.Category)
"""The category of a task, where tasks are ordered by it."""

OfParent: TypeAlias = Callable[[Select[Any], ColumnElement[int]], Select[Any]]
"""Keeps those of a statement's tasks that belong to a parent: a category, or a tag."""


class TaskRepository(TaskWrites):
    model = models.Task
    shape = Task
    optional = (
        frozenset({"description"}),
        frozenset({"created_at"}),
        frozenset({"updated_at"}),
        frozenset({"completed_at", "priority", "due_at", "version"}),
    )
    orders = {  # noqa: RUF012 - a ClassVar by its declaration in the base
        "created_at": by(models.Task.created_at),
        "updated_at": by(models.Task.updated_at),
        "due_at": by_moment(models.DUE_AT),
        "completed_at": by_moment(models.COMPLETED_AT),
        "title": by(models.Task.title_key),
        "priority": by(models.Task.priority, lowest=0, highest=4),
        "completed": by(models.Task.completed, lowest=False, highest=True),
        "category_name": by_text_if_any(_CATEGORY.name_key),
    }

    tell_categories: TellCategories | None = None
    """Who is told of the categories of the tasks that are read, if anybody wants to know them."""

    async def slices_by_category(
        self, category_ids: Collection[int], listing: Listing[TaskFilter]
    ) -> Mapping[int, Slice[Task]]:
        """Return a window on the tasks that match in each category, with one statement."""
        return await self._slices(_in_category, category_ids, listing)

    async def slices_by_tag(self, tag_ids: Collection[int], listing: Listing[TaskFilter]) -> Mapping[int, Slice[Task]]:
        """Return a window on the tasks that match with each tag, with one statement."""
        return await self._slices(_with_tag, tag_ids, listing)

    async def any_outside_by_category(
        self, category_ids: Collection[int], outside: Outside[TaskFilter]
    ) -> Mapping[int, bool]:
        """Tell for each category whether it has tasks that match outside of a window's end, with one statement."""
        return await self._any_outside(_in_category, category_ids, outside)

    async def any_outside_by_tag(self, tag_ids: Collection[int], outside: Outside[TaskFilter]) -> Mapping[int, bool]:
        """Tell for each tag whether there are tasks that match outside of a window's end, with one statement."""
        return await self._any_outside(_with_tag, tag_ids, outside)

    async def count_by_category(self, category_ids: Collection[int], filter: TaskFilter | None) -> dict[int, int]:
        """Count the tasks that match in each category, with one statement; a category without any is left out."""
        return dict(await self._rows(self._counts_by_category, list(category_ids), filter, self._now))

    async def count_by_tag(self, tag_ids: Collection[int], filter: TaskFilter | None) -> dict[int, int]:
        """Count the tasks that match with each tag, with one statement; a tag without any is left out."""
        return dict(await self._rows(self._counts_by_tag, list(tag_ids), filter, self._now))

    async def titles_among(self, titles: Collection[str]) -> set[str]:
        """Return the keys of those of these titles that some task has."""
        return {key for (key,) in await self._rows(self._titles_among, [text_key(title) for title in titles])}

    async def _read(self, build: Build, *arguments: Any) -> Rows[Task]:
        tell, fields = self.tell_categories, self.category_fields
        if tell is None:
            return await super()._read(build, *arguments)
        rows = await self._rows(with_category(only(build, self.shape, self._names), fields), *arguments)
        tasks: Rows[Task] = Rows(layout_with_category(self._names, fields), rows)
        tell(partial(categories, tasks))
        return tasks

    async def _slices(
        self, of_parent: OfParent, parent_ids: Collection[int], listing: Listing[TaskFilter]
    ) -> Mapping[int, Slice[Task]]:
        ids = list(parent_ids)
        # Without their categories: a statement has read the parents, so there is a transaction for one more.
        found = await super()._read(self._windowed_by_parent, of_parent, ids, self._with_known(listing), self._now)
        return {id: self._sliced(rows, listing, found.layout) for id, rows in by_parent(ids, found.rows).items()}

    async def _any_outside(
        self, of_parent: OfParent, parent_ids: Collection[int], outside: Outside[TaskFilter]
    ) -> Mapping[int, bool]:
        end = self._with_known_end(outside)
        return {id: True for (id,) in await self._rows(self._with_any, of_parent, list(parent_ids), end, self._now)}

    @classmethod
    def _derive(cls, values: dict[str, Any]) -> None:
        if "title" in values:
            title: str = values["title"]
            values["title_key"] = fold(title)  # it comes trimmed
            values["title_words"] = search_vector(title, "A")
        if "description" in values:
            text: str | None = values["description"]
            values["description_key"] = None if text is None else fold(text)
            values["description_words"] = search_vector(text, "B")

    # ---- statements ----

    @classmethod
    def _counts_by_category(cls, category_ids: Collection[int], filter: TaskFilter | None, now: datetime) -> Executable:
        counts = select(models.Task.category_id, func.count())
        found = counts.where(among(models.Task.category_id, category_ids), cls._condition(filter, now))
        return found.group_by(models.Task.category_id)

    @classmethod
    def _counts_by_tag(cls, tag_ids: Collection[int], filter: TaskFilter | None, now: datetime) -> Executable:
        counts = select(models.TaskTag.tag_id, func.count())
        tasks = counts.join(models.Task, models.Task.id == models.TaskTag.task_id)
        found = tasks.where(among(models.TaskTag.tag_id, tag_ids), cls._condition(filter, now))
        return found.group_by(models.TaskTag.tag_id)

    @classmethod
    def _titles_among(cls, keys: Collection[str]) -> Select[Any]:
        return select(models.Task.title_key).where(models.Task.title_key == any_(texts(keys)))

    @classmethod
    def _windowed_by_parent(
        cls, of_parent: OfParent, ids: Collection[int], listing: Listing[TaskFilter], now: datetime
    ) -> Select[Any]:
        matching = cls._matching(listing.filter, listing.order, now)
        ordering = cls._ordering(listing.filter, listing.order)
        return windowed_by_parent(ids, partial(of_parent, matching), ordering, listing.window)

    @classmethod
    def _with_any(
        cls, of_parent: OfParent, ids: Collection[int], outside: Outside[TaskFilter], now: datetime
    ) -> Select[Any]:
        matching = cls._matching(outside.filter, outside.order, now)
        ordering = cls._ordering(outside.filter, outside.order)

        def rows(id: ColumnElement[int]) -> Exists:
            return beyond(of_parent(matching, id), ordering, outside.position, after=outside.after)

        return parents_with_any(ids, rows)

    @classmethod
    def _condition(cls, filter: TaskFilter | None, now: datetime) -> Condition:
        return task_condition(filter, now)

    @classmethod
    def _matching(cls, filter: TaskFilter | None, order: Sequence[OrderTerm], now: datetime) -> Select[Any]:
        matching = super()._matching(filter, order, now)
        if any(term.key == "category_name" for term in order):
            return matching.outerjoin(_CATEGORY, models.Task.category_id == _CATEGORY.id)
        return matching

    @classmethod
    def _windowed(cls, listing: Listing[TaskFilter], now: datetime) -> Select[Any]:
        match listing.order:
            case (OrderTerm("category_name", direction),):
                tasks = cls._select().where(cls._condition(listing.filter, now))
                return windowed_by_category_name(tasks, direction, listing.window)
            case _:
                return super()._windowed(listing, now)

    @classmethod
    def _ordering(cls, filter: TaskFilter | None, order: Sequence[OrderTerm]) -> Ordering:
        if order == MOST_RELEVANT_FIRST:
            search = None if filter is None else filter.search
            return Ordering(order, {RELEVANCE: by(relevance(search))}, cls.model.id)
        fixed = {} if filter is None or filter.completed is None else {"completed": filter.completed}
        return Ordering(order, cls.orders, cls.model.id, fixed)


def _in_category(tasks: Select[Any], category_id: ColumnElement[int]) -> Select[Any]:
    return tasks.where(models.Task.category_id == category_id)


def _with_tag(tasks: Select[Any], tag_id: ColumnElement[int]) -> Select[Any]:
    has = select(models.TaskTag.task_id).where(models.TaskTag.tag_id == tag_id)
    return tasks.where(models.Task.id.in_(has.correlate_except(models.TaskTag)))
