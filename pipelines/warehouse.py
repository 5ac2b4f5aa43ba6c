"""The warehouse as a load sees it: what is stored, how raw tables look, how a package of rows gets in.

Raw tables live in the dataset `raw_<tool>` of one DuckDB file, or of a lake of Parquet files
(pipelines/lake.py). Beside the tables that a tool declares there are

- `issue_sightings`: one row per change of an artifact's presence that a sweep (or its return) showed;
- `loads`: one row per completed load, written last. `progress` says how far the load came, per scope; the
  next load starts there, so nothing but the warehouse decides what is read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, cast

import dlt
import duckdb
import pyarrow as pa
from dlt.common.destination import Destination
from dlt.common.json import json
from dlt.common.schema import Schema
from dlt.common.schema.typing import TColumnSchema, TWriteDisposition
from dlt.common.schema.utils import new_table
from dlt.common.storages.load_package import create_load_id
from dlt.destinations.job_client_impl import SqlJobClientBase
from filelock import FileLock, Timeout

from pipelines.errors import LoadError
from pipelines.sources import RawTable, Row

SIGHTINGS = "issue_sightings"
LOADS = "loads"
HASHES = "_hashes"
Key = tuple[str, ...]
INSTANT = pa.timestamp("us", "UTC")


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row as it is stored: the cleaned record as JSON text, and its hash."""

    columns: dict[str, Any]
    record: str
    record_hash: str

    @classmethod
    def of(cls, row: Row, text: bytes) -> PreparedRow:
        """The row with its cleaned record, as JSON text whose keys are sorted: so must be what is hashed."""
        return cls(row.columns, text.decode(), hashlib.blake2b(text, digest_size=16).hexdigest())


class Warehouse(ABC):
    """Where raw tables are kept.

    Attributes:
        name: what messages call it
        disposition: how rows get into a table with a primary key
    """

    name: str
    disposition: ClassVar[TWriteDisposition]

    @abstractmethod
    def working_folder(self) -> Path:
        """Where dlt may keep files while it loads, a folder below it for each connection."""

    @abstractmethod
    def destination(self, connection: str) -> Destination[Any, Any]:
        """What dlt writes to for a connection."""

    @abstractmethod
    def reader(
        self, dataset: str, connection: str, tables: Sequence[RawTable]
    ) -> duckdb.DuckDBPyConnection | None:
        """A database in whose schema of the dataset's name each raw table holds one row per key.

        Where scanning a table is slow, a table `<name>_hashes` beside it holds its keys and hashes. None
        while there is nothing to read.
        """

    @abstractmethod
    def prepare(
        self, pipeline: dlt.Pipeline, connection: str, tables: Mapping[str, Sequence[TColumnSchema]]
    ) -> None:
        """Make every declared table exist, with every declared column."""

    @abstractmethod
    def append_completion(self, pipeline: dlt.Pipeline, row: dict[str, Any]) -> None:
        """Write one row of `loads`, whole or not at all."""


@dataclass(frozen=True)
class DuckDBFile(Warehouse):
    """A DuckDB file, in which a new version of a record takes the place of the old one."""

    path: Path
    disposition: ClassVar[TWriteDisposition] = "merge"

    @property
    def name(self) -> str:  # type: ignore[override] # read-only here
        """The file's name."""
        return self.path.name

    def working_folder(self) -> Path:
        """Beside the file."""
        return self.path.with_name(f"{self.path.name}.loading")

    def destination(self, connection: str) -> Destination[Any, Any]:
        """dlt's own for DuckDB."""
        return dlt.destinations.duckdb(str(self.path))

    def reader(
        self, dataset: str, connection: str, tables: Sequence[RawTable]
    ) -> duckdb.DuckDBPyConnection | None:
        """The file itself, open for reading."""
        return duckdb.connect(str(self.path), read_only=True) if self.path.exists() else None

    def prepare(
        self, pipeline: dlt.Pipeline, connection: str, tables: Mapping[str, Sequence[TColumnSchema]]
    ) -> None:
        """dlt creates only tables that get rows, unless it is told to."""
        with cast(SqlJobClientBase, pipeline.destination_client()) as client:
            client.initialize_storage()
            if not all(exists for exists, _ in map(client.get_storage_table, tables)):
                client.update_stored_schema(only_tables=client.schema.tables, force=True)

    def append_completion(self, pipeline: dlt.Pipeline, row: dict[str, Any]) -> None:
        """One statement."""
        with pipeline.sql_client() as client:
            table = client.make_qualified_table_name(LOADS)
            marks = ", ".join(["%s"] * len(row))
            client.execute_sql(f"insert into {table} ({', '.join(row)}) values ({marks})", *row.values())


