"""Writes one version: the public marts as a DuckDB file and as Parquet files, with a manifest."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import PublishError
from pipelines.publish.build import Build, Mart, check_seeds, read_build, seed_revisions
from pipelines.publish.hyper import write_hyper
from pipelines.publish.versions import (
    DATABASE_FILE,
    MANIFEST_FILE,
    PARQUET_FOLDER,
    Published,
    dispensable,
    version_name,
)

# BI tools ship readers of DuckDB 1.x, which cannot open files in the format of 2.0.
STORAGE_VERSION = "v1.4.0"
PUBLICATION = "publication"
Manifest = dict[str, Any]
Then = Callable[[Manifest], None]


def publish(
    database: Path,
    folder: Path,
    project: Path,
    *,
    keep: int,
    now: Callable[[], dt.datetime],
    hyper: bool = False,
    then: Then = lambda manifest: None,
) -> Manifest:
    """Put the public marts of a green build in place as a new version.

    Args:
        database: the warehouse
        folder: the published folder
        project: the root of the dbt project, where the seeds are
        keep: how many versions stay, the new one included
        now: the clock
        hyper: whether to add a Tableau extract
        then: what to do with the version before another one can come, such as to copy it

    Returns:
        The manifest of the new version.

    Raises:
        PublishError: there is no green build, or it could not be copied; what was published before stays
    """
    if keep < 1:
        raise PublishError("--keep", "at least one version has to stay", "Give a number from 1 on")
    published = Published(folder)
    with published.locked():
        with _reading(database) as warehouse:
            build = read_build(warehouse, str(database))
            check_seeds(project, build)
            moment = now()
            version = version_name(moment)
            try:
                with published.draft(version) as draft:
                    seeds = seed_revisions(project, build)
                    manifest = _write(warehouse, build, draft, version, moment, seeds)
                    if hyper:
                        write_hyper(draft)
            except (OSError, duckdb.Error) as error:
                raise PublishError(
                    str(published.path(version)),
                    f"it could not be written ({error})",
                    "Mend that and publish again",
                ) from error
        former = published.current()
        published.point_to(version)
        published.remove(dispensable(published.versions(), {version, former or version}, keep, moment))
        then(manifest)
    return manifest


def rollback(folder: Path, version: str | None = None, *, then: Then = lambda manifest: None) -> Manifest:
    """Let readers read an older version again: the named one, or the one before the current.

    Args:
        folder: the published folder
        version: its name
        then: what to do with the version before another one can come, such as to copy it

    Raises:
        PublishError: there is no such version
    """
    published = Published(folder)
    with published.locked():
        versions = published.versions()
        if version is None:
            current = published.current() or ""
            older = [name for name in versions if name < current]
            if not older:
                raise PublishError(str(folder), "there is no older version", _known(versions))
            version = older[-1]
        elif version not in versions:
            raise PublishError(str(folder), f"there is no version {version}", _known(versions))
        manifest = read_manifest(published.path(version))
        published.point_to(version)
        then(manifest)
    return manifest


def read_manifest(snapshot: Path) -> Manifest:
    """The manifest of a version's folder."""
    manifest: Manifest = json.loads((snapshot / MANIFEST_FILE).read_text(encoding="utf-8"))
    return manifest


def _known(versions: list[str]) -> str:
    return f"There are: {', '.join(versions)}" if versions else "Run `streamgauge publish` after a build"


