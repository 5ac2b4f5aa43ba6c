"""What `streamgauge explain` prints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.mapping.explanation import Explanation
from pipelines.mapping.figures import duration, written
from pipelines.mapping.life import Interval, Life, Sum
from pipelines.mapping.records import MartRow, Records
from pipelines.mapping.rows import Rows


class Clock:
    """Writes moments in the reporting time zone."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self.name = zone

    def __call__(self, moment: dt.datetime | None) -> str:
        """A moment as people read it; a dash for none."""
        if moment is None:
            return "-"
        return f"{moment.replace(tzinfo=dt.UTC).astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def print_life(life: Life, rows: Rows, clock: Clock, console: Console) -> None:
    """Print an artifact's timeline, what decided each part of it, and its figures with their sums."""
    artifact = life.artifact
    console.print(
        f"[bold]{escape(artifact['artifact_key'])}[/bold] {escape(artifact['title'] or '')}", highlight=False
    )
    console.print(
        escape(f"{artifact['artifact_id']}, {artifact['url'] or 'no URL'}; {life.bucket}"),
        style="dim", highlight=False, soft_wrap=True,
    )  # fmt: skip
    console.print()
    console.print(_timeline(life, rows, clock))
    console.print()
    for line in class_lines(life, rows):
        console.print(escape(line), highlight=False, soft_wrap=True)
    console.print()
    console.print(_sums(life, clock))


def _timeline(life: Life, rows: Rows, clock: Clock) -> Table:
    table = _table(f"Timeline, times of {clock.name}; as of {clock(life.as_of)}")
    for column in ("#", "from", "lasted", "state", "means", "decided by"):
        table.add_column(column, justify="right" if column in ("#", "lasted") else "left")
    for interval in life.intervals:
        is_resting = interval.left_at is None and interval.abstract_state == "done"
        lasted = "" if is_resting else duration(interval.milliseconds(life.as_of) / 1000)
        table.add_row(
            str(interval.interval_number),
            clock(interval.entered_at),
            lasted,
            escape(interval.tool_state + _marks(interval)),
            interval.abstract_state or "unmapped",
            escape(state_decision(interval, rows)),
        )
    return table


def _marks(interval: Interval) -> str:
    marks = [
        name
        for name, holds in (
            ("flagged", interval.is_flagged),
            ("inferred", interval.is_inferred),
            ("observed", interval.is_observed),
            ("removed at its end", interval.is_ended_by_removal),
        )
        if holds
    ]
    return f" ({', '.join(marks)})" if marks else ""


def state_decision(interval: Interval, rows: Rows) -> str:
    """What decided an interval's abstract state."""
    if interval.state_mapping_row_id:
        decided = rows.place(interval.state_mapping_row_id)
    elif interval.state_mapping_source == "tool_category":
        decided = "the tool's category"
    else:
        decided = "no row"
    return f"{decided}; flagged, so waiting" if interval.is_blocked else decided


def class_lines(life: Life, rows: Rows) -> Iterator[str]:
    """What it was when, and by which rows; a line for each run of intervals of one class."""
    for _, run in groupby(life.intervals, key=lambda interval: interval.class_key):
        intervals = list(run)
        first, last = intervals[0], intervals[-1]
        span = f"#{first.interval_number}" + (f" to #{last.interval_number}" if last is not first else "")
        item = first.flow_item or "unmapped"
        level = f" at level {first.flow_level}" if first.flow_level not in (None, "item") else ""
        yield f"{span}: {first.artifact_type} in {first.project}"
        yield f"  flow item  {item}{level}, by {_decision(first, 'flow_item', rows)}"
        yield f"  product    {first.product_id}, by {_decision(first, 'product', rows)}"
        yield f"  team       {first.team_id or 'none'}, by {_decision(first, 'team', rows)}"
    published = life.published
    when = "at its completion" if life.completed_at else "now"
    yield f"Published as what it was {when}: #{published.interval_number}."
    outcome, row_id = life.outcome
    if outcome:
        yield f"Outcome: {outcome}, by {rows.place(row_id) if row_id else 'no row: done work is delivered'}."


def _decision(interval: Interval, thing: str, rows: Rows) -> str:
    row_id = getattr(interval, f"{thing}_mapping_row_id")
    conflict = getattr(interval, f"{thing}_conflict")
    if row_id:
        return rows.place(row_id)
    return f"conflict: {conflict} have the same right" if conflict else "no row"


def _sums(life: Life, clock: Clock) -> Table:
    table = _table("Figures and their sums, in seconds")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("")
    table.add_column("how")
    # Where nothing was reopened, the first completion is the last, and so are its figures.
    is_once = life.first_completed_at == life.completed_at
    for total in life.sums():
        if is_once and total.name.startswith("first_"):
            continue
        value, readable = _value(total, clock)
        table.add_row(total.name, value, readable, escape(total.says))
    return table


def _value(total: Sum, clock: Clock) -> tuple[str, str]:
    if total.unit == "time":
        return clock(total.value), ""
    if total.unit == "ms":
        return f"{total.value / 1000:,.15g}", duration(total.value / 1000)
    if total.unit == "ratio":
        return f"{total.value:.6f}", f"{total.value:.1%}".replace("%", " %")
    return str(total.value), ""


def print_figure(
    records: Records, row: MartRow, explanation: Explanation, clock: Clock, console: Console
) -> None:
    """Print the items behind a figure and how they come to it."""
    figure = explanation.figure
    console.print(
        f"{escape(row.heading(records.names))}: "
        f"[bold]{figure.title} {written(explanation.value, figure.unit)}[/bold]",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    chosen = [f"{policy} {choice}" for policy, choice in records.settings.policies.items()]
    console.print(f"policies: {', '.join(chosen)}; times of {clock.name}", style="dim", highlight=False)
    console.print()
    if explanation.parts:
        table = _table("")
        for column in ("#", "item", "when", ""):
            table.add_column(column, justify="right" if column == "#" else "left")
        has_values = any(part.value is not None for part in explanation.parts)
        if has_values:
            table.add_column("adds" if figure.unit == "count" else figure.title, justify="right")
        table.add_column("title", no_wrap=True, overflow="ellipsis")
        for number, part in enumerate(explanation.parts, 1):
            value = "" if part.value is None else f"{part.value:,.15g}"
            table.add_row(
                str(number),
                escape(part.key),
                clock(part.when),
                escape(part.says),
                *([value] if has_values else []),
                escape(part.title),
            )
        console.print(table)
    for line in explanation.sums:
        console.print(escape(line), highlight=False, soft_wrap=True)
    published = "null" if explanation.published is None else f"{explanation.published:,.15g}"
    verdict = (
        "as the items come to" if explanation.agrees else "[red]which is not what the items come to[/red]"
    )
    console.print(f"{figure.mart}.{figure.column} is {published}, {verdict}.", highlight=False)


def _table(title: str) -> Table:
    return Table(
        title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
    )
