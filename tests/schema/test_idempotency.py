"""Idempotency keys through GraphQL: what is created once, whatever happens to the answer and whoever else asks."""

import asyncio
from typing import Any

import pytest

from gql_api.repositories.idempotency import PURGED
from gql_api.resolvers.idempotency import _hash
from gql_api.schema import global_id
from gql_api.shapes.tag import NewTag
from tests.api import ERROR, PROBLEMS, Api
from tests.conftest import Raw, api_on, waiting_for_a_lock
from tests.schema.test_operations import DIE, RAISE, fail_on

ERRORS = f"{ERROR} {PROBLEMS} ... on NotFoundError {{ id }}"


def creation(field: str, type_: str, success: str, shown: str) -> str:
    return f"""mutation ($input: {type_}!, $key: String) {{ {field}(input: $input, idempotencyKey: $key) {{
        ... on {success} {{ {shown} replayed }} {ERRORS} }} }}"""


TASK = creation("createTask", "CreateTaskInput", "TaskSuccess", "task { id title version tags { name } }")
TASKS = creation("createTasks", "[CreateTaskInput!]", "CreateTasksSuccess", "tasks { id title version }")
CATEGORY = creation("createCategory", "CreateCategoryInput", "CategorySuccess", "category { id name version }")
TAG = creation("createTag", "CreateTagInput", "TagSuccess", "tag { id name version }")

CREATIONS: dict[str, tuple[str, Any, Any]] = {
    "task": (TASK, {"title": "Fern", "tags": ["a"]}, {"title": "Fern", "tags": ["b"]}),
    "tasks": (TASKS, [{"title": "Fern"}, {"title": "Ivy"}], [{"title": "Ivy"}, {"title": "Fern"}]),
    "category": (CATEGORY, {"name": "Home"}, {"name": "Home", "color": "#ffffff"}),
    "tag": (TAG, {"name": "green"}, {"name": "GREEN"}),
}
"""Each field that takes a key, with an input and another one."""

each_creation = pytest.mark.parametrize("what", CREATIONS)


async def rows(raw: Raw) -> dict[str, int]:
    tables = ("tasks", "categories", "tags", "idempotency_keys")
    return {table: await raw.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


def first_id(answer: dict[str, Any]) -> str:
    (value,) = (each for key, each in answer.items() if key in {"task", "tasks", "category", "tag"})
    id: str = (value[0] if isinstance(value, list) else value)["id"]
    return id


@each_creation
async def test_the_same_key_creates_once(api: Api, raw: Raw, what: str) -> None:
    create, input, _ = CREATIONS[what]
    first = await api.field(create, input=input, key="k 1 é🌱")
    assert first["replayed"] is False
    after = await rows(raw)
    assert after["idempotency_keys"] == 1
    for _ in range(2):
        assert await api.field(create, input=input, key="k 1 é🌱") == {**first, "replayed": True}
    assert await rows(raw) == after


@pytest.mark.parametrize("what", ["task", "tasks"])
async def test_without_a_key_each_call_creates(api: Api, raw: Raw, what: str) -> None:
    create, input, _ = CREATIONS[what]
    answers = [await api.field(create, input=input, **key) for key in ({}, {}, {"key": None}, {"key": None})]
    assert [answer["replayed"] for answer in answers] == [False] * 4
    assert len({first_id(answer) for answer in answers}) == 4
    assert (await rows(raw))["idempotency_keys"] == 0


@each_creation
async def test_another_input_of_the_same_key_is_a_conflict(api: Api, raw: Raw, what: str) -> None:
    create, input, other = CREATIONS[what]
    first = await api.field(create, input=input, key="k")
    after = await rows(raw)
    answer = await api.field(create, input=other, key="k")
    assert answer["__typename"] == "IdempotencyConflictError"
    assert (answer["code"], answer["path"]) == ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])
    assert await rows(raw) == after
    assert await api.field(create, input=input, key="k") == {**first, "replayed": True}
    # Keys are compared as they are written.
    assert (await api.field(create, input=other, key="K"))["__typename"] != "IdempotencyConflictError"


async def test_another_field_has_its_own_keys(api: Api) -> None:
    answers = [await api.field(create, input=input, key="k") for create, input, _ in CREATIONS.values()]
    assert [answer.get("replayed") for answer in answers] == [False] * 4


