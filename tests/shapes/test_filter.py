"""How much one filter may ask for, however it is nested."""

import pytest
from pydantic import ValidationError

from gql_api.shapes.filter import CONDITIONS_MAX, LIST_MAX, IdFilter, StringFilter
from gql_api.shapes.tag import TagFilter
from gql_api.shapes.task import TagCollectionFilter, TaskFilter

ANY_TAG = TaskFilter(tags=TagCollectionFilter(some=TagFilter()))
ONE_TEXT = TaskFilter(title=StringFilter(contains="x", case_sensitive=True))


def code(**values: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TaskFilter(**values)
    return caught.value.errors()[0]["type"]


def test_comparisons_and_filters_count_wherever_they_stand() -> None:
    """Also those that are empty: each filter of related objects is a join."""
    _ = TaskFilter(or_=(ONE_TEXT,) * (CONDITIONS_MAX // 2))
    assert code(or_=(ONE_TEXT,) * (CONDITIONS_MAX // 2), completed=True) == "TOO_COMPLEX"
    _ = TaskFilter(and_=(ANY_TAG,) * (CONDITIONS_MAX // 3))
    assert code(and_=(ANY_TAG,) * (CONDITIONS_MAX // 3 + 1)) == "TOO_COMPLEX"
    hundred = TaskFilter(and_=(TaskFilter(),) * LIST_MAX)
    assert code(and_=(hundred,) * 2) == "TOO_COMPLEX"
    _ = TaskFilter(id=IdFilter(in_=tuple(range(1, LIST_MAX + 1))), and_=(hundred,))


def test_a_list_and_the_depth_are_bounded() -> None:
    assert code(or_=(TaskFilter(),) * (LIST_MAX + 1)) == "TOO_LONG"
    deepest = TaskFilter()
    for _ in range(5):
        deepest = TaskFilter(not_=deepest)
    assert code(not_=deepest) == "TOO_DEEP"
