"""How fast `streamgauge load` is, against a bare HTTP client that only downloads the same pages.

A server in a process of its own answers with canned pages: on the first load it asks the stand-in of Jira's
API, and keeps what that said. So the server costs next to nothing while it is measured; `delay` makes each
answer take as long as a real site's would.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import requests
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from benchmark.generate import Organisation
from benchmark.measure import Cost, run
from pipelines.demo.jira_api import JiraSite, serve

CONNECTION = "acme_cloud"
EMAIL, TOKEN = "loader@acme.example", "benchmark"  # of the stand-in alone
RECORDED = "/recorded"
DELAY = "/delay"


@dataclass(frozen=True)
class Loading:
    """One measured load: what the load and the bare download took, and how much they read."""

    delay_seconds: float
    load: Cost
    download_seconds: float
    issues: int
    rows: int
    requests: int
    downloaded_bytes: int

    @property
    def ratio(self) -> float:
        """How many times as long as the bare download the load takes."""
        return self.load.wall_seconds / self.download_seconds

    @property
    def rows_per_second(self) -> float:
        """Raw rows (issues, changelogs and catalogues) that are written a second."""
        return self.rows / self.load.wall_seconds


def measure_loading(organisation: Organisation, delays: list[float]) -> list[Loading]:
    """Load all Jira Cloud issues of an organisation from canned pages, once for each delay of an answer."""
    folder = organisation.database.with_name("loading")
    folder.mkdir(exist_ok=True)
    with _page_server(organisation.database) as url:
        _load(url, folder)
        return [_measure(url, folder, delay) for delay in delays]


def _measure(url: str, folder: Path, delay: float) -> Loading:
    requests.post(url + DELAY, json=delay, timeout=10)
    started = time.monotonic()
    count, size = _download(url)
    download_seconds = time.monotonic() - started
    cost = _load(url, folder)
    issues, rows = _loaded(folder)
    return Loading(delay, cost, download_seconds, issues, rows, count, size)


def _load(url: str, folder: Path) -> Cost:
    """`streamgauge load` into a new warehouse."""
    (folder / "warehouse.duckdb").unlink(missing_ok=True)
    section = f"CONNECTIONS__{CONNECTION.upper()}__"
    return run(
        [str(Path(sys.executable).with_name("streamgauge")), "load"],
        folder / "load.log",
        {
            f"{section}TOOL": "jira",
            f"{section}URL": url,
            f"{section}EMAIL": EMAIL,
            f"{section}API_TOKEN": TOKEN,
            "PRIVACY__PSEUDONYM_KEY": "benchmark",
            "STREAMGAUGE_DATABASE": str(folder / "warehouse.duckdb"),
        },
        folder=folder,
    )


def _download(url: str) -> tuple[int, int]:
    """Fetch every page that the load fetched, in the same order, and do nothing with it: requests, bytes."""
    recorded = requests.get(url + RECORDED, timeout=60).json()
    size = 0
    with requests.Session() as session:
        session.auth = (EMAIL, TOKEN)
        for method, path, body in recorded:
            kind = {"Content-Type": "application/json"} if body else None
            answer = session.request(method, url + path, data=body or None, headers=kind, timeout=60)
            size += len(answer.content)
    return len(recorded), size


def _loaded(folder: Path) -> tuple[int, int]:
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, estimated_size from duckdb_tables() where schema_name = 'raw_jira'"
        ).fetchall()
    sizes = {name: size for name, size in tables if not name.startswith("_dlt")}
    return sizes["issues"], sum(sizes.values())


# ---------------------------------------------------------------------- the page server, in its own process


@contextmanager
def _page_server(database: Path) -> Iterator[str]:
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve_pages, args=(database, there), daemon=True)
    process.start()
    try:
        yield str(here.recv())
    finally:
        process.terminate()
        process.join()


def _serve_pages(database: Path, parent: Connection) -> None:
    with serve(_site(database)) as origin:
        server = make_server("127.0.0.1", 0, _Pages(origin), threaded=True, request_handler=_QuietHandler)
        parent.send(f"http://127.0.0.1:{server.server_port}")
        server.serve_forever()


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open, as real sites keep them

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class _Pages:
    """Answers with what the stand-in at `origin` said when it was asked the same for the first time."""

    origin: str
    delay: float = 0.0
    pages: dict[tuple[str, str, str], tuple[int, str, bytes]] = field(default_factory=dict)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.path == RECORDED:
            return Response(json.dumps(list(self.pages)))(environ, start_response)
        if request.path == DELAY:
            self.delay = float(request.get_json())
            return Response()(environ, start_response)
        status, kind, body = self._answer(request)
        time.sleep(self.delay)
        return Response(body, status, content_type=kind)(environ, start_response)

    def _answer(self, request: Request) -> tuple[int, str, bytes]:
        path = request.full_path.rstrip("?")
        key = (request.method, path, request.get_data(as_text=True))
        if key not in self.pages:
            headers = {
                name: request.headers[name]
                for name in ("Authorization", "Content-Type")
                if name in request.headers
            }
            answer = requests.request(
                request.method, self.origin + path, data=request.get_data(), headers=headers, timeout=600
            )
            self.pages[key] = (answer.status_code, answer.headers["Content-Type"], answer.content)
        return self.pages[key]


def _site(database: Path) -> JiraSite:
    """The organisation's Jira Cloud as the stand-in serves it."""
    with duckdb.connect(str(database), read_only=True) as connection:

        def records(table: str) -> list[dict[str, Any]]:
            rows = connection.execute(
                f"select record from raw_jira.{table} where connection = ?", [CONNECTION]
            ).fetchall()
            return [json.loads(record) for (record,) in rows]

        issues = connection.execute(
            """
            select issues.record, changelogs.record
            from raw_jira.issues as issues
            inner join raw_jira.issue_changelogs as changelogs
                on issues.connection = changelogs.connection and issues.id = changelogs.issue_id
            where issues.connection = ?
            """,
            [CONNECTION],
        ).fetchall()
        return JiraSite(
            issues=[_issue(json.loads(record), json.loads(changelog)) for record, changelog in issues],
            statuses=records("statuses"),
            fields=records("fields"),
            projects=records("projects"),
            issue_types=records("issue_types"),
            priorities=records("priorities"),
            resolutions=records("resolutions"),
            time_zone="UTC",
            email=EMAIL,
            token=TOKEN,
        )


def _issue(record: dict[str, Any], changelog: dict[str, Any]) -> dict[str, Any]:
    for history in changelog["histories"]:
        history["created"] = dt.datetime.fromtimestamp(history["created"] / 1000, dt.UTC).isoformat()
    return {**record, "changelog": changelog}
