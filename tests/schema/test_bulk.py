"""Many tasks at once through GraphQL: all or nothing, what is selected, dry runs, and how many statements it takes."""

import asyncio
from typing import Any

import pytest

from gql_api.schema import global_id
from tests.api import ERROR, PROBLEMS, Api
from tests.conftest import Raw, waiting_for_a_lock

TASK = "id title completed completedAt version updatedAt category { name } tags { name }"
CREATE = f"""mutation ($input: [CreateTaskInput!]!) {{ createTasks(input: $input) {{
    ... on CreateTasksSuccess {{ tasks {{ {TASK} }} replayed }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id name }} ... on AlreadyExistsError {{ existing {{ ... on Category {{ name color }} }} }}
}} }}"""
UPDATE = f"""mutation ($where: TaskSelection!, $patch: TaskPatch!, $atMost: Int! = 50, $dryRun: Boolean! = false) {{
    updateTasks(where: $where, patch: $patch, atMost: $atMost, dryRun: $dryRun) {{
    ... on UpdateTasksSuccess {{ tasks {{ {TASK} }} matched changed dryRun }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id name }} ... on TooManyError {{ matched allowed }}
    ... on AlreadyExistsError {{ existing {{ ... on Category {{ name }} }} }} }} }}"""
DELETE = f"""mutation ($where: TaskSelection!, $atMost: Int! = 50, $dryRun: Boolean! = false) {{
    deleteTasks(where: $where, atMost: $atMost, dryRun: $dryRun) {{
    ... on DeleteTasksSuccess {{ deletedIds tasks {{ {TASK} }} matched dryRun }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id }} ... on TooManyError {{ matched allowed }} }} }}"""
READ = f"query {{ tasks(orderBy: [{{createdAt: ASC}}], limit: 100) {{ {TASK} }} }}"
STATE = """{ tasks(orderBy: [{createdAt: ASC}], limit: 100) { id title version updatedAt completedAt category { name }
    tags { name } } categories(limit: 100) { id name version taskCount } tags(limit: 100) { id name version } }"""

ALL = {"all": True}
OPEN = {"filter": {"completed": False}}


def no_id(number: int = 0) -> str:
    return global_id.encode("Task", 2**62 + number)


def problems(answer: dict[str, Any]) -> list[tuple[str, str]]:
    assert (answer["__typename"], answer["code"], answer["path"]) == ("ValidationError", "INVALID", None)
    assert all(problem["message"].endswith(".") for problem in answer["problems"])
    return [(".".join(problem["path"]), problem["code"]) for problem in answer["problems"]]


def titles(answer: dict[str, Any]) -> str:
    return "".join(task["title"] for task in answer["tasks"])


def names(task: dict[str, Any]) -> str:
    return "".join(tag["name"] for tag in task["tags"])


async def made(api: Api, *inputs: dict[str, Any] | str) -> list[dict[str, Any]]:
    """Create tasks at once, where a string is a title."""
    new = [{"title": each} if isinstance(each, str) else each for each in inputs]
    tasks: list[dict[str, Any]] = (await api.field(CREATE, input=new))["tasks"]
    return tasks


def ids(tasks: list[dict[str, Any]]) -> list[str]:
    return [task["id"] for task in tasks]


# Creating


