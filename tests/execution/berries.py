"""A schema of Strawberry: attributes, resolvers, derived fields and relations, whose values a `Case` draws."""

import asyncio
from collections.abc import Awaitable, Sequence
from enum import Enum
from typing import Annotated, Any

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType
from strawberry.types import Info

from gql_api.execution import Derived, Relation, instances_of
from gql_api.execution.declared import COMPILED
from tests.execution.behaviour import Case, OddError, Place, Waiting

KEYS = 5


class Batches:
    """A loader as ours are: the keys that are asked for in one turn are one batch; one may fail alone, or all of them.

    What there is for a key depends on the key alone, however often and by whom it is asked for.
    """

    def __init__(self, case: "BerryCase", name: str, type_: Any) -> None:
        self._case = case
        self._name = name
        self._type = type_
        self._keys: dict[Any, asyncio.Future[Any]] = {}
        self._open: list[Any] = []
        self._how = case.choose((name,), "loader", {"works": 30, "raises": 1, "fails": 1})
        self.calls: list[list[Any]] = []
        """The keys of each call."""
        self.batches: list[list[Any]] = []

    def load_all(self, keys: Sequence[Any]) -> Awaitable[list[Any]]:
        self.calls.append(list(keys))
        if self._how == "raises":
            raise OddError("Nothing can be loaded.")
        for key in keys:
            if key not in self._keys:
                self._keys[key] = asyncio.get_running_loop().create_future()
                if not self._open:
                    asyncio.get_running_loop().call_soon(self._begin)
                self._open.append(key)
        return Waiting(lambda: self._all([self._keys[key] for key in keys]))

    async def load(self, key: Any) -> Any:
        (value,) = await self.load_all([key])
        if isinstance(value, Exception):
            raise value
        return value

    async def _all(self, futures: Sequence["asyncio.Future[Any]"]) -> list[Any]:
        return [await asyncio.shield(each) for each in futures]

    def _begin(self) -> None:
        if self._how == "fails":
            for key in self._open:
                self._keys[key].set_exception(OddError("The batch failed."))
                self._keys[key].exception()
            self._open = []
            return
        keys, self._open = self._open, []
        self.batches.append(keys)
        for key in keys:
            place = (self._name, key)
            match self._case.choose(place, "load", {"value": 12, "failed": 1}):
                case "failed":
                    self._keys[key].set_result(OddError(f"{key} failed."))
                case _:
                    self._keys[key].set_result(self._case.answer(self._type, place))


class BerryCase(Case):
    coroutines = True

    def __init__(self, *given: Any, **others: Any) -> None:
        super().__init__(*given, **others)
        self.loaders = {name: Batches(self, name, TYPES["Branch"].fields[name].type) for name in RELATIONS}

    def answer(self, type_: Any, place: Place) -> Any:
        """Return a value that raises nothing now, and needs no waiting: as loaders answer, and attributes are."""
        waits, self.waits, self.shared = self.waits, False, True
        try:
            return self.value(type_, place, raises=False)
        finally:
            self.waits, self.shared = waits, False

    def object(self, type_: Any, place: Place) -> Any:
        if isinstance(type_, (GraphQLInterfaceType, GraphQLUnionType)):
            type_ = self.random(place, "type").choice(SCHEMA._schema.get_possible_types(type_))
        assert isinstance(type_, GraphQLObjectType)
        made: Any = object.__new__(self.random(place, "class").choice(CLASSES[type_.name]))
        made.__dict__.update(case=self, place=place, type=type_)
        return made


class Made:
    """An object whose attributes are drawn when they are asked for."""

    case: strawberry.Private[Any]
    place: strawberry.Private[Any]
    type: strawberry.Private[Any]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in ATTRIBUTES:
            raise AttributeError(name)
        place = (*self.place, name)
        self.case.did("attribute", place)
        if name.endswith("_key"):
            random = self.case.random(place)
            match self.case.choose(place, "key", {"key": 12, "none": 2, "raise": 1}):
                case "none":
                    return None
                case "raise":
                    raise OddError("no key")
            return random.randrange(KEYS)
        return self.case.value(self.type.fields[name].type, place)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.place}>"


def answered(self: Any, info: Info, **given: Any) -> Any:
    case: BerryCase = info.context
    place = (*(self.place if self is not None else ()), info.field_name, *([repr(given)] if given else ()))
    told = (info.field_name, str(info.path.typename), None, tuple(_keys(info.path)), repr(info.variable_values))
    case.did("resolver", place, told)
    return case.value(info._raw_info.return_type, place)


def _keys(path: Any) -> list[Any]:
    keys = []
    while path is not None:
        keys.append(path.key)
        path = path.prev
    return keys[::-1]


