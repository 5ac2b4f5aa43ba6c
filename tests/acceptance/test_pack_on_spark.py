"""A recorded pack, loaded in steps into a lake and built on Spark: the same cells as on DuckDB."""

import json

from tests.acceptance.harness import build_marts, free_port, load
from tests.acceptance.test_packs import JIRA_DC
from tests.spark.engine import build_on_spark
from tests.spark.marts import differences, public_marts


def test_every_public_mart_of_a_pack_has_the_same_cells_on_spark(tmp_path):
    port = free_port()  # the tool's address is part of what is loaded
    database = load(JIRA_DC, tmp_path / "duckdb", port, clocks=JIRA_DC.steps)
    build_marts(JIRA_DC, database)
    lake = tmp_path / "lake"
    load(JIRA_DC, tmp_path / "spark", port, clocks=JIRA_DC.steps, lake=lake)
    warehouse = build_on_spark(
        tmp_path / "spark",
        lake,
        JIRA_DC.seeds,
        JIRA_DC.dbt_vars,
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    grains = public_marts(json.loads((tmp_path / "spark" / "target" / "manifest.json").read_text()))
    found = list(differences(database, warehouse, grains))
    assert not found, "\n".join(found)
