"""Operations as a whole: transactions, snapshots, concurrency, failures."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncpg import LockNotAvailableError

from gql_api.context import Connection, Context
from gql_api.schema import global_id
from gql_api.unit_of_work import UnitOfWork
from tests.api import ERROR, Api
from tests.conftest import KILL_OTHERS, Raw, api_on, waiting_for_a_lock

FAIL_AT_COMMIT = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER fail AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY {when}
        FOR EACH ROW {condition} EXECUTE FUNCTION fail()"""
RAISE = "RAISE EXCEPTION 'secret detail' USING ERRCODE = 'integrity_constraint_violation'"
DIE = "PERFORM pg_terminate_backend(pg_backend_pid())"

CREATE = f"""mutation ($input: CreateTaskInput!) {{
    createTask(input: $input) {{ ... on TaskSuccess {{ task {{ id }} }} {ERROR} }} }}"""


async def fail_on(raw: Raw, table: str, *, what: str, when: str, condition: str = "") -> None:
    await raw.execute(FAIL_AT_COMMIT.format(table=table, what=what, when=when, condition=condition))


def shows_no_secret(answer: dict[str, Any]) -> bool:
    told = str(answer).lower()
    return not any(
        word in told for word in ("secret", "insert", "select", "asyncpg", "sqlalchemy", "trigger", "traceback")
    )


async def test_sixty_requests_with_siblings_and_relations_on_a_cold_pool_of_five(database: str, raw: Raw) -> None:
    await raw.execute("INSERT INTO categories (name, name_key) SELECT 'C' || n, 'c' || n FROM generate_series(1, 20) n")
    await raw.execute(
        "INSERT INTO tasks (title, title_key, category_id) SELECT 'T', 't', id FROM categories, generate_series(1, 5)"
    )
    task, category = (
        global_id.encode("Task", await raw.fetchval("SELECT min(id) FROM tasks")),
        global_id.encode("Category", await raw.fetchval("SELECT min(id) FROM categories")),
    )
    query = f"""{{
        a: tasks(limit: 50) {{ id category {{ id name taskCount }} }}
        b: tasks(limit: 50, filter: {{completed: false}}) {{ id category {{ taskCount(filter: {{completed: true}}) }} }}
        c: categories {{ name taskCount }}
        d: taskCount
        e: task(id: "{task}") {{ category {{ name }} }}
        f: node(id: "{category}") {{ ... on Category {{ name taskCount }} }}
        g: nodes(ids: ["{category}", "{task}"]) {{ id }}
    }}"""
    mutation = 'mutation { createTask(input: {title: "x"}) { ... on TaskSuccess { task { id category { id } } } } }'
    async with api_on(database, pool_size=5, pool_timeout=60) as api:
        answers = await asyncio.gather(*(api.answer(mutation if n % 6 == 0 else query) for n in range(60)))
        assert [answer["errors"] for answer in answers if "errors" in answer] == []
        for n, answer in enumerate(answers):
            if n % 6:
                data = answer["data"]
                assert (len(data["a"]), len(data["c"]), data["e"]["category"]["name"]) == (50, 20, "C1")
        assert api.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert api.engine.pool.size() == 5  # type: ignore[attr-defined]
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 110


async def test_one_query_sees_one_state(api: Api, raw: Raw) -> None:
    """A second field of the query does not see what was committed while the first one was answered."""
    await api.create_task("First")
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("LOCK TABLE categories IN ACCESS EXCLUSIVE MODE")
    running = asyncio.create_task(api.data("{ tasks { title } categories { id } taskCount }"))
    await waiting_for_a_lock(raw, 1)
    await raw.execute("INSERT INTO tasks (title, title_key) VALUES ('Second', 'second')")
    await transaction.commit()
    assert await running == {"tasks": [{"title": "First"}], "categories": [], "taskCount": 1}


