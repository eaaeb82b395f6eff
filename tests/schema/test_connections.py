"""Connections of tasks, categories and tags: Relay's Cursor Connections Specification, and the contract's own rules."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise, permutations
from random import Random
from typing import Any, NamedTuple

import pytest

from gql_api import models
from tests.api import Api
from tests.conftest import Raw
from tests.schema import model
from tests.schema.walk import FIELDS, ids, page, pages, query, walk

KINDS = sorted(FIELDS)
CREATES = {
    "Task": "createTask(input: {{title: {name}}}) {{ ... on TaskSuccess {{ task {{ id }} }} }}",
    "Category": "createCategory(input: {{name: {name}}}) {{ ... on CategorySuccess {{ category {{ id }} }} }}",
    "Tag": "createTag(input: {{name: {name}}}) {{ ... on TagSuccess {{ tag {{ id }} }} }}",
}
DELETE = "mutation ($id: ID!) { delete%s(id: $id) { __typename } }"
ORDERS = {
    "Task": ["createdAt", "updatedAt", "dueAt", "completedAt", "title", "priority", "completed", "categoryName"],
    "Category": ["name", "createdAt", "updatedAt"],
    "Tag": ["name", "createdAt"],
}


async def create(api: Api, kind: str, *names: str) -> list[str]:
    """Create one after the other, and return the ids, oldest first."""
    made: list[str] = []
    for begin in range(0, len(names), 20):
        some = names[begin : begin + 20]
        fields = " ".join(f"c{n}: " + CREATES[kind].format(name=f'"{name}"') for n, name in enumerate(some))
        answer = await api.data(f"mutation {{ {fields} }}")
        made += [each[kind.lower()]["id"] for each in answer.values()]
    return made


async def delete(api: Api, kind: str, id: str) -> None:
    answer = await api.field(DELETE % kind, id=id)
    assert answer == {"__typename": f"Delete{kind}Success"}


async def some(api: Api, kind: str, count: int) -> list[str]:
    """Create so many, and return the ids in the order of a list, newest first."""
    return (await create(api, kind, *(f"n{n}" for n in range(count))))[::-1]


async def cursors(api: Api, kind: str, **arguments: Any) -> list[str]:
    return [edge["cursor"] for edge in (await page(api, kind, first=100, **arguments))["edges"]]


async def code(api: Api, kind: str, **arguments: Any) -> str:
    """Return the code with which a page is refused, at the field's path."""
    answer = await api.answer(query(kind), **arguments)
    (error,) = answer["errors"]
    assert (answer["data"], error["path"]) == (None, [FIELDS[kind]])
    assert set(error["extensions"]) <= {"code", "problems"}
    found: str = error["extensions"]["code"]
    return found


# ---- which page ------------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """Which page is asked for, of 25 rows; the places of its rows, and whether there are others before and after."""

    arguments: dict[str, int | None]
    start: int
    end: int
    before: bool
    after: bool


