"""All SQL about categories."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, any_, or_

from gql_api import models
from gql_api.repositories.along import TellCategories
from gql_api.repositories.arrays import among, texts
from gql_api.repositories.base import Lock, locked
from gql_api.repositories.conditions import category_condition
from gql_api.repositories.filters import Condition
from gql_api.repositories.named import ATTEMPTS, NamedRepository
from gql_api.repositories.order import by
from gql_api.shapes.category import Category, CategoryChanges, CategoryFilter, NewCategory
from gql_api.shapes.page import OrderTerm, Page
from gql_api.shapes.rows import Rows
from gql_api.shapes.text import text_key


class CategoryRepository(NamedRepository[models.Category, Category, CategoryFilter]):
    model = models.Category
    shape = Category
    kind = "Category"
    unique_name = "uq_categories_name_key"
    orders = {  # noqa: RUF012 - a ClassVar by its declaration in the base
        "name": by(models.Category.name_key),
        "created_at": by(models.Category.created_at),
        "updated_at": by(models.Category.updated_at),
    }

    async def add(self, new: NewCategory) -> Category:
        """Add a category, or raise AlreadyExistsError with the one that has the name."""
        return await self._add_named(new.model_dump())

    async def update(self, current: Category, changes: CategoryChanges) -> Category:
        """Change a locked category, or raise AlreadyExistsError with the one that has the name."""
        return await self._update_named(current, changes)

    tell_categories: TellCategories | None = None
    """Who is told of the categories that are listed, if anybody wants to know them."""

    async def list(self, filter: CategoryFilter | None, order: Sequence[OrderTerm], page: Page) -> Rows[Category]:
        found = await super().list(filter, order, page)
        if self.tell_categories is not None:
            self.tell_categories(lambda: {each.id: each for each in found})
        return found

    async def held(self, ids: Collection[int], names: Collection[str]) -> Sequence[Category]:
        """Return the categories of these ids and names, held against deletion in the order of their ids."""
        if not (ids or names):
            return []
        # What is not given is no part of the statement: to plan it takes PostgreSQL as long as to run it.
        keys = [text_key(name) for name in names]
        return await self._shapes(self._held, list(ids) or None, keys or None)

    async def add_many(self, new: Sequence[NewCategory]) -> tuple[dict[str, Category], dict[str, Category]]:
        """Add categories of different names. Return those that were added and those that had a name, by text key."""
        added: dict[str, Category] = {}
        for _ in range(ATTEMPTS):
            missing = [each.model_dump() for each in new if text_key(each.name) not in added]
            added |= await self._add_absent(missing)
            taken = [each.name for each in new if text_key(each.name) not in added]
            existing = await self.by_names(taken) if taken else {}
            if existing or not taken:
                return added, existing
        raise RuntimeError(f"The names of categories were taken and free again {ATTEMPTS} times")

    @classmethod
    def _held(cls, ids: Collection[int] | None, keys: Collection[str] | None) -> Select[Any]:
        by_id = [] if ids is None else [among(models.Category.id, ids)]
        by_name = [] if keys is None else [models.Category.name_key == any_(texts(keys))]
        return locked(cls._select().where(or_(*by_id, *by_name)).order_by(models.Category.id), Lock.REFER)

    @classmethod
    def _condition(cls, filter: CategoryFilter | None, now: datetime) -> Condition:  # noqa: ARG003 - for tasks
        return category_condition(filter)
