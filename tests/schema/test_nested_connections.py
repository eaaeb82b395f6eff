"""Tasks below categories and tags: the same as from the root, in statements that do not grow with the parents."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api import Api
from tests.conftest import api_on
from tests.schema import model
from tests.schema.walk import ARGUMENTS, FIELDS, PAGE_INFO, query

LISTS = {"Category": "categories", "Tag": "tags"}
ALL = {**LISTS, "Task": "tasks"}
SINGLES = {"Category": "category", "Tag": "tag"}
PARENTS = sorted(LISTS)
TASKS = "edges { cursor node { id } } nodes { id title completed category { id name } tags { id name } }"
VARIABLES = "$filter: TaskFilter, $orderBy: [TaskOrder!], $first: Int, $after: String, $last: Int, $before: String"
CONNECTION = f"tasksConnection({ARGUMENTS}) {{ {TASKS} totalCount {PAGE_INFO} }}"
AT_ROOT = f"query ({VARIABLES}) {{ taskCount(filter: $filter) {CONNECTION} }}"


@pytest.fixture
async def api(database: str) -> AsyncIterator[Api]:
    """An API where more can be asked for at once than a front end would."""
    async with api_on(database, max_root_fields=100, max_aliases=100, max_cost=10_000_000) as api:
        yield api


async def some(api: Api, parents: int = 5, tasks: int = 24) -> None:
    """Create categories and tags, tasks that are in or with them, and some of each that are alone."""
    names = [f"p{n}" for n in range(parents)]
    for kind in PARENTS:
        creates = (f'c{n}: create{kind}(input: {{name: "{name}"}}) {{ __typename }}' for n, name in enumerate(names))
        await api.data(f"mutation {{ {' '.join(creates)} }}")
    for n in range(tasks):
        await api.create_task(
            f"t{n % 7}",
            category=None if n % 6 == 0 else {"name": names[n % (parents - 1)]},
            tags=[name for place, name in enumerate(names[:-1]) if (n + place) % 3 == 0],
            completed=n % 4 == 0,
            dueAt=None if n % 3 == 0 else f"2026-01-{n % 5 + 1:02}T00:00:00Z",
            description="fern" if n % 2 else None,
        )


async def first_of(api: Api, kind: str) -> list[str]:
    """Return the ids of all of a kind, the first first."""
    return [
        row["id"] for row in await api.field(f"{{ {ALL[kind]}(orderBy: [{{createdAt: ASC}}], limit: 100) {{ id }} }}")
    ]


def nested(kind: str) -> str:
    return f"query ({VARIABLES}) {{ {LISTS[kind]}(limit: 100) {{ id taskCount(filter: $filter) {CONNECTION} }} }}"


def belonging(kind: str, id: str, filter: dict[str, Any] | None) -> dict[str, Any]:
    """Return the filter that says at the root what the parent says in place."""
    relation = (
        {"category": {"is": {"id": {"eq": id}}}} if kind == "Category" else {"tags": {"some": {"id": {"eq": id}}}}
    )
    return {"and": [relation, filter or {}], "search": (filter or {}).get("search")}


ASKED: list[dict[str, Any]] = [
    {},
    {"first": 0},
    {"last": 0},
    {"first": 2},
    {"last": 2},
    {"first": 100, "filter": {}},
    {"first": 2, "filter": {"completed": False}},
    {"last": 3, "filter": {"title": {"in": ["T1", "t2", "t3"]}}, "orderBy": [{"title": "ASC"}]},
    {"first": 3, "orderBy": [{"dueAt": "DESC"}, {"title": "ASC"}]},
    {"last": 1, "orderBy": [{"categoryName": "DESC"}, {"priority": "ASC"}]},
    {"first": 2, "filter": {"search": "fern"}},
    {"first": 2, "filter": {"search": "fern"}, "orderBy": [{"createdAt": "ASC"}]},
    {"first": 2, "filter": {"category": {"isNull": True}}},
    {"first": 2, "filter": {"category": {"is": {"name": {"neq": "p1"}}}}, "orderBy": [{"categoryName": "ASC"}]},
    {"last": 2, "filter": {"tags": {"some": {"name": {"in": ["p0", "p2"]}}}}},
    {"first": 2, "filter": {"tags": {"every": {"name": {"eq": "p2"}}}}},
    {"first": 2, "filter": {"or": []}},
]


@pytest.mark.parametrize("kind", PARENTS)
async def test_each_parent_answers_what_the_root_answers_with_a_filter(api: Api, kind: str) -> None:
    await some(api)
    for asked in ASKED:
        parents = await api.field(nested(kind), **asked)
        assert len(parents) == 5
        for parent in parents:
            own = asked | {"filter": belonging(kind, parent["id"], asked.get("filter"))}
            at_root = await api.data(AT_ROOT, **own)
            assert parent["taskCount"] == at_root["taskCount"], asked
            assert parent["tasksConnection"] == at_root["tasksConnection"], asked
        filled = [len(parent["tasksConnection"]["nodes"]) for parent in parents]
        assert (
            any(filled)
            or asked.get("first") == 0
            or asked.get("last") == 0
            or "isNull" in repr(asked)
            or "or" in asked["filter"]
        )


@pytest.mark.parametrize("kind", PARENTS)
@pytest.mark.parametrize(
    "order", [None, [{"dueAt": "ASC"}], [{"dueAt": "DESC"}, {"title": "ASC"}], [{"categoryName": "ASC"}]]
)
async def test_a_page_goes_on_in_place_and_at_the_root(api: Api, kind: str, order: list[dict[str, str]] | None) -> None:
    await some(api)
    for parent in await api.field(nested(kind), first=2, orderBy=order):
        whole = (await api.data(AT_ROOT, filter=belonging(kind, parent["id"], None), first=100, orderBy=order))[
            "tasksConnection"
        ]
        ids = [node["id"] for node in whole["nodes"]]
        cursors = [edge["cursor"] for edge in whole["edges"]]
        assert [edge["cursor"] for edge in parent["tasksConnection"]["edges"]] == cursors[:2]
        single = (
            f"query ({VARIABLES}, $id: ID!) {{ node(id: $id) {{ ... on {kind} {{ tasksConnection({ARGUMENTS}) "
            f"{{ nodes {{ id }} {PAGE_INFO} }} }} }} }}"
        )
        for place in sorted({0, 1, len(ids) // 2, len(ids) - 1} & {*range(len(ids))}):
            cursor = cursors[place]
            rest = (await api.field(single, id=parent["id"], first=2, after=cursor, orderBy=order))["tasksConnection"]
            assert [node["id"] for node in rest["nodes"]] == ids[place + 1 : place + 3]
            assert (rest["pageInfo"]["hasPreviousPage"], rest["pageInfo"]["hasNextPage"]) == (
                True,
                place + 3 < len(ids),
            )
            rest = (await api.field(single, id=parent["id"], last=2, before=cursor, orderBy=order))["tasksConnection"]
            assert [node["id"] for node in rest["nodes"]] == ids[max(0, place - 2) : place]
            assert (rest["pageInfo"]["hasPreviousPage"], rest["pageInfo"]["hasNextPage"]) == (place > 2, True)


@pytest.mark.parametrize("kind", PARENTS)
async def test_one_cursor_is_one_place_for_all_parents(api: Api, kind: str) -> None:
    await some(api)
    order = [{"dueAt": "DESC"}]
    whole = await api.field(query("Task"), first=100, orderBy=order)
    places = {node["id"]: place for place, node in enumerate(whole["nodes"])}
    for at in (0, 7, 15, 23):
        cursor = whole["edges"][at]["cursor"]
        for direction in ({"after": cursor, "first": 3}, {"before": cursor, "last": 3}):
            for parent in await api.field(nested(kind), orderBy=order, **direction):
                own = belonging(kind, parent["id"], None)
                at_root = await api.data(AT_ROOT, filter=own, orderBy=order, **direction)
                assert parent["tasksConnection"] == at_root["tasksConnection"]
                met = [places[node["id"]] for node in parent["tasksConnection"]["nodes"]]
                assert all(place > at if "after" in direction else place < at for place in met)


# ---- statements ------------------------------------------------------------------------------------------------------


async def many(api: Api) -> None:
    """Create 50 categories and tags, the first of them with three tasks and each other with one, or none."""
    for kind in PARENTS:
        creates = (f'c{n}: create{kind}(input: {{name: "p{n}"}}) {{ __typename }}' for n in range(50))
        await api.data(f"mutation {{ {' '.join(creates)} }}")
    tasks = (
        f'c{n}: createTask(input: {{title: "t", category: {{name: "p{n % 48}"}}, tags: ["p{n % 48}", "p{n % 7}"]}}) '
        "{ __typename }"
        for n in range(96)
    )
    await api.data(f"mutation {{ {' '.join(tasks)} }}")


async def statements(api: Api, kind: str, selection: str, limit: int) -> int:
    order = "orderBy: [{createdAt: ASC}]"
    with api.statements() as seen:
        answer = await api.field(f"{{ {LISTS[kind]}(limit: {limit}, {order}) {{ id {selection} }} }}")
    assert len(answer) == limit
    return len(seen)


COUNTED: list[tuple[str, int | None]] = [
    ("", 1),
    ("tasksConnection(first: 3) { nodes { title } }", 2),
    ("tasksConnection(first: 3) { edges { cursor node { title } } nodes { title } }", 2),
    ("tasksConnection(last: 1) { nodes { title } }", 2),
    ("tasksConnection(first: 0) { nodes { title } }", 2),
    ("tasksConnection(first: 3) { pageInfo { hasNextPage endCursor } nodes { title } }", 2),
    ("tasksConnection(first: 3) { totalCount }", 2),
    ("tasksConnection(first: 3) { nodes { title } totalCount }", 3),
    ("tasksConnection(first: 3) { nodes { title category { name } tags { name } } }", None),
    ("taskCount", 2),
    ("taskCount all: taskCount(filter: {})", None),
    ("taskCount open: taskCount(filter: {completed: false})", 3),
    ("tasksConnection { nodes { id } } more: tasksConnection(first: 3) { nodes { id } }", 3),
    ("tasksConnection(first: 3) { nodes { id } } same: tasksConnection(first: 3) { nodes { title } }", 2),
    (
        """a: tasksConnection(filter: {completed: false}, orderBy: [{title: ASC}]) { nodes { id } totalCount }
    b: tasksConnection(filter: {completed: false}, orderBy: [{title: ASC}]) { edges { cursor } totalCount }""",
        3,
    ),
    (
        """a: tasksConnection(filter: {completed: true}) { nodes { id } }
    b: tasksConnection(filter: {completed: false}) { nodes { id } }
    c: tasksConnection(orderBy: [{dueAt: ASC}]) { nodes { id } }""",
        4,
    ),
    ("tasksConnection(last: 2) { pageInfo { hasNextPage hasPreviousPage } nodes { id } }", None),
]
"""What is asked of each parent, and how many statements it is, where the page does not decide that."""


@pytest.mark.parametrize("kind", PARENTS)
async def test_statements_do_not_grow_with_the_parents(api: Api, kind: str) -> None:
    await many(api)
    for selection, expected in COUNTED:
        few = await statements(api, kind, selection, 1)
        assert await statements(api, kind, selection, 50) == few, selection
        assert expected in (None, few), selection


@pytest.mark.parametrize("kind", PARENTS)
async def test_whether_others_are_outside_of_a_page_is_one_question_for_all_parents(api: Api, kind: str) -> None:
    await many(api)
    cursor = (await api.field(query("Task"), first=50))["pageInfo"]["endCursor"]
    for around in (f'after: "{cursor}"', f'before: "{cursor}"', f'last: 1, after: "{cursor}"'):
        selection = f"tasksConnection({around}) {{ nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage }} }}"
        # The parents, their tasks, and where a page does not tell by itself, what is before and after it.
        assert await statements(api, kind, selection, 50) <= 4


@pytest.mark.parametrize("kind", PARENTS)
async def test_what_tasks_refer_to_is_loaded_once_for_all_parents(api: Api, kind: str) -> None:
    await many(api)
    # The parents, their tasks, the categories and tags of all tasks, and the tasks of those again.
    nodes = "nodes { title category { name } tags { name } }"
    assert await statements(api, kind, f"tasksConnection(first: 3) {{ {nodes} }}", 50) <= 4
    deep = "nodes { category { tasksConnection(first: 2) { nodes { tags { taskCount } } } } }"
    assert await statements(api, kind, f"tasksConnection(first: 3) {{ {deep} }}", 50) <= 6


# ---- arguments that are refused --------------------------------------------------------------------------------------

REFUSED = [
    ("first: -1", "INVALID_PAGE"),
    ("first: 101", "INVALID_PAGE"),
    ("last: -1", "INVALID_PAGE"),
    ("first: 1, last: 1", "INVALID_PAGE"),
    ('after: ""', "INVALID_CURSOR"),
    ('after: "zzz"', "INVALID_CURSOR"),
    ('last: 1, before: "zzz"', "INVALID_CURSOR"),
    ("orderBy: [{title: ASC}, {title: DESC}]", "INVALID_ORDER"),
    ('filter: {id: {eq: "zzz"}}', "INVALID_ID"),
    ('filter: {title: {eq: "\\u0000"}}', "BAD_USER_INPUT"),
]


@pytest.mark.parametrize("kind", PARENTS)
async def test_a_refused_argument_takes_no_more_with_it_than_it_must(api: Api, kind: str) -> None:
    await some(api, parents=3, tasks=3)
    id, *_ = await first_of(api, kind)
    for arguments, expected in REFUSED:
        one = f'{SINGLES[kind]}(by: {{id: "{id}"}})'
        answer = await api.answer(
            f"{{ bad: {one} {{ name wrong: tasksConnection({arguments}) {{ totalCount }} }} "
            f"good: {one} {{ name tasksConnection {{ totalCount }} taskCount }} taskCount }}"
        )
        assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
            (["bad", "wrong"], expected)
        ], arguments
        assert answer["data"]["bad"] is None
        assert answer["data"]["good"]["name"] == "p0"
        assert answer["data"]["good"]["tasksConnection"]["totalCount"] == answer["data"]["good"]["taskCount"] > 0
        assert answer["data"]["taskCount"] == 3


@pytest.mark.parametrize("kind", PARENTS)
async def test_a_refused_argument_in_a_list_is_told_at_its_path(api: Api, kind: str) -> None:
    await some(api, parents=3, tasks=3)
    for arguments, expected in REFUSED:
        answer = await api.answer(f"{{ {LISTS[kind]} {{ tasksConnection({arguments}) {{ nodes {{ id }} }} }} }}")
        assert answer["data"] is None  # lists and connections are never null
        assert {error["extensions"]["code"] for error in answer["errors"]} == {expected}
        assert {(error["path"][0], error["path"][2]) for error in answer["errors"]} == {
            (LISTS[kind], "tasksConnection")
        }


@pytest.mark.parametrize("kind", PARENTS)
async def test_a_cursor_of_another_list_is_refused_in_place(api: Api, kind: str) -> None:
    await some(api, parents=3, tasks=3)
    for other in FIELDS:
        cursor = (await api.field(query(other), orderBy=[{"createdAt": "ASC"}]))["pageInfo"]["endCursor"]
        answer = await api.answer(
            f'query ($after: String!) {{ {SINGLES[kind]}(by: {{name: "p0"}}) {{ '
            "tasksConnection(after: $after) { totalCount } } }",
            after=cursor,
        )
        assert answer["data"] == {SINGLES[kind]: None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_CURSOR"]


# ---- nothing there ---------------------------------------------------------------------------------------------------

EMPTY = {
    "edges": [],
    "nodes": [],
    "totalCount": 0,
    "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
}


@pytest.mark.parametrize("kind", PARENTS)
async def test_a_parent_without_tasks_answers_an_empty_connection(api: Api, kind: str) -> None:
    await some(api)
    for asked in ({}, {"first": 0}, {"last": 3}, {"filter": {"completed": True}}):
        *_, last = sorted(await api.field(nested(kind), **asked), key=model.number)
        assert (last["taskCount"], last["tasksConnection"]) == (0, EMPTY)


DELETES = {
    "Category": "deleteCategory(id: $id, tasks: {action: UNCATEGORIZE}) { ... on DeleteCategorySuccess { category",
    "Tag": "deleteTag(id: $id) { ... on DeleteTagSuccess { tag",
}


@pytest.mark.parametrize("kind", PARENTS)
async def test_a_deleted_parent_answers_an_empty_connection(api: Api, kind: str) -> None:
    await some(api)
    fields = f"{{ name taskCount tasksConnection {{ edges {{ cursor }} nodes {{ id }} totalCount {PAGE_INFO} }} }}"
    id, *_ = await first_of(api, kind)
    answer = await api.field(f"mutation ($id: ID!) {{ {DELETES[kind]} {fields} }} }} }}", id=id)
    assert answer[SINGLES[kind]] == {"name": "p0", "taskCount": 0, "tasksConnection": EMPTY}


@pytest.mark.parametrize("kind", PARENTS)
async def test_a_write_is_seen_by_the_next_field(api: Api, kind: str) -> None:
    await some(api, parents=3, tasks=6)
    field = "category" if kind == "Category" else "tags"
    parents = f"{field} {{ id taskCount tasksConnection {{ totalCount nodes {{ id }} }} }}"
    link = '{category: {name: "p2"}}' if kind == "Category" else '{addTags: ["p2"]}'
    tasks, (*_, parent) = await first_of(api, "Task"), await first_of(api, kind)
    updates = (
        f'u{n}: updateTask(id: "{id}", patch: {link}) {{ ... on TaskSuccess {{ task {{ {parents} }} }} }}'
        for n, id in enumerate(tasks[:4], 1)
    )
    answer = await api.data(f"mutation {{ {' '.join(updates)} }}")
    for n in range(1, 5):
        found = answer[f"u{n}"]["task"][field]
        (changed,) = [found] if kind == "Category" else [tag for tag in found if tag["id"] == parent]
        assert changed["taskCount"] == changed["tasksConnection"]["totalCount"] == n
        assert {node["id"] for node in changed["tasksConnection"]["nodes"]} == set(tasks[:n])
