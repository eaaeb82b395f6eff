"""How the server executes each work: by compiled code or, as its metrics say why, otherwise."""

import http.client
from collections import Counter
from collections.abc import Sequence

from prometheus_client.parser import text_string_to_metric_families

from benchmarks import database
from benchmarks.answers import Raw
from benchmarks.rounds import checked
from benchmarks.servers import SERVE, Kind, Server
from benchmarks.tables import table
from benchmarks.works import Work

METRIC = "gql_executions_total"
COUNTED = Kind("counted", SERVE, ours=True, variables=(("GQL_API_METRICS", "true"),))
"""Ours, with metrics."""

NOT_TOLD = "not told"
FIRST, NEXT = 5, 10


async def executions(raw: Raw, server: Server, works: Sequence[Work]) -> str:
    """Return a table of what the server's metrics tell of each work: its first executions, then some more."""
    rows = []
    for work in works:
        before = _counted(server)
        for _ in range(FIRST):
            await checked(raw, server, work)
        warm = _counted(server)
        for _ in range(NEXT):
            await checked(raw, server, work)
        rows.append((work.name, _difference(before, warm), _difference(warm, _counted(server))))
        await database.clean(raw)
    return table(("work", f"the first {FIRST}", f"the next {NEXT}"), rows, texts=3)


def counted(exposition: str) -> Counter[str]:
    """Return how often operations were executed, by how, as Prometheus's text format tells it."""
    samples = (sample for family in text_string_to_metric_families(exposition) for sample in family.samples)
    return Counter({sample.labels["how"]: int(sample.value) for sample in samples if sample.name == METRIC})


def _counted(server: Server) -> Counter[str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    try:
        connection.request("GET", "/metrics")
        return counted(connection.getresponse().read().decode())
    finally:
        connection.close()


def _difference(before: Counter[str], after: Counter[str]) -> str:
    return ", ".join(f"{how} {number}" for how, number in sorted((after - before).items())) or NOT_TOLD
