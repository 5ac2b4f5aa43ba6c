"""The charts, from rows of the marts to Plotly figures. Pages and reports draw the same ones."""

from __future__ import annotations

from math import log10
from textwrap import wrap
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from pandas.util import hash_pandas_object

from dashboards.look import (
    ALL_COLOUR,
    BAD_COLOUR,
    BAND_COLOURS,
    BAND_NAMES,
    DASHES,
    DAY_SECONDS,
    FEW,
    FLOW_ITEM_COLOURS,
    GOOD_COLOUR,
    INDIFFERENT_COLOURS,
    NONE,
    SHARE_COLOURS,
    STATE_COLOURS,
    days,
    duration,
    is_missing,
    items,
    period_name,
    short_period_name,
)

HEIGHT = 300
MOST_POINTS = 800  # drawn; more would make a browser slow
EXTREMES = 50  # of them the longest or oldest, which a table lists: more would look like a second crowd
MOST_STATES = 12  # drawn; the data beneath have all
MOST_COLUMNS = 14  # of a heatmap that have room for their name and figures
MOST_FIGURES = 600  # written into a heatmap's cells; more would make a browser slow
LAST_BAR = 60  # days; the histogram's last bar holds what took longer
# No logo that leads elsewhere, no cloud; the image button draws in the browser itself.
CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"],
    "plotlyServerURL": "",
}
RUNNING = 0.4  # opacity of what is not over yet
AGEING_COLUMNS = [  # of open items, of which there may be tens of thousands
    "artifact_id",
    "artifact_key",
    "title",
    "flow_item",
    "tool_state",
    "age_band",
    "compared_age_seconds",
    "work_age_seconds",
    "idle_seconds",
    "is_blocked",
]
AGE_LINES = (
    " Lines: half, 85% and 95% of what the scope delivered in the 26 weeks up to as-of took no longer. "
    "A cross is a blocked item."
)


def _figure(title_y: str = "", *, height: int = HEIGHT, legend: bool = True) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 34 if legend else 12, "b": 8},
        hovermode="closest",
        showlegend=legend,
        legend={
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "title": None,
            "traceorder": "normal",
        },
        bargap=0.25,
        font={"size": 13},
    )
    figure.update_yaxes(title=title_y, rangemode="tozero", automargin=True, zeroline=False)
    figure.update_xaxes(automargin=True, showgrid=False, zeroline=False, tickangle=0, nticks=7)
    return figure


def is_blank(figure: go.Figure) -> bool:
    """Whether nothing would be seen: bars and areas of nought are nothing, a point at nought is something."""
    for trace in figure.data:
        if trace.type == "heatmap":
            values = [value for line in trace.z for value in line]
        else:
            values = trace.x if trace.orientation == "h" else trace.y
        has_size = trace.type == "bar" or (trace.type == "scatter" and trace.stackgroup)
        if any(not is_missing(value) and (value or not has_size) for value in values):
            return False
    return True


def _count_axis(axis: Any, most: float) -> None:
    """Whole numbers along an axis that counts items; Plotly would divide a few of them."""
    if most < 8:
        axis.dtick = 1


def _names(rows: Any) -> list[str]:
    return [short_period_name(*period) for period in zip(rows.period_type, rows.period_start, strict=True)]


def _running_note(figure: go.Figure, rows: Any) -> None:
    """Say under its last period that it is still running."""
    running = rows[~rows.is_complete]
    if len(running):
        name = _names(running)[-1]
        figure.add_annotation(
            x=name,
            y=0,
            yref="paper",
            yanchor="top",
            yshift=-20,
            text="running",
            showarrow=False,
            font={"size": 11},
            opacity=0.75,
        )
        figure.update_layout(margin={"b": 36})


