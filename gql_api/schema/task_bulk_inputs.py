"""What clients send about many tasks at once."""

from collections.abc import Sized
from typing import Annotated

import strawberry
from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from gql_api.errors import InvalidError, ProblemCode
from gql_api.schema.fields import checked_argument, input_type
from gql_api.schema.global_id import TaskId
from gql_api.schema.strict import omissions
from gql_api.schema.task_inputs import CreateTaskInput, TaskFilter
from gql_api.shapes import task_bulk as shapes
from gql_api.shapes.task_bulk import MAX_TASKS

TOO_MANY = f"Must have at most {MAX_TASKS:,} elements; it has {{length:,}}."


def _bounded(ids: object) -> object:
    if isinstance(ids, Sized) and len(ids) > MAX_TASKS:
        raise PydanticCustomError(ProblemCode.TOO_LONG, "{message}", {"message": TOO_MANY.format(length=len(ids))})
    return ids


@input_type(description="Which tasks are changed or deleted: exactly one key.", one_of=True, check_sent=omissions)
class TaskSelection(shapes.TaskSelection):
    ids: Annotated[
        tuple[TaskId, ...] | None,
        BeforeValidator(_bounded),
        strawberry.field(
            graphql_type=list[strawberry.ID] | None,
            description="These, at most 1,000. All of them must exist; [] selects none.",
        ),
    ]
    filter: Annotated[
        TaskFilter | None,
        Field(
            description="Those that match. What would match every task, as nothing in it is given, is refused, and so "
            "is null at any depth: a variable that was left out never selects everything."
        ),
    ]
    all: Annotated[bool | None, Field(description="All there are: only true.")]

    @field_validator("all")
    @classmethod
    def _only_true(cls, value: bool | None) -> bool | None:
        if value is False:
            raise PydanticCustomError(ProblemCode.INVALID, "Must be true; select by another key to select fewer.")
        return value


def _check_new(input: list[CreateTaskInput]) -> list[CreateTaskInput]:
    if not input:
        raise InvalidError(ProblemCode.EMPTY, "Must have a task at least.")
    if len(input) > MAX_TASKS:
        raise InvalidError(ProblemCode.TOO_LONG, TOO_MANY.format(length=len(input)))
    return input


def _check_at_most(at_most: int) -> int:
    if not 0 <= at_most <= MAX_TASKS:
        raise InvalidError(ProblemCode.OUT_OF_RANGE, f"Must be from 0 to {MAX_TASKS:,}; it is {at_most:,}.")
    return at_most


NewTasks = Annotated[list[CreateTaskInput], checked_argument(_check_new, "The new tasks, 1 to 1,000.")]
Where = Annotated[TaskSelection, strawberry.argument(description="Which tasks.")]
AtMost = Annotated[
    int,
    checked_argument(
        _check_at_most,
        "How many tasks it may be, 0 to 1,000. If more are selected, nothing happens and the answer is a TooManyError.",
    ),
]
DryRun = Annotated[
    bool, strawberry.argument(description="Whether only to tell what would happen; then nothing is changed.")
]
