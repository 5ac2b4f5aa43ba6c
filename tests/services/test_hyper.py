"""A Tableau extract, written and read with Tableau's own library in an environment that has it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.publish import current_snapshot
from tests.project.repository import ROOT
from tests.publish.conftest import Warehouse

READER = """
import sys
from tableauhyperapi import Connection, HyperProcess, Telemetry

with (
    HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as process,
    Connection(process.endpoint, sys.argv[1]) as connection,
):
    print([str(table.name.unescaped) for table in connection.catalog.get_table_names("public")])
    columns = connection.catalog.get_table_definition("fct_steps").columns
    print([f"{column.name.unescaped} {column.type}" for column in columns])
    print(connection.execute_list_query("select build, count(*) from dim_things group by build"))
"""


def run(*arguments: str | Path, folder: Path, **surroundings: str) -> str:
    uv = Path(sys.executable).with_name("uv")
    environment = ["--quiet", "--isolated", "--locked", "--no-dev", "--extra", "hyper", "--project", ROOT]
    said = subprocess.run(
        [uv, "run", *environment, "--python", sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_an_extract_has_every_table(warehouse: Warehouse) -> None:
    warehouse.build(3)
    run(
        *("streamgauge", "publish", "--hyper"),
        folder=warehouse.project,
        STREAMGAUGE_DATABASE=str(warehouse.database),
        STREAMGAUGE_PUBLISHED=str(warehouse.published),
    )
    extract = current_snapshot(warehouse.published) / "streamgauge.hyper"
    tables, columns, rows = run("python", "-c", READER, extract, folder=warehouse.project).splitlines()
    assert tables == "['dim_things', 'fct_steps', 'publication']"
    types = "['build INT', 'note TEXT', 'ratio DOUBLE', 'day DATE', 'at TIMESTAMP', 'is_even BOOL']"
    assert columns == types
    assert rows == "[[3, 100]]"
    assert not list(warehouse.project.glob("*.log"))
