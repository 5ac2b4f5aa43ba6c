"""The demo organisation, loaded and built once for all tests that need a warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from pipelines.demo.command import build, load_company
from pipelines.demo.company import Company, found


@pytest.fixture(scope="session")
def company() -> Company:
    return found(size=1500, seed=1)


@pytest.fixture(scope="session")
def demo_database(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo's warehouse: loaded through the stand-ins, and built with all data and unit tests."""
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    console = Console(quiet=True)
    load_company(company, path, console)
    build(path, console, "--target-path", str(path.parent / "target"))  # tests run side by side
    return path
