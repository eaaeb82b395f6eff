"""What all loaders share."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader

from gql_api.unit_of_work import UnitOfWork

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")


class Loader(DataLoader[KeyT, ResultT]):
    """Collects the keys that are asked for in one turn of the event loop and loads them with one statement."""

    def __init__(self, work: UnitOfWork, load_many: Callable[[list[KeyT]], Awaitable[Sequence[ResultT]]]) -> None:
        super().__init__(load_fn=load_many)
        self._work = work
        work.when_written(self.clear_all)

    def load(self, key: KeyT) -> Awaitable[ResultT]:
        self._work.check_not_held()
        return super().load(key)
