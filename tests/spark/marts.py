"""Compares the public marts of a Spark warehouse, cell by cell, with those of a DuckDB one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

TOLERANCE = 1e-9  # relative, for what is not counted
SHOWN = 5


def public_marts(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """The grain of each public mart of a dbt manifest, by its name."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return {
        model["name"]: model["config"]["meta"]["grain"] for model in models if model["fqn"][1] == "marts"
    }


def differences(database: Path, warehouse: Path, grains: dict[str, list[str]]) -> Iterator[str]:
    """A line for every mart that lacks rows or columns, and for every column whose cells differ.

    Args:
        database: a DuckDB file whose marts stand in the schema `main`
        warehouse: the folder of a Spark warehouse, its tables in Parquet
        grains: the columns that name a row of each mart
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{database}' as duck (read_only)")
        for mart, grain in sorted(grains.items()):
            connection.execute(
                f"create or replace temp view of_spark as from read_parquet('{warehouse}/main.db/{mart}/*.parquet')"
            )
            yield from _mart_differences(connection, mart, grain)


def _mart_differences(connection: duckdb.DuckDBPyConnection, mart: str, grain: list[str]) -> Iterator[str]:
    columns = dict(connection.execute(f"select column_name, column_type from (describe duck.main.{mart})").fetchall())
    of_spark = dict(connection.execute("select column_name, column_type from (describe of_spark)").fetchall())
    if list(columns) != list(of_spark):
        yield f"{mart}: columns {list(columns)} on DuckDB, {list(of_spark)} on Spark"
        return
    keys = " and ".join(f"duck.{key} is not distinct from spark.{key}" for key in grain)
    both = (
        f"(select *, true as stands from duck.main.{mart}) as duck "
        f"full outer join (select *, true as stands from of_spark) as spark on {keys}"
    )
    duck_rows, spark_rows, joined, lone = connection.execute(
        f"select count(duck.stands), count(spark.stands), count(*), "
        f"count(*) filter (duck.stands is null or spark.stands is null) from {both}"
    ).fetchall()[0]
    if lone or not duck_rows == spark_rows == joined:
        yield f"{mart}: {duck_rows} rows on DuckDB, {spark_rows} on Spark, {lone} of them on one only"
    for column, kind in columns.items():
        condition = _differs(column, kind, of_spark[column])
        names = ", ".join(f"coalesce(duck.{key}, spark.{key})" for key in grain)
        cells = connection.execute(
            f"select {names}, duck.{column}, spark.{column}, count(*) over () from {both} "
            f"where duck.stands and spark.stands and {condition} order by all limit {SHOWN}"
        ).fetchall()
        if cells:
            yield f"{mart}.{column}: {cells[0][-1]} cells differ, such as " + "; ".join(
                f"{row[: len(grain)]}: {row[-3]!r} on DuckDB, {row[-2]!r} on Spark" for row in cells
            )


def _differs(column: str, kind: str, spark_kind: str) -> str:
    """A condition. Spark's timestamps come as instants, DuckDB's as plain UTC ones; other types are the same."""
    if (kind, spark_kind) == ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"):
        return f"duck.{column} is distinct from timezone('UTC', spark.{column})"
    if kind != spark_kind:
        return "true"
    if kind == "DOUBLE":
        return (
            f"((duck.{column} is null) != (spark.{column} is null) "
            f"or abs(duck.{column} - spark.{column}) > {TOLERANCE} * greatest(abs(duck.{column}), abs(spark.{column})))"
        )
    return f"duck.{column} is distinct from spark.{column}"
