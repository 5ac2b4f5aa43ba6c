"""The demo organisation on both engines: the same loads and unit tests, the same cells in every mart."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from pipelines.demo.command import DBT_VARIABLES, SEEDS, build, load_company
from pipelines.demo.company import found
from pipelines.lake import Lake
from tests.spark.engine import REPOSITORY, build_on_spark
from tests.spark.marts import differences, public_marts

SIZE = 250


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo on DuckDB, without its tests, which have a run of their own."""
    path = tmp_path_factory.mktemp("duckdb") / "demo.duckdb"
    console = Console(quiet=True)
    load_company(found(size=SIZE, seed=1), path, console)
    target = str(path.parent / "target")
    build(path, console, "--target-path", target, "--exclude-resource-type", "test", "unit_test")
    return path


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The demo on Spark, with all unit tests unless `--models-only` is given.

    Data tests are left out: they would cost as much again, and of public marts they could only repeat those
    of DuckDB, since equal cells pass equal tests. What goes wrong before the marts shows in their cells.
    """
    folder = tmp_path_factory.mktemp("spark")
    lake = folder / "lake"
    load_company(found(size=SIZE, seed=1), Lake(str(lake)), Console(quiet=True))
    add_a_dead_load(lake)
    add_a_file_of_an_older_version(lake)
    left_out = ["test", "unit_test"] if request.config.getoption("--models-only") else ["test"]
    return build_on_spark(
        folder, lake, REPOSITORY / SEEDS, DBT_VARIABLES, "--exclude-resource-type", *left_out
    )


def add_a_dead_load(lake: Path) -> None:
    """Leave what a load leaves that died before it was complete: issues emptied, and called gone."""
    stored = next((lake / "raw_jira" / "issues").glob("lumen_*.parquet"))
    issues = [row | {"_dlt_load_id": "9999999999.0"} for row in pq.read_table(stored).to_pylist()]
    emptied = [row | {"record": "{}"} for row in issues]
    gone = [
        {name: row[name] for name in ("connection", "id", "_dlt_load_id")}
        | {"is_present": False, "seen_at": row["loaded_at"]}
        for row in issues
    ]
    for table, rows in (("issues", emptied), ("issue_sightings", gone)):
        path = lake / "raw_jira" / table / "lumen_dead.9999999999.0.x.parquet"
        pq.write_table(pa.Table.from_pylist(rows), path)


def add_a_file_of_an_older_version(lake: Path) -> None:
    """The first file of a table may lack columns that were added to it later."""
    pq.write_table(
        pa.table({"connection": pa.array([], pa.string())}), lake / "raw_jira" / "issues" / "a.0.0.x.parquet"
    )


def test_every_public_mart_has_the_same_cells_on_both_engines(database, warehouse):
    grains = public_marts(json.loads((warehouse.parent / "target" / "manifest.json").read_text()))
    assert len(grains) > 15
    found_differences = list(differences(database, warehouse, grains))
    assert not found_differences, "\n".join(found_differences)


def test_the_demo_has_something_in_every_public_mart(database, warehouse):
    grains = public_marts(json.loads((warehouse.parent / "target" / "manifest.json").read_text()))
    with duckdb.connect(str(database), read_only=True) as connection:
        empty = [
            mart
            for mart in grains
            if connection.execute(f"select count(*) from main.{mart}").fetchone() == (0,)
        ]
    assert not empty
