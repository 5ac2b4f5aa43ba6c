"""Writes the raw tables and seeds of a synthetic organisation of any size, straight into a DuckDB file.

Jira (Cloud and Data Center) and GitHub, about ten changes an artifact over five years, 100 products, 50
teams, ten value streams (fewer products, teams and years below 10,000 artifacts), and the dirt of real
tools: ties, moves, changes of type, reopenings, flags, labels that stand as states, lost and inferred
changes, removed artifacts, states and types that no seed knows.
Everything follows from an artifact's number by hashing, so the same size is the same organisation every
time. The records are written by the SQL beside this module; the tables are declared by the tools' own source
modules.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.database import sql_text
from pipelines.sources import source_class

SQL = Path(__file__).parent / "sql"
AS_OF = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CHUNK = 100_000
FULL_SIZE = 10_000  # from this many artifacts on there are 100 products and five years
MEMORY_LIMIT = "3GB"
GITHUB_SHARE = 10  # one artifact in ten is GitHub's
WRITTEN = {
    "jira": {"issues": "issue_rows", "issue_changelogs": "changelog_rows"},
    "github": {
        "issues": "issue_rows",
        "issue_timelines": "timeline_rows",
        "pull_requests": "pull_rows",
        "pull_request_reviews": "review_rows",
        "pull_request_commits": "commit_rows",
    },
}


@dataclass(frozen=True)
class Organisation:
    """A generated organisation: its warehouse, the folder of its seeds, and how many artifacts it has."""

    database: Path
    seeds: Path
    size: int

    @property
    def first_github_artifact(self) -> int:
        """Artifact numbers from here on are GitHub's, those before are Jira's."""
        return self.size - self.size // GITHUB_SHARE + 1


def generate(folder: Path, size: int) -> Organisation:
    """Write an organisation of `size` artifacts: `<folder>/warehouse.duckdb` and `<folder>/seeds/*.csv`."""
    organisation = Organisation(folder / "warehouse.duckdb", folder / "seeds", size)
    organisation.seeds.mkdir(parents=True)
    with _opened(organisation) as connection:
        create_raw_tables(connection)
        _set(connection, round=0, load_id=_load_id(0))
        _run(connection, "catalogues")
        _run(connection, "seeds")
        _copy_seeds(connection, organisation.seeds)
        _write_artifacts(connection, organisation)
    return organisation


def change(organisation: Organisation, load_number: int) -> int:
    """Let one artifact in a hundred change, as the `load_number`-th load after the first would find it.

    Args:
        organisation: a generated organisation that has had all earlier loads
        load_number: 1 for the first load after the initial one; each changes another hundredth

    Returns:
        how many artifacts changed
    """
    with _opened(organisation) as connection:
        _set(connection, round=load_number, load_id=_load_id(load_number))
        changed = _write_artifacts(connection, organisation)
        for tool in WRITTEN:
            connection.execute(
                f"""
                insert into raw_{tool}.loads by name
                select distinct connection, getvariable('load_id') as load_id, loaded_at as started_at,
                    loaded_at as finished_at
                from raw_{tool}.issues where _dlt_load_id = getvariable('load_id')
                """
            )
    return changed


def copy_raw_tables(database: Path, copied: Path) -> None:
    """Write the raw tables of a warehouse to a new one."""
    with duckdb.connect(str(copied)) as connection:
        connection.execute(f"attach {sql_text(database)} as original (read_only)")
        for schema, table in connection.execute(
            """
            select schema_name, table_name from duckdb_tables()
            where database_name = 'original' and starts_with(schema_name, 'raw_')
            """
        ).fetchall():
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{table} as from original.{schema}.{table}")


def _opened(organisation: Organisation) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        str(organisation.database), config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False}
    )
    # In a process that `apart` began, DuckDB draws progress bars, as if someone were typing.
    connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
    _set(connection, as_of_ms=int(AS_OF.timestamp() * 1000), **_extent(organisation.size))
    _run(connection, "organisation")
    return connection


def _extent(size: int) -> dict[str, int]:
    """In how many places the artifacts are, and over how many days: small organisations are small in both.

    The least has every kind of place, and days before and after each date that a seed names.
    """
    share = min(size / FULL_SIZE, 1)
    return {
        "cloud_places": max(8, round(80 * share)),
        "dc_places": max(2, round(10 * share)),
        "repositories": max(3, round(10 * share)),
        "history_days": max(1_000, round(1_826 * share)),
    }


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty raw tables that the tools declare, and those of every load."""
    for tool in WRITTEN:
        connection.execute(f"create schema raw_{tool}")
        for table in source_class(tool).tables:
            texts = ", ".join(f"{column} varchar" for column in ("connection", *table.keys, *table.extra))
            cursor = f"{table.cursor} timestamptz, " if table.cursor else ""
            connection.execute(
                f"""
                create table raw_{tool}.{table.name} (
                    {texts}, {cursor} record json, record_hash varchar, loaded_at timestamptz,
                    _dlt_load_id varchar
                )
                """
            )
        connection.execute(
            f"""
            create table raw_{tool}.issue_sightings (
                connection varchar, id varchar, is_present boolean, seen_at timestamptz, _dlt_load_id varchar
            );
            create table raw_{tool}.loads (
                connection varchar, load_id varchar, started_at timestamptz, finished_at timestamptz,
                progress json
            )
            """
        )


