"""GraphQL documents: by the grammar, with names of the schema and others; and in order, with tokens changed."""

import re
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLObjectType
from hypothesis import strategies as st

from gql_api.schema import schema
from tests.fuzz.values import CURSORS, IDS, MOMENTS

Strategy = st.SearchStrategy[Any]

TYPES = schema._schema.type_map
OBJECTS = [each for each in TYPES.values() if isinstance(each, GraphQLObjectType)]
INPUTS = [each for each in TYPES.values() if isinstance(each, GraphQLInputObjectType)]
FIELDS = sorted({name for each in OBJECTS for name in each.fields})
ARGUMENTS = sorted({name for each in OBJECTS for field in each.fields.values() for name in field.args})
KEYS = sorted({name for each in INPUTS for name in each.fields})

ODD_NAMES = [
    "__typename",
    "__schema",
    "__type",
    "_",
    "__proto__",
    "on",
    "true",
    "null",
    "fragment",
    "nothing",
    "A" * 300,
]
NAMES = st.sampled_from([*FIELDS, *FIELDS, *ODD_NAMES])
TYPE_NAMES = st.sampled_from([*TYPES, "Nothing", "on"])
VARIABLES = st.sampled_from(["a", "b", "f", "id", "__proto__"])
FRAGMENTS = st.sampled_from(["A", "B", "C"])

STRINGS = st.one_of(
    st.sampled_from(
        [
            *(
                '""',
                '"a"',
                '"\\u0000"',
                '"\\ud800"',
                '"\\u{10FFFF}"',
                '"\\u{110000}"',
                '"\\uD83D\\uDE00"',
                '"\\x"',
                '"',
                '"""',
            ),
            *('"""a\n  b\n"""', '"""\\""""""', '"\n"', '"\ufeff"', f'"{"x" * 3_000}"', '"""' + "\n " * 500 + '"""'),
        ]
    ),
    st.one_of(IDS, CURSORS, MOMENTS).filter(lambda text: text.isprintable()).map(lambda text: f'"{text}"'),
)
SCALARS = st.one_of(
    STRINGS,
    VARIABLES.map("${}".format),
    st.integers().map(str),
    st.sampled_from(
        ["true", "null", "ASC", "1e999", "-0", "00", "1.", "9" * 5_000, "0.1e-400", "-", "[]", "{}", "HIGH"]
    ),
)
CONSTANTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda each: f"[{' '.join(each)}]"),
        st.lists(st.tuples(st.sampled_from(KEYS), inner).map(": ".join), max_size=4).map(
            lambda each: f"{{{', '.join(each)}}}"
        ),
    ),
    max_leaves=6,
)


def optional(strategy: Strategy) -> Strategy:
    return st.one_of(st.just(""), strategy)


def arguments(values: Strategy) -> Strategy:
    one = st.tuples(st.sampled_from([*ARGUMENTS, "nothing", "if"]), values).map(": ".join)
    return optional(st.lists(one, min_size=1, max_size=3).map(lambda each: f"({', '.join(each)})"))


DIRECTIVES = optional(
    st.lists(
        st.tuples(
            st.sampled_from(["@skip", "@include", "@deprecated", "@oneOf", "@defer", "@nothing"]),
            st.sampled_from(["(if: true)", "(if: false)", "(if: $a)", "", "(if: 1)", "(if: null)", "(nothing: {})"]),
        ).map("".join),
        min_size=1,
        max_size=3,
    ).map(" ".join)
)


def sets(inner: Strategy) -> Strategy:
    return st.lists(inner, min_size=1, max_size=4).map(lambda each: f"{{ {' '.join(each)} }}")


FIELD = st.tuples(optional(NAMES.map("{}:".format)), NAMES, arguments(CONSTANTS), DIRECTIVES).map(" ".join)
SELECTIONS = st.recursive(
    st.one_of(FIELD, FRAGMENTS.map("...{}".format)),
    lambda inner: st.one_of(
        st.tuples(FIELD, sets(inner)).map(" ".join),
        st.tuples(optional(TYPE_NAMES.map("on {}".format)), DIRECTIVES, sets(inner)).map(
            lambda parts: f"... {' '.join(parts)}"
        ),
    ),
    max_leaves=8,
)
SETS = sets(SELECTIONS)


@st.composite
def types(draw: st.DrawFn) -> str:
    type_ = str(draw(TYPE_NAMES))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 60]))):
        type_ = f"[{type_}{draw(optional(st.just('!')))}]"
    return type_ + str(draw(optional(st.just("!"))))


