"""How charts mark what says little: running periods, few items, what does not fit."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dashboards import charts
from dashboards.look import DAY_SECONDS

MONTHS = pd.to_datetime(["2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01"])


def metrics(**columns: Any) -> pd.DataFrame:
    """Four months, of which the last is running."""
    return pd.DataFrame(
        {
            "period_type": "month",
            "period_start": MONTHS,
            "period_end": MONTHS + pd.offsets.MonthBegin(),
            "is_complete": [True, True, True, False],
            "flow_item": "all",
            "flow_time_item_count": [12, 9, 20, 3],
            **columns,
        }
    )


def running_notes(figure: Any) -> list[str]:
    return [note.x for note in figure.layout.annotations if note.text == "running"]


def test_the_net_flow_of_a_running_period_is_a_hollow_point_that_no_line_joins() -> None:
    rows = metrics(arrivals=[5, 6, 7, 1], net_flow=[1, 2, 3, 1])
    _, _, line, points = charts.arrivals_and_completions(rows).data
    assert [None if value != value else value for value in line.y] == [1, 2, 3, None]
    assert list(points.marker.symbol) == ["circle", "circle", "circle", "circle-open"]


def test_a_running_period_is_marked_where_shares_move() -> None:
    rows = pd.concat(
        metrics(tool_state=state, share=0.5, active_seconds=seconds, waiting_seconds=0)
        for state, seconds in (("Doing", 5), ("Review", 3))
    )
    figure = charts.states_heatmap(rows)
    assert running_notes(figure) == ["Jul 26"]
    assert list(figure.data[0].y) == ["Review", "Doing"]


def test_a_note_on_the_running_period_keeps_clear_of_the_legend() -> None:
    figure = charts.load_over_time(metrics(flow_item="feature", load_end=[1, 2, 3, 4], velocity=1))
    note = next(note for note in figure.layout.annotations if note.text == "running")
    assert (note.y, note.yanchor) == (0, "top")
    assert figure.layout.legend.yanchor == "bottom"


def test_heatmaps_name_each_column_and_leave_figures_out_where_they_would_not_fit() -> None:
    starts = pd.date_range("2025-07-07", periods=30, freq="7D")
    weeks = pd.DataFrame(
        {
            "label": "Shop",
            "period_type": "week",
            "period_start": starts,
            "is_complete": True,
            "flow_time_item_count": 10,
            "velocity": range(30),
        }
    )
    many = charts.portfolio_heatmap(weeks, "velocity", more_is_better=True)
    few = charts.portfolio_heatmap(weeks.head(13), "velocity", more_is_better=True)
    crowd = pd.concat(weeks.head(13).assign(label=f"Shop {number}") for number in range(101))
    tall = charts.portfolio_heatmap(crowd, "velocity", more_is_better=True)
    assert (many.data[0].texttemplate, many.layout.xaxis.dtick) == (None, None)
    assert (tall.data[0].texttemplate, tall.layout.xaxis.dtick) == (None, 1)
    assert tall.data[0].text[0][0] == "0"  # what the pointer reads
    assert (few.data[0].texttemplate, few.layout.xaxis.dtick) == ("%{text}", 1)


@pytest.mark.parametrize("dark", [False, True])
def test_a_heatmaps_indifferent_cells_are_near_the_page(dark: bool) -> None:
    rows = metrics(label="Shop", velocity=[1, 2, 3, 4])
    middle = (
        charts.portfolio_heatmap(rows, "velocity", more_is_better=True, dark=dark).data[0].colorscale[1][1]
    )
    assert (int(middle[1:3], 16) < 64) is dark


def recent(p95_days: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "flow_time_p50_seconds": [3.0 * DAY_SECONDS],
            "flow_time_p85_seconds": [9.0 * DAY_SECONDS],
            "flow_time_p95_seconds": [p95_days * DAY_SECONDS],
        }
    )


def test_the_histograms_last_bar_says_that_it_holds_more_and_labels_stay_inside() -> None:
    histogram = pd.DataFrame({"flow_item": ["defect"] * 2, "whole_days": [1, 60], "item_count": [4, 2]})
    figure = charts.flow_time_histogram(histogram, recent(59.5))
    assert figure.layout.xaxis.ticktext[-1] == "60+"
    assert {note.text: note.xanchor for note in figure.layout.annotations} == {
        "p50 3.0 d": "left",
        "p85 9.0 d": "left",
        "p95 59.5 d": "right",
    }
    short = charts.flow_time_histogram(histogram.head(1), recent(12)).layout.xaxis
    assert "60+" not in (short.ticktext or ())


def test_percentiles_of_age_are_named_beside_the_plot() -> None:
    items = pd.DataFrame(
        {
            "artifact_id": ["a"],
            "artifact_key": ["A-1"],
            "title": ["Pay"],
            "flow_item": ["feature"],
            "tool_state": ["Doing"],
            "work_age_seconds": [5.0 * DAY_SECONDS],
            "compared_age_seconds": [5.0 * DAY_SECONDS],
            "idle_seconds": [60.0],
            "age_band": ["within_p85"],
            "is_blocked": [False],
        }
    )
    names = charts.ageing(items, recent(20)).layout.annotations
    assert {(note.text, note.xref, note.xanchor) for note in names} == {
        (name, "paper", "left") for name in ("p50", "p85", "p95")
    }


def intervals(*stays: tuple[str, str, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "tool_state": [state for state, *_ in stays],
            "abstract_state": [meaning for _, meaning, *_ in stays],
            "entered_at": pd.to_datetime([start for _, _, start, _ in stays]),
            "left_at": pd.to_datetime([end for *_, end in stays]),
            "is_current": [end is None for *_, end in stays],
            "is_blocked": False,
            "flow_item": "feature",
            "product_id": "shop",
        }
    )


def test_the_years_since_an_item_was_done_do_not_squeeze_its_life() -> None:
    as_of = pd.Timestamp("2026-07-01")
    done = intervals(("Doing", "active", "2024-01-01", "2024-01-11"), ("Closed", "done", "2024-01-11", None))
    work, closed = charts.timeline(done, as_of).data
    assert work.x[0] == 10 * DAY_SECONDS * 1000
    assert closed.x[0] < work.x[0] / 4
    assert "to now" in closed.customdata[0]
    assert charts.is_cut(done)

    open_item = intervals(
        ("Doing", "active", "2024-01-01", "2024-01-11"), ("Waiting", "waiting", "2024-01-11", None)
    )
    assert charts.timeline(open_item, as_of).data[1].x[0] > 900 * DAY_SECONDS * 1000 * 0.9
    assert not charts.is_cut(open_item)


def test_a_heatmap_has_no_lines_or_ticks_that_its_names_would_have_to_dodge() -> None:
    rows = metrics(label="Shop", velocity=[1, 2, 3, 4])
    layout = charts.portfolio_heatmap(rows, "velocity", more_is_better=True).layout
    assert (layout.xaxis.ticks, layout.yaxis.showgrid) == ("", False)


def test_the_legend_of_cumulative_flow_reads_from_the_top() -> None:
    counts = {f"{state}_count": [1, 2, 3, 4] for state in ("done", "waiting", "active", "new")}
    assert charts.cumulative_flow(metrics(**counts)).layout.legend.traceorder == "reversed"


def test_a_chart_without_anything_in_it_is_blank_but_nought_percent_is_something() -> None:
    none = {"flow_item": "risk", "velocity": 0, "share": None, "load_end": 0, "load_max": 0}
    assert charts.is_blank(charts.stacked_by_flow_item(metrics(**none), "velocity", "items"))
    assert charts.is_blank(charts.stacked_by_flow_item(metrics(**none), "share", ""))
    assert charts.is_blank(charts.load_over_time(metrics(**none)))
    assert charts.is_blank(charts.load_over_time(metrics(**none | {"flow_item": "all"})))
    assert charts.is_blank(charts.efficiency_over_time(metrics(flow_efficiency=float("nan"))))
    assert not charts.is_blank(charts.efficiency_over_time(metrics(flow_efficiency=0.0)))
    assert not charts.is_blank(charts.stacked_by_flow_item(metrics(**none | {"velocity": 1}), "velocity", ""))
    heat = metrics(label="Shop", flow_time_p50_seconds=float("nan"))
    assert charts.is_blank(charts.portfolio_heatmap(heat, "flow_time_p50_seconds", more_is_better=False))


def test_items_are_counted_in_whole_numbers() -> None:
    few = metrics(flow_item="risk", velocity=[1, 2, 0, 1])
    assert charts.stacked_by_flow_item(few, "velocity", "items").layout.yaxis.dtick == 1
    many = metrics(flow_item="risk", velocity=[10, 20, 30, 4])
    assert charts.stacked_by_flow_item(many, "velocity", "items").layout.yaxis.dtick is None


def test_a_few_days_are_named_by_day() -> None:
    counts = {f"{state}_count": [1, 2, 3, 4] for state in ("done", "waiting", "active", "new")}
    few = charts.cumulative_flow(metrics(**counts)).layout.xaxis
    assert few.dtick == DAY_SECONDS * 1000


def test_of_many_open_items_the_oldest_and_a_fixed_draw_of_the_others_are_drawn() -> None:
    items = pd.DataFrame(
        {
            "artifact_id": [f"jira:{number}" for number in range(5000)],
            "work_age_seconds": [(5000 - number) * DAY_SECONDS for number in range(5000)],
        }
    )
    drawn = charts.drawn(items)
    assert len(drawn) == charts.MOST_POINTS
    assert list(drawn.index[: charts.EXTREMES]) == list(range(charts.EXTREMES))
    assert 2000 < drawn.index[charts.EXTREMES :].to_series().median() < 3300
    assert drawn.equals(charts.drawn(items))
    assert charts.drawn(items.head(charts.MOST_POINTS)).equals(items.head(charts.MOST_POINTS))


def test_names_of_weeks_have_room_on_half_a_page() -> None:
    assert charts.efficiency_over_time(metrics(flow_efficiency=0.5)).layout.xaxis.nticks <= 7
