"""Trust: how far the figures can be relied on."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import charts, figures, look, words
from dashboards.view import View, chart, explain, heading, table_height

STALE_HOURS = 48
FLAWS = {
    "unmapped_state_count": "with a state nobody mapped",
    "tool_category_count": "with a state that only the tool's category explains",
    "inferred_count": "with an inferred change",
    "observed_count": "with a change dated by a load",
    "skipped_work_count": "done without being in work",
    "history_gap_count": "with a gap in the history",
    "short_stay_count": "with a stay of under a minute",
}


def show(view: View) -> None:
    """Draw the page."""
    heading(view, "Trust", "How fresh are the data, what is not mapped, and what do the figures rest on?")
    fresh(figures.freshness(view.snapshot))
    score(figures.trust(view.snapshot, view.selection))
    rows = figures.accounting(view.snapshot)
    chart(
        charts.accounting(rows),
        "accounting",
        title="Is every loaded artifact accounted for?",
        meaning="Every loaded artifact is in exactly one bucket: removed before it was done, unmapped, left "
        "out on purpose (excluded), or a flow item.",
        rests_on=_accounted(rows),
        data=rows,
    )
    gaps(figures.gaps(view.snapshot))
    usage = figures.mapping_usage(view.snapshot)
    idle = usage[(usage.origin == "organisation") & (usage.decided_count == 0)]
    with st.expander(f"Mapping rows: {len(usage)}, of which {len(idle)} of your own never decided anything"):
        st.dataframe(usage, hide_index=True, key="usage")
        explain("How often each row decided.", f"{len(usage)} rows.", "mapping_usage", usage)


def fresh(rows: Any) -> None:
    """When each connection was last loaded."""
    st.subheader("How fresh are the data?", anchor=False)
    if not len(rows):
        st.info("Nothing was loaded up to as-of.")
        return
    for cell, row in zip(st.columns(max(3, len(rows))), rows.itertuples(), strict=False):
        with cell.container(border=True):
            late = row.hours_since_load > STALE_HOURS
            st.markdown(f"**{escape_name(row.connection)}**{' :orange-badge[stale]' if late else ''}")
            st.caption(
                f"loaded {_ago(row.hours_since_load)} as-of, {row.newest_load_at:%d %b %Y %H:%M} UTC  \n"
                f"{row.artifact_count:,} artifacts, {row.load_count} loads"
            )
    explain(
        f"From the end of a connection's newest load to as-of. More than {STALE_HOURS} hours count as stale.",
        f"{len(rows)} connections.",
        "data_freshness",
        rows,
    )


def _ago(hours: float) -> str:
    return "right at" if hours < 0.01 else f"{look.duration(hours * 3600)} before"


def escape_name(name: str) -> str:
    """A connection's name in Markdown; such names are lower snake case."""
    return name.replace("_", "\\_")


def score(rows: Any) -> None:
    """What the selected scope's load and velocity rest on."""
    st.subheader("What do load and velocity rest on?", anchor=False)
    if not len(rows):
        st.info("Nothing is in work, and nothing was delivered in the 26 weeks up to as-of.")
        return
    for cell, row in zip(st.columns(2), rows.itertuples(), strict=False):
        with cell.container(border=True, height="stretch"):
            title = "Load" if row.figure == "load" else "Velocity of the last 26 weeks"
            st.metric(title, look.percent(row.trust_score), help=words.meaning("trust_score"))
            found = [
                f"{getattr(row, column):,} {text}" for column, text in FLAWS.items() if getattr(row, column)
            ]
            st.caption(f"Of {look.items(row.item_count)}: {'; '.join(found) if found else 'no flaw'}.")
    explain(words.meaning("trust_score"), "All flow levels and items of the scope.", "flow_trust", rows)


def _accounted(rows: Any) -> str:
    loaded = int(rows.drop_duplicates("connection").loaded_count.sum())
    counted = int(rows.artifact_count.sum())
    if loaded == counted:
        return f"All {loaded:,} loaded artifacts."
    return f"{counted:,} of {loaded:,} loaded artifacts: {loaded - counted:,} are missing."


def gaps(rows: Any) -> None:
    """What no mapping row covers, with the row to paste."""
    st.subheader("What is not mapped?", anchor=False)
    if len(rows):
        shown = rows[
            ["artifact_count", "seed", "gap_type", "connection", "tool_value", "suggested_row"]
        ].copy()
        shown["suggested_row"] = rows.suggested_row.fillna(rows.conflicting_rows)  # a gap has either
        shown[["example", "last_seen_at"]] = rows[["example_artifact_key", "last_seen_at"]]
        st.dataframe(
            shown,
            hide_index=True,
            key="gaps",
            height=table_height(len(rows)),
            placeholder=look.NONE,
            column_config={
                "artifact_count": st.column_config.NumberColumn("Artifacts", width=60),
                "seed": st.column_config.TextColumn("Seed", width=130),
                "gap_type": st.column_config.TextColumn("Why", width=75),
                "connection": st.column_config.TextColumn("Connection", width=95),
                "tool_value": st.column_config.TextColumn("The tool's value", width=115),
                "suggested_row": st.column_config.TextColumn("Row to paste, or rows in conflict", width=280),
                "example": st.column_config.TextColumn("For example", width=130),
                "last_seen_at": st.column_config.DatetimeColumn(
                    "Last seen", format="D MMM YYYY", width=90, help="In UTC."
                ),
            },
        )
    else:
        st.success("Every state, type, project and resolution is mapped.")
    explain(
        "What no mapping row covers, or what rows with equal right claim. Nothing of it is guessed.",
        f"{len(rows)} values.",
        "mapping_gaps",
        rows,
    )
