"""Field Selection Merging: the verdicts of graphql-core's own rule, for all kinds of documents, in bounded time."""

from collections.abc import Iterator
from random import Random

import pytest
from graphql import (
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    build_schema,
    get_named_type,
    is_composite_type,
    is_interface_type,
    is_object_type,
    parse,
    validate,
)
from graphql.language import DocumentNode
from graphql.utilities import TypeInfo
from graphql.validation import ASTValidationRule, ValidationContext

from gql_api.schema import schema
from gql_api.schema.limits import overlap
from gql_api.schema.limits.overlap import OverlappingFields

ANIMALS = build_schema("""
    interface Animal { name: String size: Int friends: [Animal] mate(at: Int): Animal owner: Human }
    interface Pet implements Animal {
        name: String size: Int friends: [Animal] mate(at: Int): Animal owner: Human nick(at: Int): String }
    type Dog implements Animal & Pet {
        name: String size: Int friends: [Animal] mate(at: Int): Dog owner: Human nick(at: Int): String
        voice: Int sounds: [String] best: Cat home: [Human] }
    type Cat implements Animal & Pet {
        name: String size: Int friends: [Animal] mate(at: Int): Cat owner: Human nick(at: Int): String
        voice: String sounds: [String!] best: Dog home: Human }
    type Human { name: String! age: Int pets(at: Int): [Pet] any: DogOrCat dog: Dog cat: Cat }
    union DogOrCat = Dog | Cat
    type Query { dog(at: Int): Dog cat: Cat animal(at: Int): Animal pet: Pet human: Human any: DogOrCat }
""")


def told(rule: type[ASTValidationRule], text: str, of: GraphQLSchema = ANIMALS) -> list[GraphQLError]:
    return validate(of, parse(text), [rule], max_errors=5)


def steps(text: str, of: GraphQLSchema = ANIMALS) -> int:
    """Return how many fields and fragments are looked at."""
    document: DocumentNode = parse(text)
    rule = OverlappingFields(ValidationContext(of, document, TypeInfo(of), lambda _: None))
    rule.leave_document(document)
    return rule.visits


