"""What documents and variables may take: each limit at its number and one past it, and what means harm."""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    get_introspection_query,
)

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.execution import Coercions, Executable
from gql_api.schema import schema
from gql_api.schema.limits import Limits, Measure, check_document, check_variables, measure, parse, validate
from gql_api.schema.limits.document import LOCATED
from gql_api.schema.limits.validation import MOST_ERRORS
from gql_api.settings.limits import LimitSettings

SCHEMA = schema._schema
DEFAULTS = Limits.of(LimitSettings())
ENDLESS = Limits(**dict.fromkeys(asdict(DEFAULTS), 10**15))

SOON = 3.0
"""Seconds of CPU: far more than anything here takes, far less than what is not linear would."""


def operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))


def measured(text: str, limits: Limits = ENDLESS, **variables: Any) -> Measure:
    document = parse(text, DEFAULTS)
    return measure(SCHEMA, document, operation(document), variables, limits)


def code(call: Callable[..., object], *arguments: Any) -> str | None:
    """Return the code of the limit that a call exceeds."""
    try:
        call(*arguments)
    except RequestError as error:
        return error.code
    return None


def of_document(text: str, limits: Limits) -> None:
    check_document(parse(text, DEFAULTS), limits)


def problems(text: str, *, introspection: bool = True, suggestions: bool = False) -> list[str]:
    document = parse(text, DEFAULTS)
    return [error.message for error in validate(SCHEMA, document, introspection=introspection, suggestions=suggestions)]


def test_limits_are_the_settings() -> None:
    settings = LimitSettings(max_tokens=1, max_depth=2, max_values_depth=3)
    assert Limits.of(settings) == replace(DEFAULTS, tokens=1, depth=2, values_depth=3)


# Text: tokens, brackets, characters.


def test_tokens() -> None:
    text = "{ task(id: 1) { id } } # comments are no tokens"
    assert code(parse, text, replace(DEFAULTS, tokens=11)) is None
    assert code(parse, text, replace(DEFAULTS, tokens=10)) == "TOO_MANY_TOKENS"


def test_comments_and_characters() -> None:
    limits = replace(DEFAULTS, tokens=10)
    for few, many in (("#\n" * 10, "#\n" * 11), ("," * 989, "," * 990)):
        assert code(parse, few + "{taskCount}", limits) is None
        assert code(parse, many + "{taskCount}", limits) == "TOO_MANY_TOKENS"


@pytest.mark.parametrize(
    "text",
    [
        "{a" * 1_600,
        "{...on Query" * 1_200,
        "{a(b:" + "[" * 4_000,
        "{a(b:" + "{c:" * 1_600,
        "query($a:" + "[" * 4_000,
        "query($a:Int=" + "[" * 4_000,
        "{" * 1_000_000,
    ],
    ids=lambda text: text[:12],
)
def test_brackets_within_each_other(text: str) -> None:
    with pytest.raises((RequestError, GraphQLSyntaxError)) as caught:
        parse(text, DEFAULTS)
    if isinstance(caught.value, RequestError):
        assert caught.value.code in {"QUERY_TOO_DEEP", "TOO_MANY_TOKENS"}
    else:
        assert text.startswith("{{")


def test_deep_documents_are_too_deep() -> None:
    for text in ("{a" * 1_600, "{a(b:" + "[" * 4_000, "query($a:" + "[" * 4_000):
        assert code(parse, text, DEFAULTS) == "QUERY_TOO_DEEP"


@pytest.mark.parametrize(
    "text", ["", "{", "{a", "\ud800", '{a(b:"\ud800")}', "#\ud83d", "\udc00{a}", '"', '"""', "{a(b:1.)}"]
)
def test_what_is_no_document(text: str) -> None:
    with pytest.raises(GraphQLSyntaxError):
        parse(text, DEFAULTS)


def test_errors_in_very_long_documents_have_no_location() -> None:
    """Each location is found by counting lines from the beginning."""
    for lines, located in ((LOCATED - 10, True), (LOCATED, False)):
        document = parse("\n" * lines + "{ nobody }", DEFAULTS)
        (error,) = validate(SCHEMA, document, introspection=True, suggestions=False)
        assert (error.locations == [(lines + 1, 3)]) is located


# What is written in a document.


