"""`python -m benchmark`: how fast the project is on an organisation of a given size.

Prints tables and appends one JSON line a run to `results.jsonl` beside this module. Timings never fail a run;
figures that are wrong do.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmark.build import COVERED, MODELS_ONLY, Build, build, prepare
from benchmark.correctness import tables_that_differ
from benchmark.floor import differences, measure_floor
from benchmark.generate import Organisation, change, copy_raw_tables, generate
from benchmark.loading import Loading, measure_loading
from benchmark.measure import REPOSITORY, Cost, RunError, apart

RESULTS = Path(__file__).with_name("results.jsonl")
GROWTH = (100_000, 300_000, 1_000_000)
LARGEST = 3_000_000
DELAYS = [0.0, 0.1]  # loopback, and a fast site
LOADED_SIZES = (5_000, 10_000, 20_000)
UNPACKED = "+config.materialized:incremental"
CLOUD_SHARE = 0.8  # of an organisation's artifacts, a little less

console = Console()


def main(
    size: Annotated[int, typer.Option(help="How many artifacts.", min=1_000)] = 100_000,
    with_tests: Annotated[bool, typer.Option(help="Also time the build with all its data tests.")] = True,
    growth: Annotated[bool, typer.Option("--growth", help="Compare 100k, 300k and 1M artifacts.")] = False,
    largest: Annotated[bool, typer.Option("--largest", help="With --growth: 3M artifacts, too.")] = False,
    loading: Annotated[bool, typer.Option("--loading", help="Time `streamgauge load`.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only whether the figures are right: floor, and after changes.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where to work; needs room.")] = REPOSITORY
    / "target"
    / "benchmark",
) -> None:
    """Measure builds against a hand-written floor, after changes, in growth, and loads."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work, _failures_in_red():
        if check:
            _check(Path(work), size)
            return
        result: dict[str, Any] = {"at": dt.datetime.now(dt.UTC).isoformat(), "machine": _machine()}
        if loading:
            result["loading"] = [_loading(Path(work), sized) for sized in LOADED_SIZES]
        elif growth:
            sizes = (*GROWTH, LARGEST) if largest else GROWTH
            result["growth"] = _growth(Path(work), sizes)
        else:
            result |= _measure(Path(work), size, with_tests=with_tests)
        with RESULTS.open("a", encoding="utf-8") as results:
            results.write(json.dumps(result) + "\n")


# ---------------------------------------------------------------------- one size in full


def _measure(work: Path, size: int, *, with_tests: bool) -> dict[str, Any]:
    organisation = _generated(work, size)
    whole = _build(organisation, "all models")
    covered, floor = _against_floor(organisation)
    runs = {"models the floor covers": covered, "all models": whole}
    if with_tests:
        runs["all models, with tests"] = _build(organisation, "all models with their tests", options=())
    changed = apart(change, organisation, 1)
    runs["after 1% changed"] = _build(organisation, f"all models, {changed:,} artifacts changed")
    edit_mapping(organisation)
    runs["after one mapping row was edited"] = _build(organisation, "all models, one mapping row edited")
    _print_runs(size, runs, floor)
    _print_slowest(runs["all models"])
    return {
        "size": size,
        "runs": {name: _build_as_dict(run) for name, run in runs.items()},
        "floor": floor.as_dict(),
        "ratio": covered.cost / floor,
    }


def _generated(work: Path, size: int) -> Organisation:
    with console.status(f"writing {size:,} artifacts"):
        organisation = apart(generate, work / f"size_{size}", size)
        prepare(organisation)
    return organisation


def _against_floor(organisation: Organisation) -> tuple[Build, Cost]:
    """The covered models' build, which unpacks all anew, and the floor, whose figures must agree."""
    options = (*MODELS_ONLY, "--full-refresh")
    covered = _build(organisation, "models that the floor covers", select=COVERED, options=options)
    with console.status("the floor"):
        floor = measure_floor(organisation)
    _hold_against_floor(organisation)
    return covered, floor


def _hold_against_floor(organisation: Organisation) -> None:
    with console.status("the floor's figures against the marts'"):
        found = apart(differences, organisation)
    if found:
        lines = [f"{d.table}.{d.column}: {d.cells:,} cells, such as {d.example}" for d in found]
        raise RunError("\n".join(["The floor and the marts differ:", *lines]))
    console.print("The floor's figures equal the marts', cell by cell.")


def _build(
    organisation: Organisation,
    what: str,
    *,
    select: tuple[str, ...] = (),
    options: tuple[str, ...] = MODELS_ONLY,
) -> Build:
    with console.status(f"dbt build: {what}"):
        return build(organisation, select=select, options=options)


def edit_mapping(organisation: Organisation) -> None:
    """An analyst's edit: what waits for quality assurance is being worked on after all."""
    seed = organisation.seeds / "state_mapping.csv"
    with seed.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    edited = next(row for row in rows if row["tool_state"] == "Ready for QA")
    edited["abstract_state"] = "active"
    with seed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


# ---------------------------------------------------------------------- growth, loading, correctness


