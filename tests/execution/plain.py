"""A schema of graphql-core alone: each kind of type in each wrapping, whose fields do what a `Case` draws."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from tests.execution.behaviour import Case, OddError, Place

NAMED = {
    "int": "Int",
    "float": "Float",
    "text": "String",
    "truth": "Boolean",
    "id": "ID",
    "enum": "Hue",
    "odd": "Odd",
    "a": "A",
    "b": "B",
    "thing": "Thing",
    "any": "Any",
    "told": "Told",
}
WRAPPINGS = {
    "": "{}",
    "R": "{}!",
    "L": "[{}]",
    "LR": "[{}!]",
    "RL": "[{}]!",
    "RLR": "[{}!]!",
    "LL": "[[{}]]",
    "RLRLR": "[[{}!]!]!",
}
FIELDS = {
    name + suffix: wrapping.format(type_) for name, type_ in NAMED.items() for suffix, wrapping in WRAPPINGS.items()
}
ARGUMENTS = """
  given(
    int: Int = 3, must: Int! = 4, float: Float, text: String = null, hue: Hue = RED, odd: Odd, list: [Int!] = [1, 2],
    lists: [[String]], input: In, must_input: In = {must: 5}
  ): String
  wanted(must: Int!, input: In!): A
"""
DEFINITIONS = "\n".join(f"  {name}: {type_}" for name, type_ in FIELDS.items())
# Where an interface lets it be, a type may promise more.
STRICTER = DEFINITIONS.replace("  int: Int\n", "  int: Int!\n").replace("  aL: [A]\n", "  aL: [A!]!\n")

SDL = f"""
schema {{ query: Query mutation: Mutation subscription: Subscription }}
enum Hue {{ RED GREEN BLUE }}
scalar Odd
input In {{ must: Int! text: String = "so" inner: In hues: [Hue!] odd: Odd }}
interface Thing {{
{DEFINITIONS}
{ARGUMENTS}
}}
interface Told {{
  int: Int
  told: Told
  a: A
}}
type A implements Thing & Told {{
{DEFINITIONS}
{ARGUMENTS}
}}
type B implements Thing & Told {{
{STRICTER}
{ARGUMENTS}
}}
type C implements Thing {{
{DEFINITIONS}
{ARGUMENTS}
  onlyC: Int
}}
union Any = A | B | C
type Query {{
{DEFINITIONS}
{ARGUMENTS}
}}
type Mutation {{
{DEFINITIONS}
{ARGUMENTS}
}}
type Subscription {{ int: Int a: A }}
"""


class Source:
    """An object whose attributes are what fields answer; at times its methods are."""

    def __init__(self, case: Case, type_: GraphQLObjectType, place: Place) -> None:
        self._case = case
        self._type = type_
        self._place = place
        self._Source__typename = type_.name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        place = (*self._place, name)
        definition = self._type.fields[name]
        if definition.args or self._case.random(place, "method").random() < 0.2:
            return lambda info, **given: resolved(self._case, definition, place, info, given)
        self._case.did("attribute", place)
        return self._case.value(definition.type, place)

    def __repr__(self) -> str:
        return f"<{self._type} {self._place}>"


class MappingSource(Source, Mapping[str, Any]):
    def get(self, key: str, default: Any = None) -> Any:
        return self._type.name if key == "__typename" else getattr(self, key, default)

    def __getitem__(self, key: str) -> Any:
        return self.get(key)

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        return iter(["__typename"])

    __hash__ = object.__hash__


def dictionary(case: Case, type_: GraphQLObjectType, place: Place) -> dict[str, Any]:
    """Return a real dict, of functions."""
    source = Source(case, type_, place)

    def method(name: str) -> Any:
        return lambda info, **given: resolved(case, type_.fields[name], (*place, name), info, given)

    # What is wanted of it is not known here; to make all would take long.
    class Dictionary(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            return method(key) if key in type_.fields else super().get(key, default)

        def __repr__(self) -> str:
            return repr(source)

    return Dictionary(__typename=type_.name, _place=place)


def resolved(case: Case, definition: GraphQLField, place: Place, info: GraphQLResolveInfo[Any], given: Any) -> Any:
    """Answer a field, and take note of all that a resolver can see."""
    assert info.context is case
    told = (
        info.field_name,
        str(info.return_type),
        str(info.parent_type),
        tuple(info.path.as_list()),
        [node.loc.start if node.loc else None for node in info.field_nodes],
        info.operation.operation.value,
        repr(info.variable_values.coerced),
    )
    if given:
        place = (*place, repr(given))
    case.did("resolver", place, told)
    return case.value(definition.type, place)


def place_of(source: Any) -> Place:
    if source is None:
        return ()
    place: Place = source["_place"] if isinstance(source, dict) else source._place
    return place


class PlainCase(Case):
    def object(self, type_: Any, place: Place) -> Any:
        if not isinstance(type_, GraphQLObjectType):
            type_ = self.random(place, "type").choice(SCHEMA.get_possible_types(type_))
        kind = self.random(place, "kind").choice([Source, Source, MappingSource, dictionary])
        return kind(self, type_, place)


def _resolver(name: str, definition: GraphQLField) -> Any:
    def resolve(source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
        return resolved(info.context, definition, (*place_of(source), name), info, given)

    return resolve


def _resolve_type(value: Any, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType) -> Any:
    """Tell the type of a value; or something else."""
    case: Case = info.context
    if not isinstance(value, (Source, dict)):
        return None
    place = place_of(value)
    case.did("type", place, str(abstract))
    right = value["__typename"] if isinstance(value, dict) else value._type.name

    def answer() -> Any:
        match case.choose(place, "resolve_type", {"right": 30, "none": 1, "wrong": 1, "number": 1, "raise": 1}):
            case "none":
                return None
            case "wrong":
                return case.random(place, "wrong type").choice(["Nothing", "Int", "Query", "Told"])
            case "number":
                return 7
            case "raise":
                raise case.error(place)
        return right

    if case.choose(place, "when type", {"now": 4, "wait": 1}) == "wait":
        return case.later(place, answer, "wait for type")
    return answer()


def _is_type_of(type_: GraphQLObjectType) -> Any:
    def is_type_of(value: Any, info: GraphQLResolveInfo[Any]) -> Any:
        case: Case = info.context
        if not isinstance(value, (Source, dict)):
            return False
        place = place_of(value)
        case.did("is it", place, str(type_))
        right = (value["__typename"] if isinstance(value, dict) else value._type.name) == type_.name

        def answer() -> Any:
            match case.choose((*place, f"is {type_}"), "", {"right": 30, "no": 1, "raise": 1}):
                case "no":
                    return False
                case "raise":
                    raise case.error(place)
            return right

        if case.choose((*place, f"when {type_}"), "", {"now": 4, "wait": 1}) == "wait":
            return case.later(place, answer, f"wait for {type_}")
        return answer()

    return is_type_of


def _odd(value: Any) -> Any:
    match value:
        case 7:
            raise GraphQLError("There are no sevens.", extensions={"code": "SEVEN"})
        case 8:
            return None
        case str():
            return {"odd": [value]}
    raise OddError(f"This is not odd: {value!r}")


def _odd_input(value: Any) -> Any:
    if value == "even":
        raise OddError("even is not odd")
    return ("odd", value)


def _build() -> GraphQLSchema:
    schema = build_schema(SDL)
    types = schema.type_map
    for type_ in types.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            root = type_.name in {"Query", "Mutation"}
            for number, (name, definition) in enumerate(type_.fields.items()):
                # Those without a resolver are answered by what the source has of that name.
                if root or (number + len(type_.name) + ord(type_.name[0])) % 3 == 0:
                    definition.resolve = _resolver(name, definition)
    thing, odd = types["Thing"], types["Odd"]
    assert isinstance(thing, GraphQLInterfaceType)
    assert isinstance(odd, GraphQLScalarType)
    assert isinstance(types["Any"], GraphQLUnionType)
    thing.resolve_type = _resolve_type
    for name in ("A", "B"):
        type_ = types[name]
        assert isinstance(type_, GraphQLObjectType)
        type_.is_type_of = _is_type_of(type_)
    odd.coerce_output_value = _odd
    odd.coerce_input_value = _odd_input
    return schema


SCHEMA = _build()
