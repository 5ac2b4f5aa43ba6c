"""The dashboards in a real browser: every page, filters, drill-down, download; no error, no other host."""

from __future__ import annotations

import csv
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from dashboards.report import write_reports
from dashboards.snapshot import Snapshot, Source
from tests.project.repository import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = ["Portfolio", "Product", "Flow time", "Work in progress", "Where time goes", "Item", "Trust"]
# Streamlit looks for its own root from the address of a page; of the places that it tries, one answers.
OWN_PROBES = re.compile(r"/\w+/_stcore/(health|host-config)$")
TIMEOUT = 30_000  # for machines that do much else
expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    """The dashboards, served on a free port as `make dashboard` does."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboards/app.py", "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, "STREAMGAUGE_PUBLISHED": str(published)},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield _when_up(f"http://localhost:{port}")
    finally:
        server.terminate()
        server.wait(30)


def _when_up(root: str) -> str:
    for _ in range(240):
        try:
            if requests.get(f"{root}/_stcore/health", timeout=5).status_code == 200:
                return root
        except requests.ConnectionError:
            pass
        time.sleep(0.25)
    raise TimeoutError(root)


@dataclass
class Watched:
    """A page of the browser, with what it complained of and whom it asked."""

    page: Page
    root: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.root}/{path}")
        self.ready()

    def go(self, title: str) -> None:
        """To another page, by its name at the top."""
        self.page.get_by_test_id("stTopNavLinkContainer").get_by_text(title, exact=True).click()
        expect(self.page.locator("h1")).to_have_text(title)
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=TIMEOUT)
        self.page.wait_for_selector("h1", timeout=TIMEOUT)


@pytest.fixture(scope="module")
def watched(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, f"no browser, none of {', '.join(BROWSERS)}: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("browser"), executable_path=program, args=FLAGS, accept_downloads=True
        )
        page = browser.new_page()
        page.set_default_timeout(TIMEOUT)
        watched = Watched(page, address)

        def said(message):
            if message.type == "error" and not OWN_PROBES.search(message.location["url"]):
                watched.complaints.append(f"{message.text} ({message.location['url']})")

        def asked(request):
            if not re.match(r"(https?|wss?)://localhost[:/]|data:|blob:|file:", request.url):
                watched.strangers.append(request.url)

        page.on("console", said)
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on("request", asked)
        page.on("websocket", lambda one: asked(one))
        yield watched
        browser.close()


@pytest.fixture(autouse=True)
def _nothing_is_amiss(watched: Watched) -> Iterator[None]:
    yield
    assert watched.complaints == []
    assert watched.strangers == []


def test_every_page_opens_and_draws(watched: Watched) -> None:
    watched.open()
    for title in PAGES:
        watched.go(title)
        assert watched.page.get_by_test_id("stException").count() == 0
        if title not in ("Item",):
            expect(watched.page.locator(".js-plotly-plot").first).to_be_visible()
    assert watched.page.get_by_test_id("stAppDeployButton").count() == 0


def test_a_filter_holds_on_every_page_and_in_the_address(watched: Watched) -> None:
    watched.open()
    watched.page.get_by_test_id("stSelectbox").filter(has_text="Product").get_by_role("combobox").click()
    watched.page.get_by_role("option", name="Warehouse").click()
    expect(watched.page.get_by_text("Warehouse · all flow items")).to_be_visible()
    watched.go("Work in progress")
    expect(watched.page.get_by_text("Warehouse · all flow items")).to_be_visible()
    expect(watched.page).to_have_url(re.compile("product=warehouse"))

    watched.open(watched.page.url.removeprefix(f"{watched.root}/"))  # as if someone had sent it
    expect(watched.page.get_by_text("Warehouse · all flow items")).to_be_visible()
    expect(watched.page.locator("h1")).to_have_text("Work in progress")


def test_a_point_of_the_scatterplot_opens_its_item(watched: Watched) -> None:
    watched.open("flow_time?product=warehouse")
    point = watched.page.locator(".js-plotly-plot").first.locator(".scatterlayer .points path").first
    point.wait_for()
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    watched.page.mouse.move(across - 30, down - 30)
    watched.page.mouse.move(across, down, steps=8)  # Plotly looks for the point under the mouse as it moves
    watched.page.mouse.click(across, down)
    expect(watched.page.locator("h1")).to_have_text("Item")
    expect(watched.page.get_by_text("Why it counts so")).to_be_visible()
    expect(watched.page).to_have_url(re.compile("artifact="))


def test_a_remark_opens_its_product(watched: Watched) -> None:
    watched.open()
    watched.page.get_by_test_id("stButton").get_by_role("button").first.click()
    expect(watched.page.locator("h1")).to_have_text("Product")
    expect(watched.page).to_have_url(re.compile(r"product=\w+"))


def test_what_is_shown_can_be_downloaded(
    watched: Watched, marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    watched.open("where_time_goes?product=warehouse")
    with watched.page.expect_download() as download:
        watched.page.get_by_role("button", name="CSV").first.click()
    download.value.save_as(tmp_path / "states.csv")
    with (tmp_path / "states.csv").open(encoding="utf-8", newline="") as text:
        found = {row["tool_state"]: float(row["share"]) for row in csv.DictReader(text)}
    rows = marts.execute(
        """
        select tool_state, share from flow_states
        where scope_type = 'product' and scope_id = 'warehouse' and flow_item = 'all' and flow_level = 'item'
            and period_type = 'month' and period_start = '2026-06-01'
        """
    ).fetchall()
    assert found == pytest.approx(dict(rows))


def test_a_report_draws_without_any_network(watched: Watched, published: Path, tmp_path: Path) -> None:
    source = Source(published / "versions" / "2026-07-08" / "streamgauge.duckdb", "2026-07-08", is_demo=False)
    path = next(path for path in write_reports(Snapshot(source), tmp_path) if path.stem == "fulfilment")
    fetched: list[str] = []
    watched.page.on("request", lambda request: fetched.append(request.url))
    watched.page.route(
        "**/*", lambda route: route.continue_() if route.request.url == path.as_uri() else route.abort()
    )
    try:
        watched.page.goto(path.as_uri())
        expect(watched.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        assert watched.page.locator(".js-plotly-plot").count() == 10
    finally:
        watched.page.unroute("**/*")
    assert fetched == [path.as_uri()]