PAGES = [
    Asked({}, 0, 20, before=False, after=True),
    Asked({"first": None, "after": None, "last": None, "before": None}, 0, 20, before=False, after=True),
    Asked({"first": 3}, 0, 3, before=False, after=True),
    Asked({"first": 3, "last": None}, 0, 3, before=False, after=True),
    Asked({"first": 24}, 0, 24, before=False, after=True),
    Asked({"first": 25}, 0, 25, before=False, after=False),
    Asked({"first": 100}, 0, 25, before=False, after=False),
    Asked({"last": 3}, 22, 25, before=True, after=False),
    Asked({"last": 3, "first": None}, 22, 25, before=True, after=False),
    Asked({"last": 24}, 1, 25, before=True, after=False),
    Asked({"last": 25}, 0, 25, before=False, after=False),
    Asked({"last": 100}, 0, 25, before=False, after=False),
    Asked({"first": 0}, 0, 0, before=False, after=True),
    Asked({"last": 0}, 25, 25, before=True, after=False),
    Asked({"after": 1}, 2, 22, before=True, after=True),
    Asked({"after": 4}, 5, 25, before=True, after=False),
    Asked({"after": 4, "first": 3}, 5, 8, before=True, after=True),
    Asked({"after": 23, "first": 1}, 24, 25, before=True, after=False),
    Asked({"after": 24}, 25, 25, before=True, after=False),
    Asked({"after": 0, "first": 1}, 1, 2, before=True, after=True),
    Asked({"after": 4, "first": 0}, 5, 5, before=True, after=True),
    Asked({"after": 24, "first": 0}, 25, 25, before=True, after=False),
    Asked({"before": 4}, 0, 4, before=False, after=True),
    Asked({"before": 23}, 0, 20, before=False, after=True),
    Asked({"before": 4, "last": 3}, 1, 4, before=True, after=True),
    Asked({"before": 4, "last": 4}, 0, 4, before=False, after=True),
    Asked({"before": 0, "last": 3}, 0, 0, before=False, after=True),
    Asked({"before": 4, "last": 0}, 4, 4, before=True, after=True),
    Asked({"before": 10, "first": 2}, 0, 2, before=False, after=True),
    Asked({"after": 20, "last": 2}, 23, 25, before=True, after=False),
    Asked({"after": 20, "last": 10}, 21, 25, before=True, after=False),
    Asked({"after": 4, "before": 10}, 5, 10, before=True, after=True),
    Asked({"after": 4, "before": 10, "first": 2}, 5, 7, before=True, after=True),
    Asked({"after": 4, "before": 10, "last": 2}, 8, 10, before=True, after=True),
    Asked({"after": 4, "before": 10, "first": 9}, 5, 10, before=True, after=True),
    Asked({"after": 4, "before": 10, "last": 9}, 5, 10, before=True, after=True),
    Asked({"after": 4, "before": 5}, 5, 5, before=True, after=True),
]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_page_is_what_was_asked_for(api: Api, kind: str) -> None:
    expected = await some(api, kind, 25)
    found = await cursors(api, kind)
    for asked in PAGES:
        arguments = {
            key: found[value] if key in {"after", "before"} and value is not None else value
            for key, value in asked.arguments.items()
        }
        got = await page(api, kind, **arguments)
        assert ids(got) == expected[asked.start : asked.end], asked
        info = got["pageInfo"]
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (asked.before, asked.after), asked
        assert [edge["cursor"] for edge in got["edges"]] == found[asked.start : asked.end], asked


@pytest.mark.parametrize(("side", "size", "flag"), [("before", "first", "Next"), ("after", "last", "Previous")])
async def test_where_a_page_stands_is_told_alone(api: Api, side: str, size: str, flag: str) -> None:
    """It takes a look at the page and one beside it, at the same state of the data."""
    await some(api, "Task", 3)
    middle = (await cursors(api, "Task"))[1]
    text = f"query ($of: String!) {{ tasksConnection({size}: 5, {side}: $of) {{ pageInfo {{ has{flag}Page }} }} }}"
    with api.statements() as seen:
        assert await api.field(text, of=middle) == {"pageInfo": {f"has{flag}Page": True}}
    assert len(seen) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_a_window_without_an_inside_is_empty(api: Api, kind: str) -> None:
    await some(api, kind, 5)
    found = await cursors(api, kind)
    for after, before in [(3, 1), (2, 2), (4, 0)]:
        for size in ({}, {"first": 2}, {"last": 2}):
            assert ids(await page(api, kind, after=found[after], before=found[before], **size)) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_has_a_page_too(api: Api, kind: str) -> None:
    for size in ({}, {"first": 0}, {"last": 0}, {"first": 5}, {"last": 5}):
        assert await page(api, kind, "id", "totalCount", **size) == {
            "edges": [],
            "nodes": [],
            "totalCount": 0,
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "arguments",
    [
        {"first": -1},
        {"last": -1},
        {"first": 101},
        {"last": 101},
        {"first": 2**31 - 1},
        {"last": -(2**31)},
        {"first": 1, "last": 1},
        {"first": 0, "last": 0},
        {"first": 101, "after": "zzz"},
    ],
)
async def test_pages_out_of_bounds_are_refused(api: Api, kind: str, arguments: dict[str, Any]) -> None:
    with api.statements() as seen:
        assert await code(api, kind, **arguments) == "INVALID_PAGE"
    assert seen == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_key_twice_in_an_order_is_refused(api: Api, kind: str) -> None:
    assert await code(api, kind, orderBy=[{"createdAt": "ASC"}, {"createdAt": "DESC"}]) == "INVALID_ORDER"


# ---- cursors ---------------------------------------------------------------------------------------------------------


