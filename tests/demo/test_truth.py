import itertools
from datetime import date

import pytest

from pipelines.demo.clock import DAY, HOUR, MINUTE, instant
from pipelines.demo.organisation import LOADED_AT
from pipelines.demo.truth import (
    Life,
    Period,
    Series,
    bucket,
    percentile_seconds,
    period_of,
    periods_from,
)


@pytest.fixture(scope="session")
def lives(company) -> dict[str, Life]:
    """The lives written by hand, by what they show."""
    return {life.item.title: life for life in company.truth.lives if "edge" in life.item.features}


@pytest.fixture(scope="session")
def rows(company, lives) -> dict[str, dict]:
    return {title: company.truth.item_row(life) for title, life in lives.items()}


def month(day: date) -> Period:
    return period_of("month", day)


def test_midnight_of_the_first_day_belongs_to_the_new_month(lives, rows):
    title = "Done at local midnight of a month's first day"
    assert rows[title]["completed_date"] == date(2026, 2, 1)
    assert rows[title]["completed_at"] == "2026-01-31 23:00:00.000"
    assert lives[title].completed_at == month(date(2026, 2, 1)).start
    assert rows[title]["flow_time_seconds"] == 13 * 86_400


def test_a_millisecond_before_belongs_to_the_old_one(rows):
    assert rows["Done a millisecond before local midnight"]["completed_date"] == date(2026, 2, 28)


def test_started_and_done_in_one_instant_is_skipped_work(rows):
    row = rows["Started and done in one instant: skipped work"]
    assert row["skipped_work"]
    assert (row["started_at"], row["flow_time_seconds"], row["active_seconds"]) == (None, None, 0)
    assert row["lead_time_seconds"] == 2 * 86_400 + 2 * 3600


def test_nights_in_which_the_clocks_change(rows):
    assert rows["Worked on through the night in which clocks go forward"]["elapsed_seconds"] == 3 * 3600
    assert rows["Worked on through the night in which clocks go back"]["elapsed_seconds"] == 3600
    longer = rows["A night shift that is an hour longer, as clocks go back in new york"]
    shorter = rows["A night shift that is an hour shorter, as clocks go forward in new york"]
    assert longer["working_flow_time_seconds"] == longer["flow_time_seconds"] == 6.5 * 3600
    assert shorter["working_flow_time_seconds"] == shorter["flow_time_seconds"] == 4.5 * 3600


def test_a_change_before_creation_moves_the_start_back(lives):
    life = lives["Changed before it was created, as imports do"]
    assert life.begun_at == life.started_at == instant("2025-09-01T10:00:00+02:00")
    assert life.item.created == life.begun_at + 2500


def test_a_reopening_of_no_length_is_none(rows):
    row = rows["Reopened and done again in one instant: never left done"]
    assert row["reopened_count"] == 0
    assert row["completed_at"] == "2025-06-05 09:00:00.000"


def test_the_step_that_moves_and_closes_delivers_for_the_new_product(rows):
    row = rows["Moved in the step that closes it"]
    assert (row["product_id"], row["team_id"]) == ("checkout", "checkout")


def test_what_happens_after_completion_does_not_rewrite_it(rows):
    row = rows["Moved, and made a story, when it was long done"]
    assert (row["product_id"], row["flow_item"]) == ("storefront", "defect")
    assert row["completed_at"] == "2025-12-04 09:00:00.000"


def test_an_estimate_changed_after_completion_does_not_count(lives, rows):
    title = "Moved, and made a story, when it was long done"
    assert lives[title].item.final("estimate") == 21
    assert rows[title]["estimate"] == rows[title]["first_estimate"] == 5


def test_flagged_work_waits(rows):
    row = rows["Flagged in the instant in which it starts, and still flagged when it is done"]
    assert (row["active_seconds"], row["waiting_seconds"], row["blocked_seconds"]) == (0, 86_400, 86_400)
    assert row["flow_efficiency"] == 0


def test_a_mapping_counts_from_the_day_on_which_an_interval_begins(rows):
    row = rows["In testing when testing became a queue, and looked at again by a flag"]
    coding, testing, flagged, again = (16 * DAY, 6 * DAY + HOUR, 2 * DAY, 4 * DAY)
    assert row["active_seconds"] == (coding + testing) / 1000  # entered before the reform: still active
    assert row["waiting_seconds"] == (flagged + again) / 1000
    assert row["blocked_seconds"] == 0  # a queue that is flagged was waiting anyway