DECLARED = optional(
    st.lists(
        st.tuples(VARIABLES, types(), optional(CONSTANTS.map(" = {}".format))).map(
            lambda each: f"${each[0]}: {each[1]}{each[2]}"
        ),
        min_size=1,
        max_size=4,
    ).map(lambda each: f"({', '.join(each)})")
)
OPERATIONS = st.one_of(
    SETS,
    st.tuples(
        st.sampled_from(["query", "query", "mutation", "subscription"]), optional(NAMES), DECLARED, DIRECTIVES, SETS
    ).map(" ".join),
)
DEFINED = st.tuples(FRAGMENTS, TYPE_NAMES, DIRECTIVES, SETS).map(
    lambda parts: f"fragment {parts[0]} on {parts[1]} {parts[2]} {parts[3]}"
)
OTHERS = st.sampled_from(
    ["type A { a: Int }", "extend type Query { a: Int }", "schema { query: Query }", '"x" scalar A', "@a"]
)
GENERATED = st.lists(st.one_of(OPERATIONS, OPERATIONS, DEFINED, OTHERS), min_size=1, max_size=4).map("\n".join)

IN_ORDER = [
    "{ __typename }",
    """query ($f: TaskFilter, $id: ID!) {
      tasks(filter: $f, limit: 3) { id title category { name } tags { name } } node(id: $id) { id } }""",
    """query ($a: String, $f: TaskFilter) {
      tasksConnection(first: 2, after: $a, filter: $f, orderBy: [{title: ASC}]) {
        totalCount nodes { id } edges { cursor node { ...A } } pageInfo { endCursor hasNextPage } } }
    fragment A on Task {
      id ... on Task @include(if: true) { dueAt category { tasksConnection(first: 1) { nodes { id } } } } }""",
    """{ categories(limit: 2) { id taskCount tasksConnection(last: 2) { edges { cursor } } }
      tags { name tasksConnection(first: 1) { totalCount } } }""",
    "query A($id: ID!) { task(id: $id) { ...B } } fragment B on Task { id tags { ...C } } fragment C on Tag { name }",
    """mutation ($f: CreateTaskInput!) { createTask(input: $f) {
      __typename ... on TaskSuccess { task { id title } }
      ... on ValidationError { problems { path code message } } ... on UserError { code message path } } }""",
    'mutation { updateTasks(where: {filter: {title: {contains: "zzz"}}}, patch: {completed: true}) { __typename } }',
    "query { __schema { types { name fields { name type { name ofType { name } } } } directives { name } } }",
    'query { tasks(filter: {or: [{title: {startsWith: "a"}}, {not: {completed: true}}], search: "fern"}) { id } }',
]
TOKENS = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[{}()\[\]!:=|&$@]|\w+|[^\s\w]')
ODD_TOKENS = st.one_of(
    st.sampled_from(
        [
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "!",
            ":",
            "...",
            "@skip(if: $a)",
            "$a",
            "&",
            "|",
            "=",
            "#",
            ",",
            "\ufeff",
            "\0",
            "\ud800",
        ]
    ),
    NAMES,
    TYPE_NAMES,
    CONSTANTS,
    SETS,
)


@st.composite
def changed(draw: st.DrawFn) -> str:
    """Draw a document in order, with some of its tokens left out, doubled, changed, swapped, or others put in."""
    tokens = TOKENS.findall(draw(st.sampled_from(IN_ORDER)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(tokens) - 1))
        match draw(st.sampled_from(["drop", "double", "other", "insert", "swap", "repeat"])):
            case "drop":
                tokens[at] = ""
            case "double":
                tokens[at] += f" {tokens[at]}"
            case "other":
                tokens[at] = draw(ODD_TOKENS)
            case "insert":
                tokens.insert(at, draw(ODD_TOKENS))
            case "swap":
                to = draw(st.integers(0, len(tokens) - 1))
                tokens[at], tokens[to] = tokens[to], tokens[at]
            case _:
                tokens[at] = " ".join([tokens[at]] * draw(st.sampled_from([10, 60, 400, 3_000])))
    return " ".join(tokens)


HUGE = st.sampled_from(
    [
        *(
            "{" * 3_000,
            "{ a " * 300 + "}" * 300,
            "{ ... " * 100 + "{ id }" + " }" * 100,
            "query ($a: " + "[" * 250 + "Int" + "]" * 250 + ") { id }",
        ),
        *(
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            "{ " + "...A " * 300 + "} fragment A on Query { id }",
        ),
        *(
            "#\n" * 6_000 + "{ id }",
            "," * 600_000,
            "\r" * 20_000 + "{ nothing }",
            "{ " + "a: __typename " * 300 + "}",
            "{ id" + " @skip(if: false)" * 200 + " }",
        ),
        "{ ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
        + " fragment F60 on Query { taskCount }",
        " ".join(f"query Q{n} {{ taskCount }}" for n in range(500)),
    ]
)
DOCUMENTS = st.one_of(changed(), changed(), changed(), GENERATED, GENERATED, HUGE)
