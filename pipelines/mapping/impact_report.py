"""What `streamgauge impact` shows: tables in a terminal, Markdown for a comment, an HTML page with charts."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.mapping.comparison import ClassChange, Impact, Move
from pipelines.mapping.figures import FIGURES, arrow, change, written
from pipelines.mapping.impact_chart import BOX, chart

MARKER = "<!-- streamgauge impact -->"
COMMENT_LIMIT = 60_000  # GitHub takes 65,536 characters
SCOPE_TITLES = {
    "product": "Products",
    "team": "Teams",
    "value_stream": "Value streams",
    "art": "Agile release trains",
    "portfolio": "Portfolios",
    "organisation": "The organisation",
}
WIDE = 112  # columns of a terminal that has room for months
SHOWN = 12  # charts, and rows, that the page shows without a click


def print_impact(impact: Impact, console: Console, limit: int) -> None:
    """Print the impact.

    Args:
        impact: what moves
        console: where to print
        limit: how many rows of each table to show
    """
    console.print(f"[bold]{escape(headline(impact))}", highlight=False, soft_wrap=True)
    console.print(escape(basis(impact)), style="dim", highlight=False, soft_wrap=True)
    lines = edits(impact)
    for line in lines[:limit]:
        console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    _print_rest(console, len(lines), limit)
    for scope_type, moves in by_scope_type(headline_moves(impact)):
        console.print()
        months = impact.last_months if console.width >= WIDE else ()
        console.print(_moves_table(SCOPE_TITLES[scope_type], moves[:limit], months))
        _print_rest(console, len(moves), limit)
    if impact.classes:
        console.print()
        console.print("[bold]What became something else, and what it carries")
        for changed in impact.classes[:limit]:
            _print_class_change(impact, changed, console)
        _print_rest(console, len(impact.classes), limit)


def _print_rest(console: Console, count: int, limit: int) -> None:
    if count > limit:
        console.print(f"[dim]and {count - limit:,} more: --limit shows them, --html has them all")


def headline(impact: Impact) -> str:
    """The outcome in one sentence."""
    if impact.is_still:
        return "Nothing moved: no figure of any period, and no artifact means anything else."
    scopes = {move.scope.scope_id for move in impact.moves if move.scope.scope_type == "product"}
    figures = "1 product" if len(scopes) == 1 else f"{len(scopes):,} products"
    parts = [f"figures of {figures} move" if impact.moves else "no monthly figure moves"]
    parts.append(
        f"{impact.changed_artifact_count:,} of {impact.artifact_count:,} artifacts mean something else"
    )
    return "; ".join(parts).capitalize() + "."


def basis(impact: Impact) -> str:
    """What is compared with what, over which data."""
    variables = impact.settings_after.variables
    return (
        f"Compares {impact.before.label} with {impact.after.label}, over the same raw data, "
        f"as of {variables['as_of'][:16].replace('T', ' ')} UTC, months of {variables['reporting_timezone']}."
    )


def edits(impact: Impact) -> list[str]:
    """The rows that were added, changed and removed, and the policies chosen anew, in words."""
    lines = [change.in_words() for change in impact.row_changes]
    lines += [f"policy {change}" for change in impact.policy_changes]
    return lines or ["no row of the seeds and no policy differs"]


def headline_moves(impact: Impact) -> list[Move]:
    """The moves that a summary shows: headline figures; of each flow item velocity, share and load."""
    per_item = ("velocity", "share", "load_end")
    return [
        move
        for move in impact.moves
        if FIGURES[move.column].is_headline and (move.scope.flow_item == "all" or move.column in per_item)
    ]


def by_scope_type(moves: Sequence[Move]) -> Iterator[tuple[str, list[Move]]]:
    """The moves by scope type, products first, each from the largest to the smallest."""
    for scope_type, group in groupby(moves, key=lambda move: move.scope.scope_type):
        yield scope_type, list(group)


def month_cell(move: Move, month: dt.date) -> str:
    """A month's figure: `12 → 14`, or the one value where it did not move."""
    before, after = move.months.get(month, (None, None))
    return arrow((before, after), FIGURES[move.column].unit)


def history_cells(move: Move) -> tuple[str, str, str]:
    """Before, after and change over all history."""
    unit = FIGURES[move.column].unit
    before, after = move.history
    return written(before, unit), written(after, unit), change(before, after, unit)


def decided_by(impact: Impact, changed: ClassChange) -> str:
    """The rows that decided before and after."""
    before = impact.rows_before.place(changed.row_before) if changed.row_before else "no row"
    after = impact.rows_after.place(changed.row_after) if changed.row_after else "no row"
    return after if before == after else f"{before} → {after}"


def class_cells(impact: Impact, changed: ClassChange) -> tuple[str, ...]:
    """A change of class as cells, under `CLASS_COLUMNS`."""
    more = "" if changed.artifact_count <= len(changed.examples) else ", ..."
    return (
        changed.aspect,
        f"{changed.before} → {changed.after}",
        decided_by(impact, changed),
        f"{changed.artifact_count:,}",
        arrow(changed.load, "count"),
        arrow(changed.velocity, "count"),
        arrow(changed.flow_time_seconds, "seconds"),
        ", ".join(changed.examples) + more,
    )


