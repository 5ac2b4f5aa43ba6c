"""The demo's marts, published as `streamgauge publish` would, and the browser that reads them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboards.snapshot import copy_marts

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Whoever has no browser leaves these out; .ci/run installs one first.
collect_ignore = [] if BROWSER else ["test_browser.py"]


def pytest_report_header() -> str:
    return f"browser for the dashboards: {BROWSER or 'none found, test_browser.py is left out'}"


@pytest.fixture(scope="session")
def published(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder. Beside the demo's it has a product in which no work was ever seen."""
    folder = tmp_path_factory.mktemp("published")
    version = folder / "versions" / "2026-07-08"
    version.mkdir(parents=True)
    copy_marts(demo_database, version / "streamgauge.duckdb")
    (folder / "current").write_text(version.name)
    with duckdb.connect(str(version / "streamgauge.duckdb")) as connection:
        connection.execute("insert into dim_products values ('empty', 'Empty', 'shopping', null, null)")
        connection.execute(
            "insert into dim_scopes values ('product', 'empty', 'Empty', 'shopping', 'item', null, 0)"
        )
    return folder


@pytest.fixture(scope="session")
def marts(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same figures, for the tests to look up."""
    database = published / "versions" / "2026-07-08" / "streamgauge.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection
