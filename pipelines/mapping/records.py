"""The items and stays of a built warehouse, of which every figure is counted anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import duckdb

from pipelines.mapping.errors import MappingError
from pipelines.mapping.figures import Figure
from pipelines.mapping.scratch import Settings, opened

FLOW_ITEMS = ("feature", "defect", "debt", "risk")
MILLISECOND = dt.timedelta(milliseconds=1)
# The period that has no calendar: the weeks up to as-of, against which open work is held.
RECENT = "recent"


class Classed(Protocol):
    """What counts in the scopes of its class."""

    @property
    def product_id(self) -> str:
        """The product."""

    @property
    def team_id(self) -> str | None:
        """The team, if there is one."""

    @property
    def value_stream_id(self) -> str | None:
        """The value stream of the product, if there is one."""


Names = Mapping[tuple[str, str], str]


class MartRow(Protocol):
    """The row of a mart in which a figure stands."""

    @property
    def key(self) -> dict[str, object]:
        """The columns that find it, each with what it holds there."""

    @property
    def missing(self) -> str:
        """Why the mart may have no such row."""

    def heading(self, names: Names) -> str:
        """What its figures are of, in words; with the names of scopes, by type and key."""


@dataclass(frozen=True)
class Place:
    """What a figure is of: a scope, a period, a flow level, a flow item (or all), some a tool state."""

    scope_type: str
    scope_id: str
    period_type: str
    period_start: dt.date
    flow_level: str
    flow_item: str
    tool_state: str | None = None

    @property
    def series(self) -> tuple[str, str, str, str]:
        """What it is of, whenever."""
        return self.scope_type, self.scope_id, self.flow_level, self.flow_item

    @property
    def key(self) -> dict[str, object]:
        """The columns that find its row in a mart, each with what it holds there."""
        key: dict[str, object] = dict(vars(self))
        if self.period_type == RECENT:
            del key["period_type"], key["period_start"]
        if self.tool_state is None:
            del key["tool_state"]
        return key

    @property
    def missing(self) -> str:
        """Why a mart may have no row for it."""
        scope = f"{self.scope_type} {self.scope_id}"
        if self.tool_state is not None:
            return (
                f"There is no figure of {scope} in the state {self.tool_state} for the {self.period_type} "
                f"of {self.period_start} at the flow level {self.flow_level}: nothing was or happened in it "
                "then."
            )
        if self.period_type == RECENT:
            return (
                f"There is no figure of {scope} from {self.period_start} on at the flow level "
                f"{self.flow_level}: nothing with a flow time was delivered since."
            )
        return (
            f"There is no figure of {scope} for the {self.period_type} of {self.period_start} at the flow "
            f"level {self.flow_level}: its first activity came later, or it has no such level."
        )

    def heading(self, names: Names) -> str:
        """What it is, in words; with the names of scopes, by type and key."""
        name = names.get((self.scope_type, self.scope_id), self.scope_id)
        level = "" if self.flow_level == "item" else f", level {self.flow_level}"
        items = "all flow items" if self.flow_item == "all" else self.flow_item
        when = "the weeks from" if self.period_type == RECENT else f"{self.period_type} of"
        state = f", in {self.tool_state}" if self.tool_state else ""
        return f"{name}, {when} {self.period_start}, {items}{level}{state}"


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
    """A stretch of time in which an artifact was in one state as one class.

    Args:
        position: its place among all stays of the artifact, the first is 0
        abstract_state: what the tool's state means; none where nobody mapped it
        outcome: of a stay in done, what the work came to
        flow_item: what it was then: `none` where it is left out, none where nobody mapped it
    """

    artifact_id: str
    key: str
    title: str
    position: int
    entered_at: dt.datetime
    left_at: dt.datetime | None
    tool_state: str
    abstract_state: str | None
    outcome: str | None
    is_ended_by_removal: bool
    product_id: str
    team_id: str | None
    value_stream_id: str | None
    flow_level: str | None
    flow_item: str | None

    @property
    def is_in_work(self) -> bool:
        """Whether it is a flow item's, and active or waiting."""
        return self.abstract_state in ("active", "waiting") and self.flow_item in FLOW_ITEMS

    def covers(self, moment: dt.datetime) -> bool:
        """Whether the stay has this moment in it: its first instant is, its last is not."""
        return self.entered_at <= moment and (self.left_at is None or moment < self.left_at)

    def reaches(self, end: dt.datetime) -> bool:
        """Whether the stay lasts up to a period's end, which itself belongs to the next."""
        return self.entered_at < end and (self.left_at is None or end <= self.left_at)

    def milliseconds(self, start: dt.datetime, until: dt.datetime) -> int:
        """How long the stay lasted between two moments."""
        end = until if self.left_at is None else min(self.left_at, until)
        return max((end - max(self.entered_at, start)) // MILLISECOND, 0)


@dataclass(frozen=True)
class Period:
    """A period of the reporting calendar; its bounds are UTC."""

    period_type: str
    start: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    is_complete: bool


class Records:
    """The items and stays of a built warehouse, and all that is needed to find those behind a figure."""

    def __init__(self, warehouse: Path) -> None:
        """Open a warehouse.

        Raises:
            MappingError: it is not there or not built
        """
        self._connection = opened(warehouse)
        self.settings = Settings.of(warehouse)
        self.as_of: dt.datetime = self._rows("select as_of from build_settings")[0][0]

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
    def timelines(self) -> dict[str, list[Stay]]:
        """Every artifact's stays, in their order, with the class that it had then."""
        products = dict(self._rows("select product_id, value_stream_id from dim_products"))
        teams = dict(self._rows("select team_id, value_stream_id from dim_teams"))
        rows = self._rows("""
            select artifact_id, artifact_key, title,
                row_number() over (partition by artifact_id order by interval_number) - 1,
                entered_at, left_at, intervals.tool_state, abstract_state,
                case
                    when abstract_state = 'done'
                        then coalesce(
                            case when entered_at = completed_at then outcome end, state_outcome, 'delivered'
                        )
                end,
                is_ended_by_removal, intervals.product_id, intervals.team_id, intervals.flow_level,
                intervals.flow_item
            from intermediate.int_classification__intervals as intervals
            inner join intermediate.int_artifacts__artifacts using (artifact_id)
            left join intermediate.int_flow__items as items using (artifact_id)
            order by artifact_id, interval_number
        """)
        found: dict[str, list[Stay]] = {}
        for *state, product, team, level, flow_item in rows:
            stream = teams.get(team) if product == "unassigned" else products.get(product)
            columns: list[Any] = [*state, product, team, stream, level, flow_item]
            found.setdefault(state[0], []).append(Stay(*columns))
        return found

    @cached_property
    def connections(self) -> list[str]:
        """The connections of which something was loaded."""
        return [
            name for (name,) in self._rows("select distinct connection from artifact_accounting order by 1")
        ]

    def neighbours(self, stay: Stay) -> tuple[Stay | None, Stay | None]:
        """The stays of the same artifact before and after one."""
        timeline = self.timelines[stay.artifact_id]
        before = timeline[stay.position - 1] if stay.position else None
        after = timeline[stay.position + 1] if stay.position + 1 < len(timeline) else None
        return before, after

    @cached_property
    def recent(self) -> Period:
        """The weeks up to as-of that count as lately."""
        (start,) = self._rows("select recent_from from build_settings")[0]
        days = [period for (kind, _), period in self.periods.items() if kind == "day"]
        first = min((day for day in days if day.start >= start), key=lambda day: day.start)
        return Period(RECENT, start, first.starts_at, max(day.ends_at for day in days), False)

    def period(self, place: Place) -> Period:
        """The period of a figure.

        Raises:
            MappingError: there is none that begins then
        """
        if place.period_type == RECENT:
            return self.recent
        found = self.periods.get((place.period_type, place.period_start))
        if found is None:
            raise MappingError(f"There is no {place.period_type} that begins on {place.period_start}.")
        return found

    def work(self, place: Place) -> Work:
        """What the figures of a place are counted from. Finding it is the costly part, so it is kept."""
        return self._work.setdefault(place.series, Work(self, place))

    @cached_property
    def _work(self) -> dict[tuple[str, str, str, str], Work]:
        return {}

    def is_in(self, work: Classed, scope_type: str, scope_id: str) -> bool:
        """Whether work of a class counts in a scope."""
        if scope_type == "organisation":
            return True
        if scope_type in ("product", "team"):
            return scope_id == (work.product_id if scope_type == "product" else work.team_id)
        return (scope_type, scope_id) in self._ancestors.get(work.value_stream_id or "", set())

    def published(self, row: MartRow, figure: Figure) -> float | None:
        """The figure as its mart has it.

        Raises:
            MappingError: the mart has no such row
        """
        conditions = " and ".join(f"{column} = ?" for column in row.key)
        rows = self._rows(
            f"select {figure.column} from {figure.mart} where {conditions}", list(row.key.values())
        )
        if not rows:
            raise MappingError(row.missing)
        return None if rows[0][0] is None else float(rows[0][0])

    def tool_states(self, place: Place) -> list[str]:
        """The tool states in which a scope's work ever was."""
        return sorted(self.work(place).stays_by_state)

    def levels(self, scope_type: str, scope_id: str) -> list[str]:
        """The flow levels at which a scope is measured."""
        sql = "select distinct flow_level from flow_velocity where scope_type = ? and scope_id = ? order by 1"
        return [level for (level,) in self._rows(sql, [scope_type, scope_id])]


class Work:
    """What a scope has at a flow level of one flow item or of all: its figures come from it."""

    def __init__(self, records: Records, place: Place) -> None:
        self._records, self._place = records, place
        self._milliseconds: dict[tuple[dt.datetime, dt.datetime], int] = {}

    @cached_property
    def items(self) -> list[Item]:
        """The flow items, by what they are published as."""
        candidates = self._records.items if self._is_whole else self._whole.items
        return [item for item in candidates if self._has(item)]

    @cached_property
    def stays(self) -> list[Stay]:
        """The stays of what was here at the time, in whatever state."""
        if not self._is_whole:
            return [stay for stay in self._whole.stays if self._has(stay)]
        return [stay for stays in self._records.timelines.values() for stay in stays if self._has(stay)]

    @cached_property
    def stays_in_work(self) -> list[Stay]:
        """The stays of what was in work here at the time."""
        return [stay for stay in self.stays if stay.is_in_work]

    @cached_property
    def stays_by_state(self) -> dict[str, list[Stay]]:
        """The same by tool state."""
        found: dict[str, list[Stay]] = {}
        for stay in self.stays_in_work:
            found.setdefault(stay.tool_state, []).append(stay)
        return found

    def milliseconds_in_work(self, start: dt.datetime, until: dt.datetime) -> int:
        """How long all work took between two moments. Each tool state's share asks for it, so it is kept."""
        if (start, until) not in self._milliseconds:
            total = sum(stay.milliseconds(start, until) for stay in self.stays_in_work)
            self._milliseconds[start, until] = total
        return self._milliseconds[start, until]

    def has_in_work(self, stay: Stay | None) -> bool:
        """Whether a stay is work in progress, and here."""
        return stay is not None and stay.is_in_work and self._has(stay)

    @property
    def _is_whole(self) -> bool:
        return self._place.flow_item == "all"

    @property
    def _whole(self) -> Work:
        return self._records.work(replace(self._place, flow_item="all"))

    def _has(self, work: Item | Stay) -> bool:
        place = self._place
        return (
            work.flow_level == place.flow_level
            and place.flow_item in ("all", work.flow_item)
            and self._records.is_in(work, place.scope_type, place.scope_id)
        )


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
