"""Compares a built warehouse with the demo's truth, cell by cell."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.demo.clock import midnight, moment
from pipelines.demo.organisation import REPORTING_TIME_ZONE
from pipelines.demo.truth import Figure, Key, Life, Row, Truth, period_of

FLOW_MARTS = ("flow_velocity", "flow_distribution", "flow_time", "flow_efficiency", "flow_load")
KEY_COLUMNS = ("scope_type", "scope_id", "period_type", "period_start", "flow_level", "flow_item")
BUCKETS = ("duplicate", "removed_before_completion", "unmapped", "excluded", "flow_item")
RELATIVE_TOLERANCE = 1e-9
Found = dict[tuple[Any, ...], tuple[Figure, ...]]  # a mart's values by key
MOST_ITEMS = 5  # named behind a difference


@dataclass(frozen=True)
class Difference:
    """A cell in which the warehouse and the truth disagree; `items` are some that the cell rests on."""

    mart: str
    key: tuple[object, ...]
    column: str
    expected: object
    found: object
    items: tuple[str, ...] = ()

    def __str__(self) -> str:
        key = " ".join(str(part) for part in self.key)
        behind = f"  <- {', '.join(self.items)}" if self.items else ""
        return f"{self.mart} [{key}] {self.column}: expected {self.expected!r}, found {self.found!r}{behind}"


def compare(database: Path, truth: Truth) -> list[Difference]:
    """Every difference between the marts of a built warehouse and the truth, in a readable order.

    Counts, texts, dates and times must be equal; other figures within a relative 1e-9. A row that only one
    side has is one difference, in the column `(row)`.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        return [
            *_compare_items(connection, truth),
            *_compare_accounting(connection, truth),
            *_compare_gaps(connection, truth),
            *_compare_metrics(connection, truth),
        ]


def _compare_items(connection: duckdb.DuckDBPyConnection, truth: Truth) -> Iterator[Difference]:
    """Figures of section 4, of the items whose published class is one of the four."""
    expected = {
        (life.item.artifact_id,): truth.item_row(life) for life in truth.lives if life.published.is_flow
    }
    columns = list(next(iter(expected.values())))
    found = _read(connection, "fct_flow_items", ("artifact_id",), columns)
    for key, column, right, wrong in _cells(expected, found):
        yield Difference("fct_flow_items", key, column, right, wrong)


def _compare_accounting(connection: duckdb.DuckDBPyConnection, truth: Truth) -> Iterator[Difference]:
    """Every bucket of every connection, empty ones too."""
    counts = truth.accounting()
    connections = sorted({key[:2] for key in counts})
    expected: dict[tuple[object, ...], Row] = {
        (*connection_tool, bucket): {"artifact_count": counts.get((*connection_tool, bucket), 0)}
        for connection_tool in connections
        for bucket in BUCKETS
    }
    found = _read(connection, "artifact_accounting", ("connection", "tool", "bucket"), ["artifact_count"])
    for key, column, right, wrong in _cells(expected, found):
        yield Difference("artifact_accounting", key, column, right, wrong)


def _compare_gaps(connection: duckdb.DuckDBPyConnection, truth: Truth) -> Iterator[Difference]:
    """What nobody has mapped, and what is contradicted: by connection, seed and value, how many artifacts."""
    expected: dict[tuple[object, ...], Row] = {
        key: {"artifact_count": count} for key, count in truth.gaps().items()
    }
    columns = ("connection", "seed", "gap_type", "tool_value")
    connection.execute(  # a conflict has a row for each pair of mapping rows that contradict each other
        f"""
        create temp view mapping_gap_totals as
        select {", ".join(columns)}, cast(sum(artifact_count) as bigint) as artifact_count
        from mapping_gaps group by all
        """
    )
    found = _read(connection, "mapping_gap_totals", columns, ["artifact_count"])
    for key, column, right, wrong in _cells(expected, found):
        yield Difference("mapping_gaps", key, column, right, wrong)


