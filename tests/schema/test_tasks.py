"""Tasks through GraphQL: each operation's happy path, and each of its errors."""

from typing import Any

import pytest

from gql_api.schema import global_id
from tests.api import ERROR, PROBLEMS, Api
from tests.conftest import Raw, api_on

NO_TASK = global_id.encode("Task", 2**62)
NO_CATEGORY = global_id.encode("Category", 2**62)

CREATE = f"""mutation ($input: CreateTaskInput!) {{ createTask(input: $input) {{
    ... on TaskSuccess {{ task {{ id title category {{ id name }} }} }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id name }} ... on AlreadyExistsError {{ existing {{ id }} }} }} }}"""
UPDATE = f"""mutation ($id: ID!, $patch: TaskPatch!, $expectedVersion: Int) {{
    updateTask(id: $id, patch: $patch, expectedVersion: $expectedVersion) {{
    ... on TaskSuccess {{ task {{ id title description completed completedAt priority dueAt version createdAt updatedAt
        category {{ id name }} }} }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id name }} ... on AlreadyExistsError {{ existing {{ id }} }}
    ... on VersionConflictError {{ expectedVersion
        current {{ id ... on Task {{ title version category {{ name }} }} }} }} }} }}"""
DELETE = f"""mutation ($id: ID!, $expectedVersion: Int) {{ deleteTask(id: $id, expectedVersion: $expectedVersion) {{
    ... on DeleteTaskSuccess {{ deletedId task {{ id title category {{ name }} }} }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id }} ... on VersionConflictError {{ current {{ id }} expectedVersion }} }} }}"""
READ = "query ($id: ID!) { task(id: $id) { id title version category { name } } }"
EVERYTHING = {"title", "description", "completed", "completedAt", "priority", "dueAt", "category"}


def problems(answer: dict[str, Any]) -> list[tuple[str, str]]:
    assert answer["__typename"] == "ValidationError"
    assert (answer["code"], answer["path"]) == ("INVALID", None)
    assert all(problem["message"].endswith(".") for problem in answer["problems"])
    return [(".".join(problem["path"]), problem["code"]) for problem in answer["problems"]]


async def count(api: Api) -> int:
    found: int = await api.field("{ taskCount }")
    return found


async def test_an_empty_database_has_an_empty_list(api: Api) -> None:
    assert await api.data("{ tasks { id } taskCount categories { id } }") == {
        "tasks": [],
        "taskCount": 0,
        "categories": [],
    }


async def test_create_then_read(api: Api) -> None:
    home = await api.create_category("Home")
    task = await api.create_task(
        "  Wässern 🌱 ",
        description="a\nb",
        completed=False,
        priority="HIGH",
        dueAt="2020-01-31T10:30:00+01:00",
        category={"id": home["id"]},
    )
    assert {key: task[key] for key in ("title", "description", "priority", "dueAt", "overdue", "version")} == {
        "title": "Wässern 🌱",
        "description": "a\nb",
        "priority": "HIGH",
        "dueAt": "2020-01-31T09:30:00+00:00",
        "overdue": True,
        "version": 1,
    }
    assert task["createdAt"] == task["updatedAt"]
    assert task["createdAt"].endswith("+00:00")
    assert await api.field(READ, id=task["id"]) == {
        "id": task["id"],
        "title": "Wässern 🌱",
        "version": 1,
        "category": {"name": "Home"},
    }


async def test_a_task_begins_with_defaults(api: Api) -> None:
    task = await api.create_task("Fern")
    assert {key: task[key] for key in EVERYTHING - {"title"}} == {
        "description": None,
        "completed": False,
        "completedAt": None,
        "priority": "NONE",
        "dueAt": None,
        "category": None,
    }
    assert task["overdue"] is False


async def test_a_completed_task_is_not_overdue(api: Api) -> None:
    task = await api.create_task(completed=True, dueAt="2020-01-01T00:00:00Z")
    assert task["overdue"] is False
    assert task["completedAt"] is not None


