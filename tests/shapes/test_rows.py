"""Rows: a sequence of what they become, made when somebody looks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gql_api.shapes.category import Category
from gql_api.shapes.rows import Layout, Rows, Within, layout
from gql_api.shapes.tag import Tag
from gql_api.shapes.task import Task

NOW = datetime(2026, 1, 31, tzinfo=UTC)
ROWS = [(1, "a", 1, NOW, NOW), (2, "b", 1, NOW, NOW)]
TAGS = [Tag(id=id, name=name, version=1, created_at=NOW, updated_at=NOW) for id, name in ((1, "a"), (2, "b"))]


def test_they_are_a_sequence_of_shapes() -> None:
    rows: Rows[Tag] = Rows(layout(Tag), ROWS)
    assert len(rows) == 2
    assert rows == TAGS
    assert [*rows] == TAGS
    assert (rows[0], rows[-1], rows[1:]) == (TAGS[0], TAGS[1], TAGS[1:])
    assert rows != TAGS[:1]
    assert rows != 1
    assert repr(rows) == f"Rows({TAGS!r})"
    assert TAGS[1] in rows
    assert not Rows(layout(Tag), ())


def test_each_is_made_once_and_not_before_it_is_looked_at() -> None:
    made = []

    def make(row: tuple[Any, ...]) -> int:
        made.append(row[0])
        return int(row[0])

    rows: Rows[int] = Rows(Layout(int, make, {}), ROWS)
    assert len(rows) == 2
    assert made == []
    assert [*rows, *rows, rows[0]] == [1, 2, 1, 2, 1]
    assert made == [1, 2]


def test_a_layout_says_where_everything_is() -> None:
    category = layout(Category, ("id", "name"))
    found = layout(Task, ("id", "priority", "category_id"), (("category", Within(-1, category)),))
    assert dict(found.places) == {"id": 0, "priority": 1, "category_id": 2}
    assert found.within == {"category": Within(-1, category)}
    assert found.members["priority"][3].name == "HIGH"
    task = found.make((7, 3, 1, (1, "Home")))
    assert (task.id, task.priority.name, task.category_id) == (7, "HIGH", 1)
    with pytest.raises(AttributeError):
        _ = task.title


def test_a_row_may_be_spread_over_another() -> None:
    category = Within(2, layout(Category, ("id", "name"), at=(2, -1)), spread=True)
    assert category.of((7, 3, None, None)) is None
    found = category.of((7, 3, 1, "Home"))
    assert found is not None
    made = category.layout.make(found)
    assert (made.id, made.name) == (1, "Home")


def test_there_is_one_of_each() -> None:
    assert layout(Tag) is layout(Tag)
    assert layout(Tag, ("id",)) is layout(Tag, ("id",))
    assert layout(Tag) is not layout(Tag, ("id",))
