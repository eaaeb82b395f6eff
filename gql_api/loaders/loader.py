"""The loader: what is asked for in one turn of the event loop is one batch, for one key as for all keys of a list.

A list of a thousand keys costs no more futures or tasks than one key, which is why this is no DataLoader of one future
a key. It is one in all else: keys are loaded once, and remembered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Generator, Sequence
from typing import Any, Generic, TypeVar

from gql_api.report import count_batch
from gql_api.unit_of_work import UnitOfWork

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")

LoadMany = Callable[[list[KeyT]], Awaitable[Sequence[ResultT | Exception]]]
"""Returns what there is for each key, in their order; an exception for a key that fails alone."""


class Loader(Generic[KeyT, ResultT]):
    def __init__(self, work: UnitOfWork, load_many: LoadMany[KeyT, ResultT]) -> None:
        self._work = work
        self._load_many = load_many
        self._batches: dict[KeyT, _Batch[KeyT, ResultT]] = {}
        """The batch that each key is in."""
        self._open: _Batch[KeyT, ResultT] | None = None
        """The batch that takes more keys."""
        self.name = ""
        work.when_written(self.clear_all)

    def load(self, key: KeyT) -> Awaitable[ResultT]:
        """Ask for this key now, and return what there will be for it.

        Awaiting it raises what went wrong, with all keys of the batch or with this one.
        """
        return _Value(self.load_all([key]))

    def load_all(self, keys: Sequence[KeyT]) -> "Values[KeyT, ResultT]":
        """Ask for these keys now, and return what there will be for each; an exception for one that failed alone.

        Awaiting it raises what went wrong with a whole batch. Who gives up waiting takes nothing away from others.
        """
        self._work.check_not_held()
        known = self._batches
        unknown = [key for key in dict.fromkeys(keys) if key not in known]
        if unknown:
            batch = self._open
            if batch is None:
                batch = self._open = _Batch[KeyT, ResultT](self._run)
                if not self._work.in_only_task:
                    batch.start()
            batch.keys += unknown
            known.update(dict.fromkeys(unknown, batch))
            if len(unknown) == len(known):
                return Values(self._work, keys, (batch,))
        return Values(self._work, keys, {id(batch): batch for batch in map(known.__getitem__, keys)}.values())

    def prime(self, key: KeyT, value: ResultT) -> None:
        """Remember this value for the key."""
        batch = self._batches[key] = _Batch[KeyT, ResultT](self._run)
        batch.values = {key: value}

    def clear_all(self) -> None:
        """Forget everything."""
        self._batches = {}
        self._open = None

    async def _run(self, batch: "_Batch[KeyT, ResultT]") -> None:
        if self._open is batch:
            self._open = None
        count_batch(self.name, len(batch.keys))
        try:
            found = await self._load_many(batch.keys)
            batch.values = dict(zip(batch.keys, found, strict=True))
        except Exception as error:  # noqa: BLE001 - it is for those who asked
            batch.error = error
        except BaseException:
            batch.error = asyncio.CancelledError()
            raise
        finally:
            batch.tell()


class _Batch(Generic[KeyT, ResultT]):
    def __init__(self, run: "Callable[[_Batch[KeyT, ResultT]], Coroutine[Any, Any, None]]") -> None:
        self.keys: list[KeyT] = []
        self.values: dict[KeyT, ResultT | Exception] | None = None
        self.error: BaseException | None = None
        self._run = run
        self._begun = False
        self._task: asyncio.Future[None] | None = None
        """What works for it: the event loop alone would not keep it."""
        self._waiting: list[asyncio.Future[None]] = []
        """One for each who waits: who gives up takes nothing away from the others."""

    def start(self) -> None:
        """Run it in the next turn of the event loop: whatever else happens in this one may ask for more."""
        self._begun = True
        self._task = asyncio.get_running_loop().create_task(self._run(self))

    def done(self, *, here: bool) -> Generator[Any, None, None]:
        """Wait for it, or run it `here` when nobody has begun."""
        if self.values is not None or self.error is not None:
            return
        if not self._begun:
            if here:
                self._begun = True
                yield from self._run(self).__await__()
                return
            self.start()
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        yield from future

    def tell(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)


class Values(Generic[KeyT, ResultT]):
    """The values of keys. Nothing is wrong with it when nobody awaits it."""

    def __init__(self, work: UnitOfWork, keys: Sequence[KeyT], batches: Collection[_Batch[KeyT, ResultT]]) -> None:
        self._work = work
        self._keys = keys
        self._batches = batches

    def __await__(self) -> Generator[Any, None, list[ResultT | Exception]]:
        found: dict[KeyT, ResultT | Exception] = {}
        for batch in self._batches:
            yield from batch.done(here=self._work.in_only_task)
            if batch.error is not None:
                raise batch.error
            found = batch.values or {} if len(self._batches) == 1 else found | (batch.values or {})
        return [found[key] for key in self._keys]


class _Value(Generic[ResultT]):
    """The value of one key."""

    def __init__(self, values: Values[Any, ResultT]) -> None:
        self._values = values

    def __await__(self) -> Generator[Any, None, ResultT]:
        (value,) = yield from self._values.__await__()
        if isinstance(value, Exception):
            raise value
        return value
