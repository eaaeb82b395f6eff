"""All SQL about categories."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from sqlalchemy import ARRAY, Text, any_, literal
from sqlalchemy.exc import IntegrityError

from gql_api import models
from gql_api.db import constraint_name
from gql_api.errors import AlreadyExistsError
from gql_api.repositories.base import Lock, Repository, differing, locked
from gql_api.repositories.filters import given, id_condition
from gql_api.repositories.order import order_by
from gql_api.shapes.category import Category, CategoryChanges, CategoryFilter, NewCategory
from gql_api.shapes.page import OrderTerm, Page
from gql_api.shapes.text import text_key

COLUMNS = {
    "name": models.Category.name_key,
    "created_at": models.Category.created_at,
    "updated_at": models.Category.updated_at,
}
"""What each key of CategoryOrder orders by."""

ATTEMPTS = 5
"""How often a name may be found taken by a row that is gone when it is looked at."""


class CategoryRepository(Repository[models.Category, Category]):
    model = models.Category
    shape = Category
    text_keys = {"name": "name_key"}  # noqa: RUF012 - a ClassVar by its declaration in the base

    async def by_names(self, names: Collection[str], lock: Lock | None = None) -> dict[str, Category]:
        """Return the categories of these names by text key, without regard to case, with one statement."""
        keys = [text_key(name) for name in names]
        statement = self._select().where(models.Category.name_key == any_(literal(keys, ARRAY(Text))))
        found = await self._fetch(locked(statement, lock))
        return {text_key(category.name): category for category in found}

    async def list(self, filter: CategoryFilter | None, order: Sequence[OrderTerm], page: Page) -> Sequence[Category]:
        """Return a page of the categories that match; without an order, the newest first."""
        statement = self._select().where(given(id_condition(models.Category.id, None if filter is None else filter.id)))
        return await self._fetch(
            statement.order_by(*order_by(order, COLUMNS, models.Category.id)).limit(page.limit).offset(page.offset)
        )

    async def add(self, new: NewCategory) -> Category:
        """Add a category, or raise AlreadyExistsError with the one that has the name."""
        return await self._named(new.name, lambda: self._add(new.model_dump()))

    async def update(self, current: Category, changes: CategoryChanges) -> Category:
        """Change a locked category, or raise AlreadyExistsError with the one that has the name."""
        values = differing(current, changes)
        if not values:
            return current
        return await self._named(values.get("name", current.name), lambda: self._update(current, values))

    async def _named(self, name: str, write: Callable[[], Awaitable[Category]]) -> Category:
        """Write inside a savepoint, so that the transaction can still read who has the name."""
        for _ in range(ATTEMPTS):
            try:
                async with self._session.begin_nested():
                    return await write()
            except IntegrityError as error:
                if constraint_name(error) != "uq_categories_name_key":
                    raise
                if existing := (await self.by_names([name])).get(text_key(name)):
                    raise AlreadyExistsError("Category", existing, "name") from error
        raise RuntimeError(f"A category's name was taken and free again {ATTEMPTS} times")