def test_the_first_instant_of_the_new_rule_is_under_it(rows):
    row = rows["Enters testing in the first instant in which it is a queue"]
    assert (
        row["waiting_seconds"]
        == (instant("2025-11-12T10:00:00-05:00") - instant("2025-11-03T00:00:00+01:00")) / 1000
    )


def test_a_product_is_that_of_the_interval(lives):
    products = [
        interval.product for interval in lives["Worked on when returns went to another product"].intervals
    ]
    assert products == ["warehouse", "warehouse", "delivery_tracking", "delivery_tracking"]


def test_unmapped_time_stands_apart(rows):
    row = rows["A stay in a state that nobody has named, on the way"]
    assert row["unmapped_seconds"] == 5 * 86_400
    assert row["flow_time_seconds"] == 3 * 86_400
    assert row["elapsed_seconds"] == 8 * 86_400


def test_an_unmapped_state_ends_the_run_of_done(rows):
    row = rows["Left done for a state that nobody has named, and came back"]
    assert row["completed_at"] == "2025-08-14 09:00:00.000"
    assert row["first_completed_at"] == "2025-08-06 09:00:00.000"
    assert (row["reopened_count"], row["flow_time_seconds"], row["unmapped_seconds"]) == (
        1,
        86_400,
        2 * 86_400,
    )


def test_an_item_in_an_unmapped_state_is_neither_in_work_nor_done(rows, lives):
    row = rows["Now in a state that nobody has named"]
    assert (row["age_seconds"], row["completed_at"], row["outcome"]) == (None, None, None)
    assert bucket(lives["Now in a state that nobody has named"]) == "flow_item"


def test_outcomes(rows):
    assert rows["Dropped by its state after work"]["outcome"] == "cancelled"
    superseded = "Closed as superseded, which nobody has named: its state says delivered"
    assert rows[superseded]["outcome"] == "delivered"
    duplicate = rows["Closed as a duplicate without ever being started"]
    assert (duplicate["outcome"], duplicate["skipped_work"]) == ("cancelled", True)


def test_back_in_the_backlog_after_a_reopening(rows):
    row = rows["Done, reopened, and back in the backlog"]
    assert (row["completed_at"], row["age_seconds"], row["reopened_count"]) == (None, None, 1)
    assert row["first_completed_at"] == "2026-02-04 09:00:00.000"
    assert row["active_seconds"] == 86_400


def test_a_change_without_trace_is_dated_by_the_last_update(lives):
    life = lives["Label deleted"]
    assert [interval.state for interval in life.intervals] == ["open", "label:in progress", "open"]
    assert not life.has_history_gap


def test_what_comes_back_was_not_removed(lives):
    assert lives["Lost from sight"].removed_at is None


def test_a_deleted_item_leaves_the_load_when_the_sweep_missed_it(company):
    gone = [life for life in company.truth.lives if life.is_gone and life.current.is_worked]
    assert gone
    for life in gone:
        assert life.removed_at in LOADED_AT[1:]
        assert life.end == life.removed_at
        assert life.durations["age"] is None


def test_a_lost_change_in_the_middle_is_a_gap(company):
    marked = {life.item for life in company.truth.lives if life.has_history_gap}
    assert marked
    assert marked <= {item for item in company.items if "lost_middle" in item.features}


@pytest.mark.parametrize(("percent", "seconds"), [(0, 1.0), (50, 2.5), (85, 3.55), (95, 3.85), (100, 4.0)])
def test_percentiles_lie_between_their_neighbours(percent, seconds):
    assert percentile_seconds([1000, 2000, 3000, 4000], percent) == pytest.approx(seconds, rel=1e-15)


def test_percentiles_of_one_and_of_none():
    assert percentile_seconds([1234], 95) == 1.234
    assert percentile_seconds([], 50) is None


def test_the_load_nets_changes_of_one_instant_and_weighs_by_time():
    day = period_of("day", date(2026, 3, 4))
    series = Series()
    for at, step in (
        (day.start - HOUR, 3),
        (day.start, -1),  # belongs to this day: three were never in it
        (day.start + 6 * HOUR, 2),
        (day.start + 6 * HOUR, -2),
        (day.start + 12 * HOUR, 1),
        (day.end, 5),  # belongs to the next day
    ):
        series.steps[at] += step
    series.close()
    assert series.load(day) == {"load_end": 3, "load_avg": 2.5, "load_max": 3}


