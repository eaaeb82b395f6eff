"""What was measured as tables, in Markdown that is as well read as plain text."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from benchmarks.rounds import Sample
from benchmarks.servers import BEFORE, LIMIT, OURS, STOCK
from benchmarks.works import Work

BEGIN = "<!-- benchmark: `make bench` writes it -->\n"
END = "<!-- end of benchmark -->\n"
NONE = "-"
IT = "it"


def written(document: str, tables: str) -> str:
    """Return a document with these tables between its two marks, or at its end where it has none."""
    before, found, rest = document.partition(BEGIN)
    after = rest.partition(END)[2] if found else ""
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> str:
    """Return a table of which the first columns are texts, and the others numbers."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    left = [column < texts for column in range(len(head))]
    rule = ["-" * width if is_left else f"{'-' * (width - 1)}:" for width, is_left in zip(widths, left, strict=True)]
    return "".join(
        f"| {' | '.join(cell.ljust(width) if is_left else cell.rjust(width) for cell, width, is_left in cells)} |\n"
        for cells in (zip(line, widths, left, strict=True) for line in (head, rule, *lines[1:]))
    )


class Results:
    """The samples of all rounds."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._samples = {(sample.work, sample.server, sample.round): sample for sample in samples}
        self._servers = list(dict.fromkeys(server for _, server, _ in self._samples))
        self._rounds = sorted({number for _, _, number in self._samples})

    def middle(self, work: str, server: str, figure: Callable[[Sample], float]) -> float | None:
        """Return the median of a figure over the rounds."""
        return _median(figure(each) for each in self._of(work, server) if each)

    def ratio(self, work: str, server: str, other: str, figure: Callable[[Sample], float]) -> float | None:
        """Return the median of how a figure stands to that of another server in the same round."""
        pairs = zip(self._of(work, server), self._of(work, other), strict=True)
        return _median(figure(one) / figure(two) for one, two in pairs if one and two and figure(two))

    def speeds(self, works: Sequence[Work]) -> str:
        """Return the table of all works: one line for each server."""
        slower = [other for other in (BEFORE, STOCK) if other in self._servers]
        pairs = self._pairs(IT)
        head = ("work", "server", "CPU ms", *map(" ÷ ".join, pairs), "req/s", *(f"it ÷ {each}" for each in slower))
        rows = [
            (
                work.name if server == self._servers[0] else "",
                server,
                shown(self.middle(work.name, server, _cpu), 3),
                *(shown(self.ratio(work.name, *pair, _cpu), 2) for pair in self._pairs(server)),
                shown(self.middle(work.name, server, _rate), 0),
                *(shown(self.ratio(work.name, server, each, _rate), 2) for each in slower),
                shown(self.middle(work.name, server, lambda each: each.p50), 2),
                shown(self.middle(work.name, server, lambda each: each.p99), 2),
            )
            for work in works
            for server in self._servers
        ]
        return table((*head, "p50 ms", "p99 ms"), rows, texts=2)

    def growth(self, works: Sequence[Work]) -> str:
        """Return the table of one query for more and more rows."""
        pairs = self._pairs(OURS)
        head = ("rows", *(f"{server}: CPU ms" for server in self._servers), *map(" ÷ ".join, pairs))
        rows = [
            (
                str(work.stock.variables["limit"]),
                *(shown(self.middle(work.name, server, _cpu), 3) for server in self._servers),
                *(shown(self.ratio(work.name, *pair, _cpu), 2) for pair in pairs),
            )
            for work in works
        ]
        return table(head, rows)

    def _pairs(self, server: str) -> list[tuple[str, str]]:
        """Return which servers' CPU is compared where this one is meant: each ratio says how often the second goes
        into the first.
        """
        pairs = [(BEFORE, server), (STOCK, server), (server, LIMIT)]
        return [pair for pair in pairs if {*pair} - {server} <= {*self._servers}]

    def _of(self, work: str, server: str) -> list[Sample | None]:
        return [self._samples.get((work, server, number)) for number in self._rounds]


def shown(number: float | None, digits: int) -> str:
    return NONE if number is None else f"{number:,.{digits}f}"


def _cpu(sample: Sample) -> float:
    return sample.cpu


def _rate(sample: Sample) -> float:
    return sample.rate


def _median(numbers: Iterable[float]) -> float | None:
    found = list(numbers)
    return median(found) if found else None
