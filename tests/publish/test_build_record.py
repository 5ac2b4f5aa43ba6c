"""What dbt leaves in `audit.build`, tried with a project of one seed, two models and a test."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.errors import PublishError
from pipelines.publish.build import Build, check_seeds, read_build
from tests.project.repository import ROOT, project

# `more` makes `every_limit_is_low` fail, `sleep` makes a model wait to be killed.
FILES = {
    "seeds/limits.csv": "limit_name,limit_value\nwip,3\n\n",
    "models/int_clock__as_of.sql": "select timestamp '2026-07-08 09:00:00' as as_of",
    "models/marts/flow_things.sql": (
        "select limit_name, limit_value from {{ ref('limits') }}"
        "{% if var('sleep', false) %}, (select sum(sqrt(range)) from range(100000000000)) as slow{% endif %}"
    ),
    "models/marts/_marts.yml": yaml.safe_dump(
        {
            "models": [
                {
                    "name": "flow_things",
                    "description": 'One row per thing, as it\'s \\ "meant".',
                    "columns": [{"name": "limit_name", "description": "Key."}],
                }
            ]
        }
    ),
    "tests/every_limit_is_low.sql": (
        "select * from {{ ref('flow_things') }} where limit_value + {{ var('more', 0) }} > 5"
    ),
}


# Runs dbt several times in one process, and keeps a copy of the warehouse after each.
RUNS = """
import json, shutil, sys

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

for number, arguments in enumerate(json.loads(sys.argv[1])):
    print(number, dbtRunner().invoke(arguments).success, file=sys.stderr)
    DuckDBConnectionManager.close_all_connections()
    shutil.copy("warehouse.duckdb", f"{number}.duckdb")
"""


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project with the hooks and the settings of marts of this one."""
    folder = tmp_path_factory.mktemp("things")
    settings = project()
    (folder / "macros").mkdir()
    shutil.copy(ROOT / "macros" / "reporting_timezone.sql", folder / "macros")
    hooks = {
        "on-run-start": [hook for hook in settings["on-run-start"] if "build_record" in hook],
        "on-run-end": settings["on-run-end"],
    }
    files = {
        "dbt_project.yml": {
            "name": "things",
            "profile": "things",
            "macro-paths": ["macros", str(ROOT / "macros" / "audit")],
            "vars": {"reporting_timezone": "Europe/Berlin"},
            "models": {"things": {"marts": settings["models"]["streamgauge"]["marts"]}},
            "flags": {"send_anonymous_usage_stats": False},
            **hooks,
        },
        "profiles.yml": {
            "things": {
                "target": "duckdb",
                "outputs": {"duckdb": {"type": "duckdb", "path": "warehouse.duckdb"}},
            }
        },
    }
    for name, text in {**{name: yaml.safe_dump(file) for name, file in files.items()}, **FILES}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    surroundings = {
        name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "STREAMGAUGE_"))
    }
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def record(database: Path) -> Build | str:
    """The build, as publishing sees it, or why there is none."""
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            return read_build(connection, "warehouse")
        except PublishError as error:
            return str(error)


def test_only_a_whole_green_build_is_one_to_publish(things: Path) -> None:
    some, more = ["--select", "flow_things"], ["--vars", "{more: 9}"]
    runs: list[tuple[list[str], bool, str | None]] = [
        (["build"], True, None),
        (["test", *some], True, None),
        (["test", *more], False, "`dbt test` failed: every_limit_is_low."),
        (["build", *more], False, "`dbt build` failed: every_limit_is_low."),
        (
            ["run", *some],
            True,
            "`dbt run`, left something out: every_limit_is_low, int_clock__as_of, limits.",
        ),
        (["build", "--exclude", "every_limit_is_low"], True, "left something out: every_limit_is_low."),
        (["build", "--empty"], True, "`dbt build`, left something out: rows."),
        (["build"], True, None),
    ]
    dbt = start(things, "-c", RUNS, json.dumps([arguments for arguments, _, _ in runs]))
    said, errors = dbt.communicate(timeout=120)
    assert errors.split() == [str(part) for number, run in enumerate(runs) for part in (number, run[1])], said

    for number, (arguments, _, refusal) in enumerate(runs):
        found = record(things / f"{number}.duckdb")
        if refusal is None:
            assert isinstance(found, Build), arguments
        else:
            assert isinstance(found, str), arguments
            assert refusal in found
    first, after_a_green_test = record(things / "0.duckdb"), record(things / "1.duckdb")
    assert first == after_a_green_test
    assert isinstance(first, Build)
    assert first.as_of == dt.datetime(2026, 7, 8, 9, tzinfo=dt.UTC)
    assert first.reporting_timezone == "Europe/Berlin"
    assert first.counts == {"model": {"success": 2}, "seed": {"success": 1}, "test": {"pass": 1}}
    assert [(mart.name, mart.description, mart.columns) for mart in first.marts] == [
        ("flow_things", 'One row per thing, as it\'s \\ "meant".', {"limit_name": "Key."})
    ]
    check_seeds(things, first)


def test_a_killed_build_leaves_its_mark(things: Path) -> None:
    dbt = start(things, "-m", "dbt.cli.main", "build", "--vars", "{sleep: true}")
    assert dbt.stdout is not None
    for line in dbt.stdout:
        if "START sql table model main.flow_things" in line:
            break
    dbt.kill()
    dbt.communicate()
    refusal = record(things / "warehouse.duckdb")
    assert isinstance(refusal, str)
    assert "`dbt build` has begun and not come to its end" in refusal
