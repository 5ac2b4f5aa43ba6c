"""Loads connections: extract what is new, clean it, leave out what is stored, merge, call it complete."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from pipelines.connections import Connection
from pipelines.errors import LoadError
from pipelines.privacy import Privacy
from pipelines.read_ahead import read_ahead
from pipelines.sources import LoadContext, Progress, RawTable, Row, Source, source_class
from pipelines.warehouse import SIGHTINGS, DuckDBFile, Package, PreparedRow, Stored, Warehouse, stored

Clock = Callable[[], dt.datetime]
log = logging.getLogger(__name__)


@dataclass
class TableCount:
    """What one load did to one raw table; `seconds` is the time spent on reading it."""

    read: int = 0
    new: int = 0
    changed: int = 0
    seconds: float = 0.0


@dataclass
class LoadResult:
    """What became of one connection. `error` is None when the load is complete and in the warehouse."""

    connection: str
    tables: dict[str, TableCount] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: LoadError | None = None

    def count(self, table: str) -> TableCount:
        """The count of a table, made when it is first asked for."""
        return self.tables.setdefault(table, TableCount())


@dataclass(frozen=True)
class Reporter:
    """Where a load tells how it goes: `status` what it does now, `rows` how many rows of a table it read."""

    status: Callable[[str], None] = lambda text: None
    rows: Callable[[str, int], None] = lambda table, count: None


def now() -> dt.datetime:
    """The machine's clock, in UTC."""
    return dt.datetime.now(dt.UTC)


def load_connection(
    connection: Connection,
    database: Path | Warehouse,
    pseudonym_key: str,
    *,
    sweep: bool = False,
    reporter: Reporter | None = None,
    clock: Clock = now,
) -> LoadResult:
    """Load one connection. Whatever goes wrong is in the result, so that other connections are unharmed.

    Args:
        connection: what to load
        database: where to: a DuckDB file, or another warehouse
        pseudonym_key: the key of people's pseudonyms
        sweep: also look for artifacts that vanished
        reporter: is told how it goes
        clock: what time it is
    """
    started = time.monotonic()
    warehouse = DuckDBFile(database) if isinstance(database, Path) else database
    result = LoadResult(connection.name)
    try:
        _Load(connection, warehouse, pseudonym_key, result, reporter or Reporter(), clock).run(sweep)
    except Exception as error:
        log.debug("load of %s failed", connection.name, exc_info=True)
        result.error = _as_load_error(error, connection, warehouse)
    result.seconds = time.monotonic() - started
    return result


