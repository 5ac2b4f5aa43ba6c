"""`streamgauge check` and `dbt build` say the same of the same seeds, from one definition of the rules."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt_common.clients.agate_helper import from_csv

from pipelines.mapping.check import Checked, Problem, check_seeds, row_name
from pipelines.mapping.rules import ROOT, seeds, words
from pipelines.mapping.seed_files import seed_path
from tests.mapping.broken_seeds import broken_rows, seed_rows
from tests.mapping.seed_folder import ORGANISATION, copy_demo

Finding = tuple[str, frozenset[str], str]


class Dbt:
    """A database on which dbt can load and check seeds: the tools' loads are there, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "streamgauge.duckdb"
        self.target = folder / "target"
        self.seeds = folder / "seeds"
        with duckdb.connect(str(self.database)) as connection:
            for tool in ("github", "jira"):
                connection.execute(
                    f"create schema raw_{tool}; create table raw_{tool}.loads (connection text)"
                )

    def demo_seeds(self) -> Path:
        """The demo's seeds, in one folder, so that dbt parses the project once."""
        shutil.rmtree(self.seeds, ignore_errors=True)
        return copy_demo(self.seeds)

    def build(self, *select: str) -> tuple[int, str]:
        """`dbt build`: its exit code and what it says."""
        surroundings = {
            **os.environ,
            "STREAMGAUGE_DATABASE": str(self.database),
            "STREAMGAUGE_SEEDS": str(self.seeds),
            "DBT_TARGET_PATH": str(self.target),
        }
        command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build", "--select", *select]
        done = subprocess.run(
            command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    def problems_sql(self) -> str:
        """The query of int_seeds__problems, over seeds in the current schema."""
        compiled = self.target / "compiled/streamgauge/models/intermediate/seeds/int_seeds__problems.sql"
        return re.sub(r'"\w+"\."seeds"\.', "", compiled.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return Dbt(tmp_path_factory.mktemp("agreement"))


@pytest.fixture(scope="module")
def sound(dbt: Dbt) -> str:
    """The query of int_seeds__problems, of a build that found the demo's seeds sound."""
    folder = dbt.demo_seeds()
    assert check_seeds(folder).problems == ()
    code, said = dbt.build("resource_type:seed", "int_seeds__problems", "assert_seeds_are_sound")
    assert code == 0, said[-4000:]
    return dbt.problems_sql()


def findings(checked: Checked) -> set[Finding]:
    """What `check` found in rows, as dbt would say it: seed, the rows that it is about, the words."""
    files = {file.path: file for file in checked.files}
    return {finding(problem, files) for problem in checked.errors}


def finding(problem: Problem, files: dict[Path, object]) -> Finding:
    file = files[problem.path]
    rows = {row.line: row_name(file.seed, row) for row in file.rows}
    names = [rows[line] for line in problem.others]
    text = words()[problem.kind].format(**{**problem.filled, "others": "*"})
    if problem.kind == "twice":  # of two rows with one key, dbt names one
        return file.seed.name, frozenset(), text
    if problem.kind in ("circle", "several"):  # dbt names the key
        key = rows[problem.line].split(",")[0].removesuffix(")")
        return file.seed.name, frozenset([f"{key})"]), text
    return file.seed.name, frozenset([rows[problem.line], *names]), text


def dbts_findings(rows: list[tuple[str, str, str]]) -> set[Finding]:
    """What dbt found, in the same form: rows that are named in the words are told apart from them."""
    found = set()
    for seed, seed_row, problem in rows:
        others = re.findall(rf"{seed} \(.*?\)(?= and {seed} \(|: delete|: correct the hours)", problem)
        text = re.sub(rf"{seed} \(.*\)(?=: delete|: correct the hours)", "*", problem)
        is_twice = problem.startswith("stands twice")
        found.add((seed, frozenset() if is_twice else frozenset([seed_row, *others]), text))
    return found


def ask(sql: str, folder: Path) -> set[Finding]:
    """dbt's findings in a folder, whose files are read as dbt reads them."""
    with duckdb.connect() as connection:
        for name, seed in seeds().items():
            columns = ", ".join(f'"{column}" text' for column in seed.columns)
            connection.execute(f'create table "{name}" ({columns})')
            table = from_csv(str(seed_path(name, folder)), list(seed.columns))
            if rows := [list(row.values()) for row in table.rows]:
                marks = ", ".join("?" for _ in seed.columns)
                connection.executemany(f'insert into "{name}" values ({marks})', rows)
        return dbts_findings(connection.execute(sql).fetchall())


def test_dbt_stops_at_the_same_rows(dbt: Dbt, sound: str) -> None:
    folder = dbt.demo_seeds()
    with (folder / "state_mapping.csv").open("a", encoding="utf-8") as file:
        file.write(
            "jira,lumen_cloud,SHOP,,Ready,done,,,,,contradicts the first row\n"
            "jria,,,,Doing,in progress,,1e5,03/04/2026,,\n"
            "jira,,,,Peer Review,waiting,,1,,,goes before\n"
        )
    with (folder / "calendars.csv").open("a", encoding="utf-8") as file:
        file.write("berlin,Europe/Berln,monday,08:00,09:30\n")
    with (folder / "value_streams.csv").open("a", encoding="utf-8") as file:
        file.write("one,One,art,two\ntwo,Two,art,one\n")
    with (folder / "products.csv").open("a", encoding="utf-8") as file:
        file.write("checkout,Another,nowhere,,\n")

    code, said = dbt.build("resource_type:seed", "int_seeds__problems+1", "assert_seeds_are_sound")

    assert code == 1
    assert "`streamgauge check` names file and line" in said
    checked = check_seeds(folder)
    with duckdb.connect(str(dbt.database), read_only=True) as connection:
        rows = connection.execute("select * from intermediate.int_seeds__problems").fetchall()
        assert dbts_findings(rows) == findings(checked)
        assert connection.execute(
            "select count(*) from information_schema.tables where table_name = 'int_seeds__products'"
        ).fetchall() == [(0,)]
    assert {problem.kind for problem in checked.errors} >= {
        "tied", "never_wins", "not_allowed", "malformed", "overlap", "circle", "unknown", "twice"
    }  # fmt: skip
    assert ask(sound, folder) == findings(checked)  # the query alone, as the next test asks it


def test_dbt_refuses_a_file_it_would_misread_before_any_table_is_replaced(dbt: Dbt) -> None:
    folder = dbt.demo_seeds()
    for name, old, new in [
        ("products", ",", ";"),
        ("state_mapping", "In QA", '"In QA'),
        ("team_scope", ",SHOP,,,", ",SHOP,,"),
        ("value_mapping", "Answered", "null"),
        ("teams", "team_name", "team"),
    ]:
        path = folder / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    code, said = dbt.build("resource_type:seed", "int_seeds__problems")

    assert code != 0
    assert "`streamgauge check --fix` mends what is certain" in said
    assert "START seed" not in said
    refused = set(re.findall(r"(\w+)\.csv line (\d+): ", said))
    by_check = {(problem.path.stem, str(problem.line)) for problem in check_seeds(folder).errors}
    assert {name for name, _ in refused} == {
        "products", "state_mapping", "team_scope", "value_mapping", "teams"
    }  # fmt: skip
    assert refused <= by_check


@pytest.mark.parametrize("seed", range(20))
def test_both_find_the_same_in_any_rows(sound: str, tmp_path: Path, seed: int) -> None:
    """Files in the form that dbt reads, with wrong, doubled and rearranged cells."""
    chance = random.Random(seed)
    folder = copy_demo(tmp_path / "seeds")
    for name in chance.sample(ORGANISATION, 4):
        rows = broken_rows(chance, seeds()[name], seed_rows(folder, name))
        content = "".join(f"{','.join(row)}\n" for row in [list(seeds()[name].columns), *rows])
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    assert ask(sound, folder) == findings(check_seeds(folder))
