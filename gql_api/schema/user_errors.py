"""Errors that a user can act on, as data: members of every mutation's result."""

from collections.abc import Sequence
from enum import Enum

import strawberry
from strawberry.utils.str_converters import to_camel_case

from gql_api import errors
from gql_api.errors import MOST_PROBLEMS, Problem, ProblemCode, told
from gql_api.schema import global_id
from gql_api.schema.node import Node


@strawberry.enum(description="What kind of user error this is. Codes are stable; new ones may be added.")
class ErrorCode(Enum):
    INVALID = strawberry.enum_value("INVALID", description="Values break the rules: see `problems`.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="What the change refers to does not exist.")
    ALREADY_EXISTS = strawberry.enum_value("ALREADY_EXISTS", description="Something of this name exists already.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="It has been changed since the version that was expected."
    )
    NOT_EMPTY = strawberry.enum_value("NOT_EMPTY", description="The category still has tasks.")
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="More would be changed than is allowed at once.")
    IDEMPOTENCY_CONFLICT = strawberry.enum_value(
        "IDEMPOTENCY_CONFLICT", description="The idempotency key was sent with another input before."
    )


@strawberry.interface(
    description="A failure that the user can act on. Nothing was changed. Select it in every mutation "
    "(`... on UserError { code message }`): results may get new kinds of errors."
)
class UserError:
    code: ErrorCode = strawberry.field(description="A stable code to decide by.")
    message: str = strawberry.field(description="A sentence for a person.")
    path: list[str] | None = strawberry.field(
        description="The argument that is meant, then input fields and list indexes, as the client wrote them; null in "
        "a ValidationError, whose problems have paths."
    )


@strawberry.type(description="One value that breaks the rules.")
class FieldProblem:
    path: list[str] = strawberry.field(
        description='Where the value stands: the argument, then input fields and list indexes: `["input", "title"]`.'
    )
    code: str = strawberry.field(
        description=f"A stable code, to translate by: {', '.join(ProblemCode)}. New ones may be added."
    )
    message: str = strawberry.field(description="A sentence for a person.")


@strawberry.type(description="Values break the rules. All problems of all arguments are told together.")
class ValidationError(UserError):
    problems: list[FieldProblem] = strawberry.field(description="Each value that breaks a rule.")

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "ValidationError":
        return cls(
            code=ErrorCode.INVALID,
            message=told(problems),
            path=None,
            problems=[
                FieldProblem(path=list(each.path), code=each.code, message=each.message)
                for each in problems[:MOST_PROBLEMS]
            ],
        )


@strawberry.type(
    description="What the change refers to does not exist, or what an idempotency key has created does no longer."
)
class NotFoundError(UserError):
    id: strawberry.ID | None = strawberry.field(description="The id that was looked for, if it was an id.")
    name: str | None = strawberry.field(description="The name that was looked for, if it was a name.")


@strawberry.type(description="Something of this name exists already; names are compared without regard to case.")
class AlreadyExistsError(UserError):
    existing: errors.Identified = strawberry.field(
        description="The object that has the name. Where a call names two new objects alike, the first of them, which "
        "is not created either.",
        graphql_type=Node,
    )


@strawberry.type(description="The object has been changed since the version that was expected.")
class VersionConflictError(UserError):
    current: errors.Versioned = strawberry.field(description="The object as it is now.", graphql_type=Node)
    expected_version: int = strawberry.field(description="The version that was expected.")


@strawberry.type(description="The category has tasks, and the call does not say what becomes of them.")
class CategoryNotEmptyError(UserError):
    task_count: int = strawberry.field(description="How many tasks the category has.")


@strawberry.type(description="More would be changed than is allowed at once.")
class TooManyError(UserError):
    matched: int = strawberry.field(description="How many tasks it would be.")
    allowed: int = strawberry.field(description="How many are allowed at once.")


@strawberry.type(
    description="The idempotency key was sent to this field with another input in the last 24 hours. What that created "
    "stays as it is."
)
class IdempotencyConflictError(UserError):
    pass


def as_data(error: errors.UserError) -> UserError:  # noqa: PLR0911 - one a case
    """Return the GraphQL object for an error of the rooms below."""
    path = [to_camel_case(name) for name in error.place]
    message = error.message
    match error:
        case errors.InvalidError():
            return ValidationError.of([Problem(tuple(path), error.code, message)])
        case errors.NotFoundError():
            id = None if error.id is None else global_id.encode(error.kind, error.id)
            return NotFoundError(code=ErrorCode.NOT_FOUND, message=message, path=path, id=id, name=error.name)
        case errors.AlreadyExistsError():
            return AlreadyExistsError(
                code=ErrorCode.ALREADY_EXISTS, message=message, path=path, existing=error.existing
            )
        case errors.VersionConflictError():
            return VersionConflictError(
                code=ErrorCode.VERSION_CONFLICT,
                message=message,
                path=path,
                current=error.current,
                expected_version=error.expected,
            )
        case errors.CategoryNotEmptyError():
            return CategoryNotEmptyError(
                code=ErrorCode.NOT_EMPTY, message=message, path=path, task_count=error.task_count
            )
        case errors.TooManyError():
            return TooManyError(
                code=ErrorCode.TOO_MANY, message=message, path=path, matched=error.matched, allowed=error.allowed
            )
        case errors.IdempotencyConflictError():
            return IdempotencyConflictError(code=ErrorCode.IDEMPOTENCY_CONFLICT, message=message, path=path)
        case _:
            raise error
