"""How far load and velocity can be trusted, and where the artifacts of a connection went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Any

from pipelines.mapping.figure_family import Calculation, Family, Part
from pipelines.mapping.records import Names, Records

TRUSTED = ("load", "velocity")
BUCKETS = {
    "duplicate": "the same work as an artifact of another tool",
    "removed_before_completion": "vanished from the tool before it was done",
    "unmapped": "no row says what it is",
    "excluded": "left out on purpose, flow item none",
    "flow_item": "a flow item",
}
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class TrustRow:
    """A row of flow_trust: a scope, and which of its figures is trusted how far."""

    scope_type: str
    scope_id: str
    figure: str

    @property
    def key(self) -> dict[str, object]:
        """The columns that find the row, each with what it holds."""
        return dict(vars(self))

    @property
    def missing(self) -> str:
        """Why there may be no such row."""
        nothing = "in work" if self.figure == "load" else "delivered in the 26 weeks up to as-of"
        return f"Nothing of {self.scope_type} {self.scope_id} is {nothing}: there is nothing to trust."

    def heading(self, names: Names) -> str:
        """What it is of, in words; with the names of scopes, by type and key."""
        return f"{names.get((self.scope_type, self.scope_id), self.scope_id)}, trust in {self.figure}"


@dataclass(frozen=True)
class TrustedItem:
    """An item behind the load (in work at as-of) or the velocity (delivered lately).

    Args:
        since: when it came into the figure: its start, or its completion
    """

    artifact_id: str
    key: str
    title: str
    product_id: str
    team_id: str | None
    value_stream_id: str | None
    since: dt.datetime
    skipped_work: bool
    has_history_gap: bool


@dataclass(frozen=True)
class State:
    """An interval of an item in one state, and what the state's meaning and dates rest on."""

    artifact_id: str
    entered_at: dt.datetime
    left_at: dt.datetime | None
    tool_state: str
    mapping_source: str
    is_inferred: bool
    is_observed: bool


# When an item came by a flaw, and how, in words; none where it is sound.
Flaw = tuple[dt.datetime, str] | None


def _in_a_state(has: Callable[[State], bool], says: str) -> Callable[[TrustedItem, Sequence[State]], Flaw]:
    """The flaw of the first state that has it."""

    def find(_: TrustedItem, states: Sequence[State]) -> Flaw:
        state = next(filter(has, states), None)
        return None if state is None else (state.entered_at, says.format(state=state.tool_state))

    return find


def _skipped_work(item: TrustedItem, _: Sequence[State]) -> Flaw:
    return (item.since, "was never in work") if item.skipped_work else None


def _history_gap(item: TrustedItem, _: Sequence[State]) -> Flaw:
    return (item.since, "a change does not start from the state before it") if item.has_history_gap else None


def _short_stay(_: TrustedItem, states: Sequence[State]) -> Flaw:
    """A flag, a new type or a move within one tool state does not end the stay in it."""
    for tool_state, run in groupby(states, key=lambda state: state.tool_state):
        stay = list(run)
        entered_at, left_at = stay[0].entered_at, stay[-1].left_at
        if left_at is not None and left_at - entered_at < MINUTE:
            return entered_at, f"{(left_at - entered_at).total_seconds():g} s in {tool_state}"
    return None


FLAWS = {
    "unmapped_state_count": _in_a_state(
        lambda state: state.mapping_source == "unmapped", "{state}, which no row maps"
    ),
    "tool_category_count": _in_a_state(
        lambda state: state.mapping_source == "tool_category", "{state}, by the tool's category"
    ),
    "inferred_count": _in_a_state(lambda state: state.is_inferred, "{state} is inferred"),
    "observed_count": _in_a_state(lambda state: state.is_observed, "{state} is dated by a load"),
    "skipped_work_count": _skipped_work,
    "history_gap_count": _history_gap,
    "short_stay_count": _short_stay,
}


