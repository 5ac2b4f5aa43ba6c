"""Folders of seeds for tests: the header of every file, and rows where a test wants them."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.mapping.check import Problem, check_seeds
from pipelines.mapping.rules import ROOT, seeds

DEMO_SEEDS = ROOT / "pipelines" / "demo" / "seeds"
ORGANISATION = [name for name, seed in seeds().items() if not seed.is_default]
# Rows that others refer to.
PRODUCTS = ["payments,Payments,,,"]
CALENDAR = ["berlin,Europe/Berlin,monday,09:00,17:00"]


def header(seed: str) -> str:
    return ",".join(seeds()[seed].columns)


def write_seeds(folder: Path, **rows: list[str]) -> Path:
    """A folder with the given rows in the named seeds."""
    folder.mkdir(exist_ok=True)
    for seed in ORGANISATION:
        lines = [header(seed), *rows.get(seed, [])]
        (folder / f"{seed}.csv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def copy_demo(folder: Path) -> Path:
    return shutil.copytree(DEMO_SEEDS, folder)


def said(problem: Problem) -> str:
    """A problem as it is printed, with the file's name alone."""
    return f"{problem.path.name} line {problem.line}: {problem.text}"


def problems(folder: Path) -> list[str]:
    """What `streamgauge check` says of a folder."""
    return [said(problem) for problem in check_seeds(folder).problems]
