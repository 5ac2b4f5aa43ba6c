"""Runs dbt on a Spark of its own, which ends with the command: its tables stay, as Parquet files."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIGURATION = Path(__file__).parent


def build_on_spark(folder: Path, lake: Path, seeds: Path, variables: dict[str, Any], *options: str) -> Path:
    """`dbt build` of a lake.

    Args:
        folder: for the warehouse, and what dbt and Spark write besides
        lake: what `streamgauge load` filled
        seeds: the organisation's CSVs
        variables: dbt's
        options: more of `dbt build`

    Returns:
        The folder of the warehouse, with a folder for each table in `<schema>.db`.
    """
    warehouse = folder / "spark-warehouse"
    configuration = folder / "configuration"
    configuration.mkdir()
    shutil.copy(CONFIGURATION / "log4j2.properties", configuration)
    defaults = (CONFIGURATION / "spark-defaults.conf").read_text(encoding="utf-8")
    (configuration / "spark-defaults.conf").write_text(
        f"{defaults}spark.sql.warehouse.dir {warehouse}\nspark.local.dir {folder}\n", encoding="utf-8"
    )
    own = {
        "SPARK_CONF_DIR": str(configuration),
        "STREAMGAUGE_LAKE": str(lake),
        "STREAMGAUGE_SEEDS": str(seeds),
        "STREAMGAUGE_SPARK_CATALOG": "in-memory",
    }
    command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build", "--target", "spark"]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    command += ["--vars", json.dumps(variables), *options]
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **own}, capture_output=True, text=True, check=False
    )
    told = "\n".join(line for line in done.stdout.splitlines() if " OK " not in line and " PASS " not in line)
    assert done.returncode == 0, f"dbt build on Spark failed:\n{told}\n{done.stderr[-4000:]}"
    assert " WARN=0 " in done.stdout, told
    return warehouse
