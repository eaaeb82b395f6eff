"""All SQL about categories."""

from collections.abc import Sequence

from gql_api import models
from gql_api.repositories.filters import given, id_condition
from gql_api.repositories.named import NamedRepository
from gql_api.shapes.category import Category, CategoryChanges, CategoryFilter, NewCategory
from gql_api.shapes.page import OrderTerm, Page


class CategoryRepository(NamedRepository[models.Category, Category]):
    model = models.Category
    shape = Category
    kind = "Category"
    unique_name = "uq_categories_name_key"
    orders = {  # noqa: RUF012 - a ClassVar by its declaration in the base
        "name": models.Category.name_key,
        "created_at": models.Category.created_at,
        "updated_at": models.Category.updated_at,
    }

    async def list(self, filter: CategoryFilter | None, order: Sequence[OrderTerm], page: Page) -> Sequence[Category]:
        """Return a page of the categories that match; without an order, the newest first."""
        matching = given(id_condition(models.Category.id, None if filter is None else filter.id))
        return await self._page(self._select().where(matching), order, page)

    async def add(self, new: NewCategory) -> Category:
        """Add a category, or raise AlreadyExistsError with the one that has the name."""
        return await self._add_named(new.model_dump())

    async def update(self, current: Category, changes: CategoryChanges) -> Category:
        """Change a locked category, or raise AlreadyExistsError with the one that has the name."""
        return await self._update_named(current, changes)
