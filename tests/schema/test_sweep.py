"""Every error is tidy: whatever is sent wrongly is refused in order, and nothing is written.

The sweep is made from the schema. It takes a valid call of each field that has arguments, and puts bad values in the
place of each argument, input field and list element: as variables, as literals, and as a variable among literals.
What is new in the schema joins by itself; where a valid value cannot be guessed, the sweep fails and says what to add.
"""

import gc
import json
import logging
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias, get_args

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    ast_from_value,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    print_ast,
)
from strawberry.types.base import StrawberryObjectDefinition

from gql_api.errors import Kind, ProblemCode, RequestErrorCode
from gql_api.models import Base
from gql_api.schema import global_id, limits, schema
from gql_api.schema.idempotency import KEY_MAX
from gql_api.schema.user_errors import ErrorCode
from gql_api.shapes import cursor
from gql_api.shapes.page import NEWEST_FIRST, scope
from gql_api.shapes.search import SEARCH_MAX
from gql_api.shapes.text import DESCRIPTION_MAX, NAME_MAX, TAG_NAME_MAX, TITLE_MAX
from tests.api import ERROR, PROBLEMS, Api
from tests.conftest import Raw

Path: TypeAlias = tuple[str | int, ...]
TYPES = schema._schema.type_map
ROOTS = {"Query", "Mutation"}
KINDS: tuple[Kind, ...] = get_args(Kind)

KNOWN, OTHER, NOBODY = "Known", "Other", "Nobody"
"""The names of the two objects of each kind that there are, and one that none has."""

CLIENTS_MISTAKES = set(RequestErrorCode) - {RequestErrorCode.INTERNAL, RequestErrorCode.UNAVAILABLE}

LEAKS = re.compile(
    r"(?i:asyncpg|sqlalchemy|psycopg|postgres|pydantic|strawberry)|graphql|gql_api|SELECT |INSERT |UPDATE |DELETE FROM"
    r"|Traceback|<class|<object|object at 0x|\w(Error|Exception)\b|\b(None|NoneType|dict|tuple|Undefined)\b"
)
"""Words of SQL, Python and libraries, which are no business of a client's."""

LONGEST_MESSAGE = 1_000
"""A longer message is not for people: a wrong value that it quotes is not to be quoted in full."""

# What the sweep has to be told about the schema.


@dataclass(frozen=True, slots=True)
class Text:
    """A kind of text: a valid one, the greatest length where one is promised, and what else must be refused."""

    valid: str
    longest: int | None = None
    refused: tuple[str, ...] = ()


