"""Every operation of the examples, the documents, the clients and the benchmarks is compiled at its second use."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, cast

from graphql import (
    FragmentDefinitionNode,
    OperationDefinitionNode,
    get_nullable_type,
    parse,
    print_ast,
    type_from_ast,
    validate,
)

from benchmarks import works
from gql_api.execution import Compiler
from gql_api.schema import schema
from gql_api.session import Sessions
from tests.command import PROJECT
from tests.execution.documents import Maker
from tests.execution.ours import Values, run

MARKDOWN = re.compile(r"^```graphql\n(.*?)^```", re.DOTALL | re.MULTILINE)
TAGGED = re.compile(r"\b(?:gql|graphql)\(?\s*`(.*?)`", re.DOTALL)
SPREAD = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")


def whole(texts: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each operation with the fragments that it needs, wherever these are, by its name."""
    definitions = [definition for text in texts for definition in parse(text).definitions]
    fragments = {each.name.value: print_ast(each) for each in definitions if isinstance(each, FragmentDefinitionNode)}
    for each in definitions:
        if isinstance(each, OperationDefinitionNode):
            text, needed = print_ast(each), {""}
            while missing := {name for name in SPREAD.findall(text) if name in fragments} - needed:
                needed |= missing
                text = "\n".join([text, *(fragments[name] for name in sorted(missing))])
            yield each.name.value if each.name else "operation", text


def found() -> Iterator[tuple[str, str]]:
    for path in sorted((PROJECT / "graphiql" / "examples").glob("*.graphql")):
        yield from (("examples", text) for _, text in whole([path.read_text()]))
    for path in (PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))):
        for block in MARKDOWN.findall(path.read_text()):
            yield from (("documents", text) for _, text in whole([block]))
    # What Relay's compiler makes of its own language is sent by Relay's client, and as ordinary as the others'.
    for client in ("apollo", "fetch", "urql", "protocols"):
        texts = [text for path in sorted((PROJECT / "clients" / client).glob("*.ts")) for text in _tagged(path)]
        yield from ((client, text) for _, text in whole(texts))
    for work in works.WORKS:
        yield from (("benchmarks", text) for _, text in whole([work.ours.query]))


def _tagged(path: Path) -> list[str]:
    return [text for text in TAGGED.findall(path.read_text()) if "${" not in text]


OPERATIONS = [(kind, text) for kind, text in found() if not validate(schema._schema, parse(text))]
LEAST = {"examples": 4, "documents": 4, "apollo": 6, "fetch": 3, "urql": 2, "benchmarks": 8}
"""How many there must be of each: that none is found would be no proof."""


def test_they_are_found() -> None:
    kinds = [kind for kind, _ in OPERATIONS]
    assert {kind: kinds.count(kind) >= least for kind, least in LEAST.items()} == dict.fromkeys(LEAST, True), kinds


async def test_they_are_compiled(twins: tuple[Sessions, Sessions], values: Values) -> None:
    for kind, text in OPERATIONS:
        document = parse(text)
        (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
        maker = Maker(schema._schema, Random(text), values)
        variables = {
            (name := each.variable.name.value): maker.inner_value(
                get_nullable_type(cast("Any", type_from_ast(schema._schema, each.type))), name
            )
            for each in operation.variable_definitions or ()
        }
        compiler = Compiler(max_bytes=2**22, share=None)
        for _ in range(2):
            outcome = await run(document, variables, twins[0], compiler)
            assert outcome.raised is None, (kind, text)
            assert all(path is not None for path, *_ in outcome.errors), (kind, text, outcome.errors)
        assert compiler.executions == {"first use": 1, "compiled": 1}, (kind, text)