async def test_a_task_that_does_not_exist_is_null(api: Api) -> None:
    assert await api.field(READ, id=NO_TASK) is None


@pytest.mark.parametrize("id", ["", "1", "VGFzazow", global_id.encode("Category", 1), "\ud800", "x" * 10_000])
async def test_a_wrong_id_is_told(api: Api, id: str) -> None:
    error = await api.error(READ, id=id)
    assert error["path"] == ["task"]
    assert error["extensions"]["code"] == "INVALID_ID"
    assert error["extensions"]["problems"][0]["path"] == ["id"]
    assert problems(await api.field(UPDATE, id=id, patch={})) == [("id", "INVALID_ID")]
    assert problems(await api.field(DELETE, id=id)) == [("id", "INVALID_ID")]


async def test_all_problems_of_a_new_task_come_together_and_nothing_is_created(api: Api) -> None:
    answer = await api.field(
        CREATE,
        input={
            "title": " \t",
            "description": "x" * 10_001,
            "category": {"create": {"name": "x" * 101, "color": "red"}},
        },
    )
    assert problems(answer) == [
        ("input.title", "BLANK"),
        ("input.description", "TOO_LONG"),
        ("input.category.create.name", "TOO_LONG"),
        ("input.category.create.color", "INVALID_COLOR"),
    ]
    assert answer["message"] == (
        "`input.title`: Must not be blank. `input.description`: Must be at most 10000 characters long; it has 10001. "
        "`input.category.create.name`: Must be at most 100 characters long; it has 101. There is 1 more problem."
    )
    assert await api.data("{ taskCount categories { id } }") == {"taskCount": 0, "categories": []}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("", "BLANK"),
        ("\u3000\u00a0", "BLANK"),
        ("a" * 201, "TOO_LONG"),
        ("a\nb", "INVALID_CHARACTER"),
        ("a\0b", "INVALID_CHARACTER"),
        ("a\ud800", "INVALID_CHARACTER"),
    ],
)
async def test_titles_have_rules(api: Api, title: str, code: str) -> None:
    assert problems(await api.field(CREATE, input={"title": title})) == [("input.title", code)]
    task = await api.create_task()
    assert problems(await api.field(UPDATE, id=task["id"], patch={"title": title})) == [("patch.title", code)]


async def test_a_new_task_goes_into_a_category_by_id_name_or_creation(api: Api) -> None:
    home = await api.create_category("Straße")
    by_id = await api.create_task("a", category={"id": home["id"]})
    by_name = await api.create_task("b", category={"name": "STRASSE"})
    created = await api.create_task("c", category={"create": {"name": "Work", "color": "#ABCDEF"}})
    assert by_id["category"] == by_name["category"] == {"id": home["id"], "name": "Straße"}
    assert created["category"]["name"] == "Work"
    assert await api.field('{ category(by: {name: "work"}) { id color } }') == {
        "id": created["category"]["id"],
        "color": "#abcdef",
    }


async def test_a_category_that_does_not_exist_is_told_and_nothing_is_created(api: Api) -> None:
    by_id = await api.field(CREATE, input={"title": "a", "category": {"id": NO_CATEGORY}})
    assert (by_id["__typename"], by_id["code"]) == ("NotFoundError", "NOT_FOUND")
    assert (by_id["path"], by_id["id"], by_id["name"]) == (["input", "category", "id"], NO_CATEGORY, None)
    by_name = await api.field(CREATE, input={"title": "a", "category": {"name": "Nowhere"}})
    assert (by_name["path"], by_name["id"], by_name["name"]) == (["input", "category", "name"], None, "Nowhere")
    assert await count(api) == 0


async def test_a_new_category_of_a_taken_name_is_told(api: Api) -> None:
    home = await api.create_category("Home")
    answer = await api.field(CREATE, input={"title": "a", "category": {"create": {"name": "HOME"}}})
    assert (answer["__typename"], answer["code"]) == ("AlreadyExistsError", "ALREADY_EXISTS")
    assert (answer["path"], answer["existing"]) == (["input", "category", "create", "name"], {"id": home["id"]})
    assert await count(api) == 0