@pytest.mark.parametrize(
    ("input", "same"),
    [
        ({"title": "Fern"}, {"title": "Fern", "completed": False, "priority": "NONE", "tags": []}),
        ({"title": "Fern"}, {"title": "Fern", "description": None, "dueAt": None, "category": None}),
        ({"title": "Fern", "dueAt": "2030-01-31T10:30:00+01:00"}, {"dueAt": "2030-01-31T09:30:00Z", "title": "Fern"}),
        (
            {"title": "Fern", "category": {"create": {"name": "Home"}}},
            {"category": {"create": {"color": None, "name": "Home"}}, "title": "Fern"},
        ),
    ],
)
async def test_what_means_the_same_is_the_same_input(api: Api, input: dict[str, Any], same: dict[str, Any]) -> None:
    first = await api.field(TASK, input=input, key="k")
    assert await api.field(TASK, input=same, key="k") == {**first, "replayed": True}
    literal = f'mutation {{ createTask(input: {{title: "Fern"}}, idempotencyKey: "k") {{ {ERROR} }} }}'
    expected = "TaskSuccess" if input == {"title": "Fern"} else "IdempotencyConflictError"
    assert (await api.field(literal))["__typename"] == expected


def test_a_field_that_is_new_in_an_input_makes_no_other_input_of_it() -> None:
    """Else keys that were sent before a new version of the API would conflict after it."""

    class Wider(NewTag):
        color: str | None
        starred: bool = False

    assert _hash(Wider(name="green", color=None)) == _hash(NewTag(name="green"))
    assert _hash(Wider(name="green", color=None, starred=True)) != _hash(NewTag(name="green"))


@pytest.mark.parametrize(
    "other",
    [
        {"title": "fern"},
        {"title": "Fern", "completed": True},
        {"title": "Fern", "priority": "LOW"},
        {"title": "Fern", "description": "x"},
        {"title": "Fern", "tags": ["x"]},
        {"title": "Fern", "category": {"create": {"name": "Home"}}},
    ],
)
async def test_what_means_something_else_is_another_input(api: Api, other: dict[str, Any]) -> None:
    await api.field(TASK, input={"title": "Fern"}, key="k")
    assert (await api.field(TASK, input=other, key="k"))["code"] == "IDEMPOTENCY_CONFLICT"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "BLANK"),
        ("x" * 201, "TOO_LONG"),
        ("a\nb", "INVALID_CHARACTER"),
        ("a\0b", "INVALID_CHARACTER"),
        ("a\u200bb", "INVALID_CHARACTER"),
        ("\ud800", "INVALID_CHARACTER"),
    ],
)
@each_creation
async def test_keys_have_rules(api: Api, raw: Raw, what: str, key: str, code: str) -> None:
    create, input, _ = CREATIONS[what]
    answer = await api.field(create, input=input, key=key)
    assert [(problem["path"], problem["code"]) for problem in answer["problems"]] == [(["idempotencyKey"], code)]
    assert sum((await rows(raw)).values()) == 0


async def test_the_problems_of_key_and_input_come_together(api: Api) -> None:
    answer = await api.field(TASK, input={"title": ""}, key="")
    assert [problem["path"] for problem in answer["problems"]] == [["input", "title"], ["idempotencyKey"]]


async def test_the_longest_key_is_accepted(api: Api) -> None:
    for key in ("🦕" * 200, "ü" * 200, " "):
        assert (await api.field(TASK, input={"title": "x"}, key=key))["replayed"] is False
        assert (await api.field(TASK, input={"title": "x"}, key=key))["replayed"] is True


async def test_a_replay_answers_what_was_created_as_it_is_now(api: Api) -> None:
    task = (await api.field(TASK, input={"title": "Fern", "tags": ["a"]}, key="k"))["task"]
    await api.field(
        'mutation ($id: ID!) { updateTask(id: $id, patch: {title: "Ivy", tags: ["b"]}) { __typename } }', id=task["id"]
    )
    assert await api.field(TASK, input={"title": "Fern", "tags": ["a"]}, key="k") == {
        "__typename": "TaskSuccess",
        "task": {"id": task["id"], "title": "Ivy", "version": 2, "tags": [{"name": "b"}]},
        "replayed": True,
    }


@each_creation
async def test_a_replay_of_what_is_gone_is_told_and_creates_nothing(api: Api, raw: Raw, what: str) -> None:
    create, input, other = CREATIONS[what]
    gone = first_id(await api.field(create, input=input, key="k"))
    kind, id = global_id.decode(gone)
    await raw.execute(f"DELETE FROM {'categories' if kind == 'Category' else f'{kind.lower()}s'} WHERE id = $1", id)
    after = await rows(raw)
    for _ in range(2):
        answer = await api.field(create, input=input, key="k")
        assert (answer["__typename"], answer["path"], answer["id"]) == ("NotFoundError", ["idempotencyKey"], gone)
    assert (await api.field(create, input=other, key="k"))["code"] == "IDEMPOTENCY_CONFLICT"
    assert await rows(raw) == after


