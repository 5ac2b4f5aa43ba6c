"""Item: one item's life, and why it counts as it does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from dashboards import charts, figures, look, words
from dashboards.view import View, chart, escape, explain, table_height


def show(view: View) -> None:
    """Draw the page."""
    st.title("Item", anchor=False)
    st.markdown("What happened to it, and why does it count as it does?")
    search(view)
    artifact_id = st.session_state.artifact
    if not artifact_id:
        st.info("Search for an item by its key or title, or click one on another page.")
        return
    found = figures.item(view.snapshot, artifact_id)
    if not len(found):
        st.warning(
            f"There is no flow item {escape(artifact_id)} in this snapshot. It may be supporting work, "
            "unmapped or removed."
        )
        return
    row = found.iloc[0]
    facts(view, row)
    intervals = figures.item_states(view.snapshot, artifact_id)
    chart(
        charts.timeline(intervals, view.clock.as_of),
        "timeline",
        title="Timeline",
        meaning=f"{words.meaning('interval_abstract_state')} Hatched: {words.meaning('is_blocked')}"
        f"{' What it has been since it was done is drawn short.' if charts.is_cut(intervals) else ''}",
        rests_on=f"{len(intervals)} interval{'s' if len(intervals) != 1 else ''}, times in UTC.",
        data=intervals,
    )
    decisions(view, intervals)
    links(view, artifact_id)
    activity = figures.item_activity(view.snapshot, artifact_id)
    with st.expander(f"Everything that happened ({len(activity)})"):
        st.dataframe(
            activity[
                ["occurred_at", "activity_type", "from_value", "to_value", "is_inferred", "is_observed"]
            ],
            hide_index=True,
            column_config={"occurred_at": st.column_config.DatetimeColumn("UTC", format="D MMM YYYY, HH:mm")},
        )
        explain("The event stream of the item.", f"{len(activity)} activities.", "activity", activity)


def search(view: View) -> None:
    """A field that finds items by key or title."""
    text = st.text_input(
        "Find an item", key="sought", placeholder="Key or words of the title, such as PAY-123"
    )
    if not text.strip():
        return
    found = figures.find_items(view.snapshot, text.strip())
    if not len(found):
        st.warning(f"No flow item has {escape(text)} in its key or title.")
        return
    names = {row.artifact_id: f"{row.artifact_key}  {row.title}" for row in found.itertuples()}
    chosen = st.selectbox(
        f"{len(found)} found{', the first 20' if len(found) == 20 else ''}",
        list(names),
        index=None,
        format_func=lambda name: names[name],
        key=f"found_{text}",
    )
    if chosen and chosen != st.session_state.artifact:
        view.open_item(chosen)


def facts(view: View, row: Any) -> None:
    """What it is, and its figures."""
    names = (
        view.scopes.drop_duplicates(["scope_type", "scope_id"])
        .set_index(["scope_type", "scope_id"])
        .scope_name
    )
    st.subheader(f"{row.artifact_key} · {row.title or ''}".replace("[", "\\["), anchor=False)
    where = [f"**{row.flow_item}**", names.get(("product", row.product_id), row.product_id)]
    if not look.is_missing(row.team_id):
        where.append(f"team {names.get(('team', row.team_id), row.team_id)}")
    where += [f"{row.artifact_type} in {row.project}", f"now {row.tool_state}"]
    if not look.is_missing(row.outcome):
        where.append(f"{row.outcome} {row.completed_at:%d %b %Y}")
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(" · ".join(part if part.startswith("**") else escape(part) for part in where))
    if not look.is_missing(row.url) and urlsplit(str(row.url)).scheme in ("http", "https"):
        right.link_button(f"Open in {row.connection}", str(row.url), icon=":material/open_in_new:")
    is_done = not look.is_missing(row.completed_at)
    cells = st.columns(5)
    cells[0].metric(
        "Flow time" if is_done else "Time in work so far",
        look.duration(row.flow_time_seconds if is_done else row.work_age_seconds),
        border=True,
    )
    cells[1].metric("Active", look.duration(row.active_seconds), border=True)
    cells[2].metric("Waiting", look.duration(row.waiting_seconds), border=True)
    cells[3].metric("Efficiency", look.percent(row.flow_efficiency), border=True)
    cells[4].metric("Blocked", look.duration(row.blocked_seconds), border=True)
    remarks = []
    if row.skipped_work:
        remarks.append("It was done without ever being in work, so it has no flow time.")
    if row.reopened_count:
        remarks.append(
            "It was reopened" + (f" {row.reopened_count} times." if row.reopened_count > 1 else ".")
        )
    if row.has_history_gap:
        remarks.append("A recorded change does not start from the state before it.")
    if row.has_inferred_changes:
        remarks.append("The tool shows something that its history does not lead to; the change is inferred.")
    if row.has_observed_changes:
        remarks.append("A change is dated by the load that saw it.")
    if row.unmapped_seconds:
        remarks.append(
            f"{look.duration(row.unmapped_seconds)} in states that nobody mapped are in no duration."
        )
    if remarks:
        st.warning(" ".join(remarks))


def decisions(view: View, intervals: Any) -> None:
    """What each interval's state means, then what the item was and whose: with the rows that say so."""
    st.subheader("Why it counts so", anchor=False)
    rows = intervals[
        [
            "entered_at",
            "left_at",
            "duration_seconds",
            "tool_state",
            "abstract_state",
            "state_mapping_source",
            "state_mapping_row_id",
        ]
    ].copy()
    rows["duration_seconds"] = rows.duration_seconds / look.DAY_SECONDS
    form = "D MMM YYYY, HH:mm"
    st.dataframe(
        rows,
        hide_index=True,
        key="decisions",
        height=table_height(len(rows)),
        placeholder=look.NONE,
        column_config={
            "entered_at": st.column_config.DatetimeColumn("From (UTC)", format=form, width=120),
            "left_at": st.column_config.DatetimeColumn("To (UTC)", format=form, width=120),
            "duration_seconds": st.column_config.NumberColumn("Days", format="%.2f", width=50),
            "tool_state": st.column_config.TextColumn("State", width=110),
            "abstract_state": st.column_config.TextColumn("Means", width=55),
            "state_mapping_source": st.column_config.TextColumn("Said by", width=90),
            "state_mapping_row_id": st.column_config.TextColumn("The row that says so", width=500),
        },
    )
    st.dataframe(
        belonging(view, intervals),
        hide_index=True,
        key="belonging",
        placeholder=look.NONE,
        column_config={
            "since": st.column_config.DatetimeColumn("From (UTC)", format=form, width=120),
            "what": st.column_config.TextColumn("What", width=80),
            "is": st.column_config.TextColumn("Is", width=140),
            "row": st.column_config.TextColumn("The row that says so", width=600),
        },
    )
    explain(
        words.meaning("mapping_row_id") + " " + words.meaning("state_mapping_source"),
        f"{len(intervals)} intervals.",
        "intervals",
        intervals,
    )