CLASS_COLUMNS = (
    "what", "from → to", "decided by", "artifacts", "in work", "delivered", "their flow time", "examples",
)  # fmt: skip


def move_columns(months: Sequence[dt.date]) -> tuple[str, ...]:
    """The headings over the cells of a move."""
    return ("", "figure", "before", "after", "change", *(f"{month:%b %Y}" for month in months))


def move_cells(move: Move, months: Sequence[dt.date]) -> tuple[str, ...]:
    """A move as cells, under `move_columns`: all history first, then some months."""
    cells = (month_cell(move, month) for month in months)
    return (move.scope.title, FIGURES[move.column].title, *history_cells(move), *cells)


def _moves_table(title: str, moves: Sequence[Move], months: Sequence[dt.date]) -> Table:
    table = Table(
        title=f"{title}, largest change first, over all history" + (" and by month" if months else ""),
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=None,
        pad_edge=False,
    )
    for number, column in enumerate(move_columns(months)):
        table.add_column(column, justify="left" if number < 2 else "right", no_wrap=True)
    shown = ""
    for move in moves:
        cells = move_cells(move, months)
        table.add_row(escape(cells[0]) if cells[0] != shown else "", *map(escape, cells[1:]))
        shown = cells[0]
    return table


def _print_class_change(impact: Impact, changed: ClassChange, console: Console) -> None:
    what, became, rows, count, load, velocity, seconds, examples = class_cells(impact, changed)
    console.print(f"  {escape(what)}: [bold]{escape(became)}[/bold], by {escape(rows)}", highlight=False)
    console.print(
        f"    {count} artifacts: {load} in work, {velocity} delivered, whose flow times add up to {seconds}; "
        f"such as {escape(examples)}",
        style="dim",
        highlight=False,
    )


def markdown(impact: Impact, limit: int) -> str:
    """The impact as Markdown, short enough for a comment on a pull request.

    Args:
        impact: what moves
        limit: how many rows of each table to show at most
    """
    text = _markdown(impact, limit)
    while len(text) > COMMENT_LIMIT and limit > 1:
        limit //= 2
        text = _markdown(impact, limit)
    return (
        text if len(text) <= COMMENT_LIMIT else text[:COMMENT_LIMIT] + "\n\n(cut: the HTML report has all)\n"
    )


def _markdown(impact: Impact, limit: int) -> str:
    lines = [MARKER, "### Which figures move if this is merged", "", f"**{_safe(headline(impact))}**", ""]
    shown = edits(impact)
    lines += [f"- {_safe(line)}" for line in shown[:limit]] + _rest(len(shown), limit)
    for scope_type, moves in by_scope_type(headline_moves(impact)):
        table = _markdown_table(
            move_columns(impact.last_months), [move_cells(move, impact.last_months) for move in moves[:limit]]
        )
        table += _rest(len(moves), limit)
        is_open = scope_type == "product"
        lines += ["", *_folded(f"{SCOPE_TITLES[scope_type]}, largest change first", table, is_open=is_open)]
    if impact.classes:
        rows = [class_cells(impact, changed) for changed in impact.classes[:limit]]
        table = _markdown_table(CLASS_COLUMNS, rows) + _rest(len(impact.classes), limit)
        lines += ["", *_folded("What became something else, and what it carries", table, is_open=True)]
    lines += ["", f"<sub>{_safe(basis(impact))} Before, after and change are over all history.</sub>"]
    return "\n".join(lines) + "\n"


def _rest(count: int, limit: int) -> list[str]:
    return ["", f"and {count - limit:,} more in the HTML report"] if count > limit else []


def _folded(title: str, lines: Sequence[str], *, is_open: bool) -> list[str]:
    state = " open" if is_open else ""
    return [f"<details{state}><summary>{title}</summary>", "", *lines, "", "</details>"]


def _markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    head = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return head + [f"| {' | '.join(map(_safe, row))} |" for row in rows]


def _safe(text: str) -> str:
    """Text from seeds and tools as it is: neither markup, nor a mention of people, nor a link."""
    text = html.escape(text.replace("\n", " "), quote=False).replace("@", "&#64;")
    text = re.sub(r"([\\`*_{}\[\]|#~])", r"\\\1", text)
    return text.replace("://", ":&#8203;//")


def write_html(impact: Impact, path: Path) -> None:
    """Write one self-contained HTML page with before/after charts; it loads nothing from anywhere."""
    folder = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    page = folder.get_template("impact.html.j2")
    last_complete = max(impact.last_months, default=dt.date.min)
    sections = [
        {
            "title": SCOPE_TITLES[scope_type],
            "charts": [chart(move, last_complete) for move in moves if _is_charted(move)],
            "rows": [move_cells(move, impact.last_months) for move in moves],
        }
        for scope_type, moves in by_scope_type(impact.moves)
    ]
    text = page.render(
        headline=headline(impact),
        basis=basis(impact),
        edits=edits(impact),
        sections=sections,
        move_columns=move_columns(impact.last_months),
        class_columns=CLASS_COLUMNS,
        classes=[class_cells(impact, changed) for changed in impact.classes],
        shown=SHOWN,
        box=BOX,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _is_charted(move: Move) -> bool:
    return FIGURES[move.column].is_headline and move.scope.flow_item == "all"
