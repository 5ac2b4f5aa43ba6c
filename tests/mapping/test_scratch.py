"""Which version of the seeds an edit is compared with, and what the scratch builds take of a warehouse."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from pipelines.mapping.errors import MappingError
from pipelines.mapping.rules import ROOT
from pipelines.mapping.scratch import Scratch, base_seeds, edited_seeds, seeds_folder

AS_IT_WAS, AS_EDITED = "tool_state,abstract_state\nQA,active\n", "tool_state,abstract_state\nQA,waiting\n"


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one row of its own, in a repository whose only branch is `trunk`."""
    monkeypatch.delenv("STREAMGAUGE_SEEDS", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    clone = tmp_path / "clone"
    for folder in ("organisation", "defaults"):
        (clone / "seeds" / folder).mkdir(parents=True)
    (clone / "dbt_project.yml").write_text("vars: {}\n", encoding="utf-8")
    write(clone, AS_IT_WAS)
    git(clone, "init", "--quiet", "--initial-branch", "trunk")
    commit(clone, "Start")
    return clone


def git(clone: Path, *arguments: str) -> None:
    name = ("-c", "user.name=An Analyst", "-c", "user.email=analyst@example.invalid")
    subprocess.run(["git", *name, *arguments], cwd=clone, check=True, capture_output=True)


def commit(clone: Path, message: str) -> None:
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", message)


def write(clone: Path, states: str) -> None:
    (clone / "seeds" / "organisation" / "state_mapping.csv").write_text(states, encoding="utf-8")


def base(clone: Path, reference: str | None = None) -> str:
    return base_seeds(clone, reference, edited_seeds(clone)).organisation["state_mapping"]


def test_edits_that_are_not_committed_are_compared_with_the_default_branch_they_are_on(clone: Path) -> None:
    write(clone, AS_EDITED)
    assert base(clone) == AS_IT_WAS


def test_a_branch_is_compared_with_the_default_branch_whatever_its_name(clone: Path) -> None:
    git(clone, "switch", "--quiet", "--create", "edit")
    write(clone, AS_EDITED)
    commit(clone, "Edit")
    with pytest.raises(MappingError, match=r"git tells no default branch of .*: name it with --base"):
        base(clone)
    assert base(clone, "trunk") == AS_IT_WAS
    git(clone, "config", "init.defaultBranch", "trunk")
    assert base(clone) == AS_IT_WAS


def test_a_clone_knows_the_default_branch_of_its_server(clone: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(clone), str(other))
    git(other, "switch", "--quiet", "--create", "edit")
    write(other, AS_EDITED)
    (other / "seeds" / "defaults").mkdir()
    commit(other, "Edit")
    assert base(other) == AS_IT_WAS


def test_a_base_without_the_folder_says_so(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(clone / "seeds" / "organisation", clone / "my_seeds")
    monkeypatch.setenv("STREAMGAUGE_SEEDS", "my_seeds")
    before = base_seeds(clone, None, edited_seeds(clone))
    assert before.label.endswith(", which has no seeds in my_seeds,")
    assert before.organisation == {"state_mapping": "tool_state,abstract_state\n"}


def test_a_folder_that_is_not_there_is_named(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMGAUGE_SEEDS", "my_seed")
    with pytest.raises(MappingError, match=r"my_seed: STREAMGAUGE_SEEDS names the folder of your seeds"):
        seeds_folder(clone)


def test_seeds_that_are_not_utf8_are_named(clone: Path) -> None:
    states = clone / "seeds" / "organisation" / "state_mapping.csv"
    states.write_bytes(AS_EDITED.replace("QA", "Gepr\u00fcft").encode("cp1252"))
    with pytest.raises(MappingError, match=r"state_mapping\.csv is not UTF-8: run `streamgauge check`"):
        edited_seeds(clone)
    commit(clone, "Save in Excel")
    write(clone, AS_EDITED)
    with pytest.raises(MappingError, match=r"state_mapping\.csv at [0-9a-f]{9} is not UTF-8"):
        base(clone, "HEAD")


def test_a_byte_order_mark_is_no_edit(clone: Path) -> None:
    write(clone, "\ufeff" + AS_IT_WAS)
    commit(clone, "Save in Excel as UTF-8")
    write(clone, AS_IT_WAS)
    assert base(clone) == edited_seeds(clone).organisation["state_mapping"]


@pytest.mark.parametrize(
    "name", ["streamgauge", "memory", "temp", "scratch", "staging", 'o"hara', "two.dots"]
)
def test_staging_is_copied_from_a_warehouse_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "o'brien"
    (folder / "work").mkdir(parents=True)
    warehouse, copied = folder / f"{name}.duckdb", folder / "work" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        (catalog,) = connection.execute("select current_database()").fetchall()[0]
        here = '"' + catalog.replace('"', '""') + '"'
        connection.execute(f"""
            create table build_settings as select 1 as one;
            create schema {here}.raw_jira;
            create table {here}.raw_jira.loads as select 'l1' as load_id;
            create table {here}.raw_jira.issues as select 'PAY-1' as key;
            create schema {here}.staging;
            create view {here}.staging.stg_jira__artifacts as select * from {here}.raw_jira.issues;
        """)
    Scratch(ROOT, warehouse, folder / "work")._copy_staging(copied)
    with duckdb.connect(str(copied), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables order by all"
        ).fetchall()
        assert tables == [("raw_jira", "loads"), ("staging", "stg_jira__artifacts")]
        assert connection.execute("from staging.stg_jira__artifacts").fetchall() == [("PAY-1",)]
