"""What each entity's filter means, as a condition. Filters reach over relations, so they stand together here."""

from datetime import datetime

from sqlalchemy import ARRAY, REAL, ColumnElement, SmallInteger, and_, any_, cast, func, literal, not_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from gql_api.models import COMPLETED_AT, DUE_AT, Category, Tag, Task, TaskTag, always
from gql_api.repositories.filters import (
    Condition,
    TextColumn,
    combined,
    given,
    id_condition,
    negated,
    text_condition,
    time_condition,
)
from gql_api.repositories.forms import converted
from gql_api.shapes.category import CategoryFilter
from gql_api.shapes.tag import TagFilter
from gql_api.shapes.task import CategoryRelationFilter, TagCollectionFilter, TaskFilter, TaskPriorityFilter

TITLE = TextColumn(Task.title, Task.title_key)
DESCRIPTION = TextColumn(Task.description, Task.description_key, trimmed=False)
CATEGORY_NAME = TextColumn(Category.name, Category.name_key)
TAG_NAME = TextColumn(Tag.name, Tag.name_key)


def category_condition(filter: CategoryFilter | None) -> Condition:
    if filter is None:
        return given()
    return given(
        combined(filter.and_, filter.or_, filter.not_, category_condition),
        id_condition(Category.id, filter.id),
        text_condition(CATEGORY_NAME, filter.name),
        time_condition(always(Category.created_at), filter.created_at),
        time_condition(always(Category.updated_at), filter.updated_at),
    )


def tag_condition(filter: TagFilter | None) -> Condition:
    if filter is None:
        return given()
    return given(
        combined(filter.and_, filter.or_, filter.not_, tag_condition),
        id_condition(Tag.id, filter.id),
        text_condition(TAG_NAME, filter.name),
    )


def task_condition(filter: TaskFilter | None, now: datetime) -> Condition:
    """Return the condition of a filter at the moment that decides what is overdue."""
    if filter is None:
        return given()
    return given(
        combined(filter.and_, filter.or_, filter.not_, lambda inner: task_condition(inner, now)),
        _search_condition(filter.search),
        id_condition(Task.id, filter.id),
        text_condition(TITLE, filter.title),
        text_condition(DESCRIPTION, filter.description),
        None if filter.completed is None else Task.completed == filter.completed,
        None if filter.overdue is None else _overdue_condition(filter.overdue, now),
        _priority_condition(filter.priority),
        time_condition(DUE_AT, filter.due_at),
        time_condition(COMPLETED_AT, filter.completed_at),
        time_condition(always(Task.created_at), filter.created_at),
        time_condition(always(Task.updated_at), filter.updated_at),
        None if filter.category is None else _in_category(filter.category),
        None if filter.tags is None else _tagged(filter.tags),
    )


def relevance(search: str | None) -> ColumnElement[float]:
    """Return how well a task fits a prepared search: words in the title count more than those in the description."""
    return func.ts_rank(_words(), cast(search, TSQUERY), type_=REAL)


def _words() -> ColumnElement[str]:
    return Task.title_words.concat(Task.description_words)


def _search_condition(search: str | None) -> Condition | None:
    """Return the condition of a search that is prepared: None is one without a word."""
    return None if search is None else _words().op("@@", is_comparison=True)(cast(search, TSQUERY))


def _overdue_condition(overdue: bool, now: datetime) -> Condition:
    late = and_(not_(Task.completed), DUE_AT.nulls_highest < now)
    return late if overdue else negated(late)


def _priority_condition(filter: TaskPriorityFilter | None) -> Condition | None:
    if filter is None:
        return None
    return given(
        None if filter.eq is None else Task.priority == filter.eq,
        None
        if filter.in_ is None
        else Task.priority == any_(literal(converted(filter.in_, list), ARRAY(SmallInteger))),
        None if filter.gte is None else Task.priority >= filter.gte,
        None if filter.lte is None else Task.priority <= filter.lte,
    )


def _in_category(filter: CategoryRelationFilter) -> Condition:
    if filter.is_null is not None:
        return Task.category_id.is_(None) if filter.is_null else Task.category_id.is_not(None)
    inner = filter.is_
    if inner is None or inner.model_copy(update={"id": None}).is_empty():
        # The foreign key says that the category exists, so its id needs no look at its table.
        return given(Task.category_id.is_not(None), id_condition(Task.category_id, None if inner is None else inner.id))
    # Said what is correlated: the statement around it may know the same tables by itself.
    return Task.category_id.in_(select(Category.id).where(category_condition(inner)).correlate(None))


def _tagged(filter: TagCollectionFilter) -> Condition:
    has = select(TaskTag).join(Tag).where(TaskTag.task_id == Task.id).correlate(Task)
    if filter.some is not None:
        return has.where(tag_condition(filter.some)).exists()
    if filter.every is not None:
        return not_(has.where(negated(tag_condition(filter.every))).exists())
    return not_(has.where(tag_condition(filter.none)).exists())
