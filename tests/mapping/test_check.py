"""`streamgauge check`: every kind of problem is named by file, line and column, in words, with its remedy."""

from __future__ import annotations

import cProfile
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines import cli
from pipelines.mapping.check import check_seeds
from pipelines.mapping.rules import ROOT
from tests.mapping.seed_folder import CALENDAR, DEMO_SEEDS, PRODUCTS, header, problems, write_seeds

STATE = "jira,acme,PAY,,Doing,active,,,,,"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["check", *arguments])


@pytest.mark.parametrize("folder", [DEMO_SEEDS, ROOT / "seeds" / "organisation"], ids=["demo", "fresh"])
def test_sound_seeds_are_sound(folder: Path) -> None:
    assert problems(folder) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (  # a word of the tool in place of one of ours
            {"state_mapping": ["jira,acme,PAY,,Doing,In Progress,,,,,"]},
            "state_mapping.csv line 2: abstract_state 'In Progress' is not one of new, active, "
            "waiting, done: "
            "write one of these. Did you mean active?",
        ),
        (  # a slip of the finger
            {"state_mapping": ["jira,acme,PAY,,Doing,actve,,,,,"]},
            "state_mapping.csv line 2: abstract_state 'actve' is not one of new, active, waiting, "
            "done: write one "
            "of these. Did you mean active?",
        ),
        (
            {"state_mapping": ["jria,acme,PAY,,Doing,active,,,,,"]},
            "state_mapping.csv line 2: tool 'jria' is not one of github, jira: write one of these. "
            "Did you mean jira?",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,,active,,,,,"]},
            "state_mapping.csv line 2: tool_state is blank: every row of this seed needs one.",
        ),
        (
            {"flow_item_mapping": ["jira,acme,,Bug,,,defect,bug,,,,,"]},
            "flow_item_mapping.csv line 2: flow_item 'bug' is not one of feature, defect, debt, "
            "risk, none: write "
            "one of these. Did you mean defect?",
        ),
        (
            {"value_mapping": ["jira,acme,resolution,Answered,canceled,"]},
            "value_mapping.csv line 2: value 'canceled' of a resolution is not one of delivered, cancelled: "
            "write one of these. "
            "Did you mean cancelled?",
        ),
        (
            {"products": PRODUCTS, "product_scope": ["payment,jira,acme,,project,PAY,,,"]},
            "product_scope.csv line 2: product_id 'payment' is not in products.csv: add it there, or "
            "correct it "
            "here. Did you mean payments?",
        ),
        (
            {"products": ["007,Bond,,,"], "product_scope": ["7,jira,acme,,project,PAY,,,"]},
            "product_scope.csv line 2: product_id '7' is not in products.csv: add it there, or "
            "correct it here. "
            "Did you mean 007?",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing,active,,,03/04/2026,,"]},
            "state_mapping.csv line 2: valid_from '03/04/2026' is not a date such as 2026-03-31. "
            "Write 2026-04-03 or 2026-03-04, whichever it is.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing,active,,,25/12/2026,,"]},
            "state_mapping.csv line 2: valid_from '25/12/2026' is not a date such as 2026-03-31. "
            "`--fix` writes 2026-12-25.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing,active,,,46115,,"]},
            "state_mapping.csv line 2: valid_from '46115' is not a date such as 2026-03-31. Is it "
            "2026-04-03?",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing,active,,,2026-02-30,,"]},
            "state_mapping.csv line 2: valid_from '2026-02-30' is not a date such as 2026-03-31.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing,active,,1e2,,,"]},
            "state_mapping.csv line 2: precedence '1e2' is not a whole number such as 10. `--fix` "
            "writes 100.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing,active,,99999999999,,,"]},
            "state_mapping.csv line 2: precedence '99999999999' is not a whole number such as 10.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing,active,,,2026-02-01,2026-01-01,"]},
            "state_mapping.csv line 2: valid_from is not before valid_to: put them in order.",
        ),
        (
            {"calendars": ["berlin,Europe/Berln,monday,09:00,17:00"]},
            "calendars.csv line 2: time_zone 'Europe/Berln' is not a time zone such as Europe/Berlin. "
            "Did you mean Europe/Berlin?",
        ),
        (
            {"calendars": ["berlin,Europe/Berlin,monday,9:00,17:00"]},
            "calendars.csv line 2: start_time '9:00' is not a time of day such as 09:30. `--fix` "
            "writes 09:00.",
        ),
        (
            {"calendars": ["berlin,Europe/Berlin,monday,09:00,00:00"]},
            "calendars.csv line 2: start_time is not before end_time: put them in order. "
            "Midnight at a day's end is 24:00.",
        ),
        (
            {"calendars": [*CALENDAR, "berlin,Europe/Berlin,monday,16:00,18:00"]},
            "calendars.csv line 2: overlaps with line 3: correct the hours of one.",
        ),
        (
            {"products": PRODUCTS * 2},
            "products.csv line 3: stands twice: product_id must be unique, delete one. The other is line 2.",
        ),
        (
            {"state_mapping": [STATE, STATE.replace("acme", "Acme")]},
            "state_mapping.csv line 3: says the same as line 2: delete one.",
        ),
        (
            {"state_mapping": [STATE, STATE.replace("active", "waiting")]},
            "state_mapping.csv line 3: cannot be told apart from line 2: delete one, or give one a "
            "precedence or "
            "other dates.",
        ),
        (  # a smaller precedence goes before all that is more specific
            {"state_mapping": [STATE, "jira,,,,Doing,waiting,,5,,,"]},
            "state_mapping.csv line 2: can never win, since it always loses to line 3: delete it, or change "
            "precedence or dates.",
        ),
        (  # two rows that together leave no day
            {
                "state_mapping": [
                    STATE,
                    "jira,,,,Doing,waiting,,5,,2026-01-01,",
                    "jira,,,,Doing,done,,6,2026-01-01,,",
                ]
            },
            "state_mapping.csv line 2: can never win, since it always loses to line 3 and line 4: "
            "delete it, or "
            "change precedence or dates.",
        ),
        (  # work with a component of SHOP is in SHOP
            {
                "products": PRODUCTS,
                "product_scope": [
                    "payments,jira,acme,SHOP,component,Search,,,",
                    "payments,jira,,,project,SHOP,1,,",
                ],
            },
            "product_scope.csv line 2: can never win, since it always loses to line 3: delete it, or change "
            "precedence or dates.",
        ),
        (
            {"value_streams": ["a,A,art,b", "b,B,portfolio,a"]},
            "value_streams.csv line 2: is its own ancestor: correct parent_id in one of the rows of "
            "this circle.",
        ),
        (
            {"flow_item_mapping": ["jira,acme,,,1.00E+05,,defect,defect,,,,,"]},
            "flow_item_mapping.csv line 2: label '1.00E+05' is what spreadsheets make of other "
            "values: write what "
            "the tool says.",
        ),
        (
            {"flow_item_mapping": ["jira,acme,,,#NAME?,,defect,defect,,,,,"]},
            "flow_item_mapping.csv line 2: label '#NAME?' is what spreadsheets make of other values: "
            "write what "
            "the tool says.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,null,active,,,,,"]},
            "state_mapping.csv line 2: tool_state says null, which dbt reads as blank: leave it "
            "blank, or write "
            "another word.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing,active,,,,"]},
            "state_mapping.csv line 2: has 10 cells instead of 11: each column needs one, a blank "
            "cell too, and a "
            "cell that contains a comma needs quotes.",
        ),
        (
            {"state_mapping": ['jira,acme,PAY,,"Doing,active,,,,,']},
            "state_mapping.csv line 2: has a quote out of place: put the whole cell in quotes, on "
            "one line, and "
            "double a quote inside it.",
        ),
        (
            {"state_mapping": [",,,,,,,,,,"]},
            "state_mapping.csv line 2: is blank: delete it.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,Doing\u00a0,active,,,,,"]},
            "state_mapping.csv line 2: tool_state begins or ends with an invisible character, such "
            "as a tab or a "
            "no-break space: delete it.",
        ),
        (
            {"state_mapping": ["jira,acme,PAY,,In\u00a0Work,active,,,,,"]},
            "state_mapping.csv line 2: tool_state has an invisible character inside, such as a "
            "no-break space. If "
            "the tool does not write it so, the row matches nothing: type it again.",
        ),
        (
            {
                "state_mapping": [
                    *(f"jira,acme,,,S{n},active,,,,," for n in range(4)),
                    "jira,amce,,,X,done,,,,,",
                ]
            },
            "state_mapping.csv line 6: connection 'amce' is in no other row.",
        ),
    ],
)
def test_a_problem_is_said_in_words(tmp_path: Path, rows: dict[str, list[str]], expected: str) -> None:
    said = problems(write_seeds(tmp_path / "seeds", **rows))
    assert any(line.startswith(expected) for line in said), said


