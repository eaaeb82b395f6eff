"""Categories through GraphQL: each operation's happy path, and each of its errors."""

from typing import Any

import pytest

from gql_api.schema import global_id
from tests.api import ERROR, PROBLEMS, Api
from tests.conftest import Raw

NO_CATEGORY = global_id.encode("Category", 2**62)
FIELDS = "id name color version createdAt updatedAt"

CREATE = f"""mutation ($input: CreateCategoryInput!) {{ createCategory(input: $input) {{
    ... on CategorySuccess {{ category {{ {FIELDS} }} }} {ERROR} {PROBLEMS}
    ... on AlreadyExistsError {{ existing {{ id ... on Category {{ name }} }} }} }} }}"""
UPDATE = f"""mutation ($id: ID!, $patch: CategoryPatch!, $expectedVersion: Int) {{
    updateCategory(id: $id, patch: $patch, expectedVersion: $expectedVersion) {{
    ... on CategorySuccess {{ category {{ {FIELDS} }} }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id }} ... on AlreadyExistsError {{ existing {{ id }} }}
    ... on VersionConflictError {{ expectedVersion current {{ ... on Category {{ name version }} }} }} }} }}"""
DELETE = f"""mutation ($id: ID!, $tasks: CategoryTasksPolicy, $expectedVersion: Int) {{
    deleteCategory(id: $id, tasks: $tasks, expectedVersion: $expectedVersion) {{
    ... on DeleteCategorySuccess {{ deletedId affectedTaskIds category {{ id name taskCount }} }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id }} ... on CategoryNotEmptyError {{ taskCount }}
    ... on TooManyError {{ matched allowed }} ... on VersionConflictError {{ expectedVersion }} }} }}"""
READ = "query ($by: CategoryBy!) { category(by: $by) { id name taskCount } }"
TASKS = "{ tasks(orderBy: [{createdAt: ASC}]) { id version category { name } } }"


def problems(answer: dict[str, Any]) -> list[tuple[str, str]]:
    assert (answer["__typename"], answer["code"]) == ("ValidationError", "INVALID")
    return [(".".join(problem["path"]), problem["code"]) for problem in answer["problems"]]


async def test_create_then_read_by_id_and_by_name(api: Api) -> None:
    created = await api.create_category(" Straße ", color="#ABCDEF")
    assert (created["name"], created["color"], created["version"]) == ("Straße", "#abcdef", 1)
    expected = {"id": created["id"], "name": "Straße", "taskCount": 0}
    assert await api.field(READ, by={"id": created["id"]}) == expected
    assert await api.field(READ, by={"name": "STRASSE"}) == expected
    assert await api.field(READ, by={"name": " strasse "}) == expected
    assert await api.field(READ, by={"name": "Strass"}) is None
    assert await api.field(READ, by={"id": NO_CATEGORY}) is None


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
async def test_a_name_that_nothing_can_have_is_refused(api: Api, name: str) -> None:
    error = await api.error(READ, by={"name": name})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["problems"][0]["path"] == ["by", "name"]


