"""The items behind a figure, and the arithmetic that leads from them to it.

Everything is counted here anew from single items and stays in states; the figure of the mart stands beside
the result and is not used for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from pipelines.mapping.errors import MappingError
from pipelines.mapping.figures import FIGURES
from pipelines.mapping.scratch import Settings, opened

FLOW_ITEMS = ("feature", "defect", "debt", "risk")
SCOPE_TYPES = ("product", "team", "value_stream", "art", "portfolio", "organisation")
PERCENTILES = {
    "flow_time_p50_seconds": 0.5,
    "flow_time_p85_seconds": 0.85,
    "flow_time_p95_seconds": 0.95,
}
MILLISECOND = dt.timedelta(milliseconds=1)
# Figures that velocity counts, and the durations of which flow time and efficiency are made.
COUNTED_SUMS = ("velocity", "delivered_estimate", "active_seconds", "waiting_seconds")


@dataclass(frozen=True)
class Place:
    """What a figure is of: a scope, a period, a flow level and a flow item (or all)."""

    scope_type: str
    scope_id: str
    period_type: str
    period_start: dt.date
    flow_level: str
    flow_item: str


@dataclass(frozen=True)
class Item:
    """A flow item as the policies of the build count it. Durations are whole milliseconds."""

    artifact_id: str
    key: str
    title: str
    product_id: str
    team_id: str | None
    value_stream_id: str | None
    flow_level: str
    flow_item: str
    estimate: float | None
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    outcome: str | None
    active_ms: int | None
    waiting_ms: int | None
    flow_time_ms: int | None

    @property
    def efficiency(self) -> float | None:
        """Active of active and waiting time; none without either."""
        if self.active_ms is None or self.waiting_ms is None or not self.active_ms + self.waiting_ms:
            return None
        return self.active_ms / (self.active_ms + self.waiting_ms)


@dataclass(frozen=True)
class Stay:
    """A stretch of time in which an artifact was in work as one class."""

    artifact_id: str
    key: str
    title: str
    entered_at: dt.datetime
    left_at: dt.datetime | None
    tool_state: str
    product_id: str
    team_id: str | None
    value_stream_id: str | None
    flow_level: str
    flow_item: str

    def covers(self, moment: dt.datetime) -> bool:
        """Whether the stay has this moment in it: its first instant is, its last is not."""
        return self.entered_at <= moment and (self.left_at is None or moment < self.left_at)

    def reaches(self, end: dt.datetime) -> bool:
        """Whether the stay lasts up to a period's end, which itself belongs to the next."""
        return self.entered_at < end and (self.left_at is None or end <= self.left_at)


@dataclass(frozen=True)
class Period:
    """A period of the reporting calendar; its bounds are UTC."""

    period_type: str
    start: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    is_complete: bool


@dataclass(frozen=True)
class Part:
    """What one item adds to a figure.

    Args:
        key: the item's key
        title: the item's title
        when: the moment that puts it into the period
        says: why it is there, in words
        value: what it adds; none where it only has its place in an order
    """

    key: str
    title: str
    when: dt.datetime | None
    says: str
    value: float | None


@dataclass(frozen=True)
class Explanation:
    """A figure, the items behind it, how they come to it, and what the mart says.

    Args:
        column: the figure
        parts: the items, each with what it adds
        sums: the arithmetic, a line a step
        value: the figure that follows from the parts
        published: the figure in the mart
    """

    column: str
    parts: Sequence[Part]
    sums: Sequence[str]
    value: float | None
    published: float | None

    @property
    def agrees(self) -> bool:
        """Whether the items come to the published figure."""
        if self.value is None or self.published is None:
            return self.value is None and self.published is None
        return abs(self.value - self.published) <= 1e-9 * max(1, abs(self.published))


