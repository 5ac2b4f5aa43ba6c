"""Work in progress: what is open, how old it is, and what is stuck."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import charts, figures, look, words
from dashboards.view import View, chart, explain, heading, item_table, nothing_yet

MOST_LISTED = 200
COLUMNS = {
    "artifact_key": "Item",
    "title": "Title",
    "flow_item": "Flow item",
    "tool_state": "State",
    "work_age_seconds": "Time in work",
    "state_age_seconds": "In this state",
    "idle_seconds": "Since last touched",
    "product_id": "Product",
}


def show(view: View) -> None:
    """Draw the page."""
    heading(view, "Work in progress", "What is going on now, what gets old, and what has been forgotten?")
    if nothing_yet(view):
        return
    selection = view.selection
    rows = figures.open_items(view.snapshot, selection)
    past = figures.scope_flow_time(view.snapshot, selection)
    basis = int(past.iloc[0].flow_time_item_count) if len(past) else 0
    counts(rows, basis)
    if not len(rows):
        st.success("Nothing is in work at as-of.")
    else:
        most, oldest = charts.MOST_POINTS, charts.EXTREMES
        drawn = (
            f" Of the dozen fullest states {most:,} are drawn: the {oldest} oldest and a draw of others."
            if len(charts.in_sight(rows)) > most
            else ""
        )
        selected = chart(
            charts.ageing(rows, past),
            "ageing",
            title="How old is what is open?",
            meaning=f"{words.meaning('compared_age_seconds')}{charts.AGE_LINES} Click a point to open it."
            f"{drawn}",
            rests_on=f"{look.items(len(rows))} open, held against {look.items(basis)} delivered in the "
            f"26 weeks up to as-of{', too few to tell' if basis < look.FEW else ''}.",
            data=rows,
            select=True,
        )
        if selected:
            view.open_item(selected[0])
        chart(
            charts.load_by_state(rows),
            "load_by_state",
            title="Where does it stand?",
            meaning="Items in active or waiting work at as-of, by the tool's own state. Both charts show the "
            "dozen states with most of them.",
            rests_on=f"{look.items(len(rows))}.",
            data=rows,
        )
        stuck(view, rows)
    cumulative = figures.cumulative(view.snapshot, selection)
    chart(
        charts.cumulative_flow(cumulative),
        "cumulative_flow",
        title="Cumulative flow",
        meaning="Items in each abstract state at each day's end; done is counted from the range's first day. "
        "A band that widens is work that piles up there.",
        rests_on="Every item of the scope.",
        data=cumulative,
    )


def counts(rows: Any, basis: int) -> None:
    """How much is open, old, blocked and neglected."""
    cells = st.columns(5)
    old = int((rows.age_band == "beyond_p95").sum()) if len(rows) else 0
    for cell, label, number, meaning in (
        (cells[0], "In work now", len(rows), words.meaning("load_end")),
        (cells[1], "Active", int((rows.abstract_state == "active").sum()), words.meaning("active_count")),
        (cells[2], "Waiting", int((rows.abstract_state == "waiting").sum()), words.meaning("waiting_count")),
        (cells[3], "Blocked", int(rows.is_blocked.sum()), words.meaning("is_blocked")),
        (cells[4], "Neglected", int(rows.is_neglected.sum()), words.meaning("is_neglected")),
    ):
        cell.metric(label, look.whole(number), help=meaning, border=True)
    if basis >= look.FEW:
        st.caption(f"{look.items(old)} in work longer than 95% of what was delivered lately took.")


def stuck(view: View, rows: Any) -> None:
    """Blocked and neglected items, and all of them by age."""
    blocked, neglected = rows[rows.is_blocked], rows[rows.is_neglected]
    tabs = st.tabs(
        [
            f"Oldest ({min(charts.EXTREMES, len(rows))})",
            f"Blocked ({len(blocked)})",
            f"Neglected ({len(neglected)})",
        ]
    )
    for tab, key, found, text in zip(
        tabs,
        ("oldest", "blocked", "neglected"),
        (rows.head(charts.EXTREMES), blocked, neglected),
        (
            "The open items with most time in work.",
            words.meaning("is_blocked"),
            words.meaning("is_neglected"),
        ),
        strict=True,
    ):
        with tab:
            if len(found):
                item_table(view, found.head(MOST_LISTED), key, COLUMNS)
            else:
                st.success("None.")
            some = f", the {MOST_LISTED} oldest listed" if len(found) > MOST_LISTED else ""
            explain(text, f"{look.items(len(found))}{some}.", f"{key}_items", found)
