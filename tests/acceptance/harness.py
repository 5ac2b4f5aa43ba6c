"""Runs the product as a user would: a replayed tool, `streamgauge load`, `dbt`, a look at the warehouse."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("STREAMGAUGE_SHARED", REPOSITORY.parent / "shared"))
SEEDS = Path(__file__).parent / "seeds"
BIN = Path(sys.executable).parent
PUBLIC = ("dim_", "fct_", "flow_", "product_flow_metrics", "mapping_", "artifact_accounting")
FAULTS = ("--fault-rate", "0.1", "--fault-limit", "120")


@dataclass(frozen=True)
class Case:
    """A pack, how it is served and configured, and the clock and zone of its build."""

    pack: str
    flavour: str
    connection: str
    settings: dict[str, str]
    as_of: str
    zone: str
    steps: tuple[str, ...]  # earlier instants at which the tool is loaded before the whole of it is
    seeds_folder: Path | None = None

    @property
    def tool(self) -> str:
        return self.settings["tool"]

    @property
    def seeds(self) -> Path:
        return self.seeds_folder or SEEDS / self.pack

    @property
    def dbt_vars(self) -> dict[str, Any]:
        return {"tools": [self.tool], "as_of": self.as_of, "reporting_timezone": self.zone}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def replay(case: Case, port: int, *options: str) -> Iterator[str]:
    """The replay server of a pack on a port; yields its base URL."""
    command = [sys.executable, str(SHARED / "replay" / "serve.py"), case.flavour]
    command += [str(SHARED / "real" / case.pack), "--port", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.send_signal(signal.SIGTERM)


def environment(database: Path, **values: str) -> dict[str, str]:
    """The process environment without any configuration of the person who runs the tests."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("CONNECTIONS__", "STREAMGAUGE_", "DBT_"))
    }
    return kept | {"STREAMGAUGE_DATABASE": str(database), **values}


def run(command: Sequence[str | Path], cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True)


def succeed(done: subprocess.CompletedProcess[str]) -> str:
    """The command's output; fails the test with the end of it if the command failed."""
    told = "\n".join([*done.stdout.splitlines()[-40:], *done.stderr.splitlines()[-40:]])
    assert done.returncode == 0, f"{' '.join(done.args)} failed:\n{told}"
    return done.stdout


def load(
    case: Case,
    folder: Path,
    port: int,
    *options: str,
    clocks: Sequence[str] = (),
    lake: Path | None = None,
) -> Path:
    """Loads the pack into a new warehouse in `folder`, or into a lake: at each clock, then whole."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "warehouse.duckdb"
    for clock in (*clocks, None):
        at = ("--clock", clock) if clock else ()
        with replay(case, port, *options, *at) as url:
            values = {"url": url, "api_token": "secret-token", **case.settings}
            prefix = f"CONNECTIONS__{case.connection.upper()}__"
            env = environment(
                database,
                PRIVACY__PSEUDONYM_KEY="0" * 64,
                RUNTIME__REQUEST_BACKOFF_FACTOR="0.1",
                **({"STREAMGAUGE_LAKE": str(lake)} if lake else {}),
                **{prefix + key.upper(): value for key, value in values.items()},
            )
            succeed(run([BIN / "streamgauge", "load"], folder, env))
    return database


@cache
def workshop(tool: str) -> TemporaryDirectory[str]:
    """A folder of this process, in which the warehouses of a tool's packs take turns."""
    return TemporaryDirectory(prefix=f"{tool}-")


