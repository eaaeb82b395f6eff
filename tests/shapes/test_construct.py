"""Shapes of trusted values are in all respects what validation makes of the same values."""

import copy
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gql_api.shapes.base import Shape
from gql_api.shapes.category import Category
from gql_api.shapes.construct import Kind, constructor, kinds
from gql_api.shapes.tag import Tag
from gql_api.shapes.task import Task, TaskPriority

MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.sampled_from(
    [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
)
IDS = st.integers(1, 2**63 - 1)
TEXTS = st.text() | st.sampled_from(["", " ", "\ud7ff", "🦕", "A\u0308", "x" * 10_000])
ROWS: Mapping[type[Shape], st.SearchStrategy[tuple[Any, ...]]] = {
    Task: st.tuples(
        *(IDS, TEXTS, st.none() | TEXTS, st.booleans(), st.none() | MOMENTS, st.integers(0, 4), st.none() | MOMENTS),
        *(st.none() | IDS, st.integers(1, 2**31 - 1), MOMENTS, MOMENTS),
    ),
    Category: st.tuples(IDS, TEXTS, st.none() | TEXTS, st.integers(1, 2**31 - 1), MOMENTS, MOMENTS),
    Tag: st.tuples(IDS, TEXTS, st.integers(1, 2**31 - 1), MOMENTS, MOMENTS),
}
MAKE = {shape: constructor(shape) for shape in ROWS}


@pytest.mark.parametrize("shape", ROWS)
@given(data=st.data(), further=st.tuples() | st.tuples(MOMENTS, IDS))
@settings(max_examples=60, deadline=None)
def test_they_are_the_same(shape: type[Shape], data: st.DataObject, further: tuple[Any, ...]) -> None:
    row = data.draw(ROWS[shape])
    made, validated = (
        MAKE[shape]((*row, *further)),
        shape.model_validate(dict(zip(shape.model_fields, row, strict=True))),
    )
    assert type(made) is type(validated)
    assert made == validated
    assert validated == made
    assert hash(made) == hash(validated)
    assert repr(made) == repr(validated)
    assert list(made.__dict__.items()) == list(validated.__dict__.items())
    assert [type(value) for value in made.__dict__.values()] == [type(value) for value in validated.__dict__.values()]
    assert made.model_fields_set == validated.model_fields_set
    assert made.model_extra is None
    assert made.__pydantic_private__ == validated.__pydantic_private__
    for mode in ("python", "json"):
        assert made.model_dump(mode=mode) == validated.model_dump(mode=mode)
    assert made.model_dump_json() == validated.model_dump_json()
    pickled = pickle.loads(pickle.dumps(made))  # noqa: S301 - its own
    for copied in (copy.copy(made), copy.deepcopy(made), made.model_copy(), pickled):
        assert copied == validated
        assert copied.model_fields_set == validated.model_fields_set
    assert made.model_copy(update={"id": 7}) == validated.model_copy(update={"id": 7})
    with pytest.raises(ValidationError, match="frozen"):
        made.id = 7  # type: ignore[attr-defined]


def test_each_has_fields_of_its_own() -> None:
    now = datetime.now(UTC)
    row = (1, "x", 1, now, now + timedelta(1))
    first, second = MAKE[Tag](row), MAKE[Tag](row)
    first.model_fields_set.clear()
    assert second.model_fields_set == set(Tag.model_fields)


def test_what_a_part_does_not_have_it_does_not_tell() -> None:
    part = constructor(Tag, {"name": 0, "id": 1})(("x", 1))
    assert (part.id, part.name, part.model_fields_set) == (1, "x", {"id", "name"})
    with pytest.raises(AttributeError):
        _ = part.created_at


def test_numbers_become_members() -> None:
    now = datetime.now(UTC)
    for priority in TaskPriority:
        task = MAKE[Task]((1, "x", None, False, None, int(priority), None, None, 1, now, now))
        assert task.model_dump()["priority"] is priority


class Several(Shape):
    text: str
    maybe: datetime | None
    texts: list[str]
    either: int | str
    priority: TaskPriority


def test_what_is_certain_of_a_field_is_one_class() -> None:
    found = kinds(Several)
    assert found == {
        "text": Kind(str, nullable=False),
        "maybe": Kind(datetime, nullable=True),
        "priority": Kind(TaskPriority, nullable=False),
    }