def mistreated(cursor: str) -> dict[str, str]:
    """What no list has given as a cursor, by what it is."""
    return {
        "nothing": "",
        "a space": " ",
        "a word": "zzz",
        "a number": "10",
        "no base64": "!§$%",
        "a NUL": "\0",
        "half of a surrogate pair": "\ud800",
        "emoji": "🦕" * 10,
        "Relay's array offset": base64.b64encode(b"arrayconnection:1").decode(),
        "an id": base64.urlsafe_b64encode(b"Task:1").decode().rstrip("="),
        "JSON": base64.urlsafe_b64encode(b'{"createdAt": "2025-01-01T00:00:00Z", "id": 1}').decode().rstrip("="),
        "a JSON list": base64.urlsafe_b64encode(b"[]").decode().rstrip("="),
        "deep JSON": base64.urlsafe_b64encode(b"[" * 50_000).decode().rstrip("="),
        "a JSON number that is none": base64.urlsafe_b64encode(b"[NaN, Infinity, 1e999]").decode().rstrip("="),
        "huge": "A" * 100_000,
        "padded": cursor + "=",
        "with a space before": " " + cursor,
        "with a newline after": cursor + "\n",
        "twice": cursor * 2,
        "half": cursor[: len(cursor) // 2],
        "the other half": cursor[len(cursor) // 2 :],
        "all but the first": cursor[1:],
        "all but the last": cursor[:-1],
        "backwards": cursor[::-1],
        "in upper case": cursor.upper(),
    }


@pytest.mark.parametrize("kind", KINDS)
async def test_garbage_is_no_cursor(api: Api, kind: str) -> None:
    await some(api, kind, 3)
    (cursor,) = await cursors(api, kind, filter={}) and (await cursors(api, kind))[1:2]
    for what, garbage in mistreated(cursor).items():
        for arguments in ({"after": garbage}, {"before": garbage, "last": 1}, {"after": cursor, "before": garbage}):
            with api.statements() as seen:
                assert await code(api, kind, **arguments) == "INVALID_CURSOR", what
            assert seen == []


def tampered(cursor: str) -> list[str]:
    """Cursors of which a character, or a number inside, was changed."""
    decoded = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    numbers = [
        decoded[: found.start()] + number + decoded[found.end() :]
        for found in re.finditer(rb"\d+", decoded)
        for number in (b"0", b"9" * 19, b"9" * 40, b"-1", b"1e5", b"null")
    ]
    return [
        *(cursor[:place] + "A9_"[place % 3] + cursor[place + 1 :] for place in range(len(cursor))),
        *(base64.urlsafe_b64encode(changed).decode().rstrip("=") for changed in numbers),
    ]


@pytest.mark.parametrize(
    "order", [[{"createdAt": "DESC"}], [{"dueAt": "ASC"}], [{"title": "ASC"}, {"priority": "ASC"}]]
)
async def test_a_tampered_cursor_is_a_cursor_or_is_refused(api: Api, order: list[dict[str, str]]) -> None:
    for due in (None, "2026-01-01T00:00:00Z"):
        await api.create_task("x", dueAt=due)
    for cursor in await cursors(api, "Task", orderBy=order):
        for changed in tampered(cursor):
            answer = await api.answer(query("Task"), after=changed, orderBy=order)
            assert {error["extensions"]["code"] for error in answer.get("errors", [])} <= {"INVALID_CURSOR"}, changed


async def test_a_cursor_of_another_order_is_refused(api: Api) -> None:
    for kind in KINDS:
        await some(api, kind, 2)
    orders: list[tuple[str, list[dict[str, str]]]] = [
        (kind, [{key: direction}]) for kind in KINDS for key in ORDERS[kind] for direction in ("ASC", "DESC")
    ]
    orders.append(("Task", [{"title": "ASC"}, {"createdAt": "ASC"}]))
    orders.append(("Task", [{"createdAt": "ASC"}, {"title": "ASC"}]))
    orders.append(("Task", [{"title": "ASC"}, {"createdAt": "DESC"}]))
    found = [(kind, order, (await cursors(api, kind, orderBy=order))[0]) for kind, order in orders]
    for kind, order, own in found:
        assert len(ids(await page(api, kind, orderBy=order, after=own))) == 1
    for (_, other, cursor), (kind, order, _) in permutations(found, 2):
        if {key for each in other for key in each} & {
            key for each in order for key in each
        }:  # the likeliest to be mixed up
            assert await code(api, kind, orderBy=order, after=cursor) == "INVALID_CURSOR"


@pytest.mark.parametrize("kind", KINDS)
async def test_the_default_order_is_an_order_like_others(api: Api, kind: str) -> None:
    expected = await some(api, kind, 3)
    owns: list[dict[str, Any]] = [{}, {"orderBy": None}, {"orderBy": []}, {"orderBy": [{"createdAt": "DESC"}]}]
    for own in owns:
        cursor = (await cursors(api, kind, **own))[0]
        for other in (owns[0], owns[-1]):
            assert ids(await page(api, kind, after=cursor, **other)) == expected[1:]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cursor_outlives_its_row_and_those_before_it(api: Api, kind: str) -> None:
    rows = await some(api, kind, 6)
    cursor = (await cursors(api, kind))[2]
    await delete(api, kind, rows[0])
    (newest,) = await create(api, kind, "new")
    assert ids(await page(api, kind, after=cursor)) == rows[3:]
    await delete(api, kind, rows[2])
    following, preceding = await page(api, kind, after=cursor), await page(api, kind, before=cursor, last=5)
    assert (ids(following), following["pageInfo"]["hasPreviousPage"]) == (rows[3:], True)
    assert (ids(preceding), preceding["pageInfo"]["hasNextPage"]) == ([newest, rows[1]], True)
    await delete(api, kind, newest)
    await delete(api, kind, rows[1])
    for size in ({}, {"first": 0}):  # nothing is left before it
        assert (await page(api, kind, after=cursor, **size))["pageInfo"]["hasPreviousPage"] is False
    for row in rows[3:]:
        await delete(api, kind, row)
    for arguments in ({"after": cursor}, {"before": cursor}, {"before": cursor, "last": 1}):
        info = (await page(api, kind, **arguments))["pageInfo"]
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (False, False)


async def test_a_cursor_is_a_place_that_its_row_may_leave(api: Api) -> None:
    first, second, third = [(await api.create_task(title))["id"] for title in ("a", "b", "c")]
    by_title = [{"title": "ASC"}]
    cursor = (await cursors(api, "Task", orderBy=by_title))[1]
    await api.field('mutation ($id: ID!) { updateTask(id: $id, patch: {title: "d"}) { __typename } }', id=second)
    assert ids(await page(api, "Task", orderBy=by_title, after=cursor)) == [third, second]
    assert ids(await page(api, "Task", orderBy=by_title, before=cursor, last=5)) == [first]


# ---- orders ----------------------------------------------------------------------------------------------------------

TASK = "id title priority completed completedAt dueAt createdAt updatedAt category { name }"
NODES = {"Task": TASK, "Category": "id name createdAt updatedAt", "Tag": "id name createdAt"}


async def few_of_each(api: Api, raw: Raw) -> None:
    """Create rows that share values, half of them without those that may be null."""
    dues = ["2026-01-01T00:00:00Z", None, "0001-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999998Z", None]
    for n in range(12):
        await api.create_task(
            ["b", "B", "ä", "A", "Z", "zz"][n % 6],
            dueAt=dues[n % 5],
            completed=n % 3 == 0,
            priority=model.PRIORITIES[n % 4],
            category=None if n % 4 == 0 else {"name": (await categories(api))[n % 3]},
        )
    for kind in ("Category", "Tag"):
        await create(api, kind, "b", "Ä", "a", "ß", "SST", "🦕")
    for table in ("tasks", "categories", "tags"):  # some of one moment
        await raw.execute(
            f"UPDATE {table} SET created_at = timestamptz '2026-01-01' + id % 3 * interval '1 microsecond'"
        )


async def categories(api: Api) -> list[str]:
    names = ["Home", "office", "Äcker"]
    if not await api.field("{ categories { id } }"):
        await create(api, "Category", *names)
    return names


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in KINDS for key in ORDERS[kind]])
async def test_every_order_is_walked_from_either_end(api: Api, raw: Raw, kind: str, key: str) -> None:
    await few_of_each(api, raw)
    rows = (await page(api, kind, NODES[kind], first=100))["nodes"]
    for direction in ("ASC", "DESC"):
        order = [{key: direction}]
        expected = [row["id"] for row in model.ordered(rows, order)]
        for size in (1, 5):
            assert await walk(api, kind, [size], orderBy=order) == expected
            assert await walk(api, kind, [size], backwards=True, orderBy=order) == expected


