"""Where it was measured: what one must know to compare figures."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.answers import Raw

LIBRARIES = ("strawberry-graphql", "graphql-core", "sqlalchemy", "asyncpg", "uvicorn")


async def facts(raw: Raw, project: Path) -> str:
    postgres = (await raw.fetchval("SHOW server_version")).split()[0]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else psutil.cpu_count()
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit(project)}. {cores} cores ({_processor()}), "
        f"{psutil.virtual_memory().total / 1e9:.0f} GB, {platform.system()}, Python {platform.python_version()}, "
        f"PostgreSQL {postgres} on the same machine; {libraries}. Load average before: {os.getloadavg()[0]:.1f}."
    )


def commit(project: Path) -> str:
    """Return what is checked out, and whether it was changed since."""
    git = shutil.which("git")
    if git is None or not (project / ".git").exists():
        return "unknown"
    command = [git, "-C", str(project), "describe", "--always", "--dirty=, changed"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