@pytest.mark.parametrize("link", [{}, {"id": None}, {"id": NO_CATEGORY, "name": "Home"}])
async def test_a_link_has_exactly_one_key(api: Api, link: dict[str, Any]) -> None:
    error = await api.error(CREATE, input={"title": "a", "category": link})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"title": " New "}, {"title": "New"}),
    ({"description": "New"}, {"description": "New"}),
    ({"description": None}, {"description": None}),
    ({"description": ""}, {"description": None}),
    ({"priority": "URGENT"}, {"priority": "URGENT"}),
    ({"dueAt": "2030-01-01T00:00:00Z"}, {"dueAt": "2030-01-01T00:00:00+00:00"}),
    ({"dueAt": None}, {"dueAt": None}),
    ({"completed": False}, {"completed": False, "completedAt": None}),
    ({"category": None}, {"category": None}),
    ({"category": {"create": {"name": "Work"}}}, {"category": "Work"}),
    ({"title": "New", "dueAt": None}, {"title": "New", "dueAt": None}),
]


@pytest.mark.parametrize(("patch", "changed"), CHANGES, ids=[str(patch) for patch, _ in CHANGES])
async def test_a_patch_changes_what_it_names_and_nothing_else(
    api: Api, patch: dict[str, Any], changed: dict[str, Any]
) -> None:
    """What is left out is kept, null clears; by variables and by literals."""
    before = await api.create_task(
        description="Keep me",
        completed=True,
        priority="LOW",
        dueAt="2026-01-01T00:00:00Z",
        category={"create": {"name": "Home"}},
    )
    after = (await api.field(UPDATE, id=before["id"], patch=patch))["task"]

    def shown(task: dict[str, Any]) -> dict[str, Any]:
        return {**{key: task[key] for key in EVERYTHING}, "category": (task["category"] or {}).get("name")}

    assert shown(after) == {**shown(before), **changed}
    assert (after["version"], after["createdAt"]) == (2, before["createdAt"])
    assert after["updatedAt"] > before["updatedAt"]


async def test_absent_and_null_differ_in_literals_too(api: Api) -> None:
    task = await api.create_task(description="Keep me", dueAt="2026-01-01T00:00:00Z")

    async def update(patch: str, **text: str | None) -> str | None:
        declared = ", $text: String" if "$text" in patch else ""
        mutation = f"mutation ($id: ID!{declared}) {{ updateTask(id: $id, patch: {{{patch}}}) {{ ...Shown }} }}"
        fragment = "fragment Shown on TaskSuccess { task { description dueAt } }"
        shown = (await api.field(f"{mutation} {fragment}", id=task["id"], **text))["task"]
        assert shown["dueAt"] == "2026-01-01T00:00:00+00:00"
        description: str | None = shown["description"]
        return description

    assert await update("") == "Keep me"
    assert await update("description: $text") == "Keep me"  # a variable that is not given leaves its key out
    assert await update("description: null") is None
    assert await update("description: $text", text="x") == "x"
    assert await update("description: $text", text=None) is None


@pytest.mark.parametrize("key", ["title", "completed", "priority"])
async def test_null_for_what_cannot_be_cleared_is_told(api: Api, key: str) -> None:
    task = await api.create_task()
    assert problems(await api.field(UPDATE, id=task["id"], patch={key: None})) == [(f"patch.{key}", "NULL")]
    literal = f'mutation {{ updateTask(id: "{task["id"]}", patch: {{{key}: null}}) {{ {ERROR} {PROBLEMS} }} }}'
    assert problems(await api.field(literal)) == [(f"patch.{key}", "NULL")]


async def test_the_problems_of_all_arguments_come_together(api: Api) -> None:
    answer = await api.field(UPDATE, id="zzz", patch={"title": "", "priority": None, "category": {"id": "zzz"}})
    assert sorted(problems(answer)) == [
        ("id", "INVALID_ID"),
        ("patch.category.id", "INVALID_ID"),
        ("patch.priority", "NULL"),
        ("patch.title", "BLANK"),
    ]


@pytest.mark.parametrize("patch", [{}, {"title": "Water the plants"}, {"completed": False, "category": None}])
async def test_a_patch_that_changes_nothing_changes_nothing(api: Api, patch: dict[str, Any]) -> None:
    before = await api.create_task()
    after = (await api.field(UPDATE, id=before["id"], patch=patch))["task"]
    assert (after["version"], after["updatedAt"]) == (1, before["updatedAt"])


async def test_completing_and_reopening(api: Api) -> None:
    task = await api.create_task()
    done = (await api.field(UPDATE, id=task["id"], patch={"completed": True}))["task"]
    assert done["completedAt"] == done["updatedAt"]
    again = (await api.field(UPDATE, id=task["id"], patch={"completed": True, "title": "x"}))["task"]
    assert again["completedAt"] == done["completedAt"]
    reopened = (await api.field(UPDATE, id=task["id"], patch={"completed": False}))["task"]
    assert (reopened["completed"], reopened["completedAt"]) == (False, None)


@pytest.mark.parametrize("patch", [{}, {"title": "Mine"}])
async def test_a_version_conflict_shows_the_task_as_it_is(api: Api, patch: dict[str, Any]) -> None:
    task = await api.create_task(category={"create": {"name": "Home"}})
    await api.field(UPDATE, id=task["id"], patch={"title": "Theirs"}, expectedVersion=1)
    answer = await api.field(UPDATE, id=task["id"], patch=patch, expectedVersion=1)
    assert (answer["__typename"], answer["code"], answer["expectedVersion"]) == (
        "VersionConflictError",
        "VERSION_CONFLICT",
        1,
    )
    assert answer["path"] == ["expectedVersion"]
    assert answer["current"] == {"id": task["id"], "title": "Theirs", "version": 2, "category": {"name": "Home"}}
    assert (await api.field(READ, id=task["id"]))["title"] == "Theirs"


async def test_an_expected_version_of_null_is_not_given(api: Api) -> None:
    task = await api.create_task()
    assert (await api.field(UPDATE, id=task["id"], patch={"title": "x"}, expectedVersion=None))["task"]["version"] == 2


async def test_what_is_not_found_is_told_before_a_conflict(api: Api) -> None:
    missing = await api.field(UPDATE, id=NO_TASK, patch={"title": "x"}, expectedVersion=9)
    assert (missing["__typename"], missing["path"], missing["id"]) == ("NotFoundError", ["id"], NO_TASK)
    task = await api.create_task()
    for link, path in (({"id": NO_CATEGORY}, "id"), ({"name": "Nowhere"}, "name")):
        answer = await api.field(UPDATE, id=task["id"], patch={"category": link}, expectedVersion=9)
        assert (answer["__typename"], answer["path"]) == ("NotFoundError", ["patch", "category", path])


async def test_a_conflict_is_told_before_a_taken_name(api: Api) -> None:
    await api.create_category("Home")
    task = await api.create_task()
    patch = {"category": {"create": {"name": "Home"}}}
    assert (await api.field(UPDATE, id=task["id"], patch=patch, expectedVersion=9))["code"] == "VERSION_CONFLICT"
    taken = await api.field(UPDATE, id=task["id"], patch=patch, expectedVersion=1)
    assert (taken["code"], taken["path"]) == ("ALREADY_EXISTS", ["patch", "category", "create", "name"])


async def test_delete_answers_the_task_as_it_was(api: Api) -> None:
    task = await api.create_task(category={"create": {"name": "Home"}})
    assert await api.field(DELETE, id=task["id"]) == {
        "__typename": "DeleteTaskSuccess",
        "deletedId": task["id"],
        "task": {"id": task["id"], "title": "Water the plants", "category": {"name": "Home"}},
    }
    assert await count(api) == 0
    again = await api.field(DELETE, id=task["id"])
    assert (again["code"], again["path"], again["id"]) == ("NOT_FOUND", ["id"], task["id"])


