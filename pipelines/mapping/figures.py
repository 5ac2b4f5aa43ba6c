"""The figures of the marts: their names, what they are measured in, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass, replace

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600


@dataclass(frozen=True)
class Figure:
    """A column of a mart.

    Args:
        column: its name
        mart: where it stands
        title: as people call it
        unit: count, seconds, ratio, points (a difference of two ratios) or estimate
        is_headline: whether a summary shows it
    """

    column: str
    mart: str
    title: str
    unit: str
    is_headline: bool = False


# The five metric marts, whose names differ from each other.
FIGURES = {
    figure.column: figure
    for figure in (
        Figure("velocity", "flow_velocity", "velocity", "count", is_headline=True),
        Figure("cancelled_count", "flow_velocity", "cancelled", "count", is_headline=True),
        Figure("arrivals", "flow_velocity", "arrivals", "count", is_headline=True),
        Figure("net_flow", "flow_velocity", "net flow", "count"),
        Figure("delivered_estimate", "flow_velocity", "delivered estimate", "estimate"),
        Figure("share", "flow_distribution", "share", "ratio", is_headline=True),
        Figure("flow_time_avg_seconds", "flow_time", "flow time mean", "seconds"),
        Figure("flow_time_p50_seconds", "flow_time", "flow time p50", "seconds", is_headline=True),
        Figure("flow_time_p85_seconds", "flow_time", "flow time p85", "seconds", is_headline=True),
        Figure("flow_time_p95_seconds", "flow_time", "flow time p95", "seconds"),
        Figure("flow_time_item_count", "flow_time", "items with a flow time", "count"),
        Figure("flow_efficiency", "flow_efficiency", "efficiency", "ratio", is_headline=True),
        Figure("flow_efficiency_item_median", "flow_efficiency", "median efficiency of the items", "ratio"),
        Figure("active_seconds", "flow_efficiency", "active time", "seconds"),
        Figure("waiting_seconds", "flow_efficiency", "waiting time", "seconds"),
        Figure("load_end", "flow_load", "load at the end", "count", is_headline=True),
        Figure("load_avg", "flow_load", "load on average", "estimate", is_headline=True),
        Figure("load_max", "flow_load", "load at most", "count"),
    )
}
MARTS = tuple(dict.fromkeys(figure.mart for figure in FIGURES.values()))
WIDE_MARTS = ("flow_metrics", "product_flow_metrics")  # the five side by side
# What else there is of a scope and a period, of a tool state in a period, and of the weeks up to as-of.
PERIOD_FIGURES = (
    *FIGURES.values(),
    Figure("started_count", "flow_load_bridge", "started", "count"),
    Figure("reopened_count", "flow_load_bridge", "reopened", "count"),
    Figure("moved_in_count", "flow_load_bridge", "moved in", "count"),
    Figure("delivered_count", "flow_load_bridge", "delivered out of the load", "count"),
    Figure("cancelled_count", "flow_load_bridge", "cancelled out of the load", "count"),
    Figure("put_back_count", "flow_load_bridge", "put back", "count"),
    Figure("moved_out_count", "flow_load_bridge", "moved out", "count"),
    Figure("unmapped_count", "flow_load_bridge", "left for what nobody mapped", "count"),
    Figure("removed_count", "flow_load_bridge", "removed", "count"),
    Figure("new_count", "cumulative_flow", "new at the end", "count"),
    Figure("active_count", "cumulative_flow", "active at the end", "count"),
    Figure("waiting_count", "cumulative_flow", "waiting at the end", "count"),
    Figure("done_count", "cumulative_flow", "done at the end", "count"),
    Figure("unmapped_count", "cumulative_flow", "unmapped at the end", "count"),
)
STATE_FIGURES = (
    Figure("active_seconds", "flow_states", "active time", "seconds"),
    Figure("waiting_seconds", "flow_states", "waiting time", "seconds"),
    Figure("share", "flow_states", "share of the time in work", "ratio"),
    Figure("share_change", "flow_states", "change of the share", "points"),
    Figure("arrivals", "flow_states", "arrivals", "count"),
    Figure("exits", "flow_states", "exits", "count"),
    Figure("mean_stay_seconds", "flow_states", "mean stay", "seconds"),
    Figure("load_end", "flow_states", "load at the end", "count"),
)
RECENT_FIGURES = tuple(
    replace(FIGURES[column], mart="flow_time_recent")
    for column in (
        "flow_time_p50_seconds",
        "flow_time_p85_seconds",
        "flow_time_p95_seconds",
        "flow_time_item_count",
    )
)
# Of how far load and velocity can be trusted, and of where the artifacts of a connection went.
TRUST_FIGURES = (
    Figure("item_count", "flow_trust", "items behind it", "count"),
    Figure("unmapped_state_count", "flow_trust", "items that were in an unmapped state", "count"),
    Figure("tool_category_count", "flow_trust", "items that rest on a category of the tool", "count"),
    Figure("inferred_count", "flow_trust", "items with an inferred change", "count"),
    Figure("observed_count", "flow_trust", "items with a change dated by a load", "count"),
    Figure("skipped_work_count", "flow_trust", "items done without having been in work", "count"),
    Figure("history_gap_count", "flow_trust", "items with a gap in their history", "count"),
    Figure("short_stay_count", "flow_trust", "items that left a state within a minute", "count"),
    Figure("trust_score", "flow_trust", "trust score", "ratio"),
)
ACCOUNTING_FIGURES = (
    Figure("artifact_count", "artifact_accounting", "artifacts", "count"),
    Figure("loaded_count", "artifact_accounting", "artifacts loaded", "count"),
)


def written(value: float | None, unit: str) -> str:
    """A value as people read it: `12`, `3.5`, `23.8 d`, `62.4 %`; a dash where there is none."""
    if value is None:
        return "-"
    if unit == "count":
        return f"{value:,.0f}"
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    if unit == "points":
        return f"{value * 100:+.1f} points"
    return duration(value) if unit == "seconds" else f"{value:,.1f}"


def arrow(pair: tuple[float | None, float | None], unit: str) -> str:
    """`before → after`, or the one value where they are the same to the eye."""
    before, after = (written(value, unit) for value in pair)
    return before if before == after else f"{before} → {after}"


def duration(seconds: float) -> str:
    """A duration in days of 24 hours, or in hours or minutes where it is short."""
    size = abs(seconds)
    if size >= 2 * DAY_SECONDS:
        return f"{seconds / DAY_SECONDS:,.1f} d"
    if size >= HOUR_SECONDS:
        return f"{seconds / HOUR_SECONDS:.1f} h"
    return f"{seconds / 60:.1f} min" if size >= 60 else f"{seconds:.3g} s"


def change(before: float | None, after: float | None, unit: str) -> str:
    """What became of a value: `+3 (+12 %)`, `-4.1 points`, `is new`, `is gone`."""
    if before is None or after is None:
        return "=" if before == after else ("is new" if before is None else "is gone")
    difference = after - before
    if difference == 0:
        return "="
    sign = "+" if difference > 0 else "-"
    if unit == "ratio":
        return f"{sign}{abs(difference) * 100:.1f} points"
    share = f" ({difference / abs(before):+.0%})".replace("%", " %") if before else ""
    return f"{sign}{written(abs(difference), unit)}{share}"
