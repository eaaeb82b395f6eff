"""Tags through GraphQL: each operation's happy path, each of its errors, and the tags of tasks."""

import asyncio
from typing import Any

import pytest

from gql_api.schema import global_id
from tests.api import ERROR, PROBLEMS, Api
from tests.conftest import Raw, waiting_for_a_lock

NO_TAG = global_id.encode("Tag", 2**62)
FIELDS = "id name version createdAt updatedAt"

CREATE = f"""mutation ($input: CreateTagInput!) {{ createTag(input: $input) {{
    ... on TagSuccess {{ tag {{ {FIELDS} taskCount }} }} {ERROR} {PROBLEMS}
    ... on AlreadyExistsError {{ existing {{ id ... on Tag {{ name }} }} }} }} }}"""
UPDATE = f"""mutation ($id: ID!, $patch: TagPatch!, $expectedVersion: Int) {{
    updateTag(id: $id, patch: $patch, expectedVersion: $expectedVersion) {{
    ... on TagSuccess {{ tag {{ {FIELDS} }} }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id }} ... on AlreadyExistsError {{ existing {{ id }} }}
    ... on VersionConflictError {{ expectedVersion current {{ ... on Tag {{ name version }} }} }} }} }}"""
DELETE = f"""mutation ($id: ID!, $expectedVersion: Int) {{ deleteTag(id: $id, expectedVersion: $expectedVersion) {{
    ... on DeleteTagSuccess {{ deletedId tag {{ id name taskCount }} }} {ERROR} {PROBLEMS}
    ... on NotFoundError {{ id }} ... on VersionConflictError {{ expectedVersion current {{ id }} }} }} }}"""
READ = "query ($by: TagBy!) { tag(by: $by) { id name taskCount } }"

CREATE_TASK = f"""mutation ($input: CreateTaskInput!) {{ createTask(input: $input) {{
    ... on TaskSuccess {{ task {{ id version tags {{ name }} }} }} {ERROR} {PROBLEMS} }} }}"""
UPDATE_TASK = f"""mutation ($id: ID!, $patch: TaskPatch!, $expectedVersion: Int) {{
    updateTask(id: $id, patch: $patch, expectedVersion: $expectedVersion) {{
    ... on TaskSuccess {{ task {{ id version updatedAt tags {{ name }} }} }} {ERROR} {PROBLEMS} }} }}"""
TAGS = "{ tags(orderBy: [{name: ASC}], limit: 100) { name } }"


def problems(answer: dict[str, Any]) -> list[tuple[str, str]]:
    assert (answer["__typename"], answer["code"]) == ("ValidationError", "INVALID")
    return [(".".join(problem["path"]), problem["code"]) for problem in answer["problems"]]


def names(tagged: dict[str, Any]) -> list[str]:
    return [tag["name"] for tag in tagged["tags"]]


async def all_tags(api: Api) -> list[str]:
    return [tag["name"] for tag in await api.field(TAGS)]


async def tagged(api: Api, *tags: str, title: str = "Fern") -> dict[str, Any]:
    task: dict[str, Any] = (await api.field(CREATE_TASK, input={"title": title, "tags": tags}))["task"]
    return task


async def retag(api: Api, task: dict[str, Any], **patch: Any) -> dict[str, Any]:
    changed: dict[str, Any] = (await api.field(UPDATE_TASK, id=task["id"], patch=patch))["task"]
    return changed


async def test_create_then_read_by_id_by_name_and_as_a_node(api: Api) -> None:
    created = (await api.field(CREATE, input={"name": "  Grün 🌱 "}))["tag"]
    assert (created["name"], created["version"], created["taskCount"]) == ("Grün 🌱", 1, 0)
    assert created["createdAt"] == created["updatedAt"]
    expected = {"id": created["id"], "name": "Grün 🌱", "taskCount": 0}
    assert await api.field(READ, by={"id": created["id"]}) == expected
    assert await api.field(READ, by={"name": " GRÜN 🌱"}) == expected
    assert await api.field(READ, by={"name": "Grun"}) is None
    assert await api.field(READ, by={"id": NO_TAG}) is None
    node = "query ($id: ID!) { node(id: $id) { __typename id ... on Tag { name } } }"
    assert await api.field(node, id=created["id"]) == {"__typename": "Tag", "id": created["id"], "name": "Grün 🌱"}


