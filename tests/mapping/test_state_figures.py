"""Where the time of work in progress went: the figures of one tool state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.mapping.explanation import Explainer, Explanation
from pipelines.mapping.figures import RECENT_FIGURES, STATE_FIGURES
from pipelines.mapping.records import RECENT, Place, Records
from tests.mapping.small_warehouse import Done, State, build

FEBRUARY, MARCH, APRIL = (dt.date(2026, month, 1) for month in (2, 3, 4))
DAY = 86_400
STATES = [
    State("flagged", "02-28", "In Progress", "active"),
    State("flagged", "03-02", "In Progress", "waiting"),
    State("flagged", "03-04", "Done", "done"),
    State("moved", "03-05", "In Progress", "active", product_id="search"),
    State("moved", "03-06", "In Progress", "active"),
    State("moved", "03-08", "Done", "done"),
    State("reviewed", "03-10", "In Review", "waiting"),
    State("reviewed", "03-20", "In Progress", "active"),
    State("left_out", "03-10", "In Progress", "active", flow_item="none"),
    State("taken_up", "04-02", "In Test", "active", flow_item="none"),
    State("taken_up", "04-03", "In Test", "active"),
    State("taken_up", "04-04", "Done", "done"),
]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    path = build(tmp_path_factory.mktemp("states") / "small.duckdb", STATES)
    with closing(Records(path)) as opened:
        yield opened


def explained(
    records: Records, column: str, tool_state: str = "In Progress", start: dt.date = MARCH
) -> Explanation:
    (figure,) = (figure for figure in STATE_FIGURES if figure.column == column)
    place = Place("product", "checkout", "month", start, "item", "all", tool_state)
    return Explainer(records, place).explain(figure, None)


def added(explanation: Explanation) -> dict[str, float | None]:
    return {part.key.lower(): part.value for part in explanation.parts}


@pytest.mark.parametrize(
    ("column", "parts"),
    [
        ("active_seconds", {"reviewed": 12 * DAY, "moved": 2 * DAY, "flagged": DAY}),
        ("waiting_seconds", {"flagged": 2 * DAY}),
        ("share", {"reviewed": 12 / 27, "flagged": 3 / 27, "moved": 2 / 27}),
        ("share_change", {"flagged": 3 / 27 - 1, "reviewed": 12 / 27, "moved": 2 / 27}),
        ("arrivals", {"reviewed": 1}),
        ("exits", {"flagged": 1, "moved": 1}),
        ("load_end", {"reviewed": 1}),
    ],
)
def test_the_items_of_a_state_add_up_to_its_figures(
    records: Records, column: str, parts: dict[str, float]
) -> None:
    explanation = explained(records, column)
    assert added(explanation) == pytest.approx(parts)
    assert explanation.value == pytest.approx(sum(parts.values()))


def test_a_flag_or_a_move_does_not_end_a_stay(records: Records) -> None:
    explanation = explained(records, "mean_stay_seconds")
    assert added(explanation) == {"flagged": 4 * DAY, "moved": 3 * DAY}
    assert explanation.value == 3.5 * DAY


def test_a_running_period_is_known_up_to_as_of(records: Records) -> None:
    assert explained(records, "active_seconds", start=APRIL).value == 9 * DAY
    assert explained(records, "load_end", start=APRIL).value == 1
    assert explained(records, "share_change", start=APRIL).value == pytest.approx(9 / 10 - 17 / 27)


def test_what_was_left_out_arrives_when_it_becomes_a_flow_item(records: Records) -> None:
    assert explained(records, "arrivals", "In Test", APRIL).value == 1
    assert explained(records, "mean_stay_seconds", "In Test", APRIL).value == DAY


def test_what_nothing_was_in_has_no_share_and_no_stay(records: Records) -> None:
    assert explained(records, "share", "In Review").value == pytest.approx(10 / 27)
    assert explained(records, "share_change", start=FEBRUARY).value is None
    assert explained(records, "mean_stay_seconds", start=APRIL).value is None


def test_the_flow_times_of_lately_are_of_what_was_delivered(tmp_path: Path) -> None:
    items = [
        Done("early", "02-28", "delivered", 10.0),
        Done("first", "03-01", "delivered", 40.0),
        Done("cancelled", "03-02", "cancelled", 50.0),
        Done("timeless", "03-03", "delivered"),
        Done("second", "04-09", "delivered", 80.0),
    ]
    place = Place("product", "checkout", RECENT, MARCH, "item", "all")
    with closing(Records(build(tmp_path / "small.duckdb", items=items))) as records:
        explainer = Explainer(records, place)
        found = {figure.column: explainer.explain(figure, None) for figure in RECENT_FIGURES}
        assert records.published(place, RECENT_FIGURES[0]) == 60
    assert found["flow_time_p50_seconds"].value == 60
    assert added(found["flow_time_p85_seconds"]) == {"first": 40, "second": 80}
    assert found["flow_time_item_count"].value == 2