async def test_delete_expects_a_version(api: Api) -> None:
    task = await api.create_task()
    conflict = await api.field(DELETE, id=task["id"], expectedVersion=2)
    assert (conflict["code"], conflict["current"], conflict["expectedVersion"]) == (
        "VERSION_CONFLICT",
        {"id": task["id"]},
        2,
    )
    assert await count(api) == 1
    assert (await api.field(DELETE, id=task["id"], expectedVersion=1))["deletedId"] == task["id"]


async def seed(raw: Raw, tasks: int) -> None:
    await raw.execute("INSERT INTO categories (name, name_key) SELECT 'C' || n, 'c' || n FROM generate_series(1, 10) n")
    await raw.execute(
        "INSERT INTO tasks (title, title_key, category_id, completed, completed_at, created_at) "
        "SELECT 'T' || n, 't' || n, CASE WHEN n % 5 > 0 THEN (SELECT min(id) FROM categories) + n % 10 END, n % 4 = 0, "
        "CASE WHEN n % 4 = 0 THEN now() END, now() - n * interval '1 minute' FROM generate_series(1, $1::int) n",
        tasks,
    )


LIST = """query ($filter: TaskFilter, $orderBy: [TaskOrder!], $limit: Int! = 20, $offset: Int! = 0) {
    tasks(filter: $filter, orderBy: $orderBy, limit: $limit, offset: $offset) { title } }"""


async def titles(api: Api, **variables: Any) -> list[str]:
    return [task["title"] for task in await api.field(LIST, **variables)]


async def test_pages(api: Api, raw: Raw) -> None:
    await seed(raw, 30)
    assert await titles(api) == [f"T{n}" for n in range(1, 21)]
    assert await titles(api, limit=3, offset=28) == ["T29", "T30"]
    assert await titles(api, limit=0) == []
    assert len(await titles(api, limit=100)) == 30
    assert await titles(api, offset=10_000) == []


@pytest.mark.parametrize(
    "page", [{"limit": -1}, {"limit": 101}, {"offset": -1}, {"offset": 10_001}, {"limit": 2**31 - 1}]
)
async def test_pages_out_of_bounds_are_refused(api: Api, page: dict[str, int]) -> None:
    error = await api.error(LIST, **page)
    assert (error["path"], error["extensions"]) == (["tasks"], {"code": "INVALID_PAGE"})


async def test_filters(api: Api, raw: Raw) -> None:
    await seed(raw, 10)
    ids = {category["name"]: category["id"] for category in await api.field("{ categories { id name } }")}
    first, second = ids["C2"], ids["C3"]  # of T1 and T2

    async def found(filter: dict[str, Any] | None) -> set[str]:
        shown = set(await titles(api, filter=filter))
        assert await api.field("query ($filter: TaskFilter) { taskCount(filter: $filter) }", filter=filter) == len(
            shown
        )
        return shown

    everything = {f"T{n}" for n in range(1, 11)}
    for all_of_them in (None, {}, {"completed": None, "category": None}):
        assert await found(all_of_them) == everything
    assert await found({"completed": True}) == {"T4", "T8"}
    assert await found({"completed": False}) == everything - {"T4", "T8"}
    assert await found({"category": {"isNull": True}}) == {"T5", "T10"}
    assert await found({"category": {"isNull": False}}) == everything - {"T5", "T10"}
    assert await found({"category": {"is": {}}}) == everything - {"T5", "T10"}
    assert await found({"category": {"is": {"id": {"eq": first}}}}) == {"T1"}
    assert await found({"category": {"is": {"id": {"in": [first, second]}}}}) == {"T1", "T2"}
    assert await found({"category": {"is": {"id": {"notIn": [first]}}}}) == everything - {"T1", "T5", "T10"}
    assert await found({"completed": True, "category": {"is": {"id": {"neq": first}}}}) == {"T4", "T8"}