def belonging(view: View, intervals: Any) -> Any:
    """Flow item, product and team with the rows that decided them, each from when it first was so."""
    names = view.scopes.drop_duplicates(["scope_type", "scope_id"]).set_index(["scope_type", "scope_id"])
    found = []
    for what, column, row_column in (
        ("Flow item", "flow_item", "flow_item_mapping_row_id"),
        ("Product", "product_id", "product_mapping_row_id"),
        ("Team", "team_id", "team_mapping_row_id"),
    ):
        for row in intervals.drop_duplicates([column, row_column]).itertuples():
            value = getattr(row, column)
            if not look.is_missing(value):
                name = names.scope_name.get((what.lower(), value), value)
                found.append(
                    {"since": row.entered_at, "what": what, "is": name, "row": getattr(row, row_column)}
                )
    return pd.DataFrame(found, columns=["since", "what", "is", "row"])


def links(view: View, artifact_id: str) -> None:
    """Linked artifacts and changesets."""
    found = figures.item_links(view.snapshot, artifact_id)
    changesets = figures.item_changesets(view.snapshot, artifact_id)
    left, right = st.columns(2)
    with left:
        st.subheader("Links", anchor=False)
        if not len(found):
            st.caption("None is known.")
        for row in found.itertuples():
            kind = row.tool_link_type if row.direction == "to" else f"{row.tool_link_type} of"
            label = f"{kind}: {row.other_key} {'' if look.is_missing(row.other_title) else row.other_title}"
            if look.is_missing(row.other_id):
                st.markdown(escape(label))
            elif st.button(
                label,
                key=f"link_{row.direction}_{row.other_key}_{kind}",
                icon=":material/link:",
                type="tertiary",
            ):
                view.open_item(row.other_id)
    with right:
        st.subheader("Changesets", anchor=False)
        if not len(changesets):
            st.caption("None mentions it.")
        for row in changesets.itertuples():
            text = f"{escape(row.changeset_key)} {escape(row.title)} · {escape(row.changeset_state)}"
            is_address = not look.is_missing(row.url) and urlsplit(str(row.url)).scheme in ("http", "https")
            st.markdown(f"[{text}]({row.url})" if is_address else text)
