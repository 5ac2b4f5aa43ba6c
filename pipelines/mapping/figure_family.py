"""What families of figures are counted with: the parts of a sum, a place's work and its period."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.mapping.records import Place, Records, Stay


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


Calculation = tuple[list[Part], list[str], float | None]


class Family(ABC):
    """The figures of one row of a mart: each from what stands behind it."""

    @abstractmethod
    def calculation(self, column: str) -> Calculation:
        """The parts of a figure, the arithmetic and what it comes to."""


class PeriodFamily(Family):
    """Those of a scope and a period: from its items or stays."""

    def __init__(self, records: Records, place: Place) -> None:
        self._records, self._place = records, place
        self._as_of, self._period, self._work = records.as_of, records.period(place), records.work(place)

    def _falls_in(self, moment: dt.datetime | None) -> bool:
        return moment is not None and self._period.starts_at <= moment < self._period.ends_at

    def _of_period(self, stays: Iterable[Stay]) -> list[Stay]:
        """Those that lasted in the period, ended at its first instant or went on at its end."""
        start, end = self._period.starts_at, self._period.ends_at
        return [
            stay
            for stay in stays
            if stay.entered_at < end and (stay.left_at is None or start <= stay.left_at)
        ]

    @cached_property
    def _in_work(self) -> list[Stay]:
        """The stays in work that have to do with the period."""
        return self._of_period(self._work.stays_in_work)

    @cached_property
    def _known_until(self) -> dt.datetime:
        return min(self._period.ends_at, self._as_of)

    def _at_start(self, stays: Iterable[Stay]) -> dict[str, Stay]:
        """Those that stand when the period begins, by artifact."""
        return {stay.artifact_id: stay for stay in stays if stay.reaches(self._period.starts_at)}

    def _at_end(self, stays: Iterable[Stay]) -> dict[str, Stay]:
        """Those that stand when the period ends, or at as-of while it runs, by artifact."""
        if not self._period.is_complete:
            return {stay.artifact_id: stay for stay in stays if stay.covers(self._as_of)}
        return {stay.artifact_id: stay for stay in stays if stay.reaches(self._period.ends_at)}


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