@pytest.mark.parametrize("by", [{}, {"id": None}, {"id": NO_TAG, "name": "x"}, {"name": "a\0b"}])
async def test_exactly_one_key_says_which(api: Api, by: dict[str, Any]) -> None:
    assert (await api.error(READ, by=by))["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("id", ["", "zzz", global_id.encode("Task", 1), global_id.encode("Category", 1)])
async def test_a_wrong_id_is_told(api: Api, id: str) -> None:
    error = await api.error(READ, by={"id": id})
    assert (error["path"], error["extensions"]["code"]) == (["tag"], "INVALID_ID")
    assert problems(await api.field(UPDATE, id=id, patch={"name": ""})) == [
        ("id", "INVALID_ID"),
        ("patch.name", "BLANK"),
    ]
    assert problems(await api.field(DELETE, id=id)) == [("id", "INVALID_ID")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "BLANK"),
        ("\u3000", "BLANK"),
        ("x" * 51, "TOO_LONG"),
        ("a\nb", "INVALID_CHARACTER"),
        ("a\0", "INVALID_CHARACTER"),
    ],
)
async def test_names_have_rules_wherever_they_are_sent(api: Api, name: str, code: str) -> None:
    task = await tagged(api)
    assert problems(await api.field(CREATE, input={"name": name})) == [("input.name", code)]
    sent = await api.field(CREATE_TASK, input={"title": "x", "tags": ["fine", name]})
    assert problems(sent) == [("input.tags.1", code)]
    for key in ("tags", "addTags", "removeTags"):
        answer = await api.field(UPDATE_TASK, id=task["id"], patch={key: [name, "fine"]})
        assert problems(answer) == [(f"patch.{key}.0", code)]
    assert await all_tags(api) == []


async def test_the_longest_name_is_accepted(api: Api) -> None:
    assert (await api.field(CREATE, input={"name": "🦕" * 50}))["tag"]["name"] == "🦕" * 50


async def test_a_taken_name_shows_who_has_it(api: Api) -> None:
    green = (await api.field(CREATE, input={"name": "Straße"}))["tag"]
    answer = await api.field(CREATE, input={"name": "STRASSE"})
    assert (answer["__typename"], answer["path"]) == ("AlreadyExistsError", ["input", "name"])
    assert answer["existing"] == {"id": green["id"], "name": "Straße"}
    other = (await api.field(CREATE, input={"name": "other"}))["tag"]
    renamed = await api.field(UPDATE, id=other["id"], patch={"name": "strasse"})
    assert (renamed["code"], renamed["path"]) == ("ALREADY_EXISTS", ["patch", "name"])
    assert renamed["existing"] == {"id": green["id"]}


async def test_rename(api: Api) -> None:
    tag = (await api.field(CREATE, input={"name": "green"}))["tag"]
    renamed = (await api.field(UPDATE, id=tag["id"], patch={"name": "GREEN"}, expectedVersion=1))["tag"]
    assert (renamed["name"], renamed["version"], renamed["createdAt"]) == ("GREEN", 2, tag["createdAt"])
    assert renamed["updatedAt"] > tag["updatedAt"]
    for nothing in ({}, {"name": "GREEN"}):
        assert (await api.field(UPDATE, id=tag["id"], patch=nothing))["tag"] == renamed
    assert problems(await api.field(UPDATE, id=tag["id"], patch={"name": None})) == [("patch.name", "NULL")]
    conflict = await api.field(UPDATE, id=tag["id"], patch={"name": "x"}, expectedVersion=1)
    assert (conflict["code"], conflict["path"], conflict["expectedVersion"]) == (
        "VERSION_CONFLICT",
        ["expectedVersion"],
        1,
    )
    assert conflict["current"] == {"name": "GREEN", "version": 2}
    missing = await api.field(UPDATE, id=NO_TAG, patch={}, expectedVersion=7)
    assert (missing["code"], missing["path"], missing["id"]) == ("NOT_FOUND", ["id"], NO_TAG)