def dbt(case: Case, database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A dbt command on a warehouse, always under one name, else dbt would read the whole project anew."""
    folder = Path(workshop(case.tool).name)
    here, seeds = folder / "warehouse.duckdb", folder / "seeds"
    seeds.unlink(missing_ok=True)
    seeds.symlink_to(case.seeds)
    command = [BIN / "dbt", "--no-use-colors", *arguments, "--vars", json.dumps(case.dbt_vars)]
    command += ["--target-path", folder / "target", "--log-path", folder / "logs"]
    shutil.move(database, here)
    try:
        return run(command, REPOSITORY, environment(here, STREAMGAUGE_SEEDS=str(seeds)))
    finally:
        shutil.move(here, database)


def build(case: Case, database: Path) -> None:
    """`dbt build` with every data test, since a unit test needs no data; fails on an error or a warning."""
    told = succeed(dbt(case, database, "build", "--exclude-resource-type", "unit_test"))
    warnings = [line for line in told.splitlines() if "[WARNING]" in line or " WARN " in line]
    assert not warnings, "\n".join(warnings)
    assert " WARN=0 " in told


def build_marts(case: Case, database: Path) -> None:
    """All models without their tests, which the base case has run."""
    succeed(dbt(case, database, "build", "--exclude-resource-type", "test", "unit_test"))


def public_marts(warehouse: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    rows = warehouse.execute(
        "select table_name from information_schema.tables where table_catalog = ? and table_schema = 'main'",
        [catalog],
    ).fetchall()
    return sorted(name for (name,) in rows if name.startswith(PUBLIC))


def mart_differences(one: Path, other: Path) -> dict[str, tuple[int, int]]:
    """Per public mart that is not the same: rows that only the one, and only the other, warehouse has."""
    found = {}
    with duckdb.connect() as both:
        both.execute(f"attach '{one}' as one (read_only)")
        both.execute(f"attach '{other}' as other (read_only)")
        names = public_marts(both, "one")
        assert names == public_marts(both, "other")
        for name in names:
            counts = [
                both.execute(
                    f"select count(*) from (from {a}.main.{name} except all from {b}.main.{name})"
                ).fetchone()
                for a, b in (("one", "other"), ("other", "one"))
            ]
            only_one, only_other = (count[0] for count in counts if count)
            if only_one or only_other:
                found[name] = (only_one, only_other)
    return found


def figure_differences(
    database: Path, mart: str, expected: Path, keys: Sequence[str], figures: Sequence[str], shown: int = 20
) -> list[str]:
    """Where a mart differs from the expected rows: rows that one of them lacks, and cells that are not equal.

    `expected` is a CSV with a header; an empty cell is null. Floating-point figures may be off by 1e-9.
    """
    with duckdb.connect() as db:
        db.execute(f"attach '{database}' as warehouse (read_only)")
        db.execute("use warehouse")
        types = dict(
            db.execute(
                "select column_name, data_type from information_schema.columns where table_name = ?", [mart]
            ).fetchall()
        )
        assert {*keys, *figures} <= set(types), f"{mart} lacks {({*keys, *figures}) - set(types)}"
        casts = ", ".join(f"{name}::{types[name]} as {name}" for name in (*keys, *figures))
        source = f"read_csv('{expected}', header = true, all_varchar = true)"
        db.execute(f"create temp table expected as select {casts} from {source}")
        same_key = " and ".join(f"m.{name} is not distinct from e.{name}" for name in keys)
        key = " || ' ' || ".join(f"coalesce(m.{name}::varchar, e.{name}::varchar, '')" for name in keys)
        cells = ", ".join(cell_difference(name, types[name]) for name in figures)
        rows = db.execute(
            f"""
            with compared as (
                select
                    {key} as row_key,
                    case
                        when e.{keys[0]} is null then ['is only in the mart']
                        when m.{keys[0]} is null then ['is missing from the mart']
                        else list_filter([{cells}], lambda x: x is not null)
                    end as problems
                from {mart} as m
                full join expected as e on {same_key}
            )
            select row_key, problems, count(*) over () from compared where len(problems) > 0
            order by row_key limit {shown}
            """
        ).fetchall()
    lines = [f"{mart} {row_key}: {'; '.join(problems)}" for row_key, problems, _ in rows]
    return [f"{rows[0][2]} rows of {mart} differ, among them:", *lines] if rows else []


def cell_difference(name: str, data_type: str) -> str:
    """SQL that is null where a cell is as expected, else a text that says what is wrong."""
    differs = f"m.{name} is distinct from e.{name}"
    if data_type == "DOUBLE":
        near = f"abs(m.{name} - e.{name}) <= 1e-9 * greatest(1, abs(e.{name}))"
        differs += f" and not coalesce({near}, false)"
    found, wanted = (f"coalesce({side}.{name}::varchar, 'null')" for side in "me")
    return f"case when {differs} then '{name} is ' || {found} || ', not ' || {wanted} end"