async def test_a_commit_that_fails_is_an_error_and_the_row_is_not_there(api: Api, raw: Raw) -> None:
    await fail_on(raw, "tasks", what=RAISE, when="DEFERRED")
    answer = await api.answer(CREATE, input={"title": "x"})
    assert answer["data"] == {"createTask": None}
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["createTask"], "INTERNAL_SERVER_ERROR")
    assert shows_no_secret(answer)
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 0


async def test_a_connection_that_dies_at_commit_is_an_error_and_the_row_is_not_there(api: Api, raw: Raw) -> None:
    await fail_on(raw, "tasks", what=DIE, when="DEFERRED")
    answer = await api.answer(CREATE, input={"title": "x"})
    assert answer["data"] == {"createTask": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert shows_no_secret(answer)
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 0
    await raw.execute("DROP TRIGGER fail ON tasks")
    await api.create_task()


async def test_a_failure_after_a_write_leaves_nothing_behind(api: Api, raw: Raw) -> None:
    await fail_on(raw, "tasks", what=RAISE, when="IMMEDIATE")
    answer = await api.answer(CREATE, input={"title": "x", "category": {"create": {"name": "Home"}}})
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert shows_no_secret(answer)
    assert await raw.fetchval("SELECT count(*) FROM categories") == 0


async def test_an_unexpected_failure_is_logged_once_with_the_request_id_and_hidden(
    api: Api, raw: Raw, caplog: pytest.LogCaptureFixture
) -> None:
    await fail_on(raw, "tasks", what=RAISE, when="IMMEDIATE")
    response = await api.post(CREATE, input={"title": "x"})
    (error,) = response.json()["errors"]
    request_id = error["extensions"]["requestId"]
    assert response.headers["x-request-id"] == request_id
    (record,) = [record for record in caplog.records if record.exc_info]
    assert (record.levelname, vars(record)["request_id"]) == ("ERROR", request_id)
    assert record.exc_info is not None
    assert "secret detail" in str(record.exc_info[1])


async def test_what_is_expected_is_not_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await api.error('{ task(id: "zzz") { id } }')
    await api.error("{ nothing }")
    await api.error("{")
    await api.field(CREATE, input={"title": ""})
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


async def test_of_two_mutations_the_first_stays_when_the_second_fails(api: Api, raw: Raw) -> None:
    await fail_on(raw, "tasks", what=RAISE, when="IMMEDIATE", condition="WHEN (NEW.title = 'boom')")
    answer = await api.answer(
        """mutation { first: createTask(input: {title: "stays"}) { ... on TaskSuccess { task { title } } }
        second: createTask(input: {title: "boom"}) { __typename }
        third: createTask(input: {title: ""}) { __typename }
        fourth: createTask(input: {title: "too"}) { ... on TaskSuccess { task { title } } } }"""
    )
    assert answer["data"] == {
        "first": {"task": {"title": "stays"}},
        "second": None,
        "third": {"__typename": "ValidationError"},
        "fourth": {"task": {"title": "too"}},
    }
    assert [error["path"] for error in answer["errors"]] == [["second"]]
    assert [row["title"] for row in await raw.fetch("SELECT title FROM tasks ORDER BY id")] == ["stays", "too"]


async def test_when_only_the_answer_fails_the_write_stays_and_the_answer_says_so(api: Api, raw: Raw) -> None:
    """The nested selection is read in a snapshot of its own, after the commit."""
    task = await api.create_task(category={"create": {"name": "Home"}})
    await fail_on(raw, "tasks", what="ALTER TABLE categories RENAME TO gone", when="DEFERRED")
    answer = await api.answer(
        """mutation ($id: ID!) {
            updateTask(id: $id, patch: {title: "stays"}) {
                ... on TaskSuccess { task { title category { name } } } } }""",
        id=task["id"],
    )
    assert answer["data"] == {"updateTask": {"task": {"title": "stays", "category": None}}}
    (error,) = answer["errors"]
    assert error["path"] == ["updateTask", "task", "category"]
    assert error["extensions"]["committed"] is True
    assert "saved" in error["message"]
    assert await raw.fetchval("SELECT title FROM tasks") == "stays"


async def test_a_long_message_is_cut_and_still_says_that_the_write_is_saved(api: Api) -> None:
    counted = "taskCount(filter: {category: {is: {id: {in: $ids}}}})"
    answer = await api.answer(
        f"""mutation ($ids: [ID!]) {{ createTask(input: {{title: "stays", category: {{create: {{name: "Home"}}}}}}) {{
            ... on TaskSuccess {{ task {{ category {{ {counted} }} }} }} }} }}""",
        ids=["x"] * 100,
    )
    (error,) = answer["errors"]
    assert len(error["extensions"]["problems"]) == 100
    assert error["extensions"]["committed"] is True
    assert error["message"].count("This is not the id of a category.") == 3
    assert error["message"].endswith("There are 97 more problems. The change itself is saved.")
    wrong = await api.error(
        "query ($order: [TaskOrder!]) { tasks(orderBy: $order) { id } }", order=[{"title": "x" * 5000}]
    )
    assert len(wrong["message"]) == 1000
    assert wrong["message"].endswith("…")


async def test_a_failed_write_does_not_say_that_it_is_saved(api: Api, raw: Raw) -> None:
    await fail_on(raw, "tasks", what=RAISE, when="DEFERRED")
    (error,) = (await api.answer(CREATE, input={"title": "x"}))["errors"]
    assert "committed" not in error["extensions"]


async def test_a_user_error_whose_answer_fails_does_not_say_that_it_is_saved(api: Api, raw: Raw) -> None:
    task = await api.create_task(category={"create": {"name": "Home"}})
    await raw.execute("ALTER TABLE categories RENAME TO gone")
    answer = await api.answer(
        """mutation ($id: ID!) { updateTask(id: $id, patch: {title: "x"}, expectedVersion: 9) {
            ... on VersionConflictError { current { ... on Task { title category { name } } } } } }""",
        id=task["id"],
    )
    assert answer["data"]["updateTask"]["current"] == {"title": "Water the plants", "category": None}
    assert "committed" not in answer["errors"][0]["extensions"]


async def test_an_answer_never_shows_what_an_earlier_mutation_of_the_document_changed(api: Api) -> None:
    home = await api.create_category("Home")
    shown = "... on TaskSuccess { task { category { name version taskCount } } }"
    answer = await api.data(
        f"""mutation ($id: ID!) {{
            a: createTask(input: {{title: "a", category: {{id: $id}}}}) {{ {shown} }}
            b: updateCategory(id: $id, patch: {{name: "House"}}) {{
                ... on CategorySuccess {{ category {{ name version taskCount }} }} }}
            c: createTask(input: {{title: "c", category: {{id: $id}}}}) {{ {shown} }}
            d: deleteCategory(id: $id, tasks: {{action: UNCATEGORIZE}}) {{
                ... on DeleteCategorySuccess {{ category {{ name version taskCount }} }} }}
            e: createTask(input: {{title: "e", category: {{id: $id}}}}) {{ {ERROR} }} }}""",
        id=home["id"],
    )
    assert answer["a"]["task"]["category"] == {"name": "Home", "version": 1, "taskCount": 1}
    assert answer["b"]["category"] == {"name": "House", "version": 2, "taskCount": 1}
    assert answer["c"]["task"]["category"] == {"name": "House", "version": 2, "taskCount": 2}
    assert answer["d"]["category"] == {"name": "House", "version": 2, "taskCount": 0}
    assert answer["e"]["code"] == "NOT_FOUND"


async def test_of_many_categories_of_one_name_one_is_created(api: Api) -> None:
    create = f"""mutation ($name: String!) {{ createCategory(input: {{name: $name}}) {{
        ... on CategorySuccess {{ category {{ id }} }} {ERROR}
        ... on AlreadyExistsError {{ existing {{ id }} }} }} }}"""
    names = [name for _ in range(10) for name in ("Straße", "STRASSE", "strasse")]
    answers = await asyncio.gather(*(api.field(create, name=name) for name in names))
    (won,) = [answer for answer in answers if answer["__typename"] == "CategorySuccess"]
    assert [a["existing"] for a in answers if a is not won] == [won["category"]] * 29


async def test_a_category_is_held_before_the_task_that_moves_into_it(api: Api, raw: Raw) -> None:
    """Who deletes a category holds it and then takes its tasks: to hold a task first would be a deadlock.

    The category is held from outside, so the update waits for it; the task must still be free then.
    """
    task = await api.create_task()
    category = await api.create_category("Home")
    update = f"""mutation ($id: ID!, $to: CategoryLink!) {{
        updateTask(id: $id, patch: {{category: $to}}) {{ ... on TaskSuccess {{ task {{ version }} }} {ERROR} }} }}"""
    for number, link in enumerate(({"id": category["id"]}, {"name": "Home"}), start=1):
        async with raw.transaction():
            await raw.execute("SELECT 1 FROM categories FOR UPDATE")
            running = asyncio.create_task(api.field(update, id=task["id"], to=link))
            await waiting_for_a_lock(raw, 1)
            await raw.execute("SELECT 1 FROM tasks FOR UPDATE NOWAIT")
        assert (await running)["__typename"] == "TaskSuccess"
        assert await raw.fetchval("SELECT max(version) FROM tasks") == 2, number


async def test_a_category_that_a_change_refers_to_is_not_deleted_meanwhile(api: Api, raw: Raw) -> None:
    task = await api.create_task()
    await api.create_category("Home")
    update = """mutation ($id: ID!) { updateTask(id: $id, patch: {category: {name: "Home"}}) { __typename } }"""
    async with raw.transaction():
        await raw.execute("SELECT 1 FROM tasks FOR UPDATE")
        running = asyncio.create_task(api.field(update, id=task["id"]))
        await waiting_for_a_lock(raw, 1)
        with pytest.raises(LockNotAvailableError):
            async with raw.transaction():
                await raw.execute("SELECT 1 FROM categories FOR UPDATE NOWAIT")
    assert (await running)["__typename"] == "TaskSuccess"


async def test_tasks_moved_both_ways_at_once_do_not_deadlock(api: Api) -> None:
    delete = f"""mutation ($id: ID!, $to: ID!) {{ deleteCategory(id: $id, tasks: {{moveTo: $to}}) {{ {ERROR} }} }}"""
    for round_ in range(5):
        a = (await api.create_task(category={"create": {"name": f"A{round_}"}}))["category"]["id"]
        b = (await api.create_task(category={"create": {"name": f"B{round_}"}}))["category"]["id"]
        answers = await asyncio.gather(api.field(delete, id=a, to=b), api.field(delete, id=b, to=a))
        assert sorted(answer["__typename"] for answer in answers) == ["DeleteCategorySuccess", "NotFoundError"]


async def test_a_task_is_not_put_into_a_category_that_goes_away_meanwhile(api: Api, raw: Raw) -> None:
    for _ in range(5):
        home = await api.create_category("Home")
        delete = f'mutation {{ deleteCategory(id: "{home["id"]}", tasks: {{action: DELETE}}) {{ __typename }} }}'
        created, deleted = await asyncio.gather(
            api.field(CREATE, input={"title": "x", "category": {"id": home["id"]}}), api.field(delete)
        )
        assert deleted["__typename"] == "DeleteCategorySuccess"
        assert created["__typename"] in {"TaskSuccess", "NotFoundError"}
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 0


async def test_a_sibling_that_fails_leaves_the_pool_whole(database: str, raw: Raw) -> None:
    """The failure of a non-null field cancels its siblings in the middle of their statements."""
    await raw.execute("INSERT INTO tasks (title, title_key) SELECT 'T', 't' FROM generate_series(1, 100)")
    siblings = " ".join(f"t{n}: tasks(limit: 100) {{ id category {{ id }} }}" for n in range(5))
    async with api_on(database, pool_size=3) as api:
        for answer in await asyncio.gather(
            *(api.answer(f"{{ {siblings} bad: tasks(limit: -1) {{ id }} }}") for _ in range(30))
        ):
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_PAGE"]
        assert await api.field("{ taskCount }") == 100
        assert api.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("operation", ["{ taskCount }", 'mutation { deleteTag(id: "VGFnOjE") { __typename } }'])
async def test_the_database_may_go_and_come_back(
    api: Api, raw: Raw, caplog: pytest.LogCaptureFixture, operation: str
) -> None:
    """The connections in the pool are dead: what nothing has come of yet is done again, and nobody notices."""
    before = await api.data(operation)
    await raw.execute(KILL_OTHERS)
    assert await api.data(operation) == before
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


@pytest.mark.parametrize(
    "operation", ["{ tasks { id } taskCount }", 'mutation { createTask(input: {title: "x"}) { __typename } }']
)
async def test_a_connection_that_dies_after_the_last_read_spoils_no_answer(
    api: Api, raw: Raw, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    close = UnitOfWork.close

    async def die_first(work: UnitOfWork) -> None:
        async with work.read() as repositories:
            await repositories.tasks.count(None)
        await raw.execute(KILL_OTHERS)
        await close(work)

    monkeypatch.setattr(UnitOfWork, "close", die_first)
    await api.data(operation)
    assert api.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_field_that_fails_does_not_take_those_along_who_share_its_loader(api: Api) -> None:
    """GraphQL cancels the failed field's siblings, which wait for the same key as fields elsewhere."""
    task = await api.create_task(category={"create": {"name": "Home"}})
    bad = 'bad: taskCount(filter: {category: {is: {id: {eq: "zzz"}}}})'
    answer = await api.answer(
        f"""query ($id: ID!) {{ a: task(id: $id) {{ category {{ ok: taskCount {bad} }} }}
            b: task(id: $id) {{ category {{ ok: taskCount name }} }} }}""",
        id=task["id"],
    )
    assert answer["data"] == {"a": {"category": None}, "b": {"category": {"ok": 1, "name": "Home"}}}
    assert [error["path"] for error in answer["errors"]] == [["a", "category", "bad"]]


async def test_a_database_out_of_reach_is_unavailable(caplog: pytest.LogCaptureFixture) -> None:
    async with api_on("postgresql://nobody@127.0.0.1:1/nothing") as api:
        answer = await api.answer("{ taskCount }")
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert shows_no_secret(answer)
    (record,) = [record for record in caplog.records if record.name == "gql_api.schema.shown_errors"]
    assert (record.levelname, vars(record)["request_id"]) == ("WARNING", error["extensions"]["requestId"])
    assert "ConnectionRefusedError" in record.getMessage()
    assert len(record.getMessage().splitlines()) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ tasks(limit: 3000000000) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ tasks(filter: {completed: "yes"}) { id } }', "GRAPHQL_VALIDATION_FAILED"),
        ("{ tasks(limit: " + "9" * 5000 + ") { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { taskCount } query B { taskCount }", "OPERATION_RESOLUTION_FAILURE"),
        ("query ($limit: Int!) { tasks(limit: $limit) { id } }", "BAD_USER_INPUT"),
        ('mutation { createTask(input: {title: "x", dueAt: "tomorrow"}) { __typename } }', "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_request_that_is_wrong_has_a_code(api: Api, query: str, code: str) -> None:
    error = await api.error(query)
    assert error["extensions"] == {"code": code}


@pytest.mark.parametrize(
    "query",
    [
        "query ($value: Int) { tasks(limit: $value) { id } }",
        "query ($value: Int) { tasks(offset: $value) { id } }",
        "query ($value: Boolean = true) { tasks { id @skip(if: $value) } }",
        'mutation ($value: Boolean) { createTask(input: {title: "x", completed: $value}) { __typename } }',
        'mutation ($value: TaskPriority) { createTask(input: {title: "x", priority: $value}) { __typename } }',
    ],
)
async def test_a_null_variable_where_null_cannot_be_is_the_clients_mistake(api: Api, query: str) -> None:
    await api.create_task()
    error = await api.error(query, value=None)
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert await api.field("{ taskCount }") == 1


async def test_a_moment_that_is_wrong_is_told(api: Api) -> None:
    error = await api.error(CREATE, input={"title": "x", "dueAt": "2026-01-31T09:30:00"})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "RFC 3339" in error["message"]


async def test_one_moment_decides_what_is_overdue(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment that the operation began, whatever the clock says when a task is looked at."""
    await api.create_task(dueAt="2001-01-01T00:00:00Z")
    await api.create_task(dueAt="2999-01-01T00:00:00Z")
    query = "{ tasks(orderBy: [{dueAt: ASC}]) { overdue } }"
    assert await api.field(query) == [{"overdue": True}, {"overdue": False}]
    open_ = Context.open

    def open_long_ago(connection: Connection) -> Context:
        return replace(open_(connection), now=datetime(2000, 1, 1, tzinfo=UTC))

    monkeypatch.setattr(Context, "open", open_long_ago)
    assert await api.field(query) == [{"overdue": False}, {"overdue": False}]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00.000001+00:00", "9999-12-31T23:59:59.999998+00:00"])
async def test_the_edges_of_time_are_stored(api: Api, moment: str) -> None:
    assert (await api.create_task(dueAt=moment))["dueAt"] == moment


@pytest.mark.parametrize("suggestions", [True, False])
async def test_names_of_the_schema_are_suggested_where_that_is_wanted_only(database: str, suggestions: bool) -> None:
    async with api_on(database, suggestions=suggestions) as api:
        for query, variables in (
            ("{ taskCounts }", {}),
            ("{ tasks(limits: 1) { id } }", {}),
            ("{ tasks { id ... on Tasks { id } } }", {}),
            ("{ tasks(filter: {completet: true}) { id } }", {}),
            ("{ tasks(orderBy: [{title: ASK}]) { id } }", {}),
            ("query ($f: TaskFilter) { tasks(filter: $f) { id } }", {"f": {"completet": True}}),
            ("query ($o: [TaskOrder!]) { tasks(orderBy: $o) { id } }", {"o": [{"title": "ASK"}]}),
            ("query ($f: TaskFilters) { taskCount(filter: $f) }", {}),
        ):
            error = (await api.answer(query, **variables))["errors"][0]
            assert ("Did you mean" in error["message"]) is suggestions, error


async def test_an_answer_tells_so_many_problems_and_errors_and_no_more(api: Api) -> None:
    """They could be more than everything that was sent."""
    bad = [{"title": "\t", "tags": ["\t"] * 90}] * 3
    answer = await api.field(
        "mutation ($input: [CreateTaskInput!]!) { createTasks(input: $input) { ... on ValidationError { "
        "message problems { path code } } } }",
        input=bad,
    )
    assert len(answer["problems"]) == 100
    assert "There are 270 more problems." in answer["message"]
    fields = " ".join(f"a{number}: nodes(ids: $ids) {{ id }}" for number in range(2))
    errors = (await api.answer(f"query ($ids: [ID!]!) {{ {fields} }}", ids=["!"] * 70))["errors"]
    assert len(errors) == 101
    assert errors[-1] == {"message": "There are 40 more errors.", "extensions": {"code": "INVALID_ID"}}


async def test_a_long_search_is_refused_where_tasks_are_selected_too(api: Api) -> None:
    answer = await api.field(
        "mutation ($where: TaskSelection!) { deleteTasks(where: $where) { "
        "... on ValidationError { problems { path code } } } }",
        where={"filter": {"search": "a\u0300\u0316" * 100_000}},
    )
    assert answer["problems"] == [{"path": ["where", "filter", "search"], "code": "TOO_LONG"}]