async def test_many_tasks_are_answered_again_in_their_order(api: Api) -> None:
    input = [{"title": f"T{n % 7}", "completed": n % 2 == 0} for n in range(200)]
    first = await api.field(TASKS, input=input, key="k")
    assert await api.field(TASKS, input=input, key="k") == {**first, "replayed": True}
    assert (await api.field(TASKS, input=input[:-1], key="k"))["code"] == "IDEMPOTENCY_CONFLICT"


async def test_a_user_error_keeps_no_key(api: Api, raw: Raw) -> None:
    await api.create_category("Home")
    input = {"title": "Fern", "tags": ["a"], "category": {"name": "Work"}}
    assert (await api.field(TASK, input=input, key="k"))["code"] == "NOT_FOUND"
    assert (await api.field(CATEGORY, input={"name": "HOME"}, key="k"))["code"] == "ALREADY_EXISTS"
    assert (await api.field(TASK, input={"title": ""}, key="k"))["code"] == "INVALID"
    assert await rows(raw) == {"tasks": 0, "categories": 1, "tags": 0, "idempotency_keys": 0}
    await api.create_category("Work")
    assert (await api.field(TASK, input=input, key="k"))["replayed"] is False


@pytest.mark.parametrize("what", [RAISE, DIE])
async def test_a_commit_that_fails_keeps_no_key(api: Api, raw: Raw, what: str) -> None:
    await fail_on(raw, "tasks", what=what, when="DEFERRED")
    assert (await api.answer(TASK, input={"title": "Fern"}, key="k"))["data"] == {"createTask": None}
    assert sum((await rows(raw)).values()) == 0
    await raw.execute("DROP TRIGGER fail ON tasks")
    assert (await api.field(TASK, input={"title": "Fern"}, key="k"))["replayed"] is False


async def test_a_call_whose_answer_was_lost_is_repeated(database: str, raw: Raw) -> None:
    """The process goes after the commit: another one that knows nothing of it answers the repetition."""
    input = [{"title": "Fern"}, {"title": "Ivy"}]
    async with api_on(database) as first:
        async with raw.transaction():
            # The write needs no tags, but the answer does.
            await raw.execute("LOCK TABLE tags IN ACCESS EXCLUSIVE MODE")
            create = TASKS.replace("title version", "tags { name }")
            running = asyncio.create_task(first.field(create, input=input, key="k"))
            await waiting_for_a_lock(raw, 1)
            assert await raw.fetchval("SELECT count(*) FROM tasks") == 2
            running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()
    async with api_on(database) as second:
        answer = await second.field(TASKS, input=input, key="k")
    assert (answer["replayed"], [task["title"] for task in answer["tasks"]]) == (True, ["Fern", "Ivy"])
    assert (await rows(raw))["tasks"] == 2


@pytest.mark.parametrize("what", ["task", "tag"])
async def test_two_at_once_create_once(api: Api, raw: Raw, what: str) -> None:
    """The first is held in the middle of its creation; the second waits for it, and has nothing of its own."""
    create, input, _ = CREATIONS[what]
    table = f"{what}s"
    async with raw.transaction():
        await raw.execute(f"LOCK TABLE {table} IN SHARE MODE")
        running = [asyncio.create_task(api.field(create, input=input, key="k")) for _ in range(2)]
        await waiting_for_a_lock(raw, 2)
        assert (
            await raw.fetchval(f"SELECT count(*) FROM pg_locks WHERE relation = '{table}'::regclass AND NOT granted")
            == 1
        )
    answers = sorted(await asyncio.gather(*running), key=lambda answer: bool(answer["replayed"]))
    assert [answer["replayed"] for answer in answers] == [False, True]
    assert answers[1] == {**answers[0], "replayed": True}
    assert (await rows(raw))[table] == 1


async def test_of_two_at_once_the_second_creates_when_the_first_fails(api: Api, raw: Raw) -> None:
    """A trigger holds the first creation, and lets it fail once it goes on."""
    await raw.execute(
        """CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM 1 FROM gate FOR UPDATE;
            IF NEW.id = (SELECT first FROM gate) THEN RAISE EXCEPTION 'secret'; END IF;
            RETURN NEW; END $$;
        CREATE TABLE gate (first bigint);
        INSERT INTO gate VALUES (nextval(pg_get_serial_sequence('tasks', 'id')) + 1);
        CREATE TRIGGER fail_once BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION fail_once()"""
    )
    async with raw.transaction():
        await raw.execute("SELECT 1 FROM gate FOR UPDATE")
        running = [asyncio.create_task(api.answer(TASK, input={"title": "Fern"}, key="k")) for _ in range(2)]
        await waiting_for_a_lock(raw, 2)
    answers = await asyncio.gather(*running)
    (failed,) = (answer for answer in answers if "errors" in answer)
    (created,) = (answer for answer in answers if "errors" not in answer)
    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert created["data"]["createTask"]["replayed"] is False
    assert (await rows(raw))["tasks"] == (await rows(raw))["idempotency_keys"] == 1