def relation(name: str, graphql_type: Any, key: str) -> Any:
    RELATIONS.append(name)

    async def resolve(self: Any, info: Info) -> Any:
        value = getattr(self, key)
        return None if value is None else await info.context.loaders[name].load(value)

    return strawberry.field(
        resolve,
        graphql_type=graphql_type,
        metadata={COMPILED: Relation(key, lambda context, keys: context.loaders[name].load_all(keys))},
    )


def of_the_parent(name: str, graphql_type: Any) -> Any:
    """Make a relation whose key is the parent itself."""

    def load(context: BerryCase, parents: Sequence[Any]) -> Awaitable[list[Any]]:
        async def loaded() -> list[Any]:
            await asyncio.sleep(0)
            return [context.answer(each.type.fields[name].type, (*each.place, name)) for each in parents]

        return Waiting(loaded)

    async def resolve(self: Any, info: Info) -> Any:
        (value,) = await load(info.context, [self])
        if isinstance(value, Exception):
            raise value
        return value

    return strawberry.field(resolve, graphql_type=graphql_type, metadata={COMPILED: Relation(None, load)})


def derived(name: str, graphql_type: Any) -> Any:
    def function(self: Any, context: BerryCase) -> Any:
        return context.answer(self.type.fields[name].type, (*self.place, name))

    def resolve(self: Any, info: Info) -> Any:
        return function(self, info.context)

    return strawberry.field(resolve, graphql_type=graphql_type, metadata={COMPILED: Derived(function)})


RELATIONS: list[str] = []
ATTRIBUTES: set[str] = set()


@strawberry.enum
class Hue(Enum):
    RED = "r"
    GREEN = "g"


@strawberry.interface
class Grown(Made):
    name: str
    number: int | None
    parent: "Branch | None"


@strawberry.type
class Leaf(Grown):
    length: int


@strawberry.type
class Branch(Grown):
    hue: Hue
    hues: list[Hue]
    ratio: float | None
    truth: bool
    texts: list[str | None] | None
    must: "list[Leaf]"
    near: "list[list[Leaf | None] | None]"
    one_key: strawberry.Private[Any]

    one: Any = relation("one", Leaf | None, "one_key")
    sure: Any = relation("sure", Leaf, "one_key")
    many: Any = relation("many", list[Annotated["Branch", strawberry.lazy("tests.execution.berries")]], "one_key")
    numbers: Any = relation("numbers", list[int | None] | None, "one_key")
    long: Any = derived("long", str)
    length: Any = derived("length", int | None)
    own: Any = of_the_parent("own", Leaf | None)
    sure_own: Any = of_the_parent("sureOwn", list[Leaf])

    @strawberry.field
    def given(self, info: Info, number: int = 3, hue: Hue | None = None, texts: list[str] | None = None) -> str | None:
        return answered(self, info, number=number, hue=hue, texts=texts)  # type: ignore[no-any-return]

    @strawberry.field
    async def later(self, info: Info) -> Leaf | None:
        found: Any = answered(self, info)
        return await found if hasattr(found, "__await__") else found  # type: ignore[no-any-return]


Either = Annotated[Branch | Leaf, strawberry.union("Either")]


def _root(graphql_type: Any) -> Any:
    def resolve(self: Any, info: Info) -> Any:
        return answered(self, info)

    return strawberry.field(resolve, graphql_type=graphql_type)


def _root_later(graphql_type: Any) -> Any:
    async def resolve(self: Any, info: Info) -> Any:
        await asyncio.sleep(0)
        found = answered(self, info)
        return await found if hasattr(found, "__await__") else found

    return strawberry.field(resolve, graphql_type=graphql_type)


@strawberry.type
class Query:
    branch: Any = _root(Branch | None)
    branches: Any = _root(list[Branch])
    leaf: Any = _root_later(Leaf)
    leaves: Any = _root_later(list[Leaf | None] | None)
    either: Any = _root(list[Either])
    grown: Any = _root_later(list[Grown] | None)


@strawberry.type
class Mutation(Query):
    pass


class Leaflet(Leaf):
    """Is a leaf without being of its class."""


SCHEMA = strawberry.Schema(Query, Mutation, types=[Branch, Leaf])
TYPES: Any = SCHEMA._schema.type_map
TYPES["Leaf"].is_type_of = instances_of(Leaf)
CLASSES: dict[str, list[type]] = {"Branch": [Branch], "Leaf": [Leaf, Leaf, Leaflet]}
ATTRIBUTES.update({"one_key", *TYPES["Branch"].fields, *TYPES["Leaf"].fields})
