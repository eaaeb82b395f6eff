"""A statement is built once for each form, and no two calls share SQL that they should not."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, select

from gql_api.models import Task
from gql_api.repositories import statements
from gql_api.repositories.forms import Known, Slot, converted, form_of
from gql_api.repositories.statements import compiled
from gql_api.repositories.task import TaskRepository
from gql_api.shapes.category import CategoryFilter
from gql_api.shapes.cursor import Position
from gql_api.shapes.filter import DateTimeFilter, Filter, IdFilter, StringFilter
from gql_api.shapes.page import MOST_RELEVANT_FIRST, NEWEST_FIRST, Direction, Listing, OrderTerm, Window
from gql_api.shapes.search import search_query
from gql_api.shapes.tag import TagFilter
from gql_api.shapes.task import (
    CategoryRelationFilter,
    TagCollectionFilter,
    TaskFilter,
    TaskPriority,
    TaskPriorityFilter,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def kept(build: Callable[..., Any], *arguments: Any) -> tuple[str, list[Any]]:
    values: list[Any] = []
    statement = statements._built(build, tuple(form_of(argument, values) for argument in arguments))
    return statement.text, statement.arguments(values)


# ---- filters of all kinds --------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(["", " ", "red", "Red ", "a%_\\b", "Straße", "-", '"', "true", "1"])
IDS = st.integers(0, 3)
MOMENTS = st.sampled_from([NOW, datetime(2025, 1, 1, tzinfo=UTC)])
PRIORITIES = st.sampled_from(list(TaskPriority))


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=3).map(tuple)


def optional(of: type[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: of(**given))


STRINGS = optional(
    StringFilter,
    **dict.fromkeys(("eq", "neq", "contains", "starts_with", "ends_with"), TEXTS),
    **dict.fromkeys(("in_", "not_in"), some(TEXTS)),
    **dict.fromkeys(("is_null", "case_sensitive"), st.booleans()),
)
ID_FILTERS = optional(IdFilter, eq=IDS, neq=IDS, in_=some(IDS), not_in=some(IDS))
TIMES = optional(DateTimeFilter, **dict.fromkeys(("eq", "gt", "gte", "lt", "lte"), MOMENTS), is_null=st.booleans())
LEVELS = optional(TaskPriorityFilter, eq=PRIORITIES, in_=some(PRIORITIES), gte=PRIORITIES, lte=PRIORITIES)


def nested(of: type[Filter], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        optional(of, **fields),
        lambda inner: optional(of, and_=some(inner), or_=some(inner), not_=inner, **fields),
        max_leaves=3,
    )


CATEGORIES = nested(CategoryFilter, id=ID_FILTERS, name=STRINGS, created_at=TIMES)
TAGS = nested(TagFilter, id=ID_FILTERS, name=STRINGS)
TASKS = nested(
    TaskFilter,
    search=TEXTS,
    id=ID_FILTERS,
    title=STRINGS,
    description=STRINGS,
    priority=LEVELS,
    **dict.fromkeys(("completed", "overdue"), st.booleans()),
    **dict.fromkeys(("due_at", "completed_at", "created_at"), TIMES),
    category=optional(CategoryRelationFilter, is_=CATEGORIES, is_null=st.booleans()),
    tags=st.one_of(*(optional(TagCollectionFilter, **{how: TAGS}) for how in ("some", "every", "none"))),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "created_at": MOMENTS,
    "due_at": st.none() | MOMENTS,
    "completed_at": st.none() | MOMENTS,
    "title": TEXTS,
    "priority": st.integers(0, 4),
    "completed": st.booleans(),
    "category_name": st.none() | TEXTS,
}


@st.composite
def listings(draw: st.DrawFn) -> Listing[TaskFilter]:
    keys = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=3, unique=True))
    order = tuple(OrderTerm(key, draw(st.sampled_from(Direction))) for key in keys)

    def position() -> Position | None:
        return draw(st.none() | st.tuples(*(VALUES[key] for key in keys), IDS))

    size = draw(st.integers(0, 3) | st.sampled_from(sorted(statements.USUAL)))
    window = Window(size, draw(st.booleans()), position(), position())
    return Listing(draw(st.none() | TASKS), order, window)


def alone(listing: Listing[TaskFilter]) -> tuple[str, list[Any]]:
    """Return the SQL of a list, and its values, as it is built for this call alone: of what is known, of no form."""
    prepared = listing._replace(
        filter=None if listing.filter is None else with_prepared(listing.filter),
        window=listing.window._replace(size=statements.usual(listing.window.size)),
    )
    statement = compiled(TaskRepository._windowed(prepared, NOW))
    return statement.text, statement.arguments([])


def with_prepared(filter: TaskFilter) -> TaskFilter:
    """Return the filter with its searches as they are prepared."""
    changes: dict[str, Any] = {}
    if filter.search is not None:
        changes["search"] = search_query(filter.search)
    for name in ("and_", "or_"):
        if (inner := getattr(filter, name)) is not None:
            changes[name] = tuple(map(with_prepared, inner))
    if filter.not_ is not None:
        changes["not_"] = with_prepared(filter.not_)
    return filter.model_copy(update=changes)


@settings(max_examples=120, deadline=None)
@given(listing=listings())
def test_what_is_kept_is_what_would_be_built_for_a_call_alone(listing: Listing[TaskFilter]) -> None:
    """With all statements kept that other filters, orders and positions have left there."""
    known = TaskRepository._with_known(TaskRepository.__new__(TaskRepository), listing)
    assert kept(TaskRepository._windowed, known, NOW) == alone(listing)


def test_another_value_is_no_other_statement() -> None:
    def page(search: str, title: str, ids: tuple[int, ...], size: int) -> Any:
        filter = TaskFilter(search=search, title=StringFilter(contains=title), id=IdFilter(in_=ids))
        listing = Listing(filter, MOST_RELEVANT_FIRST, Window(size, backward=False, after=(0.5, size), before=None))
        return kept(TaskRepository._windowed, listing, NOW)

    before = statements._built.cache_info().currsize
    found = [page("a", "b", (1,), 5), page("b c", "%", (), 7), page("a or b", "", (3, 1), 100)]
    assert statements._built.cache_info().currsize <= before + 1
    assert len({text for text, _ in found}) == 1
    values = found[1][1]
    assert set(map(str, values)) == {"('b') & ('c':*)", "[]", r"%\%%", "0.5", "7", "8"}


def test_a_usual_number_of_rows_is_in_the_statement() -> None:
    """PostgreSQL then keeps its plan: it knows that it is not of all rows."""
    listing = Listing(None, NEWEST_FIRST, Window(50, backward=False, after=None, before=None))
    known = TaskRepository._with_known(TaskRepository.__new__(TaskRepository), listing)
    text, values = kept(TaskRepository._windowed, known, NOW)
    assert text.endswith("LIMIT 51")
    assert values == []
    text, values = kept(TaskRepository._page, listing, statements.usual(20), statements.usual(0), NOW)
    assert text.endswith("LIMIT 20 OFFSET 0")
    text, values = kept(TaskRepository._page, listing, statements.usual(21), statements.usual(40), NOW)
    assert [*values] == [21, 40]


def test_no_more_than_a_bound_is_kept() -> None:
    for size in range(statements.KEPT + 50):
        filter = TaskFilter(and_=(TaskFilter(),) * (size % 100), or_=(TaskFilter(),) * (size // 100))
        kept(TaskRepository._count, filter, NOW)
    assert statements._built.cache_info().currsize == statements.KEPT


# ---- what a form does not hold ---------------------------------------------------------------------------------------


def test_nothing_can_be_built_of_a_value_that_is_not_in_the_form() -> None:
    slot: Any = Slot(0)
    for use in (
        bool,
        str,
        len,
        list,
        hash,
        int,
        lambda value: value == 1,
        lambda value: value != 1,
        lambda value: value > 1,
        lambda value: value in ("a", "b"),
        lambda value: f"{value}",
        lambda value: value + 1,
        lambda value: value[0],
        lambda value: "a" in value,
    ):
        with pytest.raises(TypeError):
            use(slot)
    with pytest.raises(AttributeError):
        slot.strip()


def _as_it_is_called(limit: int, id: int) -> Select[Any]:
    tasks = select(Task.id).where(Task.id == id)
    return tasks.limit(1) if limit == 1 else tasks


def test_a_builder_that_looks_at_a_value_is_found_at_once() -> None:
    with pytest.raises(TypeError, match="form"):
        kept(_as_it_is_called, 1, 2)
    text, values = kept(_as_it_is_called, Known(1), 2)
    assert "LIMIT" not in text.replace("LIMIT $2", "")
    assert values[0] == 2


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        kept(TaskRepository._by_ids, {1, 2})
    with pytest.raises(TypeError, match="object"):
        kept(TaskRepository._by_ids, object())


def test_values_are_converted_in_the_order_in_which_that_was_said() -> None:
    slot: Any = converted(converted(cast(Any, Slot(0)), lambda value: value + 1), lambda value: value * 10)
    assert slot.convert(1) == 20
    assert converted(1, lambda value: value + 1) == 2
