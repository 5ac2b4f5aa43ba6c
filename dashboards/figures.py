"""What the pages read: rows of the published marts for what the reader selected. Nothing is reckoned here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dashboards.snapshot import Snapshot

PERIOD_TYPES = ("week", "month", "quarter", "year")
FLOW_ITEMS = ("feature", "defect", "debt", "risk")

THIS_SCOPE = "scope_type = $scope_type and scope_id = $scope_id and flow_level = $flow_level"
THESE_PERIODS = f"""{THIS_SCOPE} and period_type = $period_type
    and period_end > $start and period_start <= $end"""
IN_SCOPE = """inner join bridge_scopes
    on items.product_id = bridge_scopes.product_id
    and coalesce(items.team_id, '') = bridge_scopes.team_key
    and bridge_scopes.scope_type = $scope_type
    and bridge_scopes.scope_id = $scope_id"""


@dataclass(frozen=True)
class Selection:
    """What the reader wants to see.

    Args:
        scope_type: product, team, value_stream, art, portfolio or organisation
        scope_id: key of the scope
        scope_name: what people call it
        flow_level: figures are for one level
        flow_item: one of the four, or all
        period_type: week, month, quarter or year
        start: first date of the range
        end: last date of the range
    """

    scope_type: str
    scope_id: str
    scope_name: str
    flow_level: str
    flow_item: str
    period_type: str
    start: dt.date
    end: dt.date

    @property
    def parameters(self) -> dict[str, Any]:
        """The selection as the queries name it."""
        return dict(vars(self))


def clock(snapshot: Snapshot) -> Any:
    """As-of, its date, and the reporting time zone."""
    return snapshot.one("select * from build_settings")


def scopes(snapshot: Snapshot) -> Any:
    """Every scope and flow level."""
    return snapshot.rows(
        "select * from dim_scopes order by scope_type, scope_name, item_count desc, flow_level"
    )


def metrics(snapshot: Snapshot, selection: Selection) -> Any:
    """The five metrics of the selected scope, by period and flow item (and all)."""
    return snapshot.rows(
        f"select * from flow_metrics where {THESE_PERIODS} order by period_start, flow_item",
        **selection.parameters,
    )


def portfolio(snapshot: Snapshot, selection: Selection, scope_type: str, scope_ids: list[str]) -> Any:
    """The five metrics of several scopes at all their levels, by period, for the selected flow item."""
    return snapshot.rows(
        """
        select flow_metrics.*, scope_name, item_count
        from flow_metrics
        inner join dim_scopes using (scope_type, scope_id, flow_level)
        where scope_type = $kind and scope_id = any($ids) and flow_item = $flow_item
            and period_type = $period_type and period_end > $start and period_start <= $end
        order by scope_name, item_count desc, flow_level, period_start
        """,
        kind=scope_type,
        ids=scope_ids,
        **selection.parameters,
    )


def distribution(snapshot: Snapshot, selection: Selection, scope_type: str, start: Any) -> Any:
    """The shares of the flow items of all scopes of a kind in one period."""
    return snapshot.rows(
        """
        select scope_id, flow_level, flow_item, share
        from flow_metrics
        where scope_type = $kind and period_type = $period_type and period_start = $first
            and flow_item != 'all'
        """,
        kind=scope_type,
        first=start,
        **selection.parameters,
    )


def last_quarters(snapshot: Snapshot, scope_ids: list[str]) -> Any:
    """The last complete quarter of products and those of the year before it; the newest first."""
    return snapshot.rows(
        """
        select flow_metrics.*, scope_name
        from flow_metrics
        inner join dim_scopes using (scope_type, scope_id, flow_level)
        where scope_type = 'product' and scope_id = any($ids) and flow_item = 'all'
            and period_type = 'quarter' and is_complete
        qualify row_number() over (
            partition by scope_id, flow_level order by period_start desc
        ) <= 5
        order by scope_name, flow_level, period_start desc
        """,
        ids=scope_ids,
    )


def worst_waits(snapshot: Snapshot, start: Any) -> Any:
    """Per product and level, the tool state in which most waiting time was spent in a quarter."""
    return snapshot.rows(
        """
        select scope_id, flow_level, tool_state, waiting_seconds, share
        from flow_states
        where scope_type = 'product' and period_type = 'quarter' and period_start = $start
            and flow_item = 'all'
            and waiting_seconds > 0
        qualify row_number() over (
            partition by scope_id, flow_level order by waiting_seconds desc, tool_state
        ) = 1
        """,
        start=start,
    )


FINISHED = f"""
    from fct_flow_items as items
    {IN_SCOPE}
    where flow_level = $flow_level and outcome = 'delivered' and flow_time_seconds is not null
        and completed_date between $start and $end
        and ($flow_item = 'all' or flow_item = $flow_item)
"""


FINISHED_COLUMNS = """
    artifact_id, artifact_key, title, flow_item, project, items.product_id, items.team_id,
    started_at, completed_at, completed_date, flow_time_seconds, active_seconds, waiting_seconds,
    flow_efficiency, reopened_count, url
"""


def finished_count(snapshot: Snapshot, selection: Selection) -> int:
    """How many items with a flow time were delivered in the range."""
    return int(snapshot.one(f"select count(*) as number {FINISHED}", **selection.parameters).number)


def finished_items(
    snapshot: Snapshot, selection: Selection, most: int | None = None, longest: int = 0
) -> Any:
    """Delivered items with a flow time; of more than the most, so many of the longest and a fixed draw."""
    if most is None or finished_count(snapshot, selection) <= most:
        return snapshot.rows(
            f"select {FINISHED_COLUMNS} {FINISHED} order by completed_at, artifact_id", **selection.parameters
        )
    return snapshot.rows(
        f"""
        with found as (
            select
                {FINISHED_COLUMNS},
                row_number() over (order by flow_time_seconds desc, artifact_id) as place,
                hash(artifact_id) as draw
            {FINISHED}
        )
        from found
        qualify row_number() over (order by place > $longest, draw, artifact_id) <= $most
        order by completed_at, artifact_id
        """,
        most=most,
        longest=longest,
        **selection.parameters,
    )


def longest_items(snapshot: Snapshot, selection: Selection, most: int) -> Any:
    """The delivered items that took longest."""
    return snapshot.rows(
        f"select {FINISHED_COLUMNS} {FINISHED} order by flow_time_seconds desc, artifact_id limit $most",
        most=most,
        **selection.parameters,
    )


def flow_time_histogram(snapshot: Snapshot, selection: Selection) -> Any:
    """Delivered items by flow item and whole days of flow time; what took longer than 60 days is one bar."""
    return snapshot.rows(
        f"""
        select flow_item, least(cast(floor(flow_time_seconds / 86400) as integer), 60) as whole_days,
            count(*) as item_count
        {FINISHED}
        group by flow_item, whole_days
        order by flow_item, whole_days
        """,
        **selection.parameters,
    )


def recent_flow_time(snapshot: Snapshot, selection: Selection) -> Any:
    """The scope's flow times of the 26 weeks up to as-of, for the selected flow item: one row or none."""
    return snapshot.rows(
        f"select * from flow_time_recent where {THIS_SCOPE} and flow_item = $flow_item",
        **selection.parameters,
    )


def scope_flow_time(snapshot: Snapshot, selection: Selection) -> Any:
    """The same for all flow items together: what open work is held against."""
    return snapshot.rows(
        f"select * from flow_time_recent where {THIS_SCOPE} and flow_item = 'all'", **selection.parameters
    )


def open_items(snapshot: Snapshot, selection: Selection) -> Any:
    """Every item in active or waiting work at as-of, the oldest first."""
    return snapshot.rows(
        """
        select
            ageing_work.*, items.artifact_key, items.title, items.project, items.product_id, items.team_id,
            items.started_at, items.url
        from ageing_work
        inner join fct_flow_items as items using (artifact_id)
        where scope_type = $scope_type and scope_id = $scope_id and ageing_work.flow_level = $flow_level
            and ($flow_item = 'all' or ageing_work.flow_item = $flow_item)
        order by ageing_work.work_age_seconds desc, artifact_id
        """,
        **selection.parameters,
    )


