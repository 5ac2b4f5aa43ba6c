"""The demo's marts, published as `streamgauge publish` would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboards.snapshot import copy_marts


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
