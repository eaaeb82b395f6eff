"""Pages and orders."""

import pytest

from gql_api.errors import RequestError
from gql_api.shapes.page import MOST_RELEVANT_FIRST, NEWEST_FIRST, Direction, OrderTerm, page, terms
from gql_api.shapes.task import TaskOrder


def order(**keys: Direction) -> TaskOrder:
    return TaskOrder(**{**dict.fromkeys(TaskOrder.model_fields), **keys})


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (100, 10_000)])
def test_the_edges_of_a_page_are_allowed(limit: int, offset: int) -> None:
    assert page(limit, offset) == (limit, offset)


@pytest.mark.parametrize(("limit", "offset"), [(-1, 0), (101, 0), (20, -1), (20, 10_001)])
def test_what_is_beyond_is_refused_and_never_cut(limit: int, offset: int) -> None:
    with pytest.raises(RequestError) as caught:
        page(limit, offset)
    assert caught.value.code == "INVALID_PAGE"


def test_an_order_keeps_its_sequence() -> None:
    given = [order(due_at=Direction.ASC), order(title=Direction.DESC)]
    assert terms(given) == (OrderTerm("due_at", Direction.ASC), OrderTerm("title", Direction.DESC))
    assert terms(None) == terms([]) == NEWEST_FIRST
    assert terms(None, MOST_RELEVANT_FIRST) == MOST_RELEVANT_FIRST


def test_a_key_stands_in_an_order_once() -> None:
    with pytest.raises(RequestError) as caught:
        terms([order(title=Direction.ASC), order(title=Direction.DESC)])
    assert caught.value.code == "INVALID_ORDER"