class Trust(Family):
    """How many of the items behind the load or the velocity of a scope have which flaw."""

    def __init__(self, records: Records, row: TrustRow) -> None:
        self._records, self._row = records, row

    def calculation(self, column: str) -> Calculation:
        """The parts of a figure, the arithmetic and what it comes to."""
        if column == "trust_score":
            return self._score()
        if column == "item_count":
            says = "in work since" if self._row.figure == "load" else "delivered"
            parts = [Part(item.key, item.title, item.since, says, 1) for item in self._items]
            return parts, [f"{len(parts)} items"], len(parts)
        parts = [Part(item.key, item.title, when, says, 1) for item, (when, says) in self._flaws[column]]
        return parts, [f"{len(parts)} of {len(self._items)} items"], len(parts)

    def _score(self) -> Calculation:
        score, sums, parts = 1.0, [], []
        for column, flawed in self._flaws.items():
            sound = 1 - len(flawed) / len(self._items)
            score *= sound
            sums.append(f"{column}: 1 - {len(flawed)} / {len(self._items)} = {sound:.6g}")
            parts += [Part(item.key, item.title, when, says, None) for item, (when, says) in flawed]
        return parts, [*sums, f"the product of these shares is {score:.15g}"], score

    @cached_property
    def _flaws(self) -> dict[str, list[tuple[TrustedItem, tuple[dt.datetime, str]]]]:
        """The flawed items by flaw, each with when and how."""
        found = {}
        for column, find in FLAWS.items():
            flaws = ((item, find(item, self._states.get(item.artifact_id, ()))) for item in self._items)
            found[column] = [(item, flaw) for item, flaw in flaws if flaw is not None]
        return found

    @cached_property
    def _items(self) -> list[TrustedItem]:
        """The items behind the figure, by key."""
        since, behind = (
            ("started_at", "work_age_seconds is not null")
            if self._row.figure == "load"
            else ("completed_at", "outcome = 'delivered' and completed_date >= recent_from")
        )
        rows = self._records.connection.execute(f"""
            select artifact_id, artifact_key, title, product_id, team_id, value_stream_id, {since},
                skipped_work, has_history_gap
            from fct_flow_items cross join build_settings
            where {behind} order by artifact_key, artifact_id
        """).fetchall()
        items = (TrustedItem(*row) for row in rows)
        return [item for item in items if self._records.is_in(item, self._row.scope_type, self._row.scope_id)]

    @cached_property
    def _states(self) -> dict[str, list[State]]:
        """The timelines of these items, by artifact."""
        rows = self._records.connection.execute(
            """
            select artifact_id, entered_at, left_at, tool_state, state_mapping_source, is_inferred,
                is_observed
            from fct_flow_item_states where artifact_id in (select unnest(?))
            order by artifact_id, interval_number
            """,
            [[item.artifact_id for item in self._items]],
        ).fetchall()
        states = (State(*row) for row in rows)
        return {key: list(of) for key, of in groupby(states, key=lambda state: state.artifact_id)}


@dataclass(frozen=True)
class AccountRow:
    """A row of artifact_accounting: a connection and a bucket; or all its buckets together."""

    connection: str
    bucket: str | None = None

    @property
    def key(self) -> dict[str, object]:
        """The columns that find the row, each with what it holds."""
        return {column: value for column, value in vars(self).items() if value is not None}

    @property
    def missing(self) -> str:
        """Why there may be no such row."""
        return f"Nothing of the connection {self.connection} was loaded."

    def heading(self, _: Names) -> str:
        """What it is of, in words."""
        where = "all buckets" if self.bucket is None else f"{self.bucket} ({BUCKETS[self.bucket]})"
        return f"connection {self.connection}, {where}"


class Accounting(Family):
    """What was loaded of a connection, and into which bucket it went."""

    def __init__(self, records: Records, row: AccountRow) -> None:
        self._records, self._row = records, row

    def calculation(self, column: str) -> Calculation:
        """The parts of a figure, the arithmetic and what it comes to."""
        parts = [
            Part(fate.key, fate.title, fate.created_at, f"{fate.bucket}, {fate.says}", 1)
            for fate in self._fates
            if column == "loaded_count" or fate.bucket == self._row.bucket
        ]
        return parts, [f"{len(parts)} artifacts"], len(parts)

    @cached_property
    def _fates(self) -> list[Fate]:
        """What became of each artifact, by its own timeline."""
        rows = self._records.connection.execute(
            """
            select artifact_id, artifact_key, title, created_at, intervals.artifact_type, intervals.project,
                abstract_state, flow_item, is_ended_by_removal
            from intermediate.int_artifacts__artifacts as artifacts
            inner join intermediate.int_classification__intervals as intervals using (artifact_id)
            where artifacts.connection = ? order by artifact_key, artifact_id, interval_number
            """,
            [self._row.connection],
        ).fetchall()
        return [fate(list(timeline)) for _, timeline in groupby(rows, key=itemgetter(0))]


@dataclass(frozen=True)
class Fate:
    """An artifact, its bucket, and what it was when it was sorted."""

    key: str
    title: str
    created_at: dt.datetime
    bucket: str
    says: str


def fate(timeline: list[tuple[Any, ...]]) -> Fate:
    """What became of an artifact: it is what it was at its completion, else what it is now."""
    done = list(takewhile(lambda interval: interval[6] == "done", reversed(timeline)))
    _, key, title, created_at, artifact_type, project, _, flow_item, _ = done[-1] if done else timeline[-1]
    if any(interval[-1] for interval in timeline):
        bucket = "removed_before_completion"
    elif flow_item is None:
        bucket = "unmapped"
    else:
        bucket = "excluded" if flow_item == "none" else "flow_item"
    return Fate(key, title, created_at, bucket, f"{artifact_type} in {project}")
