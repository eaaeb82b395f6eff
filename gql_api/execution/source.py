"""From a plan to Python: a function for each selection, each value that is completed, each relation.

What is generated can be read: tracebacks show it, and so does `Compiled.source`. In it `x` is the execution, `v` a
value, `s` the object whose fields are asked for, or its row, `m` what this row becomes, `at` its path, `r` the region,
`o` the object of the answer. What is certain is written apart (`certain.py`), of `rows`: each of them is `s`, and the
rows in it are `s1` and so on.
"""

from typing import Any

from graphql import GraphQLObjectType, is_leaf_type, is_list_type
from graphql.pyutils import Undefined
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE as CAST

from gql_api.execution.certain import Certain, uncertain
from gql_api.execution.declared import Attribute, Derived, Relation, instances, made_of
from gql_api.execution.leaves import Leaf, Written, leaf
from gql_api.execution.plan import Field, Place, Plan, Selection
from gql_api.execution.rows import inside, needs_object, of_rows, value_of
from gql_api.execution.run import Later
from gql_api.shapes.base import Shape
from gql_api.shapes.rows import Layout, Rows

PLAIN_LIST = "v.__class__ is list or v.__class__ is tuple"
LIST = f"{PLAIN_LIST} or v.__class__ is Rows"
"""For what nothing has to be waited for: its items may have to be."""


