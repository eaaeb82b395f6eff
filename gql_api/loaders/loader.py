"""The loader: what is asked for in one turn of the event loop is one batch, for one key as for all keys of a list.

A list of a thousand keys costs no more futures or tasks than one key, which is why this is no DataLoader of one future
a key. It is one in all else: keys are loaded once, and remembered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Generator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from gql_api.report import count_batch
from gql_api.repositories import Repositories
from gql_api.unit_of_work import UnitOfWork

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")

Find = Callable[[Repositories, list[KeyT]], Awaitable[Mapping[KeyT, ResultT]]]
"""Returns what there is for keys; an exception for one that fails alone."""


class Loader(Generic[KeyT, ResultT]):
    def __init__(self, work: UnitOfWork, find: Find[KeyT, ResultT | Exception], missing: ResultT) -> None:
        """`missing` is what there is for a key of which nothing is found."""
        self.work = work
        self.find = find
        self.missing = missing
        self.name = ""
        self._batches: dict[KeyT, _Batch] = {}
        """The batch that each key is in."""
        self._open: _Batch | None = None
        """The batch that takes more keys."""
        self._later: list[Callable[[], Mapping[KeyT, ResultT]]] = []
        work.when_written(self.clear_all)

    def load(self, key: KeyT) -> Awaitable[ResultT]:
        """Ask for this key now, and return what there will be for it.

        Awaiting it raises what went wrong, with all keys of the batch or with this one.
        """
        self._begin()
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = self._taking()
            batch.keys.append(key)
        return _Value(key, batch)

    def load_all(self, keys: Sequence[KeyT]) -> Awaitable[list[ResultT | Exception]]:
        """Ask for these keys now, and return what there will be for each; an exception for one that failed alone.

        Awaiting it raises what went wrong with a whole batch. Who gives up waiting takes nothing away from others.
        """
        self._begin()
        known = self._batches
        if unknown := [key for key in dict.fromkeys(keys) if key not in known]:
            batch = self._taking()
            batch.keys += unknown
            known.update(dict.fromkeys(unknown, batch))
        return _Values(keys, {id(batch): batch for batch in map(known.__getitem__, keys)}.values())

    def prime_all(self, values: Mapping[KeyT, ResultT]) -> None:
        """Remember these values for their keys."""
        batch = _Batch(self)
        batch.values = {**values}
        self._batches.update(dict.fromkeys(values, batch))

    def prime_later(self, make: Callable[[], Mapping[KeyT, ResultT]]) -> None:
        """Remember the values that this makes, which it is asked for when anybody asks for one."""
        self._later.append(make)

    def clear_all(self) -> None:
        """Forget everything."""
        self._batches = {}
        self._open = None
        self._later = []

    def close(self, batch: "_Batch") -> None:
        """Let no more keys into a batch."""
        if self._open is batch:
            self._open = None

    def _begin(self) -> None:
        self.work.check_not_held()
        while self._later:
            self.prime_all(self._later.pop(0)())

    def _taking(self) -> "_Batch":
        batch = self._open
        if batch is None:
            batch = self._open = _Batch(self)
            if not self.work.in_only_task:
                batch.start()
        return batch


class _Batch:
    __slots__ = ("_begun", "_loader", "_task", "_waiting", "error", "keys", "values")

    def __init__(self, loader: Loader[Any, Any]) -> None:
        self.keys: list[Any] = []
        self.values: dict[Any, Any] | None = None
        self.error: BaseException | None = None
        self._loader = loader
        self._begun = False
        self._task: asyncio.Future[None] | None = None
        """What works for it: the event loop alone would not keep it."""
        self._waiting: list[asyncio.Future[None]] = []
        """One for each who waits: who gives up takes nothing away from the others."""

    def start(self) -> None:
        """Run it in the next turn of the event loop: whatever else happens in this one may ask for more."""
        self._begun = True
        self._task = asyncio.get_running_loop().create_task(self._run())

    def found(self) -> Generator[Any, None, dict[Any, Any]]:
        """Wait for its values. Who is the only one that could wait runs it, if nobody has begun."""
        if self.values is None and self.error is None:
            if not self._begun and self._loader.work.in_only_task:
                self._begun = True
                yield from self._run().__await__()
            else:
                if not self._begun:
                    self.start()
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                yield from future
        if self.values is None:
            raise self.error or asyncio.CancelledError
        return self.values

    async def _run(self) -> None:
        loader = self._loader
        loader.close(self)
        count_batch(loader.name, len(self.keys))
        try:
            async with loader.work.read() as repositories:
                found = await loader.find(repositories, self.keys)
            self.values = {key: found.get(key, loader.missing) for key in self.keys}
        except Exception as error:  # noqa: BLE001 - it is for those who asked
            self.error = error
        except BaseException:
            self.error = asyncio.CancelledError()
            raise
        finally:
            for future in self._waiting:
                if not future.done():
                    future.set_result(None)


class _Values(Generic[KeyT, ResultT]):
    """The values of keys. Nothing is wrong with it when nobody awaits it."""

    def __init__(self, keys: Sequence[KeyT], batches: Collection[_Batch]) -> None:
        self._keys = keys
        self._batches = batches

    def __await__(self) -> Generator[Any, None, list[ResultT | Exception]]:
        found: dict[KeyT, ResultT | Exception] = {}
        for batch in self._batches:
            values = yield from batch.found()
            found = {**found, **values} if found else values
        return [found[key] for key in self._keys]


class _Value(Generic[KeyT, ResultT]):
    """The value of one key."""

    def __init__(self, key: KeyT, batch: _Batch) -> None:
        self._key = key
        self._batch = batch

    def __await__(self) -> Generator[Any, None, ResultT]:
        value: ResultT | Exception = (yield from self._batch.found())[self._key]
        if isinstance(value, Exception):
            raise value
        return value
