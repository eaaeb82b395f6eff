"""The categories that tasks are put into: existing ones by id or name, or new ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gql_api.context import Context
from gql_api.errors import AlreadyExistsError, NotFoundError
from gql_api.repositories import Repositories
from gql_api.shapes.task import CategoryLink
from gql_api.shapes.text import text_key

Place: TypeAlias = tuple[str, ...]
"""Where one of many stands: its index. Where there is only one, nothing."""


@dataclass(frozen=True, slots=True)
class CategoryLinks:
    """Links by the place of their task, with the existing categories they mean: nobody deletes those any more."""

    links: Mapping[Place, CategoryLink]
    existing: Mapping[Place, int]
    """The ids of those."""

    def check(self) -> None:
        """Raise NotFoundError at the first link that means an existing category when there is none."""
        if len(self.existing) == len(self.links):
            return
        for place, link in self.links.items():
            if link.create is None and place not in self.existing:
                key = "id" if link.name is None else "name"
                raise NotFoundError("Category", *place, "category", key, id=link.id, name=link.name)

    async def category_ids(self, context: Context, repositories: Repositories) -> dict[Place, int]:
        """Create the new categories, with one statement, and return the ids of all by the place of their task.

        Raises AlreadyExistsError at the first link whose new category has the name of another, existing or new.
        """
        ids = dict(self.existing)
        new = {place: link.create for place, link in self.links.items() if link.create is not None}
        first = {text_key(each.name): each for each in reversed(new.values())}
        added, taken = await repositories.categories.add_many(list(first.values())) if new else ({}, {})
        context.loaders.category_by_id.prime_all({each.id: each for each in added.values()})
        named = set()
        for place, each in new.items():
            key = text_key(each.name)
            if key in taken or key in named:
                raise AlreadyExistsError("Category", taken.get(key) or added[key], *place, "category", "create", "name")
            named.add(key)
            ids[place] = added[key].id
        return ids


async def hold(
    context: Context, repositories: Repositories, links: Mapping[Place, CategoryLink | None]
) -> CategoryLinks:
    """Look up and hold the existing categories that are meant, with one statement. None means no category.

    Who asks for one in the answer need not look it up again.
    """
    given = {place: link for place, link in links.items() if link is not None}
    ids = {place: link.id for place, link in given.items() if link.id is not None}
    names = {place: link.name for place, link in given.items() if link.name is not None}
    held = await repositories.categories.held(set(ids.values()), set(names.values()))
    context.loaders.category_by_id.prime_all({each.id: each for each in held})
    by_id, by_key = {each.id for each in held}, {text_key(each.name): each.id for each in held}
    existing = {place: id for place, id in ids.items() if id in by_id}
    existing |= {place: by_key[key] for place, name in names.items() if (key := text_key(name)) in by_key}
    return CategoryLinks(given, existing)