@pytest.mark.parametrize("keys", list(permutations(["dueAt", "completedAt", "categoryName"], 2)))
async def test_two_keys_are_walked_from_either_end(api: Api, raw: Raw, keys: tuple[str, str]) -> None:
    await few_of_each(api, raw)
    rows = (await page(api, "Task", TASK, first=100))["nodes"]
    for first, second in [("ASC", "DESC"), ("DESC", "ASC"), ("DESC", "DESC")]:
        order = [{keys[0]: first}, {keys[1]: second}]
        expected = [row["id"] for row in model.ordered(rows, order)]
        assert await walk(api, "Task", [2], orderBy=order) == expected
        assert await walk(api, "Task", [2], backwards=True, orderBy=order) == expected


@pytest.mark.parametrize("key", ["dueAt", "completedAt", "categoryName"])
async def test_any_two_places_make_a_window_across_nulls(api: Api, raw: Raw, key: str) -> None:
    await few_of_each(api, raw)
    for direction in ("ASC", "DESC"):
        order = [{key: direction}]
        whole = await page(api, "Task", first=100, orderBy=order)
        places = [edge["cursor"] for edge in whole["edges"]]
        for start, end in permutations(range(0, 12, 2), 2):
            got = await page(api, "Task", orderBy=order, after=places[start], before=places[end], first=100)
            assert ids(got) == ids(whole)[start + 1 : end]