@pytest.mark.parametrize(
    "rows",
    [
        # more specific, or of a kind of scope that comes first
        [STATE, "jira,,,,Doing,waiting,,,,,"],
        # a smaller precedence on some of the days
        [STATE, "jira,,,,Doing,waiting,,5,2026-01-01,,"],
        # dates that meet
        [STATE.replace(",,,,,", ",,,,2026-01-01,"), STATE.replace(",,,,,", ",,,2026-01-01,,")],
        # another project
        [STATE, "jira,acme,WEB,,Doing,waiting,,5,,,"],
    ],
)
def test_rows_that_have_their_turn_are_no_problem(tmp_path: Path, rows: list[str]) -> None:
    assert problems(write_seeds(tmp_path / "seeds", state_mapping=rows)) == []


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (header("products").replace(",", ";") + "\n", "the delimiter is a semicolon"),
        ("product_id,product_name,value_stream_id,owner\n", "calendar_id is missing"),
        ("product_id,product_nam,value_stream_id,owner,calendar_id\n", "did you mean product_name?"),
        ("product_id,product_id,value_stream_id,owner,calendar_id\n", "product_id stands twice"),
        ("a,b,,,\n", "it is missing"),
        ("", "the file is empty"),
    ],
)
def test_a_header_that_is_not_the_seeds(tmp_path: Path, content: str, hint: str) -> None:
    folder = write_seeds(tmp_path / "seeds")
    (folder / "products.csv").write_text(content, encoding="utf-8")
    assert problems(folder)[0].startswith(f"products.csv line 1: the header must be {header('products')}.")
    assert hint in problems(folder)[0]


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "seeds", products=PRODUCTS)
    (folder / "products.csv").write_bytes(
        (folder / "products.csv").read_bytes() + "kn\xf6del,,,,\n".encode("cp1252")
    )
    assert problems(folder) == ["products.csv line 3: is not UTF-8 text: save it as CSV UTF-8."]


