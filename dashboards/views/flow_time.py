"""Flow time: how long finished items took, and which ones took longest."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dashboards import charts, figures, look, words
from dashboards.charts import EXTREMES, MOST_POINTS
from dashboards.view import View, chart, explain, heading, item_table, nothing_yet


def show(view: View) -> None:
    """Draw the page."""
    heading(view, "Flow time", "How long does work take, what can we promise, and what took longest?")
    if nothing_yet(view):
        return
    selection = view.selection
    recent = figures.recent_flow_time(view.snapshot, selection)
    promise(recent)
    count = figures.finished_count(view.snapshot, selection)
    if not count:
        st.info("Nothing with a flow time was delivered in this range.")
        return
    drawn = figures.finished_items(view.snapshot, selection, MOST_POINTS, EXTREMES)
    metrics = figures.metrics(view.snapshot, selection)
    whole = metrics[metrics.flow_item == selection.flow_item]
    sample = (
        f" {len(drawn):,} are drawn, the {EXTREMES} longest and a draw of others; lines rest on every item."
        if len(drawn) < count
        else ""
    )
    selected = chart(
        charts.flow_time_scatter(drawn, whole),
        "flow_time_items",
        title="Each delivered item",
        meaning=words.meaning("flow_time_p50_seconds", "flow_time_p85_seconds", "flow_time_p95_seconds")
        + f" The lines are each {selection.period_type}'s own percentiles, once it is over, where at least "
        f"{look.FEW} items were delivered. Click a point to open the item.",
        rests_on=f"{look.items(count)}.{sample}",
        data=partial(figures.finished_items, view.snapshot, selection),
        select=True,
    )
    if selected:
        view.open_item(selected[0])
    histogram = figures.flow_time_histogram(view.snapshot, selection)
    chart(
        charts.flow_time_histogram(histogram, recent),
        "flow_time_histogram",
        title="How many items took how long",
        meaning="Delivered items of the range by days of flow time; the lines are the percentiles of the 26 "
        "weeks up to as-of. A long tail says that an average promises too much.",
        rests_on=f"{look.items(count)}.",
        data=histogram,
    )
    st.subheader("What took longest", anchor=False)
    longest = figures.longest_items(view.snapshot, selection, EXTREMES)
    item_table(
        view,
        longest,
        "longest",
        {
            "artifact_key": "Item",
            "title": "Title",
            "flow_item": "Flow item",
            "product_id": "Product",
            "flow_time_seconds": "Flow time",
            "active_seconds": "Active",
            "waiting_seconds": "Waiting",
            "completed_at": "Done (UTC)",
        },
    )
    explain("Click a row to open the item.", f"The {len(longest)} longest.", "longest_items", longest)


def promise(recent: Any) -> None:
    """What lately's percentiles let one promise."""
    if not len(recent):
        st.info("Nothing with a flow time was delivered in the 26 weeks up to as-of.")
        return
    row = recent.iloc[0]
    cells = st.columns(4)
    for cell, name, label in zip(
        cells,
        ("p50", "p85", "p95"),
        ("Half took at most", "85% took at most", "95% took at most"),
        strict=False,
    ):
        column = f"flow_time_{name}_seconds"
        cell.metric(label, look.duration(row[column]), help=words.meaning(column), border=True)
    cells[3].metric(
        "Rests on",
        look.items(row.flow_time_item_count),
        help=words.meaning("flow_time_item_count"),
        border=True,
    )
    few = "" if row.flow_time_item_count >= look.FEW else " **Too few items to promise anything.**"
    st.caption(f"Delivered since {row.delivered_from:%d %b %Y}, the 26 weeks up to as-of.{few}")
