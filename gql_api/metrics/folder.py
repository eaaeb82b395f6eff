"""The folder where the workers of one server put their numbers, so that any of them can tell those of all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from gql_api.errors import StartupError

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""How prometheus-client learns of it: when it is imported."""

MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made there is its maker's alone


@contextmanager
def shared_folder(*, wanted: bool) -> Iterator[None]:
    """Give the processes started inside a folder of their own, or none where there is but one process, and whatever
    the variable said before. It is gone afterwards.
    """
    before = os.environ.pop(VARIABLE, None)
    try:
        if wanted:
            with _folder() as folder:
                os.environ[VARIABLE] = folder
                yield
        else:
            yield
    finally:
        os.environ.pop(VARIABLE, None)
        if before is not None:
            os.environ[VARIABLE] = before


def _folder() -> "TemporaryDirectory[str]":
    # Each change of a number writes to a mapped file: in memory no disk has to follow.
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    try:
        return TemporaryDirectory(prefix="gql-api-metrics-", dir=place, ignore_cleanup_errors=True)
    except OSError:
        raise StartupError(
            "There is no folder for the metrics of several workers: make a temporary one writable (TMPDIR)"
        ) from None
