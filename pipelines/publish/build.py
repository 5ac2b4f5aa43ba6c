"""What the warehouse says of the build it holds, and whether that may be published.

dbt writes one row into `audit.build` before and after each run (macros/audit), so the record cannot belong to
another warehouse, and a run that was killed leaves its mark.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import PublishError

REBUILD = "Run `dbt build` to its end, without a selection, then publish"


@dataclass(frozen=True)
class Mart:
    """A public table of the warehouse, and what it and its columns mean."""

    name: str
    schema: str
    table: str
    description: str
    columns: dict[str, str]


@dataclass(frozen=True)
class Build:
    """A whole green build.

    Args:
        invocation_id: dbt's id of the run
        dbt_version: version of dbt that ran
        started_at: when it began, UTC
        as_of: the build's clock, UTC
        reporting_timezone: where its days begin
        counts: number of results by kind of node and status
        warnings: names of the tests that only warned
        seeds: path (relative to the project) and SHA-256 of each seed file as it was read; None for a file of
            more than a mebibyte, which dbt does not hash
        marts: the public tables
    """

    invocation_id: str
    dbt_version: str
    started_at: dt.datetime
    as_of: dt.datetime
    reporting_timezone: str
    counts: dict[str, dict[str, int]]
    warnings: list[str]
    seeds: dict[str, str | None]
    marts: list[Mart]


def read_build(warehouse: duckdb.DuckDBPyConnection, name: str) -> Build:
    """The build that a warehouse holds.

    Args:
        warehouse: connection on it
        name: how to call it in messages

    Raises:
        PublishError: it holds no whole green build
    """
    try:
        row = warehouse.execute(
            "select status, command, invocation_id, dbt_version, started_at, as_of, reporting_timezone,"
            " details from audit.build"
        ).fetchone()
    except duckdb.Error:  # no such table, or one of another version of this project
        row = None
    if row is None:
        raise PublishError(name, "no build has left its record here", REBUILD)
    status, command, *what = row
    details = json.loads(what.pop())
    if status == "running":
        raise PublishError(name, f"`dbt {command}` has begun and not come to its end", REBUILD)
    if status == "red":
        raise PublishError(name, f"`dbt {command}` failed: {_some(details['failures'])}", REBUILD)
    if status == "partial":
        missing = _some(details["missing"]) or "rows"
        raise PublishError(name, f"the last run, `dbt {command}`, left something out: {missing}", REBUILD)
    if what[3] is None:
        raise PublishError(name, "nothing was ever loaded, so no time is known", "Run `streamgauge load`")
    return _build(details, *what)


def _build(
    details: dict[str, Any],
    invocation_id: str,
    dbt_version: str,
    started_at: dt.datetime,
    as_of: dt.datetime,
    reporting_timezone: str,
) -> Build:
    return Build(
        invocation_id,
        dbt_version,
        started_at.replace(tzinfo=dt.UTC),
        as_of.replace(tzinfo=dt.UTC),
        reporting_timezone,
        details["counts"],
        sorted(details["warnings"]),
        {seed["path"]: seed["sha256"] for seed in sorted(details["seeds"], key=lambda seed: seed["path"])},
        [Mart(**mart) for mart in sorted(details["marts"], key=lambda mart: mart["name"])],
    )


def _some(names: list[str], most: int = 3) -> str:
    shown = ", ".join(sorted(names)[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def check_seeds(project: Path, build: Build) -> None:
    """See that the seeds are those that were built.

    Raises:
        PublishError: one was changed since
    """
    for path, expected in build.seeds.items():
        if expected is not None and _seed_hash(project / path) != expected:
            raise PublishError(
                path,
                "it was changed after the build, whose figures do not show it",
                "Run `dbt build`, then publish",
            )


def _seed_hash(path: Path) -> str | None:
    """The hash that dbt gives a seed: of its text without outer blanks. None if nobody can read it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return hashlib.sha256(text.strip().encode()).hexdigest()


def seed_revisions(project: Path, build: Build) -> list[dict[str, Any]]:
    """For each folder of seeds the last git commit that touched it, and whether it was edited since.

    Outside of git both are None: nothing is known.
    """
    revisions = []
    for folder in sorted({str(Path(path).parent) for path in build.seeds}):
        commit = _git(project / folder, "log", "-1", "--format=%H", "--", ".")
        changed = _git(project / folder, "status", "--porcelain", "--", ".") if commit else None
        revisions.append(
            {
                "folder": folder,
                "revision": commit or None,
                "is_modified": None if changed is None else bool(changed),
            }
        )
    return revisions


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        said = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip()