class Stored:
    """Read access to what earlier loads of one connection left. Holds the database open for reading."""

    def __init__(self, warehouse: Warehouse, tool: str, connection: str, tables: Sequence[RawTable]) -> None:
        self._dataset = f"raw_{tool}"
        self._connection = connection
        self._database = warehouse.reader(self._dataset, connection, tables)
        self._tables = {name for (name,) in self._query(_TABLES, [self._dataset])}

    def close(self) -> None:
        """Release the database."""
        if self._database is not None:
            self._database.close()

    def rows(self, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Some columns (or SQL expressions with a name) of all rows of a raw table."""
        if table not in self._tables:
            return []
        found = self._query(self._select(table, columns), [self._connection])
        names = [column.rsplit(" as ", 1)[-1] for column in columns]
        return [dict(zip(names, values, strict=True)) for values in found]

    def hashes(self, table: RawTable, keys: Iterable[Key]) -> dict[Key, str]:
        """The hashes of those of these keys that are stored."""
        if table.name not in self._tables:
            return {}
        narrow = f"{table.name}{HASHES}"
        columns = [*table.keys, "record_hash"]
        sql = (
            self._select(narrow if narrow in self._tables else table.name, columns)
            + f" and {table.keys[0]} = any(?)"
        )
        found = self._query(sql, [self._connection, [key[0] for key in keys]])
        return {tuple(values[:-1]): values[-1] for values in found}

    def progress(self) -> dict[str, dt.datetime]:
        """Where the newest completed load ended, per scope."""
        rows = self.rows(LOADS, ["finished_at", "load_id", "progress::text as progress"])
        if not rows:
            return {}
        newest = max(rows, key=lambda row: (row["finished_at"], row["load_id"]))
        reached: dict[str, str] = json.loads(newest["progress"] or "{}")
        return {scope: dt.datetime.fromisoformat(moment) for scope, moment in reached.items()}

    def removed_ids(self) -> set[str]:
        """Artifacts that the newest sighting calls gone."""
        rows = self.rows(SIGHTINGS, ["id", "is_present", "seen_at"])
        newest = {row["id"]: row["is_present"] for row in sorted(rows, key=lambda row: row["seen_at"])}
        return {native_id for native_id, is_present in newest.items() if not is_present}

    def _select(self, table: str, columns: Sequence[str]) -> str:
        return f'select {", ".join(columns)} from {self._dataset}."{table}" where connection = ?'

    def _query(self, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        if self._database is None:
            return []
        return self._database.cursor().execute(sql, parameters).fetchall()


_TABLES = "select table_name from information_schema.tables where table_schema = ?"


@contextmanager
def stored(warehouse: Warehouse, tool: str, connection: str, tables: Sequence[RawTable]) -> Iterator[Stored]:
    """What is stored of a connection; the database is free again afterwards."""
    opened = Stored(warehouse, tool, connection, tables)
    try:
        yield opened
    finally:
        opened.close()


class Package:
    """One load of one connection: rows are extracted to files, then merged into the warehouse, then called
    complete.

    dlt's working files are wiped before and after, so that a load depends on the warehouse alone. A lock
    keeps other loads of the connection out meanwhile: they would wipe the files of this one.

    Args:
        warehouse: where the rows go
        tool: decides the dataset, `raw_<tool>`
        tables: what the tool declares
        connection: name of the connection
        clock: what time it is; the demo tells another one
    """

    def __init__(
        self,
        warehouse: Warehouse,
        tool: str,
        tables: Sequence[RawTable],
        connection: str,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._connection = connection
        self._tool = tool
        self._columns = {table.name: _raw_columns(table) for table in tables}
        self._columns |= {SIGHTINGS: _sighting_columns(), LOADS: _load_columns()}
        self._folder = warehouse.working_folder() / connection
        self._lock = FileLock(self._folder.with_name(f"{connection}.lock"), timeout=0)
        self._last_batch_at = clock()
        self._has_rows = False

    def __enter__(self) -> Package:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise LoadError(
                self._connection,
                "load",
                "another load of this connection is at work",
                "Wait until it has ended, then load again",
            ) from None
        shutil.rmtree(self._folder, ignore_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        Path(self._lock.lock_file).unlink(missing_ok=True)  # while it is held: no other load has it then
        self._lock.release()
        with suppress(OSError):  # another connection is being loaded
            self._folder.parent.rmdir()

    @cached_property
    def _pipeline(self) -> dlt.Pipeline:
        return dlt.pipeline(
            pipeline_name=f"streamgauge_{self._connection}",
            pipelines_dir=str(self._folder),
            destination=self._warehouse.destination(self._connection),
            dataset_name=f"raw_{self._tool}",
        )

    def extract(self, batches: Iterable[tuple[str, pa.Table]]) -> None:
        """Write all batches, each for its table, to the package's files."""

        @dlt.resource(name="batches")
        def resource() -> Iterator[Any]:
            for table, batch in batches:
                self._has_rows = True
                yield dlt.mark.with_hints(batch, self._hints(table), create_table_variant=True)

        @dlt.source(schema=self._schema())
        def source() -> Any:
            return resource

        self._pipeline.extract(source())

    def load(self) -> str:
        """Create missing tables, merge the package, and give its id (a new one if nothing came).

        Raises:
            LoadError: rows were extracted, and their files are gone
        """
        self._warehouse.prepare(self._pipeline, self._connection, self._columns)
        self._pipeline.normalize()
        loaded = self._pipeline.load()
        if loaded and loaded.loads_ids:
            return loaded.loads_ids[0]
        if self._has_rows:
            raise LoadError(
                self._connection,
                "load",
                f"what was read has vanished from {self._folder} before it was in the warehouse",
                "See that nothing else empties this folder, then load again",
            )
        return create_load_id()

    def complete(self, load_id: str, started_at: dt.datetime, progress: dict[str, dt.datetime]) -> None:
        """Say that this load is complete; this is what makes it count."""
        reached = {scope: moment.isoformat() for scope, moment in sorted(progress.items())}
        row = {
            "connection": self._connection,
            "load_id": load_id,
            "started_at": started_at,
            "finished_at": self._clock(),
            "progress": json.dumps(reached),
        }
        self._warehouse.append_completion(self._pipeline, row)

    def batch(self, table: RawTable, rows: Sequence[PreparedRow]) -> pa.Table:
        """Rows of a raw table. A later batch has a later `loaded_at`: the last of several versions wins."""
        columns: dict[str, Any] = {"connection": pa.array([self._connection] * len(rows), pa.string())}
        for name in (*table.keys, *table.extra):
            columns[name] = pa.array([row.columns[name] for row in rows], pa.string())
        if table.cursor:
            columns[table.cursor] = pa.array([row.columns[table.cursor] for row in rows], INSTANT)
        columns["record"] = pa.array([row.record for row in rows], pa.string())
        columns["record_hash"] = pa.array([row.record_hash for row in rows], pa.string())
        columns["loaded_at"] = pa.array([self._next_instant()] * len(rows), INSTANT)
        return pa.table(columns)

    def sightings(self, presence: dict[str, bool]) -> pa.Table:
        """Rows that say which artifacts are gone, or are back."""
        size = len(presence)
        return pa.table(
            {
                "connection": pa.array([self._connection] * size, pa.string()),
                "id": pa.array(presence.keys(), pa.string()),
                "is_present": pa.array(presence.values(), pa.bool_()),
                "seen_at": pa.array([self._clock()] * size, INSTANT),
            }
        )

    def _next_instant(self) -> dt.datetime:
        self._last_batch_at = max(self._clock(), self._last_batch_at + dt.timedelta(microseconds=1))
        return self._last_batch_at

    def _schema(self) -> Schema:
        schema = Schema(self._tool)
        for name, columns in self._columns.items():
            schema.update_table(new_table(name, write_disposition=self._disposition(name), columns=columns))
        return schema

    def _disposition(self, table: str) -> TWriteDisposition:
        return "append" if table in (SIGHTINGS, LOADS) else self._warehouse.disposition

    def _hints(self, table: str) -> Any:
        keys = [str(column["name"]) for column in self._columns[table] if column.get("primary_key")]
        return dlt.mark.make_hints(
            table_name=table,
            write_disposition=cast(Any, self._disposition(table)),
            primary_key=keys,
            columns=self._columns[table],
        )


def _column(name: str, data_type: str, **hints: Any) -> TColumnSchema:
    return cast(TColumnSchema, {"name": name, "data_type": data_type, "nullable": True, **hints})


def _raw_columns(table: RawTable) -> list[TColumnSchema]:
    return [
        _column("connection", "text", nullable=False, primary_key=True),
        *(_column(key, "text", nullable=False, primary_key=True) for key in table.keys),
        *(_column(extra, "text") for extra in table.extra),
        *([_column(table.cursor, "timestamp")] if table.cursor else []),
        _column("record", "json"),
        _column("record_hash", "text"),
        _column("loaded_at", "timestamp", dedup_sort="desc"),
        _column("_dlt_load_id", "text", nullable=False),
    ]


def _sighting_columns() -> list[TColumnSchema]:
    return [
        _column("connection", "text", nullable=False),
        _column("id", "text", nullable=False),
        _column("is_present", "bool"),
        _column("seen_at", "timestamp"),
        _column("_dlt_load_id", "text", nullable=False),
    ]


def _load_columns() -> list[TColumnSchema]:
    return [
        _column("connection", "text", nullable=False),
        _column("load_id", "text", nullable=False),
        _column("started_at", "timestamp"),
        _column("finished_at", "timestamp"),
        _column("progress", "json"),
    ]
