"""How root fields are declared: checked arguments, and user errors as data.

Strawberry converts arguments one by one and stops at the first that is wrong. Here every argument of a field is
looked at, so that a form learns of all its problems at once: the inputs made by `input_type`, alone and in lists, and
the arguments that `checked_argument` declares with a check of their own.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Optional, TypeAlias, TypeVar

import strawberry
from pydantic import BaseModel
from strawberry.pydantic import InputValidationError
from strawberry.types.arguments import InputContext, StrawberryArgumentAnnotation
from strawberry.types.base import StrawberryObjectDefinition, StrawberryOptional, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from gql_api.errors import InvalidError, Kind, Problem, ProblemCode, RequestError, RequestErrorCode, UserError, told
from gql_api.execution.arguments import FromInput
from gql_api.execution.called import PreparingExtension
from gql_api.execution.declared import READS
from gql_api.resolvers.retry import retried
from gql_api.schema import global_id
from gql_api.schema.info import Info
from gql_api.schema.input_data import Inputs
from gql_api.schema.user_errors import ValidationError, as_data

ModelT = TypeVar("ModelT", bound=BaseModel)
CHECK = "gql_api.check"

Check: TypeAlias = Callable[[Any], Any]
"""Returns what the field is given for an argument that is not null, or raises InvalidError."""

CheckSent: TypeAlias = Callable[[Mapping[str, Any], StrawberryObjectDefinition, InputContext], Iterable[Problem]]
"""Yields what is wrong with an input as it was sent, before absent keys are filled in."""


INPUTS = Inputs()


class Refused:
    """Stands in for an input that breaks the rules until the field's other arguments are checked too."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems


def _problem(path: tuple[str, ...], code: str, message: str) -> Problem:
    # What is not in our vocabulary comes from Pydantic itself, whose words are for programmers.
    known = code in ProblemCode.__members__.values()
    return Problem(path, code if known else ProblemCode.INVALID, message if known else "Is not valid here.")


def input_type(
    *, description: str, one_of: bool = False, check_sent: CheckSent | None = None
) -> Callable[[type[ModelT]], type[ModelT]]:
    """Make a GraphQL input of a Pydantic model, whose problems are collected by the root field.

    `check_sent` is for an argument's own type: an input inside of another one is built with that.
    """

    def decorate(model: type[ModelT]) -> type[ModelT]:
        decorated = strawberry.pydantic.input(model, description=description, one_of=one_of)
        definition = get_object_definition(decorated, strict=True)
        build = definition.from_input
        assert build is not None  # noqa: S101 - Strawberry sets it for every Pydantic input

        def build_or_refuse(model: type[BaseModel], value: Mapping[str, Any], context: InputContext) -> object:
            problems = list(check_sent(value, definition, context)) if check_sent is not None else []
            built: object = INPUTS.build(model, value)
            if built is None:
                try:
                    built = build(model, value, context)
                except InputValidationError as error:
                    problems += [_problem(tuple(each.location), each.type, each.message) for each in error.errors]
            return Refused(problems) if problems else built

        definition.from_input = (
            build_or_refuse if check_sent else FromInput(build_or_refuse, partial(INPUTS.build_all, decorated))
        )
        return decorated

    return decorate


def checked_argument(check: Check, description: str, *, graphql_type: object = None) -> StrawberryArgumentAnnotation:
    """Declare an argument with a check; the GraphQL type is that of the annotation unless it is given."""
    return strawberry.argument(description=description, graphql_type=graphql_type, metadata={CHECK: check})


def id_argument(kind: Kind, description: str) -> StrawberryArgumentAnnotation:
    """Declare an argument that is a global id for clients and its number for the field."""
    return checked_argument(partial(_number, kind), description, graphql_type=strawberry.ID)


def _number(kind: Kind, id: str) -> int:
    try:
        return global_id.decode_as(kind, id)
    except global_id.InvalidIdError:
        raise InvalidError(ProblemCode.INVALID_ID, global_id.message(kind)) from None


class _CheckedArguments(PreparingExtension):
    def apply(self, field: StrawberryField) -> None:
        self._checks: dict[str, Check] = {
            argument.python_name: argument.metadata[CHECK] for argument in field.arguments if CHECK in argument.metadata
        }
        # A Python default of None would be published as `= null`, so optional arguments have none.
        self._optional = [
            argument.python_name for argument in field.arguments if isinstance(argument.type, StrawberryOptional)
        ]

    def _check(self, arguments: dict[str, Any]) -> list[Problem]:
        """Put what the checks return in the place of arguments, and None in that of absent ones; return what is wrong.

        Nobody looks at the elements of a list that is refused itself: there may be any number of them.
        """
        for name in self._optional:
            arguments.setdefault(name, None)
        problems: list[Problem] = []
        for name, value in arguments.items():
            try:
                if name in self._checks and value is not None:
                    arguments[name] = self._checks[name](value)
            except InvalidError as error:
                problems.append(Problem((to_camel_case(name), *error.place), error.code, error.message))
            else:
                if value.__class__ is Refused:
                    problems += value.problems
                elif value.__class__ is list:
                    problems += [problem for each in value if each.__class__ is Refused for problem in each.problems]
        return problems


class CheckedArguments(_CheckedArguments):
    """For every query field and every field of an object that has arguments: refuses wrong ones as a RequestError."""

    def prepare(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if problems := self._check(arguments):
            raise _invalid_arguments(problems)
        return arguments

    def call(self, resolver: Callable[..., Any], _info: Info, prepared: dict[str, Any]) -> Any:
        return resolver(**prepared)


class CheckedMutation(_CheckedArguments):
    """For every mutation field: refuses wrong arguments, and answers user errors, as data."""

    def prepare(self, arguments: dict[str, Any]) -> dict[str, Any] | ValidationError:
        problems = self._check(arguments)
        return ValidationError.of(problems) if problems else arguments

    async def call(
        self, resolver: Callable[..., Any], info: Info, prepared: dict[str, Any] | ValidationError
    ) -> object:
        if isinstance(prepared, ValidationError):
            return prepared
        try:
            return await retried(info.context, partial(resolver, **prepared))
        except UserError as error:
            return as_data(error)
        finally:
            # Whatever came after its commit, a cancellation too: the change is there.
            info.context.written(info.path.key)


def _invalid_arguments(problems: list[Problem]) -> RequestError:
    """Return the error of a query field: all problems, under the code of the first where that is one of a request's."""
    codes = RequestErrorCode.__members__.values()
    code = RequestErrorCode(problems[0].code) if problems[0].code in codes else RequestErrorCode.BAD_USER_INPUT
    return RequestError(code, told(problems), problems=tuple(problems))


def query_field(
    resolver: Callable[..., Any], graphql_type: object, description: str, *, reads: int | None = None
) -> Any:
    """Declare a field of Query, and how many statements its resolver reads with, where that is always the same."""
    return strawberry.field(
        resolver=resolver,
        graphql_type=graphql_type,
        description=description,
        extensions=[CheckedArguments()],
        metadata={READS: reads},
    )


def mutation_field(resolver: Callable[..., Any], graphql_type: object, description: str) -> Any:
    """Declare a field of Mutation. It is nullable, so that a failure leaves the other fields' answers alone."""
    return strawberry.mutation(
        resolver=resolver,
        graphql_type=Optional[graphql_type],  # noqa: UP045 - the type is a value here
        description=description,
        extensions=[CheckedMutation()],
        metadata={READS: 0},
    )
