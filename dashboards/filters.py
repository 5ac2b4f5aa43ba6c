"""The filters in the sidebar: shared by all pages and kept in the address, so that a view can be sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from dashboards.figures import FLOW_ITEMS, PERIOD_TYPES, Selection

KEYS = ("stream", "product", "team", "level", "item", "period", "from", "to", "artifact")
ALL = "all"
STREAM_TYPES = ("portfolio", "art", "value_stream")
STREAM_KINDS = {"portfolio": "portfolio", "art": "release train", "value_stream": "value stream"}


def select(scopes: Any, clock: Any) -> tuple[Selection, list[str]]:
    """Draw the filters, write them to the address, and say what is selected.

    Returns:
        the selection, and the products within the selected value stream
    """
    first = _earliest(scopes, clock)
    _read_address(first, clock.as_of_date.date())
    streams = scopes[scopes.scope_type.isin(STREAM_TYPES)].drop_duplicates(["scope_id"])
    state = st.session_state
    with st.sidebar:
        _choice("Value stream", "stream", {ALL: "All", **_stream_names(streams)})
        within = _within(streams, state.stream)
        products = _scopes_within(scopes, "product", within)
        teams = _scopes_within(scopes, "team", within)
        _choice("Product", "product", {ALL: "All", **products}, other="team")
        _choice("Team", "team", {ALL: "All", **teams}, other="product")
        scope_type, scope_id, scope_name = _scope(streams, products, teams)
        levels = scopes[(scopes.scope_type == scope_type) & (scopes.scope_id == scope_id)].flow_level.tolist()
        if len(levels) > 1:
            _choice("Flow level", "level", {level: level for level in levels})
        else:
            state.level = levels[0]
        _choice("Flow item", "item", {ALL: "All four", **{name: name.capitalize() for name in FLOW_ITEMS}})
        _choice("Period", "period", {name: name.capitalize() for name in PERIOD_TYPES})
        st.date_input(
            "From", key="from", min_value=first, max_value=clock.as_of_date.date(), format="YYYY-MM-DD"
        )
        st.date_input("To", key="to", min_value=first, max_value=clock.as_of_date.date(), format="YYYY-MM-DD")
        st.caption(
            f"Figures as of **{clock.as_of:%d %b %Y, %H:%M} UTC**.  \n"
            f"Days begin at midnight, **{clock.reporting_timezone}**."
        )
    _write_address()
    start, end = sorted((state["from"], state.to))
    selection = Selection(scope_type, scope_id, scope_name, state.level, state.item, state.period, start, end)
    return selection, list(products)


def _choice(label: str, key: str, options: dict[str, str], other: str | None = None) -> None:
    state = st.session_state
    if state.get(key) not in options:
        state[key] = next(iter(options))
    # A figure is for a product or for a team: choosing one lets go of the other.
    clear = (lambda: state.update({other: ALL}) if state[key] != ALL else None) if other else None
    st.selectbox(
        label, list(options), format_func=lambda value: options.get(value, value), key=key, on_change=clear
    )


def _stream_names(streams: Any) -> dict[str, str]:
    return {
        row.scope_id: row.scope_name
        if row.scope_type == "value_stream"
        else f"{row.scope_name} ({STREAM_KINDS[row.scope_type]})"
        for row in streams.itertuples()
    }


def _within(streams: Any, stream: str) -> set[str] | None:
    """The value stream and all that is part of it; nothing for all."""
    if stream == ALL:
        return None
    found, before = {stream}, 0
    while len(found) > before:
        before = len(found)
        found |= {row.scope_id for row in streams.itertuples() if row.value_stream_id in found}
    return found


def _scopes_within(scopes: Any, scope_type: str, within: set[str] | None) -> dict[str, str]:
    rows = scopes[scopes.scope_type == scope_type].drop_duplicates(["scope_id"])
    return {
        row.scope_id: row.scope_name
        for row in rows.itertuples()
        if within is None or row.value_stream_id in within
    }


def _scope(streams: Any, products: dict[str, str], teams: dict[str, str]) -> tuple[str, str, str]:
    state = st.session_state
    if state.product != ALL:
        return "product", state.product, products[state.product]
    if state.team != ALL:
        return "team", state.team, teams[state.team]
    if state.stream != ALL:
        row = streams[streams.scope_id == state.stream].iloc[0]
        return row.scope_type, row.scope_id, row.scope_name
    return "organisation", "organisation", "The whole organisation"


def _earliest(scopes: Any, clock: Any) -> dt.date:
    first = scopes.first_date.dropna()
    earliest: dt.date = (first.min() if len(first) else clock.as_of_date).date()
    return earliest


def _read_address(first: dt.date, last: dt.date) -> None:
    """Once a session: take the filters from the address. What it says wrongly falls back to the default."""
    state = st.session_state
    if "from" not in state:
        given = {key: st.query_params.get(key) for key in KEYS}
        for key in ("stream", "product", "team", "item"):
            state.setdefault(key, given[key] or ALL)
        state.setdefault("level", given["level"])
        state.setdefault("period", given["period"] or "month")
        state.setdefault("artifact", given["artifact"] or "")
        state["from"] = _date(given["from"], max(first, _year_before(last)), first, last)
        state.to = _date(given["to"], last, first, last)
        if state.product != ALL:
            state.team = ALL


def _year_before(date: dt.date) -> dt.date:
    """The first day of the month a year earlier: the range shows whole months."""
    return dt.date(date.year - 1, date.month, 1)


def _date(text: str | None, default: dt.date, first: dt.date, last: dt.date) -> dt.date:
    try:
        return min(max(dt.date.fromisoformat(text), first), last) if text else default
    except ValueError:
        return default


def _write_address() -> None:
    state = st.session_state
    values = {key: str(state[key]) for key in KEYS if state.get(key) not in (None, "", ALL)}
    if dict(st.query_params) != values:
        st.query_params.from_dict(values)
