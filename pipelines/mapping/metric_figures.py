"""The figures of the five metric marts, and the flow times of lately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from pipelines.mapping.figure_family import Calculation, Part, PeriodFamily, interpolated
from pipelines.mapping.records import MILLISECOND, Item, Stay

PERCENTILES = {
    "flow_time_p50_seconds": 0.5,
    "flow_time_p85_seconds": 0.85,
    "flow_time_p95_seconds": 0.95,
}
# Figures that velocity counts, and the durations of which flow time and efficiency are made.
COUNTED_SUMS = ("velocity", "delivered_estimate", "active_seconds", "waiting_seconds")
_NO_TIMES = "nothing with a flow time was completed: there is no figure"


class Metrics(PeriodFamily):
    """The five metrics: what was completed and what began, and what was in work."""

    def calculation(self, column: str) -> Calculation:
        """The parts of a figure, the arithmetic and what it comes to."""
        if column in PERCENTILES:
            return self._percentile(PERCENTILES[column])
        if column in COUNTED_SUMS:
            return self._sum(column)
        figures: dict[str, Callable[[], Calculation]] = {
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
        }
        return figures[column]()

    @cached_property
    def _completed(self) -> list[Item]:
        return sorted(
            (item for item in self._work.items if self._falls_in(item.completed_at)),
            key=lambda item: (item.completed_at, item.key),
        )

    @cached_property
    def _counted(self) -> list[Item]:
        is_cancelled_counted = self._records.settings.policies["cancelled"] == "included"
        outcomes = ("delivered", "cancelled") if is_cancelled_counted else ("delivered",)
        return [item for item in self._completed if item.outcome in outcomes]

    @cached_property
    def _timed(self) -> list[Item]:
        timed = (item for item in self._counted if item.flow_time_ms is not None)
        return sorted(timed, key=lambda item: (item.flow_time_ms, item.key))

    @cached_property
    def _arrived(self) -> list[Item]:
        arrived = (item for item in self._work.items if self._falls_in(item.started_at))
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
        everything = replace(self._place, flow_item="all")
        whole = len(Metrics(self._records, everything)._counted)
        parts = [_completion(item, 1) for item in self._counted]
        if not whole:
            return parts, ["nothing was completed that counts: there is no share"], None
        value = len(parts) / whole
        return parts, [f"{len(parts)} of {whole} items of all four flow items = {value:.15g}"], value

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
        return {stay.artifact_id: stay for stay in self._in_work if stay.covers(moment)}

    def _load_end(self) -> Calculation:
        before = self._at_start(self._in_work)
        after = self._at_end(self._in_work)
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
        elapsed = (self._known_until - self._period.starts_at) // MILLISECOND
        if not elapsed:
            parts, _, value = self._load_end()
            return parts, ["nothing of the period has passed: it has the load of its first moment"], value
        spent: dict[str, int] = {}
        shown: dict[str, Stay] = {}
        for stay in self._in_work:
            overlap = stay.milliseconds(self._period.starts_at, self._known_until)
            if overlap:
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
        for stay in self._in_work:
            for moment, step in ((stay.entered_at, 1), (stay.left_at, -1)):
                if moment is not None and start < moment <= self._as_of and moment < self._period.ends_at:
                    steps[moment] = steps.get(moment, 0) + step
        highest, when = load, start
        for moment in sorted(steps):
            load += steps[moment]
            if load > highest:
                highest, when = load, moment
        return highest, when


class RecentTimes(Metrics):
    """The flow times of lately, of what was delivered: no policy adds to them what was cancelled."""

    @cached_property
    def _counted(self) -> list[Item]:
        return [item for item in self._completed if item.outcome == "delivered"]


def _completion(item: Item, value: float | None) -> Part:
    return Part(item.key, item.title, item.completed_at, item.outcome or "", value)


def _standing(stay: Stay, has_entered: bool) -> str:
    return f"in {stay.tool_state}" + (", came in" if has_entered else "")


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
