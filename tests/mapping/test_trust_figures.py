"""Which flaws an item has, and which bucket an artifact is in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pipelines.mapping.trust_figures import FLAWS, State, TrustedItem, fate

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def at(seconds: int) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def states(*parts: tuple[int, int | None, str], **more: Any) -> list[State]:
    shown = {"mapping_source": "seed", "is_inferred": False, "is_observed": False} | more
    return [
        State("jira:1", at(start), None if end is None else at(end), tool_state, **shown)
        for start, end, tool_state in parts
    ]


def flaws(timeline: list[State], **more: bool) -> dict[str, tuple[dt.datetime, str]]:
    shown = {"skipped_work": False, "has_history_gap": False} | more
    item = TrustedItem("jira:1", "PAY-1", "Pay", "checkout", None, None, at(900), **shown)
    found = {column: find(item, timeline) for column, find in FLAWS.items()}
    return {column: flaw for column, flaw in found.items() if flaw is not None}


def test_a_sound_item_has_none() -> None:
    assert flaws(states((0, 60, "To Do"), (60, 500, "Doing"), (500, None, "Done"))) == {}


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([(0, 59, "To Do"), (59, None, "Done")], (at(0), "59 s in To Do")),
        ([(0, 60, "To Do"), (60, None, "Done")], None),
        ([(0, 500, "To Do"), (500, None, "Done")], None),
        ([(0, 30, "To Do"), (30, 70, "To Do"), (70, None, "Done")], None),
        (
            [(0, 300, "Doing"), (300, 310, "Test"), (310, 320, "Test"), (320, None, "Done")],
            (at(300), "20 s in Test"),
        ),
        ([(0, 300, "Doing"), (300, 310, "Test"), (310, None, "Test")], None),
    ],
    ids=[
        "within a minute",
        "a whole minute",
        "longer",
        "flagged meanwhile",
        "flagged, but short",
        "still there",
    ],
)
def test_a_short_stay_is_one_in_a_tool_state(
    parts: list[tuple[int, int | None, str]], found: tuple[dt.datetime, str] | None
) -> None:
    assert flaws(states(*parts)).get("short_stay_count") == found


@pytest.mark.parametrize(
    ("more", "column", "says"),
    [
        ({"mapping_source": "unmapped"}, "unmapped_state_count", "Doing, which no row maps"),
        ({"mapping_source": "tool_category"}, "tool_category_count", "Doing, by the tool's category"),
        ({"is_inferred": True}, "inferred_count", "Doing is inferred"),
        ({"is_observed": True}, "observed_count", "Doing is dated by a load"),
    ],
)
def test_a_flaw_of_a_state_is_told_by_the_first_that_has_it(more: Any, column: str, says: str) -> None:
    timeline = states((0, 100, "To Do")) + states((100, 300, "Doing"), (300, None, "Done"), **more)
    assert flaws(timeline) == {column: (at(100), says)}


def test_what_the_item_itself_says_is_told_too() -> None:
    found = flaws(states((0, None, "Done")), skipped_work=True, has_history_gap=True)
    assert set(found) == {"skipped_work_count", "history_gap_count"}
    assert {when for when, _ in found.values()} == {at(900)}


@pytest.mark.parametrize(
    ("intervals", "bucket", "says"),
    [
        ([("Story", "active", "feature", False)], "flow_item", "Story in PAY"),
        ([("Story", "active", "none", False)], "excluded", "Story in PAY"),
        ([("Story", "active", None, False)], "unmapped", "Story in PAY"),
        ([("Story", "active", "feature", True)], "removed_before_completion", "Story in PAY"),
        # What was done stays what it was at its completion; what is open is what it is now.
        ([("Bug", "done", "defect", False), ("Note", "done", "none", False)], "flow_item", "Bug in PAY"),
        ([("Bug", "done", "defect", False), ("Note", "new", "none", False)], "excluded", "Note in PAY"),
        ([("Bug", "new", "defect", False), ("Note", "done", "none", False)], "excluded", "Note in PAY"),
    ],
)
def test_an_artifact_is_sorted_by_what_it_was_when_it_was_done(
    intervals: list[tuple[str, str, str | None, bool]], bucket: str, says: str
) -> None:
    timeline = [
        ("jira:1", "PAY-1", "Pay", NOON, artifact_type, "PAY", state, flow_item, is_ended_by_removal)
        for artifact_type, state, flow_item, is_ended_by_removal in intervals
    ]
    found = fate(timeline)
    assert (found.bucket, found.says) == (bucket, says)
