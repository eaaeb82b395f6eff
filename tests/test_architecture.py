"""The house rules that can be read off the source; import-linter checks the direction of imports."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table
from sqlalchemy.orm import configure_mappers

from gql_api import models

PACKAGE = Path(models.__file__).parent
SOURCES = {path.relative_to(PACKAGE).as_posix(): path.read_text() for path in PACKAGE.rglob("*.py")}


def using(pattern: str) -> set[str]:
    return {name for name, source in SOURCES.items() if re.search(pattern, source)}


def test_one_place_commits() -> None:
    assert using(r"\.commit\(") == {"unit_of_work.py"}


def test_one_place_begins_transactions_and_opens_sessions() -> None:
    assert using(r"isolation_level|session\.begin\(|\"BEGIN ") - {"migrations.py"} == {"unit_of_work.py"}
    assert using(r"raw_connection|\.connect\(\)") <= {"lending.py", "migrations.py", "db.py", "http/health.py"}
    assert using(r"sessions\(\)") == {"unit_of_work.py"}


def test_migrations_build_every_database() -> None:
    assert using("create_all|drop_all") == set()


def test_production_does_not_ask_whether_it_is_tested() -> None:
    assert using(r"(?i)pytest|unittest|\btesting\b") == set()


def test_imports_stand_at_the_top() -> None:
    """An import inside a function hides a cycle. Commands and metrics are imported when they are wanted."""
    late = {
        ("cli.py", "from gql_api import commands"),
        ("app.py", "from gql_api.metrics.prometheus import Metrics"),
    }
    for name, source in SOURCES.items():
        inside = [
            node
            for function in ast.walk(ast.parse(source))
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom) and (name, ast.unparse(node)) not in late
        ]
        assert inside == [], name


def test_nothing_is_loaded_lazily() -> None:
    configure_mappers()
    for mapper in models.Base.registry.mappers:
        assert all(relationship.lazy == "raise" for relationship in mapper.relationships)


def root_fields() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for name, source in SOURCES.items():
        if name.startswith("schema/") and name.endswith("_fields.py"):
            for node in ast.parse(source).body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield name, node


def test_root_fields_are_thin() -> None:
    """A root field calls a resolver and wraps its answer: two statements at the most, and no unit of work."""
    found = list(root_fields())
    assert len(found) == 22
    for name, function in found:
        assert len(function.body) <= 2, (name, function.name)
        assert "resolvers." in ast.unparse(function), (name, function.name)
    assert using(r"\.work\b") & {name for name in SOURCES if name.startswith("schema/")} == set()


@pytest.mark.parametrize("table", models.Base.metadata.tables.values(), ids=str)
def test_constraints_have_names_and_foreign_keys_a_rule(table: Table) -> None:
    assert all(constraint.name for constraint in table.constraints)
    assert all(index.name for index in table.indexes)
    assert all(key.ondelete for key in table.foreign_keys)


def test_constraints_that_repositories_translate_exist() -> None:
    existing = {constraint.name for table in models.Base.metadata.tables.values() for constraint in table.constraints}
    named = {name for source in SOURCES.values() for name in re.findall(r'"((?:uq|fk|ck)_\w+)"', source)}
    assert named == {"uq_categories_name_key", "uq_tags_name_key", "fk_tasks_category_id_categories"}
    assert named <= {str(name) for name in existing}


def test_files_say_what_they_are_for_and_stay_small() -> None:
    for name, source in SOURCES.items():
        assert ast.get_docstring(ast.parse(source)), name
        assert len(source.splitlines()) <= 300, name
