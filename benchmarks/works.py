"""The works: what each of them asks, in the contract's words and in those of the stock application's plainer schema."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from gql_api.schema.global_id import encode

TASK = "id title description completed createdAt updatedAt category { id name }"
TITLE = "Made by the benchmark"


@dataclass(frozen=True)
class Request:
    """What is sent, as JSON."""

    query: str
    operationName: str  # noqa: N815 - as GraphQL over HTTP has it
    variables: dict[str, Any]

    def body(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Work:
    name: str
    what: str
    ours: Request
    stock: Request
    """The limit is sent the same: it looks at the name and the variables."""
    creates: int = 0
    """How many tasks each request creates."""


def _same(name: str, what: str, query: str, operation: str, **variables: Any) -> Work:
    request = Request(query, operation, variables)
    return Work(name, what, request, request)


def _tasks(name: str, limit: int) -> Work:
    what = f"{limit} task{'s' if limit > 1 else ''} with 6 fields each and the category"
    return _same(name, what, f"query Tasks($limit: Int!) {{ tasks(limit: $limit) {{ {TASK} }} }}", "Tasks", limit=limit)


def _new(number: int, category: object) -> dict[str, Any]:
    return {"title": f"{TITLE} {number}", "description": f"One of many: {number}", **_in(category)}


def _in(category: object) -> dict[str, Any]:
    return {"category": {"id": category}} if isinstance(category, str) else {"categoryId": category}


CATEGORY = 7
"""The number of the category that tasks are created in, and of the task that is asked for."""

OURS_CATEGORY = str(encode("Category", CATEGORY))
Q50 = _tasks("Q50", 50)

Q1 = Work(
    "Q1",
    "one task with its category",
    Request(f"query Task($id: ID!) {{ task(id: $id) {{ {TASK} }} }}", "Task", {"id": encode("Task", CATEGORY)}),
    Request(f"query Task($id: Int!) {{ task(id: $id) {{ {TASK} }} }}", "Task", {"id": CATEGORY}),
)

_NESTED = "id title completed category { id name }"
QNEST = Work(
    "QNEST",
    "10 categories, each with its newest 10 tasks, each with its category",
    Request(
        "query Nest { categories(orderBy: [{ name: ASC }], limit: 10) { id name "
        f"tasks: tasksConnection(first: 10) {{ nodes {{ {_NESTED} }} }} }} }}",
        "Nest",
        {},
    ),
    Request(
        f"query Nest {{ categories(limit: 10) {{ id name tasks(limit: 10) {{ {_NESTED} }} }} }}",
        "Nest",
        {},
    ),
)

M1 = Work(
    "M1",
    "create one task, and answer it with its category",
    Request(
        "mutation Create($input: CreateTaskInput!) { createTask(input: $input) { "
        f"... on TaskSuccess {{ task {{ {TASK} }} }} ... on UserError {{ code message path }} }} }}",
        "Create",
        {"input": _new(1, OURS_CATEGORY)},
    ),
    Request(
        f"mutation Create($input: CreateTaskInput!) {{ createTask(input: $input) {{ {TASK} }} }}",
        "Create",
        {"input": _new(1, CATEGORY)},
    ),
    creates=1,
)

C50 = _same(
    "C50",
    "a page of a connection: 50 tasks with tags and category, and how many there are",
    "query Page($first: Int!) { tasksConnection(first: $first) { totalCount pageInfo { hasNextPage endCursor } edges { "
    "cursor node { id title completed category { id name } tags { id name } } } } }",
    "Page",
    first=50,
)

_FOUND = "id title completed createdAt category { id name }"
F20 = Work(
    "F20",
    "20 tasks by filter, search and order",
    Request(
        "query Find($filter: TaskFilter, $orderBy: [TaskOrder!], $limit: Int!) { "
        f"tasks(filter: $filter, orderBy: $orderBy, limit: $limit) {{ {_FOUND} }} }}",
        "Find",
        {
            "filter": {
                "search": "invoice done",
                "completed": False,
                "priority": {"gte": "MEDIUM"},
                "category": {"isNull": False},
            },
            "orderBy": [{"priority": "DESC"}, {"createdAt": "DESC"}],
            "limit": 20,
        },
    ),
    Request(
        "query Find($filter: TaskFilter, $orderBy: [TaskOrder!], $limit: Int!) { "
        f"tasks(filter: $filter, orderBy: $orderBy, limit: $limit) {{ {_FOUND} }} }}",
        "Find",
        {
            "filter": {"search": "invoice done", "completed": False, "leastPriority": 2, "categorized": True},
            "orderBy": [{"by": "PRIORITY", "descending": True}, {"by": "CREATED_AT", "descending": True}],
            "limit": 20,
        },
    ),
)

MANY = 100
_MADE = "id title category { id name }"
BULK = Work(
    "BULK",
    f"create {MANY} tasks by one mutation, and answer them with their category",
    Request(
        "mutation CreateMany($input: [CreateTaskInput!]!) { createTasks(input: $input) { "
        f"... on CreateTasksSuccess {{ tasks {{ {_MADE} }} }} ... on UserError {{ code message path }} }} }}",
        "CreateMany",
        {"input": [_new(number, OURS_CATEGORY) for number in range(MANY)]},
    ),
    Request(
        f"mutation CreateMany($input: [CreateTaskInput!]!) {{ createTasks(input: $input) {{ {_MADE} }} }}",
        "CreateMany",
        {"input": [_new(number, CATEGORY) for number in range(MANY)]},
    ),
    creates=MANY,
)

G = _same(
    "G",
    "50 tasks through three levels of fragments, aliases and @include",
    "query Fragments($limit: Int!, $with: Boolean!, $without: Boolean!) { newest: tasks(limit: $limit) { ...Row } } "
    "fragment Row on Task { ...Head text: description @include(if: $without) "
    "category @include(if: $with) { ...Named } } "
    "fragment Head on Task { id name: title ...Times } "
    "fragment Times on Task { done: completed created: createdAt updated: updatedAt } "
    "fragment Named on Category { id label: name }",
    "Fragments",
    limit=50,
    **{"with": True, "without": False},
)

GROWTH = [_tasks(f"Q50 with {limit}", limit) for limit in (1, 10, 100)]
"""Q50's query for other numbers of tasks."""

WORKS = [Q50, Q1, QNEST, M1, C50, F20, BULK, G]
