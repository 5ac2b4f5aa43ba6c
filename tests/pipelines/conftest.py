"""What the tests of the pipelines share: a folder of their own, no waiting, no configuration from outside."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as project and as home, without connections from the environment."""
    for variable in os.environ:
        if variable.startswith(("CONNECTIONS__", "PRIVACY__", "STREAMGAUGE_")):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0")
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def database(workplace: Path) -> Path:
    """Where the warehouse of the test goes."""
    return workplace / "streamgauge.duckdb"
