"""One artifact's life: what it was when, which rows decided that, and the sums that lead to its figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import duckdb

from pipelines.mapping.errors import MappingError
from pipelines.mapping.records import MILLISECOND

NEAR = 5
COLUMNS = (
    "interval_number", "entered_at", "left_at", "is_current", "is_ended_by_removal", "tool_state",
    "abstract_state", "artifact_type", "project", "is_flagged", "is_blocked", "is_inferred", "is_observed",
    "state_mapping_source", "state_mapping_row_id", "model", "flow_item", "flow_level",
    "flow_item_mapping_source",
    "flow_item_mapping_row_id", "product_id", "product_mapping_row_id", "team_id", "team_mapping_row_id",
    "flow_item_conflict", "product_conflict", "team_conflict",
)  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """A stretch of an artifact's timeline, with what each of its values meant and which row decided it."""

    interval_number: int
    entered_at: dt.datetime
    left_at: dt.datetime | None
    is_current: bool
    is_ended_by_removal: bool
    tool_state: str
    abstract_state: str | None
    artifact_type: str
    project: str
    is_flagged: bool
    is_blocked: bool
    is_inferred: bool
    is_observed: bool
    state_mapping_source: str
    state_mapping_row_id: str | None
    model: str | None
    flow_item: str | None
    flow_level: str | None
    flow_item_mapping_source: str
    flow_item_mapping_row_id: str | None
    product_id: str
    product_mapping_row_id: str | None
    team_id: str | None
    team_mapping_row_id: str | None
    flow_item_conflict: str | None
    product_conflict: str | None
    team_conflict: str | None

    @property
    def class_key(self) -> tuple[object, ...]:
        """All that makes its class: neighbours that share it are one line to a reader."""
        return (
            self.artifact_type, self.project, self.model, self.flow_item, self.flow_level, self.product_id,
            self.team_id, self.flow_item_mapping_row_id, self.product_mapping_row_id,
            self.team_mapping_row_id,
        )  # fmt: skip

    def milliseconds(self, as_of: dt.datetime) -> int:
        """How long it lasted, an open one up to as-of."""
        return ((self.left_at or as_of) - self.entered_at) // MILLISECOND


@dataclass(frozen=True)
class Sum:
    """A figure of an item, and how it comes about.

    Args:
        name: the figure's column in fct_flow_items
        unit: ms, ratio, count or time
        value: what the intervals come to; none where there is no such figure
        says: the arithmetic
    """

    name: str
    unit: str
    value: Any
    says: str


