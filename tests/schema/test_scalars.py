"""Date-times and ids as clients write them."""

from datetime import UTC, datetime

import pytest
from graphql import GraphQLError

from gql_api.schema import global_id
from gql_api.schema.global_id import InvalidIdError
from gql_api.schema.scalars import parse_datetime, serialize_datetime


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31t10:30:00.5+01:00", datetime(2026, 1, 31, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T09:30:00.123456000z", datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T23:59:59-00:00", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("0001-01-01T00:00:00.000001Z", datetime(1, 1, 1, microsecond=1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999998Z", datetime(9999, 12, 31, 23, 59, 59, 999_998, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_any_offset(text: str, moment: datetime) -> None:
    assert parse_datetime(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T09:30:00",
        "2026-01-31",
        "2026-01-31 09:30:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T09:30:60Z",
        "2026-01-31T09:30Z",
        "20260131T093000Z",
        "2026-W05-6T09:30:00Z",
        "2026-01-31T09:30:00.1234567Z",
        "2026-01-31T09:30:00+25:00",
        "2026-01-31T09:30:00+12:60",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "２０２６-01-31T09:30:00Z",
        "2026-01-31T09:30:00Z\n",
        "",
        1_769_851_800,
        True,
    ],
)
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(GraphQLError):
        parse_datetime(text)


def test_moments_are_answered_in_utc() -> None:
    assert serialize_datetime(parse_datetime("2026-01-31T10:30:00+01:00")) == "2026-01-31T09:30:00+00:00"


@pytest.mark.parametrize("id", [1, 42, 2**63 - 1])
def test_an_id_comes_back_as_it_went(id: int) -> None:
    assert global_id.decode(global_id.encode("Task", id)) == ("Task", id)


def test_ids_of_two_kinds_differ() -> None:
    assert global_id.encode("Task", 1) != global_id.encode("Category", 1)
    with pytest.raises(InvalidIdError):
        global_id.decode_as("Task", global_id.encode("Category", 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "Task:1",
        "VGFzazox=",
        "VGFzazox\n",
        "VGFzazow",  # Task:0
        "VGFzazotMQ",  # Task:-1
        "VGFzazowMQ",  # Task:01
        "VGFzazogMQ",  # Task: 1
        "VGFzazo5MjIzMzcyMDM2ODU0Nzc1ODA4",  # Task:9223372036854775808
        "VXNlcjox",  # User:1
        "ⅤGFzazox",
        "\ud800",
        "A" * 100_000,
    ],
)
def test_what_was_not_given_out_is_no_id(text: str) -> None:
    with pytest.raises(InvalidIdError):
        global_id.decode(text)
