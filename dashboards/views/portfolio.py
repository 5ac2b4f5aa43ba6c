"""Portfolio: every product and value stream, and where to look first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import charts, figures, look, words
from dashboards.look import FEW, change, duration, percent
from dashboards.view import View, escape, explain, five_metrics, heading, is_dark, nothing_yet, table_height

MEASURES = {
    "flow_time_p50_seconds": ("Flow time, median days", "flow_time_p50_seconds"),
    "velocity": ("Velocity", "velocity"),
    "flow_efficiency": ("Flow efficiency", "period_flow_efficiency"),
    "load_end": ("Flow load", "load_end"),
}


def show(view: View) -> None:
    """Draw the page."""
    heading(view, "Portfolio", "How does work flow through our products, and where should we look first?")
    if nothing_yet(view):
        return
    five_metrics(view, figures.metrics(view.snapshot, view.selection))
    look_first(view)
    products = lines(view, "product", list(view.product_ids))
    st.subheader("Products", anchor=False)
    table(view, products, "product")
    within = view.scopes[view.scopes.scope_type == "value_stream"].scope_id.unique().tolist()
    streams = lines(view, "value_stream", [stream for stream in within if _is_shown(view, stream)])
    if len(streams):
        st.subheader("Value streams", anchor=False)
        table(view, streams, "value_stream")
    heatmap(products)


def _is_shown(view: View, stream: str) -> bool:
    products = view.scopes[(view.scopes.scope_type == "product") & (view.scopes.value_stream_id == stream)]
    return bool(set(products.scope_id) & set(view.product_ids))


def lines(view: View, scope_type: str, scope_ids: list[str]) -> Any:
    """Rows of every scope and level, labelled with the level where there is more than one."""
    rows = figures.portfolio(view.snapshot, view.selection, scope_type, scope_ids)
    rows["label"] = [
        row.scope_name if row.flow_level == "item" else f"{row.scope_name} ({row.flow_level})"
        for row in rows.itertuples()
    ]
    return rows


def summary(rows: Any) -> list[dict[str, Any]]:
    """Per scope and level: its last complete period, the one before, and its curves."""
    return [
        {"now": line[-1], "before": line[-2] if len(line) > 1 else None, "line": line}
        for line in grouped(rows[rows.is_complete], "label").values()
    ]


def grouped(rows: Any, *columns: str) -> dict[tuple[Any, ...], list[Any]]:
    """Rows as tuples, by the values of some columns: far quicker than rows of data frames."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows.itertuples(index=False):
        found.setdefault(tuple(getattr(row, column) for column in columns), []).append(row)
    return found


def table(view: View, rows: Any, scope_type: str) -> None:
    """The five metrics side by side, with curves; a click on a product opens it."""
    entries = summary(rows)
    if not entries:
        st.info("No period of this range is over yet.")
        return
    newest = max(entry["now"].period_start for entry in entries)
    found = figures.distribution(view.snapshot, view.selection, scope_type, newest)
    shares = {(row.scope_id, row.flow_level, row.flow_item): row.share for row in found.itertuples()}
    lines_shown = [_line(entry, shares) for entry in entries]
    frame = pd.DataFrame(lines_shown)
    name = look.period_name(view.selection.period_type, newest)
    event: Any = st.dataframe(
        frame.drop(columns=["scope_id"]),
        hide_index=True,
        key=f"table_{scope_type}",
        height=table_height(len(frame), most=25),
        on_select="rerun" if scope_type == "product" else "ignore",
        selection_mode="single-row",
        placeholder=look.NONE,
        column_config={
            "name": st.column_config.TextColumn(
                "Product" if scope_type == "product" else "Value stream", pinned=True, width=140
            ),
            "velocity": st.column_config.NumberColumn("Velocity", width=60, help=words.meaning("velocity")),
            "velocity_trend": st.column_config.TextColumn("±", width=50),
            "velocity_curve": st.column_config.BarChartColumn("over time", y_min=0, width=75),
            "shares": st.column_config.TextColumn("Distribution", width=100, help=words.meaning("share")),
            "p50": st.column_config.NumberColumn(
                "p50", width=60, format="%.1f d", help=words.meaning("flow_time_p50_seconds")
            ),
            "p50_trend": st.column_config.TextColumn("± ", width=50),
            "p50_curve": st.column_config.LineChartColumn("over time ", y_min=0, width=75),
            "p85": st.column_config.NumberColumn(
                "p85", width=60, format="%.1f d", help=words.meaning("flow_time_p85_seconds")
            ),
            "efficiency": st.column_config.ProgressColumn(
                "Efficiency",
                width=75,
                format="%.0f%%",
                min_value=0,
                max_value=100,
                help=words.meaning("period_flow_efficiency"),
            ),
            "load": st.column_config.NumberColumn("Load", width=50, help=words.meaning("load_end")),
            "load_trend": st.column_config.TextColumn("±  ", width=50),
            "load_curve": st.column_config.LineChartColumn("over time  ", y_min=0, width=75),
            "items": st.column_config.NumberColumn(
                "Items", width=50, help=words.meaning("flow_time_item_count")
            ),
        },
    )
    explain(
        f"{name}, the last period that is over; ± against the one before, left out where either rests on "
        f"fewer than {FEW} items. Distribution: feature · defect · debt · risk. Curves end with {name}; the "
        f"median's skips periods of fewer than {FEW} items."
        f"{' Click a row to open the product.' if scope_type == 'product' else ''}",
        "",
        f"portfolio_{scope_type}",
        rows,
    )
    if scope_type == "product" and event["selection"]["rows"]:
        view.open_product(str(frame.iloc[event["selection"]["rows"][0]].scope_id))


