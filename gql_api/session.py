"""The session of one operation: a connection of the pool while a transaction is open, and none otherwise.

Statements run at the driver's speed. SQLAlchemy builds them and keeps the pool; its own sessions and connections take
longer for each transaction than the transaction itself.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from gql_api.driver import Connection
from gql_api.failures import ended_first, not_sent, refused, unavailable
from gql_api.lending import Lending, Lent
from gql_api.report import count_statement

logger = logging.getLogger(__name__)

SAVEPOINT = "SAVEPOINT before"
RELEASE = "RELEASE SAVEPOINT before"
ROLL_BACK_TO_IT = "ROLLBACK TO SAVEPOINT before; RELEASE SAVEPOINT before"

ALIVE = 1.0
"""For how many seconds a connection is taken for alive that has answered."""


class Session:
    """One transaction at a time, which nobody else begins or ends. It is to be closed, whatever happened."""

    def __init__(self, sessions: "Sessions") -> None:
        self._sessions = sessions
        self._lent: Lent | None = None
        self._driver: Connection | None = None
        self._begun = False
        self._lost = False
        self._alone = self._used = self._stopped = False
        self.kept: bool | None = False
        """Whether what was written is committed; None when that is in doubt: it was sent, and no answer has come."""

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._driver is not None

    @property
    def ends_at_once(self) -> bool:
        """Whether nobody is waited for when it is closed."""
        return not self._begun

    @property
    def is_alone(self) -> bool:
        """Whether one statement is all, and a transaction by itself."""
        return self._alone

    async def begin(self, how: str, *, alone: bool = False, writes: bool = False) -> None:
        """Take a connection from the pool and begin a transaction by this statement.

        One statement `alone` is a transaction by itself: where the connection allows that, no other is begun, and a
        second statement is refused, since it would see another state of the data. One that `writes` is let begin on a
        connection only that has answered a moment ago: what is lost with another is in doubt, and it may be lost long
        since.
        """
        if self._driver is not None:
            raise RuntimeError("A transaction is open already")
        self._lent = lent = await self._sessions.lend()
        self._driver = driver = lent.driver
        self._used = self.kept = False
        self._alone = alone and driver.keeps_its_session and not (writes and driver.idle_for() > ALIVE)
        if self._alone:
            return
        self._begun = True  # it may have been, even when the answer does not come
        await self._execute(how)

    async def fetch(self, statement: str, values: Sequence[Any] = ()) -> list[asyncpg.Record]:
        """Run a statement in the transaction, and return its rows. Errors are the driver's."""
        driver = self._connected
        if self._alone:
            if self._used:
                raise RuntimeError("A second statement would see another state of the data than the first one, alone")
            self._used = self._begun = True
            self.kept = None
        self._count(statement, values)
        try:
            rows: list[asyncpg.Record] = await driver.fetch(statement, *values)
        except Exception as error:
            self._not_kept(error)
            if ended_first(error):
                self.kept = False
            self._look_after(driver, error)
            raise
        if self._alone:
            self._begun = False  # it has come to its end
            self.kept = True
        return rows

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what is done in the block when it raises, and nothing else: the transaction can be used further."""
        self._count(SAVEPOINT)
        await self._execute(SAVEPOINT)
        try:
            yield
        except Exception:
            self._count(ROLL_BACK_TO_IT)
            await self._execute(ROLL_BACK_TO_IT)
            raise
        self._count(RELEASE)
        await self._execute(RELEASE)

    async def commit(self) -> None:
        driver, self.kept = self._connected, None
        try:
            said = await driver.execute("COMMIT;")
        except Exception as error:
            self._not_kept(error)
            self._look_after(driver, error)
            raise
        self.kept = said == "COMMIT"
        if not self.kept:  # the server answers so where a statement has failed before
            raise asyncpg.InFailedSQLTransactionError("the transaction was rolled back instead")
        self._begun = False

    async def close(self) -> None:
        """Roll back what is not committed and give the connection back; this fails only when it is cancelled.

        A connection that is not proven to be idle is thrown away. That takes no time, and no cancellation prevents it.
        """
        lent, driver = self._lent, self._driver
        if lent is None or driver is None:
            return
        idle = False
        try:
            self._lost = self._lost or driver.is_closed()
            if self._begun and not self._lost:
                await driver.execute("ROLLBACK;")
            idle = not (self._lost or self._stopped or driver.is_closed() or driver.is_in_transaction())
        except Exception:
            logger.warning("A connection could not be ended in good order, and is thrown away", exc_info=True)
            self._lost = driver.is_closed()
        finally:
            if idle:
                driver.is_idle_now()
                self._sessions.take_back(lent)
            else:
                driver.terminate()
                self._sessions.throw_away(lent, lost=self._lost)
            self._lent = self._driver = None
            self._begun = self._lost = self._stopped = False

    def stop(self) -> None:
        """Ask the server to end the statement that is waited for, if there is a connection; who waits is told whether
        it did. What is asked may come late, and end another: so the connection is not lent again.
        """
        if self._driver is not None:
            self._stopped = True
            self._driver.stop()

    def cut(self) -> None:
        """End a connection that does not answer, if there is one: who waits for it is told so."""
        if self._driver is not None:
            logger.warning("A connection that does not answer is cut")
            self._driver.terminate()

    async def _execute(self, statement: str) -> None:
        driver = self._connected
        try:
            await driver.execute(statement)
        except Exception as error:
            self._look_after(driver, error)
            raise

    def _not_kept(self, error: Exception) -> None:
        """Take note that nothing was kept, when that is what an error says."""
        if not_sent(error) or refused(error):
            self.kept = False

    def _look_after(self, driver: Connection, error: Exception) -> None:
        """Raise that the connection is lost when that is what the error comes of, whatever it says."""
        # The last one is of a connection that the server has ended a moment ago, while nobody used it.
        if driver.is_closed() or type(error) is asyncpg.InternalClientError:
            self._lost = True
            if unavailable(error) is None:
                raise asyncpg.ConnectionDoesNotExistError("the connection was lost") from error

    def _count(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Count a statement, and tell who listens to the engine, as SQLAlchemy does: of a connection and a cursor there
        is nothing to tell.
        """
        count_statement()
        engine = self._sessions.engine.sync_engine
        if engine._has_events:  # noqa: SLF001 - as SQLAlchemy itself does it
            for listener in engine.dispatch.before_cursor_execute:
                listener(None, None, statement, values, None, False)

    @property
    def _connected(self) -> Connection:
        if self._driver is None:
            raise RuntimeError("No transaction is open")
        return self._driver


class Sessions(Lending):
    """Makes the session of each operation."""

    def __call__(self) -> Session:
        return Session(self)