async def test_a_deleted_tag_leaves_its_tasks_and_their_versions(api: Api) -> None:
    task = await tagged(api, "green", "indoor")
    green = await api.field('{ tag(by: {name: "green"}) { id taskCount } }')
    assert green["taskCount"] == 1
    conflict = await api.field(DELETE, id=green["id"], expectedVersion=2)
    assert (conflict["code"], conflict["current"]) == ("VERSION_CONFLICT", {"id": green["id"]})
    assert await api.field(DELETE, id=green["id"], expectedVersion=1) == {
        "__typename": "DeleteTagSuccess",
        "deletedId": green["id"],
        "tag": {"id": green["id"], "name": "green", "taskCount": 0},
    }
    after = await api.field("query ($id: ID!) { task(id: $id) { version tags { name } } }", id=task["id"])
    assert after == {"version": 1, "tags": [{"name": "indoor"}]}
    again = await api.field(DELETE, id=green["id"])
    assert (again["code"], again["path"], again["id"]) == ("NOT_FOUND", ["id"], green["id"])


async def test_lists(api: Api) -> None:
    made = [(await api.field(CREATE, input={"name": name}))["tag"] for name in ("b", "Ä", "a")]
    query = """query ($filter: TagFilter, $orderBy: [TagOrder!], $limit: Int! = 20, $offset: Int! = 0) {
        tags(filter: $filter, orderBy: $orderBy, limit: $limit, offset: $offset) { name } }"""

    async def found(**variables: Any) -> str:
        return "".join(tag["name"] for tag in await api.field(query, **variables))

    assert await found() == "aÄb"
    assert await found(orderBy=[{"name": "ASC"}]) == "abÄ"
    assert await found(orderBy=[{"createdAt": "ASC"}], limit=1, offset=1) == "Ä"
    assert await found(filter={"id": {"notIn": [made[0]["id"]]}}) == "aÄ"
    assert (await api.error("{ tags(limit: 101) { id } }"))["extensions"]["code"] == "INVALID_PAGE"
    wrong = await api.error(query, filter={"id": {"eq": global_id.encode("Task", 1)}})
    assert wrong["extensions"]["code"] == "INVALID_ID"
    twice = await api.error(query, orderBy=[{"name": "ASC"}, {"name": "DESC"}])
    assert twice["extensions"]["code"] == "INVALID_ORDER"


async def test_a_new_task_has_tags_that_exist_and_tags_that_did_not(api: Api) -> None:
    await api.field(CREATE, input={"name": "Grün"})
    task = await tagged(api, "zebra", "GRÜN", "ant", " Zebra ", "Ähre")
    assert (task["version"], names(task)) == (1, ["ant", "Grün", "zebra", "Ähre"])
    assert await all_tags(api) == ["ant", "Grün", "zebra", "Ähre"]
    assert names(await tagged(api)) == []


CHANGES: list[tuple[dict[str, Any], list[str]]] = [
    ({"tags": ["B", "c"]}, ["b", "c"]),
    ({"tags": []}, []),
    ({"addTags": ["c", "A"]}, ["a", "b", "c"]),
    ({"removeTags": ["B", "nowhere"]}, ["a"]),
    ({"addTags": ["c"], "removeTags": ["a"]}, ["b", "c"]),
    ({"tags": ["c"], "title": "New"}, ["c"]),
]


@pytest.mark.parametrize(("patch", "expected"), CHANGES, ids=[str(patch) for patch, _ in CHANGES])
async def test_a_changed_set_of_tags_is_one_change(api: Api, patch: dict[str, Any], expected: list[str]) -> None:
    task = await tagged(api, "a", "b")
    other = await tagged(api, "a", "b", title="Other")
    changed = await retag(api, task, **patch)
    assert (names(changed), changed["version"]) == (expected, 2)
    read = "query ($id: ID!) { task(id: $id) { version tags { name } } }"
    assert names(await api.field(read, id=task["id"])) == expected
    assert await api.field(read, id=other["id"]) == {"version": 1, "tags": [{"name": "a"}, {"name": "b"}]}
    assert "nowhere" not in await all_tags(api)


NOTHING: list[dict[str, Any]] = [
    {"tags": ["B", "a", "A"]},
    {"addTags": ["A"]},
    {"addTags": [], "removeTags": []},
    {"removeTags": ["c"]},
    {"title": "Fern"},
]