@contextmanager
def _reading(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on the warehouse that keeps writers out and writes nothing there."""
    if not database.is_file():
        raise PublishError(str(database), "there is no warehouse", "Run `streamgauge load` and `dbt build`")
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {_text(str(database))} as warehouse (read_only)")
        except duckdb.Error as error:
            problem = str(error).splitlines()[0]
            raise PublishError(
                str(database), f"it cannot be read now ({problem})", "Wait until loads and builds have ended"
            ) from error
        connection.execute("use warehouse")
        yield connection


def _write(
    warehouse: duckdb.DuckDBPyConnection,
    build: Build,
    folder: Path,
    version: str,
    moment: dt.datetime,
    seeds: list[dict[str, Any]],
) -> Manifest:
    (folder / PARQUET_FOLDER).mkdir()
    file = folder / DATABASE_FILE
    warehouse.execute(f"attach {_text(str(file))} as snapshot (storage_version '{STORAGE_VERSION}')")
    try:
        for mart in build.marts:
            _copy(warehouse, mart, f'warehouse."{mart.schema}"."{mart.table}"', folder)
        _copy(warehouse, _publication(), _publication_row(build, version, moment), folder)
    finally:
        warehouse.execute("detach snapshot")
    names = [*(mart.name for mart in build.marts), PUBLICATION]
    manifest: Manifest = {
        "version": version,
        "published_at": moment.isoformat(timespec="milliseconds"),
        "as_of": build.as_of.isoformat(),
        "reporting_timezone": build.reporting_timezone,
        "build": {
            "invocation_id": build.invocation_id,
            "dbt_version": build.dbt_version,
            "started_at": build.started_at.isoformat(),
            "results": build.counts,
            "warnings": build.warnings,
        },
        "seeds": seeds,
        "rows": _checked_counts(warehouse, build, folder, names),
    }
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


def _copy(warehouse: duckdb.DuckDBPyConnection, mart: Mart, source: str, folder: Path) -> None:
    target = f'snapshot.main."{mart.name}"'
    warehouse.execute(f"create table {target} as select * from {source}")
    warehouse.execute(f"comment on table {target} is {_text(mart.description)}")
    for column, description in mart.columns.items():
        warehouse.execute(f'comment on column {target}."{column}" is {_text(description)}')
    parquet = folder / PARQUET_FOLDER / f"{mart.name}.parquet"
    warehouse.execute(f"copy (select * from {source}) to {_text(str(parquet))} (format parquet)")


def _publication() -> Mart:
    return Mart(
        PUBLICATION,
        "",
        "",
        "One row: which version this is.",
        {
            "version": "Name of the version, which all tables of it share.",
            "published_at": "When it was published, UTC.",
            "as_of": "The clock of its figures, UTC: nothing later is known.",
            "reporting_timezone": "Where its days, weeks, months, quarters and years begin.",
            "invocation_id": "The run of dbt that built it.",
        },
    )


def _publication_row(build: Build, version: str, moment: dt.datetime) -> str:
    return (
        f"(select {_text(version)} as version,"
        f" timestamp '{moment:%Y-%m-%d %H:%M:%S}' as published_at,"
        f" timestamp '{build.as_of:%Y-%m-%d %H:%M:%S.%f}' as as_of,"
        f" {_text(build.reporting_timezone)} as reporting_timezone,"
        f" {_text(build.invocation_id)} as invocation_id)"
    )


def _checked_counts(
    warehouse: duckdb.DuckDBPyConnection, build: Build, folder: Path, names: list[str]
) -> dict[str, int]:
    """The rows of each mart, the same in the warehouse and in both copies as they stand on the disk.

    Raises:
        PublishError: they differ
    """
    expected = {
        mart.name: _count(warehouse, f'warehouse."{mart.schema}"."{mart.table}"') for mart in build.marts
    }
    expected[PUBLICATION] = 1
    with duckdb.connect(str(folder / DATABASE_FILE), read_only=True) as snapshot:
        for name in names:
            parquet = folder / PARQUET_FOLDER / f"{name}.parquet"
            found = {_count(snapshot, f'"{name}"'), _count(snapshot, f"read_parquet({_text(str(parquet))})")}
            if found != {expected[name]}:
                raise PublishError(
                    name, f"its copies have {found} rows instead of {expected[name]}", "Publish again"
                )
    return expected


def _count(connection: duckdb.DuckDBPyConnection, source: str) -> int:
    (count,) = connection.execute(f"select count(*) from {source}").fetchall()[0]
    return int(count)


def _text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
