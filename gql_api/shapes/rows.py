"""Rows that are shapes for who wants shapes, and are looked at as they are by who knows their layout.

To make a shape of each row of a page takes longer than all else that is done with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar, overload

from gql_api.shapes.base import Shape
from gql_api.shapes.construct import Kind, constructor, kinds, members

T_co = TypeVar("T_co", covariant=True)

Row: TypeAlias = tuple[Any, ...]
"""Or what can be looked at like one."""


@dataclass(frozen=True, eq=False)
class Layout:
    """What is where in rows of one kind. There is one of each."""

    cls: type
    """Of what a row becomes."""
    make: Callable[[Row], Any]
    """Makes it."""
    places: Mapping[str, int]
    """Of its attributes that are values."""
    members: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    """What values stand for, where an attribute is a member of an enumeration."""
    within: Mapping[str, "Within"] = field(default_factory=dict)
    """The rows in such a row: by the name of an attribute, or under which they were read along."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """What attributes are, where that is certain."""


class Within(NamedTuple):
    """A row, or None, in another row."""

    place: int
    """Where it is; of one that is spread, where None stands if there is none."""
    layout: Layout
    spread: bool = False
    """Whether its values are among those of the other row: there its layout says where."""

    def of(self, row: Row) -> Row | None:
        """Return it."""
        found: Row | None = row[self.place]
        return row if self.spread and found is not None else found


class Rows(Sequence[T_co], Generic[T_co]):
    """A sequence of what rows become. It is made when it is first looked at."""

    __slots__ = ("_made", "layout", "rows")
    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __init__(self, layout: Layout, rows: Sequence[Row]) -> None:
        self.layout = layout
        self.rows = rows
        self._made: list[T_co] | None = None

    @property
    def _all(self) -> list[T_co]:
        if self._made is None:
            self._made = [*map(self.layout.make, self.rows)]
        return self._made

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return self._all[index]

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._all)

    def __eq__(self, other: object) -> bool:
        return self._all == list(other) if isinstance(other, Sequence) else NotImplemented

    def __repr__(self) -> str:
        return f"Rows({self._all!r})"


@cache
def layout(
    shape: type[Shape],
    names: tuple[str, ...] | None = None,
    within: tuple[tuple[str, Within], ...] = (),
    at: tuple[int, ...] | None = None,
) -> Layout:
    """Return the layout of rows that begin with the values of a shape's fields, or of these fields, in their order; or
    that have them in these places.
    """
    fields = tuple(shape.model_fields) if names is None else names
    places = dict(zip(fields, range(len(fields)) if at is None else at, strict=True))
    known = {name: known for name, known in members(shape).items() if name in places}
    return Layout(shape, constructor(shape, places), places, known, dict(within), kinds(shape))
