"""Whether two warehouses hold the same marts."""

from __future__ import annotations

from pathlib import Path

import duckdb


def tables_that_differ(one: Path, other: Path) -> list[str]:
    """Names of the public marts that are not the same in both, row by row and cell by cell."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)")
        names = connection.execute(
            """
            select distinct table_name from duckdb_tables()
            where schema_name = 'main' and database_name in ('one', 'other')
            order by table_name
            """
        ).fetchall()
        return [name for (name,) in names if not _is_same(connection, name)]


def _is_same(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    holders = connection.execute(
        """
        select count(*) from duckdb_tables()
        where schema_name = 'main' and table_name = ? and database_name in ('one', 'other')
        """,
        [table],
    ).fetchall()
    if holders != [(2,)]:
        return False
    one, other = f"one.main.{table}", f"other.main.{table}"
    differing = connection.execute(
        f"""
        select 1 from (
            (from {one} except all from {other}) union all by name (from {other} except all from {one})
        ) limit 1
        """
    ).fetchall()
    return not differing