FIXED = [
    ["completed"],
    ["completed", "dueAt"],
    ["dueAt", "completed"],
    ["priority", "completed", "title"],
    ["priority"],
]


@pytest.mark.parametrize("keys", FIXED)
async def test_a_cursor_is_a_place_in_the_order_whatever_the_filter(api: Api, raw: Raw, keys: list[str]) -> None:
    await few_of_each(api, raw)
    rows = (await page(api, "Task", TASK, first=100))["nodes"]
    for direction, other in [("ASC", "DESC"), ("DESC", "DESC")]:
        order = [{key: other if place % 2 else direction} for place, key in enumerate(keys)]
        expected = model.ordered(rows, order)
        places = await cursors(api, "Task", orderBy=order)
        for filter in ({"completed": True}, {"completed": False}, {"priority": {"eq": "LOW"}}):
            matching = [model.matches(model.TASK, row, filter) for row in expected]
            for at in range(0, len(places), 2):
                following = await page(api, "Task", orderBy=order, filter=filter, after=places[at])
                preceding = await page(api, "Task", orderBy=order, filter=filter, before=places[at], last=100)
                there = [row["id"] if matches else None for row, matches in zip(expected, matching, strict=True)]
                assert ids(following) == [id for id in there[at + 1 :] if id]
                assert ids(preceding) == [id for id in there[:at] if id]
                assert following["pageInfo"]["hasPreviousPage"] is any(matching[: at + 1])
                assert preceding["pageInfo"]["hasNextPage"] is any(matching[at:])


# ---- relevance -------------------------------------------------------------------------------------------------------


async def test_a_search_without_an_order_is_by_relevance(api: Api) -> None:
    for title, description in [
        ("Water the fern", None),
        ("Call the gardener", "About the fern, and the other fern"),
        ("Other", "Nothing"),
        ("Fern, fern, fern", "Fern"),
        ("Buy soil", "For the fern"),
        *((f"Fern {n}", None) for n in range(4)),  # of one relevance
    ]:
        await api.create_task(title, description=description)
    filter = {"search": "fern"}
    whole = await page(api, "Task", "id title", "totalCount", first=100, filter=filter)
    titles = [task["title"] for task in whole["nodes"]]
    assert whole["totalCount"] == len(titles) == 8
    assert titles[0] == "Fern, fern, fern"
    assert set(titles[-2:]) == {"Call the gardener", "Buy soil"}  # in the description only
    listed = await api.field("query ($filter: TaskFilter) { tasks(filter: $filter) { id } }", filter=filter)
    assert [task["id"] for task in listed] == ids(whole)
    for size in (1, 2, 3):
        assert await walk(api, "Task", [size], filter=filter) == ids(whole)
        assert await walk(api, "Task", [size], backwards=True, filter=filter) == ids(whole)
    by_relevance, by_time = whole["edges"][0]["cursor"], (await cursors(api, "Task"))[0]
    newest = [{"createdAt": "DESC"}]
    assert await code(api, "Task", filter=filter, orderBy=newest, after=by_relevance) == "INVALID_CURSOR"
    assert await code(api, "Task", after=by_relevance) == "INVALID_CURSOR"
    assert await code(api, "Task", filter=filter, after=by_time) == "INVALID_CURSOR"
    for garbage in tampered(by_relevance):
        answer = await api.answer(query("Task"), after=garbage, filter=filter)
        assert {error["extensions"]["code"] for error in answer.get("errors", [])} <= {"INVALID_CURSOR"}, garbage


