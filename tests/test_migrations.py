"""Migrations build every database, and can be taken back."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from os import environ

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api import db, migrations, models
from tests.api import Api
from tests.conftest import Raw, Server

TABLES = ", ".join(f"'{table}'" for table in models.Base.metadata.tables)


async def test_models_and_migrations_agree(engine: AsyncEngine) -> None:
    assert await migrations.differences(engine) == []


async def test_a_difference_is_told_and_others_tables_are_not(engine: AsyncEngine, raw: Raw) -> None:
    await raw.execute("CREATE TABLE of_somebody_else (id int)")
    assert await migrations.differences(engine) == []
    await raw.execute("ALTER TABLE tags ADD mood text; DROP INDEX ix_tags_created_at_id")
    assert sorted(await migrations.differences(engine)) == ["add_index", "remove_column"]


async def test_checks_collations_and_indexes_agree_too(engine: AsyncEngine, server: Server) -> None:
    """Alembic does not compare all of them: what the migrations built is held against what the models say."""
    scratch = db.create_engine(server.url(await server.create()))
    async with scratch.begin() as connection:
        await connection.execute(text("CREATE EXTENSION pg_trgm"))
        await connection.run_sync(models.Base.metadata.create_all)
    wanted = f"""
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid::regclass::text IN ({TABLES})
        UNION ALL SELECT table_name, column_name,
            concat(collation_name, identity_generation, column_default, is_nullable)
            FROM information_schema.columns WHERE table_name IN ({TABLES})
        UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename IN ({TABLES})
        ORDER BY 1, 2, 3"""
    found = []
    for each in (engine, scratch):
        async with each.connect() as connection:
            found.append([tuple(row) for row in await connection.execute(text(wanted))])
    await scratch.dispose()
    assert found[0] == found[1]
    assert len(found[0]) > 80


async def test_a_migrated_database_is_at_head(engine: AsyncEngine) -> None:
    assert await migrations.current(engine) == migrations.head()


async def test_down_and_up_again_on_data(engine: AsyncEngine, raw: Raw) -> None:
    await raw.execute("INSERT INTO categories (name, name_key) VALUES ('Home', 'home')")
    await raw.execute("INSERT INTO tasks (title, title_key, category_id) SELECT 'Fern', 'fern', id FROM categories")
    await raw.execute("INSERT INTO tags (name, name_key) VALUES ('green', 'green')")
    await raw.execute("INSERT INTO task_tags SELECT tasks.id, tags.id FROM tasks, tags")
    await raw.execute("INSERT INTO idempotency_keys (field, key, input_hash) VALUES ('createTask', 'k', sha256(''))")
    await migrations.downgrade(engine, "base")
    assert await migrations.current(engine) is None
    assert await raw.fetchval(f"SELECT count(*) FROM pg_tables WHERE tablename IN ({TABLES})") == 0
    await migrations.upgrade(engine)
    assert await migrations.current(engine) == migrations.head()
    assert await migrations.differences(engine) == []


async def test_tasks_that_are_there_can_be_searched_and_filtered_afterwards(api: Api, raw: Raw) -> None:
    home = await api.create_category()
    for number in range(3):
        await api.create_task(f"Straße {number}", description="ÄRGER\nx", category={"id": home["id"]})
    await api.create_task("Nothing more")
    made = await raw.fetch("SELECT * FROM tasks ORDER BY id")
    await migrations.downgrade(api.engine, "0002")
    await migrations.upgrade(api.engine)
    columns = ", ".join(made[0].keys())
    assert await raw.fetch(f"SELECT {columns} FROM tasks ORDER BY id") == made


async def test_two_processes_may_migrate_at_once(server: Server) -> None:
    url = server.url(await server.create())
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gql_api", "migrate", env={**environ, "DATABASE_URL": url}, stderr=PIPE
        )
        for _ in range(3)
    ]
    said = [(await process.communicate())[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    engine = db.create_engine(url)
    assert await migrations.current(engine) == migrations.head()
    await engine.dispose()


TAG = {"name": "'green'", "name_key": "'green'"}
TASK = {"title": "'Fern'", "title_key": "'fern'"}
CATEGORY = {"name": "'Home'", "name_key": "'home'"}
KEY = {"field": "'createTask'", "key": "'k'", "input_hash": "sha256('')"}


@pytest.mark.parametrize(
    ("table", "values", "constraint"),
    [
        ("tasks", {**TASK, "title": "''"}, "ck_tasks_title"),
        ("tasks", {**TASK, "title": r"E' \u00a0\u2003\t'"}, "ck_tasks_title"),
        ("tasks", {**TASK, "title": "repeat('ß', 201)"}, "ck_tasks_title"),
        ("tasks", {**TASK, "title_key": "''"}, "ck_tasks_title_key"),
        ("tasks", {**TASK, "description": "''", "description_key": "''"}, "ck_tasks_description"),
        ("tasks", {**TASK, "description": "repeat('ß', 10001)", "description_key": "'ss'"}, "ck_tasks_description"),
        ("tasks", {**TASK, "completed": "true"}, "ck_tasks_completed_at"),
        ("tasks", {**TASK, "completed_at": "now()"}, "ck_tasks_completed_at"),
        ("tasks", {**TASK, "due_at": "'infinity'"}, "ck_tasks_due_at"),
        ("tasks", {**TASK, "completed": "true", "completed_at": "'infinity'"}, "ck_tasks_completed_at_finite"),
        ("tasks", {**TASK, "description": "'Dry'"}, "ck_tasks_description_key"),
        ("tasks", {**TASK, "description_key": "'dry'"}, "ck_tasks_description_key"),
        ("tasks", {**TASK, "priority": "5"}, "ck_tasks_priority"),
        ("tasks", {**TASK, "priority": "-1"}, "ck_tasks_priority"),
        ("tasks", {**TASK, "version": "0"}, "ck_tasks_version"),
        ("tasks", {**TASK, "category_id": "999"}, "fk_tasks_category_id_categories"),
        ("categories", {**CATEGORY, "name": "E'\\t'"}, "ck_categories_name"),
        ("categories", {**CATEGORY, "name": "repeat('ß', 101)"}, "ck_categories_name"),
        ("categories", {**CATEGORY, "name_key": "''"}, "ck_categories_name_key"),
        ("categories", {**CATEGORY, "color": "'red'"}, "ck_categories_color"),
        ("categories", {**CATEGORY, "color": "'#ABCDEF'"}, "ck_categories_color"),
        ("categories", {**CATEGORY, "version": "0"}, "ck_categories_version"),
        ("categories", {**CATEGORY, "name_key": "'taken'"}, "uq_categories_name_key"),
        ("tags", {**TAG, "name": r"E'\u00a0'"}, "ck_tags_name"),
        ("tags", {**TAG, "name": "repeat('ß', 51)"}, "ck_tags_name"),
        ("tags", {**TAG, "name_key": "''"}, "ck_tags_name_key"),
        ("tags", {**TAG, "version": "0"}, "ck_tags_version"),
        ("tags", {**TAG, "name_key": "'taken'"}, "uq_tags_name_key"),
        ("task_tags", {"task_id": "999", "tag_id": "(SELECT id FROM tags)"}, "fk_task_tags_task_id_tasks"),
        ("task_tags", {"task_id": "(SELECT id FROM tasks)", "tag_id": "999"}, "fk_task_tags_tag_id_tags"),
        ("task_tags", {"task_id": "(SELECT id FROM tasks)", "tag_id": "(SELECT id FROM tags)"}, "pk_task_tags"),
        ("idempotency_keys", {**KEY, "key": "''"}, "ck_idempotency_keys_key"),
        ("idempotency_keys", {**KEY, "key": "repeat('ß', 201)"}, "ck_idempotency_keys_key"),
        ("idempotency_keys", {**KEY, "input_hash": "'short'"}, "ck_idempotency_keys_input_hash"),
        ("idempotency_keys", {**KEY, "key": "'taken'"}, "pk_idempotency_keys"),
    ],
)
async def test_the_database_itself_holds_the_rules(
    raw: Raw, table: str, values: dict[str, str], constraint: str
) -> None:
    for named in ("categories", "tags"):
        await raw.execute(f"INSERT INTO {named} (name, name_key) VALUES ('Taken', 'taken')")
    await raw.execute("INSERT INTO tasks (title, title_key) VALUES ('Fern', 'fern')")
    await raw.execute("INSERT INTO task_tags SELECT tasks.id, tags.id FROM tasks, tags")
    await raw.execute(
        "INSERT INTO idempotency_keys (field, key, input_hash) VALUES ('createTask', 'taken', sha256(''))"
    )
    statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})"
    with pytest.raises(Exception, match=constraint):
        await raw.execute(statement)


async def test_a_category_with_tasks_is_not_deleted_behind_their_back(raw: Raw) -> None:
    await raw.execute("INSERT INTO categories (name, name_key) VALUES ('Home', 'home')")
    await raw.execute("INSERT INTO tasks (title, title_key, category_id) SELECT 'Fern', 'fern', id FROM categories")
    with pytest.raises(Exception, match="fk_tasks_category_id_categories"):
        await raw.execute("DELETE FROM categories")


async def test_tags_go_with_their_tasks_and_from_them(raw: Raw) -> None:
    await raw.execute("INSERT INTO tasks (title, title_key) VALUES ('Fern', 'fern'), ('Ivy', 'ivy')")
    await raw.execute("INSERT INTO tags (name, name_key) VALUES ('green', 'green'), ('indoor', 'indoor')")
    await raw.execute("INSERT INTO task_tags SELECT tasks.id, tags.id FROM tasks, tags")
    await raw.execute("DELETE FROM tasks WHERE title = 'Fern'")
    await raw.execute("DELETE FROM tags WHERE name = 'green'")
    left = await raw.fetch(
        "SELECT title, name FROM task_tags JOIN tasks ON tasks.id = task_id JOIN tags ON tags.id = tag_id"
    )
    assert [tuple(row) for row in left] == [("Ivy", "indoor")]


async def test_times_have_a_zone_and_keys_compare_bytewise(raw: Raw) -> None:
    columns = await raw.fetch(
        f"SELECT column_name, data_type, collation_name FROM information_schema.columns WHERE table_name IN ({TABLES})"
    )
    times = {row["data_type"] for row in columns if row["column_name"].endswith("_at")}
    keys = {row["collation_name"] for row in columns if row["column_name"].endswith("_key")}
    assert times == {"timestamp with time zone"}
    assert keys == {"C"}
