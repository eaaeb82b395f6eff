"""The comparison notices: executors that are wrong in one thing each do not get through it."""

from itertools import count
from typing import Any

import pytest
from graphql.error import located_error
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental as Ordinary

from tests.execution.test_synthetic import PLAIN


class KeepsTheFirstVariables(Ordinary):
    first: dict[int, Any]

    def execute_operation(self, serially: bool | None = None) -> Any:
        self.variable_values = self.first.setdefault(id(self.operation), self.variable_values)
        return super().execute_operation(serially)


class LetsNullStay(Ordinary):
    def handle_field_error(self, raw_error: Exception, _type: Any, details: Any, path: Any) -> None:
        nodes = [each.node for each in details]
        self.collected_errors.add(located_error(raw_error, nodes, path.as_list()), path)


class TurnsFieldsAround(Ordinary):
    def execute_fields(self, parent: Any, source: Any, path: Any, fields: Any, context: Any) -> Any:
        return super().execute_fields(parent, source, path, dict(reversed(fields.items())), context)


class AsksNoIsTypeOf(Ordinary):
    def complete_object_value(self, type_: Any, details: Any, _info: Any, path: Any, result: Any, context: Any) -> Any:
        return self.collect_and_execute_subfields(type_, details, path, result, context)


class ChangesEverythingAtOnce(Ordinary):
    def execute_fields_serially(self, *given: Any) -> Any:
        return super().execute_fields(*given)


class TellsOfNoErrors(Ordinary):
    def build_response(self, data: Any) -> Any:
        self.collected_errors.errors.clear()
        return super().build_response(data)


class ForgetsPlaces(Ordinary):
    def build_response(self, data: Any) -> Any:
        for error in self.collected_errors.errors:
            error.locations = None
        return super().build_response(data)


class ResolvesTwice(Ordinary):
    def execute_field(self, *given: Any) -> Any:
        if given[3].key == "int" and given[3].prev is None:
            super().execute_field(*given)
        return super().execute_field(*given)


@pytest.mark.parametrize(
    ("wrong", "kind", "waits"),
    [
        (KeepsTheFirstVariables, "query", False),
        (LetsNullStay, "query", False),
        (LetsNullStay, "query", True),
        (TurnsFieldsAround, "query", True),
        (AsksNoIsTypeOf, "query", False),
        (ChangesEverythingAtOnce, "mutation", True),
        (TellsOfNoErrors, "query", True),
        (ForgetsPlaces, "query", False),
        (ResolvesTwice, "query", False),
    ],
)
def test_it_notices(wrong: type[Any], kind: str, waits: bool) -> None:
    def executor() -> type[Any]:
        return type(wrong.__name__, (wrong,), {"first": {}})

    for seed in count():
        assert seed < 1_000, "nothing is noticed"
        if PLAIN.difference(executor, seed, kind, waits=waits):
            return
