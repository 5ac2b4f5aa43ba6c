"""What `streamgauge demo` prints: the last months' five flow metrics per product, and where it hurts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

DAY_SECONDS = 86_400
MONTHS_SHOWN = 6
BAR_CELLS = 12
WIDE = 112  # columns of a terminal that has room for curves
SPARKS = "▁▂▃▄▅▆▇█"
FLOW_ITEM_LOOKS = {
    "feature": ("█", "green"),
    "defect": ("▓", "red"),
    "debt": ("▒", "yellow"),
    "risk": ("░", "magenta"),
}
ARROW_FROM = 0.05  # smaller relative changes count as none

METRICS_QUERY = """
select
    coalesce(value_stream_name, 'no value stream') as value_stream,
    coalesce(product_flow_metrics.product_name, 'Unassigned') as product,
    product_flow_metrics.flow_level,
    product_flow_metrics.flow_item,
    product_flow_metrics.period_start,
    velocity,
    share,
    flow_time_p50_seconds,
    flow_time_p85_seconds,
    flow_efficiency,
    load_end
from product_flow_metrics
left join dim_value_streams using (value_stream_id)
where period_type = 'month' and is_complete
order by value_stream_name nulls last, product, flow_level, period_start
"""

STAYS_QUERY = """
select
    tool_state,
    avg(duration_seconds) filter (where left_at < $turn) as before,
    avg(duration_seconds) filter (where left_at >= $turn) as after
from fct_flow_item_states
inner join dim_products using (product_id)
where product_name = $product and abstract_state in ('active', 'waiting')
group by tool_state
having count(*) filter (where left_at < $turn) >= 10 and count(*) filter (where left_at >= $turn) >= 10
order by after - before desc
limit 1
"""


@dataclass(frozen=True)
class Month:
    """One product's and level's figures of one month."""

    start: date
    velocity: int
    p50: float | None
    p85: float | None
    efficiency: float | None
    load: int


@dataclass(frozen=True)
class Line:
    """One line of the table: a product at a flow level, with its months in order."""

    value_stream: str
    product: str
    level: str
    months: Sequence[Month]
    shares: dict[str, float | None]  # of the last month, by flow item

    @property
    def name(self) -> str:
        """The product, with its level where it has several."""
        return self.product if self.level == "item" else f"{self.product} ({self.level})"


def print_report(database: Path, console: Console) -> None:
    """The table, where it hurts, and where the figures come from."""
    with duckdb.connect(str(database), read_only=True) as connection:
        lines = list(read_lines(connection))
        console.print(metrics_table(lines, is_wide=console.width >= WIDE))
        console.print(_legend())
        worst = find_bottleneck(lines)
        if worst:
            console.print(_bottleneck_panel(connection, worst))


def read_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[Line]:
    """The complete months of every product that delivered something in the last ones."""
    rows: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    for value_stream, product, level, *rest in connection.execute(METRICS_QUERY).fetchall():
        rows.setdefault((value_stream, product, level), []).append(tuple(rest))
    for (value_stream, product, level), figures in rows.items():
        months = [
            Month(start, velocity, p50, p85, efficiency, load)
            for item, start, velocity, _, p50, p85, efficiency, load in figures
            if item == "all"
        ]
        last = months[-1].start
        shares = {item: share for item, start, _, share, *_ in figures if start == last and item != "all"}
        yield Line(value_stream, product, level, months, shares)


def metrics_table(lines: Sequence[Line], *, is_wide: bool) -> Table:
    """Each product's last month against the one before; where there is room, its last months as a curve."""
    last, prior = lines[0].months[-1].start, lines[0].months[-2].start
    curves = f"; curves show {MONTHS_SHOWN} months" if is_wide else ""
    table = Table(
        title=f"Flow per product in {last:%B %Y}, against {prior:%B}{curves}",
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=None,
        pad_edge=False,
    )
    time = "flow time p50" if is_wide else "time p50"
    for column in (
        "product",
        "velocity",
        "distribution" if is_wide else "items",
        time,
        "p85",
        "efficiency",
        "load",
    ):
        table.add_column(column, no_wrap=True)
    shown = ""
    for line in lines:
        if line.value_stream != shown:
            shown = line.value_stream
            table.add_row(Text(shown, style="bold cyan"))
        table.add_row(*_cells(line, is_wide=is_wide))
    return table