class Source:
    """The text of a plan's functions, and the names that they use."""

    def __init__(self, plan: Plan, written: Written) -> None:
        self._written = written
        self.names: dict[str, Any] = {"Later": Later, "Undefined": Undefined, "Rows": Rows, "uncertain": uncertain}
        self._lines: list[str] = []
        self._known: dict[int, str] = {}
        self._leaves: dict[int, Leaf] = {}
        self._by_row: dict[tuple[int, Layout], str] = {}
        self._unwritten: list[tuple[Selection, Layout]] = []
        for selection in plan.selections:
            self._selection(selection)
        for place in plan.places:
            if not is_leaf_type(place.named):
                self._complete(place)
        for field in plan.relations:
            self._fill(field)

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def by_row(self, place: Place, layout: Layout) -> tuple[str, str | None] | None:
        """Write a function that selects what is asked for of the items at a place from rows of a layout, those that it
        needs, and one for all rows at once. Return the names of the first, and of the last where there is one; None
        where rows of this layout will not do.
        """
        selection = of_rows(place, layout)
        if selection is None:
            return None
        name = self._name_by_row(selection, layout)
        while self._unwritten:
            self._selection(*self._unwritten.pop())
        certain = Certain(self._name, self._leaf_of).object(selection, layout, "s")
        if certain is None:
            return name, None
        self._write(0, "", f"def all_{name}(x, rows):", f"    return [{certain} for s in rows]")
        return name, f"all_{name}"

    def _write(self, depth: int, *lines: str) -> None:
        self._lines += ["    " * depth + line for line in lines]

    def _name(self, prefix: str, value: Any) -> str:
        """Return the name under which the functions find a value: the same for the same."""
        if id(value) not in self._known:
            name = f"{prefix}_{len(self._known)}"
            self._known[id(value)] = name
            self.names[name] = value
        return self._known[id(value)]

    def _name_by_row(self, selection: Selection, layout: Layout) -> str:
        key = (selection.number, layout)
        if key not in self._by_row:
            self._by_row[key] = f"row_{len(self._by_row)}"
            self._unwritten.append((selection, layout))
        return self._by_row[key]

    def _selection(self, selection: Selection, layout: Layout | None = None) -> None:
        """Write what selects from an object, or from a row of a layout."""
        name = f"select_{selection.number}" if layout is None else self._name_by_row(selection, layout)
        self._write(0, "", f"def {name}(x, s, at, r):")
        self._write(1, f"# {selection.type}: {', '.join(selection.keys)}".rstrip(": "), "o = {}")
        if layout is not None and any(needs_object(field, layout) for field in selection.fields):
            self._write(1, f"m = {self._name('make', layout.make)}(s)")
        fields = {field.key: field for field in selection.fields}
        for key in selection.keys:
            if key in selection.typenames:
                self._write(1, f"o[{key!r}] = {selection.type.name!r}")
            else:
                self._field(fields[key], layout)
        self._write(1, "return o")

    def _field(self, field: Field, layout: Layout | None) -> None:
        source = "s" if layout is None else "m"
        if layout is not None and (inner := inside(field, layout)) is not None:
            within, selection = inner
            row = f"s if s[{within.place}] is not None else None" if within.spread else f"s[{within.place}]"
            self._value(field, row, ("v is not None", self._name_by_row(selection, within.layout)))
            return
        match field.declared:
            case Attribute(name):
                self._value(field, self._attribute(name, layout))
            case Derived(function, needs, in_context=in_context):
                values = [source] if needs is None else [self._attribute(name, layout) for name in needs]
                given = ", ".join([*values, "x.context"] if in_context else values)
                self._value(field, f"{self._name('derive', function)}({given})")
            case Relation(key, _):
                self._relation(field, source if key is None else self._attribute(key, layout), key)
            case None:
                self._write(1, f"o[{field.key!r}] = x.resolve({self._name('field', field)}, {source}, at, o, r)")

    def _attribute(self, name: str, layout: Layout | None) -> str:
        if layout is None or name not in layout.places:
            of = "s" if layout is None else "m"
            return f"{of}.{name}" if name.isidentifier() else f"getattr({of}, {name!r})"
        return value_of(name, "s", layout, self._name)

    def _value(self, field: Field, expression: str, known: tuple[str, str] | None = None) -> None:
        """Write a field whose value is at hand, with what is known of its completion."""
        name = self._name("field", field)
        self._write(1, "try:", f"    v = {expression}")
        otherwise = f"v = x.attribute({name}, v, at, o, r)"
        if is_leaf_type(field.named):
            self._leaf(2, field, otherwise)
        elif (known := known or self._known_completion(field)) is not None:
            test, function = known
            self._write(2, f"if {test}:", f"    v = {function}(x, v, {_path(field)}, r)")
            self._otherwise(2, field, otherwise)
        else:
            self._write(2, otherwise)
        self._failed(1, field)
        self._write(1, f"o[{field.key!r}] = v")

    def _leaf(self, depth: int, place: Place, otherwise: str) -> None:
        """Write what makes of a leaf's value in `v` the one that is answered."""
        written = self._leaf_of(place.named)
        if written.expression == "v":
            null = "v is not None and " if place.nullable else ""
            self._write(depth, f"if {null}not ({written.test}):", f"    {otherwise}")
            return
        self._write(depth, f"if {written.test}:")
        if written.sure:
            self._write(depth + 1, f"v = {written.expression}")
        else:
            self._write(depth + 1, f"w = {written.expression}", "if w is None or w is Undefined:")
            self._write(depth + 1, f"    x.no_leaf({self._name('field', place)}, v, w)", "v = w")
        self._otherwise(depth, place, otherwise)

    def _otherwise(self, depth: int, place: Place, otherwise: str) -> None:
        self._write(depth, "elif v is not None:" if place.nullable else "else:", f"    {otherwise}")

    def _failed(self, depth: int, field: Field) -> None:
        failed = f"v = x.failed({self._name('field', field)}, e, {_path(field)})"
        self._write(depth, "except Exception as e:", f"    {failed}")

    def _relation(self, field: Field, expression: str, key: str | None) -> None:
        self._write(1, f"o[{field.key!r}] = None")
        if key is None:
            self._write(1, f"r[{field.relation}].append((o, {expression}, at))")
            return
        entry = f"r[{field.relation}].append((o, v, at))"
        self._write(1, "try:", f"    v = {expression}")
        self._write(2, "if v is not None:", f"    {entry}")
        if not field.nullable:
            self._write(2, "else:", f"    x.no_null({self._name('field', field)})")
        self._write(1, "except Exception as e:")
        self._write(2, f"x.failed({self._name('field', field)}, e, {_path(field)})")

    def _complete(self, place: Place) -> None:
        what = f"{place.field.parent}.{place.field.name}: {place.type}"
        self._write(0, "", f"def complete_{place.number}(x, v, at, r):")
        self._write(1, f"# {what}", "if isinstance(v, Exception):", "    raise v")
        null = "return None" if place.nullable else f"x.no_null({self._name('field', place)})"
        self._write(1, "if v is None or v is Undefined:", f"    {null}")
        if is_list_type(place.named):
            self._list(place)
        else:
            for selection in place.objects.values():
                if (cls := instances(selection.type)) is not None:
                    self._write(1, f"if v.__class__ is {self._name('Class', cls)}:")
                    self._write(2, f"return select_{selection.number}(x, v, at, r)")
                elif (cls := made_of(selection.type)) is not None:
                    self._write(1, f"if v.__class__ is {self._name('Class', cls)} and not hasattr(v, {CAST!r}):")
                    self._write(2, f"return select_{selection.number}(x, v, at, r)")
            if isinstance(place.named, GraphQLObjectType) and place.named.is_type_of is None:
                self._write(1, f"return select_{place.objects[place.named.name].number}(x, v, at, r)")
            else:
                self._write(1, f"return x.object({self._name('field', place)}, v, at, r)")

    def _list(self, place: Place) -> None:
        items = place.items
        assert items is not None  # noqa: S101 - for the type checker: the type is a list
        name = self._name("items", items)
        if isinstance(items.named, GraphQLObjectType):
            self._write(1, "if v.__class__ is Rows:", f"    f = x.plan.by_row({name}, v.layout)")
            self._write(2, "if f is not None:", f"    return x.rows({name}, f, v.rows, at, r)", "v = list(v)")
        self._write(1, f"if not ({PLAIN_LIST}):")
        self._write(2, f"v = x.items({self._name('field', place)}, v, at)")
        self._write(2, "if v.__class__ is Later:", "    return v")
        self._write(1, "o = []", "rest = iter(v)", "try:", "    for v in rest:")
        if is_leaf_type(items.named) and (written := self._leaf_of(items.named)).expression == "v":
            self._write(3, f"if {written.test}:", "    o.append(v)", "else:")
            self._write(4, f"x.item({name}, v, (at, len(o), None), o, r)")
        elif (known := self._known_completion(items)) is not None:
            test, function = known
            self._write(3, "p = (at, len(o), None)", f"if {test}:", "    try:")
            self._write(5, f"o.append({function}(x, v, p, r))")
            self._write(4, "except Exception as e:", f"    o.append(x.failed({name}, e, p))")
            self._write(3, "else:", f"    x.item({name}, v, p, o, r)")
        else:
            self._write(3, f"x.item({name}, v, (at, len(o), None), o, r)")
        self._write(1, "except Exception:", "    x.drain(rest)", "    raise", "return o")

    def _fill(self, field: Field) -> None:
        name, path, place = self._name("field", field), _path(field), f"o[{field.key!r}]"
        completed = f"{place} = x.completed({name}, v, {path}, o, {field.key!r}, r)"
        known = self._known_completion(field)
        once = known is not None and _is_plain(field)
        self._write(0, "", f"def fill_{field.number}(x, entries, values, r):")
        self._write(1, f"# {field.parent}.{field.name} of many parents")
        if once:  # what is the same for many parents is completed for the first of them
            self._write(1, "last = None")
        self._write(1, "for (o, _, at), v in zip(entries, values, strict=True):", "    try:")
        if known is None:
            self._write(3, completed)
        else:
            test, function = known
            if once:
                self._write(3, "if v is last and v is not None:", f"    {place} = made", f"elif {test}:")
                self._write(4, "before = len(r[0]) + x.failures", f"made = {place} = {function}(x, v, {path}, r)")
                self._write(4, "last = v if len(r[0]) + x.failures == before else None")
            else:
                self._write(3, f"if {test}:", f"    {place} = {function}(x, v, {path}, r)")
            self._write(3, "else:", f"    {completed}")
        self._write(2, "except Exception as e:", f"    x.failed_late({name}, e, {path})")

    def _known_completion(self, place: Place) -> tuple[str, str] | None:
        """Return the test for what is mostly at a place, and what completes it at once; None without one."""
        if is_list_type(place.named):
            return LIST, f"complete_{place.number}"
        if not isinstance(place.named, GraphQLObjectType) or (cls := instances(place.named)) is None:
            return None
        return f"v.__class__ is {self._name('Class', cls)}", f"select_{place.objects[place.named.name].number}"

    def _leaf_of(self, type_: Any) -> Leaf:
        if id(type_) not in self._leaves:
            made = leaf(type_, self._name, self._written)
            self.names.update(made.needs)
            self._leaves[id(type_)] = made
        return self._leaves[id(type_)]


def _is_plain(place: Place) -> bool:
    """Whether nothing but leaves is asked of objects at a place, which follow at once from what these are for good:
    attributes of others may be found out each time that somebody asks.
    """
    return all(
        is_leaf_type(field.named) and isinstance(field.declared, Attribute | Derived)
        for selection in place.objects.values()
        for field in selection.fields
    ) and all(issubclass(instances(selection.type) or object, (Shape, tuple)) for selection in place.objects.values())


def _path(field: Field) -> str:
    return f"(at, {field.key!r}, {field.parent.name!r})"
