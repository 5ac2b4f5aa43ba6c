"""A figure before and after, month by month, as the parts of an SVG."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.mapping.comparison import Move
from pipelines.mapping.figures import DAY_SECONDS, FIGURES, HOUR_SECONDS, arrow, change

INTERVALS = 4  # at most so many between the horizontal rules


@dataclass(frozen=True)
class Box:
    """The size of a chart, and the edges within it of what the lines fill."""

    width: int = 360
    height: int = 150
    left: int = 46
    right: int = 352
    top: int = 8
    bottom: int = 130


BOX = Box()


@dataclass(frozen=True)
class Chart:
    """What the page draws of a move.

    Args:
        title: whose figure it is
        change: before, after and change over all history
        before: the runs of months that have a value, each as the points of a polyline
        after: the same after the edit
        rules: the horizontal rules, as their height and what it means
        years: where a year begins
        months: each month's left edge, its width, and what it says
        first: the first month
        last: the last one
    """

    title: str
    change: str
    before: Sequence[str]
    after: Sequence[str]
    rules: Sequence[tuple[float, str]]
    years: Sequence[float]
    months: Sequence[tuple[float, float, str]]
    first: str
    last: str


def chart(move: Move, last_complete: dt.date) -> Chart:
    """The chart of a move.

    Args:
        move: the figure, with its months
        last_complete: the last month that is over
    """
    months = sorted(move.months)
    pairs = [move.months[month] for month in months]
    figure = FIGURES[move.column]
    values = [value for pair in pairs for value in pair if value is not None]
    marks = _marks(min(0, *values), max(0, *values), figure.unit)
    step = (BOX.right - BOX.left) / max(len(months) - 1, 1)

    def across(number: int) -> float:
        return round(BOX.left + number * step, 1)

    def up(value: float) -> float:
        low, high = marks[0][0], marks[-1][0]
        return round(BOX.bottom - (value - low) / (high - low) * (BOX.bottom - BOX.top), 1)

    def runs(side: int) -> list[str]:
        found: list[list[str]] = [[]]
        for number, pair in enumerate(pairs):
            if (value := pair[side]) is None:
                found.append([])
            else:
                found[-1].append(f"{across(number)},{up(value)}")
        # Of a month between two gaps the point stands twice: a line of one point is not drawn.
        return [" ".join(run if len(run) > 1 else run * 2) for run in found if run]

    return Chart(
        title=f"{move.scope.title}: {figure.title}",
        change=f"{arrow(move.history, figure.unit)}, {change(*move.history, figure.unit)}",
        before=runs(0),
        after=runs(1),
        rules=[(up(value), text) for value, text in marks],
        years=[across(number) for number, month in enumerate(months) if month.month == 1],
        months=[
            (across(number) - step / 2, step, f"{month:%b %Y}: {arrow(pair, figure.unit)}")
            for number, (month, pair) in enumerate(zip(months, pairs, strict=True))
        ],
        first=f"{months[0]:%b %Y}",
        last=f"{months[-1]:%b %Y}" + (", so far" if months[-1] > last_complete else ""),
    )


def _marks(low: float, high: float, unit: str) -> list[tuple[float, str]]:
    """Round values from below the lowest to above the highest, each with what is written beside it."""
    scale, suffix = 1.0, ""
    if unit == "ratio":
        scale, suffix = 0.01, " %"
    elif unit == "seconds":
        size = max(high, -low)
        units = ((DAY_SECONDS, " d"), (HOUR_SECONDS, " h"), (60.0, " min"))
        scale, suffix = next((unit for unit in units if size >= 2 * unit[0]), units[-1])
    step = _round_step(max(high - low, 1e-9) / scale / INTERVALS, is_whole=unit == "count")
    first, last = math.floor(low / scale / step), max(math.ceil(high / scale / step), 1)
    return [
        (number * step * scale, f"{number * step:,.10g}{suffix}" if number else "0")
        for number in range(first, last + 1)
    ]


def _round_step(least: float, *, is_whole: bool) -> float:
    """The smallest of 1, 2, 5, 10, 20, 50, ... (or of their tenths, ...) that is not below this."""
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
    return max(step, 1) if is_whole else step
