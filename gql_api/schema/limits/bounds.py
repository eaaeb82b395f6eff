"""The limits of one request, and how an excess is told."""

from dataclasses import dataclass
from typing import Self

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.settings.limits import LimitSettings


@dataclass(frozen=True, slots=True)
class Limits:
    """What each of them means is said in the settings of the same names."""

    tokens: int
    depth: int
    aliases: int
    root_fields: int
    directives: int
    fragments: int
    list_size: int
    values: int
    values_depth: int
    cost: int

    @classmethod
    def of(cls, settings: LimitSettings) -> Self:
        return cls(
            tokens=settings.max_tokens,
            depth=settings.max_depth,
            aliases=settings.max_aliases,
            root_fields=settings.max_root_fields,
            directives=settings.max_directives,
            fragments=settings.max_fragments,
            list_size=settings.max_list_size,
            values=settings.max_values,
            values_depth=settings.max_values_depth,
            cost=settings.max_cost,
        )


def check(code: RequestErrorCode, found: float, allowed: int, has: str, remedy: str) -> None:
    """Raise the error of this limit when more is found than it allows; `has` says what, with `{}` for the number."""
    if found > allowed:
        raise RequestError(code, f"{has.format(f'{found:,.0f}')}; at most {allowed:,} are allowed: {remedy}.")
