"""Runs the floor (floor.sql) on a generated organisation, and holds its figures against the marts.

`python -m benchmark.floor <folder>` runs it in a process of its own, to be measured.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmark.build import MEMORY, defaults_folder
from benchmark.generate import Organisation
from benchmark.measure import Cost, run
from pipelines.database import sql_text

SCRIPT = Path(__file__).with_name("floor.sql")
TABLES = {
    "fct_flow_items": ("artifact_id",),
    **dict.fromkeys(
        ("flow_velocity", "flow_distribution", "flow_time", "flow_efficiency", "flow_load"),
        ("scope_id", "period_type", "period_start", "flow_level", "flow_item"),
    ),
}
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Difference:
    """A column whose cells differ between the floor and a mart, with how many do and one of them."""

    table: str
    column: str
    cells: int
    example: str


def floor_database(organisation: Organisation) -> Path:
    """Where the floor writes: beside the warehouse, not in it."""
    return organisation.database.with_name("floor.duckdb")


def measure_floor(organisation: Organisation) -> Cost:
    """Run the floor in a process of its own."""
    command = [sys.executable, "-m", "benchmark.floor", str(organisation.database.parent)]
    return run(command, organisation.database.with_name("floor.log"))


def run_floor(warehouse: Path, seeds: Path, target: Path) -> None:
    """Compute the floor's tables from a warehouse's raw tables and a folder of seeds."""
    target.unlink(missing_ok=True)
    with duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "preserve_insertion_order": False,
            "temp_directory": f"{target}.tmp",
        }
    ) as connection:
        connection.execute(f"attach {sql_text(warehouse)} as warehouse (read_only)")
        connection.execute(f"attach {sql_text(target)} as floor")
        connection.execute("use warehouse; set timezone = 'UTC'")
        connection.execute(f"set variable seeds = {sql_text(seeds)}")
        connection.execute(f"set variable defaults = {sql_text(defaults_folder())}")
        connection.execute(SCRIPT.read_text(encoding="utf-8"))


def differences(organisation: Organisation) -> list[Difference]:
    """Every column in which the floor and the marts differ, cell by cell; none if they agree.

    Figures that are no whole numbers may differ by one part in 10^9.
    """
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")  # as in generate.py
        connection.execute(f"attach {sql_text(organisation.database)} as warehouse (read_only)")
        connection.execute(f"attach {sql_text(floor_database(organisation))} as floor (read_only)")
        return [
            found for table, key in TABLES.items() for found in _table_differences(connection, table, key)
        ]


def _table_differences(
    connection: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...]
) -> list[Difference]:
    columns = connection.execute(f"describe floor.main.{table}").fetchall()
    marts = f"warehouse.main.{table}" + (" where scope_type = 'product'" if "scope_id" in key else "")
    joined = f"""
        from (from {marts}) as mart full join floor.main.{table} as floor
        on {" and ".join(f"mart.{column} = floor.{column}" for column in key)}
    """
    name = "concat_ws(' ', " + ", ".join(f"coalesce(mart.{c}, floor.{c})" for c in key) + ")"
    found = []
    for column, data_type, *_ in columns:
        differs = f"mart.{column} is distinct from floor.{column}"
        if data_type == "DOUBLE":
            differs += f""" and not coalesce(
                abs(mart.{column} - floor.{column})
                <= {TOLERANCE} * greatest(abs(mart.{column}), abs(floor.{column})), false
            )"""
        ((cells, example),) = connection.execute(
            f"""
            select count(*), min({name} || ': ' || coalesce(cast(mart.{column} as varchar), 'null')
                || ' in the mart, ' || coalesce(cast(floor.{column} as varchar), 'null') || ' in the floor')
            {joined} where {differs}
            """
        ).fetchall()
        if cells:
            found.append(Difference(table, column, cells, example))
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    run_floor(folder / "warehouse.duckdb", folder / "seeds", folder / "floor.duckdb")
