"""`streamgauge publish`: what it says, and its exit code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines import cli
from pipelines.errors import PublishError
from pipelines.publish import command
from pipelines.publish.versions import Published
from tests.publish.conftest import Warehouse


@pytest.fixture(autouse=True)
def workplace(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMGAUGE_DATABASE", str(warehouse.database))
    monkeypatch.setenv("STREAMGAUGE_PUBLISHED", str(warehouse.published))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(warehouse.project)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["publish", *arguments])


def test_it_says_what_readers_read_now(warehouse: Warehouse) -> None:
    counts = {"test": {"pass": 1200, "warn": 1}, "unit_test": {"pass": 34}}
    warehouse.build(1, counts=counts, warnings=["assert_a"], seeds=[{"path": "seeds/a.csv", "sha256": None}])
    result = run()
    assert result.exit_code == 0, result.output
    assert ": 3 tables, 201 rows, as of 2026-07-08T09:00:00+00:00" in result.stdout
    assert "1,234 passed, 1 warned" in result.stdout
    assert "seeds (not in git)" in result.stdout
    assert f"{warehouse.published}/latest/streamgauge.duckdb" in result.stdout


def test_the_list_marks_the_version_that_is_read(warehouse: Warehouse) -> None:
    for number in (1, 2):
        warehouse.build(number)
        assert run("--keep", "2").exit_code == 0
    assert run("--rollback").exit_code == 0
    lines = [line.split() for line in run("--list").stdout.splitlines()]
    assert len(lines) == 3
    assert [line[0] == "current" for line in lines[1:]] == [False, True]
    newest = lines[1][0]
    assert f"Rolled back to {newest}" in run("--rollback", "--version", newest).stdout


def test_a_refusal_is_one_plain_sentence(warehouse: Warehouse) -> None:
    warehouse.build(1, "red", failures=["assert_a"])
    result = run()
    assert result.exit_code == 1
    assert "`dbt build` failed: assert_a. Run `dbt build` to its end" in result.stderr
    assert result.stdout == ""


def test_a_version_is_for_rollbacks() -> None:
    result = run("--version", "20260708T090000.000Z")
    assert result.exit_code == 1
    assert "Give --rollback with it" in result.stderr


def test_copies_are_made_and_a_failed_one_is_said(warehouse: Warehouse) -> None:
    warehouse.build(1)
    share = warehouse.project / "share"
    result = run("--to", str(share), "--to", "postgresql://me:secret@127.0.0.1:1/flow")
    assert result.exit_code == 1
    assert f"copied  {share}" in result.stdout
    assert "postgresql://me@127.0.0.1:1/flow, schema streamgauge: " in result.stderr
    assert "secret" not in result.output
    assert (share / "current").read_text() == (warehouse.published / "current").read_text()


@pytest.mark.parametrize("back", [False, True])
def test_no_other_publish_comes_between_a_version_and_its_copies(
    back: bool, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a slow copy of the older one could end last. Loads and builds need not wait for it."""
    for number in (1, 2):
        warehouse.build(number)
        warehouse.publish()
    copied: list[str] = []

    def copy(snapshot: Path, url: str, schema: str, keep: int) -> None:
        warehouse.build(3)
        with pytest.raises(PublishError, match="another publish is at work here"):
            warehouse.publish()
        copied.append(snapshot.name)

    monkeypatch.setattr(command, "copy", copy)
    result = run("--to", "there", *(["--rollback"] if back else []))
    assert result.exit_code == 0, result.output
    assert copied == [Published(warehouse.published).current()]


def test_a_folder_that_cannot_be_written_is_one_plain_sentence(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.published.write_text("a file")
    for arguments in ([], ["--rollback"]):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "it cannot be changed" in result.stderr
        assert isinstance(result.exception, SystemExit)


def test_without_tableaus_library_nothing_is_published(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.build(1)
    monkeypatch.setitem(sys.modules, "tableauhyperapi", None)
    result = run("--hyper")
    assert result.exit_code == 1
    assert "Tableau's library is not installed. Install it with `.venv/bin/uv sync" in result.stderr
    assert not (warehouse.published / "current").exists()
