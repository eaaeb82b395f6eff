"""What creating and changing tasks means, for one as for many, inside a write."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from gql_api.context import Context
from gql_api.errors import InvalidError, ProblemCode
from gql_api.repositories import MissingCategoryError, Repositories
from gql_api.resolvers.category_links import CategoryLinks, Place, hold
from gql_api.shapes.tag import MAX_TAGS
from gql_api.shapes.task import NewTask, Task, TaskChanges, TaskValues
from gql_api.shapes.text import text_key

Pairs = list[tuple[int, int]]


async def add_alone(context: Context, new: Sequence[NewTask]) -> Sequence[Task] | None:
    """Create tasks by one statement that is a write by itself, and return them in their order.

    Return None, with nothing done, where that is not enough: for tags, for categories that are not meant by their ids,
    and where there is no such category, since only `add` finds out which.
    """
    values = _values_alone(new)
    if not values:
        return None

    async def add_them(repositories: Repositories) -> Sequence[Task]:
        if len(values) > 1:
            return await repositories.tasks.add_many(values)
        task, category = await repositories.tasks.add_with_category(values[0])
        if category is not None:
            context.loaders.category_by_id.prime_all({category.id: category})
        return [task]

    try:
        return await context.work.write_alone(add_them)
    except MissingCategoryError:
        return None


async def add(context: Context, repositories: Repositories, new: Mapping[Place, NewTask]) -> Sequence[Task]:
    """Create tasks, each with what it refers to, and return them in their order."""
    links = await hold(context, repositories, {place: each.category for place, each in new.items()})
    links.check()
    category_ids = await links.category_ids(context, repositories)
    tags = await repositories.tags.ensure([name for each in new.values() for name in each.tags])
    tasks = await repositories.tasks.add_many(
        [_values(vars(each), category_ids.get(place)) for place, each in new.items()]
    )
    wanted = [{text_key(name) for name in each.tags} for each in new.values()]
    await repositories.tasks.tag_many(
        [(task.id, tags[key].id) for task, keys in zip(tasks, wanted, strict=True) for key in keys]
    )
    return tasks


async def apply(
    context: Context, repositories: Repositories, tasks: Sequence[Task], patch: TaskChanges, links: CategoryLinks
) -> Sequence[Task]:
    """Change locked tasks, each as the patch says, and return those that it changed, as they are now.

    Without a task nothing is created either.
    """
    if not tasks:
        return []
    values = cast(TaskValues, {key: value for key, value in patch.items() if key in TaskValues.__annotations__})
    if "category" in patch:
        values["category_id"] = (await links.category_ids(context, repositories)).get(())
    tag, untag = await _tag_changes(repositories, tasks, patch)
    return await repositories.tasks.update(tasks, values, tag=tag, untag=untag)


def _values_alone(new: Sequence[NewTask]) -> list[TaskValues] | None:
    """Return the values of tasks that refer to nothing but to categories by their ids; None where one does."""
    found = []
    for each in map(vars, new):  # to look for attributes of models one by one takes far longer
        link = each["category"]
        category_id = None if link is None else vars(link)["id"]
        if each["tags"] or (link is not None and category_id is None):
            return None
        found.append(_values(each, category_id))
    return found


def _values(given: Mapping[str, Any], category_id: int | None) -> TaskValues:
    """Return the values of a task of what is given of a new one."""
    return {
        "title": given["title"],
        "description": given["description"],
        "completed": given["completed"],
        "priority": given["priority"],
        "due_at": given["due_at"],
        "category_id": category_id,
    }


async def _tag_changes(repositories: Repositories, tasks: Sequence[Task], patch: TaskChanges) -> tuple[Pairs, Pairs]:
    """Return which of the locked tasks get which tags, which are held, and which lose which, as pairs of ids.

    Tags that are missing are created, after all else that a task refers to: who makes others wait does so in one order.
    """
    if not patch.keys() & {"tags", "add_tags", "remove_tags"}:
        return [], []
    ensured = await repositories.tags.ensure(patch["tags"] if "tags" in patch else patch.get("add_tags", []))
    named = {tag.id for tag in ensured.values()}
    to_remove = patch.get("remove_tags", [])
    removed = {tag.id for tag in (await repositories.tags.by_names(to_remove)).values()} if to_remove else set()
    had = await repositories.tasks.tag_ids([task.id for task in tasks])
    tag: Pairs = []
    untag: Pairs = []
    for task in tasks:
        has = had.get(task.id, set())
        wanted = named if "tags" in patch else (has | named) - removed
        if len(wanted) > MAX_TAGS:
            message = f"A task has at most {MAX_TAGS} tags; it would have {len(wanted)}."
            raise InvalidError(ProblemCode.TOO_LONG, message, "add_tags")
        tag += [(task.id, tag_id) for tag_id in wanted - has]
        untag += [(task.id, tag_id) for tag_id in has - wanted]
    return tag, untag