class Records:
    """The items and stays of a built warehouse, and all that is needed to find those behind a figure."""

    def __init__(self, warehouse: Path) -> None:
        """Open a warehouse.

        Raises:
            MappingError: it is not there or not built
        """
        self._connection = opened(warehouse)
        self.settings = Settings.of(warehouse)
        self.as_of = self._rows("select as_of from build_settings")[0][0]

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, list(parameters)).fetchall()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open warehouse."""
        return self._connection

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """The names of all scopes, by type and key."""
        named = self._rows("""
            select 'product', product_id, product_name from dim_products
            union all select 'team', team_id, team_name from dim_teams
            union all select level, value_stream_id, value_stream_name from dim_value_streams
        """)
        return {("organisation", "organisation"): "Organisation"} | {
            (kind, key): name for kind, key, name in named
        }

    @cached_property
    def _ancestors(self) -> dict[str, set[tuple[str, str]]]:
        """The value stream itself and all that it is part of, as (level, key)."""
        streams = {
            key: (level, parent)
            for key, level, parent in self._rows(
                "select value_stream_id, level, parent_id from dim_value_streams"
            )
        }
        found: dict[str, set[tuple[str, str]]] = {}
        for stream in streams:
            step: str | None = stream
            line = found.setdefault(stream, set())
            while step is not None and step in streams and (streams[step][0], step) not in line:
                line.add((streams[step][0], step))
                step = streams[step][1]
        return found

    @cached_property
    def periods(self) -> dict[tuple[str, dt.date], Period]:
        """All periods, by type and first day."""
        rows = self._rows(
            "select period_type, period_start, starts_at, ends_at, is_complete from dim_periods"
        )
        return {(row[0], row[1]): Period(*row) for row in rows}

    @cached_property
    def items(self) -> list[Item]:
        """Every flow item, as the policies of this build count it."""
        policies = self.settings.policies
        first = "first_" if policies["completion"] == "first" else ""
        working = "working_" if policies["time"] == "working" else ""
        duration = "elapsed" if policies["duration"] == "elapsed" else "flow_time"
        rows = self._rows(f"""
            select artifact_id, artifact_key, title, product_id, team_id, value_stream_id, flow_level,
                flow_item, {first}estimate, started_at,
                case when {first}outcome is not null then {first}completed_at end, {first}outcome,
                {working}{first}active_seconds, {working}{first}waiting_seconds,
                {working}{first}{duration}_seconds
            from fct_flow_items order by artifact_id
        """)
        return [self._item(row) for row in rows]

    @staticmethod
    def _item(row: tuple[Any, ...]) -> Item:
        *named, started_at, completed_at, outcome = row[:-3]
        if started_at is not None and completed_at is not None and started_at >= completed_at:
            started_at = None  # what a first completion ends, a later start is no part of
        columns: list[Any] = [*named, started_at, completed_at, outcome, *map(_milliseconds, row[-3:])]
        return Item(*columns)

    @cached_property
    def stays(self) -> list[Stay]:
        """Every stretch of work in progress, with the class that it had then."""
        products = dict(self._rows("select product_id, value_stream_id from dim_products"))
        teams = dict(self._rows("select team_id, value_stream_id from dim_teams"))
        rows = self._rows("""
            select artifact_id, artifact_key, title, entered_at, left_at, intervals.tool_state, product_id,
                team_id, flow_level, flow_item
            from intermediate.int_classification__intervals as intervals
            inner join intermediate.int_artifacts__artifacts using (artifact_id)
            where abstract_state in ('active', 'waiting')
                and flow_item in ('feature', 'defect', 'debt', 'risk')
            order by artifact_id, entered_at
        """)
        return [
            Stay(*[*row[:8], teams.get(row[7]) if row[6] == "unassigned" else products.get(row[6]), *row[8:]])
            for row in rows
        ]

    def is_in(self, work: Item | Stay, scope_type: str, scope_id: str) -> bool:
        """Whether an item or a stay counts in a scope."""
        if scope_type == "organisation":
            return True
        if scope_type in ("product", "team"):
            return scope_id == (work.product_id if scope_type == "product" else work.team_id)
        return (scope_type, scope_id) in self._ancestors.get(work.value_stream_id or "", set())

    def published(self, place: Place, column: str) -> float | None:
        """The figure as its mart has it.

        Raises:
            MappingError: the mart has no such row
        """
        rows = self._rows(
            f"""
            select {column} from {FIGURES[column].mart} where scope_type = ? and scope_id = ?
                and period_type = ? and period_start = ? and flow_level = ? and flow_item = ?
            """,
            [
                place.scope_type, place.scope_id, place.period_type, place.period_start, place.flow_level,
                place.flow_item,
            ],
        )  # fmt: skip
        if not rows:
            raise MappingError(
                f"There is no figure of {place.scope_type} {place.scope_id} for the {place.period_type} of "
                f"{place.period_start} at the flow level {place.flow_level}: its first activity came later, "
                "or it has no such level."
            )
        return None if rows[0][0] is None else float(rows[0][0])

    def levels(self, scope_type: str, scope_id: str) -> list[str]:
        """The flow levels at which a scope is measured."""
        sql = "select distinct flow_level from flow_velocity where scope_type = ? and scope_id = ? order by 1"
        return [level for (level,) in self._rows(sql, [scope_type, scope_id])]


def explain_figure(records: Records, place: Place, column: str) -> Explanation:
    """The items behind a figure.

    Args:
        records: a built warehouse
        place: what the figure is of
        column: which figure of the five metric marts

    Raises:
        MappingError: there is no such figure
    """
    return explainer(records, place).explain(column, records.published(place, column))


class Explainer:
    """Explains all the figures of one place. Finding its items is the costly part, so they are found once."""

    def __init__(
        self, records: Records, place: Place, items: Sequence[Item] = (), stays: Sequence[Stay] = ()
    ) -> None:
        """Find the items of a place.

        Args:
            records: a built warehouse
            place: what the figures are of
            items: the items of the scope, if they are known already
            stays: the stays of the scope, if they are known already
        """
        period = records.periods.get((place.period_type, place.period_start))
        if period is None:
            raise MappingError(f"There is no {place.period_type} that begins on {place.period_start}.")
        self._as_of, self._period, self._place = records.as_of, period, place
        self._items = [item for item in items or records.items if self._is_here(records, item)]
        self._stays = [stay for stay in stays or records.stays if self._is_here(records, stay)]
        self._counts_cancelled = records.settings.policies["cancelled"] == "included"

    def _is_here(self, records: Records, work: Item | Stay) -> bool:
        place = self._place
        return (
            work.flow_level == place.flow_level
            and place.flow_item in ("all", work.flow_item)
            and records.is_in(work, place.scope_type, place.scope_id)
        )

    def explain(self, column: str, published: float | None) -> Explanation:
        """One figure. Shares need the place of all flow items: see `share`."""
        parts, sums, value = self._calculation(column)()
        return Explanation(column, parts, sums, value, published)

    def _calculation(self, column: str) -> Callable[[], Calculation]:
        if column in PERCENTILES:
            return lambda: self._percentile(PERCENTILES[column])
        if column in COUNTED_SUMS:
            return lambda: self._sum(column)
        return {
            "cancelled_count": self._cancelled,
            "arrivals": self._arrivals,
            "net_flow": self._net_flow,
            "share": self._share,
            "flow_time_avg_seconds": self._mean,
            "flow_time_item_count": self._timed_count,
            "flow_efficiency": self._efficiency,
            "flow_efficiency_item_median": self._median_efficiency,
            "load_end": self._load_end,
            "load_avg": self._load_avg,
            "load_max": self._load_max,
        }[column]

    def _falls_in(self, moment: dt.datetime | None) -> bool:
        return moment is not None and self._period.starts_at <= moment < self._period.ends_at

    @cached_property
    def _completed(self) -> list[Item]:
        return sorted(
            (item for item in self._items if self._falls_in(item.completed_at)),
            key=lambda item: (item.completed_at, item.key),
        )

    @cached_property
    def _counted(self) -> list[Item]:
        outcomes = ("delivered", "cancelled") if self._counts_cancelled else ("delivered",)
        return [item for item in self._completed if item.outcome in outcomes]

    @cached_property
    def _timed(self) -> list[Item]:
        timed = (item for item in self._counted if item.flow_time_ms is not None)
        return sorted(timed, key=lambda item: (item.flow_time_ms, item.key))

    @cached_property
    def _arrived(self) -> list[Item]:
        arrived = (item for item in self._items if self._falls_in(item.started_at))
        return sorted(arrived, key=lambda item: (item.started_at, item.key))

    def _sum(self, column: str) -> Calculation:
        values: dict[str, Callable[[Item], float]] = {
            "velocity": lambda item: 1,
            "delivered_estimate": lambda item: item.estimate or 0,
            "active_seconds": lambda item: (item.active_ms or 0) / 1000,
            "waiting_seconds": lambda item: (item.waiting_ms or 0) / 1000,
        }
        parts = [_completion(item, values[column](item)) for item in self._counted]
        total = sum(part.value or 0 for part in parts)
        if column in ("active_seconds", "waiting_seconds"):
            name = column.replace("_seconds", "_ms")
            total = sum(getattr(item, name) or 0 for item in self._counted) / 1000
        return parts, [f"{len(parts)} items add up to {total:,.15g}"], total

    def _cancelled(self) -> Calculation:
        parts = [_completion(item, 1) for item in self._completed if item.outcome == "cancelled"]
        return parts, [f"{len(parts)} items were cancelled"], len(parts)

    def _arrivals(self) -> Calculation:
        parts = [Part(item.key, item.title, item.started_at, "work began", 1) for item in self._arrived]
        return parts, [f"work on {len(parts)} items began"], len(parts)

    def _net_flow(self) -> Calculation:
        begun = [Part(item.key, item.title, item.started_at, "work began", 1) for item in self._arrived]
        ended = [_completion(item, -1) for item in self._completed if item.started_at is not None]
        parts = sorted([*begun, *ended], key=lambda part: (part.when, part.key))
        sums = [
            f"{len(begun)} began - {len(ended)} that had a start were completed = {len(begun) - len(ended)}"
        ]
        return parts, sums, len(begun) - len(ended)

    def _share(self) -> Calculation:
        whole = len(self.whole._counted)
        parts = [_completion(item, 1) for item in self._counted]
        if not whole:
            return parts, ["nothing was completed that counts: there is no share"], None
        value = len(parts) / whole
        return parts, [f"{len(parts)} of {whole} items of all four flow items = {value:.15g}"], value

    @cached_property
    def whole(self) -> Explainer:
        """The same place with all four flow items, of which a share is one; set where it is known already."""
        raise AssertionError("an explainer of one flow item is told its whole")

    def _mean(self) -> Calculation:
        parts = [_completion(item, _seconds(item.flow_time_ms)) for item in self._timed]
        if not parts:
            return parts, [_NO_TIMES], None
        total = sum(item.flow_time_ms or 0 for item in self._timed)
        value = total / len(parts) / 1000
        return (
            parts,
            [f"{total / 1000:,.15g} s of {len(parts)} items / {len(parts)} = {value:,.15g} s"],
            value,
        )

    def _timed_count(self) -> Calculation:
        parts = [_completion(item, 1) for item in self._timed]
        rest = len(self._counted) - len(parts)
        return parts, [f"{len(parts)} of the completed items have a flow time, {rest} have none"], len(parts)

    def _percentile(self, share: float) -> Calculation:
        parts = [_completion(item, _seconds(item.flow_time_ms)) for item in self._timed]
        value, sums = interpolated([part.value or 0 for part in parts], share, "s")
        return parts, sums or [_NO_TIMES], value

    def _efficiency(self) -> Calculation:
        timed = [item for item in self._counted if item.efficiency is not None]
        parts = [_completion(item, item.efficiency) for item in timed]
        active = sum(item.active_ms or 0 for item in timed)
        waiting = sum(item.waiting_ms or 0 for item in timed)
        if not active + waiting:
            return parts, ["no time in work was seen: there is no efficiency"], None
        value = active / (active + waiting)
        sums = [
            f"active {active / 1000:,.15g} s, waiting {waiting / 1000:,.15g} s",
            f"{active / 1000:,.15g} / ({active / 1000:,.15g} + {waiting / 1000:,.15g}) = {value:.15g}",
        ]
        return parts, sums, value

    def _median_efficiency(self) -> Calculation:
        timed = sorted(
            (item for item in self._counted if item.efficiency is not None),
            key=lambda item: (item.efficiency, item.key),
        )
        parts = [_completion(item, item.efficiency) for item in timed]
        value, sums = interpolated([part.value or 0 for part in parts], 0.5, "")
        return parts, sums or ["no time in work was seen: there is no efficiency"], value

    def _in_work_at(self, moment: dt.datetime) -> dict[str, Stay]:
        return {stay.artifact_id: stay for stay in self._stays if stay.covers(moment)}

    def _in_work_at_end(self) -> dict[str, Stay]:
        if not self._period.is_complete:
            return self._in_work_at(self._as_of)
        return {stay.artifact_id: stay for stay in self._stays if stay.reaches(self._period.ends_at)}

    def _load_end(self) -> Calculation:
        before = {stay.artifact_id: stay for stay in self._stays if stay.reaches(self._period.starts_at)}
        after = self._in_work_at_end()
        entered, left = after.keys() - before.keys(), before.keys() - after.keys()
        parts = [
            Part(stay.key, stay.title, stay.entered_at, _standing(stay, key in entered), 1)
            for key, stay in sorted(after.items(), key=lambda pair: (pair[1].entered_at, pair[1].key))
        ]
        gone = ", ".join(sorted(before[key].key for key in left)) or "none"
        sums = [
            f"{len(before)} were in work when the {self._period.period_type} began",
            f"{len(entered)} of those in work at its end came in since",
            f"{len(left)} left: {gone}",
            f"{len(before)} + {len(entered)} - {len(left)} = {len(after)}",
        ]
        return parts, sums, len(after)

    def _load_avg(self) -> Calculation:
        start, until = self._period.starts_at, min(self._period.ends_at, self._as_of)
        elapsed = (until - start) // MILLISECOND
        if not elapsed:
            parts, _, value = self._load_end()
            return parts, ["nothing of the period has passed: it has the load of its first moment"], value
        spent: dict[str, int] = {}
        shown: dict[str, Stay] = {}
        for stay in self._stays:
            overlap = (min(stay.left_at or until, until) - max(stay.entered_at, start)) // MILLISECOND
            if overlap > 0:
                spent[stay.artifact_id] = spent.get(stay.artifact_id, 0) + overlap
                shown.setdefault(stay.artifact_id, stay)
        parts = [
            Part(
                shown[key].key,
                shown[key].title,
                shown[key].entered_at,
                "seconds in work in the period",
                ms / 1000,
            )
            for key, ms in sorted(spent.items(), key=lambda pair: (-pair[1], shown[pair[0]].key))
        ]
        total = sum(spent.values())
        value = total / elapsed
        sums = [f"{total / 1000:,.15g} s in work / {elapsed / 1000:,.15g} s that passed = {value:.15g}"]
        return parts, sums, value

    def _load_max(self) -> Calculation:
        highest, moment = self._highest()
        parts = [
            Part(stay.key, stay.title, stay.entered_at, f"in {stay.tool_state}", 1)
            for stay in sorted(
                self._in_work_at(moment).values(), key=lambda stay: (stay.entered_at, stay.key)
            )
        ]
        return (
            parts,
            [f"at {moment:%Y-%m-%d %H:%M:%S} UTC, {highest} were in work, the most of the period"],
            highest,
        )

    def _highest(self) -> tuple[int, dt.datetime]:
        """The most items in work at any moment of the period, and the first such moment."""
        start = self._period.starts_at
        load = len(self._in_work_at(start))
        steps: dict[dt.datetime, int] = {}
        for stay in self._stays:
            for moment, step in ((stay.entered_at, 1), (stay.left_at, -1)):
                if moment is not None and start < moment <= self._as_of and moment < self._period.ends_at:
                    steps[moment] = steps.get(moment, 0) + step
        highest, when = load, start
        for moment in sorted(steps):
            load += steps[moment]
            if load > highest:
                highest, when = load, moment
        return highest, when


Calculation = tuple[list[Part], list[str], float | None]
_NO_TIMES = "nothing with a flow time was completed: there is no figure"


def explainer(records: Records, place: Place) -> Explainer:
    """An explainer of every figure of a place, shares included."""
    found = Explainer(records, place)
    if place.flow_item == "all":
        found.whole = found
    else:
        found.whole = Explainer(records, Place(**{**vars(place), "flow_item": "all"}))
    return found


def interpolated(values: Sequence[float], share: float, unit: str) -> tuple[float | None, list[str]]:
    """The value that lies a share of the way through ordered values, and how it is found."""
    if not values:
        return None, []
    if len(values) == 1:
        return values[0], [f"the only value is {values[0]:,.15g}" + (f" {unit}" if unit else "")]
    way = (len(values) - 1) * share
    lower = int(way)
    upper = min(lower + 1, len(values) - 1)
    rest = way - lower
    low, high = values[lower], values[upper]
    value = low + (high - low) * rest
    end = f" {unit}" if unit else ""
    return value, [
        f"{len(values)} values are {len(values) - 1} steps apart: {share:g} x {len(values) - 1} = {way:.6g}",
        f"number {lower + 1} is {low:,.15g}{end}, number {upper + 1} is {high:,.15g}{end}",
        f"{low:,.15g} + {rest:.6g} x ({high:,.15g} - {low:,.15g}) = {value:,.15g}{end}",
    ]


def _completion(item: Item, value: float | None) -> Part:
    return Part(item.key, item.title, item.completed_at, item.outcome or "", value)


def _standing(stay: Stay, has_entered: bool) -> str:
    return f"in {stay.tool_state}" + (", came in" if has_entered else "")


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def figure_column(name: str) -> str:
    """The column that a user means: its name, with or without `_seconds`.

    Raises:
        MappingError: there is none; with what it could be
    """
    for candidate in (name, f"{name}_seconds"):
        if candidate in FIGURES:
            return candidate
    near = get_close_matches(name, FIGURES, n=3, cutoff=0.4)
    raise MappingError(
        f"There is no figure '{name}'. "
        + (f"Did you mean {' or '.join(near)}? " if near else "")
        + f"There are {', '.join(FIGURES)}."
    )


def find_scope(records: Records, scope_type: str, name: str) -> str:
    """The key of a scope that a user names by its key or name.

    Raises:
        MappingError: there is none; with those that look like it
    """
    known = {key: title for (kind, key), title in records.names.items() if kind == scope_type}
    for key, title in known.items():
        if name.strip().lower() in (key.lower(), title.lower()):
            return key
    near = get_close_matches(
        name.lower(), [*known, *(title.lower() for title in known.values())], n=3, cutoff=0.5
    )
    guess = f"Did you mean {' or '.join(dict.fromkeys(near))}? " if near else ""
    listed = ", ".join(sorted(known)) or "none"
    raise MappingError(f"There is no {scope_type.replace('_', ' ')} '{name}'. {guess}There are {listed}.")


def find_period(records: Records, period_type: str, text: str) -> dt.date:
    """The first day of the period that a user names: `2026-03`, `2026-Q1`, `2026-W10`, or by a day of it.

    Raises:
        MappingError: it is no period, or the warehouse has none there
    """
    day = _day(period_type, text.strip())
    known = sorted(start for kind, start in records.periods if kind == period_type)
    found = max((start for start in known if day is not None and start <= day), default=None)
    if day is None or found is None or not known or day >= _end(records, period_type, known[-1]):
        examples = {
            "day": "2026-03-05",
            "week": "2026-W10",
            "month": "2026-03",
            "quarter": "2026-Q1",
            "year": "2026",
        }
        span = f"from {known[0]} to {known[-1]}" if known else "of none"
        raise MappingError(
            f"--{period_type} {text} names no {period_type} of this warehouse, which has figures {span}: "
            f"write it as {examples[period_type]}."
        )
    return found


def _end(records: Records, period_type: str, start: dt.date) -> dt.date:
    later = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[period_type]
    if period_type in ("day", "week"):
        return start + dt.timedelta(days=later)
    months = {"month": 1, "quarter": 3, "year": 12}[period_type]
    return dt.date(start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1, 1)


def _day(period_type: str, text: str) -> dt.date | None:
    """The first day of what the text names; none if it is nothing of the kind."""
    for form in _forms(period_type):
        try:
            if form == "quarter":
                year, _, quarter = text.upper().replace("-", "").partition("Q")
                return dt.date(int(year), 3 * int(quarter) - 2, 1)
            if form == "week":
                year, _, week = text.upper().replace("-", "").partition("W")
                return dt.date.fromisocalendar(int(year), int(week), 1)
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    return None


def _forms(period_type: str) -> Iterator[str]:
    yield "%Y-%m-%d"
    if period_type in ("quarter", "week"):
        yield period_type
    if period_type == "month":
        yield "%Y-%m"
    if period_type == "year":
        yield "%Y"
