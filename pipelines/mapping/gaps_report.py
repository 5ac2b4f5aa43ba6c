"""The gaps of the mapping in the terminal, as Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from pipelines.mapping.gaps import Drift, Gap, ProductWork, plural
from pipelines.mapping.spreadsheets import as_text

KINDS = {
    "state_mapping": "state",
    "flow_item_mapping": "type",
    "value_mapping": "resolution",
    "product_scope": "project without a product",
    "team_scope": "project with a team in conflict",
}
GAP_TYPES = {
    "unmapped": ("red", "no row matches"),
    "conflict": ("magenta", "rows contradict each other"),
    "tool_category": ("yellow", "the tool's category stands in"),
}
COLUMNS = (
    "number", "seed", "gap_type", "connection", "project", "tool_value", "items", "load", "delivered",
    "first_seen", "last_seen", "examples", "products", "suggested_row", "reasons",
)  # fmt: skip


def print_gaps(console: Console, gaps: Sequence[Gap], total: int) -> None:
    """Each gap with what it hides, examples, and a suggested row with its reasons."""
    if not gaps:
        console.print("[green]No gaps[/green]: every state, type, project and resolution is mapped.")
        return
    for number, gap in enumerate(gaps, start=1):
        colour, kind = GAP_TYPES[gap.gap_type]
        name = gap.tool_value or "(none)"
        place = " ".join(part for part in (gap.connection, gap.project) if part and part != gap.tool_value)
        console.print(
            f"[bold]{number:>3}  {escape(name)}[/bold]  {KINDS[gap.seed]}, {escape(place)}: [{colour}]{kind}",
            soft_wrap=True,
        )
        for line in _lines(gap):
            console.print(Padding(line, (0, 0, 0, 5)))
    if total > len(gaps):
        console.print(f"[dim]{total - len(gaps):,} more with less work in them: --limit {total} shows all.")
    console.print("Write rows with `streamgauge gaps --write N`, or `--write N=waiting` to say it yourself.")


def print_drift(console: Console, drift: Drift) -> None:
    """What changed in the tools, and the rows that no longer decide anything."""
    titles = {
        "new": "New since the load before",
        "jumped": "Used more than usual",
        "idle": "Rows that match nothing",
    }
    for kind, title in titles.items():
        lines = getattr(drift, kind)
        if lines:
            console.print(f"\n[bold]{title}")
            for line in lines:
                console.print(f"  {escape(line)}", soft_wrap=True)


def in_format(gaps: Sequence[Gap], form: str) -> str:
    """All gaps as `markdown`, `csv` or `json` text."""
    rows = [_row(number, gap) for number, gap in enumerate(gaps, start=1)]
    if form == "json":
        return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    if form == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        cells = ({name: as_text(str(cell)) for name, cell in row.items()} for row in rows)
        writer.writerows(cells)
        return text.getvalue()
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in row.values())} |" for row in rows]
    return "\n".join(lines) + "\n"


def _lines(gap: Gap) -> list[str]:
    lately = f"{gap.delivered_count:,} delivered in 26 weeks"
    lines = [f"{plural(gap.artifact_count, 'item')}, {gap.load_count:,} in work now, {lately}"]
    lines += [f"  {_share(product)}" for product in gap.products[:3] if _share(product)]
    seen = f"seen {gap.first_seen_at:%Y-%m-%d} to {gap.last_seen_at:%Y-%m-%d}"
    examples = ", ".join(
        f"[link={url}]{escape(key)}[/link]" if url else escape(key) for key, url in gap.examples
    )
    lines.append(f"{seen}, for example {examples}")
    if gap.conflicting_rows:
        lines.append(f"{escape(gap.conflicting_rows)}: give one a smaller precedence")
    if gap.suggestion:
        lines.append(f"[cyan]{escape(gap.line)}[/cyan]")
        lines += [f"  [dim]{escape(reason)}[/dim]" for reason in gap.suggestion.reasons]
    return lines


def _share(product: ProductWork) -> str:
    shares = [
        f"{'less than 1%' if share < 0.005 else f'{share:.0%}'} of the {name}"
        for share, name in ((product.load_share, "load"), (product.delivered_share, "velocity"))
        if share
    ]
    return f"{escape(product.product_id)}: {' and '.join(shares)}" if shares else ""


def _row(number: int, gap: Gap) -> dict[str, str | int]:
    values = (
        number,
        gap.seed,
        gap.gap_type,
        gap.connection,
        gap.project,
        gap.tool_value,
        gap.artifact_count,
        gap.load_count,
        gap.delivered_count,
        f"{gap.first_seen_at:%Y-%m-%d}",
        f"{gap.last_seen_at:%Y-%m-%d}",
        " ".join(url or key for key, url in gap.examples),
        "; ".join(said for product in gap.products if (said := _share(product))),
        gap.line,
        "; ".join(gap.suggestion.reasons) if gap.suggestion else gap.conflicting_rows,
    )
    return dict(zip(COLUMNS, values, strict=True))
