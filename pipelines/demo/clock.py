"""Instants as whole milliseconds since 1970 in UTC: the one form of time in the demo's plan and its truth."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """The instant of a zoned datetime, exact."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def instant(text: str) -> int:
    """The instant of an ISO text with an offset, as in `2026-01-31T09:00:00+01:00`."""
    return milliseconds(datetime.fromisoformat(text))


def moment(at: int, zone: ZoneInfo | None = None) -> datetime:
    """The datetime of an instant, in a zone (UTC if none is given)."""
    return (EPOCH + timedelta(milliseconds=at)).astimezone(zone or UTC)


def local_date(at: int, zone: ZoneInfo) -> date:
    """The calendar day of an instant in a zone."""
    return moment(at, zone).date()


def local_instant(day: date, clock_time: time, zone: ZoneInfo) -> int:
    """The instant at which a zone's clocks show this time on this day."""
    return milliseconds(datetime.combine(day, clock_time, tzinfo=zone))


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a day in a zone."""
    return local_instant(day, time(), zone)