def stacked_by_flow_item(metrics: Any, column: str, title: str, *, is_share: bool = False) -> go.Figure:
    """Bars of the four flow items per period; the running period is paler."""
    figure = _figure(title)
    for name, colour in FLOW_ITEM_COLOURS.items():
        rows = metrics[metrics.flow_item == name]
        if not len(rows):
            continue
        figure.add_bar(
            x=_names(rows),
            y=rows[column],
            name=name,
            marker={"color": colour, "opacity": [1 if done else RUNNING for done in rows.is_complete]},
            customdata=[
                f"{period_name(row.period_type, row.period_start)}<br>{name}: {items(row.velocity)}"
                for row in rows.itertuples()
            ],
            hovertemplate="%{customdata}<extra></extra>"
            if column in ("velocity", "share")
            else "%{y}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    if is_share:
        figure.update_yaxes(tickformat=".0%", range=[0, 1])
    else:
        _count_axis(figure.layout.yaxis, metrics.groupby("period_start")[column].sum().max())
    _running_note(figure, metrics)
    return figure


def flow_time_over_time(metrics: Any) -> go.Figure:
    """Median, p85 and p95 per period. What rests on few items is a hollow point, joined to nothing."""
    figure = _figure("days")
    for name, column in (
        ("p95", "flow_time_p95_seconds"),
        ("p85", "flow_time_p85_seconds"),
        ("p50", "flow_time_p50_seconds"),
    ):
        _line(
            figure,
            metrics,
            [days(value) for value in metrics[column]],
            name,
            ALL_COLOUR,
            "{:.1f} d",
            DASHES[name],
        )
    _running_note(figure, metrics)
    return figure


def efficiency_over_time(metrics: Any) -> go.Figure:
    """Flow efficiency per period."""
    figure = _figure("", legend=False)
    values = [None if value != value else value for value in metrics.flow_efficiency]
    _line(figure, metrics, values, "efficiency", STATE_COLOURS["active"], "{:.0%}")
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    _running_note(figure, metrics)
    return figure


def _line(
    figure: go.Figure,
    rows: Any,
    values: list[float | None],
    name: str,
    colour: str,
    form: str,
    dash: str = "solid",
) -> None:
    counts = list(rows.flow_time_item_count)
    sound = [
        value if count >= FEW and complete else None
        for value, count, complete in zip(values, counts, rows.is_complete, strict=True)
    ]
    hover = [
        f"{period_name(row.period_type, row.period_start)}<br>{name} "
        f"{NONE if value is None else form.format(value)}<br>from {items(row.flow_time_item_count)}"
        f"{'' if row.is_complete else ', still running'}"
        for row, value in zip(rows.itertuples(), values, strict=True)
    ]
    figure.add_scatter(
        x=_names(rows),
        y=sound,
        name=name,
        mode="lines",
        line={"color": colour, "width": 2.5, "dash": dash},
        connectgaps=False,
        hoverinfo="skip",
        legendgroup=name,
    )
    hollow = [value is None for value in sound]
    figure.add_scatter(
        x=_names(rows),
        y=values,
        mode="markers",
        name=name,
        legendgroup=name,
        showlegend=False,
        marker={
            "color": colour,
            "size": 8,
            "symbol": ["circle-open" if is_open else "circle" for is_open in hollow],
            "line": {"width": 2, "color": colour},
        },
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )


def load_over_time(metrics: Any) -> go.Figure:
    """Load at the period's end by flow item, stacked, and the highest load."""
    figure = stacked_by_flow_item(metrics[metrics.flow_item != "all"], "load_end", "items in work")
    whole = metrics[metrics.flow_item == "all"]
    if len(whole):
        figure.add_scatter(
            x=_names(whole),
            y=whole.load_max.where(whole.load_max > 0),
            mode="markers",
            name="highest",
            marker={
                "symbol": "line-ew-open",
                "size": 14,
                "color": ALL_COLOUR,
                "line": {"width": 2},
                "opacity": [1 if done else RUNNING for done in whole.is_complete],
            },
            hovertemplate="highest at any moment: %{y}<extra></extra>",
        )
    return figure


def arrivals_and_completions(metrics: Any) -> go.Figure:
    """Work begun against begun work that ended, per period, and their difference."""
    figure = _figure("items")
    opacity = [1 if done else RUNNING for done in metrics.is_complete]
    names = _names(metrics)
    completions = metrics.arrivals - metrics.net_flow
    figure.add_bar(
        x=names,
        y=metrics.arrivals,
        name="begun",
        marker={"color": STATE_COLOURS["active"], "opacity": opacity},
    )
    figure.add_bar(
        x=names, y=completions, name="ended", marker={"color": STATE_COLOURS["done"], "opacity": opacity}
    )
    colour = STATE_COLOURS["waiting"]
    figure.add_scatter(
        x=names,
        y=metrics.net_flow.where(metrics.is_complete),
        name="net flow",
        legendgroup="net flow",
        mode="lines",
        line={"color": colour, "width": 2.5},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=names,
        y=metrics.net_flow,
        name="net flow",
        legendgroup="net flow",
        showlegend=False,
        mode="markers",
        marker={
            "color": colour,
            "size": 7,
            "symbol": ["circle" if done else "circle-open" for done in metrics.is_complete],
            "line": {"width": 2, "color": colour},
        },
    )
    figure.update_layout(barmode="group", hovermode="x unified")
    figure.update_yaxes(rangemode="normal", zeroline=True)
    _count_axis(figure.layout.yaxis, metrics[["arrivals", "net_flow"]].abs().max(axis=None))
    _running_note(figure, metrics)
    return figure


def load_against_flow_time(metrics: Any) -> go.Figure:
    """Each complete period as a point: average load across, median flow time up; later periods darker."""
    rows = metrics[metrics.is_complete & (metrics.flow_time_item_count >= FEW)]
    figure = _figure("median flow time, days", legend=False)
    names = [period_name(row.period_type, row.period_start) for row in rows.itertuples()]
    figure.add_scatter(
        x=rows.load_avg,
        y=[days(value) for value in rows.flow_time_p50_seconds],
        mode="lines+markers",
        line={"color": ALL_COLOUR, "width": 1, "dash": "dot"},
        marker={
            "size": 12,
            "color": list(range(len(rows))),
            "colorscale": [[0, "#BFD9EC"], [1, "#0072B2"]],
            "line": {"width": 1, "color": ALL_COLOUR},
        },
        customdata=[
            f"{name}<br>load {row.load_avg:.1f}, median {duration(row.flow_time_p50_seconds)}<br>from "
            f"{items(row.flow_time_item_count)}"
            for name, row in zip(names, rows.itertuples(), strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for index in {0, len(rows) - 1} if len(rows) else set():
        row = rows.iloc[index]
        figure.add_annotation(
            x=row.load_avg,
            y=days(row.flow_time_p50_seconds),
            text=short_period_name(row.period_type, row.period_start),
            ax=0,
            ay=-26,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=ALL_COLOUR,
            standoff=7,
            font={"size": 11},
        )
    figure.update_xaxes(title="average load, items", rangemode="tozero", showgrid=True)
    return figure


def flow_time_scatter(finished: Any, metrics: Any) -> go.Figure:
    """Each delivered item at its completion and flow time, with the periods' percentiles as steps."""
    figure = _figure("flow time, days", height=430)
    for name, colour in FLOW_ITEM_COLOURS.items():
        rows = finished[finished.flow_item == name]
        if not len(rows):
            continue
        figure.add_scatter(
            x=rows.completed_at,
            y=rows.flow_time_seconds / DAY_SECONDS,
            mode="markers",
            name=name,
            marker={"color": colour, "size": 6, "opacity": 0.7},
            customdata=list(zip(rows.artifact_id, rows.artifact_key, rows.title, strict=True)),
            hovertemplate="<b>%{customdata[1]}</b> %{customdata[2]}<br>"
            "%{y:.1f} d, done %{x|%d %b %Y}<extra></extra>",
        )
    sound = metrics[metrics.is_complete & (metrics.flow_time_item_count >= FEW)]
    for name in ("p50", "p85", "p95"):
        across: list[Any] = []
        up: list[float | None] = []
        for row in sound.itertuples():
            value = days(getattr(row, f"flow_time_{name}_seconds"))
            across += [row.period_start, row.period_end, row.period_end]
            up += [value, value, None]
        figure.add_scatter(
            x=across,
            y=up,
            mode="lines",
            name=name,
            line={"color": ALL_COLOUR, "width": 3, "dash": DASHES[name]},
            hovertemplate=f"{name}: %{{y:.1f}} d<extra></extra>",
        )
    return figure


def flow_time_histogram(histogram: Any, recent: Any) -> go.Figure:
    """How many items took how many days, with the recent percentiles."""
    figure = _figure("items")
    for name, colour in FLOW_ITEM_COLOURS.items():
        rows = histogram[histogram.flow_item == name]
        if len(rows):
            figure.add_bar(
                x=rows.whole_days + 0.5,
                y=rows.item_count,
                name=name,
                width=1,
                marker={"color": colour},
                customdata=[
                    f"{name}: {items(row.item_count)}, {row.whole_days} days"
                    f"{' and more' if row.whole_days == LAST_BAR else ''}"
                    for row in rows.itertuples()
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
    for row in recent.itertuples():
        for index, name in enumerate(("p50", "p85", "p95")):
            value = days(getattr(row, f"flow_time_{name}_seconds"))
            if value is not None and value <= LAST_BAR:
                side = "right" if value < 0.75 * LAST_BAR else "left"
                figure.add_vline(
                    x=value,
                    line={"color": ALL_COLOUR, "width": 2.5, "dash": DASHES[name]},
                    annotation={"text": f"{name} {value:.1f} d", "font": {"size": 11}, "yshift": -16 * index},
                    annotation_position=f"top {side}",
                )
    figure.update_layout(barmode="stack", bargap=0.02)
    if len(histogram):
        _count_axis(figure.layout.yaxis, histogram.groupby("whole_days").item_count.sum().max())
    figure.update_xaxes(title="flow time, days", rangemode="tozero")
    if len(histogram) and histogram.whole_days.max() >= LAST_BAR:
        ticks = list(range(0, LAST_BAR, 10))
        figure.update_xaxes(tickvals=[*ticks, LAST_BAR + 0.5], ticktext=[*map(str, ticks), f"{LAST_BAR}+"])
    return figure


def load_by_state(open_items: Any) -> go.Figure:
    """Open items by tool state, split by flow item."""
    order = list(_fullest(open_items))
    figure = _figure("", height=max(180, 60 + 28 * len(order)))
    for name, colour in FLOW_ITEM_COLOURS.items():
        counts = open_items[open_items.flow_item == name].groupby("tool_state").size()
        figure.add_bar(
            y=order,
            x=[int(counts.get(state, 0)) for state in order],
            name=name,
            orientation="h",
            marker={"color": colour},
            hovertemplate=f"%{{y}}: %{{x}} {name}<extra></extra>",
        )
    figure.update_layout(barmode="stack", bargap=_bar_gap(len(order)))
    figure.update_xaxes(title="items in work", showgrid=True)
    _count_axis(figure.layout.xaxis, open_items.groupby("tool_state").size().max())
    return figure


def _bar_gap(bars: int) -> float:
    """One bar alone does not fill the chart."""
    return max(0.25, 1 - bars / 6)


def in_sight(open_items: Any) -> Any:
    """The items in those tool states that a chart has room for."""
    return open_items[open_items.tool_state.isin(_fullest(open_items))]


def drawn(open_items: Any) -> Any:
    """The items to draw, the oldest first: of too many some are the oldest, the others a fixed draw."""
    if len(open_items) <= MOST_POINTS:
        return open_items
    oldest, others = open_items.head(EXTREMES), open_items.iloc[EXTREMES:]
    lots = hash_pandas_object(others.artifact_id, index=False)
    return pd.concat([oldest, others[lots.rank(method="first") <= MOST_POINTS - len(oldest)]])


def ageing(open_items: Any, past: Any) -> go.Figure:
    """Each open item in its tool state at its age, against the percentiles of what was delivered lately."""
    figure = _figure("time so far, days", height=430)
    open_items = drawn(in_sight(open_items[AGEING_COLUMNS]))
    order = open_items.groupby("tool_state").work_age_seconds.median().sort_values().index.tolist()
    places = {state: index for index, state in enumerate(order)}
    for band, name in [*BAND_NAMES.items(), (None, "nothing to compare with")]:
        rows = open_items[open_items.age_band.isna() if band is None else open_items.age_band == band]
        if not len(rows):
            continue
        # A fixed spread, so that items of one age do not hide each other.
        across = [
            places[row.tool_state] + (hash_spread(row.artifact_id) - 0.5) * 0.6 for row in rows.itertuples()
        ]
        figure.add_scatter(
            x=across,
            y=(rows.compared_age_seconds / DAY_SECONDS).clip(lower=0.05),
            mode="markers",
            name=name,
            marker={
                "color": BAND_COLOURS[band],
                "size": 9,
                "symbol": ["x" if row.is_blocked else "circle" for row in rows.itertuples()],
                "opacity": 0.85,
            },
            customdata=[
                (
                    row.artifact_id,
                    f"<b>{row.artifact_key}</b> {row.title}<br>{row.flow_item} in {row.tool_state}: "
                    f"{duration(row.work_age_seconds)}<br>last touched {duration(row.idle_seconds)} ago"
                    f"{'<br><b>blocked</b>' if row.is_blocked else ''}",
                )
                for row in rows.itertuples()
            ],
            hovertemplate="%{customdata[1]}<extra></extra>",
        )
    for row in past.itertuples():
        for name, dash in DASHES.items():
            limit = days(getattr(row, f"flow_time_{name}_seconds"))
            figure.add_scatter(
                x=[-0.6, len(order) - 0.4],
                y=[limit, limit],
                mode="lines",
                line={"color": ALL_COLOUR, "width": 2, "dash": dash},
                showlegend=False,
                hovertemplate=f"{name}: {limit:.1f} d<extra></extra>",
            )
            figure.add_annotation(
                text=name,
                x=1,
                xref="paper",
                xanchor="left",
                y=log10(limit) if limit else 0,
                showarrow=False,
                font={"size": 11},
            )
    figure.update_layout(margin={"r": 36})
    figure.update_xaxes(
        tickvals=list(places.values()),
        ticktext=["<br>".join(wrap(state, 12)) for state in order],
        range=[-0.6, len(order) - 0.4],
    )
    ticks = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000]
    figure.update_yaxes(
        type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks], rangemode="normal"
    )
    return figure


def _fullest(rows: Any) -> Any:
    """The tool states with most items: a chart has room for a dozen."""
    return rows.groupby("tool_state").size().sort_values(kind="stable").index[-MOST_STATES:]


def hash_spread(text: str) -> float:
    """A number of 0 to 1 that a text always has."""
    number = 0
    for character in text:
        number = (number * 31 + ord(character)) % 1009
    return number / 1009


def cumulative_flow(rows: Any) -> go.Figure:
    """Items per abstract state at each day's end, stacked; done counts from the range's first day."""
    figure = _figure("items", height=380)
    before = int(rows.done_count.iloc[0]) if len(rows) else 0
    for state in ("done", "waiting", "active", "new"):
        counts = rows[f"{state}_count"] - (before if state == "done" else 0)
        figure.add_scatter(
            x=rows.period_start,
            y=counts,
            name="done since the range began" if state == "done" else state,
            stackgroup="all",
            mode="lines",
            line={"width": 0.5, "color": STATE_COLOURS[state]},
            fillcolor=STATE_COLOURS[state],
            hovertemplate=f"{state}: %{{y}}<extra></extra>",
        )
    figure.update_layout(hovermode="x unified", legend={"traceorder": "reversed"})  # the top band first
    states = [f"{state}_count" for state in STATE_COLOURS if f"{state}_count" in rows]
    _count_axis(figure.layout.yaxis, rows[states].sum(axis=1).max() - before if len(rows) else 0)
    if len(rows) <= 10:
        figure.update_xaxes(dtick=DAY_SECONDS * 1000, tickformat="%-d %b %Y")
    return figure


def states_heatmap(states: Any, *, dark: bool = False) -> go.Figure:
    """Share of all flow time per tool state and period."""
    spent = states.groupby("tool_state")[["active_seconds", "waiting_seconds"]].sum().sum(axis=1)
    order = spent.sort_values(kind="stable").index[-MOST_STATES:]
    names = list(dict.fromkeys(_names(states)))
    shares = {
        (name, row.tool_state): row.share
        for name, row in zip(_names(states), states.itertuples(), strict=True)
    }
    grid = [[shares.get((name, state)) for name in names] for state in order]
    figure = _figure("", height=max(200, 70 + 30 * len(order)), legend=False)
    figure.add_heatmap(
        x=names,
        y=list(order),
        z=grid,
        colorscale=SHARE_COLOURS[dark],
        zmin=0,
        texttemplate="%{z:.0%}" if _has_figures(names, order) else None,
        hovertemplate="%{y}, %{x}: %{z:.1%} of flow time<extra></extra>",
        showscale=False,
        xgap=2,
        ygap=2,
    )
    _name_columns(figure, names)
    _running_note(figure, states)
    return figure


def _has_figures(names: list[str], lines: Any) -> bool:
    """Whether a heatmap's figures can be written into its cells; if not, the pointer reads them."""
    return len(names) <= MOST_COLUMNS and len(names) * len(lines) <= MOST_FIGURES


def _name_columns(figure: go.Figure, names: list[str]) -> None:
    """A name under each column of a heatmap, where there is room; no lines where cells are empty."""
    figure.update_xaxes(ticks="")
    figure.update_yaxes(ticks="", showgrid=False)
    if len(names) <= MOST_COLUMNS:
        figure.update_xaxes(dtick=1)


def time_by_state(period: Any) -> go.Figure:
    """One period's share of flow time by tool state, split into active and waiting."""
    total = (period.active_seconds + period.waiting_seconds).sum()
    rows = period.sort_values("share", kind="stable").tail(MOST_STATES)
    figure = _figure("", height=max(HEIGHT, 60 + 30 * len(rows)))
    for kind in ("active", "waiting"):
        figure.add_bar(
            y=rows.tool_state,
            x=rows[f"{kind}_seconds"] / total if total else rows[f"{kind}_seconds"],
            name=kind,
            orientation="h",
            marker={"color": STATE_COLOURS[kind]},
            hovertemplate=f"%{{y}}: %{{x:.1%}} {kind}<extra></extra>",
        )
    figure.update_layout(barmode="stack", bargap=_bar_gap(len(rows)))
    figure.update_xaxes(tickformat=".0%", showgrid=True, title="share of flow time")
    return figure


def active_against_waiting(metrics: Any) -> go.Figure:
    """Active and waiting time in progress per period, as shares of the whole."""
    figure = _figure("")
    whole = metrics.active_seconds + metrics.waiting_seconds
    for kind in ("active", "waiting"):
        figure.add_bar(
            x=_names(metrics),
            y=metrics[f"{kind}_seconds"] / whole.where(whole > 0),
            name=kind,
            marker={
                "color": STATE_COLOURS[kind],
                "opacity": [1 if done else RUNNING for done in metrics.is_complete],
            },
            hovertemplate=f"%{{x}}: %{{y:.0%}} {kind}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_yaxes(tickformat=".0%", range=[0, 1])
    _running_note(figure, metrics)
    return figure


def portfolio_heatmap(rows: Any, measure: str, *, more_is_better: bool, dark: bool = False) -> go.Figure:
    """Each scope's figure per period, coloured by how it compares with the scope's own median."""
    names = list(dict.fromkeys(_names(rows)))
    labels = list(dict.fromkeys(rows.label))
    middles = rows[rows.is_complete].groupby("label")[measure].median()
    cells = {(row.label, name): row for name, row in zip(_names(rows), rows.itertuples(), strict=True)}
    lines = [[cells.get((label, name)) for name in names] for label in labels]
    grid = [
        [_compared(cell, measure, middles.get(label)) for cell in line]
        for label, line in zip(labels, lines, strict=True)
    ]
    texts = [[_cell_text(cell, measure) for cell in line] for line in lines]
    low, high = (BAD_COLOUR, GOOD_COLOUR) if more_is_better else (GOOD_COLOUR, BAD_COLOUR)
    figure = _figure("", height=max(220, 60 + 30 * len(labels)), legend=False)
    figure.add_heatmap(
        x=names,
        y=labels,
        z=grid,
        text=texts,
        texttemplate="%{text}" if _has_figures(names, labels) else None,
        zmin=-1,
        zmax=1,
        colorscale=[[0, low], [0.5, INDIFFERENT_COLOURS[dark]], [1, high]],
        showscale=False,
        hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
        xgap=2,
        ygap=2,
    )
    figure.update_yaxes(autorange="reversed", rangemode="normal")
    _name_columns(figure, names)
    _running_note(figure, rows)
    return figure


def _is_tellable(cell: Any, measure: str) -> bool:
    """Whether a cell says something: its period is over, and it does not rest on a few items."""
    return bool(cell.is_complete and (not measure.startswith("flow_") or cell.flow_time_item_count >= FEW))


def _compared(cell: Any, measure: str, middle: float | None) -> float | None:
    """How far a figure lies from the middle, -1 to 1; nought where it says nothing."""
    if cell is None or is_missing(getattr(cell, measure)):
        return None
    if not middle or not _is_tellable(cell, measure):
        return 0.0
    return max(-1.0, min(1.0, float(getattr(cell, measure)) / middle - 1))


def _cell_text(cell: Any, measure: str) -> str:
    """A figure, in parentheses where it says nothing yet."""
    if cell is None or is_missing(getattr(cell, measure)):
        return ""
    value = getattr(cell, measure)
    if measure.endswith("_seconds"):
        text = f"{value / DAY_SECONDS:.1f}"
    else:
        text = f"{value:.0%}" if measure == "flow_efficiency" else f"{value:.0f}"
    return text if _is_tellable(cell, measure) else f"({text})"


def is_cut(intervals: Any) -> bool:
    """Whether a timeline's end is drawn short: what was done long ago would squeeze the life before it."""
    last = intervals.iloc[-1]
    return len(intervals) > 1 and bool(last.is_current) and last.abstract_state == "done"


def timeline(intervals: Any, as_of: Any) -> go.Figure:
    """An item's life on one line: one bar an interval, coloured by what its state means."""
    figure = _figure("", height=190)
    shown: set[str] = set()
    if is_cut(intervals):
        done_at = intervals.iloc[-1].entered_at
        life = done_at - intervals.iloc[0].entered_at
        drawn_until = min(as_of, done_at + life / 8)
    else:
        drawn_until = as_of
    for row in intervals.itertuples():
        state = row.abstract_state if isinstance(row.abstract_state, str) else "unmapped"
        is_open = is_missing(row.left_at)
        end = as_of if is_open else row.left_at
        length = max((end - row.entered_at).total_seconds(), 0)
        drawn = ((drawn_until if is_open else end) - row.entered_at).total_seconds()
        figure.add_bar(
            y=[""],
            x=[max(drawn, 0) * 1000],
            base=[row.entered_at],
            orientation="h",
            name=state,
            legendgroup=state,
            showlegend=state not in shown,
            marker={
                "color": STATE_COLOURS[state],
                "pattern": {"shape": "/" if row.is_blocked else ""},
                "line": {"width": 1, "color": "#FFFFFF"},
            },
            text=row.tool_state,
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            customdata=[
                f"<b>{row.tool_state}</b> ({state}{', blocked' if row.is_blocked else ''})<br>"
                f"{row.entered_at:%d %b %Y %H:%M} to "
                f"{'now' if row.is_current else f'{end:%d %b %Y %H:%M}'} UTC<br>"
                f"{duration(length)}<br>{row.flow_item}, {row.product_id}"
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        shown.add(state)
    figure.update_layout(barmode="overlay", uniformtext={"minsize": 10, "mode": "hide"})
    figure.update_xaxes(type="date")
    figure.update_yaxes(showticklabels=False)
    return figure


def accounting(rows: Any) -> go.Figure:
    """In which bucket each connection's artifacts are."""
    colours = {
        "flow_item": "#0072B2",
        "excluded": "#8A949E",
        "unmapped": "#F0E442",
        "removed_before_completion": "#CC79A7",
        "duplicate": "#E69F00",
    }
    connections = sorted(set(rows.connection), reverse=True)
    figure = _figure("", height=max(150, 80 + 40 * len(connections)))
    for bucket, colour in colours.items():
        counts = rows[rows.bucket == bucket].set_index("connection").artifact_count
        figure.add_bar(
            y=connections,
            x=[int(counts.get(connection, 0)) for connection in connections],
            name=bucket.replace("_", " "),
            orientation="h",
            marker={"color": colour},
            hovertemplate=f"%{{y}}: %{{x:,}} {bucket.replace('_', ' ')}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title="artifacts", showgrid=True, tickformat=",")
    return figure
