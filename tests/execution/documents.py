"""Random valid operations of any schema, with values for their variables."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

INTROSPECTION = [
    '__type(name: "Query") { kind name fields(includeDeprecated: true) { name type { kind ofType { name } } } }',
    "__schema { queryType { name } types { __typename name kind possibleTypes { name } } }",
    '__type(name: "Nothing") { name }',
]


class Word(str):
    """A value of an enum, as a literal."""

    __slots__ = ()


@dataclass
class Operation:
    text: str
    variables: list[dict[str, Any]]
    """Several values for its variables, each for an execution of its own."""


Values = Callable[[Random, str, str], Any]
"""Makes a value of a scalar's type, for an argument or input field of this name."""


def ordinary_values(random: Random, type_: str, _name: str) -> Any:
    choices: dict[str, list[Any]] = {
        "Int": [0, 1, -5, 2**31 - 1],
        "Float": [0.5, 3, -1e10],
        "String": ["", "text", 'quo"te'],
        "ID": ["a", "1", 5],
        "Boolean": [True, False],
    }
    return random.choice(choices.get(type_, ["odd", "even", 7]))


@dataclass
class Maker:
    """Makes one operation of a schema."""

    schema: GraphQLSchema
    random: Random
    values: Values = ordinary_values
    left: int = 40
    """How many more fields it may have."""
    depth: int = 5
    introspection: bool = True
    keys: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """What each response key stands for in the whole document, so that all selections can be merged."""
    variables: dict[str, tuple[str, GraphQLInputType, str]] = field(default_factory=dict)
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: dict[str, list[str]] = field(default_factory=dict)
    """Fields that were chosen before, by type: what is chosen again is to be merged."""

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def operation(self, kind: str = "query", runs: int = 3) -> Operation:
        root = {"query": self.schema.query_type, "mutation": self.schema.mutation_type}[kind]
        assert root is not None
        body = self.selections(root, self.depth)
        declared = ", ".join(f"${name}: {type_}{default}" for name, (type_, _, default) in self.variables.items())
        head = f"{kind} Made({declared})" if declared else kind
        text = " ".join(
            [f"{head} {body}", *(f"fragment {name} on {on} {body}" for name, (on, body) in self.fragments.items())]
        )
        return Operation(text, [dict(self.given()) for _ in range(runs)])

    def given(self) -> Iterator[tuple[str, Any]]:
        for name, (written, type_, default) in self.variables.items():
            required = written.endswith("!")
            if (required and not default) or self.chance(0.6):
                value = None if not required and self.chance(0.2) else self.value(type_, name)
                yield name, value

    # Selections

    def selections(self, type_: Any, depth: int) -> str:
        made: list[str] = []
        for _ in range(self.random.choice([1, 2, 2, 3, 4, 6])):
            self.left -= 1
            if self.left <= 0 and made:
                break
            made.append(self.selection(type_, depth))
        return "{ " + " ".join(made) + " }"

    def selection(self, type_: Any, depth: int) -> str:
        choice = self.random.random()
        if depth > 0 and choice < 0.1:
            return self.inline(type_, depth - 1)
        if depth > 0 and choice < 0.2:
            return self.spread(type_, depth - 1)
        if self.introspection and type_ is self.schema.query_type and choice < 0.22:
            return self.random.choice(INTROSPECTION)
        fields: dict[str, GraphQLField] = {} if isinstance(type_, GraphQLUnionType) else type_.fields
        if depth <= 0 or self.left <= 0:
            fields = {name: each for name, each in fields.items() if not is_composite_type(get_named_type(each.type))}
        if not fields or choice < 0.3:
            return f"{self.alias('__typename', 'String!', '')}{self.directives()}"
        used = [name for name in self.used.setdefault(str(type_), []) if name in fields]
        name = self.random.choice(used if used and self.chance(0.4) else list(fields))
        self.used[str(type_)].append(name)
        definition = fields[name]
        arguments = self.arguments(definition)
        inner = get_named_type(definition.type)
        body = f" {self.selections(inner, depth - 1)}" if is_composite_type(inner) else ""
        return f"{self.alias(name, str(definition.type), arguments)}{self.directives()}{body}"

    def alias(self, name: str, type_: str, arguments: str) -> str:
        """Return the field with an alias where it needs one, or has one anyway."""
        wanted = (name, type_, arguments)
        key, number = name if self.chance(0.8) else f"{name}_0", 0
        while self.keys.setdefault(key, wanted) != wanted:
            key, number = f"{name}_{number}", number + 1
        return f"{name}{arguments}" if key == name else f"{key}: {name}{arguments}"

    def inline(self, type_: Any, depth: int) -> str:
        if self.chance(0.2):
            return f"...{self.directives()} {self.selections(type_, depth)}"
        on = self.other(type_)
        return f"... on {on}{self.directives()} {self.selections(on, depth)}"

    def spread(self, type_: Any, depth: int) -> str:
        on = self.other(type_)
        known = [name for name, (of, body) in self.fragments.items() if of == str(on) and body]
        if known and self.chance(0.6):
            return f"...{self.random.choice(known)}{self.directives()}"
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (str(on), "")  # not to be spread in itself
        self.fragments[name] = (str(on), self.selections(on, depth))
        return f"...{name}{self.directives()}"

    def other(self, type_: Any) -> Any:
        """Return a type that something of this type may have, too."""
        possible = self.schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        one: GraphQLObjectType = self.random.choice(list(possible))
        unions = [each for each in self.schema.type_map.values() if isinstance(each, GraphQLUnionType)]
        above: list[Any] = [one, *one.interfaces, *(each for each in unions if one in each.types)]
        return self.random.choice([type_, *above])

    def directives(self) -> str:
        made = ""
        for name in ("skip", "include"):
            if self.chance(0.07):
                made += f" @{name}(if: {self.truth()})"
        return made

    def truth(self) -> str:
        if self.chance(0.3):
            return self.random.choice(["true", "false"])
        name = f"if{self.random.randrange(3)}"
        default = self.random.choice(["", " = true"])
        self.variables.setdefault(name, ("Boolean!", GraphQLNonNull(GraphQLBoolean), default))
        return f"${name}"

    # Arguments

    def arguments(self, definition: GraphQLField) -> str:
        made = [
            f"{name}: {self.argument(name, each)}"
            for name, each in definition.args.items()
            if is_required_argument(each) or self.chance(0.4)
        ]
        return f"({', '.join(made)})" if made else ""

    def argument(self, name: str, definition: GraphQLArgument) -> str:
        type_ = definition.type
        if not self.chance(0.5):
            return self.literal(type_, name)
        variable = f"v{len(self.variables)}"
        written, default = str(type_), ""
        if is_non_null_type(type_):
            # A variable that may be null is allowed where either of the two has a default.
            if self.chance(0.3):
                written, default = written[:-1], f" = {self.literal(type_, name)}"
            elif definition.default_value is not Undefined and self.chance(0.3):
                written = written[:-1]
        elif self.chance(0.3):
            default = f" = {self.literal(type_, name)}"
        self.variables[variable] = (written, type_, default)
        return f"${variable}"

    def literal(self, type_: GraphQLInputType, name: str) -> str:
        return written(self.value(type_, name, literal=True))

    def value(self, type_: GraphQLInputType, name: str, depth: int = 0, *, literal: bool = False) -> Any:
        if is_non_null_type(type_):
            return self.inner_value(type_.of_type, name, depth, literal=literal)
        return None if self.chance(0.15) else self.inner_value(type_, name, depth, literal=literal)

    def inner_value(self, type_: Any, name: str, depth: int = 0, *, literal: bool = False) -> Any:
        if is_list_type(type_):
            if self.chance(0.2):
                return self.value(type_.of_type, name, depth, literal=literal)
            return [self.value(type_.of_type, name, depth, literal=literal) for _ in range(self.random.randrange(4))]
        if isinstance(type_, GraphQLEnumType):
            word = self.random.choice(list(type_.values))
            return Word(word) if literal else word
        if isinstance(type_, GraphQLInputObjectType):
            # Strawberry checks it itself, and tells graphql-core nothing of it.
            if type_.is_one_of or getattr(type_.extensions.get("strawberry-definition"), "is_one_of", False):
                key, only = self.random.choice(list(type_.fields.items()))
                return {key: self.inner_value(only.type, key, depth + 1, literal=literal)}
            return {
                key: self.value(each.type, key, depth + 1, literal=literal)
                for key, each in type_.fields.items()
                if is_required_input_field(each) or (depth < 2 and self.chance(0.4))
            }
        return self.values(self.random, type_.name, name)


def written(value: Any) -> str:
    """Return a value as a literal of GraphQL."""
    match value:
        case Word():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{key}: {written(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
