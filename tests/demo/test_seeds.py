"""The demo's seeds are whole and name only what the company has."""

from datetime import date

import pytest

from pipelines.demo.lives import SEEDS
from pipelines.demo.organisation import (
    AREAS,
    COMMON_MEANINGS,
    CONNECTIONS,
    GITHUB,
    PROJECTS,
    RESOLUTIONS,
    STATUSES,
)
from pipelines.demo.working_time import WEEKDAYS, read_seed

COLUMNS = {
    "state_mapping": "tool,connection,project,artifact_type,tool_state,abstract_state,outcome,precedence,"
    "valid_from,valid_to,note",
    "flow_item_mapping": "tool,connection,project,artifact_type,label,component,model,flow_item,flow_level,"
    "precedence,valid_from,valid_to,note",
    "value_mapping": "tool,connection,field,tool_value,value,note",
    "products": "product_id,product_name,value_stream_id,owner,calendar_id",
    "product_scope": "product_id,tool,connection,project,scope_type,scope_value,precedence,valid_from,"
    "valid_to",
    "value_streams": "value_stream_id,value_stream_name,level,parent_id",
    "teams": "team_id,team_name,value_stream_id,calendar_id",
    "team_scope": "team_id,tool,connection,project,scope_type,scope_value,precedence,valid_from,valid_to",
    "calendars": "calendar_id,time_zone,weekday,start_time,end_time",
    "holidays": "calendar_id,date,name",
}


def ids(seed: str, column: str) -> set[str]:
    return {row[column] for row in read_seed(SEEDS, seed)} - {""}


def test_every_seed_is_there_and_no_other():
    assert {path.stem for path in SEEDS.iterdir()} == set(COLUMNS)


@pytest.mark.parametrize("seed", COLUMNS)
def test_columns_are_as_documented(seed):
    assert (SEEDS / f"{seed}.csv").read_text(encoding="utf-8").splitlines()[0] == COLUMNS[seed]


@pytest.mark.parametrize("seed", COLUMNS)
def test_every_row_has_every_column(seed):
    for row in read_seed(SEEDS, seed):
        assert None not in row
        assert None not in row.values()


def test_references_lead_somewhere():
    assert ids("products", "value_stream_id") <= ids("value_streams", "value_stream_id")
    assert ids("teams", "value_stream_id") <= ids("value_streams", "value_stream_id")
    assert ids("value_streams", "parent_id") <= ids("value_streams", "value_stream_id")
    assert ids("product_scope", "product_id") == ids("products", "product_id")
    assert ids("team_scope", "team_id") == ids("teams", "team_id")
    calendars = ids("calendars", "calendar_id")
    assert ids("products", "calendar_id") | ids("teams", "calendar_id") == calendars
    assert ids("holidays", "calendar_id") <= calendars
    assert ids("calendars", "weekday") <= set(WEEKDAYS)


def test_the_company_is_the_one_of_the_seeds():
    products = {product for area in AREAS for _, product in area.products} - {"unassigned"}
    assert products == ids("products", "product_id")
    assert {area.team for area in AREAS if area.team} == ids("teams", "team_id")


@pytest.mark.parametrize("seed", ["state_mapping", "flow_item_mapping", "product_scope", "team_scope"])
def test_mappings_name_connections_and_projects_that_exist(seed):
    assert ids(seed, "connection") <= {connection.name for connection in CONNECTIONS}
    assert ids(seed, "project") <= set(PROJECTS)


def test_scopes_name_what_exists():
    markers = {area.marker for area in AREAS if area.marker}
    for row in (*read_seed(SEEDS, "product_scope"), *read_seed(SEEDS, "team_scope")):
        if row["scope_type"] in ("project", "repository"):
            assert row["scope_value"] in PROJECTS
        else:
            assert (row["scope_type"], row["scope_value"]) in markers


def test_states_are_mapped_as_the_company_means_them():
    """Every state of every project has the rows that its meanings need, and no row names another state."""
    rows: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for row in read_seed(SEEDS, "state_mapping"):
        place = (row["project"], row["tool_state"])
        rows.setdefault(place, []).append((row["valid_from"], row["abstract_state"], row["outcome"]))
    for project in PROJECTS.values():
        unnamed = {"Incoming", "Parked", "Limbo", "Legacy Triage"}
        for state, meanings in project.meanings.items():
            said = rows.pop((project.key, state), [])
            expected = [(m.since.isoformat() if m.since > date.min else "", m.abstract) for m in meanings]
            assert [entry[:2] for entry in said] == ([] if state in unnamed else expected)
            assert all(
                (entry[2] == "cancelled") == m.cancels for entry, m in zip(said, meanings, strict=False)
            )
    former = {status.former_name for statuses in STATUSES.values() for status in statuses} - {None}
    assert {state for _, state in rows} == former


def test_states_without_a_row_are_out_of_the_box():
    for project in PROJECTS.values():
        for state in project.states:
            assert state in project.meanings or (project.connection.tool, state) in COMMON_MEANINGS


def test_resolutions_are_named():
    shipped = {"Done", "Fixed", "Won't Do", "Won't Fix", "Duplicate", "Cannot Reproduce", "Declined"}
    for connection, resolutions in RESOLUTIONS.items():
        rows = {
            row["tool_value"]: row["value"]
            for row in read_seed(SEEDS, "value_mapping")
            if row["connection"] == connection and row["field"] == "resolution"
        }
        for resolution in resolutions:
            if resolution.name in rows:
                assert rows[resolution.name] == ("cancelled" if resolution.cancels else "delivered")
            else:
                assert resolution.name in shipped or resolution.cancels is None


def test_labels_that_are_states_are_of_one_repository_alone():
    """A label that meant something in two repositories would be a state in both."""
    labels = [
        row["tool_state"]
        for row in read_seed(SEEDS, "state_mapping")
        if row["tool_state"].startswith("label:")
    ]
    assert len(labels) == len(set(labels))
    used = {label for p in PROJECTS.values() if p.connection is GITHUB for label in p.common_labels}
    assert not used & {label.removeprefix("label:") for label in labels}
