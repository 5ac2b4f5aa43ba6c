"""The charts of the impact report: round marks that hold every value, gaps as gaps."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.mapping.comparison import Move, Pair, Scope
from pipelines.mapping.impact_chart import _marks, chart

MAY, JUNE, JULY = (dt.date(2026, month, 1) for month in (5, 6, 7))


def move(*pairs: Pair, column: str = "flow_efficiency") -> Move:
    months = dict(zip((MAY, JUNE, JULY), pairs, strict=False))
    return Move(Scope("product", "checkout", "Checkout", "item", "all"), column, (0.5, 0.4), months)


@pytest.mark.parametrize(
    ("low", "high", "unit", "labels"),
    [
        (0, 0.698, "ratio", ["0", "20 %", "40 %", "60 %", "80 %"]),
        (0, 1, "ratio", ["0", "50 %", "100 %"]),
        (0, 3, "count", ["0", "1", "2", "3"]),
        (0, 0, "count", ["0", "1"]),
        (-4, 10, "count", ["-5", "0", "5", "10"]),
        (0, 2600, "count", ["0", "1,000", "2,000", "3,000"]),
        (0, 86400 * 12.5, "seconds", ["0", "5 d", "10 d", "15 d"]),
        (0, 3600 * 5, "seconds", ["0", "2 h", "4 h", "6 h"]),
        (0, 90, "seconds", ["0", "0.5 min", "1 min", "1.5 min"]),
    ],
)
def test_the_marks_are_round(low: float, high: float, unit: str, labels: list[str]) -> None:
    assert [text for _, text in _marks(low, high, unit)] == labels


@given(st.floats(-1e6, 0), st.floats(0, 1e9), st.sampled_from(["count", "ratio", "seconds", "estimate"]))
def test_the_marks_hold_every_value_and_are_few(low: float, high: float, unit: str) -> None:
    values = [value for value, _ in _marks(low, high, unit)]
    room = 1e-6 * (1 + high - low)
    assert values[0] <= low + room
    assert high <= values[-1] + room
    assert 0 in values
    assert 2 <= len(values) <= 7


def test_a_month_without_a_value_is_a_gap_and_one_between_gaps_a_dot() -> None:
    drawn = chart(move((None, 0.5), (0.4, None), (None, 0.2)), JULY)
    assert drawn.before == ["199.0,48.7 199.0,48.7"]
    assert drawn.after == ["46.0,28.3 46.0,28.3", "352.0,89.3 352.0,89.3"]


def test_the_figures_of_a_month_are_said_and_a_running_month_is_marked() -> None:
    drawn = chart(move((0.5, 0.4), (0.5, 0.5), (0.6, None)), JUNE)
    assert drawn.change == "50.0 % → 40.0 %, -10.0 points"
    assert [text for _, _, text in drawn.months] == [
        "May 2026: 50.0 % → 40.0 %",
        "Jun 2026: 50.0 %",
        "Jul 2026: 60.0 % → -",
    ]
    assert (drawn.first, drawn.last) == ("May 2026", "Jul 2026, so far")
    assert chart(move((1, 2)), MAY).last == "May 2026"
