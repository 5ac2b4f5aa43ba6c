from pathlib import Path

import pytest
from rich.console import Console

from pipelines.demo.command import build, load_company
from pipelines.demo.company import Company, found


@pytest.fixture(scope="session")
def company() -> Company:
    return found(size=1500, seed=1)


@pytest.fixture(scope="session")
def database(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's warehouse, loaded and built with all its tests."""
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    console = Console(quiet=True)
    load_company(company, path, console)
    build(path, console)
    return path
