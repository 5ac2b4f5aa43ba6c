"""The dashboards: `make dashboard`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import streamlit as st
from streamlit.navigation.page import Page

# Streamlit puts this file's folder first on the path; the package is one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dashboards import figures, filters
from dashboards.snapshot import NothingPublishedError, Snapshot, Source, find_source
from dashboards.view import View
from dashboards.views import flow_time, item, portfolio, product, time_in_states, trust, work_in_progress

ICON = Path(__file__).with_name("icon.svg")  # a named icon would be fetched from elsewhere

PAGES: dict[str, tuple[str, str, Callable[[View], None]]] = {
    "portfolio": ("Portfolio", ":material/dashboard:", portfolio.show),
    "product": ("Product", ":material/inventory_2:", product.show),
    "flow_time": ("Flow time", ":material/timer:", flow_time.show),
    "work_in_progress": ("Work in progress", ":material/pending_actions:", work_in_progress.show),
    "where_time_goes": ("Where time goes", ":material/hourglass:", time_in_states.show),
    "item": ("Item", ":material/article:", item.show),
    "trust": ("Trust", ":material/verified:", trust.show),
}


@st.cache_resource(show_spinner=False, max_entries=4)
def opened(source: Source) -> Snapshot:
    """The snapshot, opened once for all readers."""
    return Snapshot(source)


def main() -> None:
    """Draw the filters and the page that the reader is on."""
    st.set_page_config(page_title="Streamgauge", page_icon=str(ICON), layout="wide")
    st.html("<style>.stMainBlockContainer{padding:4.2rem 2rem 2rem} h1{padding:0 0 .2rem}</style>")
    views: dict[str, Page] = {}
    current: list[View] = []
    for name, (title, icon, show) in PAGES.items():
        views[name] = st.Page(
            partial(_draw, show, current), title=title, icon=icon, url_path=name, default=name == "portfolio"
        )
    page = st.navigation(list(views.values()), position="top")
    try:
        source = _source()
    except NothingPublishedError as error:
        st.title("Nothing to show yet", anchor=False)
        st.info(str(error))
        return
    snapshot = opened(source)
    _arrive()
    clock, scopes = figures.clock(snapshot), figures.scopes(snapshot)
    if source.is_demo:
        st.info(
            "This is **Lumenport**, a made-up organisation: nothing of yours is published yet. "
            "`streamgauge publish` puts your own figures here.",
            icon=":material/theater_comedy:",
        )
    selection, product_ids = filters.select(scopes, clock)
    with st.sidebar:
        st.caption(f"Snapshot {source.version}")
    current.append(
        View(
            snapshot,
            selection,
            clock,
            scopes,
            product_ids,
            open_item=partial(_open, views["item"], "artifact"),
            open_product=partial(_open, views["product"], "product"),
        )
    )
    page.run()


def _source() -> Source:
    """Read once a session: a newer version is for the next one, unless this one was cleared away."""
    state = st.session_state
    if "source" not in state or not state.source.database.exists():
        state.source = find_source()
    return cast(Source, state.source)


def _draw(show: Callable[[View], None], current: list[View]) -> None:
    show(current[0])


def _open(page: Page, key: str, value: str) -> None:
    """Go to another page; there `_arrive` sets what it is about, before the filters are drawn."""
    st.session_state.going = (key, value)
    st.switch_page(page)


def _arrive() -> None:
    going = st.session_state.pop("going", None)
    if going:
        key, value = going
        st.session_state[key] = value
        if key == "product":
            st.session_state.team = filters.ALL


main()