def _cells(line: Line, *, is_wide: bool) -> Iterator[Text]:
    months = line.months[-MONTHS_SHOWN:]
    figure = partial(_figure, has_curve=is_wide)
    yield Text(f"  {line.name}")
    yield figure([float(m.velocity) for m in months], "{:>3.0f}", more_is_better=True)
    yield distribution_bar(line.shares, BAR_CELLS if is_wide else BAR_CELLS // 2)
    yield figure([_days(m.p50) for m in months], "{:>4.1f} d", more_is_better=False)
    yield _figure([_days(m.p85) for m in months], "{:>4.1f} d", more_is_better=False, has_curve=False)
    yield figure([m.efficiency for m in months], "{:>4.0%}", more_is_better=True)
    yield figure([float(m.load) for m in months], "{:>3.0f}", more_is_better=False)


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY_SECONDS


def _figure(values: Sequence[float | None], form: str, *, more_is_better: bool, has_curve: bool) -> Text:
    """The curve, the last value, and an arrow against the one before: green where that is good."""
    text = Text(f"{sparkline(values)} " if has_curve else "", style="dim")
    last, prior = values[-1], values[-2]
    text.append("   -" if last is None else form.format(last), style="not dim")
    if last is not None and prior:
        change = last / prior - 1
        if abs(change) < ARROW_FROM:
            text.append(" =", style="dim")
        else:
            is_good = (change > 0) == more_is_better
            text.append(" ▲" if change > 0 else " ▼", style="not dim green" if is_good else "not dim red")
    return text


def sparkline(values: Sequence[float | None]) -> str:
    """A curve of one character a value, from nought to the highest; a dot where there is none."""
    top = max((value for value in values if value is not None), default=0)
    if not top:
        return "".join("·" if value is None else SPARKS[0] for value in values)
    steps = len(SPARKS) - 1
    return "".join("·" if value is None else SPARKS[round(value / top * steps)] for value in values)


def distribution_bar(shares: dict[str, float | None], width: int = BAR_CELLS) -> Text:
    """A bar of `width` cells in the proportions of the four flow items, by largest remainder."""
    known = {item: shares.get(item) or 0.0 for item in FLOW_ITEM_LOOKS}
    if not any(known.values()):
        return Text("·" * width, style="dim")
    cells = {item: int(share * width) for item, share in known.items()}
    by_rest = sorted(known, key=lambda item: known[item] * width - cells[item], reverse=True)
    for item in by_rest[: width - sum(cells.values())]:
        cells[item] += 1
    bar = Text()
    for item, (glyph, colour) in FLOW_ITEM_LOOKS.items():
        bar.append(glyph * cells[item], style=colour)
    return bar


def _legend() -> Text:
    legend = Text("distribution: ", style="dim")
    for item, (glyph, colour) in FLOW_ITEM_LOOKS.items():
        legend.append(f"{glyph} {item}  ", style=f"not dim {colour}")
    legend.append(" velocity: items delivered  load: in work at the month's end")
    return legend


def find_bottleneck(lines: Sequence[Line]) -> Line | None:
    """The product whose median flow time has grown most: the last three months against half a year before."""
    grown = [(growth, line) for line in lines if (growth := _growth(line)) is not None]
    return max(grown, key=lambda entry: entry[0])[1] if grown else None


def _growth(line: Line) -> float | None:
    earlier, later = _mean_days(line.months[-12:-6]), _mean_days(line.months[-3:])
    if not earlier or not later or line.months[-1].velocity < 10:
        return None
    return later / earlier


def _mean_days(months: Sequence[Month]) -> float | None:
    medians = [days for month in months if (days := _days(month.p50)) is not None]
    return sum(medians) / len(medians) if medians else None


def _bottleneck_panel(connection: duckdb.DuckDBPyConnection, line: Line) -> Panel:
    earlier, later = _mean_days(line.months[-12:-6]), _mean_days(line.months[-3:])
    first, last = line.months[-6], line.months[-1]
    text = Text()
    text.append(line.name, style="bold")
    text.append(f": the median flow time was {earlier:.0f} days in the months before {first.start:%B %Y}")
    text.append(
        f" and is {later:.0f} days now; {last.load} items are in work, {line.months[-7].load} were then."
    )
    stay = connection.execute(STAYS_QUERY, {"turn": first.start, "product": line.product}).fetchone()
    if stay:
        state, before, after = stay
        before_days, after_days = before / DAY_SECONDS, after / DAY_SECONDS
        text.append("\nMost of it is spent in ")
        text.append(state, style="bold red")
        text.append(f": a stay there took {before_days:.1f} days, and takes {after_days:.1f} now.")
    return Panel(Group(text), title="Where it hurts", title_align="left", border_style="red", expand=False)
