"""A warehouse of a few artifacts, as far as figures are explained from it; the year is 2026, the zone UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

AS_OF = dt.datetime(2026, 4, 10)  # noqa: DTZ001 - a stored time is UTC without saying so
MONTHS = [dt.date(2026, month, 1) for month in (2, 3, 4, 5)]


def at(day: str) -> dt.datetime:
    """Midnight of a day, such as 03-15."""
    return dt.datetime.fromisoformat(f"2026-{day}")


@dataclass(frozen=True)
class State:
    """A stay of an artifact from a day on; it lasts until the artifact's next."""

    artifact_id: str
    day: str
    tool_state: str
    abstract_state: str | None
    flow_item: str | None = "feature"
    product_id: str = "checkout"
    state_outcome: str | None = None
    removed_on: str | None = None


@dataclass(frozen=True)
class Done:
    """A completed flow item."""

    artifact_id: str
    day: str
    outcome: str
    flow_time_seconds: float | None = None


def build(path: Path, states: Iterable[State] = (), items: Iterable[Done] = ()) -> Path:
    """Write a warehouse."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            create schema intermediate;
            create table build_settings as select timestamp '2026-04-10' as as_of,
                date '2026-03-01' as recent_from,
                'jira' as tools, 'UTC' as reporting_timezone, 'last' as policy_completion,
                'flow_time' as policy_duration, 'included' as policy_cancelled, 'calendar' as policy_time;
            create table dim_periods (period_type varchar, period_start date, starts_at timestamp,
                ends_at timestamp, is_complete boolean);
            create table dim_products as select * from (values
                ('checkout', 'Checkout', 'payments'), ('search', 'Search', 'payments')
            ) as t(product_id, product_name, value_stream_id);
            create table dim_teams (team_id varchar, team_name varchar, value_stream_id varchar);
            create table dim_value_streams as select 'payments' as value_stream_id,
                'Payments' as value_stream_name, 'value_stream' as level, null::varchar as parent_id;
            create table states (artifact_id varchar, entered_at timestamp, tool_state varchar,
                abstract_state varchar, flow_item varchar, product_id varchar, state_outcome varchar,
                removed_at timestamp);
            create table done (artifact_id varchar, completed_at timestamp, outcome varchar,
                flow_time_seconds double);
        """)
        for start, end in pairwise(MONTHS):
            period = ["month", start, start, end, at(f"{end:%m-%d}") <= AS_OF]
            connection.execute("insert into dim_periods values (?, ?, ?, ?, ?)", period)
        connection.execute("""
            insert into dim_periods select 'day', day::date, day, day + interval 1 day, day < '2026-04-10'
            from range(timestamp '2026-02-01', timestamp '2026-04-11', interval 1 day) as days(day)
        """)
        for state in states:
            artifact, day, *classes, removed_on = astuple(state)
            row = [artifact, at(day), *classes, at(removed_on) if removed_on else None]
            connection.execute("insert into states values (?, ?, ?, ?, ?, ?, ?, ?)", row)
        for item in items:
            artifact, day, outcome, seconds = astuple(item)
            connection.execute("insert into done values (?, ?, ?, ?)", [artifact, at(day), outcome, seconds])
        connection.execute("""
            create table intermediate.int_classification__intervals as
                select artifact_id, row_number() over artifact_order as interval_number, entered_at,
                    coalesce(lead(entered_at) over artifact_order, removed_at) as left_at, tool_state,
                    abstract_state, state_outcome, removed_at is not null as is_ended_by_removal, product_id,
                    null::varchar as team_id,
                    case when flow_item != 'none' then 'item' end as flow_level,
                    flow_item
                from states window artifact_order as (partition by artifact_id order by entered_at);
            create table intermediate.int_artifacts__artifacts as
                select distinct artifact_id, upper(artifact_id) as artifact_key, '' as title from states;
            create table intermediate.int_flow__items as select * from done;
            create table fct_flow_items as
                select artifact_id, upper(artifact_id) as artifact_key, '' as title, 'checkout' as product_id,
                    null::varchar as team_id, 'payments' as value_stream_id, 'item' as flow_level,
                    'feature' as flow_item, null::double as estimate,
                    completed_at - to_seconds(flow_time_seconds) as started_at, completed_at, outcome,
                    flow_time_seconds as active_seconds, 0 as waiting_seconds, flow_time_seconds
                from done;
            create table flow_states as select 'checkout' as scope_id, 'In Review' as tool_state,
                4 as load_end, 'product' as scope_type, 'month' as period_type,
                date '2026-03-01' as period_start, 'item' as flow_level, 'all' as flow_item;
            create table flow_time_recent as select 'checkout' as scope_id, 'product' as scope_type,
                'item' as flow_level, 'all' as flow_item, 60.0 as flow_time_p50_seconds;
            create table ageing_work as select false as is_neglected;
        """)
    return path
