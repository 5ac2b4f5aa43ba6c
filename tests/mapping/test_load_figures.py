"""Why work came into the load and left it, and in which state everything stands at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing

import pytest

from pipelines.mapping.explanation import Explainer, Explanation
from pipelines.mapping.figures import PERIOD_FIGURES
from pipelines.mapping.records import Place, Records
from tests.mapping.small_warehouse import Done, State, build

MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)
STATES = [
    State("standing", "02-10", "In Progress", "active"),
    State("begun", "02-01", "To Do", "new"),
    State("begun", "03-03", "In Progress", "active"),
    State("begun", "03-10", "Done", "done"),
    State("reopened", "02-01", "Done", "done"),
    State("reopened", "03-05", "In Review", "waiting"),
    State("came", "02-01", "In Progress", "active", product_id="search"),
    State("came", "03-04", "In Progress", "active"),
    State("went", "02-01", "In Progress", "active"),
    State("went", "03-06", "In Progress", "active", product_id="search"),
    State("resolved", "02-01", "In Progress", "active"),
    State("resolved", "03-07", "Done", "done"),
    State("rejected", "02-01", "In Progress", "active"),
    State("rejected", "03-07", "Rejected", "done", state_outcome="cancelled"),
    State("rested", "02-01", "In Progress", "active"),
    State("rested", "03-08", "To Do", "new"),
    State("odd", "02-01", "In Progress", "active"),
    State("odd", "03-09", "Odd", None),
    State("odd", "03-11", "In Progress", "active"),
    State("vanished", "02-01", "In Progress", "active", removed_on="03-12"),
    State("retyped", "02-01", "In Progress", "active"),
    State("retyped", "03-13", "In Progress", "active", flow_item="defect"),
    State("left_out", "02-01", "In Progress", "active", flow_item="none"),
    State("left_out", "03-14", "In Progress", "active", flow_item="debt"),
    State("unknown", "02-01", "In Progress", "active"),
    State("unknown", "03-15", "In Progress", "active", flow_item=None),
    State("lost", "02-01", "To Do", "new"),
    State("lost", "03-20", "Odd", None),
    State("tomorrow", "02-01", "To Do", "new"),
    State("tomorrow", "04-01", "In Progress", "active"),
]
ITEMS = [Done("begun", "03-10", "delivered"), Done("resolved", "03-07", "cancelled")]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    path = build(tmp_path_factory.mktemp("load") / "small.duckdb", STATES, ITEMS)
    with closing(Records(path)) as opened:
        yield opened


def explained(
    records: Records,
    mart: str,
    column: str,
    scope: tuple[str, str] = ("product", "checkout"),
    start: dt.date = MARCH,
    flow_item: str = "all",
) -> Explanation:
    (figure,) = (figure for figure in PERIOD_FIGURES if (figure.mart, figure.column) == (mart, column))
    return Explainer(records, Place(*scope, "month", start, "item", flow_item)).explain(figure, None)


def added(explanation: Explanation) -> dict[str, float]:
    """What each item adds; an item that is listed twice, with its sum."""
    found: dict[str, float] = {}
    for part in explanation.parts:
        found[part.key.lower()] = found.get(part.key.lower(), 0) + (part.value or 0)
    return found


@pytest.mark.parametrize(
    ("reason", "keys"),
    [
        ("started", {"begun": 1}),
        ("reopened", {"reopened": 1}),
        ("moved_in", {"came": 1, "left_out": 1}),
        ("delivered", {"begun": 1}),
        ("cancelled", {"resolved": 1, "rejected": 1}),
        ("put_back", {"rested": 1}),
        ("moved_out", {"went": 1}),
        ("unmapped", {"odd": 0, "unknown": 1}),
        ("removed", {"vanished": 1}),
    ],
)
def test_each_reason_lists_what_came_or_went_for_it(
    records: Records, reason: str, keys: dict[str, float]
) -> None:
    explanation = explained(records, "flow_load_bridge", f"{reason}_count")
    assert added(explanation) == keys
    assert explanation.value == sum(keys.values())
    assert explanation.sums[-1] == (
        "load: 9 at the start + 1 started + 1 reopened + 2 moved in - 1 delivered - 2 cancelled - 1 put back "
        "- 1 moved out - 1 unmapped - 1 removed = 6, 6 at the end"
    )


def test_what_goes_from_one_product_to_another_stays_in_their_value_stream(records: Records) -> None:
    for column, keys in (("moved_in_count", {"left_out": 1}), ("moved_out_count", {})):
        for scope in (("value_stream", "payments"), ("organisation", "organisation")):
            assert added(explained(records, "flow_load_bridge", column, scope)) == keys


def test_what_becomes_another_flow_item_leaves_one_for_the_other(records: Records) -> None:
    moved_out = explained(records, "flow_load_bridge", "moved_out_count", flow_item="feature")
    moved_in = explained(records, "flow_load_bridge", "moved_in_count", flow_item="defect")
    assert added(moved_out) == {"went": 1, "retyped": 1}
    assert added(moved_in) == {"retyped": 1}


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        ("new", {"rested", "tomorrow"}),
        ("active", {"standing", "came", "odd", "retyped", "left_out"}),
        ("waiting", {"reopened"}),
        ("done", {"begun", "resolved", "rejected"}),
        ("unmapped", {"lost"}),
    ],
)
def test_each_state_lists_what_stands_in_it_at_the_end(records: Records, state: str, keys: set[str]) -> None:
    explanation = explained(records, "cumulative_flow", f"{state}_count")
    assert set(added(explanation)) == keys
    assert explanation.value == len(explanation.parts) == len(keys)
    assert explanation.sums == (
        ["2 new + 5 active + 1 waiting + 3 done + 1 unmapped = 12 that stand here at the end"]
    )


def test_a_change_at_midnight_belongs_to_the_period_that_begins(records: Records) -> None:
    assert added(explained(records, "flow_load_bridge", "started_count", start=APRIL)) == {"tomorrow": 1}
    assert "tomorrow" in added(explained(records, "cumulative_flow", "active_count", start=APRIL))