def test_fragments_that_are_defined() -> None:
    text = "{ taskCount } fragment a on Query { taskCount } fragment b on Query { taskCount }"
    assert code(of_document, text, replace(DEFAULTS, fragments=2)) is None
    assert code(of_document, text, replace(DEFAULTS, fragments=1)) == "TOO_MANY_FRAGMENTS"


def test_directives_that_are_written() -> None:
    text = "query @a { taskCount @b ...f } fragment f on Query @c { taskCount @skip(if: true) @skip(if: true) }"
    assert code(of_document, text, replace(DEFAULTS, directives=5)) is None
    assert code(of_document, text, replace(DEFAULTS, directives=4)) == "TOO_MANY_DIRECTIVES"


def test_lists_that_are_written() -> None:
    for text in ("{ nodes(ids: [1, 2, 3]) { id } }", "query ($v: [ID!] = [1, 2, 3]) { nodes(ids: $v) { id } }"):
        assert code(of_document, text, replace(DEFAULTS, list_size=3)) is None
        assert code(of_document, text, replace(DEFAULTS, list_size=2)) == "LIST_TOO_LONG"


def test_values_that_are_written() -> None:
    text = "{ a(b: {c: [1, {d: 2}], e: 3}) }"  # c and e, 1 and {d: 2}, d
    assert code(of_document, text, replace(DEFAULTS, values=5, values_depth=3)) is None
    assert code(of_document, text, replace(DEFAULTS, values=4)) == "VARIABLES_TOO_LARGE"
    assert code(of_document, text, replace(DEFAULTS, values_depth=2)) == "VARIABLES_TOO_DEEP"


# Variables.


def test_lists_in_variables() -> None:
    for variables in ({"a": [1, 2, 3]}, {"a": {"b": [[1, 2, 3]]}}):
        assert code(check_variables, variables, replace(DEFAULTS, list_size=3)) is None
        assert code(check_variables, variables, replace(DEFAULTS, list_size=2)) == "LIST_TOO_LONG"


def test_values_in_variables() -> None:
    variables = {"a": 1, "b": {"c": None, "d": [True, "e" * 10_000]}}
    assert code(check_variables, variables, replace(DEFAULTS, values=6, values_depth=2)) is None
    assert code(check_variables, variables, replace(DEFAULTS, values=5)) == "VARIABLES_TOO_LARGE"
    assert code(check_variables, variables, replace(DEFAULTS, values_depth=1)) == "VARIABLES_TOO_DEEP"
    assert code(check_variables, None, DEFAULTS) is None


def test_variables_are_looked_at_without_recursion() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert code(check_variables, {"a": deep}, DEFAULTS) == "VARIABLES_TOO_DEEP"
    assert code(check_variables, {"a": deep}, ENDLESS) is None
    while isinstance(deep, list):  # Python itself would take it apart by recursion.
        deep = deep.pop()


# What an operation executes.

LIMITED = {
    "depth": ("QUERY_TOO_DEEP", 3, "{ task(id: 1) { category { id } } }"),
    "depth through fragments": (
        "QUERY_TOO_DEEP",
        3,
        "{ ...a } fragment a on Query { task(id: 1) { ...b } } fragment b on Task { category { id } }",
    ),
    "depth of what is not left out": ("QUERY_TOO_DEEP", 2, "{ task(id: 1) { id category @skip(if: true) { id } } }"),
    "aliases": ("TOO_MANY_ALIASES", 2, "{ a: taskCount task(id: 1) { b: id } }"),
    "aliases through fragments": (
        "TOO_MANY_ALIASES",
        4,
        "{ ...a ... on Query { ...a } } fragment a on Query { b: taskCount c: taskCount }",
    ),
    "root_fields": ("TOO_MANY_ROOT_FIELDS", 2, "{ taskCount task(id: 1) { id title } }"),
    "root_fields through fragments": (
        "TOO_MANY_ROOT_FIELDS",
        3,
        "{ taskCount ...a ... { ...a } } fragment a on Query { task(id: 1) { id } }",
    ),
    "directives": ("TOO_MANY_DIRECTIVES", 3, "query @a { taskCount @b @include(if: false) }"),
    "directives through fragments": (
        "TOO_MANY_DIRECTIVES",
        5,
        "{ ...a @x ...a } fragment a on Query @y { taskCount @z }",
    ),
    "fragments": ("TOO_MANY_FRAGMENTS", 2, "{ ...a } fragment a on Query { ...b } fragment b on Query { taskCount }"),
    "fragments spread twice": (
        "TOO_MANY_FRAGMENTS",
        4,
        "{ ...a ...a } fragment a on Query { ...b } fragment b on Query { taskCount }",
    ),
}
NOT_EXECUTED = """
    fragment unused on Task @q { a: id @q category { category { category { ...unused } } } }
    query other @q { a: taskCount @q b: task(id: 1) { category { tasksConnection { nodes { id } } } } c: tags { id } }
"""