def test_a_quiet_period_keeps_its_load():
    series = Series()
    series.steps[instant("2026-01-05T00:00:00+01:00")] += 2
    series.close()
    assert series.load(month(date(2026, 3, 1))) == {"load_end": 2, "load_avg": 2.0, "load_max": 2}
    assert series.load(month(date(2025, 12, 1))) == {"load_end": 0, "load_avg": 0.0, "load_max": 0}


def test_a_cell_counts_what_its_period_holds(lives):
    life = lives["Done at local midnight of a month's first day"]
    series = Series(delivered=[(life.completed_at, life)], started=[life.started_at])
    series.close()
    assert series.velocity(month(date(2026, 1, 1))) == {
        "velocity": 0,
        "cancelled_count": 0,
        "arrivals": 1,
        "net_flow": 1,
        "delivered_estimate": 0,
    }
    assert series.velocity(month(date(2026, 2, 1)))["net_flow"] == -1
    assert series.flow_time(month(date(2026, 1, 1)))["flow_time_avg_seconds"] is None
    assert series.efficiency(month(date(2026, 2, 1)))["flow_efficiency"] == 1.0


def test_periods_begin_at_local_midnight_and_follow_each_other():
    periods = list(periods_from(instant("2025-12-31T23:30:00+00:00")))  # already 2026 in Berlin
    assert [p.first_day for p in periods if p.period_type == "year"] == [date(2026, 1, 1)]
    weeks = [p for p in periods if p.period_type == "week"]
    assert weeks[0].first_day == date(2025, 12, 29)
    assert all(before.end == after.start for before, after in itertools.pairwise(weeks))
    assert [p.period_type for p in periods if not p.is_complete] == [
        "day",
        "week",
        "month",
        "quarter",
        "year",
    ]
    spring = period_of("day", date(2026, 3, 29))
    assert spring.end - spring.start == 23 * HOUR


def test_a_wide_scope_has_what_its_parts_have(company):
    truth = company.truth
    assert truth.scopes("billing", "billing") == (
        ("organisation", "organisation"),
        ("product", "billing"),
        ("team", "billing"),
        ("value_stream", "payments"),
        ("art", "commerce"),
        ("portfolio", "lumenport"),
    )
    assert ("value_stream", "shopping") in truth.scopes("unassigned", "support_americas")
    assert truth.scopes("unassigned", None) == (("organisation", "organisation"), ("product", "unassigned"))


def test_the_laws_hold(company):
    for life in company.truth.lives:
        durations = life.durations
        if durations["flow_time"] is not None:
            assert durations["flow_time"] == life.active + life.waiting
            assert durations["elapsed"] >= durations["flow_time"]
        assert durations["blocked"] <= life.waiting
        if life.efficiency is not None:
            assert 0 <= life.efficiency <= 1
        assert all(a.end == b.start for a, b in zip(life.intervals, life.intervals[1:], strict=False))


def test_accounting_counts_every_item_once(company):
    assert sum(company.truth.accounting().values()) == len(company.items)


def test_hand_counted_month(company):
    """One small cell, counted the slow way from the lives."""
    start, end = month(date(2026, 5, 1)).start, month(date(2026, 5, 1)).end
    delivered = [
        life
        for life in company.truth.lives
        if life.published.product == "identity"
        and life.published.kind.flow_item == "defect"
        and life.outcome == "delivered"
        and life.completed_at is not None
        and start <= life.completed_at < end
    ]
    series = company.truth.series["product", "identity", "item"]["defect"]
    assert series.velocity(month(date(2026, 5, 1)))["velocity"] == len(delivered) > 0
    moment_in_work = [
        sum(
            interval.start <= at < (interval.end or (life.removed_at if life.is_gone else None) or at + 1)
            for life in company.truth.lives
            for interval in life.intervals
            if interval.product == "identity" and interval.kind.flow_item == "defect" and interval.is_worked
        )
        for at in range(start, end, 30 * MINUTE)
    ]
    load = series.load(month(date(2026, 5, 1)))
    assert load["load_max"] >= max(moment_in_work)
    assert load["load_avg"] == pytest.approx(sum(moment_in_work) / len(moment_in_work), rel=0.02)
