"""What filters, searches and orders mean by the contract, in plain Python, over rows as the API answers them.

It is what the answers are compared with, so it takes nothing from the code that it judges.
"""

import base64
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias
from unicodedata import category, normalize

Row: TypeAlias = Mapping[str, Any]
Filter: TypeAlias = Mapping[str, Any]
Test: TypeAlias = Callable[[Row, Any], bool]

PRIORITIES = ["NONE", "LOW", "MEDIUM", "HIGH", "URGENT"]
NEWEST_FIRST = ({"createdAt": "DESC"},)


def fold(text: str) -> str:
    """Return the key that two texts share when they differ in case or composition only."""
    return normalize("NFC", normalize("NFD", text).casefold())


def global_id(kind: str, number: int) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{number}".encode()).decode().rstrip("=")


def number(row: Row) -> int:
    """Return the number inside the opaque id, which breaks ties."""
    return int(base64.urlsafe_b64decode(row["id"] + "==").partition(b":")[2])


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


PARTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
NEGATIONS = {"neq": "eq", "notIn": "in"}


def compare(value: Any, filter: Filter, whole: Callable[[Any], Any], part: Callable[[str], str] = str) -> bool:
    """Whether all given comparisons hold; for a null only neq, notIn and isNull: true do.

    `whole` makes of an argument what `value` was made of; `part` does so with a piece of text.
    """

    def holds(name: str, wanted: Any) -> bool:
        if name == "isNull":
            return (value is None) is wanted
        if name in NEGATIONS:
            return not holds(NEGATIONS[name], wanted)
        if name == "in":
            return any(holds("eq", one) for one in wanted)
        if name in PARTS:
            return value is not None and PARTS[name](value, part(wanted))
        return value is not None and COMPARISONS[name](value, whole(wanted))

    return all(holds(name, wanted) for name, wanted in filter.items() if wanted is not None)


def text(key: str, *, trimmed: bool) -> Test:
    """Compare texts as they are, or by what they share regardless of case; those kept trimmed, with trimmed ones."""

    def test(row: Row, filter: Filter) -> bool:
        comparisons = dict(filter)
        part = str if comparisons.pop("caseSensitive", False) else fold
        value = None if row[key] is None else part(row[key])
        return compare(value, comparisons, lambda wanted: part(wanted.strip() if trimmed else wanted), part)

    return test


def time(key: str) -> Test:
    return lambda row, wanted: compare(moment(row[key]), wanted, moment)


def id_test(row: Row, filter: Filter) -> bool:
    return compare(row["id"], filter, str)


def overdue(task: Row) -> bool:
    due = moment(task["dueAt"])
    return not task["completed"] and due is not None and due < datetime.now(UTC)


def category_test(task: Row, filter: Filter) -> bool:
    if "isNull" in filter:
        return (task["category"] is None) is filter["isNull"]
    return task["category"] is not None and matches(CATEGORY, task["category"], filter["is"])


def tags_test(task: Row, filter: Filter) -> bool:
    ((quantifier, wanted),) = filter.items()
    found = [matches(TAG, tag, wanted) for tag in task["tags"]]
    return {"some": any(found), "every": all(found), "none": not any(found)}[quantifier]


def words(written: str | None) -> list[str]:
    """Return the runs of letters, their marks, and digits in a text, regardless of case."""
    return "".join(char if category(char)[0] in "LMN" else " " for char in fold(written or "")).split()


def search_test(task: Row, search: str) -> bool:
    """Whether, in one of the alternatives that `or` divides, all words and phrases stand, and none with a minus.

    A phrase stands when its words do one after another, all in the title or all in the description. The last word may
    be the beginning of one, unless it is quoted or has a minus.
    """
    texts = [words(task["title"]), words(task["description"])]
    terms = [
        (bool(minus), wanted, bool(word))
        for minus, phrase, word in re.findall(r'(-?)(?:"([^"]*)"|([^\s"]+))', search)
        if (wanted := words(phrase or word))
    ]
    alternatives: list[list[bool]] = [[]]
    for place, (minus, wanted, plain) in enumerate(terms, 1):
        if plain and wanted == ["or"] and not minus:
            alternatives.append([])
        else:
            prefix = plain and not minus and place == len(terms)
            alternatives[-1].append(any(stands(wanted, text, prefix=prefix) for text in texts) is not minus)
    return any(all(alternative) for alternative in alternatives)


def stands(wanted: list[str], text: list[str], *, prefix: bool) -> bool:
    places = [text[start : start + len(wanted)] for start in range(len(text))]
    return any(
        place == wanted or (prefix and len(place) == len(wanted) == 1 and place[0].startswith(wanted[0]))
        for place in places
    )


CATEGORY: Mapping[str, Test] = {
    "id": id_test,
    "name": text("name", trimmed=True),
    "createdAt": time("createdAt"),
    "updatedAt": time("updatedAt"),
}
TAG: Mapping[str, Test] = {"id": id_test, "name": text("name", trimmed=True)}
TASK: Mapping[str, Test] = {
    "search": search_test,
    "id": id_test,
    "title": text("title", trimmed=True),
    "description": text("description", trimmed=False),
    "completed": lambda task, wanted: task["completed"] is wanted,
    "overdue": lambda task, wanted: overdue(task) is wanted,
    "priority": lambda task, wanted: compare(PRIORITIES.index(task["priority"]), wanted, PRIORITIES.index),
    "dueAt": time("dueAt"),
    "completedAt": time("completedAt"),
    "createdAt": time("createdAt"),
    "updatedAt": time("updatedAt"),
    "category": category_test,
    "tags": tags_test,
}


def matches(tests: Mapping[str, Test], row: Row, filter: Filter) -> bool:
    """Whether all given keys hold; null is "not given"."""

    def holds(name: str, wanted: Any) -> bool:
        match name:
            case "and":
                return all(matches(tests, row, one) for one in wanted)
            case "or":
                return any(matches(tests, row, one) for one in wanted)
            case "not":
                return not matches(tests, row, wanted)
        return tests[name](row, wanted)

    return all(holds(name, wanted) for name, wanted in filter.items() if wanted is not None)


def order_value(row: Row, key: str) -> Any:
    """Return what a row is ordered by, or None."""
    match key:
        case "categoryName":
            return None if row["category"] is None else fold(row["category"]["name"])
        case "title" | "name":
            return fold(row[key])
        case "priority":
            return PRIORITIES.index(row[key])
        case "completed":
            return row[key]
    return moment(row[key])


def ordered(rows: Sequence[Row], order: Sequence[Mapping[str, str]] | None) -> list[Row]:
    """Return the rows by the order's first key, then its others, then the id as its last key goes; nulls last."""
    terms = [term for element in order or NEWEST_FIRST for term in element.items()]
    found = sorted(rows, key=number, reverse=terms[-1][1] == "DESC")
    for key, direction in reversed(terms):  # a stable sort by the lesser keys first
        there = [row for row in found if order_value(row, key) is not None]
        there.sort(key=lambda row, key=key: order_value(row, key), reverse=direction == "DESC")  # type: ignore[misc]
        found = there + [row for row in found if order_value(row, key) is None]
    return found
