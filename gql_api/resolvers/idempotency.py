"""Creating once, however often it is asked for: what a key makes of a creation."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeAlias, TypeVar

from gql_api.context import Context
from gql_api.errors import IdempotencyConflictError, Kind, NotFoundError
from gql_api.repositories import Repositories
from gql_api.shapes.base import Entity, Shape

EntityT = TypeVar("EntityT", bound=Entity)

Create: TypeAlias = Callable[[Repositories], Awaitable[Sequence[EntityT]]]
Find: TypeAlias = Callable[[Repositories, Collection[int]], Awaitable[Mapping[int, EntityT]]]


async def create_once(
    context: Context,
    field: str,
    key: str | None,
    input: Shape | Sequence[Shape],
    kind: Kind,
    create: Create[EntityT],
    find: Find[EntityT],
) -> tuple[Sequence[EntityT], bool]:
    """Create in one write, or return what an earlier call of this field with this key has created, as it is now.

    The second value says whether it was created earlier. Without a key it never is. Raises IdempotencyConflictError
    when the earlier call had another input, NotFoundError when something that it created is gone.
    """
    async with context.work.write() as repositories:
        if key is None:
            return await create(repositories), False
        # The key comes first: who sends it again meanwhile waits here, and then finds all or nothing.
        input_hash = _hash(input)
        earlier = await repositories.idempotency.claim(field, key, input_hash)
        if earlier is None:
            created = await create(repositories)
            await repositories.idempotency.store(field, key, [each.id for each in created])
            await repositories.idempotency.purge()
            return created, False
        if earlier.input_hash != input_hash:
            raise IdempotencyConflictError("idempotency_key")
        found = await find(repositories, earlier.created_ids)
        for id in earlier.created_ids:
            if id not in found:
                raise NotFoundError(kind, "idempotency_key", id=id)
        return [found[id] for id in earlier.created_ids], True


def _hash(input: Shape | Sequence[Shape]) -> bytes:
    """Return the hash of an input as it was understood: the same for one in which a default is written out.

    What is not given is left out, so that a field that is new in an input changes no hash.
    """
    every = [input] if isinstance(input, Shape) else input
    dumped = [each.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for each in every]
    return hashlib.sha256(json.dumps(dumped, sort_keys=True, separators=(",", ":")).encode()).digest()
