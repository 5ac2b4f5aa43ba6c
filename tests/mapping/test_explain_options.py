"""Figures and tool states as people name them, and what is said of those that are not there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from pipelines.mapping.errors import MappingError
from pipelines.mapping.explain_options import (
    OF_CONNECTION,
    OF_PERIOD,
    OF_RECENT,
    OF_STATE,
    OF_TRUST,
    Kind,
    find_figure,
    find_tool_state,
)
from pipelines.mapping.figures import STATE_FIGURES
from pipelines.mapping.records import Place, Records
from tests.mapping.small_warehouse import State, build

PLACE = Place("product", "checkout", "month", dt.date(2026, 3, 1), "item", "all")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    states = [
        State("one", "03-01", "In Review", "waiting"),
        State("two", "03-01", "IN PROGRESS", "active"),
        State("three", "03-01", "In Progress", "active"),
        State("four", "03-01", "To Do", "new"),
    ]
    path = build(tmp_path_factory.mktemp("options") / "small.duckdb", states)
    with closing(Records(path)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("load_end", OF_PERIOD, "flow_load.load_end"),
        ("load_end", OF_STATE, "flow_states.load_end"),
        ("arrivals", OF_PERIOD, "flow_velocity.arrivals"),
        ("mean_stay", OF_STATE, "flow_states.mean_stay_seconds"),
        ("cancelled_count", OF_PERIOD, "flow_velocity.cancelled_count"),
        ("flow_load_bridge.cancelled_count", OF_PERIOD, "flow_load_bridge.cancelled_count"),
        ("unmapped_count", OF_PERIOD, "flow_load_bridge.unmapped_count"),
        ("cumulative_flow.unmapped_count", OF_PERIOD, "cumulative_flow.unmapped_count"),
        ("product_flow_metrics.velocity", OF_PERIOD, "flow_velocity.velocity"),
        ("flow_time_p85", OF_RECENT, "flow_time_recent.flow_time_p85_seconds"),
        ("item_count", OF_TRUST, "flow_trust.item_count"),
        ("artifact_count", OF_CONNECTION, "artifact_accounting.artifact_count"),
        ("flow_time_recent.flow_time_p85", OF_RECENT, "flow_time_recent.flow_time_p85_seconds"),
    ],
)
def test_a_name_is_of_the_mart_that_it_is_asked_of(
    records: Records, name: str, kind: Kind, found: str
) -> None:
    figure = find_figure(records, name, kind)
    assert f"{figure.mart}.{figure.column}" == found


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("exits", OF_PERIOD, "exits is of a tool state: name one with --tool-state"),
        ("velocity", OF_STATE, "velocity is of a scope and a period, such as"),
        ("load_avg", OF_RECENT, "load_avg is of a scope and a period"),
        ("flow_time_recent.flow_time_p85", OF_PERIOD, "say --recent instead of a period"),
        ("reopend_count", OF_PERIOD, "Did you mean reopened_count"),
        ("mean_stai", OF_STATE, "Did you mean mean_stay_seconds"),
        ("flow_load_bridge.velocity", OF_PERIOD, "There is no figure 'flow_load_bridge.velocity'"),
        ("nonsense", OF_PERIOD, "flow_load_bridge.cancelled_count"),
        ("trust_score", OF_PERIOD, "say --trust load or --trust velocity"),
        ("loaded_count", OF_TRUST, "loaded_count is of a connection"),
        (
            "is_neglected",
            OF_PERIOD,
            "ageing_work.is_neglected is not taken apart: each of its rows is one item",
        ),
        (
            "flow_time",
            OF_PERIOD,
            "fct_flow_items.flow_time_seconds is not taken apart: it is a figure of",
        ),
    ],
)
def test_another_name_is_refused_with_what_it_could_be(
    records: Records, name: str, kind: Kind, said: str
) -> None:
    with pytest.raises(MappingError) as refusal:
        find_figure(records, name, kind)
    assert said in str(refusal.value)


def test_a_tool_state_is_named_as_it_is_spelt_or_nearly(records: Records) -> None:
    for name, found in (
        ("In Progress", "In Progress"),
        ("IN PROGRESS", "IN PROGRESS"),
        ("in review", "In Review"),
    ):
        assert find_tool_state(records, PLACE, name) == found
    with pytest.raises(MappingError, match=r"'In Revue'. Did you mean In Review.*There are IN PROGRESS, In "):
        find_tool_state(records, PLACE, "In Revue")
    with pytest.raises(MappingError, match="ever in a state 'To Do'"):
        find_tool_state(records, PLACE, "To Do")


def test_a_state_in_which_nothing_was_has_no_figure(records: Records) -> None:
    (load_end,) = (figure for figure in STATE_FIGURES if figure.column == "load_end")
    assert records.published(replace(PLACE, tool_state="In Review"), load_end) == 4
    with pytest.raises(MappingError, match="in the state In Progress for the month of"):
        records.published(replace(PLACE, tool_state="In Progress"), load_end)
