"""Where the figures come from: the published snapshot, or the demo organisation until there is one."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.database import sql_text
from pipelines.errors import PublishError
from pipelines.publish.versions import DATABASE_FILE, Published, published_folder

DEMO_DATABASE = Path("demo.duckdb")
DEMO_COPY = Path("target/demo/dashboard")
KEPT_ANSWERS = 128  # some ten views; the largest answers have one row an open item


class NothingPublishedError(Exception):
    """There is nothing to show; the message says what to do."""


@dataclass(frozen=True)
class Source:
    """Which file the figures are in.

    Args:
        database: the snapshot
        version: its name: the version's folder
        is_demo: whether it is the made-up organisation, for want of anything published
    """

    database: Path
    version: str
    is_demo: bool


def find_source() -> Source:
    """The published snapshot, else a snapshot of the demo organisation if `make demo` made it.

    Raises:
        NothingPublishedError: there is neither
    """
    published = Published(published_folder())
    try:
        version = published.current()
    except PublishError as error:
        raise NothingPublishedError(str(error)) from error
    if version is None:
        if DEMO_DATABASE.exists():
            return Source(_demo_snapshot(), "demo", is_demo=True)
        raise NothingPublishedError(
            f"Nothing is published in {published.folder}. Run `make demo` for the made-up organisation, or "
            "build your own and publish it: `streamgauge load`, `dbt build`, `streamgauge publish`."
        )
    return Source(published.path(version) / DATABASE_FILE, version, is_demo=False)


def _demo_snapshot() -> Path:
    """A copy of the demo's marts, made anew when the demo was: readers never hold the warehouse itself."""
    snapshot = DEMO_COPY.absolute() / f"{DEMO_DATABASE.stat().st_mtime_ns}.duckdb"
    if not snapshot.exists():
        DEMO_COPY.mkdir(parents=True, exist_ok=True)
        copy_marts(DEMO_DATABASE, snapshot)
    return snapshot


def copy_marts(warehouse: Path, snapshot: Path) -> None:
    """Write the public marts of a warehouse to a file of their own, which appears when it is whole."""
    with tempfile.TemporaryDirectory(dir=snapshot.parent) as folder:
        unfinished = Path(folder) / DATABASE_FILE
        with duckdb.connect(str(unfinished)) as copy:
            copy.execute(f"attach {sql_text(warehouse)} as warehouse (read_only)")
            for (mart,) in copy.execute(
                "select table_name from duckdb_tables()"
                " where database_name = 'warehouse' and schema_name = 'main'"
            ).fetchall():
                copy.execute(f'create table "{mart}" as from warehouse.main."{mart}"')
        unfinished.replace(snapshot)


class Snapshot:
    """Read access to one snapshot; it stays whole whatever is published meanwhile.

    It never changes, so what was asked lately is not asked again: a page is drawn anew at every click.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._connection = duckdb.connect(str(source.database), read_only=True)
        self._found = lru_cache(maxsize=KEPT_ANSWERS)(self._find)

    def rows(self, sql: str, **parameters: Any) -> Any:
        """What a query finds, as a pandas data frame that is the caller's own."""
        named = {name: value for name, value in parameters.items() if f"${name}" in sql}
        asked = tuple(
            (name, tuple(value) if isinstance(value, list) else value) for name, value in named.items()
        )
        return self._found(sql, asked).copy(deep=False)

    def _find(self, sql: str, asked: tuple[tuple[str, Any], ...]) -> Any:
        named = {name: list(value) if isinstance(value, tuple) else value for name, value in asked}
        return self._connection.cursor().execute(sql, named).df()

    def one(self, sql: str, **parameters: Any) -> Any:
        """The only row of a query, as a named tuple."""
        return next(self.rows(sql, **parameters).itertuples(index=False))
