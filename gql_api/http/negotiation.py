"""Which media type an answer has (RFC 9110, 12.5.1; GraphQL over HTTP, "Body")."""

from functools import lru_cache

GRAPHQL = "application/graphql-response+json"
"""Whose status codes say what became of the operation."""

JSON = "application/json"
"""Whose answers to well-formed requests are all 200: clients of old take anything else for a proxy's."""

HTML = "text/html"
LONGEST = 2_000
"""Characters of a header that are looked at."""


@lru_cache(maxsize=256)
def answered(accept: str | None) -> str | None:
    """Return the media type for this Accept header, or None when none of ours will do.

    Without a header it is GraphQL's own (the specification's default since 2025); for `*/*` it is JSON, which those who
    send that have always been given.
    """
    if accept is None:
        return GRAPHQL
    return _best(accept, (GRAPHQL, JSON), {"*/*": JSON, "application/*": JSON})


@lru_cache(maxsize=256)
def wants_page(accept: str | None) -> bool:
    """Whether a browser's address bar asks, or another that names HTML before anything of ours."""
    return accept is not None and _best(accept, (HTML, GRAPHQL, JSON), {}) == HTML


def _best(accept: str, ours: tuple[str, ...], ranges: dict[str, str]) -> str | None:
    """Return what is preferred most: by its q, then by its place in the header."""
    best, weight = None, 0.0
    refused = set()
    for each in accept[:LONGEST].split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        offered = name if name in ours else ranges.get(name)
        if offered is None:
            continue
        quality, utf8 = _parameters(parameters)
        if quality == 0:
            refused.add(name)
        elif utf8 and quality > weight and offered not in refused:
            best, weight = offered, quality
    return best


def _parameters(parameters: list[str]) -> tuple[float, bool]:
    """Return the q, and whether UTF-8 will do."""
    quality, utf8 = 1.0, True
    for parameter in parameters:
        key, _, value = (part.strip() for part in parameter.partition("="))
        if key == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
        elif key == "charset":
            utf8 = value.strip('"') in {"utf-8", "utf8"}
    return quality, utf8