def _growth(work: Path, sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """All models and the floor at several sizes."""
    table = Table(
        "artifacts", "all models", "CPU", "memory", "covered", "floor", "ratio", "database", title="Growth"
    )
    found = []
    for size in sizes:
        organisation = _generated(work, size)
        whole = _build(organisation, "all models")
        covered, floor = _against_floor(organisation)
        table.add_row(
            f"{size:,}",
            _seconds(whole.cost.wall_seconds),
            _seconds(whole.cost.cpu_seconds),
            _gigabytes(whole.cost.peak_bytes),
            _seconds(covered.cost.wall_seconds),
            _seconds(floor.wall_seconds),
            f"{covered.cost / floor:.2f}",
            _gigabytes(whole.database_bytes),
        )
        found.append(
            {
                "size": size,
                "all": _build_as_dict(whole),
                "covered": _build_as_dict(covered),
                "floor": floor.as_dict(),
            }
        )
        shutil.rmtree(organisation.database.parent)
    console.print(table)
    return found


def _loading(work: Path, issues: int) -> list[dict[str, Any]]:
    """A load of about so many Jira issues, for each delay of an answer."""
    organisation = _generated(work, round(issues / CLOUD_SHARE))
    with console.status(f"loading {issues:,} issues"):
        loads = measure_loading(organisation, DELAYS)
    table = Table(
        "",
        "load",
        "CPU",
        "memory",
        "download",
        "ratio",
        "rows/s",
        title=f"Loading {loads[0].issues:,} issues",
    )
    for load in loads:
        table.add_row(
            f"{load.delay_seconds * 1000:.0f} ms an answer",
            _seconds(load.load.wall_seconds),
            _seconds(load.load.cpu_seconds),
            _gigabytes(load.load.peak_bytes),
            _seconds(load.download_seconds),
            f"{load.ratio:.2f}",
            f"{load.rows_per_second:,.0f}",
        )
    console.print(table)
    return [_loading_as_dict(load) for load in loads]


def _check(work: Path, size: int) -> None:
    """Whether the marts equal the floor, and builds after changes equal a full rebuild."""
    organisation = _generated(work, size)
    _build(organisation, "models that the floor covers, and all that unpacks", select=(*COVERED, UNPACKED))
    with console.status("the floor"):
        measure_floor(organisation)
    _hold_against_floor(organisation)
    change(organisation, 1)
    edit_mapping(organisation)
    _build(organisation, "after 1% changed and a mapping row was edited")
    built_on = organisation.database.rename(organisation.database.with_name("built_on.duckdb"))
    copy_raw_tables(built_on, organisation.database)
    _build(organisation, "anew")
    if found := tables_that_differ(built_on, organisation.database):
        raise RunError(f"After changes these differ from a full rebuild: {', '.join(found)}")
    console.print("Builds after changes equal a full rebuild, row by row.")


@contextmanager
def _failures_in_red() -> Iterator[None]:
    try:
        yield
    except RunError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


# ---------------------------------------------------------------------- what is printed and kept


def _print_runs(size: int, runs: dict[str, Build], floor: Cost) -> None:
    table = Table(
        "run",
        "wall",
        "CPU",
        "memory",
        "staging",
        "intermediate",
        "marts",
        "database",
        title=f"{size:,} artifacts",
    )
    for name, run in runs.items():
        layers = run.layers
        table.add_row(
            name,
            _seconds(run.cost.wall_seconds),
            _seconds(run.cost.cpu_seconds),
            _gigabytes(run.cost.peak_bytes),
            *(_seconds(layers[layer]) for layer in ("staging", "intermediate", "marts")),
            _gigabytes(run.database_bytes),
        )
    table.add_row(
        "floor",
        _seconds(floor.wall_seconds),
        _seconds(floor.cpu_seconds),
        _gigabytes(floor.peak_bytes),
        "",
        "",
        "",
        "",
    )
    console.print(table)
    covered, whole = runs["models the floor covers"], runs["all models"]
    staging, changed = whole.layers["staging"], runs["after 1% changed"].layers["staging"]
    edited = runs["after one mapping row was edited"].layers["staging"]
    console.print(
        f"Ratio to the floor: {covered.cost / floor:.2f} for the models that it covers (these give teams, "
        f"value streams and the organisation, too), {whole.cost / floor:.2f} for all.\n"
        f"Staging after 1% changed: {changed / staging:.0%} of a full one, "
        f"after a mapping edit: {edited / staging:.0%}."
    )


def _print_slowest(run: Build) -> None:
    table = Table("model", "seconds", title="Ten slowest models (they run side by side)")
    for name, seconds in run.slowest:
        table.add_row(name, _seconds(seconds))
    console.print(table)


def _build_as_dict(run: Build) -> dict[str, Any]:
    return {
        **run.cost.as_dict(),
        "database_bytes": run.database_bytes,
        "layers": run.layers,
        "slowest": dict(run.slowest),
    }


def _loading_as_dict(load: Loading) -> dict[str, Any]:
    return {
        "issues": load.issues,
        "delay_seconds": load.delay_seconds,
        "load": load.load.as_dict(),
        "download_seconds": load.download_seconds,
        "ratio": load.ratio,
        "rows_per_second": load.rows_per_second,
        "downloaded_bytes": load.downloaded_bytes,
    }


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _gigabytes(count: float) -> str:
    return f"{count / 1e9:.2f} GB"


if __name__ == "__main__":
    typer.run(main)
