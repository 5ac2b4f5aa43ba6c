"""Whether two warehouses hold the same tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.database import sql_text


def tables_that_differ(one: Path, other: Path, schemas: Sequence[str] = ("main",)) -> list[str]:
    """Names of the tables that are not the same in both, row by row and cell by cell.

    Args:
        one: a warehouse
        other: another
        schemas: where to look; the public marts are in `main`
    """
    with duckdb.connect() as connection:
        for name, database in (("one", one), ("other", other)):
            connection.execute(f"attach {sql_text(database)} as {name} (read_only)")
        names = connection.execute(
            """
            select schema_name || '.' || table_name
            from duckdb_tables()
            where list_contains(?, schema_name) and database_name in ('one', 'other')
            group by all
            order by all
            """,
            [list(schemas)],
        ).fetchall()
        return [name for (name,) in names if not _is_same(connection, name)]


def _is_same(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    holders = connection.execute(
        """
        select count(*) from duckdb_tables()
        where schema_name || '.' || table_name = ? and database_name in ('one', 'other')
        """,
        [table],
    ).fetchall()
    if holders != [(2,)]:
        return False
    differing = connection.execute(
        f"""
        select 1 from (
            (from one.{table} except all from other.{table})
            union all by name (from other.{table} except all from one.{table})
        ) limit 1
        """
    ).fetchall()
    return not differing
