"""The demo organisation, loaded and built once for all tests that need a warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock
from rich.console import Console

from pipelines.demo.command import build, load_company
from pipelines.demo.company import Company, found


@pytest.fixture(scope="session")
def company() -> Company:
    return found(size=1500, seed=1)


@pytest.fixture(scope="session")
def demo_database(company: Company, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A small demo's warehouse: loaded through the stand-ins, and built with all data and unit tests.

    The processes of a run share it, so a test that writes, or whose program would, takes a copy.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "demo"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            path = tmp_path_factory.mktemp("unfinished") / "demo.duckdb"
            console = Console(quiet=True)
            load_company(company, path, console)
            build(path, console, "--target-path", str(path.parent / "target"))
            path.parent.rename(folder)
    return folder / "demo.duckdb"
