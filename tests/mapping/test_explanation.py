"""Items as the policies of a build count them."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.mapping.records import Records

FIRST, SECOND = (dt.datetime(2026, 3, day, tzinfo=dt.UTC) for day in (2, 5))


@pytest.mark.parametrize(
    ("started_at", "completed_at", "is_arrival"),
    [(FIRST, SECOND, True), (SECOND, FIRST, False), (SECOND, None, True)],
)
def test_what_a_completion_ends_a_later_start_is_no_part_of(
    started_at: dt.datetime, completed_at: dt.datetime | None, *, is_arrival: bool
) -> None:
    named = ("jira:1", "PAY-1", "Late", "checkout", None, None, "item", "feature", None)
    outcome = "delivered" if completed_at else None
    item = Records._item((*named, started_at, completed_at, outcome, 0, 0, None))
    assert item.started_at == (started_at if is_arrival else None)
    assert item.completed_at == completed_at
