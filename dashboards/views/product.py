"""Product: the five metrics over time. Any scope can be looked at, a team or a value stream as well."""

from __future__ import annotations

import streamlit as st

from dashboards import charts, figures, look, words
from dashboards.view import View, chart, five_metrics, heading, nothing_yet


def show(view: View) -> None:
    """Draw the page."""
    heading(view, "Product", "How do the five metrics develop, and does the load slow the work down?")
    if view.selection.scope_type != "product":
        st.caption(
            "Choose a product on the left, or stay: the page is the same for a team or a value stream."
        )
    if nothing_yet(view):
        return
    metrics = figures.metrics(view.snapshot, view.selection)
    five_metrics(view, metrics)
    chosen = view.selection.flow_item
    four = metrics[metrics.flow_item != "all"]
    if chosen != "all":
        four = metrics[metrics.flow_item == chosen]
    whole = metrics[metrics.flow_item == chosen]
    delivered = f"Rests on {look.items(int(whole.velocity.sum()))} delivered."
    timed = f"Rests on {look.items(int(whole.flow_time_item_count.sum()))} with a flow time."

    left, right = st.columns(2)
    with left:
        chart(
            charts.stacked_by_flow_item(four, "velocity", "items"),
            "velocity",
            title="Velocity: how much gets done?",
            meaning=words.meaning("velocity"),
            rests_on=delivered,
            data=four,
        )
    with right:
        chart(
            charts.stacked_by_flow_item(four, "share", "", is_share=True),
            "distribution",
            title="Distribution: of what kind?",
            meaning=words.meaning("share"),
            rests_on=delivered,
            data=four,
        )
    left, right = st.columns(2)
    with left:
        chart(
            charts.flow_time_over_time(whole),
            "flow_time",
            title="Flow time: how long does it take?",
            meaning=words.meaning("flow_time_p50_seconds", "flow_time_p85_seconds"),
            rests_on=f"{timed} Hollow points rest on fewer than {look.FEW} items or a running period.",
            data=whole,
        )
    with right:
        chart(
            charts.efficiency_over_time(whole),
            "efficiency",
            title="Efficiency: how much of it is work?",
            meaning=words.meaning("period_flow_efficiency"),
            rests_on=timed,
            data=whole,
        )
    left, right = st.columns(2)
    with left:
        chart(
            charts.load_over_time(metrics if chosen == "all" else whole),
            "load",
            title="Load: how much is going on at once?",
            meaning=words.meaning("load_end", "load_max"),
            rests_on="",
            data=metrics,
        )
    with right:
        chart(
            charts.arrivals_and_completions(whole),
            "arrivals",
            title="Is more begun than ended?",
            meaning=words.meaning("arrivals", "net_flow"),
            rests_on=f"Rests on {look.items(int(whole.arrivals.sum()))} begun.",
            data=whole,
        )
    complete = whole[whole.is_complete & (whole.flow_time_item_count >= look.FEW)]
    chart(
        charts.load_against_flow_time(whole),
        "load_flow_time",
        title="Does more load go with longer flow times?",
        meaning=words.meaning("load_avg")
        + " Each point is a period that is over, later ones darker. A line that climbs to the right says "
        "that work slows down as more of it is begun.",
        rests_on=f"{len(complete)} periods with at least {look.FEW} items each.",
        data=complete,
    )