@pytest.mark.parametrize("name", LIMITED)
def test_what_is_executed(name: str) -> None:
    expected, number, text = LIMITED[name]
    limit = name.split(maxsplit=1)[0]
    for all_of_it in (text, text + NOT_EXECUTED):
        document = parse(all_of_it, DEFAULTS)
        chosen = operation(document)
        found = measure(SCHEMA, document, chosen, {}, replace(ENDLESS, **{limit: number}))
        assert getattr(found, limit) == number
        past = replace(ENDLESS, **{limit: number - 1})
        assert code(measure, SCHEMA, document, chosen, {}, past) == expected


CONDITIONS: list[tuple[str, dict[str, Any], bool]] = [
    ("@skip(if: true)", {}, False),
    ("@skip(if: false)", {}, True),
    ("@include(if: true)", {}, True),
    ("@include(if: false)", {}, False),
    ("@skip(if: false) @include(if: false)", {}, False),
    ("@skip(if: $v)", {"v": True}, False),
    ("@skip(if: $v)", {"v": False}, True),
    ("@include(if: $v)", {"v": False}, False),
    ("@skip(if: $v)", {}, True),
    ("@skip(if: $true)", {}, False),
    ("@skip(if: $true)", {"true": False}, True),
    ("@include(if: $true)", {}, True),
    ("@include(if: $nobody)", {}, True),
    ("@include(if: 0)", {}, True),
    ("@include(if: $v)", {"v": 0}, True),
    ("@include", {}, True),
]


@pytest.mark.parametrize(("directives", "variables", "counts"), CONDITIONS)
def test_what_is_left_out_does_not_count(directives: str, variables: dict[str, Any], counts: bool) -> None:
    for selection in ("a: taskCount {}", "...f {}", "... on Query {} {{ a: taskCount }}", "... {} {{ ...f }}"):
        text = f"query ($v: Boolean!, $true: Boolean! = true) {{ {selection.format(directives)} }}"
        assert measured(f"{text} fragment f on Query {{ a: taskCount }}", **variables).aliases == counts


@pytest.mark.parametrize(
    "text",
    [
        "{ nobody { nothing } ...missing ... on Nobody { a } taskCount { a { b } } tasks }",
        "{ ...f } fragment f on Query { a: taskCount ...f }",
        "{ ...f } fragment f on Query { ...g } fragment g on Query { ...f a: taskCount }",
        "{ tasks(limit: $nobody, limit: x) { id } nodes(ids: {}) { id } } fragment f on Int { a }",
        "subscription { taskCount }",
        "mutation { updateTasks(where: 1, atMost: {}) { __typename } deleteTasks(where: {ids: {ids: 1}}) { a } }",
        "{ tasks(limit: " + "9" * 10_000 + ") { id } }",
        "{ }",
    ],
)
def test_what_is_invalid_is_measured_all_the_same(text: str) -> None:
    assert measured(text).cost < 10_000


# Documents that mean harm.


def tower(height: int) -> str:
    """Fragments that spread the next twice: as many fields as there are grains on a chessboard."""
    spreads = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(height))
    return f"{{ ...f0 }} {spreads} fragment f{height} on Query {{ a: taskCount @x }}"


def test_what_fragments_multiply_is_counted_not_expanded() -> None:
    found = measured(tower(10))
    assert (found.aliases, found.root_fields, found.fragments, found.cost) == (1_024, 1_024, 2_047, 5 * 1_024)
    assert found.directives == 1_024
    assert measured(tower(60)).aliases == 10**12  # where counting ends
    assert code(measured, tower(60), DEFAULTS) == "TOO_MANY_FRAGMENTS"


