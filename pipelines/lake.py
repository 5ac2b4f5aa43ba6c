"""A lake as warehouse: raw tables are folders of Parquet files, on this machine or in an object store.

A file `<lake>/raw_<tool>/<table>/<connection>.<load id>.<number>.parquet` holds what one load brought. Files
are only added, so a table has several versions of a record, and rows of loads that died. Readers take the
rows of loads that stand in `loads`, and of each key the newest. A load deletes what dead loads of its
connection left.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

import dlt
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from dlt.common.configuration import resolve_configuration
from dlt.common.destination import Destination
from dlt.common.schema.typing import TColumnSchema, TWriteDisposition
from dlt.common.storages import FilesystemConfiguration, fsspec_from_config
from dlt.destinations.impl.filesystem.filesystem import FilesystemClient
from fsspec import AbstractFileSystem

from pipelines.database import database_path
from pipelines.sources import RawTable
from pipelines.warehouse import HASHES, INSTANT, LOADS, SIGHTINGS, DuckDBFile, Warehouse

LAKE_VARIABLE = "STREAMGAUGE_LAKE"
DECLARED = "declared"  # begins the names of files without rows
DATA_FILE = re.compile(r"(?P<connection>[a-z][a-z0-9_]*)\.(?P<load_id>\d+\.\d+)\..*parquet")
ARROW_TYPES = {"text": pa.string(), "json": pa.string(), "timestamp": INSTANT, "bool": pa.bool_()}


def chosen_warehouse() -> Warehouse:
    """The lake that STREAMGAUGE_LAKE names; without it the DuckDB file."""
    url = os.environ.get(LAKE_VARIABLE)
    return Lake(url) if url else DuckDBFile(database_path())


@dataclass(frozen=True)
class Lake(Warehouse):
    """A folder of this machine, or a URL of an object store (s3://bucket/path, gs://, az://).

    Credentials of an object store are dlt's own, `[destination.filesystem.credentials]` in .dlt/secrets.toml.
    """

    url: str
    disposition: ClassVar[TWriteDisposition] = "append"

    @property
    def name(self) -> str:  # type: ignore[override] # read-only here
        """The folder or URL."""
        return self.url

    def working_folder(self) -> Path:
        """In the current folder: an object store is no place to work in."""
        return Path("streamgauge.loading").absolute()

    def destination(self, connection: str) -> Destination[Any, Any]:
        """dlt's own for files; the connection is in their names, so that it can find its own."""
        return dlt.destinations.filesystem(
            bucket_url=self._location(),
            layout="{table_name}/{connection}.{load_id}.{file_id}.{ext}",
            extra_placeholders={"connection": connection},
        )

    def reader(
        self, dataset: str, connection: str, tables: Sequence[RawTable]
    ) -> duckdb.DuckDBPyConnection | None:
        """A database in memory with views of the connection's files of completed loads."""
        files, root = self._files()
        complete = self._completed(files, f"{root}/{dataset}", connection)
        if not complete:
            return None
        database = duckdb.connect(":memory:")
        database.execute(f"set TimeZone = 'UTC'; create schema {dataset}")
        if not _is_local(files):
            database.register_filesystem(files)
        keys = {table.name: table.keys for table in tables} | {SIGHTINGS: (), LOADS: ()}
        for table, columns in keys.items():
            paths = [
                path
                for path, load_id in _data_files(files, f"{root}/{dataset}/{table}", connection)
                if load_id in complete
            ]
            paths += files.glob(f"{root}/{dataset}/{table}/{DECLARED}.*.parquet")
            _create_view(
                database, f'{dataset}."{table}"', [_readable(files, path) for path in paths], columns
            )
            if columns:
                names = ", ".join(["connection", *columns, "record_hash"])
                database.execute(
                    f'create table {dataset}."{table}{HASHES}" as select {names} from {dataset}."{table}"'
                )
        return database

    def prepare(
        self, pipeline: dlt.Pipeline, connection: str, tables: Mapping[str, Sequence[TColumnSchema]]
    ) -> None:
        """Delete what dead loads of the connection left; give each table a file with its columns, no rows."""
        with cast(FilesystemClient, pipeline.destination_client()) as client:
            client.initialize_storage()  # dlt wants to be the first in the folder
        files, root = self._files()
        folder = f"{root}/{pipeline.dataset_name}"
        complete = self._completed(files, folder, connection)
        for table, columns in tables.items():
            for path, load_id in _data_files(files, f"{folder}/{table}", connection):
                if load_id not in complete:
                    files.rm(path)
            schema = pa.schema(
                [(str(column["name"]), ARROW_TYPES[str(column["data_type"])]) for column in columns]
            )
            version = hashlib.blake2b(str(schema).encode(), digest_size=4).hexdigest()
            declaration = f"{folder}/{table}/{DECLARED}.{version}.parquet"
            if not files.exists(declaration):
                _write(files, declaration, schema.empty_table())

    def append_completion(self, pipeline: dlt.Pipeline, row: dict[str, Any]) -> None:
        """One file, which appears at once."""
        files, root = self._files()
        path = f"{root}/{pipeline.dataset_name}/{LOADS}/{row['connection']}.{row['load_id']}.0.parquet"
        types = {name: INSTANT if name.endswith("_at") else pa.string() for name in row}
        _write(files, path, pa.table({name: pa.array([value], types[name]) for name, value in row.items()}))

    def _location(self) -> str:
        return self.url if "://" in self.url else str(Path(self.url).absolute())

    def _files(self) -> tuple[AbstractFileSystem, str]:
        """The file system, and the lake's folder in it."""
        configuration = resolve_configuration(
            FilesystemConfiguration(bucket_url=self._location()), sections=("destination", "filesystem")
        )
        files, root = fsspec_from_config(configuration)
        files.invalidate_cache()
        return files, self._location() if _is_local(files) else root.rstrip("/")

    def _completed(self, files: AbstractFileSystem, folder: str, connection: str) -> set[str]:
        """Ids of the connection's completed loads: each left a file."""
        return {load_id for _, load_id in _data_files(files, f"{folder}/{LOADS}", connection)}


def _is_local(files: AbstractFileSystem) -> bool:
    return "file" in ([files.protocol] if isinstance(files.protocol, str) else files.protocol)


def _readable(files: AbstractFileSystem, path: str) -> str:
    """A path as DuckDB wants it."""
    return path if _is_local(files) else str(files.unstrip_protocol(path))


def _data_files(files: AbstractFileSystem, folder: str, connection: str) -> Iterator[tuple[str, str]]:
    """Path and load id of the files that loads of a connection wrote into a table's folder."""
    for path in files.glob(f"{folder}/{connection}.*.parquet"):
        if match := DATA_FILE.fullmatch(path.rsplit("/", 1)[-1]):
            yield path, match["load_id"]


def _create_view(
    database: duckdb.DuckDBPyConnection, view: str, paths: Sequence[str], keys: Sequence[str]
) -> None:
    """A view of Parquet files; with keys, of the newest row of each."""
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    newest = ""
    if keys:
        newest = (
            f"qualify row_number() over (partition by connection, {', '.join(keys)} "
            "order by loaded_at desc, _dlt_load_id desc) = 1"
        )
    database.execute(
        f"create view {view} as select * from read_parquet([{listed}], union_by_name = true) {newest}"
    )


def _write(files: AbstractFileSystem, path: str, table: pa.Table) -> None:
    """Write a Parquet file that is there whole or not at all."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
    with files.transaction, files.open(path, "wb") as file:
        file.write(buffer.getvalue())
