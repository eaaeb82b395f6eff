"""Filters, searches and orders answer what the model says, whatever is asked, on servers of different locales."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from os import environ
from random import Random
from typing import Any, NamedTuple, TypeAlias
from unicodedata import normalize

import asyncpg
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from gql_api import db, migrations
from tests.api import Api
from tests.conftest import Raw, Server, api_on, connected
from tests.schema import model
from tests.schema.model import Filter, Row, global_id
from tests.schema.walk import ARGUMENTS, FIELDS, ids, pages, variables

Order: TypeAlias = Sequence[Mapping[str, str]] | None
Strategy: TypeAlias = st.SearchStrategy[Any]

pytestmark = pytest.mark.timeout(7200)  # a failing example is made smaller before it is shown, and that takes its time

LOCALES = {
    "bytes": ["LOCALE 'C'"],
    "unicode": [  # the first that the server has; the more it does to text, the better
        "LOCALE_PROVIDER icu ICU_LOCALE 'sv' LOCALE 'C.UTF-8'",
        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST' LOCALE 'C.UTF-8'",
        "LOCALE 'en_US.UTF-8'",
        "LOCALE 'C.UTF-8'",
    ],
}

# ---- what there is to be found ---------------------------------------------------------------------------------------

WORDS = ["red", "redder", "RED", "Green", "blue", "bluebell", "Not"]
NASTY = [
    *("ß", "ẞ", "SS", "İ", "ı", "I", "i", "Ä", "A\u0308", "é", "e\u0301", "Σ", "σ", "ς", "ﬁ", "FI"),
    *(
        "한",
        "\u1112\u1161\u11ab",
        "🦕",
        "%",
        "_",
        "\\",
        "'",
        '"',
        "''",
        "*",
        ":",
        "&",
        "|",
        "!",
        "(",
        " ",
        "\u00a0",
        "0",
    ),
]
CATEGORIES = ["Straße 1", "ÄPFEL", "istanbul İ", "Σίσυφος ς", "ﬁne 100%", "한 \\ 'q'", "zebra_"]
TAGS = ["red", "A\u0308pfel", "GROẞ", "ı", '"quoted"', "100%", "\\_", "🦕", "fine"]
MOMENTS = [f"2025-0{month}-01T00:00:00.00000{month % 3}+00:00" for month in range(1, 8)]
DUE = [*MOMENTS[:3], "2999-01-01T00:00:00+00:00", "2999-01-01T00:00:00.000001+00:00"]
TASKS = 48


def titles(random: Random) -> list[str]:
    def title() -> str:
        pieces = random.choices(WORDS + NASTY, k=random.randint(1, 5))
        return "".join(piece + random.choice(["", " ", " "]) for piece in pieces).strip()

    # Letters that show something, and some that differ in nothing but case or composition.
    return [f"{title()}{random.choice('aZß')}" for _ in range(TASKS - 6)] + [
        *("Straße", "STRASSE", "strasse"),
        *("\u00c4pfel", "A\u0308PFEL", "äpfel red blue"),
    ]


def task_inputs() -> list[dict[str, Any]]:
    random = Random(20)
    descriptions = [None, None, " red blue ", "blue red\nGreen", "%", "A\u0308 redder", "Σς\t", *titles(random)[:3]]
    return [
        {
            "title": title,
            "description": random.choice(descriptions),
            "completed": random.random() < 0.4,
            "priority": random.choice(model.PRIORITIES),
            "dueAt": random.choice([None, *DUE]),
            "category": random.choice([None, *({"name": name} for name in CATEGORIES[:-1])]),
            "tags": random.sample(TAGS[:-1], random.choice([0, 0, 1, 2, 4])),
        }
        for title in titles(random)
    ]


CREATE = """mutation ($task: CreateTaskInput!) { createTask(input: $task) { __typename } }"""
EVERYTHING = """{
    tasks(limit: 100) { id title description completed completedAt priority dueAt overdue createdAt updatedAt
        category { id name createdAt updatedAt } tags { id name } }
    categories(limit: 100) { id name createdAt updatedAt }
    tags(limit: 100) { id name createdAt } }"""


class World(NamedTuple):
    api: Api
    rows: Mapping[str, list[Row]]
    """All rows, by kind."""

    def __repr__(self) -> str:
        return "World()"  # a failing example is long enough without it


async def fill(api: Api, raw: Raw) -> None:
    for name in CATEGORIES:
        await api.create_category(name)
    for name in TAGS:
        await api.field("mutation ($n: String!) { createTag(input: {name: $n}) { __typename } }", n=name)
    for task in task_inputs():
        assert await api.field(CREATE, task=task) == {"__typename": "TaskSuccess"}, task
    random = Random(21)
    for table, columns in {
        "tasks": ["created_at", "updated_at", "completed_at"],
        "categories": ["created_at", "updated_at"],
        "tags": ["created_at"],
    }.items():
        for (id,) in await raw.fetch(f"SELECT id FROM {table} ORDER BY id"):
            for column in columns:
                found = model.moment(random.choice(MOMENTS))
                await raw.execute(f"UPDATE {table} SET {column} = $1 WHERE id = $2 AND {column} IS NOT NULL", found, id)


async def create_database(server: Server, options: list[str]) -> str:
    for option in options:
        with suppress(asyncpg.PostgresError):
            return await server.create(options=f"ENCODING 'UTF8' {option}")
    raise AssertionError(f"The server has none of these locales: {options}.")


@pytest.fixture(scope="module", params=LOCALES)
async def world(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[World]:
    name = await create_database(server, LOCALES[request.param])
    engine = db.create_engine(server.url(name))
    await migrations.upgrade(engine)
    await engine.dispose()
    async with api_on(server.url(name)) as api:
        async with connected(server.url(name)) as raw:
            await fill(api, raw)
        found = await api.data(EVERYTHING)
        assert len(found["tasks"]) == TASKS
        yield World(api, {"Task": found["tasks"], "Category": found["categories"], "Tag": found["tags"]})
    await server.drop(name)


# ---- what is asked ---------------------------------------------------------------------------------------------------


def some_of(keys: Mapping[str, Strategy], most: int = 3) -> Strategy:
    """A few of the keys; now and then null, which is "not given", or none."""

    def chosen(names: list[str]) -> Strategy:
        return st.fixed_dictionaries({name: seldom(None, keys[name]) for name in names})

    some = st.lists(st.sampled_from(sorted(keys)), unique=True, min_size=1, max_size=most).flatmap(chosen)
    return seldom({}, some)


def seldom(rare: Any, often: Strategy) -> Strategy:
    return st.integers(0, 19).flatmap(lambda dice: st.just(rare) if dice == 7 else often)


def lists(strategy: Strategy) -> Strategy:
    return st.lists(strategy, max_size=3)


REWRITINGS: list[Callable[[str], str]] = [
    str,
    lambda text: f" {text}\u3000",
    str.upper,
    str.lower,
    str.swapcase,
    lambda text: normalize("NFD", text),
    lambda text: normalize("NFC", text),
    lambda text: f" {text}\u3000",
]
TITLES = [task["title"] for task in task_inputs()]
DESCRIPTIONS = [task["description"] for task in task_inputs() if task["description"]]


def texts(written: Sequence[str]) -> Strategy:
    """Texts as they are written somewhere, or otherwise."""
    return st.builds(lambda text, rewrite: rewrite(text), st.sampled_from(written), st.sampled_from(REWRITINGS))


def parts(written: Sequence[str]) -> Strategy:
    """The beginning, the end, or a piece from the middle of a text."""

    def cut(text: str, start: int, length: int) -> str:
        return text[-length:] if start == 0 else text[start - 1 :][:length]

    return st.builds(cut, texts(written), st.integers(0, 3), st.integers(0, 3)) | st.sampled_from([*NASTY, ""])


def string_filters(written: Sequence[str]) -> Strategy:
    whole, part = texts(written), parts(written)
    return some_of(
        {
            **dict.fromkeys(("eq", "neq"), whole),
            **{key: lists(whole) for key in ("in", "notIn")},
            **dict.fromkeys(("contains", "startsWith", "endsWith"), part),
            "isNull": st.booleans(),
        },
        most=2,
    ).flatmap(lambda found: st.sampled_from([found, found, {**found, "caseSensitive": True}]))


def id_filters(kind: str, most: int) -> Strategy:
    one = st.integers(1, most).map(lambda number: global_id(kind, number))
    return some_of({"eq": one, "neq": one, "in": st.lists(one, max_size=most), "notIn": lists(one)}, most=2)


TIMES = st.sampled_from(
    [*MOMENTS, *DUE, "2025-03-01T00:00:00Z", "2025-03-01T02:00:00.000001+02:00", "1066-10-14T00:00:00Z"]
)
TIME_FILTERS = some_of({**dict.fromkeys(("eq", "gt", "gte", "lt", "lte"), TIMES), "isNull": st.booleans()}, most=2)
PRIORITY = st.sampled_from(model.PRIORITIES)
PRIORITY_FILTERS = some_of({"eq": PRIORITY, "in": lists(PRIORITY), "gte": PRIORITY, "lte": PRIORITY}, most=2)

TERMS = st.sampled_from(
    [
        *("red", "REDDER", "re", "blue", "b", "green", "not", "x"),
        *("-red", "-blue", '"red blue"', '-"blue red"', '"re"'),
    ]
)
SEARCHES = st.sampled_from(["", " ", "-", '""', "!", "🦕"]) | st.lists(
    st.lists(TERMS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=2
).flatmap(lambda alternatives: st.sampled_from([" or ", " OR "]).map(lambda word: word.join(alternatives)))


@cache
def category_filters(depth: int) -> Strategy:
    keys = {"id": id_filters("Category", 8), "name": string_filters(CATEGORIES)}
    return combined({**keys, "createdAt": TIME_FILTERS, "updatedAt": TIME_FILTERS}, depth, category_filters)


@cache
def tag_filters(depth: int) -> Strategy:
    return combined({"id": id_filters("Tag", 10), "name": string_filters(TAGS)}, depth, tag_filters)


@cache
def task_filters(depth: int) -> Strategy:
    keys: dict[str, Strategy] = {
        "search": SEARCHES,
        "id": id_filters("Task", TASKS + 1),
        "title": string_filters(TITLES),
        "description": string_filters(DESCRIPTIONS),
        "completed": st.booleans(),
        "overdue": st.booleans(),
        "priority": PRIORITY_FILTERS,
        **dict.fromkeys(("dueAt", "completedAt", "createdAt", "updatedAt"), TIME_FILTERS),
    }
    if depth > 0:
        within = category_filters(depth - 1)
        keys["category"] = st.booleans().map(lambda null: {"isNull": null}) | within.map(lambda one: {"is": one})
        keys["tags"] = st.builds(
            lambda quantifier, one: {quantifier: one},
            st.sampled_from(["some", "every", "none"]),
            tag_filters(depth - 1),
        )
    return combined(keys, depth, task_filters)


def combined(keys: Mapping[str, Strategy], depth: int, deeper: Callable[[int], Strategy]) -> Strategy:
    if depth > 0:
        within = deeper(depth - 1)
        keys = {**keys, "and": lists(within), "or": lists(within), "not": within}
    return some_of(keys)


def orders(*keys: str) -> Strategy:
    chosen = st.lists(st.sampled_from(keys), unique=True, max_size=3).flatmap(
        lambda names: st.tuples(
            *(st.sampled_from(["ASC", "DESC"]).map(lambda to, name=name: {name: to}) for name in names)  # type: ignore[misc]
        ).map(list)
    )
    return st.none() | chosen


TASK_ORDERS = orders(
    *("createdAt", "updatedAt", "dueAt", "completedAt", "title", "priority", "completed", "categoryName")
)
SIZES = st.lists(st.integers(2, 5), min_size=1, max_size=3) | st.just([1, 4])

MORE = float(environ.get("GQL_TEST_MORE", "1"))
"""How many times as many examples to try: more, and others each time, in `make soak`; fewer for a second look."""


def examples(number: int) -> int:
    return round(number * MORE)


many = settings(
    max_examples=examples(50),
    derandomize=MORE <= 1,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# ---- whether the answers are right -----------------------------------------------------------------------------------

LISTS = {"Task": "tasks", "Category": "categories", "Tag": "tags"}
TESTS = {"Task": model.TASK, "Category": model.CATEGORY, "Tag": model.TAG}


def by_relevance(filter: Filter | None, order: Order) -> bool:
    """Whether the order is one of which the model knows nothing: that of a search, where no other was asked for."""
    return not order and bool(model.words((filter or {}).get("search")))


async def check(
    world: World, kind: str, filter: Filter | None, order: Order, sizes: list[int], backwards: bool
) -> None:
    """Compare all that answers a filter and an order with what the model says."""
    rows = [row for row in world.rows[kind] if model.matches(TESTS[kind], row, filter or {})]
    expected = [row["id"] for row in model.ordered(rows, order)]
    event("everything" if len(rows) == len(world.rows[kind]) else "some" if rows else "nothing")
    count = "taskCount(filter: $filter)" if kind == "Task" else ""
    answer = await world.api.data(
        f"query ({variables(kind)}) {{ {LISTS[kind]}(filter: $filter, orderBy: $orderBy, limit: 100) {{ id }} {count} "
        f"{FIELDS[kind]}({ARGUMENTS}) {{ totalCount }} }}",
        filter=filter,
        orderBy=order,
        first=0,
    )
    listed = [row["id"] for row in answer[LISTS[kind]]]
    if by_relevance(filter, order):
        assert sorted(listed) == sorted(expected)
        expected = listed
    assert listed == expected
    assert answer[FIELDS[kind]]["totalCount"] == len(expected)
    assert answer.get("taskCount", len(expected)) == len(expected)
    longer = 1 + len(expected) // 15  # as many pages of a long list as of a shorter one
    await check_walk(world, kind, filter, order, [size * longer for size in sizes], backwards, expected)


async def check_walk(
    world: World, kind: str, filter: Filter | None, order: Order, sizes: list[int], backwards: bool, expected: list[str]
) -> None:
    """Every page is the next piece of the whole list, and says truly what is before and after it."""
    start, end = (len(expected), len(expected)) if backwards else (0, 0)
    turn = 0
    async for page in pages(world.api, kind, sizes, backwards=backwards, filter=filter, orderBy=order):
        size = sizes[turn % len(sizes)]
        start, end = (max(0, start - size), start) if backwards else (end, min(len(expected), end + size))
        assert ids(page) == expected[start:end]
        info = page["pageInfo"]
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (start > 0, end < len(expected))
        turn += 1
    assert start == 0 if backwards else end == len(expected)


def test_the_model_reads_what_the_api_computes(world: World) -> None:
    assert [model.overdue(task) for task in world.rows["Task"]] == [task["overdue"] for task in world.rows["Task"]]


@many
@given(filter=st.none() | task_filters(4), order=TASK_ORDERS, sizes=SIZES, backwards=st.booleans())
@example(filter={"not": {"description": {"contains": ""}}}, order=None, sizes=[5], backwards=False)
@example(filter={"not": {"or": []}, "and": []}, order=[], sizes=[5], backwards=True)
@example(filter={"tags": {"every": {"or": []}}}, order=[{"title": "ASC"}], sizes=[3], backwards=False)
@example(filter={"category": {"is": {"not": {"id": {"in": []}}}}}, order=None, sizes=[5], backwards=False)
@example(filter={"not": {"category": {"is": {"name": {"neq": "ZEBRA_"}}}}}, order=None, sizes=[5], backwards=False)
@example(filter={"not": {"dueAt": {"lt": "2999-01-01T00:00:00Z"}}}, order=None, sizes=[5], backwards=False)
@example(filter={"not": {"overdue": True}}, order=[{"dueAt": "DESC"}], sizes=[4], backwards=True)
@example(filter={"title": {"contains": "%"}}, order=None, sizes=[1], backwards=False)
@example(filter={"title": {"startsWith": "\\", "caseSensitive": True}}, order=None, sizes=[1], backwards=False)
@example(filter={}, order=[{"categoryName": "DESC"}, {"completedAt": "ASC"}], sizes=[1, 2], backwards=True)
@example(filter={}, order=[{"title": "DESC"}], sizes=[1], backwards=False)
async def test_tasks(world: World, filter: Filter | None, order: Order, sizes: list[int], backwards: bool) -> None:
    await check(world, "Task", filter, order, sizes, backwards)


@settings(many, max_examples=examples(30))
@given(
    filter=st.none() | category_filters(3),
    order=orders("name", "createdAt", "updatedAt"),
    sizes=SIZES,
    backwards=st.booleans(),
)
async def test_categories(world: World, filter: Filter | None, order: Order, sizes: list[int], backwards: bool) -> None:
    await check(world, "Category", filter, order, sizes, backwards)


@settings(many, max_examples=examples(30))
@given(filter=st.none() | tag_filters(3), order=orders("name", "createdAt"), sizes=SIZES, backwards=st.booleans())
async def test_tags(world: World, filter: Filter | None, order: Order, sizes: list[int], backwards: bool) -> None:
    await check(world, "Tag", filter, order, sizes, backwards)


@settings(many, max_examples=examples(25))
@given(search=SEARCHES, order=TASK_ORDERS, sizes=SIZES)
@example(search="red", order=None, sizes=[1])
@example(search='blue -red or "red blue" gree', order=[{"title": "ASC"}], sizes=[2])
async def test_searches(world: World, search: str, order: Order, sizes: list[int]) -> None:
    await check(world, "Task", {"search": search}, order, sizes, backwards=False)


TEXT_FILTERS = st.one_of(
    string_filters(TITLES).map(lambda found: {"title": found}),
    string_filters(DESCRIPTIONS).map(lambda found: {"description": found}),
    string_filters(CATEGORIES).map(lambda found: {"category": {"is": {"name": found}}}),
    string_filters(TAGS).map(lambda found: {"tags": {"some": {"name": found}}}),
)


@settings(many, max_examples=examples(125))
@given(filter=TEXT_FILTERS, negated=st.booleans())
async def test_texts(world: World, filter: Filter, negated: bool) -> None:
    filter = {"not": filter} if negated else filter
    expected = [task["id"] for task in world.rows["Task"] if model.matches(model.TASK, task, filter)]
    found = await world.api.field("query ($f: TaskFilter) { tasks(filter: $f, limit: 100) { id } }", f=filter)
    assert [task["id"] for task in found] == expected


# ---- by hand: the model itself could be wrong ------------------------------------------------------------------------

BY_HAND: list[tuple[Filter, set[str]]] = [
    ({"title": {"eq": "STRASSE"}}, {"Straße"}),
    ({"title": {"eq": " strasse\u3000"}}, {"Straße"}),
    ({"title": {"eq": "STRASSE", "caseSensitive": True}}, set()),
    ({"title": {"eq": " Straße ", "caseSensitive": True}}, {"Straße"}),
    ({"title": {"contains": "RASS"}}, {"Straße"}),
    ({"title": {"contains": " straße"}}, set()),
    ({"title": {"contains": ""}}, {"Straße", "Äpfel 100%", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"title": {"contains": "%"}}, {"Äpfel 100%"}),
    ({"title": {"contains": "a_b"}}, {"a_b"}),
    ({"title": {"contains": "a%b"}}, set()),
    ({"title": {"contains": "_"}}, {"a_b"}),
    ({"title": {"startsWith": "A\u0308P"}}, {"Äpfel 100%"}),
    ({"title": {"startsWith": "a"}}, {"a_b"}),
    ({"title": {"endsWith": "σίσυφος"[-3:]}}, {"ΣΊΣΥΦΟΣ"}),
    ({"title": {"in": ["CAFÉ", "A_B"]}}, {"cafe\u0301", "a_b"}),
    ({"title": {"in": ["café"], "caseSensitive": True}}, set()),
    ({"title": {"in": []}}, set()),
    ({"description": {"neq": "red wine"}}, {"Äpfel 100%", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"description": {"notIn": ["RED WINE"]}}, {"Äpfel 100%", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"description": {"eq": " red wine"}}, set()),
    ({"description": {"isNull": True}}, {"ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"not": {"description": {"eq": "red wine"}}}, {"Äpfel 100%", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"not": {"dueAt": {"lt": "9999-01-01T00:00:00Z"}}}, {"Äpfel 100%", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"dueAt": {"eq": "2999-12-31T23:00:00-01:00"}}, {"Straße"}),
    ({"not": {"overdue": True}, "priority": {"gte": "LOW", "lte": "HIGH"}}, {"Straße"}),
    ({"or": []}, set()),
    ({"and": []}, {"Straße", "Äpfel 100%", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"or": [{}, {"title": None, "and": None}]}, {"Straße", "Äpfel 100%", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"not": {}}, set()),
    ({"category": {"is": {"name": {"neq": "GRÜN"}}}}, {"a_b"}),
    ({"not": {"category": {"is": {"name": {"eq": "Grün"}}}}}, {"ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301", "Äpfel 100%"}),
    ({"tags": {"every": {"name": {"eq": "X"}}}}, {"Straße", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"tags": {"some": {"name": {"eq": "X"}}}}, {"Straße", "Äpfel 100%"}),
    ({"tags": {"none": {"name": {"eq": "y"}}}}, {"Straße", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
    ({"tags": {"some": {"not": {}}}}, set()),
    ({"search": "strasse"}, {"Straße"}),
    ({"search": "STRAß"}, {"Straße"}),
    ({"search": "stra wine"}, set()),
    ({"search": "straße wi"}, {"Straße"}),
    ({"search": '"wine red"'}, {"Äpfel 100%"}),
    ({"search": '"red wine"'}, {"Straße"}),
    ({"search": '"red wi"'}, set()),
    ({"search": "wine -straße"}, {"Äpfel 100%"}),
    ({"search": "café or 100"}, {"cafe\u0301", "Äpfel 100%"}),
    ({"search": "σισυφος"}, set()),
    ({"search": "σίσυφο"}, {"ΣΊΣΥΦΟΣ"}),
    ({"search": "apfel"}, set()),
    ({"search": "  "}, {"Straße", "Äpfel 100%", "ΣΊΣΥΦΟΣ", "a_b", "cafe\u0301"}),
]


async def test_by_hand(api: Api) -> None:
    category = {"create": {"name": "Grün"}}
    due = "3000-01-01T00:00:00Z"
    await api.create_task("Straße", description="red wine", priority="HIGH", dueAt=due, category=category, tags=["x"])
    await api.create_task("Äpfel 100%", description="Wine, red", tags=["X", "y"])
    await api.create_task("ΣΊΣΥΦΟΣ")
    await api.create_task("a_b", category={"create": {"name": "Rot"}})
    await api.create_task("cafe\u0301", priority="URGENT")
    list_query = "query ($filter: TaskFilter) { tasks(filter: $filter) { title } }"
    wrong = []
    for filter, expected in BY_HAND:
        found = {task["title"] for task in await api.field(list_query, filter=filter)}
        if found != expected:
            wrong.append((filter, found))
    assert wrong == []


# ---- what is not even looked at --------------------------------------------------------------------------------------


def within(depth: int, filter: dict[str, Any]) -> dict[str, Any]:
    for _ in range(depth):
        filter = {"not": filter}
    return filter


MANY: list[tuple[str, Any]] = [
    ("Task", lambda size: {"and": [{}] * size}),
    ("Task", lambda size: {"or": [{"completed": True}] * size}),
    ("Task", lambda size: {"id": {"in": [global_id("Task", 1)] * size}}),
    ("Task", lambda size: {"title": {"in": ["x"] * size}}),
    ("Task", lambda size: {"not": {"description": {"notIn": ["x"] * size}}}),
    ("Task", lambda size: {"priority": {"in": ["LOW"] * size}}),
    ("Task", lambda size: {"category": {"is": {"name": {"in": ["x"] * size}}}}),
    ("Task", lambda size: {"tags": {"some": {"or": [{}] * size}}}),
    ("Category", lambda size: {"and": [{}] * size}),
    ("Category", lambda size: {"name": {"notIn": ["x"] * size}}),
    ("Tag", lambda size: {"or": [{}] * size}),
    ("Tag", lambda size: {"name": {"in": ["x"] * size}}),
]
NESTED: list[tuple[str, Any]] = [
    ("Task", lambda depth: within(depth, {})),
    ("Task", lambda depth: {"and": [within(depth - 1, {"completed": True})]}),
    ("Task", lambda depth: {"or": [{}, within(depth - 1, {"completed": True})]}),
    ("Category", lambda depth: within(depth, {})),
    ("Tag", lambda depth: within(depth, {})),
]


async def refused(api: Api, kind: str, filter: Filter) -> str:
    """Return the code with which a filter is refused before anything is executed."""
    found = set()
    for field, selection in ((LISTS[kind], "{ id }"), (FIELDS[kind], "{ totalCount }")):
        with api.statements() as seen:
            error = await api.error(
                f"query ($filter: {kind}Filter) {{ {field}(filter: $filter) {selection} }}", filter=filter
            )
        assert seen == []
        found.add(error["extensions"]["code"])
    (code,) = found
    return str(code)


async def test_lists_in_filters_have_at_most_100_elements(api: Api) -> None:
    for kind, filter in MANY:
        query = f"query ($filter: {kind}Filter) {{ {LISTS[kind]}(filter: $filter) {{ id }} }}"
        assert await api.field(query, filter=filter(100)) == []
        assert await refused(api, kind, filter(101)) == "BAD_USER_INPUT"


async def test_filters_have_at_most_five_others_within_one_another(api: Api) -> None:
    for kind, filter in NESTED:
        query = f"query ($filter: {kind}Filter) {{ {LISTS[kind]}(filter: $filter) {{ id }} }}"
        assert await api.field(query, filter=filter(5)) == []
        for depth in (6, 7):
            assert await refused(api, kind, filter(depth)) == "BAD_USER_INPUT"
        assert await refused(api, kind, filter(50)) == "VARIABLES_TOO_DEEP"


@pytest.mark.parametrize(
    ("filter", "code"),
    [
        ({"title": {"contains": "a\0b"}}, "BAD_USER_INPUT"),
        ({"title": {"in": ["fine", "\ud800"]}}, "BAD_USER_INPUT"),
        ({"search": "a\0b"}, "BAD_USER_INPUT"),
        ({"search": "\udfff"}, "BAD_USER_INPUT"),
        ({"tags": {"some": {"name": {"eq": "\0"}}}}, "BAD_USER_INPUT"),
        ({"category": {}}, "BAD_USER_INPUT"),
        ({"category": {"is": None}}, "BAD_USER_INPUT"),
        ({"category": {"is": {}, "isNull": True}}, "BAD_USER_INPUT"),
        ({"tags": {"some": {}, "none": {}}}, "BAD_USER_INPUT"),
        ({"and": [None]}, "BAD_USER_INPUT"),
        ({"title": {"caseSensitive": None}}, "BAD_USER_INPUT"),
        ({"dueAt": {"eq": "2025-02-30T00:00:00Z"}}, "BAD_USER_INPUT"),
        ({"id": {"eq": global_id("Category", 1)}}, "INVALID_ID"),
        ({"not": {"id": {"in": ["zzz"]}}}, "INVALID_ID"),
        ({"tags": {"none": {"id": {"neq": global_id("Task", 1)}}}}, "INVALID_ID"),
    ],
)
async def test_what_is_no_filter_is_refused(api: Api, filter: Filter, code: str) -> None:
    assert await refused(api, "Task", filter) == code