@pytest.mark.parametrize("patch", NOTHING, ids=str)
async def test_the_same_set_of_tags_is_no_change(api: Api, patch: dict[str, Any]) -> None:
    task = await tagged(api, "a", "b")
    before = await api.field("query ($id: ID!) { task(id: $id) { version updatedAt } }", id=task["id"])
    after = await retag(api, task, **patch)
    assert {key: after[key] for key in ("version", "updatedAt")} == before
    assert names(after) == ["a", "b"]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"tags": ["a"], "addTags": ["b"]}, [("patch.addTags", "CONFLICTING")]),
        ({"tags": [], "removeTags": []}, [("patch.removeTags", "CONFLICTING")]),
        ({"addTags": ["a", "Straße"], "removeTags": ["STRASSE"]}, [("patch.removeTags", "CONFLICTING")]),
        ({"tags": None}, [("patch.tags", "NULL")]),
        ({"addTags": None, "removeTags": None}, [("patch.addTags", "NULL"), ("patch.removeTags", "NULL")]),
        ({"tags": ["x"] * 101}, [("patch.tags", "TOO_LONG")]),
        (
            {"title": "", "tags": ["a"], "addTags": ["b"], "removeTags": [""]},
            [("patch.title", "BLANK"), ("patch.addTags", "CONFLICTING"), ("patch.removeTags.0", "BLANK")],
        ),
    ],
)
async def test_what_cannot_go_together_is_told_with_all_else(
    api: Api, patch: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    task = await tagged(api, "old")
    assert problems(await api.field(UPDATE_TASK, id=task["id"], patch=patch)) == expected
    assert await all_tags(api) == ["old"]


async def test_a_task_has_at_most_a_hundred_tags(api: Api) -> None:
    many = [f"t{number:03}" for number in range(101)]
    assert problems(await api.field(CREATE_TASK, input={"title": "x", "tags": many})) == [("input.tags", "TOO_LONG")]
    task = await tagged(api, *many[:100])
    assert len(names(task)) == 100
    too_many = await api.field(UPDATE_TASK, id=task["id"], patch={"addTags": many[100:]})
    assert problems(too_many) == [("patch.addTags", "TOO_LONG")]
    assert many[100] not in await all_tags(api)
    swapped = await retag(api, task, addTags=many[100:], removeTags=many[:1])
    assert names(swapped) == many[1:]


async def test_tags_are_not_created_when_the_change_fails(api: Api) -> None:
    task = await tagged(api)
    conflict = await api.field(UPDATE_TASK, id=task["id"], patch={"addTags": ["new"]}, expectedVersion=9)
    assert conflict["code"] == "VERSION_CONFLICT"
    lost = await api.field(CREATE_TASK, input={"title": "x", "tags": ["new"], "category": {"name": "nowhere"}})
    assert lost["code"] == "NOT_FOUND"
    assert await all_tags(api) == []


async def test_a_deleted_task_answers_its_tags_as_they_stood(api: Api) -> None:
    task, other = await tagged(api, "b", "a"), await tagged(api, "c")
    delete = "deleteTask(id: {}) {{ ... on DeleteTaskSuccess {{ task {{ tags {{ name taskCount }} }} }} }}"
    answer = await api.data(
        f"mutation ($a: ID!, $b: ID!) {{ first: {delete.format('$a')} second: {delete.format('$b')} }}",
        a=task["id"],
        b=other["id"],
    )
    assert answer["first"]["task"]["tags"] == [{"name": "a", "taskCount": 0}, {"name": "b", "taskCount": 0}]
    assert answer["second"]["task"]["tags"] == [{"name": "c", "taskCount": 0}]
    assert await all_tags(api) == ["a", "b", "c"]


async def test_the_number_of_statements_does_not_grow_with_tasks_and_tags(api: Api, raw: Raw) -> None:
    await raw.execute("INSERT INTO tags (name, name_key) SELECT 'T' || n, 't' || n FROM generate_series(1, 10) n")
    await raw.execute("INSERT INTO tasks (title, title_key) SELECT 'x', 'x' FROM generate_series(1, 100)")
    await raw.execute("INSERT INTO task_tags SELECT tasks.id, tags.id FROM tasks, tags")
    query = """query ($limit: Int!) { tasks(limit: $limit) { tags { name
        taskCount open: taskCount(filter: {completed: false}) } category { name } } }"""
    for limit in (1, 50):
        with api.statements() as seen:
            answer = await api.field(query, limit=limit)
        assert [len(task["tags"]) for task in answer] == [10] * limit
        assert answer[0]["tags"][0] == {"name": "T1", "taskCount": 100, "open": 100}
        assert len(seen) == 4, seen
    by_tag = "query ($limit: Int!) { tags(limit: $limit) { taskCount } }"
    for limit in (1, 10):
        with api.statements() as seen:
            assert await api.field(by_tag, limit=limit) == [{"taskCount": 100}] * limit
        assert len(seen) == 2


async def test_many_who_create_the_same_tags_at_once_all_get_them(api: Api) -> None:
    """In both orders, by new tasks and by old ones: nobody waits in a circle, and each tag exists once."""
    tasks = [await tagged(api, title=str(number)) for number in range(10)]
    wanted = ["a", "B", "c", "D", "é"]
    answers = await asyncio.gather(
        *(retag(api, task, addTags=wanted[:: 1 if n % 2 else -1]) for n, task in enumerate(tasks)),
        *(tagged(api, *(name.upper() for name in wanted[:: 1 if n % 2 else -1])) for n in range(20)),
    )
    assert [[name.casefold() for name in names(task)] for task in answers] == [["a", "b", "c", "d", "é"]] * 30
    assert len(await all_tags(api)) == 5


@pytest.mark.parametrize("order", ["ab", "ba"])
async def test_tags_are_created_in_the_order_of_their_keys(api: Api, raw: Raw, order: str) -> None:
    """Who waits for the first of them has created none of the others yet, for which somebody might wait in turn."""
    async with raw.transaction():
        await raw.execute("INSERT INTO tags (name, name_key) VALUES ('a', 'a')")
        running = asyncio.create_task(tagged(api, *order))
        await waiting_for_a_lock(raw, 1)
        await raw.execute("INSERT INTO tags (name, name_key) VALUES ('b', 'b')")
    assert names(await running) == ["a", "b"]


async def test_a_tag_that_another_request_is_creating_is_waited_for(api: Api, raw: Raw) -> None:
    for outcome, spelling in (("commit", "GREEN"), ("rollback", "red")):
        transaction = raw.transaction()
        await transaction.start()
        await raw.execute("INSERT INTO tags (name, name_key) VALUES ($1, lower($1))", spelling.upper())
        running = asyncio.create_task(tagged(api, spelling.lower()))
        await waiting_for_a_lock(raw, 1)
        await (transaction.commit() if outcome == "commit" else transaction.rollback())
        assert names(await running) == [spelling]


async def test_a_tag_that_a_change_refers_to_is_not_deleted_meanwhile(api: Api, raw: Raw) -> None:
    """The change waits for its task and holds the tag, so who deletes the tag waits, and then takes it off the task."""
    await tagged(api, "green")
    task = await tagged(api, title="Other")
    green = await api.field('{ tag(by: {name: "green"}) { id } }')
    async with raw.transaction():
        await raw.execute("SELECT 1 FROM tags FOR UPDATE")
        adding = asyncio.create_task(retag(api, task, addTags=["green"]))
        await waiting_for_a_lock(raw, 1)
        await raw.execute("DELETE FROM tags")
    assert names(await adding) == ["green"]  # created again: the one that it waited for is gone
    assert await api.field(READ, by={"id": green["id"]}) is None


async def test_adding_and_deleting_a_tag_at_once_fail_neither(api: Api) -> None:
    delete = f"mutation ($id: ID!) {{ deleteTag(id: $id) {{ {ERROR} }} }}"
    for round_ in range(5):
        tasks = [await tagged(api, f"t{round_}", title=str(n)) for n in range(4)]
        tag = await api.field("query ($name: String!) { tag(by: {name: $name}) { id } }", name=f"t{round_}")
        deleted, *changed = await asyncio.gather(
            api.field(delete, id=tag["id"]),
            *(retag(api, task, addTags=["x"], removeTags=[f"t{round_}"]) for task in tasks[:2]),
            *(retag(api, task, tags=[f"t{round_}", "x"]) for task in tasks[2:]),
        )
        assert deleted["__typename"] == "DeleteTagSuccess"
        assert [names(task) for task in changed[:2]] == [["x"]] * 2
        assert all(names(task) in ([f"t{round_}", "x"], ["x"]) for task in changed[2:])