def test_a_missing_file_and_one_too_many(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "seeds")
    (folder / "teams.csv").rename(folder / "team.csv")
    assert problems(folder) == [
        "teams.csv line 1: is missing, and dbt needs it, if only with its header.",
        "team.csv line 1: is the file of no seed, so that no figure depends on it. Did you mean teams?",
    ]


def test_what_reads_the_same_is_no_error(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "seeds", products=['  payments ,"Payments",,,""'])
    content = "\ufeff" + (folder / "products.csv").read_text(encoding="utf-8").replace("\n", "\r\n")
    (folder / "products.csv").write_bytes(content.encode())
    result = run("--seeds", str(folder))
    assert result.exit_code == 0
    assert "a byte order mark, Windows line ends, outer blanks in 1 cell and needless quotes" in result.stdout


def test_the_exit_code_and_the_last_line_say_how_it_went(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "seeds", state_mapping=["jira,acme,PAY,,Doing,doing,,1e1,,,"])
    result = run("--seeds", str(folder))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "2 problems. `streamgauge check --fix` mends 1 of them."
    result = run("--seeds", str(folder), "--fix")
    assert result.exit_code == 1
    assert "line 2: precedence '1e1' is '10'" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 problem. `dbt build` stops at it, too."
    (folder / "state_mapping.csv").write_text(f"{header('state_mapping')}\n{STATE}\n", encoding="utf-8")
    assert run("--seeds", str(folder)).exit_code == 0


def test_named_files_are_reported_on_alone(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "seeds", products=["a,A,none,,"], product_scope=["b,jira,,,project,X,,,"])
    result = run(str(folder / "product_scope.csv"))
    assert "product_scope.csv line 2: product_id 'b'" in result.stdout
    assert "products.csv line 2" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seeds", "nowhere"], "nowhere: there is no such folder."),
        (["nowhere/products.csv"], "nowhere: there is no such folder."),
        (["README.md"], "README.md: is the file of no seed."),
    ],
)
def test_a_mistaken_call_is_told(arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_of_another_folder_is_refused(tmp_path: Path) -> None:
    broken = write_seeds(tmp_path / "a", state_mapping=["jira,acme,PAY,,Doing,doing,,,,,"])
    sound = write_seeds(tmp_path / "b")
    states, products = str(broken / "state_mapping.csv"), str(sound / "products.csv")
    for arguments in ([states, "--seeds", str(sound)], [states, products], [products, states, "--fix"]):
        result = run(*arguments)
        assert result.exit_code == 2, arguments
        assert "is not in" in result.stderr
        assert "Check the files of one folder at a time" in result.stderr


def test_shipped_rows_are_checked_with_any_folder(tmp_path: Path) -> None:
    shipped = str(ROOT / "seeds" / "defaults" / "default_state_mapping.csv")
    assert run(shipped, "--seeds", str(write_seeds(tmp_path / "seeds"))).exit_code == 0


def test_a_check_takes_work_in_proportion_to_the_rows(tmp_path: Path) -> None:
    """Two seconds for a whole folder leave no room for comparing each row with each other one."""

    def calls(rows: int) -> int:
        states = [f"jira,acme,P{n % 40},T{n % 7},State {n},active,,{n % 9},,," for n in range(rows)]
        folder = write_seeds(tmp_path / f"{rows}", state_mapping=states)
        profile = cProfile.Profile()
        assert profile.runcall(check_seeds, folder).problems == ()
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(2000) < 4.4 * calls(500)


def test_neither_dbt_nor_dlt_is_started() -> None:
    """Each takes seconds to import."""
    code = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli import app;"
        f"CliRunner().invoke(app, ['check', '--seeds', {str(DEMO_SEEDS)!r}], catch_exceptions=False);"
        "sys.exit(' '.join({'dbt', 'dlt', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stderr.split() == []