async def test_a_task_that_fits_in_many_ways_has_a_cursor_too(api: Api) -> None:
    for title in ("Fern", "Ferns, ferny fernery", " ".join(f"fern{n}" for n in range(25))):
        await api.create_task(
            title, description=" ".join(f"fern{n}" for n in range(1_000)) if title == "Fern" else None
        )
    filter = {"search": "fern"}
    whole = await page(api, "Task", first=3, filter=filter)
    assert await walk(api, "Task", [1], filter=filter) == ids(whole)
    assert await walk(api, "Task", [1], backwards=True, filter=filter) == ids(whole)


async def test_an_order_is_stronger_than_relevance(api: Api) -> None:
    created = [(await api.create_task(title, description="fern"))["id"] for title in ("Fern b", "c", "Fern a")]
    filter = {"search": "fern"}
    assert ids(await page(api, "Task", filter=filter, orderBy=[{"createdAt": "ASC"}])) == created
    assert ids(await page(api, "Task", filter=filter, orderBy=[{"title": "DESC"}])) == [
        created[0],
        created[2],
        created[1],
    ]


# ---- statements ------------------------------------------------------------------------------------------------------


async def statement_count(api: Api, kind: str, selection: str, **arguments: Any) -> int:
    given = ", ".join(f"{key}: {value}" for key, value in arguments.items())
    with api.statements() as seen:
        await api.data(f"{{ {FIELDS[kind]}({given}) {{ {selection} }} }}")
    return len(seen)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_count_is_made_only_when_it_is_asked_for(api: Api, kind: str) -> None:
    await some(api, kind, 5)
    for first in (1, 2, 5):
        assert await statement_count(api, kind, "nodes { id }", first=first) == 1
        assert await statement_count(api, kind, "edges { cursor node { id } } nodes { id }", first=first) == 1
        assert await statement_count(api, kind, "nodes { id } totalCount", first=first) == 2
        plain = await statement_count(api, kind, f"nodes {{ id }} {'pageInfo { hasNextPage endCursor }'}", first=first)
        assert plain == 1
    assert await statement_count(api, kind, "totalCount", first=3) == 1


async def test_a_filter_is_counted_as_it_is_listed(api: Api) -> None:
    for n in range(5):
        await api.create_task(f"t{n}", completed=n < 3)
    for filter, count in [({}, 5), ({"completed": True}, 3), ({"title": {"in": []}}, 0)]:
        found = await page(api, "Task", "id", "totalCount", filter=filter, first=1)
        assert (found["totalCount"], len(found["nodes"])) == (count, min(count, 1))


async def test_the_number_of_statements_does_not_grow_with_the_rows(api: Api) -> None:
    for n in range(30):
        await api.create_task(f"t{n}", category={"name": (await categories(api))[n % 3]}, tags=[f"x{n % 7}", "y"])
    node = "title category { name } tags { name }"
    for first in (1, 30):
        for selection in (
            f"nodes {{ {node} }}",
            f"edges {{ node {{ {node} }} }}",
            f"nodes {{ {node} }} edges {{ node {{ {node} }} }}",
        ):
            assert await statement_count(api, "Task", selection, first=first) == 2
        assert await statement_count(api, "Task", f"nodes {{ {node} }} totalCount", first=first) == 3
    few = await statement_count(api, "Task", "pageInfo { hasNextPage hasPreviousPage } nodes { id }", last=1)
    assert await statement_count(api, "Task", "pageInfo { hasNextPage hasPreviousPage } nodes { id }", last=29) == few


