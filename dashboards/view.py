"""What every page has: the snapshot, what the reader selected, and the ways to other pages."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from plotly.graph_objects import Figure

from dashboards import charts, look, words
from dashboards.figures import Selection
from dashboards.snapshot import Snapshot
from pipelines.mapping.spreadsheets import as_text

PLURALS = {"feature": "features", "defect": "defects", "debt": "debt", "risk": "risks"}


@dataclass(frozen=True)
class View:
    """One page's view of the figures.

    Args:
        snapshot: where they are
        selection: what the reader selected
        clock: as-of and reporting time zone
        scopes: every scope and flow level
        product_ids: the products within the selected value stream
        open_item: goes to an item's page
        open_product: goes to a product's page
    """

    snapshot: Snapshot
    selection: Selection
    clock: Any
    scopes: Any
    product_ids: Sequence[str]
    open_item: Callable[[str], None]
    open_product: Callable[[str], None]

    @property
    def is_empty(self) -> bool:
        """Whether no work was ever seen in the scope."""
        found = self.scopes[
            (self.scopes.scope_type == self.selection.scope_type)
            & (self.scopes.scope_id == self.selection.scope_id)
        ]
        return bool(found.first_date.isna().all())


def heading(view: View, title: str, question: str) -> None:
    """The page's title, what it answers, and what it is about."""
    selection = view.selection
    about = [selection.scope_name]
    if selection.flow_level != "item":
        about.append(f"level {selection.flow_level}")
    about.append("all flow items" if selection.flow_item == "all" else f"{PLURALS[selection.flow_item]} only")
    st.title(title, anchor=False)
    st.markdown(f"**{' · '.join(about)}**  \n{question}")


def nothing_yet(view: View) -> bool:
    """Say so if the scope has never had any work; the page then ends."""
    if view.is_empty:
        st.info(
            f"No work has been seen in {view.selection.scope_name} yet. If there should be some, look at "
            "its rows in `product_scope` or `team_scope`, and at the mapping gaps on the page Trust."
        )
    return view.is_empty


def chart(
    figure: Figure, key: str, *, title: str, meaning: str, rests_on: str, data: Any, select: bool = False
) -> Any:
    """A chart under its title, with what it means, what it rests on, and its data to take along.

    Returns:
        the identifiers (first custom value) of the points that the reader clicked
    """
    st.subheader(title, anchor=False)
    selected: Any = []
    if charts.is_blank(figure):
        st.info("Nothing to draw in this range.")
    elif select:
        event = st.plotly_chart(
            figure, key=key, config=charts.CONFIG, on_select="rerun", selection_mode="points", alt=title
        )
        selected = [
            point["customdata"][0] for point in event["selection"]["points"] if point.get("customdata")
        ]
    else:
        st.plotly_chart(figure, key=key, config=charts.CONFIG, alt=title)
    explain(meaning, rests_on, key, data)
    return selected


def explain(meaning: str, rests_on: str, key: str, data: Any) -> None:
    """What a figure means and rests on, with its rows (or what gives them) as CSV."""
    text, button = st.columns([8, 1])
    text.caption(f"{meaning} *{rests_on}*" if rests_on else meaning)
    button.container(horizontal_alignment="right").download_button(
        "CSV",
        data=lambda: as_csv(data() if callable(data) else data),
        file_name=f"{key}.csv",
        mime="text/csv",
        key=f"{key}_csv",
        on_click="ignore",
        help="Download what is shown",
        type="tertiary",
    )


def as_csv(data: Any) -> bytes:
    """A data frame as CSV for spreadsheets, which run none of its texts."""
    texts = data.map(lambda cell: as_text(cell) if isinstance(cell, str) else cell)
    text: str = texts.to_csv(index=False)
    return text.encode()


