"""Try all attacks with the limits as they are by default, and write the table of docs/security.md: `make attacks`."""

import asyncio
import platform
import sys

import psutil

from tests.attacks import ATTACKS, DOCUMENT, written
from tests.attacks.attack import Measured
from tests.attacks.target import seeded, target

WARMING = 20
"""Control requests before the first attack: what is done once, at first, is no attack's."""


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def cells(name: str, found: Measured) -> tuple[str, ...]:
    milliseconds = (f"{each * 1000:,.0f}" for each in (found.seconds, found.cpu))
    megabytes = (f"{max(0, each):.0f}" for each in (found.peak, found.kept))
    return name, found.answered, *milliseconds, *megabytes, f"{found.control * 1000:,.0f}"


async def main() -> int:
    head = ("attack", "answered by", "after ms", "CPU ms", "MB at most", "MB kept", "next request, ms")
    lines, unexpected = [row(*head), row("---", "---", *["---:"] * 5)], 0
    with seeded() as url:
        async with target(url) as attacked:
            for _ in range(WARMING):
                await attacked.control()
            for attack in ATTACKS:
                found = await attack.measure(attacked)
                lines.append(row(*cells(attack.name, found)))
                sys.stdout.write(lines[-1])
                if found.answered != attack.expected:
                    unexpected += 1
                    sys.stdout.write(f"  expected: {attack.expected}\n")
    machine = f"{psutil.cpu_count()} CPUs, {psutil.virtual_memory().total / 1e9:.0f} GB, Python"
    table = "".join(lines) + f"\nMeasured on {machine} {platform.python_version()}.\n"
    if not unexpected:
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), table), encoding="utf-8")
    return unexpected


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
