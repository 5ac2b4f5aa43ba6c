"""An organisation whose tools are still empty: all is built, and every column that is built is described."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.connections import Connection
from pipelines.demo import github_api, jira_api
from pipelines.load import load_connection
from tests.project.repository import ROOT, files, resources

REPOSITORY = {
    "id": 1,
    "name": "web",
    "full_name": "acme/web",
    "owner": {"login": "acme", "type": "Organization"},
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("empty")
    database = folder / "streamgauge.duckdb"
    load_empty_tools(database)
    build(database, folder / "target")
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def load_empty_tools(database: Path) -> None:
    site = jira_api.JiraSite()
    host = github_api.GitHubHost({"acme/web": github_api.RepositoryData(REPOSITORY)})
    with jira_api.serve(site) as jira, github_api.serve(host) as github:
        for connection in (
            Connection("acme_jira", "jira", jira, site.token, site.email),
            Connection("acme_github", "github", github, "token", settings={"repositories": ["acme/web"]}),
        ):
            assert load_connection(connection, database, "key").error is None


def build(database: Path, target: Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("STREAMGAUGE_")}
    said = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "build", "--exclude-resource-type", "unit_test"],
        cwd=ROOT,
        env={**surroundings, "STREAMGAUGE_DATABASE": str(database), "DBT_TARGET_PATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout[-4000:]
    assert "WARN=0" in said.stdout


def test_every_built_column_is_described_and_every_described_column_is_built(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    built = {
        (table, column)
        for table, column in warehouse.sql(
            "select table_name, column_name from information_schema.columns"
            " where table_schema in ('main', 'staging', 'intermediate', 'seeds', 'semantic')"
        ).fetchall()
    }
    described = {
        (resource["name"], column["name"])
        for kind in ("models", "seeds")
        for _, resource in resources(kind)
        for column in resource.get("columns", [])
    }
    assert sorted(built - described) == [], "not described"
    assert sorted(described - built) == [], "not built"


@pytest.mark.parametrize("mart", [path.stem for path in files("models/marts", "*.sql")])
def test_a_mart_about_work_is_empty(warehouse: duckdb.DuckDBPyConnection, mart: str) -> None:
    about_the_setting = ("dim_", "mapping_usage", "artifact_accounting", "build_settings", "data_freshness")
    if not mart.startswith(about_the_setting):
        assert warehouse.table(mart).fetchall() == []


def test_every_artifact_is_accounted_for(warehouse: duckdb.DuckDBPyConnection) -> None:
    counts = warehouse.sql("select distinct artifact_count from artifact_accounting").fetchall()
    assert counts in ([], [(0,)]), json.dumps(counts)
