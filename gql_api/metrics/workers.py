"""The numbers of several workers, read from their files as those of one server."""

import fcntl
import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from multiprocessing import parent_process
from pathlib import Path

import psutil
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

FILE = re.compile(r"(counter|histogram|gauge_livesum)_(\d+)\.db")
"""How prometheus-client names what a process of this number writes."""

DEAD = "0"
"""In place of a process's number: what all that are gone have counted."""


def exposition(folder: Path) -> bytes:
    """Return the numbers of all workers together, in Prometheus's text format."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
        _bury(folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _bury(folder: Path) -> None:
    """Forget the gauges of processes that are gone, and add up in one file what they have counted: otherwise there were
    ever more files where workers keep dying.
    """
    left: list[tuple[str, Path]] = []
    for path in sorted(folder.iterdir()):
        if (named := FILE.fullmatch(path.name)) is None or named[2] == DEAD or _lives(int(named[2])):
            continue
        if named[1].startswith("gauge"):
            path.unlink()
        else:
            left.append((named[1], path))
    for kind, found in groupby(left, key=lambda each: each[0]):
        _add_up([path for _, path in found], folder / f"{kind}_{DEAD}.db")


def _add_up(paths: list[Path], into: Path) -> None:
    """Add what these files have counted to that of the dead, and delete them."""
    sums: dict[str, float] = defaultdict(float)
    for path in (into, *paths):
        if path.exists():
            for key, value, _, _ in _values(path):
                sums[key] += value
    made = into.with_suffix(".new")
    made.unlink(missing_ok=True)
    written = MmapedDict(str(made))  # type: ignore[no-untyped-call]
    for key, value in sums.items():
        written.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
    written.close()  # type: ignore[no-untyped-call]
    made.replace(into)
    for path in paths:
        path.unlink()


def _values(path: Path) -> Iterable[tuple[str, float, float, int]]:
    values: Iterable[tuple[str, float, float, int]] = MmapedDict.read_all_values_from_file(path)  # type: ignore[no-untyped-call]
    return values


def _lives(pid: int) -> bool:
    """Whether this process is one of the same server's workers. The number of one that died may be another's by now."""
    watcher = parent_process()
    try:
        process = psutil.Process(pid)
        same = watcher is None or process.ppid() == watcher.pid
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