VALID = {
    "the same twice": "{ dog { name name } }",
    "the same with arguments": "{ dog { nick(at: 1) nick(at: 1) } }",
    "the same with variables": "query ($v: Int) { dog { nick(at: $v) nick(at: $v) } }",
    "aliases apart": "{ dog { a: name b: nick } }",
    "directives do not matter": "{ dog { name @include(if: true) name @skip(if: true) } }",
    "different on different types": "{ pet { ... on Dog { a: name } ... on Cat { a: nick } } }",
    "different arguments on different types": "{ pet { ... on Dog { nick(at: 1) } ... on Cat { nick(at: 2) } } }",
    "deep on different types": "{ pet { ... on Dog { mate { a: name } } ... on Cat { mate { a: nick } } } }",
    "no type is known": "{ any { ... on Nobody { a: nothing } } dog { nothing nothing } }",
    "a fragment twice": "{ dog { ...f ...f } } fragment f on Dog { a: name }",
    "a fragment in itself": "{ dog { ...f } } fragment f on Dog { name ...f mate { ...f } }",
    "a fragment that is not there": "{ dog { ...f name } }",
    "objects in another order": "{ dog { nick(at: {a: 1, b: 2}) nick(at: {b: 2, a: 1}) } }",
}
DIFFERENT, ARGUMENTS, TYPES = "are different fields", "differing arguments", "conflicting types"
INVALID = {
    "an alias for two": ("{ dog { a: name a: nick } }", DIFFERENT),
    "an alias hides a field": ("{ dog { name: nick name } }", DIFFERENT),
    "arguments": ("{ dog { nick(at: 1) nick(at: 2) } }", ARGUMENTS),
    "arguments and none": ("{ dog { nick nick(at: 2) } }", ARGUMENTS),
    "a variable and a value": ("query ($v: Int) { dog { nick(at: 1) nick(at: $v) } }", ARGUMENTS),
    "names of arguments": ("{ dog { nick(at: 1) nick(to: 1) } }", ARGUMENTS),
    "an enum and a string": ('{ dog { nick(at: A) nick(at: "A") } }', ARGUMENTS),
    "an interface and its object": ("{ pet { a: name ... on Dog { a: nick } } }", DIFFERENT),
    "two interfaces": ("{ animal { ... on Animal { a: name } ... on Pet { a: nick } } }", DIFFERENT),
    "in a fragment": ("{ dog { a: name ...f } } fragment f on Dog { a: nick }", DIFFERENT),
    "in two fragments": (
        "{ dog { ...f ...g } } fragment f on Dog { a: name } fragment g on Dog { a: nick }",
        DIFFERENT,
    ),
    "in a fragment of a fragment": (
        "{ dog { a: name ...f } } fragment f on Dog { ...g } fragment g on Dog { a: nick }",
        DIFFERENT,
    ),
    "deep": ("{ dog { mate { a: name } mate { a: nick } } }", DIFFERENT),
    "deeper": ("{ dog { mate { mate { a: name } } mate { mate { a: nick } } } }", DIFFERENT),
    "deep in fragments": (
        "{ dog { mate { ...f } mate { ...g } } } fragment f on Dog { a: name } fragment g on Dog { a: nick }",
        DIFFERENT,
    ),
    "in a fragment that nobody spreads": ("{ dog { name } } fragment f on Dog { a: name a: nick }", DIFFERENT),
    "in the second operation": ("query a { dog { name } } query b { dog { a: name a: nick } }", DIFFERENT),
    "scalars of different types": ("{ pet { ... on Dog { voice } ... on Cat { voice } } }", TYPES),
    "null and not null": ("{ pet { ... on Dog { sounds } ... on Cat { sounds } } }", TYPES),
    "a list and none": ("{ pet { ... on Dog { home { age } } ... on Cat { home { age } } } }", TYPES),
    "a scalar and an object": ("{ pet { ... on Dog { a: mate { name } } ... on Cat { a: name } } }", TYPES),
    "shapes deep below different types": (
        "{ pet { ... on Dog { best { a: name } } ... on Cat { best { a: size } } } }",
        TYPES,
    ),
    "types, though the first is unknown": (
        "{ pet { ... on Dog { a: nothing } ... on Dog { voice } ... on Cat { voice } } }",
        TYPES,
    ),
}


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_what_can_be_merged(text: str) -> None:
    assert told(OverlappingFieldsCanBeMergedRule, text) == []
    assert told(OverlappingFields, text) == []


@pytest.mark.parametrize(("text", "reason"), INVALID.values(), ids=INVALID)
def test_what_cannot_be_merged(text: str, reason: str) -> None:
    assert told(OverlappingFieldsCanBeMergedRule, text)
    (error,) = told(OverlappingFields, text)
    assert reason in error.message
    assert error.message.endswith("Use different aliases on the fields to fetch both if this was intentional.")
    assert len(error.nodes or ()) == 2


def test_the_message_is_that_of_graphql_core() -> None:
    for text in ("{ dog { a: name a: nick } }", "{ dog { nick(at: 1) nick(at: 2) } }"):
        (expected,), (found,) = told(OverlappingFieldsCanBeMergedRule, text), told(OverlappingFields, text)
        assert (found.message, found.locations) == (expected.message, expected.locations)