@pytest.mark.parametrize("by", [{}, {"id": None}, {"id": NO_CATEGORY, "name": "x"}])
async def test_exactly_one_key_says_which(api: Api, by: dict[str, Any]) -> None:
    assert (await api.error(READ, by=by))["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_wrong_id_is_told(api: Api) -> None:
    task_id = global_id.encode("Task", 1)
    error = await api.error(READ, by={"id": task_id})
    assert (error["path"], error["extensions"]["code"]) == (["category"], "INVALID_ID")
    assert error["extensions"]["problems"][0]["path"] == ["by", "id"]
    assert problems(await api.field(UPDATE, id=task_id, patch={"name": "", "color": "red"})) == [
        ("id", "INVALID_ID"),
        ("patch.name", "BLANK"),
        ("patch.color", "INVALID_COLOR"),
    ]
    assert problems(await api.field(DELETE, id=task_id, tasks={"moveTo": task_id})) == [
        ("id", "INVALID_ID"),
        ("tasks.moveTo", "INVALID_ID"),
    ]


async def test_a_taken_name_shows_who_has_it(api: Api) -> None:
    home = await api.create_category("Home")
    answer = await api.field(CREATE, input={"name": "HOME"})
    assert (answer["__typename"], answer["path"]) == ("AlreadyExistsError", ["input", "name"])
    assert answer["existing"] == {"id": home["id"], "name": "Home"}
    other = await api.create_category("Work")
    renamed = await api.field(UPDATE, id=other["id"], patch={"name": "hOmE", "color": "#000000"})
    assert (renamed["code"], renamed["path"]) == ("ALREADY_EXISTS", ["patch", "name"])
    assert await api.field('{ category(by: {name: "work"}) { color version } }') == {"color": None, "version": 1}


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"name": "\u2003"}, [("input.name", "BLANK")]),
        ({"name": "x" * 101, "color": "blue"}, [("input.name", "TOO_LONG"), ("input.color", "INVALID_COLOR")]),
        ({"name": "a\tb"}, [("input.name", "INVALID_CHARACTER")]),
    ],
)
async def test_categories_have_rules(api: Api, input: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(await api.field(CREATE, input=input)) == expected


async def test_a_patch_changes_what_it_names_and_nothing_else(api: Api) -> None:
    home = await api.create_category("Home", color="#111111")
    renamed = (await api.field(UPDATE, id=home["id"], patch={"name": "HOME"}))["category"]
    assert (renamed["name"], renamed["color"], renamed["version"]) == ("HOME", "#111111", 2)
    cleared = (await api.field(UPDATE, id=home["id"], patch={"color": None}))["category"]
    assert (cleared["name"], cleared["color"], cleared["version"]) == ("HOME", None, 3)
    same = (await api.field(UPDATE, id=home["id"], patch={"name": "HOME", "color": None}))["category"]
    assert same == cleared
    assert problems(await api.field(UPDATE, id=home["id"], patch={"name": None})) == [("patch.name", "NULL")]


async def test_update_not_found_and_conflict(api: Api) -> None:
    missing = await api.field(UPDATE, id=NO_CATEGORY, patch={}, expectedVersion=7)
    assert (missing["code"], missing["path"], missing["id"]) == ("NOT_FOUND", ["id"], NO_CATEGORY)
    home = await api.create_category("Home")
    conflict = await api.field(UPDATE, id=home["id"], patch={}, expectedVersion=7)
    assert (conflict["code"], conflict["expectedVersion"]) == ("VERSION_CONFLICT", 7)
    assert conflict["current"] == {"name": "Home", "version": 1}


async def test_an_empty_category_is_deleted(api: Api) -> None:
    home = await api.create_category("Home")
    assert await api.field(DELETE, id=home["id"]) == {
        "__typename": "DeleteCategorySuccess",
        "deletedId": home["id"],
        "affectedTaskIds": [],
        "category": {"id": home["id"], "name": "Home", "taskCount": 0},
    }
    assert (await api.field(DELETE, id=home["id"]))["code"] == "NOT_FOUND"


async def test_a_category_with_tasks_needs_a_policy(api: Api) -> None:
    task = await api.create_task(category={"create": {"name": "Home"}})
    answer = await api.field(DELETE, id=task["category"]["id"])
    assert (answer["__typename"], answer["code"]) == ("CategoryNotEmptyError", "NOT_EMPTY")
    assert (answer["path"], answer["taskCount"]) == (["id"], 1)
    assert await api.field("{ taskCount(filter: {category: {isNull: false}}) }") == 1


@pytest.mark.parametrize("policy", ["moveTo", "UNCATEGORIZE", "DELETE"])
async def test_policies(api: Api, policy: str) -> None:
    first = await api.create_task("a", category={"create": {"name": "Home"}})
    second = await api.create_task("b", category={"name": "Home"})
    other = await api.create_task("c", category={"create": {"name": "Work"}})
    tasks = {"moveTo": other["category"]["id"]} if policy == "moveTo" else {"action": policy}
    answer = await api.field(DELETE, id=first["category"]["id"], tasks=tasks)
    assert sorted(answer["affectedTaskIds"]) == sorted([first["id"], second["id"]])
    assert answer["category"]["taskCount"] == 0
    untouched = {"id": other["id"], "version": 1, "category": {"name": "Work"}}
    category = {"name": "Work"} if policy == "moveTo" else None
    moved = [{"id": task["id"], "version": 2, "category": category} for task in (first, second)]
    assert await api.field(TASKS) == ([] if policy == "DELETE" else moved) + [untouched]


async def test_tasks_do_not_move_to_the_category_that_goes_or_that_is_not_there(api: Api) -> None:
    task = await api.create_task(category={"create": {"name": "Home"}})
    home = task["category"]["id"]
    assert problems(await api.field(DELETE, id=home, tasks={"moveTo": home})) == [("tasks.moveTo", "SAME_CATEGORY")]
    answer = await api.field(DELETE, id=home, tasks={"moveTo": NO_CATEGORY}, expectedVersion=9)
    assert (answer["code"], answer["path"], answer["id"]) == ("NOT_FOUND", ["tasks", "moveTo"], NO_CATEGORY)
    conflict = await api.field(DELETE, id=home, expectedVersion=9)
    assert (conflict["code"], conflict["expectedVersion"]) == ("VERSION_CONFLICT", 9)
    assert await api.field(READ, by={"id": home}) is not None


async def test_a_thousand_tasks_are_moved_and_one_more_is_too_many(api: Api, raw: Raw) -> None:
    home = await api.create_category("Home")
    await raw.execute(
        "INSERT INTO tasks (title, title_key, category_id) "
        "SELECT 'x', 'x', id FROM categories, generate_series(1, 1001)"
    )
    answer = await api.field(DELETE, id=home["id"], tasks={"action": "UNCATEGORIZE"})
    assert (answer["__typename"], answer["code"], answer["path"]) == ("TooManyError", "TOO_MANY", ["tasks"])
    assert (answer["matched"], answer["allowed"]) == (1001, 1000)
    await raw.execute("DELETE FROM tasks WHERE id = (SELECT min(id) FROM tasks)")
    with api.statements() as seen:
        done = await api.field(DELETE, id=home["id"], tasks={"action": "UNCATEGORIZE"})
    assert len(done["affectedTaskIds"]) == 1000
    assert len(seen) <= 6


async def test_lists(api: Api) -> None:
    made = [await api.create_category(name) for name in ("b", "Ä", "a")]
    query = """query ($filter: CategoryFilter, $orderBy: [CategoryOrder!]) {
        categories(filter: $filter, orderBy: $orderBy) { name } }"""

    async def names(**variables: Any) -> str:
        return "".join(category["name"] for category in await api.field(query, **variables))

    assert await names() == "aÄb"
    assert await names(orderBy=[{"name": "ASC"}]) == "abÄ"
    assert await names(filter={"id": {"in": [made[0]["id"]]}}) == "b"
    error = await api.error("{ categories(limit: 101) { id } }")
    assert error["extensions"]["code"] == "INVALID_PAGE"


async def test_counts_are_one_statement_per_filter_whatever_the_number_of_categories(api: Api, raw: Raw) -> None:
    await raw.execute(
        "INSERT INTO categories (name, name_key) SELECT 'C' || n, 'c' || n FROM generate_series(1, 100) n"
    )
    await raw.execute("INSERT INTO tasks (title, title_key, category_id) SELECT 'x', 'x', id FROM categories")
    query = """query ($limit: Int!) { categories(limit: $limit) { all: taskCount again: taskCount
        open: taskCount(filter: {completed: false}) done: taskCount(filter: {completed: true}) } }"""
    for limit in (1, 100):
        with api.statements() as seen:
            answer = await api.field(query, limit=limit)
        assert answer == [{"all": 1, "open": 1, "done": 0, "again": 1}] * limit
        assert len(seen) == 4, seen


async def test_a_count_checks_its_filter(api: Api) -> None:
    await api.create_category()
    answer = await api.answer('{ categories { taskCount(filter: {category: {is: {id: {eq: "zzz"}}}}) } }')
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_ID"
    assert answer["errors"][0]["path"] == ["categories", 0, "taskCount"]
