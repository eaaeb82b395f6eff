"""The command: `make bench`, or python -m benchmarks."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import benchmarks
from benchmarks import data, database, machine
from benchmarks.answers import Raw
from benchmarks.budget import HOW, TIMED, budget
from benchmarks.executions import COUNTED, executions
from benchmarks.rounds import CONNECTIONS, Effort, checked, rounds
from benchmarks.servers import BEFORE, KINDS, OURS, PROJECT, SERVE, Kind, Server, started
from benchmarks.tables import Results, written
from benchmarks.works import GROWTH, WORKS, Work

GROWING = "growth"
ROOMS_OF = ("Q50", "Q1", "QNEST", "M1")
"""The works whose budget is told."""


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=benchmarks.__doc__)
    names = [kind.name for kind in KINDS]
    works = [work.name for work in WORKS]
    parser.add_argument("--rounds", type=int, default=3, help="of which the medians are told (3)")
    parser.add_argument("--seconds", type=float, default=1.5, help="for each work, server and round (1.5)")
    parser.add_argument("--requests", type=int, default=2 * CONNECTIONS, help="at least, for each of them")
    parser.add_argument("--only", type=_some(names), default=names, help=f"which servers: {','.join(names)}")
    works += [GROWING]
    parser.add_argument("--work", type=_some(works), default=works, help=f"which works: {','.join(works)}")
    parser.add_argument(
        "--before",
        type=Path,
        help="another checkout of this project, which is measured beside this one: in its .venv, if it has one",
    )
    parser.add_argument("--tasks", type=int, default=data.TASKS, help=f"in the database ({data.TASKS})")
    parser.add_argument("--check", action="store_true", help="check all answers, and measure nothing")
    parser.add_argument("--markdown", type=Path, help="write the tables into this file, between its marks")
    return parser.parse_args(given)


def _some(names: Sequence[str]) -> Callable[[str], list[str]]:
    def some(text: str) -> list[str]:
        wanted = text.split(",")
        if unknown := set(wanted) - set(names):
            raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(names)}")
        return [name for name in names if name in wanted]

    return some


async def measure(url: str, options: argparse.Namespace) -> str:
    """Check and, unless that is all, measure the servers on a filled database. Return what was found as tables."""
    kinds = [kind for kind in KINDS if kind.name in options.only]
    if options.before is not None:
        kinds.append(Kind(BEFORE, SERVE, ours=True, project=options.before.resolve()))
    inner = [TIMED, COUNTED] if OURS in options.only and not options.check else []
    works = [work for work in WORKS if work.name in options.work]
    growing = GROWTH if GROWING in options.work else []
    async with database.connected(url) as raw:
        await database.settle(raw)
        with started([*kinds, *inner], url) as running:
            servers, inside = running[: len(kinds)], running[len(kinds) :]
            for server in (*servers, *inside[:1]):
                await _check(raw, server)
            _say(f"All answers are right: {', '.join(kind.name for kind in kinds)}")
            if options.check:
                return ""
            where = await machine.facts(raw, PROJECT)
            samples = []
            effort = Effort(options.seconds, options.requests)
            ways = [await executions(raw, inside[1], works)] if inside else []
            async for each in rounds(raw, servers, (*works, *growing), options.rounds, effort):
                samples.append(each)
                _say(f"{each.round + 1}  {each.work:13} {each.server:7} {each.cpu:8.3f} ms {each.rate:8,.0f} req/s")
            results = Results(samples)
            parts = [where, _about(options, works), results.speeds(works)]
            if growing:
                parts += ["Q50's query for other numbers of tasks:", results.growth(growing)]
            if inside:
                rooms = [work for work in works if work.name in ROOMS_OF] or works
                ours = servers[0]
                parts += [f"Where ours has it: {HOW}", await budget(raw, inside[0], ours, rooms, options.seconds)]
                parts += ["How ours executes them, as its metrics tell:", *ways]
    return "\n".join(f"{part.rstrip()}\n" for part in parts)


async def _check(raw: Raw, server: Server) -> None:
    for work in (*WORKS, *GROWTH):
        await checked(raw, server, work)
        if work.creates:
            await database.clean(raw)


def _about(options: argparse.Namespace, works: Sequence[Work]) -> str:
    asked = "".join(f"- {work.name}: {work.what}\n" for work in works)
    return (
        f"One process each, {CONNECTIONS} connections, {options.tasks:,} tasks. Medians of {options.rounds} rounds of "
        f"{options.seconds:g} s; ratios are taken within a round. CPU is that of the server's process for one request."
        f"\n\n{asked}"
    )


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> None:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped
    with database.running() as url:
        _say(f"Filling a database with {options.tasks:,} tasks ...")
        asyncio.run(data.fill(url, options.tasks))
        found = asyncio.run(measure(url, options))
    sys.stdout.write(found)
    if options.markdown is not None and found:
        document = options.markdown.read_text(encoding="utf-8") if options.markdown.exists() else ""
        options.markdown.write_text(written(document, found), encoding="utf-8")


if __name__ == "__main__":
    main()
