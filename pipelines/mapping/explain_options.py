"""What people name on the command line: a figure, a scope, a period, a tool state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from pipelines.mapping.errors import MappingError
from pipelines.mapping.figures import (
    MARTS,
    PERIOD_FIGURES,
    RECENT_FIGURES,
    STATE_FIGURES,
    WIDE_MARTS,
    Figure,
)
from pipelines.mapping.records import Place, Records

# Marts whose figures are not of a scope and a period, and where to look instead.
UNEXPLAINED = {
    "fct_flow_items": "it is a figure of single items, and `streamgauge explain KEY` shows it of one",
    "ageing_work": "each of its rows is one item, and `streamgauge explain KEY` shows its life",
    "flow_trust": "it counts items by what fct_flow_items and fct_flow_item_states say of each of them",
    "artifact_accounting": "it counts artifacts by connection, and `streamgauge gaps` lists the unmapped",
}


def find_figure(records: Records, name: str, *, is_of_state: bool = False, is_recent: bool = False) -> Figure:
    """The figure that a user means: its column, with or without `_seconds`, or `mart.column`.

    Raises:
        MappingError: there is none; with what it could be
    """
    possible = STATE_FIGURES if is_of_state else RECENT_FIGURES if is_recent else PERIOD_FIGURES
    found = _named(name, possible)
    if found is not None:
        return found
    if _named(name, STATE_FIGURES):
        raise MappingError(f"{name} is of a tool state: name one with --tool-state, and a period.")
    if _named(name, PERIOD_FIGURES):
        raise MappingError(
            f"{name} is of no tool state: leave --tool-state out, or name one of {_list(STATE_FIGURES)}."
            if is_of_state
            else f"{name} is of a period: name one instead of --recent, or one of {_list(RECENT_FIGURES)}."
        )
    if _named(name, RECENT_FIGURES):
        raise MappingError(f"{name} is of the weeks up to as-of: say --recent instead of a period.")
    near = get_close_matches(name, [figure.column for figure in possible], n=3, cutoff=0.4)
    guess = f"Did you mean {' or '.join(dict.fromkeys(near))}? " if near else ""
    raise MappingError(
        f"There is no figure '{name}' to explain. {_elsewhere(records, name)}{guess}"
        f"There are {_list(possible)}."
    )


def _named(name: str, figures: Iterable[Figure]) -> Figure | None:
    """The first figure of that name: where several marts have it, the others are named with their marts."""
    mart, _, column = name.rpartition(".")
    for figure in figures:
        marts = (figure.mart, "", *(WIDE_MARTS if figure.mart in MARTS else ()))
        if figure.column in (column, f"{column}_seconds") and mart in marts:
            return figure
    return None


def _list(figures: Iterable[Figure]) -> str:
    """The names that mean these figures."""
    known = list(figures)
    return ", ".join(
        figure.column if _named(figure.column, known) is figure else f"{figure.mart}.{figure.column}"
        for figure in known
    )


def _elsewhere(records: Records, name: str) -> str:
    """Which mart has such a column all the same, and where to look for what is behind it."""
    mart, _, column = name.rpartition(".")
    rows = records.connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = current_schema()"
    ).fetchall()
    for candidate in (column, f"{column}_seconds"):
        for table, hint in UNEXPLAINED.items():
            if (table, candidate) in rows and mart in ("", table):
                return f"{table}.{candidate} is not taken apart: {hint}. "
    return ""


def find_tool_state(records: Records, place: Place, name: str) -> str:
    """A tool state in which work of a scope was.

    Raises:
        MappingError: there is none; with those that look like it
    """
    known = records.tool_states(place)
    for state in known:
        if name == state:
            return state
    for state in known:
        if name.strip().lower() == state.lower():
            return state
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    guess = f"Did you mean {' or '.join(near)}? " if near else ""
    raise MappingError(
        f"No work of {place.scope_id} was ever in a state '{name}'. {guess}"
        f"There are {', '.join(known) or 'none'}."
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
    if day is None or found is None or not known or day >= _end(period_type, known[-1]):
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


def _end(period_type: str, start: dt.date) -> dt.date:
    if period_type in ("day", "week"):
        return start + dt.timedelta(days=1 if period_type == "day" else 7)
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