# ---- while others write ----------------------------------------------------------------------------------------------

MANY = 10_000


async def many_tasks(api: Api, raw: Raw) -> list[str]:
    """Copy a task until there are 10,000, seven of each moment, and return their ids, oldest first."""
    await api.create_task("Water the plants")
    columns = [
        column.name
        for column in models.Task.__table__.columns
        if column.name not in {"id", "created_at"} and column.computed is None
    ]
    await raw.execute("UPDATE tasks SET created_at = timestamptz '2026-01-01'")
    await raw.execute(
        f"INSERT INTO tasks ({', '.join(columns)}, created_at) SELECT {', '.join(columns)}, "
        "created_at + n / 7 * interval '1 second' FROM tasks, generate_series(1, $1::int - 1) n ORDER BY n",
        MANY,
    )
    await raw.execute("ANALYZE tasks")
    return [
        base64.urlsafe_b64encode(f"Task:{id}".encode()).decode().rstrip("=")
        for (id,) in await raw.fetch("SELECT id FROM tasks ORDER BY created_at, id")
    ]


def met_once(met: list[str], before: list[str], created: set[str], deleted: set[str]) -> None:
    """Whoever was there all the time was met, nobody twice, and all in their order."""
    once = set(met)
    assert len(once) == len(met)
    assert set(before) - deleted <= once <= set(before) | created
    assert [id for id in met if id not in created] == [id for id in before if id in once]


@pytest.mark.parametrize(("direction", "backwards"), [("ASC", True)])
async def test_who_stays_is_met_once_while_others_write_between_pages(
    api: Api, raw: Raw, direction: str, backwards: bool
) -> None:
    oldest_first = await many_tasks(api, raw)
    before = oldest_first if (direction == "ASC") is not backwards else oldest_first[::-1]  # as it will be walked
    random, created, deleted, met = Random(1), set[str](), set[str](), list[str]()
    order = [{"createdAt": direction}]
    async for found in pages(api, "Task", [100], backwards=backwards, orderBy=order):
        now = ids(found)[::-1] if backwards else ids(found)
        assert not deleted & set(now)
        met += now
        ahead = [id for id in random.sample(before[len(met) + 3 :], 1) if id not in deleted] if len(met) < 9_900 else []
        for id in {now[-1], *now[:1], *ahead} - deleted:  # the last, where the next page begins, among them
            await delete(api, "Task", id)
            deleted.add(id)
        created.update(await create(api, "Task", "new"))
    assert len(deleted) > 150
    met_once(met, before, created, deleted)


@asynccontextmanager
async def churn(api: Api, before: list[str]) -> AsyncIterator[tuple[set[str], set[str]]]:
    """Other clients create and delete meanwhile, without a pause."""
    created, deleted, done = set[str](), set[str](), asyncio.Event()

    async def client(number: int) -> None:
        random = Random(number)
        mine = before[number::4]
        random.shuffle(mine)
        while not done.is_set() and mine:
            created.update(await create(api, "Task", "new"))
            deleted.add(mine[-1])
            await delete(api, "Task", mine.pop())

    async with asyncio.TaskGroup() as clients:
        for number in range(2):
            clients.create_task(client(number))
        try:
            yield created, deleted
        finally:
            done.set()


@pytest.mark.parametrize(("direction", "backwards"), [("DESC", False)])
async def test_who_stays_is_met_once_while_others_write_all_the_time(
    api: Api, raw: Raw, direction: str, backwards: bool
) -> None:
    oldest_first = await many_tasks(api, raw)
    before = oldest_first if (direction == "ASC") is not backwards else oldest_first[::-1]
    met: list[str] = []
    async with churn(api, before) as (created, deleted):
        async for found in pages(api, "Task", [100], backwards=backwards, orderBy=[{"createdAt": direction}]):
            met += ids(found)[::-1] if backwards else ids(found)
    assert created
    assert deleted
    met_once(met, before, created, deleted)


async def test_a_walk_has_as_many_pages_as_it_needs(api: Api) -> None:
    await some(api, "Task", 10)
    found = [got async for got in pages(api, "Task", [5])]
    assert [len(ids(got)) for got in found] == [5, 5]
    assert all(one["pageInfo"]["endCursor"] != other["pageInfo"]["endCursor"] for one, other in pairwise(found))
