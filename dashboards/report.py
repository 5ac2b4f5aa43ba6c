"""`streamgauge report`: the dashboards' charts as one HTML file per value stream, for mail and CI artifacts.

A file stands alone: the chart library is in it once, and nothing is fetched from anywhere.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs

from dashboards import charts, figures, look, words
from dashboards.figures import Selection
from dashboards.snapshot import Snapshot

MONTHS = 12


@dataclass(frozen=True)
class Chart:
    """One chart of a report, with what it means and rests on."""

    title: str
    html: Markup
    meaning: str
    is_wide: bool = False


def write_reports(snapshot: Snapshot, folder: Path) -> list[Path]:
    """Write `<value stream>.html` for each, or `organisation.html` where there are none.

    Returns:
        the files
    """
    folder.mkdir(parents=True, exist_ok=True)
    scopes, clock = figures.scopes(snapshot), figures.clock(snapshot)
    streams = scopes[scopes.scope_type == "value_stream"].drop_duplicates("scope_id")
    if not len(streams):
        streams = scopes[scopes.scope_type == "organisation"].drop_duplicates("scope_id")
    return [_write(snapshot, clock, scopes, stream, folder) for stream in streams.itertuples()]


def _write(snapshot: Snapshot, clock: Any, scopes: Any, stream: Any, folder: Path) -> Path:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    levels = scopes[(scopes.scope_type == stream.scope_type) & (scopes.scope_id == stream.scope_id)]
    selections = [_selection(clock, level) for level in levels.itertuples()]
    products = scopes[scopes.scope_type == "product"]
    if stream.scope_type == "value_stream":
        products = products[products.value_stream_id == stream.scope_id]
    period, before, lines = _products(snapshot, selections[0], products.scope_id.unique().tolist())
    text = environment.get_template("report.html.j2").render(
        name=stream.scope_name,
        plotly_js=Markup(get_plotlyjs()),  # the library's own text, as it came
        as_of=f"{clock.as_of:%d %b %Y, %H:%M}",
        time_zone=clock.reporting_timezone,
        months=MONTHS,
        is_demo=snapshot.source.is_demo,
        version=snapshot.source.version,
        period=period,
        before=before,
        products=lines,
        few=look.FEW,
        levels=[
            {"name": selection.flow_level, "charts": list(_charts(snapshot, selection))}
            for selection in selections
        ],
    )
    path = folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', stream.scope_id)}.html"
    path.write_text(text, encoding="utf-8")
    return path


def _selection(clock: Any, level: Any) -> Selection:
    today: dt.date = clock.as_of_date.date()
    start = dt.date(today.year - 1, today.month, 1)
    return Selection(
        level.scope_type, level.scope_id, level.scope_name, level.flow_level, "all", "month", start, today
    )


def _products(
    snapshot: Snapshot, selection: Selection, product_ids: list[str]
) -> tuple[str, str, list[list[str]]]:
    """The last complete month, the one before, and each product's line for it."""
    rows = figures.portfolio(snapshot, selection, "product", product_ids)
    lines, period, before_name = [], look.NONE, look.NONE
    for (name, level), line in rows[rows.is_complete].groupby(["scope_name", "flow_level"], sort=False):
        now, before = line.iloc[-1], line.iloc[-2] if len(line) > 1 else None
        period = look.period_name("month", now.period_start)
        if before is not None:
            before_name = look.period_name("month", before.period_start)
        lines.append(
            [
                name if level == "item" else f"{name} ({level})",
                look.whole(now.velocity),
                _trend(now, before, "velocity", "velocity"),
                look.duration(now.flow_time_p50_seconds),
                _trend(now, before, "flow_time_p50_seconds", "flow_time_item_count"),
                look.duration(now.flow_time_p85_seconds),
                look.percent(now.flow_efficiency),
                look.whole(now.load_end),
                _trend(now, before, "load_end", "load_end"),
                look.whole(now.flow_time_item_count),
            ]
        )
    return period, before_name, lines


def _trend(now: Any, before: Any, column: str, counted: str) -> str:
    if before is None:
        return ""
    return look.trend(now[column], before[column], now[counted], before[counted]) or ""


def _charts(snapshot: Snapshot, selection: Selection) -> Iterator[Chart]:
    """The charts of the pages, for one level."""
    metrics = figures.metrics(snapshot, selection)
    four, whole = metrics[metrics.flow_item != "all"], metrics[metrics.flow_item == "all"]
    delivered = f"Rests on {look.items(int(whole.velocity.sum()))}."
    timed = f"Rests on {look.items(int(whole.flow_time_item_count.sum()))}."
    yield _chart(
        "Velocity",
        charts.stacked_by_flow_item(four, "velocity", "items"),
        words.meaning("velocity"),
        delivered,
    )
    yield _chart(
        "Distribution",
        charts.stacked_by_flow_item(four, "share", "", is_share=True),
        words.meaning("share"),
        delivered,
    )
    yield _chart(
        "Flow time",
        charts.flow_time_over_time(whole),
        words.meaning("flow_time_p50_seconds", "flow_time_p85_seconds"),
        f"{timed} Hollow points rest on fewer than {look.FEW} items or a running period.",
    )
    yield _chart(
        "Efficiency", charts.efficiency_over_time(whole), words.meaning("period_flow_efficiency"), timed
    )
    yield _chart("Load", charts.load_over_time(metrics), words.meaning("load_end", "load_max"))
    yield _chart(
        "Begun and ended", charts.arrivals_and_completions(whole), words.meaning("arrivals", "net_flow")
    )
    finished = figures.finished_items(snapshot, selection, charts.MOST_POINTS, charts.EXTREMES)
    if len(finished):
        count = figures.finished_count(snapshot, selection)
        yield _chart(
            "Each delivered item",
            charts.flow_time_scatter(finished, whole),
            f"Lines are each month's own percentiles, once it is over, where at least {look.FEW} items were "
            "delivered.",
            f"{look.items(count)}{f', {len(finished):,} drawn' if len(finished) < count else ''}.",
            is_wide=True,
        )
    open_items, past = figures.open_items(snapshot, selection), figures.scope_flow_time(snapshot, selection)
    if len(open_items):
        yield _chart(
            "Age of what is open",
            charts.ageing(open_items, past),
            words.meaning("compared_age_seconds") + charts.AGE_LINES,
            f"{look.items(len(open_items))} open; {int(open_items.is_neglected.sum())} neglected: "
            f"{words.meaning('is_neglected')}",
            is_wide=True,
        )
    states = figures.states(snapshot, selection)
    if len(states):
        yield _chart(
            "Where time goes", charts.states_heatmap(states), words.meaning("state_share"), is_wide=True
        )
    cumulative = figures.cumulative(snapshot, selection)
    if len(cumulative):
        yield _chart(
            "Cumulative flow",
            charts.cumulative_flow(cumulative),
            "Items in each abstract state at each day's end; done is counted from the range's first day.",
            is_wide=True,
        )


def _chart(title: str, figure: Figure, meaning: str, rests_on: str = "", *, is_wide: bool = False) -> Chart:
    figure.update_layout(template="plotly_white", font={"family": "system-ui, sans-serif"})
    html = figure.to_html(full_html=False, include_plotlyjs=False, config=charts.CONFIG)
    return Chart(
        title, Markup(html), f"{meaning} {rests_on}".strip().replace("`", ""), is_wide
    )  # Plotly escapes its JSON itself
