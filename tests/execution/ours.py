"""Our own schema on demo data: values for arguments that fit it, and operations executed either way."""

from collections.abc import Sequence
from random import Random
from typing import Any

from graphql import DocumentNode, OperationDefinitionNode, execute, parse

from gql_api.context import Connection, Context
from gql_api.execution import Coercions, Compiler, Executable
from gql_api.schema import schema
from gql_api.session import Sessions
from tests.execution.outcome import Outcome, outcome_of

TEXTS = ("", "home", "work", "Water the plants", "a", "E", "%", "five minutes", "x" * 300)
IDS_AND_CURSORS = " ".join(
    [
        "{",
        *(
            f"{name}Connection(first: 3) {{ edges {{ cursor node {{ id }} }} }}"
            for name in ("tasks", "categories", "tags")
        ),
        "}",
    ]
)
NUMBERS = (0, 1, 2, 3, 5, 100, 101, -1)
COLORS = ("#00ff00", "green")
MOMENTS = ("2026-01-01T00:00:00Z", "2027-06-30T12:00:00+02:00")

COERCIONS = Coercions()


class Values:
    """Values for arguments and variables: mostly what there is, at times what is refused."""

    def __init__(self, ids: Sequence[str], cursors: Sequence[str]) -> None:
        self.ids = (*ids, "VGFzazo5OTk5OTk", "Q2F0ZWdvcnk6OTk5OTk5", "nonsense", "")
        self.cursors = (*cursors, "nonsense")

    @classmethod
    async def of(cls, sessions: Sessions) -> "Values":
        found = await run(parse(IDS_AND_CURSORS), {}, sessions, None)
        assert found.data, found
        edges = [edge for each in found.data.values() for edge in each["edges"]]
        return cls([edge["node"]["id"] for edge in edges], [edge["cursor"] for edge in edges])

    def __call__(self, random: Random, type_: str, name: str) -> Any:
        of_name = {"after": self.cursors, "before": self.cursors, "color": COLORS}
        of_type = {"ID": self.ids, "Int": NUMBERS, "Boolean": (True, False), "DateTime": MOMENTS}
        return random.choice(of_type.get(type_) or of_name.get(name) or TEXTS)


async def run(
    document: DocumentNode, variables: dict[str, Any], sessions: Sessions, compiler: Compiler | None
) -> Outcome:
    """Execute an operation: as the application does when there is a compiler, by graphql-core alone otherwise."""
    context = Context.open(Connection(sessions, "test"))
    context.compiler = compiler
    (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))

    def executed() -> Any:
        if compiler is None:
            executor = schema.execution_context_class
            return execute(
                schema._schema, document, context_value=context, variable_values=variables, executor_class=executor
            )
        executable = Executable(schema._schema, COERCIONS, document, operation)
        return schema.run(executable, variables, context, suggestions=True)

    try:
        outcome = await outcome_of(executed)
    finally:
        await context.work.close()
    outcome.waited = outcome.waits = True  # one of them is a coroutine always
    return outcome