class Documents:
    """Makes documents in which fields meet: few response names, many fragments."""

    def __init__(self, of: GraphQLSchema, random: Random) -> None:
        self.random = random
        self.composite = [
            each for each in of.type_map.values() if is_composite_type(each) and not each.name.startswith("__")
        ]
        self.schema = of
        self.fragments = random.randrange(5)

    def document(self) -> str:
        assert self.schema.query_type is not None
        parts = [f"query ($v: Int) {self.selections(self.schema.query_type, 3, 0)}"]
        for number in range(self.fragments):
            on = self.random.choice(self.composite)
            parts.append(f"fragment f{number} on {on.name} {self.selections(on, 2, number + 1)}")
        return " ".join(parts)

    def selections(self, parent: GraphQLNamedType, depth: int, first: int) -> str:
        """Return selections on a type. Fragments before the number `first` are not spread: there are no cycles."""
        return f"{{ {' '.join(self.selection(parent, depth, first) for _ in range(self.random.randint(1, 3)))} }}"

    def selection(self, parent: GraphQLNamedType, depth: int, first: int) -> str:
        random = self.random
        kind = random.random()
        if kind < 0.15 and first < self.fragments:
            return f"...f{random.randrange(first, self.fragments)}"
        if kind < 0.35 and depth:
            on = random.choice([parent, *self.composite])
            return f"... on {on.name} {self.selections(on, depth - 1, first)}"
        if not (is_object_type(parent) or is_interface_type(parent)):
            return random.choice(["__typename", "x: __typename"])
        name = random.choice(sorted(parent.fields))
        type_ = get_named_type(parent.fields[name].type)
        below = is_composite_type(type_)
        if below and not depth:
            return "__typename"
        alias = random.choice(["", "", "", "x: ", "name: ", "id: "])
        arguments = random.choice(["", "", "", "", "", "", "(at: 1)", "(at: 2)", "(at: $v)", "(at: [{b: 1, a: $v}])"])
        return f"{alias}{name}{arguments} {self.selections(type_, depth - 1, first) if below else ''}"


@pytest.mark.parametrize(("of", "many"), [(ANIMALS, 1_200), (schema._schema, 400)], ids=["animals", "own"])
def test_verdicts_are_those_of_graphql_core(of: GraphQLSchema, many: int) -> None:
    verdicts = {True: 0, False: 0}
    for seed in range(many):
        text = Documents(of, Random(seed)).document()
        expected = not told(OverlappingFieldsCanBeMergedRule, text, of)
        assert (not told(OverlappingFields, text, of)) is expected, text
        verdicts[expected] += 1
    assert min(verdicts.values()) > many / 10


def growing() -> Iterator[tuple[str, list[str]]]:
    """Yield kinds of documents, each in sizes that double."""
    sizes = (100, 200, 400)
    yield "the same field", [f"{{ dog {{ {'name ' * n} }} }}" for n in sizes]
    yield "the same object", [f"{{ {'dog { mate { name } } ' * n} }}" for n in sizes]
    yield (
        "inline fragments",
        [f"{{ pet {{ {'... on Dog { mate { name } } ... on Cat { name } ' * n} }} }}" for n in sizes],
    )
    yield "aliases", [f"{{ {' '.join(f'a{i}: dog {{ name }}' for i in range(n))} }}" for n in sizes]
    yield "spreads", [f"{{ dog {{ {'...f ' * n} }} }} fragment f on Dog {{ name }}" for n in sizes]
    yield (
        "a chain of fragments that spread the next twice, below different fields",
        [
            "{ dog { ...f0 } } "
            + " ".join(
                f"fragment f{i} on Dog {{ a: mate {{ ...f{i + 1} }} b: mate {{ ...f{i + 1} }} }}" for i in range(n)
            )
            + f" fragment f{n} on Dog {{ name }}"
            for n in (10, 20, 40)
        ],
    )


@pytest.mark.parametrize("texts", [texts for _, texts in growing()], ids=[kind for kind, _ in growing()])
def test_it_takes_steps_in_proportion(texts: list[str]) -> None:
    small, middle, large = (steps(text) for text in texts)
    assert large - middle <= 2.1 * (middle - small)
    assert large < 10 * len(texts[-1].split())


def test_fragments_in_ever_new_companies_are_refused() -> None:
    """Each alias brings the same fields together with others: there is no end to it."""
    text = "{ " + " ".join(f"a{i}: dog {{ x{i}: name ...f }}" for i in range(800))
    text += " } fragment f on Dog { " + " ".join(f"y{i}: name" for i in range(800)) + " }"
    errors = told(OverlappingFields, text)
    assert [error.message.split(".")[0] for error in errors] == [
        "The document's fragments bring too many fields together"
    ]
    assert steps(text) < overlap.MOST_VISITS + 5_000


def test_a_long_name_is_cut() -> None:
    name = "a" * 100_000
    (error,) = told(OverlappingFields, f"{{ dog {{ {name}: name {name}: nick }} }}")
    assert len(error.message) < 300