def cumulative(snapshot: Snapshot, selection: Selection) -> Any:
    """How many items stood in each abstract state at each day's end in the range."""
    return snapshot.rows(
        f"""
        select * from cumulative_flow
        where {THIS_SCOPE} and flow_item = $flow_item and period_type = 'day'
            and period_start between $start and $end
        order by period_start
        """,
        **selection.parameters,
    )


def states(snapshot: Snapshot, selection: Selection) -> Any:
    """Where the time of work in progress went, by period and tool state."""
    return snapshot.rows(
        f"""
        select * from flow_states where {THESE_PERIODS} and flow_item = $flow_item
        order by period_start, share desc, tool_state
        """,
        **selection.parameters,
    )


def find_items(snapshot: Snapshot, text: str, limit: int = 20) -> Any:
    """Items whose key begins with a text, or whose title holds it."""
    return snapshot.rows(
        """
        select artifact_id, artifact_key, title, flow_item, product_id
        from fct_flow_items
        where starts_with(lower(artifact_key), lower($sought))
            or contains(lower(coalesce(title, '')), lower($sought))
        order by lower(artifact_key) = lower($sought) desc, length(artifact_key), artifact_key
        limit $most
        """,
        sought=text,
        most=limit,
    )


def item(snapshot: Snapshot, artifact_id: str) -> Any:
    """One item: one row or none."""
    return snapshot.rows("select * from fct_flow_items where artifact_id = $id", id=artifact_id)


def item_states(snapshot: Snapshot, artifact_id: str) -> Any:
    """The intervals of an item's timeline."""
    return snapshot.rows(
        "select * from fct_flow_item_states where artifact_id = $id order by interval_number", id=artifact_id
    )


def item_activity(snapshot: Snapshot, artifact_id: str) -> Any:
    """Everything that happened to an item."""
    return snapshot.rows(
        "select * from fct_artifact_activity where artifact_id = $id order by occurred_at, activity_id",
        id=artifact_id,
    )


def item_links(snapshot: Snapshot, artifact_id: str) -> Any:
    """What an item is linked to, from either side."""
    return snapshot.rows(
        """
        select 'to' as direction, link_type, tool_link_type, to_artifact_id as other_id,
            coalesce(to_artifact_key, to_artifact_ref) as other_key, to_title as other_title, linked_at
        from fct_artifact_links where from_artifact_id = $id
        union all
        select 'from' as direction, link_type, tool_link_type, from_artifact_id as other_id,
            from_artifact_key as other_key, from_title as other_title, linked_at
        from fct_artifact_links where to_artifact_id = $id
        order by direction desc, other_key
        """,
        id=artifact_id,
    )


def item_changesets(snapshot: Snapshot, artifact_id: str) -> Any:
    """The changesets that mention an item."""
    return snapshot.rows(
        """
        select fct_changesets.*
        from fct_changesets inner join fct_changeset_artifacts using (changeset_id)
        where artifact_id = $id order by opened_at, changeset_id
        """,
        id=artifact_id,
    )


def trust(snapshot: Snapshot, selection: Selection) -> Any:
    """What the scope's load and velocity rest on."""
    return snapshot.rows(
        "select * from flow_trust where scope_type = $scope_type and scope_id = $scope_id order by figure",
        **selection.parameters,
    )


def freshness(snapshot: Snapshot) -> Any:
    """How new each connection's data are."""
    return snapshot.rows("select * from data_freshness order by hours_since_load desc, connection")


def accounting(snapshot: Snapshot) -> Any:
    """In which bucket every loaded artifact is."""
    return snapshot.rows("select * from artifact_accounting order by connection, bucket")


def gaps(snapshot: Snapshot) -> Any:
    """What no mapping row covers, the weightiest first; what hides no work comes last."""
    return snapshot.rows(
        "select * from mapping_gaps order by coalesce(field, 'resolution') != 'resolution', "
        "artifact_count desc, connection, seed, tool_value"
    )


def mapping_usage(snapshot: Snapshot) -> Any:
    """How often each mapping row decided."""
    return snapshot.rows(
        "select * from mapping_usage order by origin desc, seed, decided_count desc, mapping_row_id"
    )
