"""What spreadsheets make of a date, a number or a time, turned back where it is certain what was meant.

And what they would run as a formula, where it is text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MIDNIGHT = r"(?:[ t]0{1,2}:00(?::00(?:\.0+)?)?z?)?"
# The days that a spreadsheet numbers 20000 to 80000, counted from this one: 1954 to 2119.
DAY_ZERO = dt.date(1899, 12, 30)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a cell may have meant, in canonical form. Certain if there is one such thing and no doubt."""

    choices: tuple[str, ...] = ()
    is_certain: bool = False

    @property
    def value(self) -> str | None:
        """What it certainly meant."""
        return self.choices[0] if self.is_certain and len(self.choices) == 1 else None


def as_text(cell: str) -> str:
    """A cell of a CSV for people as a spreadsheet shows it: with an apostrophe before what it would run."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def meant_date(text: str) -> Meant:
    """A date in any usual spelling. 03/04/2026 is two dates; so is every date whose year has two digits."""
    text = text.strip().lower()
    if found := re.fullmatch(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){MIDNIGHT}", text):
        year, month, day = map(int, found.groups())
        return Meant(_dates([(year, month, day)]), is_certain=True)
    if found := re.fullmatch(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){MIDNIGHT}", text):
        one, other, year = map(int, found.groups())
        return Meant(_dates([(year, other, one), (year, one, other)]), is_certain=True)
    if found := re.fullmatch(r"(\d{1,2})[-. ]*([a-z]{3})[a-z]*[-., ]*(\d{4})", text):
        return Meant(_named_month(found[3], found[2], found[1]), is_certain=True)
    if found := re.fullmatch(r"([a-z]{3})[a-z]*[-. ]*(\d{1,2})[-., ]+(\d{4})", text):
        return Meant(_named_month(found[3], found[1], found[2]), is_certain=True)
    if found := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})", text):
        one, two, three = map(int, found.groups())
        return Meant(_dates([(2000 + three, two, one), (2000 + three, one, two), (2000 + one, two, three)]))
    if re.fullmatch(r"[2-7]\d{4}", text):
        return Meant(((DAY_ZERO + dt.timedelta(days=int(text))).isoformat(),))
    return Meant()


def meant_integer(text: str) -> Meant:
    """A whole number. 1.00E+05 may have lost digits, and 1.000 may be a thousand."""
    text = text.strip().lower()
    if found := re.fullmatch(r"\+?(\d+)(?:[.,](0{1,2}|0{4,}))?", text):
        return Meant((str(int(found[1])),), is_certain=True)
    if re.fullmatch(r"\d+e\+?\d{1,2}", text):
        return Meant((str(int(Decimal(text))),), is_certain=True)
    if found := re.fullmatch(r"(\d{1,3})[.,](000)", text):
        return Meant((found[1], found[1] + found[2]))
    return Meant()


def meant_time(text: str) -> Meant:
    """A time of day on a whole minute, with or without a leading zero, seconds, and am or pm."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00(?:\.0+)?)?(?: ?([ap])\.?m\.?)?", text.strip().lower())
    if not found:
        bare = re.fullmatch(r"(\d{1,2})[.h]?(\d{2})", text.strip().lower())
        return Meant(_times(int(bare[1]), int(bare[2]))) if bare else Meant()
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        if not 1 <= hour <= 12:
            return Meant()
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return Meant(_times(hour, minute), is_certain=True)


def meant(kind: str, text: str) -> Meant:
    """What a cell of a type of column may have meant."""
    readers = {"date": meant_date, "integer": meant_integer, "time": meant_time}
    return readers[kind](text) if kind in readers else Meant()


def _dates(candidates: Iterable[tuple[int, int, int]]) -> tuple[str, ...]:
    dates = []
    for year, month, day in candidates:
        with suppress(ValueError):
            dates.append(dt.date(year, month, day).isoformat())
    return tuple(dict.fromkeys(dates))


def _named_month(year: str, month: str, day: str) -> tuple[str, ...]:
    if month not in MONTHS:
        return ()
    return _dates([(int(year), MONTHS.index(month) + 1, int(day))])


def _times(hour: int, minute: int) -> tuple[str, ...]:
    is_time = (hour < 24 and minute < 60) or (hour, minute) == (24, 0)
    return (f"{hour:02}:{minute:02}",) if is_time else ()
