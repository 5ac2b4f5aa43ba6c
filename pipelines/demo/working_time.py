"""Working calendars: when a team works, counted in exact milliseconds."""

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.demo.clock import local_instant

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_DAY, LAST_DAY = date(2024, 12, 1), date(2027, 1, 31)  # the demo's history lies well within

Hours = dict[str, list[tuple[time, time]]]  # weekday: from and to, local times


@dataclass(frozen=True)
class WorkingTime:
    """The working windows of one calendar, as half-open intervals of instants in order of time."""

    zone: ZoneInfo
    starts: list[int]
    ends: list[int]
    before: list[int]  # working milliseconds before each window

    def until(self, at: int) -> int:
        """Working milliseconds from the calendar's first day to this instant."""
        window = bisect_right(self.starts, at) - 1
        if window < 0:
            return 0
        return self.before[window] + min(at, self.ends[window]) - self.starts[window]

    def between(self, start: int, end: int) -> int:
        """Working milliseconds in `[start, end)`."""
        return self.until(end) - self.until(start)

    def advance(self, at: int, worked: int) -> int:
        """The instant at which so much more working time has passed."""
        target = self.until(at) + worked
        window = bisect_right(self.before, target) - 1
        return self.starts[window] + target - self.before[window]


def working_time(zone: ZoneInfo, hours: Hours, holidays: set[date]) -> WorkingTime:
    """Lay the weekly hours over the demo's days, leaving out the holidays."""
    windows = sorted(_windows(zone, hours, holidays))
    lengths = [end - start for start, end in windows]
    return WorkingTime(
        zone=zone,
        starts=[start for start, _ in windows],
        ends=[end for _, end in windows],
        before=[0, *accumulate(lengths)][:-1],
    )


def _windows(zone: ZoneInfo, hours: Hours, holidays: set[date]) -> Iterator[tuple[int, int]]:
    for offset in range((LAST_DAY - FIRST_DAY).days):
        day = FIRST_DAY + timedelta(days=offset)
        if day in holidays:
            continue
        for opens, closes in hours.get(WEEKDAYS[day.weekday()], []):
            yield local_instant(day, opens, zone), local_instant(day, closes, zone)


def read_calendars(seeds: Path) -> dict[str, WorkingTime]:
    """The calendars of an organisation's seeds, by calendar_id."""
    zones: dict[str, ZoneInfo] = {}
    hours: dict[str, Hours] = defaultdict(lambda: defaultdict(list))
    holidays: dict[str, set[date]] = defaultdict(set)
    for row in read_seed(seeds, "calendars"):
        name = row["calendar_id"]
        zones[name] = ZoneInfo(row["time_zone"])
        opens, closes = time.fromisoformat(row["start_time"]), time.fromisoformat(row["end_time"])
        hours[name][row["weekday"]].append((opens, closes))
    for row in read_seed(seeds, "holidays"):
        holidays[row["calendar_id"]].add(date.fromisoformat(row["date"]))
    return {name: working_time(zone, hours[name], holidays[name]) for name, zone in zones.items()}


def read_seed(seeds: Path, name: str) -> list[dict[str, str]]:
    """The rows of one seed file."""
    with (seeds / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