BLANK = ("", " \t", "\u00a0\u3000", "\u200b", "\u2060\ufeff", "\u202e", "\u3164\u2800", "\u0301\u0301", "\ufe0f")
CONTROLS = ("a\nb", "a\r\nb", "a\tb", "a\x1b[31mb", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b")

TITLE = Text("Repot the fern", TITLE_MAX, (*BLANK, *CONTROLS))
NAME = Text("Garden", NAME_MAX, (*BLANK, *CONTROLS, OTHER, f" {OTHER.upper()} "))
TAG = replace(NAME, longest=TAG_NAME_MAX)
TAGS = replace(TAG, refused=(*BLANK, *CONTROLS))
DESCRIPTION = Text("Twice\n\ta year", DESCRIPTION_MAX, ("a\x1b[31mb", "a\rb", "\x7f", "\x85"))
COLOR = Text("#1E90FF", 7, ("", "red", "1e90ff", "#1e90f", "#1e90fg", "#1e90ff\n", "#１２３４５６", "#İ2345"))
LOOKUP = Text(KNOWN)
KEY = Text("One key", KEY_MAX, ("", *CONTROLS))
COMPARED = Text(KNOWN, DESCRIPTION_MAX)
SEARCHED = Text(KNOWN, SEARCH_MAX)
CURSORS = {
    kind: Text(cursor.encode((datetime.now(UTC), 1), scope(kind, NEWEST_FIRST)), refused=("", "x")) for kind in KINDS
}

CONNECTIONS: dict[str, Kind] = {
    "Query.tasksConnection": "Task",
    "Query.categoriesConnection": "Category",
    "Query.tagsConnection": "Tag",
    "Category.tasksConnection": "Task",
    "Tag.tasksConnection": "Task",
}
"""What each connection is of."""

TEXTS = {
    "CreateTaskInput.title": TITLE,
    "TaskPatch.title": TITLE,
    "CreateTaskInput.description": DESCRIPTION,
    "TaskPatch.description": DESCRIPTION,
    "CreateTaskInput.tags": TAGS,
    "TaskPatch.tags": TAGS,
    "TaskPatch.addTags": TAGS,
    "TaskPatch.removeTags": TAGS,
    "CreateCategoryInput.name": NAME,
    "CategoryPatch.name": NAME,
    "CreateCategoryInput.color": COLOR,
    "CategoryPatch.color": COLOR,
    "CategoryBy.name": LOOKUP,
    "CategoryLink.name": LOOKUP,
    "CreateTagInput.name": TAG,
    "TagPatch.name": TAG,
    "TagBy.name": LOOKUP,
    **{f"StringFilter.{key}": COMPARED for key in ("eq", "neq", "in", "notIn", "contains", "startsWith", "endsWith")},
    "TaskFilter.search": SEARCHED,
    **{f"{field}({side}:)": CURSORS[kind] for field, kind in CONNECTIONS.items() for side in ("after", "before")},
    **{
        f"Mutation.{name}(idempotencyKey:)": KEY
        for name in ("createTask", "createTasks", "createCategory", "createTag")
    },
}
"""The kind of text of each String."""

NUMBERS = {"limit": 5, "offset": 0, "first": 5, "last": 5, "expectedVersion": 1, "atMost": 50}
"""A valid value of each Int, by its name."""

SECOND = {"CategoryTasksPolicy.moveTo"}
"""Ids that must be another's than the one beside them."""

NEEDED = {"Mutation.deleteCategory(tasks:)"}
"""What a valid call needs although it is optional."""

STRICT = {"TaskSelection"}
"""Inputs in which nothing may be empty."""


# What can be wrong with a value, by its type.


class Name(str):
    """A name in a document, such as an enum value's; a string in JSON."""

    __slots__ = ()


HUGE = Name("1e400")
"""A number that Python cannot hold."""

MEGABYTE = "x" * 1_000_000

SAMPLE = 9
"""Of the values that were sent to a similar place already, every ninth is sent again."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A value in the place of a valid one."""

    value: Any
    refused: bool = True
    """Whether it must be refused. Otherwise it may as well be accepted, with a success."""
    literally: bool | None = None
    """True: only as a literal. False: only as a variable."""
    by_form: bool = False
    """Whether its form alone is wrong, so that it is refused alike in all places of one type."""


ALIENS = [
    replace(each, by_form=True)
    for each in (
        *map(Bad, (True, 7, 1.5, 10**400, HUGE, "x", "x" * 10_000, [], [[["x"]]], {}, {"nobody": [1]})),
        Bad({"": 1, "\0": 1, "\ud800": 1}, literally=False),
        Bad(Name("NOBODY"), literally=True),
    )
]
"""Values of every type, of which each place is sent those of the wrong one."""

UNSTORABLE = ["\0", "a\0b", "\ud800", "a\udfffb", "\ude00\ud83d"]
"""What no text may hold."""

ODD = [
    *("\u202etxt.exe", "e\u0301\ufe0f", "\u3164a", "\ufffe\U0010ffff", "\u0130\u1e9e\ufb03"),
    *("\U0001f469\U0001f3fd\u200d\U0001f680", "  a  b  ", "%_\\'\"; --"),
]
"""What text may hold, unless its own rules say otherwise."""

MOMENT = "2030-01-31T10:30:00+01:00"
WRONG_MOMENTS = [
    *("", "now", "infinity", "-infinity", "1893456000", "2030-01-31", "20300131T103000Z", "2030-W05-4T10:30:00Z"),
    *("2030-01-31T10:30:00", "2030-01-31T10:30Z", "2030-01-31 10:30:00Z", "2030-01-31T10:30:00 01:00"),
    *("0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "+2030-01-31T10:30:00Z", "-2030-01-31T10:30:00Z"),
    *("2030-00-31T10:30:00Z", "2030-13-31T10:30:00Z", "2030-02-30T10:30:00Z", "2030-01-31T24:00:00Z"),
    *("2030-01-31T10:60:00Z", "2016-12-31T23:59:60Z", "2030-01-31T10:30:00.Z", "2030-01-31T10:30:00,5Z"),
    *("2030-01-31T10:30:00.1234567Z", f"2030-01-31T10:30:00.{'1' * 10_000}Z", "2030-01-31T10:30:00+0100"),
    *("2030-01-31T10:30:00+24:00", "2030-01-31T10:30:00+12:60", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00"),
    *("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-01:00", "２０３０-01-31T10:30:00Z"),
    *("2030-01-31T10:30:00Z\n", "2030-01-31T10:30:00Z\0", "2030-01-31T10:30:00\ud800"),
]
ODD_MOMENTS = [
    *("0001-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999998Z", "2028-02-29t23:59:59z"),
    *("2030-01-31T10:30:00-00:00", "2030-01-31T10:30:00.999999+23:59", f"2030-01-31T10:30:00.1{'0' * 10_000}-23:59"),
]


def aliens(*taken: type) -> Iterator[Bad]:
    """Yield all values but those of the types that are taken."""
    return (each for each in ALIENS if type(each.value) not in taken)


def bad_booleans() -> Iterator[Bad]:
    yield from aliens(bool)
    yield from (Bad(value) for value in (0, 1, 1.0, "true", "false", ""))
    yield Bad(Name("TRUE"), literally=True)
    yield Bad(False, refused=False)


def bad_numbers() -> Iterator[Bad]:
    yield from aliens(int)
    yield from (Bad(value) for value in (10**400, 2**63, 2**31, 2**31 - 1, 10_001, -1, -(2**31) - 1, "1", ""))
    yield from (Bad(1.0, literally=True), Bad(1.0, refused=False, literally=False))
    yield from (Bad(value, refused=False) for value in (0, 100, 101))


def bad_enums(names: Iterable[str]) -> Iterator[Bad]:
    yield from aliens()
    yield from (Bad(value) for value in (0, "", "\ud800"))
    for name in names:
        yield Bad(Name(name), refused=False)
        yield Bad(str(name), literally=True)
        yield from (Bad(value) for value in (Name(name.lower()), f"{name} ", f"{name}\0"))


def bad_moments() -> Iterator[Bad]:
    yield from aliens()
    yield from (Bad(value) for value in WRONG_MOMENTS)
    yield from (Bad(value, refused=False) for value in ODD_MOMENTS)


def bad_texts(text: Text, *, changes: bool) -> Iterator[Bad]:
    yield from aliens(str)
    yield from (Bad(value) for value in (*UNSTORABLE, *text.refused))
    yield from (Bad(value, refused=text is COLOR) for value in ODD)
    yield Bad(MEGABYTE, refused=text.longest is not None, literally=False, by_form=True)
    if text.longest is None:
        yield Bad(NOBODY, refused=changes)
        yield from (Bad(value, refused=False) for value in (*BLANK, *CONTROLS))
    else:
        yield from (Bad(char * (text.longest + 1)) for char in ("x", "\U0001f331"))
        # The last is the character whose key for comparing is the longest.
        yield from (Bad(char * text.longest, refused=text is COLOR) for char in ("x", "\u1e9e", "\U0001d164"))


def coded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def bad_ids(kind: Kind | None, *, looked_for: bool) -> Iterator[Bad]:
    """Yield what is no id of this kind, or of any, and then ids of nothing."""
    own = kind or KINDS[0]
    yield from aliens()
    yield from (Bad(value) for value in ("", "\0", "\ud800", "A" * 10_000, coded(f"{own}:0"), coded(f"{own}:{2**63}")))
    yield from (Bad(global_id.encode(other, 1), refused=kind is not None) for other in KINDS if other != own)
    yield from (Bad(global_id.encode(own, number), refused=looked_for) for number in (2**62, global_id.MAX_ID))
    right = next(id for id in (global_id.encode(own, number) for number in (1, 10)) if len(id) % 4)
    same_bits = right[:-1] + chr(ord(right[-1]) + 1)
    numbers = (-1, 10**400, "01", "+1", " 1", "1 ", "1\n", "1_0", "1.0", "0x1", "", "\u0661")
    malformed = [
        *(7, "1", "é", "\U0001f331", "../..", right.lower(), same_bits),
        *(f"{right}=", f"{right}==", f" {right}", f"{right}\n"),
        *(coded(text) for text in ("", ":", ":1", "1", own, f"{own.lower()}:1", f" {own}:1", f"{own}:1:1", "User:1")),
        *(coded(f"{own}:{number}") for number in numbers),
    ]
    yield from (Bad(value, by_form=True) for value in malformed)


# The places in the schema where values stand.


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument, an input field, or an element of a list."""

    path: Path
    type: GraphQLInputType
    place: str
    """The coordinate of the argument or of the input field in the schema."""
    required: bool
    within: tuple[str, ...]
    """The names of the field and of the inputs around it."""
    changes: bool
    """Whether the field changes anything."""

    @property
    def key(self) -> str:
        return str(self.path[-1])

    @property
    def shown(self) -> list[str]:
        return [str(key) for key in self.path]

    @property
    def kind(self) -> Kind | None:
        """The kind of object that an id must be of: the one that the nearest name around it begins to speak of."""
        for around in reversed(self.within):
            name = around.rpartition(".")[2]
            if spoken := re.search("|".join(KINDS), f"{name[0].upper()}{name[1:]}"):
                return next(kind for kind in KINDS if kind == spoken.group())
        return None

    @property
    def alike(self) -> tuple[object, ...]:
        """What this has in common with the slots where the same values are refused for the same reasons."""
        named = get_named_type(self.type)
        if isinstance(named, GraphQLEnumType) or named.name == "Boolean":
            return (str(self.type),)
        # Of what kind an object is makes a difference to ids only.
        kind = self.kind if named.name == "ID" else None
        # A mutation refuses values by more than their form: by what is in the database. A filter does not.
        field = self.within[0] if self.changes and not self.filters else None
        return (self.place, str(self.type), kind, field)

    @property
    def filters(self) -> bool:
        return any(name.endswith("Filter") for name in self.within)

    @property
    def strict(self) -> bool:
        return not STRICT.isdisjoint(self.within)

    def element(self, of_type: GraphQLInputType) -> "Slot":
        return replace(self, path=(*self.path, 0), type=of_type)

    def inner(self) -> "list[Slot]":
        """Return the fields of the input object that belongs here."""
        found = get_nullable_type(self.type)
        assert isinstance(found, GraphQLInputObjectType)
        return [
            replace(
                self,
                path=(*self.path, name),
                type=each.type,
                place=f"{found.name}.{name}",
                required=is_required_input_field(each),
                within=(*self.within, found.name),
            )
            for name, each in found.fields.items()
        ]

    def everywhere(self, seen: "set[object] | None" = None) -> "Iterator[Slot]":
        """Yield this one and all below it; what is inside of an input is gone into once for each kind of object."""
        seen = set() if seen is None else seen
        yield self
        match get_nullable_type(self.type):
            case GraphQLList(of_type=of_type):
                yield from self.element(of_type).everywhere(seen)
            case GraphQLInputObjectType(name=name) if (name, self.kind) not in seen:
                seen.add((name, self.kind))
                for each in self.inner():
                    yield from each.everywhere(seen)


def simplest(slots: Sequence[Slot]) -> Slot:
    """Return the first that is no input object, or else the first that does not lead back to where it is."""

    def leads_far(each: Slot) -> tuple[bool, bool]:
        named = get_named_type(each.type)
        return named.name in each.within, isinstance(named, GraphQLInputObjectType)

    return min(slots, key=leads_far)


def one_of(wanted: GraphQLInputObjectType) -> bool:
    found = schema.get_type_by_name(wanted.name)
    assert isinstance(found, StrawberryObjectDefinition)
    return found.is_one_of


COMPARISONS = {name for name in TYPES if name.endswith("Filter")} - {f"{kind}Filter" for kind in KINDS}
"""Inputs that ask something of one field."""

READ_BY: dict[str, "Field"] = {}
"""The field that only reads and is sent everything, by the type of an argument."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field with arguments: a root field, or one of an object that `node` answers."""

    parent: str
    name: str
    definition: GraphQLField

    @property
    def changes(self) -> bool:
        return self.parent == "Mutation"

    def arguments(self) -> list[Slot]:
        name = f"{self.parent}.{self.name}"
        places = {key: f"{name}({key}:)" for key in self.definition.args}
        return [
            Slot(
                path=(key,),
                type=each.type,
                place=places[key],
                required=is_required_argument(each) or places[key] in NEEDED,
                within=(name,),
                changes=self.changes,
            )
            for key, each in self.definition.args.items()
        ]

    def slots(self) -> Iterator[Slot]:
        """Yield where values stand. Of fields that only read, one alone is gone into by each type of argument.

        Comparisons are read alike wherever they stand: fields that change something do not go into them again.
        """
        seen: set[object] = {(name, kind) for name in COMPARISONS for kind in KINDS} if self.changes else set()
        for argument in self.arguments():
            if self.changes or READ_BY.setdefault(str(argument.type), self) == self:
                yield from argument.everywhere(seen)
            else:
                yield argument

    def declared(self) -> str:
        """Return the declaration of a variable for each argument."""
        defaults = {name: ast_from_value(each.default_value, each.type) for name, each in self.definition.args.items()}
        return ", ".join(
            f"${name}: {each.type}{f' = {print_ast(default)}' if (default := defaults[name]) else ''}"
            for name, each in self.definition.args.items()
        )


FIELDS = {
    f"{name}.{field_name}": Field(name, field_name, definition)
    for name, found in sorted(TYPES.items(), key=lambda each: each[0] not in ROOTS)
    if isinstance(found, GraphQLObjectType) and not name.startswith("__")
    for field_name, definition in found.fields.items()
    if definition.args
}

FIRST = {
    common: slot
    for slot in reversed([slot for each in FIELDS.values() for slot in each.slots()])
    for common in (slot.alike, str(slot.type))
}
"""The slot that is sent everything, by what it has in common with others, which are sent a sample."""


def literal(value: Any) -> str:
    """Write a value as it stands in a document."""
    match value:
        case Name():
            return str(value)
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            return f"{{{pairs(value)}}}"
        case _:
            return json.dumps(value)


def pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {literal(value)}" for key, value in values.items())


def leaves(kind: str) -> str:
    found = TYPES[kind]
    assert isinstance(found, GraphQLObjectType)
    return " ".join(
        name for name, each in found.fields.items() if is_leaf_type(get_named_type(each.type)) and not each.args
    )


def selection(answered: GraphQLOutputType) -> str:
    """Return what is asked of the answer: of a mutation's, the error or the object that was changed."""
    found = get_named_type(answered)
    if is_leaf_type(found):
        return ""
    if not isinstance(found, GraphQLUnionType):
        return "{ __typename }"
    success = found.types[0]
    named = {name: str(get_nullable_type(each.type)) for name, each in success.fields.items()}
    changed = [f"{name} {{ __typename {leaves(kind)} }}" for name, kind in named.items() if kind in KINDS]
    return f"{{ {ERROR} {PROBLEMS} ... on {success.name} {{ __typename {' '.join(changed)} }} }}"


# The rows, as statements over all tables.

TABLES = {
    str(table.name): ", ".join(column.name for column in table.columns if column.computed is None)
    for table in Base.metadata.sorted_tables
}
"""The columns that can be written, by table; first those that others refer to."""

FINGERPRINT = f"""SELECT md5(string_agg(row, ',' ORDER BY row)) FROM ({
    " UNION ALL ".join(f"SELECT '{name} ' || each::text AS row FROM {name} each" for name in TABLES)
}) rows"""
KEEP = "; ".join(f"CREATE TEMPORARY TABLE kept_{name} AS TABLE {name}" for name in TABLES)
RESTORE = "; ".join(
    [f"DELETE FROM {name}" for name in reversed(TABLES)]
    + [
        f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM kept_{name}"
        for name, columns in TABLES.items()
    ]
)

# The sweep.


@dataclass
class Sweep:
    """The calls of one field, and what was untidy in their answers."""

    target: Field
    api: Api
    raw: Raw
    log: pytest.LogCaptureFixture
    ids: dict[Kind, list[str]] = field(default_factory=dict)
    rows: str = ""
    untidy: list[str] = field(default_factory=list)

    async def prepare(self) -> None:
        """Make two objects of each kind, the first task in the first category, and keep a copy of all rows."""
        for kind in KINDS:
            create = FIELDS[f"Mutation.create{kind}"]
            for name in (KNOWN, OTHER):
                (new,) = (self.valid(slot) for slot in create.arguments() if slot.required)
                named = {key: name if isinstance(value, str) else value for key, value in new.items()}
                document = f"mutation {{ {create.name}(input: {literal(named)}) {selection(create.definition.type)} }}"
                self.ids.setdefault(kind, []).append(
                    (await self.api.field(document))[f"{kind[0].lower()}{kind[1:]}"]["id"]
                )
        await self.raw.execute(
            "UPDATE tasks SET category_id = (SELECT min(id) FROM categories) WHERE title = $1", KNOWN
        )
        await self.raw.execute(KEEP)
        self.rows = await self.raw.fetchval(FINGERPRINT)

    def valid(self, slot: Slot) -> Any:
        """Return the least that is accepted here."""
        match get_nullable_type(slot.type):
            case GraphQLList(of_type=of_type):
                return [self.valid(slot.element(of_type))]
            case GraphQLInputObjectType() as wanted:
                # Of a patch one key, so that the call changes something.
                one = one_of(wanted) or wanted.name.endswith("Patch") or slot.strict
                inner = [simplest(slot.inner())] if one else [each for each in slot.inner() if each.required]
                return {each.key: self.valid(each) for each in inner}
            case GraphQLEnumType(values=values):
                return Name(next(iter(values)))
            case named:
                return self._valid_leaf(slot, str(named))

    def _valid_leaf(self, slot: Slot, named: str) -> Any:
        match named:
            case "Boolean":
                return True
            case "DateTime":
                return MOMENT
            case "ID":
                return self.ids[slot.kind or KINDS[0]][slot.place in SECOND]
            case "String" if slot.place in TEXTS:
                return TEXTS[slot.place].valid
            case "Int" if slot.key in NUMBERS:
                return NUMBERS[slot.key]
            case _:
                pytest.fail(f"{slot.place}: the sweep knows no valid {named} for it; tell it one in TEXTS or NUMBERS")

    def bad(self, slot: Slot) -> Iterator[Bad]:
        """Yield what is sent here in place of the valid value."""
        yield Bad(None, refused=isinstance(slot.type, GraphQLNonNull))
        match get_nullable_type(slot.type):
            case GraphQLList(of_type=of_type):
                yield from self._bad_lists(slot.element(of_type))
            case GraphQLInputObjectType() as wanted:
                yield from self._bad_objects(slot, wanted)
            case GraphQLEnumType(values=values):
                yield from bad_enums(values)
            case named:
                yield from self._bad_leaves(slot, str(named))

    def _bad_leaves(self, slot: Slot, named: str) -> Iterator[Bad]:
        match named:
            case "Boolean":
                return bad_booleans()
            case "Int":
                return bad_numbers()
            case "DateTime":
                return bad_moments()
            case "String":
                return bad_texts(TEXTS[slot.place], changes=self.target.changes)
            case "ID":
                return bad_ids(slot.kind, looked_for=self.target.changes and not slot.filters)
            case _:
                pytest.fail(f"{slot.place}: the sweep knows no bad values of the type {named}")

    def _bad_lists(self, element: Slot) -> Iterator[Bad]:
        one = self.valid(element)
        # What is no list is read as a list of one element: what may be an element is left out.
        taken = {"Boolean": bool, "Int": int}.get(str(get_nullable_type(element.type)), list)
        yield from (each for each in aliens(list, str, Name, taken) if each.value)
        yield from (Bad([one, [one]]), Bad([[one]]), Bad({"0": one}))
        yield from (Bad(value, isinstance(element.type, GraphQLNonNull)) for value in ([None], [one, None]))
        wrong = {"nobody": 1} if isinstance(one, dict) else "x\0"
        yield from (Bad([one] * 101, refused=not self.target.changes), Bad([wrong] * 100, literally=False))
        many = 1_001 if isinstance(one, dict) else 10_000  # An object takes a while to be read.
        yield from (Bad([each] * many, literally=False, by_form=True) for each in (one, wrong))
        yield from (Bad(value, refused=False) for value in (one, [], [one, one], [one] * 100))

    def _bad_objects(self, slot: Slot, wanted: GraphQLInputObjectType) -> Iterator[Bad]:
        inner, one = slot.inner(), self.valid(slot)
        some = one_of(wanted) or any(each.required for each in inner)
        yield from (each for each in ALIENS if each.value != {})
        yield from (Bad(value, refused=some) for value in ({}, {each.key: None for each in inner}))
        yield from (Bad(value) for value in ({**one, "nobody": 1}, {**one, "__typename": wanted.name}, [one], [[one]]))
        yield Bad({**one, "\ud800\0": 1}, literally=False)
        if one_of(wanted):
            others = [each for each in inner if each.key not in one]
            yield Bad(dict.fromkeys(one))
            yield from (Bad({**one, other.key: value}) for other in others for value in (self.valid(other), None))

    def call(self, slots: Sequence[Slot], path: Path, value: Any) -> dict[str, Any]:
        """Return the least that is valid for these slots, with this value at the path."""
        (meant,) = (slot for slot in slots if slot.key == path[0])
        needed = {slot.key for slot in slots if slot.required} | {meant.key}
        if meant.strict and isinstance(meant.type, GraphQLNonNull):
            needed.add(simplest(slots).key)  # What has a default says nothing alone.
        return {
            slot.key: self._put(slot, path[1:], value) if slot == meant else self.valid(slot)
            for slot in slots
            if slot.key in needed
        }

    def _put(self, slot: Slot, path: Path, value: Any) -> Any:
        if not path:
            return value
        match get_nullable_type(slot.type):
            case GraphQLList(of_type=of_type):
                return [self._put(slot.element(of_type), path[1:], value)]
            case _:
                return self.call(slot.inner(), path, value)

    async def run(self) -> None:
        """Send everything, and collect what is untidy."""
        for slot in self.target.slots():
            valid = Bad(self.valid(slot), refused=False)
            await self.send_variable(slot, valid, valid=True)
            await self.send_literal(slot, valid, valid=True)
            if FIRST[slot.alike] == slot:
                await self.send_among_literals(slot)
            first, alike = FIRST[str(slot.type)] == slot, FIRST[slot.alike] == slot
            for number, bad in enumerate(self.bad(slot)):
                sampled = number % SAMPLE == 0
                if bad.literally is not True and (first or sampled or (alike and not bad.by_form)):
                    await self.send_variable(slot, bad)
                # A literal is read by its type alone. Null is not: some places answer it by a rule of ours.
                if bad.literally is not False and (first or bad.value is None):
                    await self.send_literal(slot, bad)
        least = {slot.key: self.valid(slot) for slot in self.target.arguments() if slot.required}
        for wrong in ({**least, "nobody": 1}, *({key: least[key] for key in least if key != left} for left in least)):
            await self.ask(None, Bad(wrong), "a literal", self.document(pairs(wrong)), wrong)
        if await self.raw.fetchval(FINGERPRINT) != self.rows:
            self.untidy.append("At the end the rows are not those of the beginning.")

    async def send_variable(self, slot: Slot, bad: Bad, *, valid: bool = False) -> None:
        call = self.call(self.target.arguments(), slot.path, bad.value)
        arguments = ", ".join(f"{name}: ${name}" for name in self.target.definition.args)
        document = self.document(arguments, self.target.declared())
        await self.ask(slot, bad, "a variable", document, call, variables=call, valid=valid)

    async def send_literal(self, slot: Slot, bad: Bad, *, valid: bool = False) -> None:
        call = self.call(self.target.arguments(), slot.path, bad.value)
        await self.ask(slot, bad, "a literal", self.document(pairs(call)), call, valid=valid)

    async def send_among_literals(self, slot: Slot) -> None:
        """Send null, and nothing, by a variable that may be null and stands among literals."""
        arguments = pairs(self.call(self.target.arguments(), slot.path, Name("$value")))
        document = self.document(arguments, f"$value: {get_nullable_type(slot.type)}")
        null = Bad(None, refused=isinstance(slot.type, GraphQLNonNull))
        await self.ask(slot, null, "a variable among literals", document, {}, variables={"value": None})
        await self.ask(slot, Bad("nothing", refused=False), "a variable among literals", document, {}, variables={})

    def document(self, arguments: str, declared: str = "") -> str:
        """Return the operation with these arguments and variables."""
        target = self.target
        call = f"{target.name}{arguments and f'({arguments})'} {selection(target.definition.type)}"
        if target.parent not in ROOTS:
            call = f"node(id: {literal(self.owner)}) {{ ... on {target.parent} {{ {call} }} }}"
        return f"{'mutation' if target.changes else 'query'} {declared and f'({declared})'} {{ {call} }}"

    @property
    def owner(self) -> str:
        """The id of the object that has the field."""
        for kind, (id, _) in self.ids.items():
            if kind == self.target.parent:
                return id
        pytest.fail(f"{self.target.parent}: the sweep does not know how to get at the fields of this type")

    async def ask(
        self,
        slot: Slot | None,
        bad: Bad,
        how: str,
        document: str,
        sent: Mapping[str, Any],
        *,
        variables: Mapping[str, Any] | None = None,
        valid: bool = False,
    ) -> None:
        body = json.dumps({"query": document, "variables": variables}).replace(f'"{HUGE}"', HUGE)
        logged = len(self.log.records)
        response = await self.api.client.post("/graphql", content=body, headers={"content-type": "application/json"})
        wrong = [record.getMessage() for record in self.log.records[logged:] if record.levelno >= logging.WARNING]
        try:
            answer = json.loads(response.text, parse_constant=int)  # which NaN and Infinity are not: they are no JSON
        except ValueError:
            answer = {}
        if response.status_code != 200 or not answer:
            wrong.append(f"status {response.status_code}")
        data = answer.get("data") or {}
        data = (data if self.target.parent in ROOTS else data.get("node") or {}).get(self.target.name)
        accepted = bool(answer) and "errors" not in answer and (not self.target.changes or is_success(data))
        wrong.extend(complaints(answer, data if self.target.changes else None, slot))
        if accepted and bad.refused:
            wrong.append("is accepted")
        if valid and not accepted:
            wrong.append(
                "is refused, so the sweep needs to be told of a valid call in TEXTS, NUMBERS, SECOND or NEEDED"
            )
        if self.target.changes and accepted:
            wrong += await self.lost(data or {}, sent)
            await self.raw.execute(RESTORE)
        elif self.target.changes and await self.raw.fetchval(FINGERPRINT) != self.rows:
            wrong.append("is refused, but rows have changed")
            await self.raw.execute(RESTORE)
        where = ".".join(slot.shown) if slot is not None else "arguments"
        for each in wrong:
            self.untidy.append(f"{where} = {short(bad.value, 100)} by {how}: {each}: {short(response.text, 400)}")

    async def lost(self, success: Mapping[str, Any], sent: Mapping[str, Any]) -> list[str]:
        """Return what was accepted, but is not what is answered, or not what is read again."""
        found: list[str] = []
        for answered in (each for each in success.values() if isinstance(each, dict)):
            kind = answered["__typename"]
            read = f"query ($id: ID!) {{ node(id: $id) {{ __typename ... on {kind} {{ {leaves(kind)} }} }} }}"
            again = await self.api.field(read, id=answered["id"])
            if again != (None if self.target.name.startswith("delete") else answered):
                found.append(f"is read again as {again}")
            for argument in self.target.arguments():
                values = sent.get(argument.key)
                if isinstance(values, dict):
                    slots = [slot for slot in argument.inner() if slot.key in values and slot.key in answered]
                    found += [
                        f"{slot.key} became {answered[slot.key]!r}"
                        for slot in slots
                        if not is_kept(slot, values[slot.key], answered[slot.key])
                    ]
        return found


def is_success(data: Mapping[str, Any] | None) -> bool:
    return data is not None and str(data["__typename"]).endswith("Success")


def is_kept(slot: Slot, sent: Any, answered: Any) -> bool:
    """Whether the value is answered as it was sent, or as the contract says that it is kept."""
    text = TEXTS.get(slot.place)
    if sent is None or answered is None or text is DESCRIPTION:
        return bool(answered == (sent or None))
    if str(get_nullable_type(slot.type)) == "DateTime":
        return datetime.fromisoformat(answered) == datetime.fromisoformat(sent.upper())
    if text is not None:
        return bool(answered == (sent.lower() if text is COLOR else sent.strip()))
    return bool(answered == sent)


def complaints(answer: Mapping[str, Any], result: Mapping[str, Any] | None, slot: Slot | None) -> Iterator[str]:
    """Yield what is untidy in errors: their codes, their messages, and their paths."""
    wanted = [] if slot is None else slot.shown
    problems: list[Mapping[str, Any]] = []
    for error in answer.get("errors", ()):
        extensions = error.get("extensions", {})
        problems += extensions.get("problems", ())
        if extensions.get("code") not in CLIENTS_MISTAKES:
            yield f"has the code {extensions.get('code')}"
        yield from no_sentence(error["message"])
    if result is not None and not is_success(result):
        problems += result.get("problems", ())
        if result["code"] not in ErrorCode.__members__:
            yield f"has the code {result['code']}"
        # That tasks are in the way is told of the category.
        expected = ["id"] if result["code"] == "NOT_EMPTY" else wanted
        if result["code"] != "INVALID" and not leads_to(expected, result["path"]):
            yield f"has the path {result['path']}"
        yield from no_sentence(result["message"], end=".")
    for problem in problems:
        # That something is empty is told of what is around the value that was left out.
        empty = problem["code"] == ProblemCode.EMPTY and leads_to(problem["path"], wanted)
        if problem["code"] not in set(ProblemCode) or not (empty or leads_to(wanted, problem["path"])):
            yield f"has the problem {problem['code']} at {problem['path']}"
        yield from no_sentence(problem["message"], end=".")


def leads_to(place: Sequence[str], path: Sequence[str] | None) -> bool:
    """Whether the path is that of the place, or of something in it."""
    return bool(path) and list(path or ())[: len(place)] == list(place)


def no_sentence(message: str, end: str = "") -> Iterator[str]:
    """Yield what keeps the message from being a sentence for a person. Ours end with a full stop."""
    if len(message) > LONGEST_MESSAGE:
        yield f"has a message of {len(message)} characters"
        return
    if not re.match(r"[A-Z`]", message) or not message.endswith(end):
        yield "has a message that is no sentence"
    if leak := LEAKS.search(message):
        yield f"says {leak.group()!r}"


def short(value: object, longest: int) -> str:
    text = ascii(value)
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"


@pytest.fixture(scope="module")
def garbage_of_its_own() -> None:
    """Leave what tests before it have left out of garbage collection, too."""
    gc.collect()
    gc.freeze()


@pytest.mark.usefixtures("garbage_of_its_own")
@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
async def test_every_error_is_tidy(
    api: Api, raw: Raw, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, field: Field
) -> None:
    # Variables go with one document, which is parsed and validated once: that takes the most time.
    monkeypatch.setattr(limits, "parse", lru_cache(4)(limits.parse))
    monkeypatch.setattr(limits, "validate", lru_cache(4)(limits.validate))
    sweep = Sweep(field, api, raw, caplog)
    await sweep.prepare()
    await sweep.run()
    if sweep.untidy:
        first = "\n".join(sweep.untidy[:20])
        count = f"{len(sweep.untidy)} answers of {field.parent}.{field.name} are untidy"
        pytest.fail(f"{count}. The first of them:\n{first}", pytrace=False)