async def test_tasks_are_created_in_the_order_of_the_input(api: Api) -> None:
    home = await api.create_category("Home")
    answer = await api.field(
        CREATE,
        input=[
            {"title": " b ", "category": {"id": home["id"]}, "tags": ["y", "x", "X"], "completed": True},
            {"title": "a", "category": {"name": "HOME"}},
            {"title": "c", "category": {"create": {"name": "Work", "color": "#ABCDEF"}}, "tags": ["Y"]},
            {"title": "a"},
        ],
    )
    assert answer["replayed"] is False
    tasks = answer["tasks"]
    assert [(task["title"], (task["category"] or {}).get("name"), names(task)) for task in tasks] == [
        ("b", "Home", "xy"),
        ("a", "Home", ""),
        ("c", "Work", "y"),
        ("a", None, ""),
    ]
    assert [task["version"] for task in tasks] == [1] * 4
    assert tasks[0]["completedAt"] == tasks[0]["updatedAt"]
    assert [task["completedAt"] for task in tasks[1:]] == [None] * 3
    assert await api.field(READ) == tasks
    assert (await api.field('{ category(by: {name: "work"}) { color } }')) == {"color": "#abcdef"}


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ([], [("input", "EMPTY")]),
        ([{"title": ""}] * 1_001, [("input", "TOO_LONG")]),
        (
            [{"title": "x"}, {"title": "", "tags": ["a", " "]}, {"title": "x", "category": {"id": "zzz"}}],
            [("input.1.title", "BLANK"), ("input.1.tags.1", "BLANK"), ("input.2.category.id", "INVALID_ID")],
        ),
    ],
    ids=["none", "too many", "wrong ones"],
)
async def test_all_problems_of_new_tasks_come_together(
    api: Api, input: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    assert problems(await api.field(CREATE, input=input)) == expected
    assert await api.field("{ taskCount }") == 0


async def test_one_new_task_that_fails_leaves_none(api: Api) -> None:
    """What is not found is told before what exists, and of each kind the first."""
    home = await api.create_category("Home")
    before = await api.data(STATE)
    new = [
        {"title": "a", "tags": ["new"], "category": {"create": {"name": "New"}}},
        {"title": "b", "category": {"create": {"name": "HOME"}}},
        {"title": "c", "category": {"name": "New"}},
        {"title": "d", "category": {"id": global_id.encode("Category", 2**62)}},
    ]
    answer = await api.field(CREATE, input=new)
    assert (answer["__typename"], answer["code"]) == ("NotFoundError", "NOT_FOUND")
    assert (answer["path"], answer["id"], answer["name"]) == (["input", "2", "category", "name"], None, "New")
    answer = await api.field(CREATE, input=[*new[:2], new[3]])
    assert (answer["path"], answer["id"]) == (["input", "2", "category", "id"], global_id.encode("Category", 2**62))
    answer = await api.field(CREATE, input=[*new[:2], {"title": "x", "category": {"create": {"name": "new"}}}])
    assert (answer["__typename"], answer["path"]) == (
        "AlreadyExistsError",
        ["input", "1", "category", "create", "name"],
    )
    assert answer["existing"] == {"name": home["name"], "color": home["color"]}
    assert await api.data(STATE) == before


async def test_two_new_categories_of_one_name_are_told(api: Api) -> None:
    new = [{"title": "x", "category": {"create": {"name": name}}} for name in ("Straße", "Other", "STRASSE", "other")]
    answer = await api.field(CREATE, input=new)
    assert (answer["code"], answer["path"]) == ("ALREADY_EXISTS", ["input", "2", "category", "create", "name"])
    assert answer["existing"] == {"name": "Straße", "color": None}
    assert await api.data("{ taskCount categories { id } }") == {"taskCount": 0, "categories": []}


@pytest.mark.parametrize("outcome", ["commit", "rollback"])
async def test_a_new_category_that_another_request_is_creating_is_waited_for(api: Api, raw: Raw, outcome: str) -> None:
    new = [{"title": "x", "category": {"create": {"name": name}}} for name in ("b", "a")]
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("INSERT INTO categories (name, name_key) VALUES ('A', 'a')")
    running = asyncio.create_task(api.field(CREATE, input=new))
    await waiting_for_a_lock(raw, 1)
    # In the order of names: nobody who waits for the first has created another one that somebody may wait for.
    await raw.execute("INSERT INTO categories (name, name_key) VALUES ('B', 'b')")
    await (transaction.commit() if outcome == "commit" else transaction.rollback())
    answer = await running
    if outcome == "rollback":
        assert [task["category"]["name"] for task in answer["tasks"]] == ["b", "a"]
    else:
        assert (answer["code"], answer["path"]) == ("ALREADY_EXISTS", ["input", "0", "category", "create", "name"])


# Selecting


async def test_tasks_are_selected_by_ids_by_a_filter_or_all(api: Api) -> None:
    a, _, c = await made(api, "a", {"title": "b", "completed": True}, "c")
    patch = {"priority": "LOW"}
    by_ids = await api.field(UPDATE, where={"ids": [c["id"], a["id"], c["id"]]}, patch=patch)
    assert (titles(by_ids), by_ids["matched"], by_ids["changed"], by_ids["dryRun"]) == ("ca", 2, 2, False)
    by_filter = await api.field(UPDATE, where=OPEN, patch=patch)
    assert (titles(by_filter), by_filter["matched"], by_filter["changed"]) == ("ac", 2, 0)
    everything = await api.field(UPDATE, where=ALL, patch=patch)
    assert (titles(everything), everything["matched"], everything["changed"]) == ("abc", 3, 1)
    assert [task["version"] for task in everything["tasks"]] == [2, 2, 2]
    none = await api.field(UPDATE, where={"ids": []}, patch=patch)
    assert (none["tasks"], none["matched"], none["changed"]) == ([], 0, 0)
    assert (await api.field(DELETE, where={"ids": []}))["deletedIds"] == []


async def test_a_missing_task_fails_the_whole_call(api: Api) -> None:
    tasks = await made(api, "a", "b")
    where = {"ids": [tasks[0]["id"], no_id(), tasks[1]["id"], no_id(1), no_id()]}
    before = await api.data(STATE)
    for answer in (
        # It is told before a category that is missing, and before there being too many.
        await api.field(UPDATE, where=where, patch={"title": "x", "category": {"name": "Nowhere"}}, atMost=0),
        await api.field(DELETE, where=where, atMost=0),
    ):
        assert (answer["__typename"], answer["path"], answer["id"]) == ("NotFoundError", ["where", "ids", "1"], no_id())
    assert await api.data(STATE) == before


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (
            {"ids": ["zzz", no_id(), global_id.encode("Tag", 1)]},
            [("where.ids.0", "INVALID_ID"), ("where.ids.2", "INVALID_ID")],
        ),
        ({"ids": [no_id()] * 1_001}, [("where.ids", "TOO_LONG")]),
        ({"ids": ["zzz"] * 1_001}, [("where.ids", "TOO_LONG")]),
        ({"all": False}, [("where.all", "INVALID")]),
    ],
    ids=["malformed", "too many", "too many and malformed", "all: false"],
)
async def test_a_wrong_selection_is_told(api: Api, where: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(await api.field(UPDATE, where=where, patch={"title": "x"})) == expected
    assert problems(await api.field(DELETE, where=where)) == expected


@pytest.mark.parametrize("where", [{}, {"all": None}, {"ids": None}, {"filter": None}, {"all": True, "ids": []}])
async def test_exactly_one_key_selects(api: Api, where: dict[str, Any]) -> None:
    await made(api, "a")
    for operation in (UPDATE, DELETE):
        error = await api.error(operation, where=where, patch={"title": "x"})
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert [task["title"] for task in await api.field(READ)] == ["a"]


@pytest.mark.parametrize("key", ["ids", "filter", "all"])
async def test_a_selection_by_a_variable_that_is_not_given_is_refused(api: Api, key: str) -> None:
    await made(api, "a")
    type_ = {"ids": "[ID!]", "filter": "TaskFilter", "all": "Boolean"}[key]
    answer = await api.answer(
        f"mutation ($value: {type_}) {{ deleteTasks(where: {{{key}: $value}}) {{ __typename }} }}"
    )
    assert answer["errors"][0]["extensions"]["code"] in {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}
    assert await api.field("{ taskCount }") == 1


IS = "where.filter.category.is"
OMISSIONS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, [("where.filter", "EMPTY")]),
    ({"completed": None}, [("where.filter.completed", "NULL")]),
    ({"category": None, "completed": True}, [("where.filter.category", "NULL")]),
    ({"category": {"is": {}}}, [(IS, "EMPTY")]),
    ({"category": {"is": {"id": {}}}}, [(f"{IS}.id", "EMPTY")]),
    ({"category": {"is": {"id": None}}}, [(f"{IS}.id", "NULL")]),
    ({"category": {"is": {"id": {"in": None}}}}, [(f"{IS}.id.in", "NULL")]),
    (
        {"completed": None, "category": {"is": {"id": {"in": None, "eq": None}}}},
        [("where.filter.completed", "NULL"), (f"{IS}.id.eq", "NULL"), (f"{IS}.id.in", "NULL")],
    ),
    (
        {"category": {"is": {"id": {"in": ["zzz"], "eq": None}}}},
        [(f"{IS}.id.eq", "NULL"), (f"{IS}.id.in.0", "INVALID_ID")],
    ),
]