async def test_a_wrong_id_in_a_filter_is_told_with_its_path(api: Api) -> None:
    error = await api.error(LIST, filter={"category": {"is": {"id": {"in": [NO_CATEGORY, "zzz"], "eq": NO_TASK}}}})
    assert error["extensions"]["code"] == "INVALID_ID"
    assert [problem["path"] for problem in error["extensions"]["problems"]] == [
        ["filter", "category", "is", "id", "eq"],
        ["filter", "category", "is", "id", "in", "1"],
    ]


async def test_lists_in_filters_are_bounded(api: Api) -> None:
    many = [NO_CATEGORY] * 101
    error = await api.error(LIST, filter={"category": {"is": {"id": {"in": many}}}})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["problems"][0]["code"] == "TOO_LONG"
    assert await titles(api, filter={"category": {"is": {"id": {"notIn": many[:100]}}}}) == []


async def test_an_order_names_a_key_once(api: Api) -> None:
    error = await api.error(LIST, orderBy=[{"title": "ASC"}, {"title": "DESC"}])
    assert error["extensions"]["code"] == "INVALID_ORDER"


ORDERS = ["createdAt", "updatedAt", "dueAt", "completedAt", "title", "priority", "completed", "categoryName"]


@pytest.mark.parametrize("key", ORDERS)
async def test_every_order_pages_through_everything_once(api: Api, raw: Raw, key: str) -> None:
    await seed(raw, 45)
    for direction in ("ASC", "DESC"):
        walked: list[str] = []
        for offset in range(0, 50, 10):
            walked += await titles(api, orderBy=[{key: direction}], limit=10, offset=offset)
        assert sorted(walked) == sorted(f"T{n}" for n in range(1, 46))


async def test_the_number_of_statements_does_not_grow_with_the_rows(api: Api, raw: Raw) -> None:
    await seed(raw, 100)
    query = (
        "query ($limit: Int!) { tasks(limit: $limit, orderBy: [{createdAt: DESC}]) { id title category { id name } } }"
    )
    for limit in (1, 100):
        with api.statements() as seen:
            assert len(await api.field(query, limit=limit)) == limit
        assert len(seen) == 1, seen


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("{ tasks { title category { name color createdAt } } }", 1),
        ("{ tasks { category { __typename } } }", 1),
        ("{ tasks { category { id } } }", 1),
        ("{ tasks { category { color } } }", 1),
        ("{ tasks { category { createdAt } } }", 1),
        ("{ a: tasks { category { name } } b: tasks(limit: 1) { category { color version updatedAt } } }", 2),
        ("{ tasks { category { taskCount } } }", 2),
        ("{ categories { createdAt tasksConnection { nodes { category { name } } } } }", 2),
        ("{ tasks(orderBy: [{ categoryName: DESC }], limit: 2, offset: 1) { title category { name } } }", 1),
        ('{ tasks(filter: { search: "a" }) { title category { name } } }', 1),
        ("{ tasksConnection(first: 2, orderBy: [{ title: DESC }]) { nodes { title category { name } } } }", 1),
        ("{ tasksConnection(last: 2, orderBy: [{ categoryName: ASC }]) { edges { node { category { name } } } } }", 1),
        ("{ tasks { category { name taskCount tasksConnection { nodes { title category { name } } } } } }", 3),
        ("{ categories { name tasksConnection { nodes { title category { name updatedAt } } } } }", 2),
        ("{ tags { name tasksConnection { nodes { title category { name } } } } }", 3),
        ('{ category(by: { name: "b" }) { tasksConnection { nodes { title category { name } } } } }', 3),
        ('{ a: tasks { category { name } } b: taskCount category(by: { name: "b" }) { name } }', 3),
    ],
)
async def test_tasks_are_read_with_their_categories(api: Api, database: str, query: str, statements: int) -> None:
    """By a compiled operation, with these statements; an ordinary one finds the same, with more."""
    for name in "bc":
        await api.create_category(name)
    for title, category in [("a", {"name": "b"}), ("b", {"name": "c"}), ("c", None), ("d", {"name": "b"})]:
        await api.create_task(title, tags=["t"], category=category)
    with api.statements() as seen:
        compiled = await api.data(query)
    assert len(seen) == statements, seen
    async with api_on(database, compile_operations="never") as ordinary:
        assert await ordinary.data(query) == compiled


