"""Where the time of work in progress went: the figures of one tool state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from pipelines.mapping.figure_family import Calculation, Part, PeriodFamily
from pipelines.mapping.records import MILLISECOND, Stay


class ToolState(PeriodFamily):
    """The figures of a tool state: time spent in it, what came into it and left it."""

    def calculation(self, column: str) -> Calculation:
        """The parts of a figure, the arithmetic and what it comes to."""
        figures: dict[str, Callable[[], Calculation]] = {
            "active_seconds": lambda: self._time("active"),
            "waiting_seconds": lambda: self._time("waiting"),
            "share": self._share,
            "share_change": self._share_change,
            "arrivals": self._arrivals,
            "exits": self._exits,
            "mean_stay_seconds": self._mean_stay,
            "load_end": self._load_end,
        }
        return figures[column]()

    @cached_property
    def _stays(self) -> list[Stay]:
        return self._of_period(self._work.stays_by_state.get(self._place.tool_state or "", []))

    def _spent(self, *abstract_states: str) -> dict[str, tuple[Stay, int]]:
        """The milliseconds that each artifact was in the state within the period, with its first stay."""
        found: dict[str, tuple[Stay, int]] = {}
        for stay in self._stays:
            spent = stay.milliseconds(self._period.starts_at, self._known_until)
            if spent and stay.abstract_state in abstract_states:
                first, before = found.get(stay.artifact_id, (stay, 0))
                found[stay.artifact_id] = first, before + spent
        return dict(sorted(found.items(), key=lambda pair: (-pair[1][1], pair[1][0].key)))

    def _time(self, abstract_state: str) -> Calculation:
        spent = self._spent(abstract_state)
        says = f"seconds {abstract_state} in the period"
        parts = [Part(stay.key, stay.title, stay.entered_at, says, ms / 1000) for stay, ms in spent.values()]
        value = sum(ms for _, ms in spent.values()) / 1000
        return parts, [f"{len(parts)} items add up to {value:,.15g} s"], value

    @cached_property
    def _whole(self) -> int:
        """The milliseconds that all work spent in all states in the period."""
        return self._work.milliseconds_in_work(self._period.starts_at, self._known_until)

    @cached_property
    def _spent_at_all(self) -> dict[str, tuple[Stay, int]]:
        return self._spent("active", "waiting")

    def _share(self) -> Calculation:
        if not self._whole:
            return [], ["nothing was in work: there is no share"], None
        parts = [
            Part(stay.key, stay.title, stay.entered_at, f"{ms / 1000:,.15g} s of it", ms / self._whole)
            for stay, ms in self._spent_at_all.values()
        ]
        value = self._time_here / self._whole
        return parts, [f"{self._time_says()} = {value:.15g}"], value

    @property
    def _time_here(self) -> int:
        return sum(ms for _, ms in self._spent_at_all.values())

    def _time_says(self) -> str:
        return f"{self._time_here / 1000:,.15g} s of {self._whole / 1000:,.15g} s in all states"

    def _share_change(self) -> Calculation:
        before = self._before
        if before is None or not before._whole or not self._whole:
            return [], ["in one of the two periods nothing was in work: there is no change"], None
        now, then = self._spent_at_all, before._spent_at_all
        parts = []
        for artifact_id, (stay, _) in {**then, **now}.items():
            shares = [
                spent.get(artifact_id, (stay, 0))[1] / whole
                for spent, whole in ((now, self._whole), (then, before._whole))
            ]
            says = f"{shares[0]:.6f} now, {shares[1]:.6f} before"
            parts.append(Part(stay.key, stay.title, stay.entered_at, says, shares[0] - shares[1]))
        share, past = self._time_here / self._whole, before._time_here / before._whole
        sums = [
            f"now {self._time_says()} = {share:.15g}",
            f"before, from {before._period.start} on, {before._time_says()} = {past:.15g}",
            f"{share:.15g} - {past:.15g} = {share - past:.15g}",
        ]
        return sorted(parts, key=lambda part: (-abs(part.value or 0), part.key)), sums, share - past

    @cached_property
    def _before(self) -> ToolState | None:
        """The same of the period before."""
        kind = self._period.period_type
        starts = [start for of, start in self._records.periods if of == kind and start < self._period.start]
        if not starts:
            return None
        return ToolState(self._records, replace(self._place, period_start=max(starts)))

    def _is_same_stay(self, neighbour: Stay | None) -> bool:
        """Whether a stay goes on in its neighbour: a flag, a new type or a move does not end it."""
        if neighbour is None or not neighbour.is_in_work:
            return False
        return neighbour.tool_state == self._place.tool_state

    def _arrivals(self) -> Calculation:
        parts = [
            Part(stay.key, stay.title, stay.entered_at, "came in", 1)
            for stay in self._stays
            if self._falls_in(stay.entered_at) and not self._is_same_stay(self._records.neighbours(stay)[0])
        ]
        return _in_time(parts), [f"{len(parts)} came into the state"], len(parts)

    @cached_property
    def _left(self) -> list[tuple[Stay, dt.datetime, int]]:
        """The last part of each stay that ended in the period, when, and how long the whole of it was."""
        found = []
        for stay in self._stays:
            if stay.left_at is None or not self._falls_in(stay.left_at):
                continue
            before, after = self._records.neighbours(stay)
            if self._is_same_stay(after):
                continue
            first = stay
            while before is not None and self._is_same_stay(before):
                first, (before, _) = before, self._records.neighbours(before)
            found.append((stay, stay.left_at, (stay.left_at - first.entered_at) // MILLISECOND))
        return found

    def _exits(self) -> Calculation:
        parts = [Part(stay.key, stay.title, when, "left", 1) for stay, when, _ in self._left]
        return _in_time(parts), [f"{len(parts)} left the state"], len(parts)

    def _mean_stay(self) -> Calculation:
        parts = [
            Part(stay.key, stay.title, when, "left after so many seconds", ms / 1000)
            for stay, when, ms in self._left
        ]
        if not parts:
            return [], ["nothing left the state: there is no mean stay"], None
        whole = sum(ms for _, _, ms in self._left) / 1000
        value = whole / len(parts)
        sums = [f"{whole:,.15g} s of {len(parts)} stays / {len(parts)} = {value:,.15g} s"]
        return _in_time(parts), sums, value

    def _load_end(self) -> Calculation:
        standing = self._at_end(self._stays).values()
        parts = [
            Part(stay.key, stay.title, stay.entered_at, f"{stay.abstract_state} since", 1)
            for stay in standing
        ]
        return _in_time(parts), [f"{len(parts)} are in the state at the end"], len(parts)


def _in_time(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: (part.when, part.key))