class _Load:
    """One run of one connection."""

    def __init__(
        self,
        connection: Connection,
        warehouse: Warehouse,
        pseudonym_key: str,
        result: LoadResult,
        reporter: Reporter,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._connection = connection
        self._warehouse = warehouse
        self._privacy = Privacy(pseudonym_key, connection.pseudonymous)
        self._result = result
        self._reporter = reporter
        self._source_class = source_class(connection.tool)
        self._tables = {table.name: table for table in self._source_class.tables}
        self._sweep_error: LoadError | None = None

    def run(self, sweep: bool) -> None:
        """Extract, merge, complete.

        Raises:
            LoadError: the load is not complete; or it is, but its sweep was refused
        """
        started_at = self._clock()
        tool, name = self._connection.tool, self._connection.name
        with Package(self._warehouse, tool, self._source_class.tables, name, self._clock) as package:
            with stored(self._warehouse, tool, name, self._source_class.tables) as past:
                progress = Progress(past.progress())
                source = self._source_class(self._context(past, progress))
                package.extract(self._batches(package, source, past, sweep))
            self._reporter.status("writing to the warehouse")
            load_id = package.load()
            package.complete(load_id, started_at, progress.of_this_load())
        if self._sweep_error:
            raise self._sweep_error

    def _context(self, past: Stored, progress: Progress) -> LoadContext:
        return LoadContext(
            connection=self._connection,
            progress=progress,
            note=self._result.notes.append,
            status=self._reporter.status,
            stored=past.rows,
        )

    def _batches(
        self, package: Package, source: Source, past: Stored, sweep: bool
    ) -> Iterator[tuple[str, pa.Table]]:
        """What goes into the package: changed rows table by table, then changes of presence."""
        removed = past.removed_ids()
        seen: set[str] = set()
        for name, rows in read_ahead(self._timed(source.extract())):
            table = self._tables[name]
            if name == source.swept_table:
                seen.update(row.columns[table.keys[0]] for row in rows if removed or sweep)
            changed = self._changed(table, rows, source, past)
            if changed:
                yield name, package.batch(table, changed)
        presence = dict.fromkeys(sorted(removed & seen), True)
        if sweep:
            presence |= self._sweep(source, past, removed, seen)
        if presence:
            self._result.count(SIGHTINGS).new += len(presence)
            yield SIGHTINGS, package.sightings(presence)

    def _timed(self, pages: Iterable[tuple[str, list[Row]]]) -> Iterator[tuple[str, list[Row]]]:
        """The pages, with the time each took added to its table's count."""
        begun = time.monotonic()
        for name, rows in pages:
            yield name, rows
            count = self._result.count(name)
            count.read += len(rows)
            count.seconds += time.monotonic() - begun
            begun = time.monotonic()
            self._reporter.rows(name, count.read)

    def _changed(
        self, table: RawTable, rows: Sequence[Row], source: Source, past: Stored
    ) -> list[PreparedRow]:
        """The rows whose cleaned record is not stored as it is; the last of each key."""
        shapes = source.people()
        latest = {tuple(row.columns[key] for key in table.keys): row for row in rows}
        known = past.hashes(table, latest) if latest else {}
        count = self._result.count(table.name)
        changed = []
        for key, row in latest.items():
            prepared = PreparedRow.of(row, self._privacy.clean_json(row.record, shapes))
            if known.get(key) == prepared.record_hash:
                continue
            changed.append(prepared)
            count.new += key not in known
            count.changed += key in known
        return changed

    def _sweep(self, source: Source, past: Stored, removed: set[str], seen: set[str]) -> dict[str, bool]:
        """Changes of presence since the last sweep: what vanished (false), what came back (true).

        None that vanished, and an error after the load, if more vanished than a sweep may record. One always
        may: of few artifacts it is more than the share.
        """
        table = self._tables[source.swept_table]
        key = table.keys[0]
        missing = {row[key]: row for row in past.rows(table.name, [*table.keys, *table.extra])}
        kept = len(missing.keys() - removed | seen)
        limit = self._connection.sweep_limit
        most = max(1.0, limit * kept) if limit else 0.0
        back: set[str] = set()
        self._reporter.status("sweep: listing what is there")
        for page in source.present_ids():
            for native_id in page:
                missing.pop(native_id, None)
                if native_id in removed and native_id not in seen:
                    back.add(native_id)
        gone: dict[str, bool] = {}
        for native_id, columns in missing.items():
            if native_id in seen or native_id in removed or source.is_present(native_id, columns):
                continue
            gone[native_id] = False
            if len(gone) > most:
                self._sweep_error = self._refusal(len(missing.keys() - removed - seen), kept)
                gone.clear()
                break
        return gone | dict.fromkeys(sorted(back), True)

    def _refusal(self, missing: int, kept: int) -> LoadError:
        share = f"{self._connection.sweep_limit:.0%}"
        return self._connection.error(
            "sweep",
            f"{missing:,} of {kept:,} artifacts are not visible any more, more than {share}: a lost "
            "permission is likelier than a deletion, so none was recorded as removed "
            "(new and changed records were loaded)",
            "Check what the user of the api_token may see; if they are really gone, raise sweep_limit "
            "of this connection for one sweep",
        )


def _as_load_error(error: Exception, connection: Connection, warehouse: Warehouse) -> LoadError:
    """The error to show: dlt wraps those of a source in its own."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, LoadError):
            return cause
        if isinstance(cause, duckdb.IOException):
            return connection.error(
                "warehouse",
                _plain(cause, connection),
                f"Close what else uses {warehouse.name}, see that the disk has room, then load again",
            )
        cause = cause.__cause__ or cause.__context__
    return connection.error(
        "load", f"{type(error).__name__}: {_plain(error, connection)}", "Load again; if it stays, report it"
    )


def _plain(error: BaseException, connection: Connection) -> str:
    """An error's first line without secrets."""
    text = next(iter(str(error).splitlines()), "")
    for secret in (connection.api_token, connection.email):
        text = text.replace(secret, "***") if secret else text
    return text


def missing_tools(connections: Iterable[Connection], project_file: Path) -> list[str]:
    """A sentence for each tool that is loaded but not in the dbt project's list of tools."""
    listed = _listed_tools(project_file)
    if listed is None:
        return []
    tools = {connection.tool: connection.name for connection in connections}
    return [
        f"{name} is loaded, but {tool} is not in `vars: tools` of {project_file.name}: "
        f"add it there, or no model will read it."
        for tool, name in sorted(tools.items())
        if tool not in listed
    ]


def _listed_tools(project_file: Path) -> list[str] | None:
    """`vars: tools` of a dbt project; None where there is no project or it says nothing."""
    if not project_file.exists():
        return None
    project: Any = yaml.safe_load(project_file.read_text(encoding="utf-8")) or {}
    tools = (project.get("vars") or {}).get("tools")
    return [str(tool) for tool in tools] if isinstance(tools, list) else None