def five_metrics(view: View, metrics: Any) -> None:
    """The last complete period's five metrics, against the one before."""
    selection = view.selection
    rows = metrics[(metrics.flow_item == selection.flow_item) & metrics.is_complete]
    if not len(rows):
        st.info("No period of this range is over yet.")
        return
    now = rows.iloc[-1]
    before = rows.iloc[-2] if len(rows) > 1 else None
    name = look.period_name(now.period_type, now.period_start)
    against = (
        f", against {look.period_name(before.period_type, before.period_start)}" if before is not None else ""
    )
    st.markdown(f"#### {name}{against}")
    cells = [cell.container(border=True, height="stretch") for cell in st.columns(5)]
    _metric(
        cells[0], "Velocity", look.whole(now.velocity), now, before, "velocity", words.meaning("velocity")
    )
    if selection.flow_item == "all":
        shares = metrics[(metrics.period_start == now.period_start) & (metrics.flow_item != "all")]
        largest = shares.sort_values("velocity", ascending=False).iloc[0]
        value = look.percent(largest.share)
        basis = "nothing delivered" if value == look.NONE else f"{largest.flow_item}, the largest share"
    else:
        value, basis = look.percent(now.share), "of what was delivered"
    cells[1].metric("Distribution", value, help=words.meaning("share"))
    cells[1].caption(basis)
    _metric(
        cells[2],
        "Flow time, median",
        look.duration(now.flow_time_p50_seconds),
        now,
        before,
        "flow_time_p50_seconds",
        words.meaning("flow_time_p50_seconds"),
    )
    _metric(
        cells[3],
        "Flow efficiency",
        look.percent(now.flow_efficiency),
        now,
        before,
        "flow_efficiency",
        words.meaning("period_flow_efficiency"),
    )
    _metric(
        cells[4], "Flow load", look.whole(now.load_end), now, before, "load_end", words.meaning("load_end")
    )


def _metric(cell: Any, label: str, value: str, now: Any, before: Any, column: str, meaning: str) -> None:
    counted = {
        "velocity": "velocity",
        "flow_time_p50_seconds": "flow_time_item_count",
        "flow_efficiency": "flow_time_item_count",
        "load_end": "load_end",
    }[column]
    delta = None
    if before is not None:
        delta = look.trend(now[column], before[column], now[counted], before[counted])
    is_flat = delta == "0%"
    colour = "normal" if look.MORE_IS_BETTER[column] else "inverse"
    cell.metric(
        label,
        value,
        delta=delta,
        delta_color="off" if is_flat else colour,
        delta_arrow="off" if is_flat else "auto",
        help=meaning,
    )
    basis = {"velocity": "delivered", "load_end": "in work at the end"}.get(
        column, f"from {look.items(now[counted])}"
    )
    few = "" if now[counted] >= look.FEW else ", too few for a trend"
    cell.caption(f"{basis}{few}")


def item_table(view: View, rows: Any, key: str, columns: dict[str, str]) -> None:
    """Items as a table; a click on one opens it.

    Args:
        view: the page's
        rows: items, with their artifact_id
        key: of the table
        columns: the columns to show and their headings; seconds are shown in days
    """
    shown = rows[[*columns]].copy()
    if "product_id" in columns:
        names = view.scopes[view.scopes.scope_type == "product"].set_index("scope_id").scope_name.to_dict()
        shown["product_id"] = [names.get(product, product) for product in shown.product_id]
    for column in columns:
        if column.endswith("_seconds"):
            shown[column] = shown[column] / look.DAY_SECONDS
    settings: dict[str, Any] = {}
    for column, label in columns.items():
        if column.endswith("_seconds"):
            settings[column] = st.column_config.NumberColumn(label, format="%.1f d")
        elif column.endswith("_at"):
            settings[column] = st.column_config.DatetimeColumn(label, format="D MMM YYYY")
        else:
            settings[column] = st.column_config.Column(label)
    event = st.dataframe(
        shown,
        hide_index=True,
        column_config=settings,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        height=table_height(len(shown)),
    )
    if event["selection"]["rows"]:
        view.open_item(rows.iloc[event["selection"]["rows"][0]].artifact_id)


def table_height(rows: int, most: int = 12) -> int:
    """Pixels for a table's heading and its rows. Of many, the last in sight is cut: there are more."""
    return round(38 + 35 * min(rows, most + 0.5))


def is_dark() -> bool:
    """Whether the reader's page is dark."""
    return bool(st.context.theme.type == "dark")


def escape(text: Any) -> str:
    """A tool's text as Markdown shows it literally."""
    plain = html.escape("" if look.is_missing(text) else str(text), quote=False)
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+!|$~:" else letter for letter in plain)
