"""Many who change one object at the same time: each change is whole, and none is lost unseen."""

import asyncio
from typing import Any

from gql_api.schema.global_id import encode
from tests.api import ERROR, Api
from tests.conftest import Raw, waiting_for_a_lock

TASK = "id title description version updatedAt"
UPDATE = f"""mutation ($id: ID!, $patch: TaskPatch!, $expectedVersion: Int) {{
    updateTask(id: $id, patch: $patch, expectedVersion: $expectedVersion) {{
    ... on TaskSuccess {{ task {{ {TASK} }} }} {ERROR}
    ... on VersionConflictError {{ expectedVersion current {{ ... on Task {{ {TASK} }} }} }} }} }}"""
READ = f"query ($id: ID!) {{ task(id: $id) {{ {TASK} }} }}"

CONNECTIONS = 10
"""As many as the API has at most, and so as many as can wait in the database at once."""


async def at_once(api: Api, raw: Raw, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Send all updates while the rows are held, and let them go when as many wait for the rows as ever will."""
    async with raw.transaction():
        await raw.execute("SELECT 1 FROM tasks FOR UPDATE")
        running = [asyncio.create_task(api.field(UPDATE, **call)) for call in calls]
        await waiting_for_a_lock(raw, CONNECTIONS)
    return list(await asyncio.gather(*running))


async def test_of_fifty_updates_of_one_version_one_wins(api: Api, raw: Raw) -> None:
    id = (await api.create_task("0"))["id"]
    winners = []
    for version in (1, 2, 3):
        calls = [{"id": id, "patch": {"title": f"{version}.{n}"}, "expectedVersion": version} for n in range(50)]
        answers = await at_once(api, raw, calls)
        (won,) = [answer["task"] for answer in answers if answer["__typename"] == "TaskSuccess"]
        lost = [answer for answer in answers if answer["__typename"] == "VersionConflictError"]
        assert won["version"] == version + 1
        assert [answer["current"] for answer in lost] == [won] * 49
        assert {answer["expectedVersion"] for answer in lost} == {version}
        assert await api.field(READ, id=id) == won
        winners.append(won["title"])
    assert [title.partition(".")[0] for title in winners] == ["1", "2", "3"]


async def test_who_tries_again_with_the_current_version_loses_nobodys_change(api: Api) -> None:
    """Twenty add a line each to one description; who loses adds it to the one that won."""
    task = await api.create_task(description="0")
    current = await api.field(READ, id=task["id"])
    waiting = [(n, current) for n in range(1, 21)]
    while waiting:
        calls = [
            {
                "id": task["id"],
                "patch": {"description": f"{seen['description']}\n{n}"},
                "expectedVersion": seen["version"],
            }
            for n, seen in waiting
        ]
        answers = await asyncio.gather(*(api.field(UPDATE, **call) for call in calls))
        assert [answer["__typename"] for answer in answers].count("TaskSuccess") >= 1
        waiting = [
            (n, answer["current"])
            for (n, _), answer in zip(waiting, answers, strict=True)
            if answer["__typename"] == "VersionConflictError"
        ]
    last = await api.field(READ, id=task["id"])
    assert last["version"] == 21
    assert sorted(map(int, last["description"].splitlines())) == list(range(21))


async def test_without_a_version_all_apply_one_after_another(api: Api, raw: Raw) -> None:
    task = await api.create_task("0")
    calls = [{"id": task["id"], "patch": {"title": f"{n}"}} for n in range(1, 51)]
    answers = [answer["task"] for answer in await at_once(api, raw, calls)]
    assert [answer["title"] for answer in answers] == [f"{n}" for n in range(1, 51)]
    in_turn = sorted(answers, key=lambda answer: int(answer["version"]))
    assert [answer["version"] for answer in in_turn] == list(range(2, 52))
    moments = [answer["updatedAt"] for answer in in_turn]
    assert moments == sorted(moments)
    assert await api.field(READ, id=task["id"]) == in_turn[-1]


async def test_what_others_change_of_the_same_task_stays(api: Api, raw: Raw) -> None:
    """Each patch writes its own keys only, tags among them."""
    task = await api.create_task("0")
    patches: list[dict[str, Any]] = [
        {"title": "New"},
        {"description": "New"},
        {"priority": "HIGH"},
        {"completed": True},
        {"dueAt": "2030-01-01T00:00:00Z"},
        {"category": {"create": {"name": "Home"}}},
        *({"addTags": [f"t{n}"]} for n in range(44)),
    ]
    answers = await at_once(api, raw, [{"id": task["id"], "patch": patch} for patch in patches])
    assert {answer["__typename"] for answer in answers} == {"TaskSuccess"}
    whole = """query ($id: ID!) { task(id: $id) {
        title description priority completed dueAt version category { name } tags { name } } }"""
    last = await api.field(whole, id=task["id"])
    assert {tag["name"] for tag in last.pop("tags")} == {f"t{n}" for n in range(44)}
    assert last == {
        "title": "New",
        "description": "New",
        "priority": "HIGH",
        "completed": True,
        "dueAt": "2030-01-01T00:00:00+00:00",
        "version": 51,
        "category": {"name": "Home"},
    }


async def test_a_category_that_comes_while_a_task_is_put_into_it_is_whole(api: Api, raw: Raw) -> None:
    """The task's statement does not see it yet, and what keeps references true does."""
    await raw.execute("""
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$;
        CREATE TRIGGER wait BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION wait()""")
    id = str(encode("Category", 7))
    for asked, expected in (("color", {"color": "#1e90ff"}), ("name color", {"name": "New", "color": "#1e90ff"})):
        await api.create_task()
        await raw.execute("DELETE FROM tasks; DELETE FROM categories; SELECT pg_advisory_lock(1)")
        create = f"createTask(input: $input) {{ ... on TaskSuccess {{ task {{ category {{ {asked} }} }} }} }}"
        input = {"title": "x", "category": {"id": id}}
        query = f"mutation ($input: CreateTaskInput!) {{ {create} }}"
        creating = asyncio.create_task(api.field(query, input=input))
        await waiting_for_a_lock(raw, 1)
        await raw.execute("""
            INSERT INTO categories (id, name, name_key, color) OVERRIDING SYSTEM VALUE
            VALUES (7, 'New', 'new', '#1e90ff')""")
        await raw.execute("SELECT pg_advisory_unlock(1)")
        assert await creating == {"task": {"category": expected}}