async def test_thirty_at_once_create_once(api: Api, raw: Raw) -> None:
    keys = [f"k{n % 3}" for n in range(30)]
    answers = await asyncio.gather(*(api.field(TASK, input={"title": "Fern", "tags": ["a"]}, key=key) for key in keys))
    created = {key: answer["task"]["id"] for key, answer in zip(keys, answers, strict=True) if not answer["replayed"]}
    assert sorted(created) == ["k0", "k1", "k2"]
    assert [answer["task"]["id"] for answer in answers] == [created[key] for key in keys]
    assert (await rows(raw))["tasks"] == 3


async def age(raw: Raw, hours: float, key: str = "k") -> None:
    await raw.execute(f"UPDATE idempotency_keys SET created_at = now() - interval '{hours} hours' WHERE key = $1", key)


@each_creation
async def test_a_key_is_kept_for_a_day(api: Api, raw: Raw, what: str) -> None:
    create, input, other = CREATIONS[what]
    first = await api.field(create, input=input, key="k")
    await age(raw, 23.9)
    assert await api.field(create, input=input, key="k") == {**first, "replayed": True}
    await age(raw, 24.1)
    # It is a new key now, with whatever input; what has a name cannot be created again.
    again = await api.field(create, input=other, key="k")
    if what in {"category", "tag"}:
        assert again["code"] == "ALREADY_EXISTS"
        return
    assert again["replayed"] is False
    assert first_id(again) != first_id(first)
    assert await api.field(create, input=other, key="k") == {**again, "replayed": True}
    assert (await rows(raw))["idempotency_keys"] == 1


async def test_two_who_take_an_expired_key_at_once_create_once(api: Api, raw: Raw) -> None:
    await api.field(TASK, input={"title": "Fern"}, key="k")
    await age(raw, 25)
    async with raw.transaction():
        await raw.execute("LOCK TABLE tasks IN SHARE MODE")
        running = [asyncio.create_task(api.field(TASK, input={"title": "Ivy"}, key="k")) for _ in range(2)]
        await waiting_for_a_lock(raw, 2)
    answers = await asyncio.gather(*running)
    assert sorted(answer["replayed"] for answer in answers) == [False, True]
    assert len({answer["task"]["id"] for answer in answers}) == 1
    assert (await rows(raw))["tasks"] == 2


OLD = f"""INSERT INTO idempotency_keys (field, key, input_hash, created_at)
    SELECT 'createTask', 'old' || n, decode(repeat('00', 32), 'hex'), now() - interval '1 day' - n * interval '1 second'
    FROM generate_series(1, {PURGED + 50}) n"""


async def test_expired_keys_are_removed_a_bounded_number_at_a_time(api: Api, raw: Raw) -> None:
    await raw.execute(OLD)
    left = "SELECT count(*) FROM idempotency_keys WHERE key LIKE 'old%'"
    await api.field(TASK, input={"title": "without a key"})
    assert await raw.fetchval(left) == PURGED + 50
    await api.field(TASK, input={"title": "Fern"}, key="k")
    assert await raw.fetchval(left) == 50
    assert await raw.fetchval("SELECT max(substr(key, 4)::int) FROM idempotency_keys WHERE key LIKE 'old%'") == 50
    await api.field(TAG, input={"name": "green"}, key="k")
    assert await raw.fetchval(left) == 0
    assert (await rows(raw))["idempotency_keys"] == 2


async def test_who_removes_expired_keys_waits_for_nobody(api: Api, raw: Raw) -> None:
    await raw.execute(OLD)
    async with raw.transaction():
        await raw.execute("SELECT 1 FROM idempotency_keys WHERE key <> 'old1' FOR UPDATE")
        await api.field(TASK, input={"title": "Fern"}, key="k")
    assert await raw.fetchval("SELECT count(*) FROM idempotency_keys WHERE key LIKE 'old%'") == PURGED + 49


async def test_a_key_costs_a_handful_of_statements(api: Api) -> None:
    create = TASK.replace("tags { name }", "")
    with api.statements() as without:
        await api.field(create, input={"title": "Fern"})
    with api.statements() as first:
        await api.field(create, input={"title": "Fern"}, key="k")
    with api.statements() as again:
        await api.field(create, input={"title": "Fern"}, key="k")
    assert (len(without), len(first), len(again)) == (1, 4, 3)