def _line(entry: dict[str, Any], shares: dict[tuple[str, str, str], float]) -> dict[str, Any]:
    now, before, line = entry["now"], entry["before"], entry["line"]
    parts: list[Any] = [shares.get((now.scope_id, now.flow_level, name)) for name in figures.FLOW_ITEMS]
    has_parts = not any(look.is_missing(part) for part in parts)

    def moved(column: str, counted: str) -> str | None:
        if before is None:
            return None
        (is_now, was), (basis, basis_before) = (
            (getattr(now, name), getattr(before, name)) for name in (column, counted)
        )
        return look.trend(is_now, was, basis, basis_before)

    return {
        "scope_id": now.scope_id,
        "name": now.label,
        "velocity": now.velocity,
        "velocity_trend": moved("velocity", "velocity"),
        "velocity_curve": [period.velocity for period in line],
        "shares": "·".join(f"{part * 100:.0f}" for part in parts) + " %" if has_parts else look.NONE,
        "p50": look.days(now.flow_time_p50_seconds),
        "p50_trend": moved("flow_time_p50_seconds", "flow_time_item_count"),
        "p50_curve": [
            look.days(period.flow_time_p50_seconds) for period in line if period.flow_time_item_count >= FEW
        ],
        "p85": look.days(now.flow_time_p85_seconds),
        "efficiency": None if look.is_missing(now.flow_efficiency) else now.flow_efficiency * 100,
        "load": now.load_end,
        "load_trend": moved("load_end", "load_end"),
        "load_curve": [period.load_end for period in line],
        "items": now.flow_time_item_count,
    }


def look_first(view: View) -> None:
    """The products whose flow time or load grew most in a year, by quarters, which rest on more items."""
    found = sorted(remarks(view), key=lambda remark: -remark[0])[:3]
    st.subheader("Where to look first", anchor=False)
    if not found:
        st.success("In no product did flow time or load grow by a quarter or more within a year.")
    for column, (_, product_id, name, quarters, text) in zip(st.columns(3), found, strict=False):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{escape(name)}**")
            st.caption(quarters + ("" if view.selection.flow_item == "all" else ", all flow items"))
            st.markdown(text)
            if st.button("Open", key=f"open_{product_id}_{name}", icon=":material/arrow_forward:"):
                view.open_product(product_id)


def remarks(view: View) -> Iterator[tuple[float, str, str, str, str]]:
    """Severity, product, its name, the quarters, what got worse: of each product of which something did."""
    quarters = figures.last_quarters(view.snapshot, list(view.product_ids))
    waits_of = cache(partial(figures.worst_waits, view.snapshot))
    for (product_id, level), rows in grouped(quarters, "scope_id", "flow_level").items():
        if len(rows) < 2:
            continue
        now, before = rows[0], rows[-1]
        name = now.scope_name if level == "item" else f"{now.scope_name} ({level})"
        slower = change(now.flow_time_p50_seconds, before.flow_time_p50_seconds) or 0
        fuller = change(now.load_end, before.load_end) or 0
        if min(now.flow_time_item_count, before.flow_time_item_count) < FEW:
            slower = 0
        if min(now.load_end, before.load_end) < FEW:
            fuller = 0
        texts = []
        if slower >= 0.25:
            texts.append(
                f"Median flow time: {duration(before.flow_time_p50_seconds)} → "
                f"**{duration(now.flow_time_p50_seconds)}** ({look.items(now.flow_time_item_count)})"
            )
        if fuller >= 0.25:
            texts.append(f"Work in progress: {before.load_end} → **{look.items(now.load_end)}**")
        if not texts:
            continue
        waits = waits_of(now.period_start)
        wait = waits[(waits.scope_id == product_id) & (waits.flow_level == level)]
        for state in wait.itertuples():
            texts.append(
                f"Waits most in **{escape(state.tool_state)}**: {percent(state.share)} of all time in work"
            )
        quarter, earlier = (look.period_name("quarter", row.period_start) for row in (now, before))
        text = "\n".join(f"- {text}" for text in texts)
        yield (
            max(slower, 0) + max(fuller, 0),
            str(product_id),
            str(name),
            f"{quarter}, against {earlier}",
            text,
        )


def heatmap(rows: Any) -> None:
    """Products by period, each against its own median."""
    st.subheader("How each product moves", anchor=False)
    measure = st.segmented_control(
        "Measure",
        list(MEASURES),
        format_func=lambda name: MEASURES[name][0],
        default="flow_time_p50_seconds",
        key="heatmap_measure",
        label_visibility="collapsed",
        required=True,
    )
    label, block = MEASURES[measure]
    better = look.MORE_IS_BETTER[measure]
    figure = charts.portfolio_heatmap(rows, measure, more_is_better=better, dark=is_dark())
    if charts.is_blank(figure):
        st.info("Nothing to draw in this range.")
        return
    few = int((rows.flow_time_item_count < FEW).sum())
    st.plotly_chart(
        figure,
        key="heatmap",
        config=charts.CONFIG,
        alt=label,
    )
    explain(
        f"{words.meaning(block)} Colour compares with the product's own median in the range: blue is better, "
        "orange is worse, grey is as usual. "
        f"In parentheses: a running period, or fewer than {FEW} items; these say nothing yet.",
        f"{few} of {len(rows)} cells rest on fewer than {FEW} items." if measure.startswith("flow_") else "",
        "portfolio_heatmap",
        rows,
    )
