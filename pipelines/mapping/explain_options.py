"""What people name on the command line: a figure, a scope, a period, a tool state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from pipelines.mapping.errors import MappingError
from pipelines.mapping.figures import (
    ACCOUNTING_FIGURES,
    MARTS,
    PERIOD_FIGURES,
    RECENT_FIGURES,
    STATE_FIGURES,
    TRUST_FIGURES,
    WIDE_MARTS,
    Figure,
)
from pipelines.mapping.records import FLOW_ITEMS, RECENT, MartRow, Place, Records
from pipelines.mapping.trust_figures import BUCKETS, TRUSTED, AccountRow, TrustRow

# Marts of which no figure is counted from items, and where to look instead.
UNEXPLAINED = {
    "fct_flow_items": "it is a figure of single items, and `streamgauge explain KEY` shows it of one",
    "ageing_work": "each of its rows is one item, and `streamgauge explain KEY` shows its life",
    **dict.fromkeys(
        ("mapping_gaps", "mapping_gap_work", "mapping_gap_neighbours", "mapping_usage", "tool_value_usage"),
        "`streamgauge gaps` shows it with examples of the work behind it",
    ),
}


@dataclass(frozen=True)
class Kind:
    """Figures that are asked for in the same way.

    Args:
        figures: which
        how: what they are of, and how to say so
    """

    figures: Sequence[Figure]
    how: str


OF_PERIOD = Kind(PERIOD_FIGURES, "is of a scope and a period, such as --product checkout --month 2026-03")
OF_STATE = Kind(STATE_FIGURES, "is of a tool state: name one with --tool-state, and a period")
OF_RECENT = Kind(RECENT_FIGURES, "is of the weeks up to as-of: say --recent instead of a period")
OF_TRUST = Kind(TRUST_FIGURES, "is of the load or the velocity: say --trust load or --trust velocity")
OF_CONNECTION = Kind(ACCOUNTING_FIGURES, "is of a connection: name one with --connection, and a --bucket")
KINDS = (OF_PERIOD, OF_STATE, OF_RECENT, OF_TRUST, OF_CONNECTION)


@dataclass(frozen=True)
class Asked:
    """A figure as it is named on the command line; none for what is not named.

    Args:
        scopes: what was given for each type of scope
        periods: what was given for each type of period; the weeks up to as-of are RECENT
        metric: the figure
        flow_item: one, or all
    """

    scopes: Mapping[str, str | None]
    periods: Mapping[str, str | None]
    metric: str | None = None
    tool_state: str | None = None
    trust: str | None = None
    connection: str | None = None
    bucket: str | None = None
    flow_item: str = "all"
    flow_level: str | None = None

    @property
    def is_anything(self) -> bool:
        """Whether anything was named."""
        named = (self.metric, self.tool_state, self.trust, self.connection, self.bucket, self.flow_level)
        return any((*named, *self.scopes.values(), *self.periods.values())) or self.flow_item != "all"


def find_row(records: Records, asked: Asked) -> tuple[MartRow, Figure]:
    """Which figure of which row of a mart a user means.

    Raises:
        MappingError: nothing is of that name, or something is missing or too much; with what there is
    """
    if asked.connection is not None or asked.bucket is not None:
        return _account(records, asked)
    scope_type, scope = _one(asked.scopes, "a scope, such as --product checkout")
    if asked.trust is not None:
        return _trust(records, asked, scope_type, scope)
    period_type, period = _one(asked.periods, "a period, such as --month 2026-03")
    if asked.metric is None:
        raise MappingError("Name a figure too, such as --metric flow_time_p85; or an artifact by its key.")
    is_recent = period_type == RECENT
    kind = OF_STATE if asked.tool_state is not None else OF_RECENT if is_recent else OF_PERIOD
    figure = find_figure(records, asked.metric, kind)
    if asked.tool_state is not None and period_type in (RECENT, "day"):
        raise MappingError("Tool states have figures by week, month, quarter and year: name one.")
    scope_id = find_scope(records, scope_type, scope)
    place = Place(
        scope_type,
        scope_id,
        period_type,
        records.recent.start if is_recent else find_period(records, period_type, period),
        _level(records.levels(scope_type, scope_id), scope_id, asked.flow_level),
        _choice(asked.flow_item, "flow item", (*FLOW_ITEMS, "all")),
    )
    if asked.tool_state is None:
        return place, figure
    return replace(place, tool_state=find_tool_state(records, place, asked.tool_state)), figure


def _trust(records: Records, asked: Asked, scope_type: str, scope: str) -> tuple[MartRow, Figure]:
    assert asked.trust is not None
    left = replace(asked, trust=None, metric=None, scopes={})
    if left.is_anything:
        raise MappingError(
            "Trust is counted of all that is in work now, or was delivered lately: name a scope and --trust "
            "load or --trust velocity, and no period, state, flow item or level."
        )
    figure = find_figure(records, asked.metric or "trust_score", OF_TRUST)
    trusted = _choice(asked.trust, "figure to trust", TRUSTED)
    return TrustRow(scope_type, find_scope(records, scope_type, scope), trusted), figure


def _account(records: Records, asked: Asked) -> tuple[MartRow, Figure]:
    if asked.connection is None:
        raise MappingError(f"A bucket is of a connection: name one of {', '.join(records.connections)} too.")
    if replace(asked, connection=None, bucket=None, metric=None).is_anything:
        raise MappingError(
            "The artifacts of a connection are counted whatever they are: name --connection and --bucket, "
            "and no scope, period, state, flow item or level."
        )
    connection = _choice(asked.connection, "connection", records.connections)
    bucket = None if asked.bucket is None else _choice(asked.bucket, "bucket", tuple(BUCKETS))
    figure = find_figure(
        records, asked.metric or ("artifact_count" if bucket else "loaded_count"), OF_CONNECTION
    )
    if figure.column == "artifact_count" and bucket is None:
        raise MappingError(f"Artifacts are counted by bucket: name one with --bucket: {', '.join(BUCKETS)}.")
    if figure.column == "loaded_count" and bucket is not None:
        raise MappingError("What was loaded is counted over all buckets: leave --bucket out.")
    return AccountRow(connection, bucket), figure


def _one(options: Mapping[str, str | None], example: str) -> tuple[str, str]:
    given = [(name, value) for name, value in options.items() if value is not None]
    if len(given) != 1:
        named = " and ".join(f"--{name.replace('_', '-')}" for name, _ in given)
        raise MappingError(
            f"Name {example}" + (f": one, not {named}." if given else ", or an artifact by its key.")
        )
    return given[0]


def _level(levels: list[str], scope: str, chosen: str | None) -> str:
    if chosen in levels:
        return str(chosen)
    if chosen is None and len(levels) == 1:
        return levels[0]
    if not levels:
        raise MappingError(f"There are no figures of {scope}: nothing of what was loaded is in it.")
    known = ", ".join(levels)
    raise MappingError(
        f"{scope} has no single level '{chosen or 'item'}': name one of {known} with --flow-level."
    )


def _choice(name: str, what: str, known: Sequence[str]) -> str:
    if name not in known:
        raise MappingError(f"There is no {what} '{name}': there are {', '.join(known)}.")
    return name


def find_figure(records: Records, name: str, kind: Kind = OF_PERIOD) -> Figure:
    """The figure that a user means: its column, with or without `_seconds`, or `mart.column`.

    Raises:
        MappingError: there is none of that kind; with what it could be
    """
    found = _named(name, kind.figures)
    if found is not None:
        return found
    for other in KINDS:
        if _named(name, other.figures):
            raise MappingError(f"{name} {other.how}. As you ask, there are {_list(kind.figures)}.")
    near = get_close_matches(name, [figure.column for figure in kind.figures], n=3, cutoff=0.4)
    guess = f"Did you mean {' or '.join(dict.fromkeys(near))}? " if near else ""
    raise MappingError(
        f"There is no figure '{name}' to explain. {_elsewhere(records, name)}{guess}"
        f"There are {_list(kind.figures)}."
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
