"""Where time goes: which states take the time of work in progress, and where it waits."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import charts, figures, look, words
from dashboards.view import View, chart, escape, explain, heading, is_dark, nothing_yet, table_height


def show(view: View) -> None:
    """Draw the page."""
    heading(
        view, "Where time goes", "In which states does work spend its time, and where does it wait longest?"
    )
    if nothing_yet(view):
        return
    selection = view.selection
    states = figures.states(view.snapshot, selection)
    complete = states[states.is_complete]
    if not len(complete):
        st.info("No work was in progress in a period of this range that is over.")
        return
    newest = complete.period_start.max()
    period = complete[complete.period_start == newest]
    name = look.period_name(selection.period_type, newest)
    bottleneck(complete, period, name)
    spent = period.active_seconds.sum() + period.waiting_seconds.sum()
    open_at_end = look.items(int(period.load_end.sum()))
    rests_on = f"{look.duration(spent)} of work in progress; {open_at_end} of it open at the end."
    left, right = st.columns(2)
    with left:
        chart(
            charts.time_by_state(period),
            "time_by_state",
            title=f"Share of flow time, {name}",
            meaning=words.meaning("state_share"),
            rests_on=rests_on,
            data=period,
        )
    with right:
        metrics = figures.metrics(view.snapshot, selection)
        whole = metrics[metrics.flow_item == selection.flow_item]
        chart(
            charts.active_against_waiting(whole),
            "active_waiting",
            title="Active against waiting, of what was delivered",
            meaning=words.meaning("period_active_seconds", "period_waiting_seconds"),
            rests_on=f"Rests on {look.items(int(whole.flow_time_item_count.sum()))}.",
            data=whole,
        )
    chart(
        charts.states_heatmap(states, dark=is_dark()),
        "states_over_time",
        title="How the shares moved",
        meaning=words.meaning("state_share") + " A row whose colour gets stronger takes more and more "
        "of the time. The dozen states with most of it are drawn.",
        rests_on="Every item in work, open ones included.",
        data=states,
    )
    st.subheader(f"State by state, {name}", anchor=False)
    st.dataframe(
        _table(period),
        hide_index=True,
        height=table_height(len(period)),
        placeholder=look.NONE,
        column_config=_columns(),
        key="states_table",
    )
    explain(
        words.meaning("mean_stay_seconds", "state_share_change"),
        f"{look.items(int(period.exits.sum()))} left a state.".replace("items", "times an item"),
        "states",
        period,
    )


def bottleneck(complete: Any, period: Any, name: str) -> None:
    """Where most waiting time was spent, and where it was before."""
    waits = complete.sort_values(
        ["period_start", "waiting_seconds", "tool_state"], ascending=[True, False, True]
    )
    worst = waits.drop_duplicates("period_start")
    now = period.sort_values(["waiting_seconds", "tool_state"], ascending=[False, True]).iloc[0]
    if not now.waiting_seconds:
        st.success(f"Nothing waited in {name}.")
        return
    stay = (
        "" if look.is_missing(now.mean_stay_seconds) else f", and a stay there took {_stay(now)} on average"
    )
    moved = "" if look.is_missing(now.share_change) else f" ({now.share_change * 100:+.0f} points)"
    text = (
        f"**Work waits most in {escape(now.tool_state)}.** {name}: {look.percent(now.share)} of all time in "
        f"work{moved}{stay}; {now.arrivals} arrivals, {now.exits} exits, {look.items(now.load_end)} there at "
        "the end."
    )
    earlier = worst[worst.tool_state != now.tool_state]
    if len(earlier):
        last = earlier.iloc[-1]
        text += (
            f" Before, it was {escape(last.tool_state)}, last in "
            f"{look.period_name(last.period_type, last.period_start)}."
        )
    elif len(worst) > 1:
        text += f" It was the same in all {len(worst)} periods of the range."
    st.warning(text, icon=":material/hourglass_top:")


def _stay(row: Any) -> str:
    few = "" if row.exits >= look.FEW else f" (only {row.exits})"
    return f"{look.duration(row.mean_stay_seconds)}{few}"


def _table(period: Any) -> Any:
    rows = period[
        ["tool_state", "share", "share_change", "mean_stay_seconds", "arrivals", "exits", "load_end"]
    ].copy()
    rows["mean_stay_seconds"] = rows.mean_stay_seconds / look.DAY_SECONDS
    rows["share"] = rows.share * 100
    rows["share_change"] = (rows.share_change * 100).round(1) + 0.0  # the sum turns -0.0 into 0.0
    return rows


def _columns() -> dict[str, Any]:
    return {
        "tool_state": st.column_config.TextColumn("State"),
        "share": st.column_config.ProgressColumn(
            "Share", format="%.1f%%", min_value=0, max_value=100, help=words.meaning("state_share")
        ),
        "share_change": st.column_config.NumberColumn(
            "Points", format="%+.1f", help=words.meaning("state_share_change")
        ),
        "mean_stay_seconds": st.column_config.NumberColumn(
            "Mean stay", format="%.1f d", help=words.meaning("mean_stay_seconds")
        ),
        "arrivals": st.column_config.NumberColumn("Arrivals", help=words.meaning("state_arrivals")),
        "exits": st.column_config.NumberColumn("Exits", help=words.meaning("state_exits")),
        "load_end": st.column_config.NumberColumn("There at the end"),
    }
