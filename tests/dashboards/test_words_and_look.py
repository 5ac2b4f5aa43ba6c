"""What pages say and how they say it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from dashboards import look, words
from dashboards.charts import portfolio_heatmap
from dashboards.look import FLOW_ITEM_COLOURS, STATE_COLOURS
from dashboards.view import as_csv


def test_a_figure_is_explained_in_the_documentations_words() -> None:
    assert words.meaning("load_end").startswith("Number of items in active or waiting work")
    with pytest.raises(KeyError):
        words.meaning("no such figure")


def test_units_are_those_that_the_page_shows_and_nothing_is_said_twice() -> None:
    text = words.meaning("flow_time_p50_seconds", "flow_time_p85_seconds")
    assert "second" not in text
    assert text.count("Empty: no item that velocity counts has one.") == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "\N{EN DASH}"), (float("nan"), "\N{EN DASH}"), (90, "2 min"), (5400, "1.5 h"), (86400, "1.0 d")],
)
def test_durations_are_said_as_people_do(seconds: float | None, text: str) -> None:
    assert look.duration(seconds) == text


@pytest.mark.parametrize(
    ("now", "before", "counts", "trend"),
    [
        (12.0, 10.0, (10, 10), "+20%"),
        (10.01, 10.0, (10, 10), "0%"),
        (12.0, 10.0, (10, 9), None),
        (12.0, 10.0, (9, 10), None),
        (12.0, None, (10, 10), None),
        (12.0, 0, (10, 10), None),
        (None, 10.0, (10, 10), None),
    ],
)
def test_a_trend_needs_enough_items_on_both_sides(
    now: float | None, before: float | None, counts: tuple[int, int], trend: str | None
) -> None:
    assert look.trend(now, before, *counts) == trend


@pytest.mark.parametrize(
    ("period_type", "date", "name"),
    [
        ("month", dt.date(2026, 6, 1), "June 2026"),
        ("quarter", dt.date(2026, 4, 1), "2026 Q2"),
        ("year", dt.date(2026, 1, 1), "2026"),
        ("week", dt.date(2026, 6, 29), "week from 29 Jun 2026"),
    ],
)
def test_periods_have_the_names_that_people_use(period_type: str, date: dt.date, name: str) -> None:
    assert look.period_name(period_type, date) == name


def brightness(colour: str) -> float:
    red, green, blue = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


@pytest.mark.parametrize("colours", [FLOW_ITEM_COLOURS, STATE_COLOURS], ids=["flow items", "states"])
def test_colours_differ_and_stand_on_white_and_on_black(colours: dict[str, str]) -> None:
    assert len(set(colours.values())) == len(colours)
    for colour in colours.values():
        assert 0.1 < brightness(colour) < 0.9


def test_the_heatmap_compares_with_the_scopes_own_median() -> None:
    rows = pd.DataFrame(
        {
            "label": ["Shop"] * 4,
            "period_type": ["month"] * 4,
            "period_start": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]),
            "is_complete": [True, True, True, False],
            "flow_time_item_count": [10, 10, 9, 10],
            "velocity": [10, 20, 30, 2],
            "flow_efficiency": [0.2, 0.4, 0.9, 0.1],
        }
    )
    heatmap = portfolio_heatmap(rows, "velocity", more_is_better=True).data[0]
    assert [list(line) for line in heatmap.z] == [[-0.5, 0.0, 0.5, 0.0]]
    assert [list(line) for line in heatmap.text] == [["10", "20", "30", "(2)"]]

    # The median is of all periods that are over; what rests on few items is not coloured.
    heatmap = portfolio_heatmap(rows, "flow_efficiency", more_is_better=True).data[0]
    assert [list(line) for line in heatmap.z] == [[-0.5, 0.0, 0.0, 0.0]]
    assert [list(line) for line in heatmap.text] == [["20%", "40%", "(90%)", "(10%)"]]


def test_no_text_that_is_taken_along_is_a_formula_to_a_spreadsheet() -> None:
    data = pd.DataFrame(
        {
            "title": ['=HYPERLINK("http://x","y")', "Pay by card", None],
            "net_flow": [-3, 2, 0],
            "velocity": [-1.5, None, 2.0],
            "is_complete": [True, False, True],
            "entered_at": pd.to_datetime(["2026-01-01", None, "2026-01-02 10:00"], format="mixed"),
        }
    )
    lines = data.to_csv(index=False).splitlines()
    expected = [lines[0], lines[1].replace("=HYPERLINK", "'=HYPERLINK"), *lines[2:]]
    assert as_csv(data).decode().splitlines() == expected