@dataclass(frozen=True)
class Life:
    """An artifact with its intervals.

    Args:
        artifact: what the tool says of it: artifact_id, artifact_key, title, url, connection, ...
        intervals: its timeline
        outcome: how it ended, and the row that decided that (none where no row did)
        as_of: the build's clock
    """

    artifact: dict[str, Any]
    intervals: Sequence[Interval]
    outcome: tuple[str | None, str | None]
    as_of: dt.datetime

    @property
    def started_at(self) -> dt.datetime | None:
        """S: start of the first active or waiting interval."""
        return next((i.entered_at for i in self.intervals if i.abstract_state in ("active", "waiting")), None)

    @property
    def first_completed_at(self) -> dt.datetime | None:
        """Start of the first done interval."""
        return next((i.entered_at for i in self.intervals if i.abstract_state == "done"), None)

    @property
    def completed_at(self) -> dt.datetime | None:
        """D: start of the last unbroken run of done intervals, if it is done now."""
        completed = None
        for interval in reversed(self.intervals):
            if interval.abstract_state != "done":
                break
            completed = interval.entered_at
        return completed

    @property
    def published(self) -> Interval:
        """The interval whose class is published: that of the completion, else the current one."""
        return next((i for i in self.intervals if i.entered_at == self.completed_at), self.intervals[-1])

    @property
    def is_removed(self) -> bool:
        """Whether it was gone from the tool before it was done."""
        return any(interval.is_ended_by_removal for interval in self.intervals)

    @property
    def bucket(self) -> str:
        """The bucket of artifact_accounting that it is in."""
        if self.is_removed:
            return "removed before completion"
        if self.published.flow_item is None:
            return "unmapped"
        return "excluded on purpose" if self.published.flow_item == "none" else "flow item"

    def sums(self) -> list[Sum]:
        """The figures of fct_flow_items that follow from the intervals, each with its arithmetic."""
        start, end = self.started_at, self.completed_at
        active, active_says = self._total(lambda i: i.abstract_state == "active")
        waiting, waiting_says = self._total(lambda i: i.abstract_state == "waiting")
        blocked, blocked_says = self._total(lambda i: i.is_blocked)
        unmapped, unmapped_says = self._total(
            lambda i: i.abstract_state is None and start is not None and i.entered_at >= start
        )
        sums = [
            Sum("started_at", "time", start, "first active or waiting interval"),
            Sum("first_completed_at", "time", self.first_completed_at, "first done interval"),
            Sum("completed_at", "time", end, "start of the last unbroken run of done"),
            Sum("active_seconds", "ms", active, active_says),
            Sum("waiting_seconds", "ms", waiting, waiting_says),
            Sum("blocked_seconds", "ms", blocked, blocked_says),
            Sum("unmapped_seconds", "ms", unmapped, unmapped_says),
        ]
        worked = active + waiting
        if end is not None and start is not None:
            elapsed = (end - start) // MILLISECOND
            sums += [
                Sum("flow_time_seconds", "ms", worked, "active + waiting"),
                Sum("elapsed_seconds", "ms", elapsed, self._elapsed(elapsed - worked)),
            ]
        if worked:
            sums.append(Sum("flow_efficiency", "ratio", active / worked, "active / (active + waiting)"))
        if end is not None:
            lead = (end - self.intervals[0].entered_at) // MILLISECOND
            sums.append(Sum("lead_time_seconds", "ms", lead, "completion - start of the timeline"))
        elif (
            start is not None
            and self.intervals[-1].abstract_state in ("active", "waiting")
            and not self.is_removed
        ):
            sums += [
                Sum("age_seconds", "ms", (self.as_of - start) // MILLISECOND, "as-of - start"),
                Sum("work_age_seconds", "ms", worked, "active + waiting so far"),
            ]
        sums += self._first_sums()
        states = [interval.abstract_state for interval in self.intervals]
        reopened = sum(a == "done" and b != "done" for a, b in pairwise(states))
        return [*sums, Sum("reopened_count", "count", reopened, "times that it left done")]

    def _first_sums(self) -> list[Sum]:
        first = self.first_completed_at
        if first is None:
            return []
        active, active_says = self._total(lambda i: i.abstract_state == "active" and i.entered_at < first)
        waiting, waiting_says = self._total(lambda i: i.abstract_state == "waiting" and i.entered_at < first)
        sums = [
            Sum("first_active_seconds", "ms", active, active_says),
            Sum("first_waiting_seconds", "ms", waiting, waiting_says),
        ]
        if self.started_at is not None and self.started_at < first:
            elapsed = (first - self.started_at) // MILLISECOND
            sums += [
                Sum(
                    "first_flow_time_seconds",
                    "ms",
                    active + waiting,
                    "active + waiting, up to the first completion",
                ),
                Sum("first_elapsed_seconds", "ms", elapsed, "first completion - start"),
            ]
        return sums

    def _elapsed(self, rest: int) -> str:
        return "completion - start" + (
            f"; {rest / 1000:,.15g} s of it back in new, done or unmapped states" if rest else ""
        )

    def _total(self, belongs: Any) -> tuple[int, str]:
        chosen = [interval for interval in self.intervals if belongs(interval)]
        lengths = [interval.milliseconds(self.as_of) for interval in chosen]
        parts = (
            f"{length / 1000:,.15g} (#{i.interval_number})" for i, length in zip(chosen, lengths, strict=True)
        )
        return sum(lengths), " + ".join(parts) or "no such interval"


def find_artifact(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """The id of the artifact that a user names by its key (of today or earlier), its id or its URL.

    Raises:
        MappingError: there is none, with those whose keys look like it; or several, with their ids
    """
    wanted = name.strip().rstrip("/").lower()
    rows = connection.execute(
        """
        select distinct artifact_id from intermediate.int_artifacts__artifacts
        where lower(artifact_id) = $1 or lower(artifact_key) = $1 or lower(rtrim(url, '/')) = $1
        """,
        [wanted],
    ).fetchall()
    if not rows:
        rows = connection.execute(
            """
            select distinct artifact_id from intermediate.int_artifacts__keys
            inner join intermediate.int_artifacts__artifacts using (artifact_id)
            where lower(int_artifacts__keys.artifact_key) = $1
            """,
            [wanted],
        ).fetchall()
    if len(rows) == 1:
        return str(rows[0][0])
    if rows:
        raise MappingError(
            f"'{name}' is the key of several artifacts: name one by its id: "
            f"{', '.join(sorted(artifact_id for (artifact_id,) in rows))}."
        )
    near = connection.execute(
        """
        select artifact_key from intermediate.int_artifacts__artifacts
        order by jaro_winkler_similarity(lower(artifact_key), $1) desc, artifact_key limit $2
        """,
        [wanted, NEAR],
    ).fetchall()
    guess = f" Did you mean {', '.join(key for (key,) in near)}?" if near else ""
    raise MappingError(f"There is no artifact with the key, id or URL '{name}'.{guess}")


def read_life(connection: duckdb.DuckDBPyConnection, artifact_id: str, as_of: dt.datetime) -> Life:
    """An artifact's life in a built warehouse.

    Raises:
        MappingError: the clock of the build stands before the artifact was created
    """
    names = (
        "artifact_id", "artifact_key", "title", "url", "connection", "tool", "resolution", "labels",
        "components",
    )  # fmt: skip
    row = connection.execute(
        f"select {', '.join(names)} from intermediate.int_artifacts__artifacts where artifact_id = ?",
        [artifact_id],
    ).fetchall()[0]
    intervals = connection.execute(
        f"""
        select {", ".join(f"intervals.{column}" for column in COLUMNS[:-3])}, flow_item_conflict,
            product_conflict, team_conflict
        from intermediate.int_classification__intervals as intervals
        left join intermediate.int_classification__classes using (situation_id)
        where artifact_id = ? order by interval_number
        """,
        [artifact_id],
    ).fetchall()
    if not intervals:
        raise MappingError(
            f"{row[1]} was created after {as_of:%Y-%m-%d %H:%M} UTC, the as-of of this build. Build with a "
            "later one to explain it."
        )
    outcome = connection.execute(
        f"select outcome, outcome_row_id from ({outcomes_sql('intermediate')}) where artifact_id = ?",
        [artifact_id],
    ).fetchall()[0]
    return Life(
        dict(zip(names, row, strict=True)), [Interval(*interval) for interval in intervals], outcome, as_of
    )


def outcomes_sql(schema: str) -> str:
    """SQL: one row per artifact with its outcome and the mapping row that decided it.

    That is the resolution's, else the one of the state in which the artifact was completed.
    """
    return f"""
        select
            items.artifact_id,
            items.outcome,
            case
                when resolutions.value is not null then resolutions.mapping_row_id
                else completing.state_mapping_row_id
            end as outcome_row_id
        from {schema}.int_flow__items as items
        inner join {schema}.int_artifacts__artifacts as artifacts using (artifact_id)
        left join {schema}.int_classification__values as resolutions
            on artifacts.connection = resolutions.connection and resolutions.field = 'resolution'
            and artifacts.resolution = resolutions.tool_value
        left join {schema}.int_classification__intervals as completing
            on items.artifact_id = completing.artifact_id and items.completed_at = completing.entered_at
            and completing.state_outcome is not null
    """