def _compare_metrics(connection: duckdb.DuckDBPyConnection, truth: Truth) -> Iterator[Difference]:
    """The five metrics of every scope, period, level and flow item, and the products' side by side."""
    rows = list(truth.rows())
    for mart in FLOW_MARTS:
        expected = {key: {**figures["period"], **figures[mart]} for key, figures in rows}
        columns = list(rows[0][1]["period"]) + list(rows[0][1][mart])
        found = _read(connection, mart, KEY_COLUMNS, columns)
        yield from _metric_differences(mart, expected, found, truth)
    expected = {
        key: {name: value for figures in by_mart.values() for name, value in figures.items()}
        for key, by_mart in rows
        if key[0] == "product"
    }
    columns = list(next(iter(expected.values())))
    by_product = _read(connection, "product_flow_metrics", ("product_id", *KEY_COLUMNS[2:]), columns)
    found = {("product", *key): values for key, values in by_product.items()}
    yield from _metric_differences("product_flow_metrics", expected, found, truth)


def _metric_differences(
    mart: str, expected: dict[Key, Row], found: Found, truth: Truth
) -> Iterator[Difference]:
    for key, column, right, wrong in _cells(expected, found):
        yield Difference(mart, key, column, right, wrong, items_behind(truth, key))


def _read(
    connection: duckdb.DuckDBPyConnection, mart: str, keys: Sequence[str], columns: Sequence[str]
) -> Found:
    """A mart's values by key, in the order of the columns. One that it lacks is read as text that says so."""
    present = {row[0] for row in connection.execute(f"describe {mart}").fetchall()}
    selected = [name if name in present else f"'no such column' as {name}" for name in (*keys, *columns)]
    rows = connection.execute(f"select {', '.join(selected)} from {mart}").fetchall()
    found = {row[: len(keys)]: tuple(map(_plain, row[len(keys) :])) for row in rows}
    assert len(found) == len(rows), f"{mart} has several rows for one key"
    return found


def _plain(value: Any) -> Figure:
    """A database value in the truth's form: times as text in UTC to the millisecond."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    plain: Figure = value
    return plain


def _cells(expected: dict[Any, Row], found: Found) -> Iterator[tuple[tuple[Any, ...], str, object, object]]:
    """Each cell that differs: key, column, expected, found."""
    for key, row in expected.items():
        other = found.get(key)
        if other is None:
            yield key, "(row)", "present", "missing"
            continue
        if tuple(row.values()) == other:
            continue
        for (column, value), stored in zip(row.items(), other, strict=True):
            if not _is_same(value, stored):
                yield key, column, value, stored
    for key in found.keys() - expected.keys():
        yield key, "(row)", "absent", "present"


def _is_same(expected: Figure, found: Figure) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(expected, found, rel_tol=RELATIVE_TOLERANCE)
    return expected == found


def items_behind(truth: Truth, key: tuple[Any, ...]) -> tuple[str, ...]:
    """Some items that finished, started or changed class in a cell's scope and period."""
    scope_type, scope_id, period_type, period_start, _, flow_item = key
    if not isinstance(period_start, date):
        return ()
    period = period_of(str(period_type), period_start)
    start, end = (midnight(day, REPORTING_TIME_ZONE) for day in (period.first_day, period.next_day))
    found = [
        f"{life.item.artifact_id} {life.item.keys[-1][1] if life.item.keys else ''} ({life.outcome}, "
        f"{'; '.join(f'{moment(i.start):%m-%d %H:%M:%S} {i.state}' for i in life.intervals)})"
        for life in truth.lives
        if _is_touched(truth, life, (str(scope_type), str(scope_id)), str(flow_item), start, end)
    ]
    return tuple(found[:MOST_ITEMS])


def _is_touched(
    truth: Truth, life: Life, scope: tuple[str, str], flow_item: str, start: int, end: int
) -> bool:
    return any(
        start <= interval.start < end
        and scope in truth.scopes(interval.product, interval.team)
        and flow_item in ("all", interval.kind.flow_item)
        for interval in life.intervals
    )


def summary(differences: Sequence[Difference], most: int = 40) -> str:
    """The differences as text: how many by mart and column, then the first of them."""
    counts: dict[tuple[str, str], int] = {}
    for difference in differences:
        place = (difference.mart, difference.column)
        counts[place] = counts.get(place, 0) + 1
    lines = [f"{len(differences)} differences"]
    lines += [f"  {mart}.{column}: {count}" for (mart, column), count in sorted(counts.items())]
    lines += [str(difference) for difference in differences[:most]]
    return "\n".join(lines)