def _write_artifacts(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> int:
    """Write what the variables `round` and `load_id` ask for, chunk by chunk, so that memory stays flat."""
    written = 0
    ends = {"jira": (1, organisation.first_github_artifact), "github": (organisation.first_github_artifact,)}
    for tool, (first, *rest) in ends.items():
        last = rest[0] if rest else organisation.size + 1
        for start in range(first, last, CHUNK):
            _set(connection, first_artifact=start, last_artifact=min(start + CHUNK, last))
            _run(connection, tool)
            for table, rows in WRITTEN[tool].items():
                _replace(connection, tool, table, rows)
            connection.execute(
                f"""
                insert into raw_{tool}.issue_sightings by name
                select *, getvariable('load_id') as _dlt_load_id from sighting_rows
                """
            )
            written += connection.execute("select count(*) from issue_rows").fetchall()[0][0]
    return written


def _replace(connection: duckdb.DuckDBPyConnection, tool: str, table: str, rows: str) -> None:
    """Merge rows into a raw table by its key, as a load does."""
    declared = next(declared for declared in source_class(tool).tables if declared.name == table)
    same_key = " and ".join(f"stored.{key} = new.{key}" for key in ("connection", *declared.keys))
    connection.execute(
        f"""
        delete from raw_{tool}.{table} as stored using {rows} as new
        where getvariable('round') > 0 and {same_key};
        insert into raw_{tool}.{table} by name
        select
            *,
            md5(cast(record as varchar)) as record_hash,
            timezone('UTC', ms_to_time(getvariable('as_of_ms') + days(getvariable('round')))) as loaded_at,
            getvariable('load_id') as _dlt_load_id
        from {rows}
        """
    )


def _copy_seeds(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Each temporary table `seed_<name>` becomes `<name>.csv`."""
    for (table,) in connection.execute(
        "select table_name from duckdb_tables() where table_name like 'seed\\_%' escape '\\'"
    ).fetchall():
        target = folder / f"{table.removeprefix('seed_')}.csv"
        connection.execute(f"copy (select * from {table} order by all) to {sql_text(target)} (header)")


def _load_id(load_number: int) -> str:
    return f"{(AS_OF + load_number * DAY).timestamp():.1f}"


def _run(connection: duckdb.DuckDBPyConnection, script: str) -> None:
    connection.execute((SQL / f"{script}.sql").read_text(encoding="utf-8"))


def _set(connection: duckdb.DuckDBPyConnection, **variables: int | str) -> None:
    for name, value in variables.items():
        connection.execute(f"set variable {name} = {value!r}")