@pytest.mark.parametrize(("filter", "expected"), OMISSIONS, ids=[str(filter) for filter, _ in OMISSIONS])
async def test_what_was_left_out_by_accident_does_not_select_everything(
    api: Api, filter: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    await made(api, "a")
    for answer in (
        await api.field(UPDATE, where={"filter": filter}, patch={"title": "x"}),
        await api.field(DELETE, where={"filter": filter}),
    ):
        assert sorted(problems(answer)) == sorted(expected)
    assert [task["title"] for task in await api.field(READ)] == ["a"]
    if all(code != "INVALID_ID" for _, code in expected):
        await api.field("query ($filter: TaskFilter) { taskCount(filter: $filter) }", filter=filter)


async def test_a_variable_that_is_not_given_in_a_filter_is_refused(api: Api) -> None:
    await made(api, "a")
    mutation = f"""mutation ($completed: Boolean, $id: ID) {{ deleteTasks(where: {{filter: {{FILTER}}}}) {{
        ... on DeleteTasksSuccess {{ matched }} {ERROR} {PROBLEMS} }} }}"""
    by_state, by_id = (
        mutation.replace("{FILTER}", each)
        for each in ("{completed: $completed}", "{completed: $completed, category: {is: {id: {eq: $id}}}}")
    )
    assert problems(await api.field(by_state.replace(", $id: ID", ""))) == [("where.filter", "EMPTY")]
    assert problems(await api.field(by_id, completed=False)) == [("where.filter.category.is.id", "EMPTY")]
    assert (await api.field(by_state.replace(", $id: ID", ""), completed=True))["matched"] == 0
    assert await api.field("{ taskCount }") == 1


async def test_an_empty_list_matches_nothing_or_is_refused(api: Api) -> None:
    await made(api, {"title": "a", "category": {"create": {"name": "Home"}}}, "b")
    answer = await api.field(DELETE, where={"filter": {"category": {"is": {"id": {"in": []}}}}})
    assert (answer["matched"], answer["deletedIds"]) == (0, [])
    answer = await api.field(DELETE, where={"filter": {"category": {"is": {"id": {"notIn": []}}}}})
    assert problems(answer) == [("where.filter.category.is.id.notIn", "EMPTY")]


# How many


async def test_more_than_are_allowed_change_nothing(api: Api, raw: Raw) -> None:
    await raw.execute("INSERT INTO tasks (title, title_key) SELECT 'x', 'x' FROM generate_series(1, 1100)")
    some = [global_id.encode("Task", row["id"]) for row in await raw.fetch("SELECT id FROM tasks LIMIT 3")]
    for where, matched in ((ALL, 1100), (OPEN, 1100), ({"ids": [*some, some[0]]}, 3)):
        for at_most in (0, 2):
            for answer in (
                await api.field(UPDATE, where=where, patch={"title": "y"}, atMost=at_most),
                await api.field(DELETE, where=where, atMost=at_most, dryRun=True),
            ):
                assert (answer["__typename"], answer["code"], answer["path"]) == (
                    "TooManyError",
                    "TOO_MANY",
                    ["atMost"],
                )
                assert (answer["matched"], answer["allowed"]) == (matched, at_most)
    assert (await api.field(UPDATE, where={"ids": some}, patch={"title": "y"}, atMost=3))["changed"] == 3
    default = await api.field(
        "mutation { deleteTasks(where: {all: true}) { ... on TooManyError { matched allowed } } }"
    )
    assert default == {"matched": 1100, "allowed": 50}
    assert await raw.fetchval("SELECT count(*) FROM tasks WHERE version = 1") == 1097


@pytest.mark.parametrize("at_most", [-1, 1_001, 2**31 - 1])
async def test_how_many_are_allowed_has_bounds(api: Api, at_most: int) -> None:
    wrong = await api.field(UPDATE, where={"ids": ["zzz"]}, patch={"title": ""}, atMost=at_most)
    assert problems(wrong) == [("where.ids.0", "INVALID_ID"), ("patch.title", "BLANK"), ("atMost", "OUT_OF_RANGE")]
    assert problems(await api.field(DELETE, where=ALL, atMost=at_most)) == [("atMost", "OUT_OF_RANGE")]
    assert (await api.field(DELETE, where=ALL, atMost=0))["matched"] == 0


# Changing


PATCHES: list[dict[str, Any]] = [
    {},
    {"title": " New ", "description": "x", "priority": "URGENT", "dueAt": "2030-01-01T00:00:00Z"},
    {"description": None, "dueAt": None},
    {"completed": True},
    {"completed": False},
    {"completed": True, "title": "New"},
    {"category": None},
    {"category": {"name": "HOME"}},
    {"tags": ["c", "A"]},
    {"tags": []},
    {"addTags": ["c", "B"]},
    {"removeTags": ["a", "nowhere"]},
    {"addTags": ["c"], "removeTags": ["a"]},
]
VARIETY: list[dict[str, Any]] = [
    {"title": "New"},
    {"title": "b", "completed": True, "tags": ["a", "b"], "category": {"name": "Home"}},
    {"title": "c", "description": "x", "dueAt": "2030-01-01T00:00:00Z", "priority": "URGENT", "tags": ["a", "c"]},
    {"title": "d", "completed": True, "tags": ["b"], "category": {"name": "Other"}},
]
WHOLE = """query ($id: ID!) { task(id: $id) { title description completed priority dueAt version category { name }
    tags { name } } }"""


@pytest.mark.parametrize("patch", PATCHES, ids=str)
async def test_a_patch_means_for_each_task_what_it_means_for_one(api: Api, patch: dict[str, Any]) -> None:
    for name in ("Home", "Other"):
        await api.create_category(name)
    one_by_one, together = await made(api, *VARIETY), await made(api, *VARIETY)
    for task in one_by_one:
        await api.field(
            "mutation ($id: ID!, $patch: TaskPatch!) { updateTask(id: $id, patch: $patch) { ... on TaskSuccess { task {"
            "id } } } }",
            id=task["id"],
            patch=patch,
        )
    answer = await api.field(UPDATE, where={"ids": ids(together)}, patch=patch)
    expected = [await api.field(WHOLE, id=task["id"]) for task in one_by_one]
    assert [await api.field(WHOLE, id=task["id"]) for task in together] == expected
    assert [task["version"] for task in answer["tasks"]] == [task["version"] for task in expected]
    assert answer["changed"] == sum(task["version"] - 1 for task in expected)
    for before, after in zip(together, answer["tasks"], strict=True):
        changed = after["version"] > before["version"]
        assert (after["updatedAt"] > before["updatedAt"]) is changed
        turned = after["completed"] != before["completed"]
        now = after["updatedAt"] if after["completed"] else None
        assert after["completedAt"] == (now if turned else before["completedAt"])
    assert (await api.field(UPDATE, where={"ids": ids(together)}, patch=patch))["changed"] == 0


async def test_tasks_go_into_a_new_category_together(api: Api) -> None:
    a, b = await made(api, "a", "b")
    patch = {"category": {"create": {"name": "Home"}}}
    answer = await api.field(UPDATE, where=ALL, patch=patch)
    assert [task["category"] for task in answer["tasks"]] == [{"name": "Home"}] * 2
    taken = await api.field(UPDATE, where={"ids": [b["id"], a["id"]]}, patch={**patch, "title": "x"})
    assert (taken["code"], taken["path"]) == ("ALREADY_EXISTS", ["patch", "category", "create", "name"])
    assert taken["existing"] == {"name": "Home"}
    for link, key in (({"id": global_id.encode("Category", 2**62)}, "id"), ({"name": "Nowhere"}, "name")):
        missing = await api.field(UPDATE, where=ALL, patch={"category": link}, atMost=1)
        assert (missing["code"], missing["path"]) == ("NOT_FOUND", ["patch", "category", key])
    assert [task["version"] for task in await api.field(READ)] == [2, 2]


async def test_nothing_is_created_for_no_task(api: Api) -> None:
    patch = {"category": {"create": {"name": "Home"}}, "addTags": ["new"]}
    answer = await api.field(UPDATE, where=ALL, patch=patch)
    assert (answer["matched"], answer["changed"]) == (0, 0)
    assert await api.data("{ categories { id } tags { id } }") == {"categories": [], "tags": []}


async def test_no_task_gets_more_than_a_hundred_tags(api: Api) -> None:
    many = [f"t{number:03}" for number in range(100)]
    await made(api, "a", {"title": "b", "tags": many})
    before = await api.data(STATE)
    answer = await api.field(UPDATE, where=ALL, patch={"title": "x", "addTags": ["one more"]})
    assert problems(answer) == [("patch.addTags", "TOO_LONG")]
    assert await api.data(STATE) == before
    assert (await api.field(UPDATE, where=ALL, patch={"addTags": ["one more"], "removeTags": many[:1]}))["changed"] == 2


async def test_a_patch_has_its_rules_here_too(api: Api) -> None:
    answer = await api.field(UPDATE, where=ALL, patch={"title": None, "tags": ["a"], "addTags": ["b"]})
    assert problems(answer) == [("patch.title", "NULL"), ("patch.addTags", "CONFLICTING")]


# Deleting


async def test_deleted_tasks_are_answered_as_they_were(api: Api) -> None:
    await api.create_category("Home")
    tasks = await made(
        api, {"title": "a", "tags": ["y", "x"], "category": {"name": "Home"}}, "b", {"title": "c", "tags": ["x"]}
    )
    a, b, c = ids(tasks)
    answer = await api.field(DELETE, where={"ids": [c, a, c]})
    assert answer["tasks"] == [tasks[2], tasks[0]]
    assert (answer["deletedIds"], answer["matched"], answer["dryRun"]) == ([c, a], 2, False)
    assert ids(await api.field(READ)) == [b]
    assert len((await api.data(STATE))["tags"]) == 2
    rest = await api.field(DELETE, where=ALL)
    assert (rest["deletedIds"], rest["tasks"]) == ([b], [tasks[1]])


# Dry runs


async def test_a_dry_run_tells_what_would_happen_and_changes_nothing(api: Api) -> None:
    await api.create_category("Home")
    tasks = await made(api, {"title": "a", "tags": ["x"]}, {"title": "b", "completed": True}, "c")
    before = await api.data(STATE)
    patch = {"completed": True, "addTags": ["x", "new"], "category": {"create": {"name": "New"}}}
    dry = await api.field(UPDATE, where=ALL, patch=patch, dryRun=True)
    assert dry == {"__typename": "UpdateTasksSuccess", "tasks": tasks, "matched": 3, "changed": 3, "dryRun": True}
    half = await api.field(UPDATE, where=ALL, patch={"completed": True}, dryRun=True)
    assert (half["tasks"], half["matched"], half["changed"]) == (tasks, 3, 2)
    gone = await api.field(DELETE, where=OPEN, dryRun=True)
    assert gone["deletedIds"] == [tasks[0]["id"], tasks[2]["id"]]
    assert (gone["tasks"], gone["matched"], gone["dryRun"]) == ([tasks[0], tasks[2]], 2, True)
    assert await api.data(STATE) == before
    # Each error is that of the real run.
    wrong: list[tuple[dict[str, Any], dict[str, Any], int]] = [
        (ALL, {"category": {"create": {"name": "home"}}}, 50),
        (ALL, {"category": {"name": "Nowhere"}}, 50),
        ({"ids": [no_id()]}, {}, 50),
        (ALL, {"title": "x"}, 2),
        (ALL, {"addTags": [f"t{number}" for number in range(100)]}, 50),
        (ALL, {"title": ""}, 50),
    ]
    for where, patch, at_most in wrong:
        answers = [
            await api.field(UPDATE, where=where, patch=patch, atMost=at_most, dryRun=dry_run)
            for dry_run in (True, False)
        ]
        assert answers[0] == answers[1]
        assert answers[0]["__typename"].endswith("Error")
    assert await api.data(STATE) == before


async def test_what_fails_after_a_dry_run_does_not_say_that_it_is_saved(api: Api) -> None:
    await made(api, {"title": "a", "category": {"create": {"name": "Home"}}})
    mutation = """mutation ($dryRun: Boolean!) { updateTasks(where: {all: true}, patch: {title: "x"}, dryRun: $dryRun) {
        ... on UpdateTasksSuccess { tasks { category { taskCount(filter: {category: {is: {id: {eq: "z"}}}}) } } } } }"""
    for dry_run in (True, False):
        (error,) = (await api.answer(mutation, dryRun=dry_run))["errors"]
        assert ("committed" in error["extensions"]) is not dry_run
        assert ("saved" in error["message"]) is not dry_run


async def test_fields_after_a_dry_run_see_what_is_there(api: Api) -> None:
    await made(api, {"title": "a", "tags": ["x"]})
    answer = await api.data(
        """mutation {
            dry: deleteTasks(where: {all: true}, dryRun: true) { ... on DeleteTasksSuccess { tasks { tags { name } } } }
            real: updateTasks(where: {all: true}, patch: {addTags: ["y"]}) {
                ... on UpdateTasksSuccess { tasks { tags { name } } } } }"""
    )
    assert [names(answer[key]["tasks"][0]) for key in ("dry", "real")] == ["x", "xy"]


# How many statements, however many tasks


async def test_the_statements_of_creating_do_not_grow_with_the_tasks(api: Api) -> None:
    async def create(number: int, **shared: Any) -> int:
        new = [{"title": f"T{n}", **{key: make(n) for key, make in shared.items()}} for n in range(number)]
        with api.statements() as seen:
            answer = await api.field(CREATE, input=new)
        assert len(answer["tasks"]) == number, answer
        for n, task in enumerate(answer["tasks"]):
            assert (task["title"], task["category"]["name"], len(task["tags"])) == (f"T{n}", f"C{n}", 3)
        return len(seen)

    tags = {"tags": lambda n: [f"t{n}", f"u{n}", "all"]}
    # Categories, tags that exist, tags that do not, tasks, their links; then one to answer.
    assert await create(1_000, category=lambda n: {"create": {"name": f"C{n}"}}, **tags) == 6
    assert await create(1_000, category=lambda n: {"name": f"c{n}"}, **tags) == 5
    by_name = {
        each["name"]: each["id"]
        for page in range(10)
        for each in await api.field("query ($o: Int!) { categories(limit: 100, offset: $o) { id name } }", o=page * 100)
    }
    assert await create(1_000, category=lambda n: {"id": by_name[f"C{n}"]}, **tags) == 5
    assert await create(1, category=lambda n: {"id": by_name[f"C{n}"]}, **tags) == 5


async def test_as_many_tags_as_fit_are_created_at_once(api: Api) -> None:
    """More than a statement has parameters."""
    new = [{"title": f"T{n}", "tags": [f"t{n}-{m}" for m in range(100)]} for n in range(400)]
    with api.statements() as seen:
        answer = await api.field(CREATE.replace("tags { name }", ""), input=new)
    assert len(answer["tasks"]) == 400
    assert len(seen) == 4
    assert await api.field('{ tag(by: {name: "t399-99"}) { taskCount } }') == {"taskCount": 1}


async def test_the_statements_of_changing_and_deleting_do_not_grow_with_the_tasks(api: Api, raw: Raw) -> None:
    await api.create_category("Home")
    await raw.execute("INSERT INTO tasks (title, title_key) SELECT 'x', 'x' FROM generate_series(1, 1000)")
    await raw.execute("INSERT INTO tags (name, name_key) SELECT 'T' || n, 't' || n FROM generate_series(1, 5) n")
    await raw.execute("INSERT INTO task_tags SELECT tasks.id, tags.id FROM tasks, tags")
    every = [global_id.encode("Task", row["id"]) for row in await raw.fetch("SELECT id FROM tasks ORDER BY id DESC")]
    patch = {
        "title": "y",
        "completed": True,
        "category": {"name": "Home"},
        "addTags": [f"n{n}" for n in range(5)],
        "removeTags": [f"t{n}" for n in range(1, 6)],
    }
    for number, where in ((1, {"ids": every[:1]}), (999, {"ids": every[1:]}), (1_000, ALL)):
        with api.statements() as seen:
            answer = await api.field(UPDATE, where=where, patch=patch, atMost=1_000)
        assert (answer["matched"], answer["changed"]) == (number, 0 if where is ALL else number)
        # The category, the tasks, tags that exist, those that do not, those to remove, links, more of them, fewer of
        # them, the change; then two to answer.
        assert len(seen) <= 11, seen
    assert await raw.fetchval("SELECT count(*) FROM task_tags") == 5_000
    with api.statements() as seen:
        answer = await api.field(DELETE, where=ALL, atMost=1_000)
    assert answer["matched"] == 1_000
    assert len(seen) == 4
    assert await raw.fetchval("SELECT count(*) FROM task_tags") == 0


# Others who change tasks at the same time


async def test_tasks_are_locked_in_the_order_of_their_ids(api: Api, raw: Raw) -> None:
    """Whatever order they are asked for, or found in: who waits for the first has taken none of the others."""
    a, b = await made(api, "a", "b")
    (first, second) = [row["id"] for row in await raw.fetch("SELECT id FROM tasks ORDER BY id")]
    await raw.execute("UPDATE tasks SET title = 'A', title_key = 'a' WHERE id = $1", first)  # now behind the other one
    for where in ({"ids": [b["id"], a["id"]]}, ALL, OPEN):
        for operation in (UPDATE, DELETE):
            async with raw.transaction():
                await raw.execute("SELECT 1 FROM tasks WHERE id = $1 FOR UPDATE", first)
                call = api.field(operation, where=where, patch={"priority": "LOW"}, dryRun=operation is DELETE)
                running = asyncio.create_task(call)
                await waiting_for_a_lock(raw, 1)
                await raw.execute("SELECT 1 FROM tasks WHERE id = $1 FOR UPDATE NOWAIT", second)
            assert (await running)["matched"] == 2


@pytest.mark.parametrize("action", ["UNCATEGORIZE", "DELETE"])
async def test_a_category_that_goes_takes_its_tasks_in_the_order_of_their_ids(api: Api, raw: Raw, action: str) -> None:
    home = await api.create_category("Home")
    # The other way round on the disk and in all indexes; the one that begins with the id might not be used.
    await raw.execute(
        """DROP INDEX ix_tasks_category_id_id;
        INSERT INTO tasks (id, title, title_key, category_id, completed, completed_at, created_at, updated_at)
            OVERRIDING SYSTEM VALUE
            SELECT 1000 - n, 'T', 't' || n, categories.id, n > 10, CASE WHEN n > 10 THEN now() END,
                now() + n * interval '1 s', now() + n * interval '1 s'
            FROM categories, generate_series(1, 20) n"""
    )
    mutation = f"mutation ($id: ID!) {{ deleteCategory(id: $id, tasks: {{action: {action}}}) {{ {ERROR} }} }}"
    async with raw.transaction():
        await raw.execute("SELECT 1 FROM tasks WHERE id = 980 FOR UPDATE")
        running = asyncio.create_task(api.field(mutation, id=home["id"]))
        await waiting_for_a_lock(raw, 1)
        await raw.execute("SELECT 1 FROM tasks WHERE id > 980 FOR UPDATE NOWAIT")
    assert (await running)["__typename"] == "DeleteCategorySuccess"


async def test_the_category_is_held_before_the_tasks(api: Api, raw: Raw) -> None:
    await made(api, {"title": "a"})
    await api.create_category("Home")
    async with raw.transaction():
        await raw.execute("SELECT 1 FROM categories FOR UPDATE")
        running = asyncio.create_task(api.field(UPDATE, where=ALL, patch={"category": {"name": "Home"}}))
        await waiting_for_a_lock(raw, 1)
        await raw.execute("SELECT 1 FROM tasks FOR UPDATE NOWAIT")
    assert (await running)["changed"] == 1


async def test_a_task_that_stops_matching_meanwhile_is_not_changed(api: Api, raw: Raw) -> None:
    _, b = await made(api, "a", "b")
    async with raw.transaction():
        await raw.execute("UPDATE tasks SET completed = true, completed_at = now() WHERE title = 'a'")
        running = asyncio.create_task(api.field(UPDATE, where=OPEN, patch={"title": "x"}))
        await waiting_for_a_lock(raw, 1)
    answer = await running
    assert (answer["matched"], ids(answer["tasks"])) == (1, [b["id"]])


@pytest.mark.parametrize("matched", ["none", "some"])
async def test_a_task_whose_tags_change_meanwhile_is_looked_at_again(api: Api, raw: Raw, matched: str) -> None:
    """A row that was waited for is looked at anew by PostgreSQL itself, but not the rows that refer to it."""
    await made(api, {"title": "a", "tags": ["trash"]})
    await api.field('mutation { createTag(input: {name: "keep"}) { __typename } }')
    async with raw.transaction():
        await raw.execute("UPDATE tasks SET version = version + 1")
        await raw.execute("UPDATE task_tags SET tag_id = (SELECT id FROM tags WHERE name = 'keep')")
        where = {"filter": {"tags": {matched: {"name": {"eq": "keep" if matched == "none" else "trash"}}}}}
        running = asyncio.create_task(api.field(DELETE, where=where))
        await waiting_for_a_lock(raw, 1)
    answer = await running
    assert (answer["matched"], answer["deletedIds"]) == (0, [])
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 1


async def test_many_bulk_changes_and_deletions_at_once_fail_none(api: Api) -> None:
    tasks = await made(api, *(f"{n}" for n in range(30)))
    every = ids(tasks)
    patch = {"addTags": ["x", "a"], "category": {"name": "Home"}}
    await api.create_category("Home")
    answers = await asyncio.gather(
        *(
            api.field(UPDATE, where={"ids": every[:: 1 if n % 2 else -1]}, patch={**patch, "title": f"T{n}"})
            for n in range(10)
        ),
        *(api.field(UPDATE, where=ALL, patch={"removeTags": ["x"], "priority": "HIGH"}) for _ in range(5)),
        *(made(api, {"title": "new", "tags": ["a", "x"], "category": {"name": "Home"}}) for _ in range(5)),
    )
    assert [each["changed"] for each in answers[:10]] == [30] * 10
    assert all(each["__typename"] == "UpdateTasksSuccess" for each in answers[:15])
    versions = {task["version"] for task in await api.field(READ) if task["id"] in every}
    assert len(versions) == 1
