"""What people name on the command line: a figure, a scope, a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from difflib import get_close_matches

from pipelines.mapping.errors import MappingError
from pipelines.mapping.figures import FIGURES, Figure
from pipelines.mapping.records import Records


def find_figure(name: str) -> Figure:
    """The figure that a user means: its column, with or without `_seconds`.

    Raises:
        MappingError: there is none; with what it could be
    """
    for candidate in (name, f"{name}_seconds"):
        if candidate in FIGURES:
            return FIGURES[candidate]
    near = get_close_matches(name, FIGURES, n=3, cutoff=0.4)
    raise MappingError(
        f"There is no figure '{name}'. "
        + (f"Did you mean {' or '.join(near)}? " if near else "")
        + f"There are {', '.join(FIGURES)}."
    )


def find_scope(records: Records, scope_type: str, name: str) -> str:
    """The key of a scope that a user names by its key or name.

    Raises:
        MappingError: there is none; with those that look like it
    """
    known = {key: title for (kind, key), title in records.names.items() if kind == scope_type}
    for key, title in known.items():
        if name.strip().lower() in (key.lower(), title.lower()):
            return key
    near = get_close_matches(
        name.lower(), [*known, *(title.lower() for title in known.values())], n=3, cutoff=0.5
    )
    guess = f"Did you mean {' or '.join(dict.fromkeys(near))}? " if near else ""
    listed = ", ".join(sorted(known)) or "none"
    raise MappingError(f"There is no {scope_type.replace('_', ' ')} '{name}'. {guess}There are {listed}.")


def find_period(records: Records, period_type: str, text: str) -> dt.date:
    """The first day of the period that a user names: `2026-03`, `2026-Q1`, `2026-W10`, or by a day of it.

    Raises:
        MappingError: it is no period, or the warehouse has none there
    """
    day = _day(period_type, text.strip())
    known = sorted(start for kind, start in records.periods if kind == period_type)
    found = max((start for start in known if day is not None and start <= day), default=None)
    if day is None or found is None or not known or day >= _end(records, period_type, known[-1]):
        examples = {
            "day": "2026-03-05",
            "week": "2026-W10",
            "month": "2026-03",
            "quarter": "2026-Q1",
            "year": "2026",
        }
        span = f"from {known[0]} to {known[-1]}" if known else "of none"
        raise MappingError(
            f"--{period_type} {text} names no {period_type} of this warehouse, which has figures {span}: "
            f"write it as {examples[period_type]}."
        )
    return found


def _end(records: Records, period_type: str, start: dt.date) -> dt.date:
    later = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[period_type]
    if period_type in ("day", "week"):
        return start + dt.timedelta(days=later)
    months = {"month": 1, "quarter": 3, "year": 12}[period_type]
    return dt.date(start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1, 1)


def _day(period_type: str, text: str) -> dt.date | None:
    """The first day of what the text names; none if it is nothing of the kind."""
    for form in _forms(period_type):
        try:
            if form == "quarter":
                year, _, quarter = text.upper().replace("-", "").partition("Q")
                return dt.date(int(year), 3 * int(quarter) - 2, 1)
            if form == "week":
                year, _, week = text.upper().replace("-", "").partition("W")
                return dt.date.fromisocalendar(int(year), int(week), 1)
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    return None


def _forms(period_type: str) -> Iterator[str]:
    yield "%Y-%m-%d"
    if period_type in ("quarter", "week"):
        yield period_type
    if period_type == "month":
        yield "%Y-%m"
    if period_type == "year":
        yield "%Y"
