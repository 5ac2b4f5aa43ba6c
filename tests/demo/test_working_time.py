from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from pipelines.demo.clock import HOUR, MINUTE, instant
from pipelines.demo.lives import calendars
from pipelines.demo.working_time import WorkingTime, working_time

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def office() -> WorkingTime:
    hours = {"monday": [(time(9), time(12)), (time(13), time(17))], "tuesday": [(time(9), time(12))]}
    return working_time(BERLIN, hours, {date(2026, 2, 3)})


def test_only_the_hours_between_count(office):
    start, end = instant("2026-02-02T11:00:00+01:00"), instant("2026-02-02T14:30:00+01:00")
    assert office.between(start, end) == 2 * HOUR + 30 * MINUTE


def test_a_holiday_has_no_hours(office):
    assert office.between(instant("2026-02-03T00:00:00+01:00"), instant("2026-02-04T00:00:00+01:00")) == 0


def test_advancing_skips_the_night_and_the_holiday(office):
    assert office.advance(instant("2026-02-02T16:00:00+01:00"), 2 * HOUR) == instant(
        "2026-02-09T10:00:00+01:00"
    )


@pytest.mark.parametrize("worked", [0, 1, HOUR, 7 * HOUR, 100 * HOUR + 1])
def test_advancing_is_the_inverse_of_counting(office, worked):
    start = instant("2025-06-02T10:00:00+02:00")
    assert office.between(start, office.advance(start, worked)) == worked


def test_a_window_over_a_change_of_the_clocks_lasts_its_real_length():
    night_shift = calendars()["support_americas"]
    spring = night_shift.between(instant("2026-03-08T00:00:00-05:00"), instant("2026-03-08T12:00:00-04:00"))
    autumn = night_shift.between(instant("2025-11-02T00:00:00-04:00"), instant("2025-11-02T12:00:00-05:00"))
    assert (spring, autumn) == (5 * HOUR, 7 * HOUR)
