"""Which row decided how an item ended, to `explain` and to `impact` alike, and items that the clock hides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from pipelines.mapping.comparison import _class_changes, _items_sql
from pipelines.mapping.errors import MappingError
from pipelines.mapping.life import COLUMNS, read_life

AS_OF = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
# The rows of the resolution and of the state, and the items with their resolutions and outcomes.
RESOLVED, REJECTED = "value_mapping (tool_value=Fixed)", "state_mapping (tool_state=Rejected)"
ITEMS = [
    ("by_state", "", "cancelled"),
    ("by_resolution", "Fixed", "delivered"),
    ("by_state_as_the_resolution_is_unmapped", "Odd", "cancelled"),
]


def build(connection: duckdb.DuckDBPyConnection, schema: str, *, is_cancelled: bool) -> None:
    """The models that tell how three items ended in the state Rejected, and a fourth yet to be created."""
    state_outcome = "'cancelled'" if is_cancelled else "null"
    columns = {name: f"null as {name}" for name in COLUMNS[:-3]}
    columns |= {
        "interval_number": "1 as interval_number",
        "entered_at": "timestamp '2026-01-01' as entered_at",
        "state_mapping_row_id": f"'{REJECTED}' as state_mapping_row_id",
        "artifact_id": "artifact_id",
        "situation_id": "null as situation_id",
        "state_outcome": f"{state_outcome} as state_outcome",
    }
    items = ", ".join(f"('{key}', '{outcome if is_cancelled else 'delivered'}')" for key, _, outcome in ITEMS)
    artifacts = ", ".join(f"('{key}', nullif('{resolution}', ''))" for key, resolution, _ in ITEMS)
    connection.execute(f"""
        create schema {schema};
        create table {schema}.int_flow__items as
            select *, timestamp '2026-01-01' as completed_at, 'feature' as flow_item, 'item' as flow_level,
                null as flow_item_mapping_row_id, 'shop' as product_id, null as product_mapping_row_id,
                null as team_id, null as team_mapping_row_id, false as is_removed, 0 as flow_time_ms,
                'done' as current_abstract_state
            from (values {items}) as t(artifact_id, outcome);
        create table {schema}.int_artifacts__artifacts as
            select *, upper(artifact_id) as artifact_key, 'acme' as connection, 'jira' as tool, '' as title,
                '' as url, '[]' as labels, '[]' as components
            from (values {artifacts}, ('later', null)) as t(artifact_id, resolution);
        create table {schema}.int_classification__values as
            select 'acme' as connection, 'resolution' as field, * from (values
                ('Fixed', 'delivered', '{RESOLVED}'), ('Odd', null, null)
            ) as t(tool_value, value, mapping_row_id);
        create table {schema}.int_classification__intervals as
            select {", ".join(columns.values())} from {schema}.int_flow__items;
        create table {schema}.int_classification__classes (situation_id int, flow_item_conflict varchar,
            product_conflict varchar, team_conflict varchar);
    """)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def test_the_row_that_decided_the_outcome_is_named(connection: duckdb.DuckDBPyConnection) -> None:
    build(connection, "intermediate", is_cancelled=True)
    outcomes = {key: read_life(connection, key, AS_OF).outcome for key, *_ in ITEMS}
    assert outcomes == {
        "by_state": ("cancelled", REJECTED),
        "by_resolution": ("delivered", RESOLVED),
        "by_state_as_the_resolution_is_unmapped": ("cancelled", REJECTED),
    }


def test_an_impact_names_the_state_that_decides_the_outcome(connection: duckdb.DuckDBPyConnection) -> None:
    for side in ("before", "after"):
        connection.execute(f"attach ':memory:' as {side}")
        build(connection, f"{side}.intermediate", is_cancelled=side == "after")
        connection.execute(_items_sql(side))
    (change,) = _class_changes(connection)
    assert (change.aspect, change.before, change.after) == ("outcome", "delivered", "cancelled")
    assert (change.row_before, change.row_after, change.artifact_count) == (None, REJECTED, 2)


def test_an_item_that_the_clock_of_the_build_hides_is_said_to_be_later(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    build(connection, "intermediate", is_cancelled=True)
    with pytest.raises(MappingError, match="LATER was created after 2026-03-01 00:00 UTC, the as-of"):
        read_life(connection, "later", AS_OF)