@pytest.mark.parametrize("asked", ["id", "name", "__typename color", "id name", "createdAt version name"])
async def test_a_new_task_is_answered_with_its_category(api: Api, asked: str) -> None:
    """With all that is asked of it, by one statement, on its first and on its second use."""
    home = await api.create_category("Home")
    create = f"createTask(input: $input) {{ ... on TaskSuccess {{ task {{ category {{ {asked} }} }} }} }}"
    category = await api.field(f"query ($id: ID!) {{ category(by: {{ id: $id }}) {{ {asked} }} }}", id=home["id"])
    for id, expected in ((home["id"], category), (home["id"], category), (None, None)):
        with api.statements() as seen:
            input = {"title": "x", "category": id and {"id": id}}
            made = await api.field(f"mutation ($input: CreateTaskInput!) {{ {create} }}", input=input)
        assert made == {"task": {"category": expected}}
        assert len(seen) == 1, seen


async def test_what_nobody_asks_for_is_not_read_along(api: Api) -> None:
    await api.create_task(category={"create": {"name": "Home"}})
    with api.statements() as seen:
        await api.data("{ tasks { title } }")
        await api.data("query ($w: Boolean!) { tasks { title category @include(if: $w) { name } } }", w=False)
    assert not [statement for statement in seen if "categories" in statement]


async def test_aliases_of_one_task_are_one_statement(api: Api) -> None:
    tasks = [await api.create_task(f"Task {n}") for n in range(5)]
    query = " ".join(f't{n}: task(id: "{task["id"]}") {{ title }}' for n, task in enumerate(tasks))
    with api.statements() as seen:
        answer = await api.data(f"{{ {query} }}")
    assert answer == {f"t{n}": {"title": f"Task {n}"} for n in range(5)}
    assert len(seen) == 1


async def test_what_a_write_has_looked_up_is_not_looked_up_again(api: Api) -> None:
    """It is what the write has seen, and no write after it takes it for true."""
    home = (await api.create_task(category={"create": {"name": "Home"}}))["category"]["id"]
    create = (
        'createTask(input: { title: "x", category: { id: $id } }) { ... on TaskSuccess { task { category { name } } } }'
    )
    rename = 'updateCategory(id: $id, patch: { name: "House" }) { __typename }'
    with api.statements() as seen:
        assert await api.field(f"mutation ($id: ID!) {{ {create} }}", id=home) == {
            "task": {"category": {"name": "Home"}}
        }
    assert len(seen) == 1
    answer = await api.data(f"mutation ($id: ID!) {{ a: {create} {rename} b: {create} }}", id=home)
    assert [answer[key]["task"]["category"]["name"] for key in "ab"] == ["Home", "House"]


async def test_what_a_write_has_seen_that_is_not_kept_was_never_true(api: Api) -> None:
    task = await api.create_task(category={"create": {"name": "Home"}})
    dry = (
        "updateTasks(where: { ids: [$task] }, patch: { category: { id: $id } }, dryRun: true) "
        "{ ... on UpdateTasksSuccess { tasks { category { name } } } }"
    )
    with api.statements() as seen:
        answer = await api.field(
            f"mutation ($task: ID!, $id: ID!) {{ {dry} }}", task=task["id"], id=task["category"]["id"]
        )
    assert answer == {"tasks": [{"category": {"name": "Home"}}]}
    assert seen[-1].startswith("SELECT categories.id")