SPREADS = [" ".join(f"...f{m}" for m in range(n + 1, min(n + 22, 99))) for n in range(99)]
CYCLES = [" ".join(f"...f{(n + m) % 99}" for m in range(1, 20)) for n in range(99)]
HOSTILE = {
    "the same field": "{" + "taskCount " * 4_990 + "}",
    "the same object": "{" + "tasksConnection{nodes{category{id}}}" * 400 + "}",
    "unknown fields": "{" + " ".join(f"f{n}" for n in range(4_990)) + "}",
    "inline fragments": "{" + "...{taskCount}" * 1_240 + "}",
    "aliases for two": "{" + " ".join(f"a:{('taskCount', 'tasks')[n % 2]}" for n in range(1_600)) + "}",
    "a tower": tower(600),
    "a wide tower": "{...f0}" + "".join(f"fragment f{n} on Query{{{SPREADS[n]} taskCount}}" for n in range(99)),
    "cycles": "{...f0}" + "".join(f"fragment f{n} on Query{{{CYCLES[n]}}}" for n in range(99)),
    "operations": "".join(f"query q{n}{{taskCount}}" for n in range(990)),
    "operations with fragments": "".join(f"query q{n}($a:String){{...f}}" for n in range(200))
    + "fragment f on Query{taskCount(filter:{or:[" + "{search:$a}" * 350 + "]})}",
    "variables": "query(" + " ".join(f"$v{n}:Nobody{n}" for n in range(1_200)) + "){taskCount}",
    "directives": "{taskCount " + "@x " * 2_480 + "}",
    "literals": "{taskCount(filter:{and:[" + "{id:{in:[1,2]}}" * 490 + "]})}",
    "unknown keys": "{taskCount(filter:{" + " ".join(f"k{n}:1" for n in range(1_640)) + "})}",
    "unknown keys beside a text": '{taskCount(filter:{search:"' + "x" * 480_000 + '" ' + "k:1 " * 1_200 + "})}",
    "long names": "{" + " ".join(f"{'taskCount' * 2_000}{n}" for n in range(25)) + "}",
    "lines": "{" + "\n" * 490_000 + " ".join(f"f{n}" for n in range(25)) + "}",
    "comments": "#\n" * 240_000 + "{taskCount}",
    "escapes": '{taskCount(filter:{search:"' + "\\n" * 240_000 + '"})}',
    "a block of lines": '{taskCount(filter:{search:"""' + "\n " * 240_000 + '"""})}',
    "an open string": '{taskCount(filter:{search:"' + "x" * 490_000,
    "two megabytes": "{" + " " * 2_000_000 + "taskCount}",
    "two megabytes of tokens": "{" + "a " * 1_000_000 + "}",
    "digits": "{tasks(limit:" + "9" * 490_000 + "){id}}",
    "deep introspection": "{__schema{types{" + "ofType{" * 180 + "name" + "}" * 183,
    "definitions of types": " ".join(f"type A{n}{{a:Int}}" for n in range(600)),
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_take_little_time(text: str) -> None:
    began = time.process_time()
    try:
        document = parse(text, DEFAULTS)
    except (RequestError, GraphQLSyntaxError):
        document = None
    if document is not None:
        code(check_document, document, DEFAULTS)
        if any(isinstance(each, OperationDefinitionNode) for each in document.definitions):
            code(measure, SCHEMA, document, operation(document), {}, DEFAULTS)
        errors = validate(SCHEMA, document, introspection=True, suggestions=True)
        assert len(errors) <= MOST_ERRORS + 1
    assert time.process_time() - began < SOON


# Validation.


def test_the_rules_of_the_specification_hold() -> None:
    for text, part in (
        ("{ nobody }", "Cannot query field 'nobody'"),
        ("{ tasks }", "must have a selection"),
        ("{ ...f }", "Unknown fragment"),
        ("query ($a: Int) { taskCount }", "never used"),
        ("{ tasks(limit: $a) { id } }", "not defined"),
        ('{ tasks(limit: "1") { id } }', "Int cannot represent"),
        ("{ a: taskCount a: tasks { id } }", "conflict"),
        ("{ taskCount } { taskCount }", "anonymous operation"),
        ("{ ...f } fragment f on Query { ...f }", "within itself"),
        ("{ taskCount @nobody }", "Unknown directive"),
        ("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "introspection depth"),
    ):
        assert any(part in message for message in problems(text)), text
    assert problems("{ taskCount }") == problems(get_introspection_query()) == []


def test_introspection_can_be_refused() -> None:
    for text in ("{ __schema { description } }", '{ __type(name: "Task") { name } }'):
        assert problems(text) == []
        assert "introspection has been disabled" in problems(text, introspection=False)[0]


def test_suggestions_are_a_choice() -> None:
    for text in (
        "{ taskCoun }",
        "{ tasks(limi: 1) { id } }",
        "query ($a: Tas) { tags(limit: $a) { id } }",
        "{ taskCount(filter: {priority: {eq: HIG}}) }",
    ):
        assert any("Did you mean" in message for message in problems(text, suggestions=True)), text
        assert not any("Did you mean" in message for message in problems(text)), text


async def test_suggestions_about_variables_are_a_choice() -> None:
    document = parse("query ($f: TaskFilter) { taskCount(filter: $f) }", DEFAULTS)
    for suggestions in (True, False):
        for wrong in ({"complete": True}, {"priority": {"eq": "HIG"}}):
            context: Any = SimpleNamespace(compiler=None)
            executable = Executable(SCHEMA, Coercions(), document, operation(document))
            answer = await schema.run(executable, {"f": wrong}, context, suggestions=suggestions)
            assert answer.errors is not None
            assert ("Did you mean" in answer.errors[0].message) is suggestions


def test_few_errors_are_told() -> None:
    many = problems("{" + " ".join(f"f{n}" for n in range(100)) + "}")
    assert len(many) == MOST_ERRORS + 1
    assert "Too many validation errors" in many[-1]


def test_few_errors_are_told_of_one_value() -> None:
    value = "{" + " ".join(f"k{n}: 1" for n in range(100)) + "}"
    assert len(problems(f"{{ a: taskCount(filter: {value}) b: taskCount(filter: {value}) }}")) == 10


def test_what_cannot_be_validated_is_told_in_plain_words() -> None:
    deep = " ".join(
        f"fragment f{n} on Category {{ a: tasksConnection {{ nodes {{ category {{ ...f{n + 1} }} }} }} }}"
        for n in range(99)
    )
    (message,) = problems(f"{{ category(by: {{id: 1}}) {{ ...f0 }} }} {deep} fragment f99 on Category {{ id }}")
    assert message.startswith("The document is too complex to be validated.")


ONE_OF: dict[str, tuple[str, str | None]] = {
    "one key": ("{ category(by: {id: 1}) { id } }", None),
    "two keys": ('{ category(by: {id: 1, name: "a"}) { id } }', "must specify exactly one key"),
    "no key": ("{ category(by: {}) { id } }", "must specify exactly one key"),
    "null": ("{ category(by: {id: null}) { id } }", "must be non-null"),
    "a variable": ("query ($v: ID!) { category(by: {id: $v}) { id } }", None),
    "a variable that can be null": ("query ($v: ID) { category(by: {id: $v}) { id } }", "must be non-nullable"),
    "a variable of a list": ("query ($v: [ID!]) { taskCount(filter: {tags: {some: {id: {in: $v}}}}) }", None),
    "a variable in a list": ("query ($v: TaskOrder!) { tasks(orderBy: [$v]) { id } }", None),
    "a variable that is not defined": ("{ category(by: {id: $v}) { id } }", "is not defined"),
    "a fragment before its operation": (
        "fragment f on Query { category(by: {id: $v}) { id } } query ($v: ID!) { ...f }",
        None,
    ),
    "a variable that can be null, in a fragment": (
        "fragment f on Query { category(by: {id: $v}) { id } } query ($v: ID) { ...f }",
        "must be non-nullable",
    ),
    "each operation has its own": (
        "query a($v: ID) { tasks(filter: {id: {eq: $v}}) { id } } query b($v: ID!) { category(by: {id: $v}) { id } }",
        None,
    ),
}


@pytest.mark.parametrize(("text", "part"), ONE_OF.values(), ids=ONE_OF)
def test_one_of_inputs(text: str, part: str | None) -> None:
    found = problems(text)
    assert len(found) == (part is not None), found
    assert part is None or part in found[0]


def test_codes_are_declared() -> None:
    assert {expected for expected, *_ in LIMITED.values()} <= set(RequestErrorCode)
