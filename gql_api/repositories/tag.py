"""All SQL about tags."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from gql_api import models
from gql_api.repositories.arrays import among
from gql_api.repositories.base import Lock
from gql_api.repositories.conditions import tag_condition
from gql_api.repositories.filters import Condition
from gql_api.repositories.named import ATTEMPTS, NamedRepository
from gql_api.repositories.order import by
from gql_api.shapes.rows import Rows
from gql_api.shapes.tag import NewTag, Tag, TagChanges, TagFilter
from gql_api.shapes.text import text_key


class TagRepository(NamedRepository[models.Tag, Tag, TagFilter]):
    model = models.Tag
    shape = Tag
    kind = "Tag"
    unique_name = "uq_tags_name_key"
    orders = {  # noqa: RUF012 - a ClassVar by its declaration in the base
        "name": by(models.Tag.name_key),
        "created_at": by(models.Tag.created_at),
    }

    async def by_task_ids(self, task_ids: Collection[int]) -> Mapping[int, Sequence[Tag]]:
        """Return each task's tags in the order of their names, with one statement; a task without any is left out."""
        found: dict[int, list[Any]] = {}
        for row in await self._rows(self._by_task_ids, list(task_ids)):
            found.setdefault(row[-1], []).append(row)
        return {id: Rows(self._layout, rows) for id, rows in found.items()}

    async def ensure(self, names: Sequence[str]) -> dict[str, Tag]:
        """Return the tags of these names by text key, held against deletion. Those that are missing are created."""
        wanted = {text_key(name): name for name in reversed(names)}
        found: dict[str, Tag] = {}
        for _ in range(ATTEMPTS):
            found |= await self._held(wanted.keys() - found.keys())
            if missing := [{"name": name} for key, name in wanted.items() if key not in found]:
                found |= await self._add_absent(missing)
            if len(found) == len(wanted):
                return found
        raise RuntimeError(f"Tags were created and deleted by others {ATTEMPTS} times")

    async def add(self, new: NewTag) -> Tag:
        """Add a tag, or raise AlreadyExistsError with the one that has the name."""
        return await self._add_named(new.model_dump())

    async def update(self, current: Tag, changes: TagChanges) -> Tag:
        """Change a locked tag, or raise AlreadyExistsError with the one that has the name."""
        return await self._update_named(current, changes)

    async def _held(self, keys: Collection[str]) -> dict[str, Tag]:
        return await self.by_names(keys, Lock.REFER) if keys else {}

    @classmethod
    def _by_task_ids(cls, task_ids: Collection[int]) -> Select[Any]:
        return (
            select(*cls._columns, models.TaskTag.task_id)
            .join(models.TaskTag, models.Tag.id == models.TaskTag.tag_id)
            .where(among(models.TaskTag.task_id, task_ids))
            .order_by(models.Tag.name_key)
        )

    @classmethod
    def _condition(cls, filter: TagFilter | None, now: datetime) -> Condition:  # noqa: ARG003 - for tasks
        return tag_condition(filter)
