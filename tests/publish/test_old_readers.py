"""BI tools ship an older DuckDB than ours. It opens the snapshot, by itself and through SQLAlchemy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipelines.publish import current_snapshot
from tests.publish.conftest import Warehouse

PACKAGES = ("duckdb==1.4.*", "duckdb-sqlalchemy")
READER = """
import sys

import duckdb
import sqlalchemy

assert duckdb.__version__.startswith("1.4."), duckdb.__version__
file = sys.argv[1]
with duckdb.connect(file, read_only=True) as connection:
    print(connection.execute("select build, count(*) from dim_things group by build").fetchall())
    print(connection.execute(f"select count(*) from '{sys.argv[2]}'").fetchall())
engine = sqlalchemy.create_engine(f"duckdb:///{file}", connect_args={"read_only": True})
with engine.connect() as connection:
    print(connection.execute(sqlalchemy.text("select build, max(day) from fct_steps group by build")).all())
print(sorted(sqlalchemy.inspect(engine).get_table_names()))
"""


def test_duckdb_1_4_reads_the_snapshot(warehouse: Warehouse) -> None:
    warehouse.build(5)
    warehouse.publish()
    snapshot = current_snapshot(warehouse.published)
    uv = Path(sys.executable).with_name("uv")
    packages = [part for package in PACKAGES for part in ("--with", package)]
    environment = ["--quiet", "--no-project", "--isolated", "--python", sys.executable, *packages]
    files = [snapshot / "streamgauge.duckdb", snapshot / "parquet" / "fct_steps.parquet"]
    said = subprocess.run(
        [uv, "run", *environment, "python", "-c", READER, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines() == [
        "[(5, 100)]",
        "[(100,)]",
        "[(5, datetime.date(2026, 7, 8))]",
        "['dim_things', 'fct_steps', 'publication']",
    ]
