"""All SQL about categories."""

from gql_api import models
from gql_api.repositories.conditions import category_condition
from gql_api.repositories.filters import Condition
from gql_api.repositories.named import NamedRepository
from gql_api.repositories.order import by
from gql_api.shapes.category import Category, CategoryChanges, CategoryFilter, NewCategory


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

    def _condition(self, filter: CategoryFilter | None) -> Condition:
        return category_condition(filter)

    async def add(self, new: NewCategory) -> Category:
        """Add a category, or raise AlreadyExistsError with the one that has the name."""
        return await self._add_named(new.model_dump())

    async def update(self, current: Category, changes: CategoryChanges) -> Category:
        """Change a locked category, or raise AlreadyExistsError with the one that has the name."""
        return await self._update_named(current, changes)
