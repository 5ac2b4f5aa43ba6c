"""`streamgauge gaps`: worst first, suggestions with their reasons, and rows that are written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from pipelines import cli
from pipelines.mapping.check import check_seeds
from pipelines.mapping.gaps import Adviser, Suggestion
from pipelines.mapping.rules import seeds
from pipelines.mapping.seed_files import read_seed, seed_path
from tests.mapping.seed_folder import header, write_seeds

SEEN = "timestamp '2026-01-02', timestamp '2026-05-03'"
# connection, tool, seed, gap_type, tool_value, conflicting_rows, project, product_id, artifacts, load and its
# share, delivered, its share, category, stay, first and last seen, example and its address
WORK = f"""
    ('acme', 'jira', 'state_mapping', 'tool_category', 'Parked', null, 'PAY', 'payments', 9, 4,
        0.4, 2, 0.1, 'active',
     345600.0, {SEEN}, 'PAY-1', 'https://jira/PAY-1'),
    ('acme', 'jira', 'state_mapping', 'tool_category', 'Parked', null, 'PAY', 'shop', 3, 3, 0.5, 0,
        null, 'active',
     345600.0, {SEEN}, 'PAY-2', null),
    ('acme', 'jira', 'state_mapping', 'unmapped', 'Limbo', null, 'PAY', 'payments', 8, 1, 0.1, 0,
        0.0, null,
     7200.0, {SEEN}, 'PAY-3', null),
    ('acme', 'jira', 'state_mapping', 'unmapped', 'Seldom', null, 'PAY', 'payments', 1, 0, 0.0, 0,
        0.0, null,
     null, {SEEN}, 'PAY-4', null),
    ('acme', 'jira', 'state_mapping', 'unmapped', 'Ready for QA', null, 'WEB', 'shop', 40, 20, 0.9,
        9, 0.9, null,
     7200.0, {SEEN}, 'WEB-1', null),
    ('acme', 'jira', 'flow_item_mapping', 'unmapped', 'Tech Debt', null, 'WEB', 'shop', 5, 2, 0.2,
        0, 0.0, null,
     null, {SEEN}, 'WEB-2', null),
    ('acme', 'jira', 'flow_item_mapping', 'unmapped', 'Whim', null, 'WEB', 'shop', 2, 0, 0.0, 1,
        0.1, null,
     null, {SEEN}, 'WEB-3', null),
    ('acme', 'jira', 'product_scope', 'unmapped', 'SHOP', null, 'SHOP', 'unassigned', 2, 0, 0.0, 0,
        0.0, null,
     null, {SEEN}, 'SHOP-1', null),
    ('acme', 'jira', 'value_mapping', 'unmapped', 'Fixed', null, 'PAY', 'payments', 1, 0, 0.0, 0,
        0.0, null,
     null, {SEEN}, 'PAY-5', null),
    ('acme', 'jira', 'product_scope', 'conflict', 'WEB', 'row 1 and row 2', 'WEB', 'unassigned', 1,
        0, 0.0, 0, 0.0,
     null, null, {SEEN}, 'WEB-9', null)
"""
TABLES = f"""
    create table mapping_gap_work as from (values {WORK}) as t(connection, tool, seed, gap_type,
        tool_value,
        conflicting_rows, project, product_id, artifact_count, load_count, load_share, delivered_count,
        delivered_share, tool_state_category, stay_p50_seconds, first_seen_at, last_seen_at,
        example_artifact_key, example_url);
    create table mapping_gap_neighbours as from (values
        ('acme', 'PAY', 'Limbo', 'before', 'In Progress', 'active', 6),
        ('acme', 'PAY', 'Limbo', 'before', 'Open', 'new', 1),
        ('acme', 'PAY', 'Limbo', 'after', 'Done', 'done', 7),
        ('acme', 'PAY', 'Seldom', 'before', 'In Progress', 'active', 1),
        ('acme', 'PAY', 'Seldom', 'after', 'Done', 'done', 1)
    ) as t(connection, project, tool_state, direction, neighbour_state, neighbour_abstract_state,
        move_count);
    create table tool_value_usage as from (values
        ('acme', 'jira', 'state', 'Fresh', 3, 3, 0.0, true, false),
        ('acme', 'jira', 'type', 'Bug', 90, 40, 5.0, false, true),
        ('acme', 'jira', 'state', 'Open', 900, 40, 35.0, false, false)
    ) as t(connection, tool, field, tool_value, artifact_count, recent_count, usual_count, is_new,
        has_jumped);
    create table build_settings as select date '2025-12-01' as recent_from;
    create table mapping_usage as from (values
        ('state_mapping (tool=jira, connection=acme, project=PAY, tool_state=Doing)', 'organisation', 7,
         timestamp '2026-05-01'),
        ('state_mapping (tool=jira, connection=acme, project=PAY, tool_state=Review)',
        'organisation', 7,
         timestamp '2025-01-01'),
        ('state_mapping (tool=jira, connection=acme, project=PAY, tool_state=Ready for QA)',
        'organisation', 0, null),
        ('default_state_mapping (tool=jira, tool_state=Backlog)', 'default', 0, null)
    ) as t(mapping_row_id, origin, decided_count, last_used_at);
"""
STATES = [
    "jira,acme,PAY,,Doing,active,,,,,",
    "jira,acme,PAY,,Review,active,,,,,",
    "jira,acme,PAY,,Ready for QA,waiting,,,,,",
]


@pytest.fixture(autouse=True)
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "streamgauge.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
    monkeypatch.setenv("STREAMGAUGE_DATABASE", str(path))
    monkeypatch.setenv("COLUMNS", "200")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_seeds(
        tmp_path / "seeds", state_mapping=STATES, products=["shop,Shop,,,", "payments,Payments,,,"]
    )


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["gaps", "--seeds", str(folder), *arguments])


def listed(folder: Path) -> list[dict[str, str]]:
    result = run(folder, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_worst_comes_first(folder: Path) -> None:
    names = [(gap["tool_value"], gap["items"], gap["load"], gap["delivered"]) for gap in listed(folder)]
    assert names[:5] == [
        ("Ready for QA", 40, 20, 9),
        ("Parked", 12, 7, 2),
        ("Tech Debt", 5, 2, 0),
        ("Limbo", 8, 1, 0),
        ("Whim", 2, 0, 1),
    ]


@pytest.mark.parametrize(
    ("value", "row", "reasons"),
    [
        (
            "Ready for QA",
            "jira,acme,WEB,,Ready for QA,waiting,,,,,",
            "PAY maps it to waiting (state_mapping.csv:4); half of the stays are longer than 2.0 hours",
        ),
        (
            "Parked",
            "jira,acme,PAY,,Parked,active,,,,,",
            "the tool's category is active, and the tool has no other word for waiting; half of the stays "
            "are longer than 4.0 days",
        ),
        (
            "Limbo",
            "jira,acme,PAY,,Limbo,active,,,,,",
            "comes after In Progress (active) in 6 of 7 moves; leads to Done (done) in 7 of 7 moves; half of "
            "the stays are longer than 2.0 hours",
        ),
        (
            "Seldom",  # once tells nothing
            "jira,acme,PAY,,Seldom,,,,,,",
            "comes after In Progress (active) in 1 of 1 move; leads to Done (done) in 1 of 1 move",
        ),
        ("Whim", "jira,acme,WEB,Whim,,,,,,,,,", ""),
        (
            "Fixed",
            "jira,acme,resolution,Fixed,delivered,",
            "jira maps it to delivered (default_value_mapping.csv:26)",
        ),
        ("SHOP", "shop,jira,acme,,project,SHOP,,,", "the product shop is called alike"),
        ("WEB", "", "row 1 and row 2"),
    ],
)
def test_a_suggestion_says_what_it_rests_on(folder: Path, value: str, row: str, reasons: str) -> None:
    gap = next(gap for gap in listed(folder) if gap["tool_value"] == value)
    assert (gap["suggested_row"], gap["reasons"]) == (row, reasons)


def suggested(folder: Path, seed: str, value: str, category: str | None = None) -> Suggestion:
    """What is suggested for a value that nothing is known of but its name and the tool's category."""
    adviser = Adviser({name: read_seed(seed_path(name, folder)) for name in seeds()}, [])
    gap = {"connection": "acme", "tool": "jira", "seed": seed, "gap_type": "unmapped", "project": "PAY"}
    gap |= {"tool_value": value, "tool_state_category": category, "stay_p50_seconds": None}
    found = adviser.suggestion([gap])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("value", "meaning"),
    [("Implemented", ""), ("Blocks", ""), ("High", ""), ("Duplicates", "cancelled"), ("Unresolved", "")],
)
def test_a_resolution_is_compared_with_resolutions_alone(tmp_path: Path, value: str, meaning: str) -> None:
    suggestion = suggested(write_seeds(tmp_path / "seeds"), "value_mapping", value)
    assert suggestion.cells["value"] == meaning


def test_what_a_row_may_not_say_is_not_suggested(tmp_path: Path) -> None:
    folder = write_seeds(
        tmp_path / "seeds",
        state_mapping=["jira,acme,WEB,,Parked,idle,,,,,"],
        value_mapping=["jira,acme,resolution,Answered,closed,"],
    )
    assert suggested(folder, "state_mapping", "Parked").cells["abstract_state"] == ""
    assert suggested(folder, "value_mapping", "Answered").cells["value"] == ""


@pytest.mark.parametrize(
    ("value", "category", "meaning"),
    [
        ("Unresolved", "new", "new"),
        ("Unresolved", None, ""),
        ("Re-Closed", None, ""),
        ("Not Closed", None, ""),
        ("Review Incomplete", None, ""),
        ("In Reviews", "active", "active"),  # a queue is work in progress to the tool
        ("In-Progress", None, "active"),  # another spelling, no other meaning
        ("Canceled", "done", "done"),
        ("Canceled", "new", "new"),
        ("Opened", "done", "done"),
    ],
)
def test_a_name_that_is_only_alike_says_nothing_else_than_the_tool_does(
    tmp_path: Path, value: str, category: str | None, meaning: str
) -> None:
    rows = ["Review Complete,done", "Cancelled,new"]
    states = [f"jira,acme,{project},,{row},,,,," for project in ("WEB", "OPS") for row in rows]
    folder = write_seeds(tmp_path / "seeds", state_mapping=states)
    suggestion = suggested(folder, "state_mapping", value, category)
    assert suggestion.cells["abstract_state"] == meaning
    assert (suggestion.cells["outcome"] == "cancelled") == ((value, category) == ("Canceled", "done"))


def test_the_same_name_stands_whatever_the_tool_says(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "seeds", state_mapping=["jira,acme,WEB,,Parked,waiting,,,,,"])
    assert suggested(folder, "state_mapping", "Parked", "new").cells["abstract_state"] == "waiting"


def test_the_table_shows_shares_examples_and_what_changed(folder: Path) -> None:
    said = " ".join(run(folder).stdout.split())
    assert (
        "12 items, 7 in work now, 2 delivered in 26 weeks payments: 40% of the load and 10% of the velocity"
        in said
    )
    assert "shop: 50% of the load" in said
    assert "seen 2026-01-02 to 2026-05-03, for example PAY-1, PAY-2" in said
    assert "row 1 and row 2: give one a smaller precedence" in said
    assert (
        "New since the load before acme: the state Fresh is new since the load before, 3 items with it"
        in said
    )
    assert "Used more than usual acme: the type Bug was entered 40 times in 28 days, 5.0 are usual" in said
    assert "state_mapping.csv:3 decided nothing since 2025-01-01" in said
    assert "state_mapping.csv:4 decides nothing" in said
    assert "the state Open" not in said


def test_other_formats_hold_every_gap(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(folder, "--format", "csv").stdout)))
    assert [row["tool_value"] for row in rows] == [gap["tool_value"] for gap in listed(folder)]
    assert len(run(folder, "--format", "markdown").stdout.splitlines()) == len(rows) + 2


def test_chosen_rows_are_written_and_pass_the_check(folder: Path) -> None:
    result = run(folder, "--write", "1", "--write", "2=waiting", "--write", "5=task/none")
    assert result.exit_code == 0, result.output
    assert "state_mapping.csv line 6: jira,acme,WEB,,Ready for QA,waiting" in result.stdout
    assert "state_mapping.csv line 5: jira,acme,PAY,,Parked,waiting" in result.stdout
    assert (folder / "state_mapping.csv").read_text(encoding="utf-8").splitlines() == [
        header("state_mapping"),
        *STATES,
        "jira,acme,PAY,,Parked,waiting,,,,,",
        "jira,acme,WEB,,Ready for QA,waiting,,,,,",
    ]
    assert "jira,acme,WEB,Whim,,,task,none,,,,," in (folder / "flow_item_mapping.csv").read_text(
        encoding="utf-8"
    )
    assert check_seeds(folder).errors == ()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (["99"], "there is no gap 99; they are numbered 1 to 9"),
        (["x"], "there is no gap x"),
        (["5"], "nothing tells its model. Say it: --write 5=model/flow_item/flow_level."),
        (["5=task"], "nothing tells its flow_item. Say it: --write 5=model/flow_item/flow_level."),
        (["2=idle"], "abstract_state 'idle' is not one of new, active, waiting, done: write one of these."),
        (
            ["5=task/none/item/2"],
            "says more than a row of flow_item_mapping does: model/flow_item/flow_level.",
        ),
        (["2", "2=waiting"], "--write 2 and --write 2=waiting contradict each other: choose one."),
        (["5=task/none/=1"], "flow_level '=1' begins with =, which spreadsheets run as a formula."),
    ],
)
def test_what_cannot_be_written_is_told_and_nothing_is(folder: Path, choices: list[str], said: str) -> None:
    before = contents(folder)
    result = run(folder, "--write", "1", *(word for choice in choices for word in ("--write", choice)))
    assert result.exit_code == 1
    assert said in result.stderr
    assert contents(folder) == before


def test_a_meaning_of_ones_own_takes_the_place_of_all_that_is_suggested(folder: Path) -> None:
    path = folder / "flow_item_mapping.csv"
    rows = [header("flow_item_mapping"), "jira,acme,PAY,Tech Debt,,,debt,debt,story,,,,"]
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    assert listed(folder)[2]["suggested_row"] == rows[1].replace("PAY", "WEB")
    assert "nothing tells its flow_item" in run(folder, "--write", "3=defect").stderr
    assert run(folder, "--write", "3=defect/defect").exit_code == 0
    added = "jira,acme,WEB,Tech Debt,,,defect,defect,,,,,"
    assert path.read_text(encoding="utf-8").splitlines() == [*rows, added]


def test_a_choice_that_stands_twice_is_written_once(folder: Path) -> None:
    result = run(folder, "--write", "1", "--write", "1=waiting")
    assert result.exit_code == 0, result.output
    assert (folder / "state_mapping.csv").read_text(encoding="utf-8").count(",WEB,,Ready for QA,") == 1


@pytest.mark.parametrize("choice", ["1", "1=active"])
def test_a_row_that_is_there_already_is_not_written_again(folder: Path, choice: str) -> None:
    assert run(folder, "--write", "1").exit_code == 0
    before = contents(folder)
    result = run(folder, "--write", choice)
    assert result.exit_code == 1
    assert "state_mapping.csv line 5 maps it already: jira,acme,WEB,,Ready for QA,waiting" in result.stderr
    assert "until the next `dbt build`" in result.stderr
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("null", "tool_state says null, which dbt reads as blank"),
        ("-Waiting-", "tool_state '-Waiting-' begins with -, which spreadsheets run as a formula."),
        ('=HYPERLINK("http://x","y")', "begins with =, which spreadsheets run as a formula."),
    ],
)
def test_a_word_of_the_tool_that_no_seed_can_hold_is_refused(
    folder: Path, warehouse: Path, value: str, said: str
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update mapping_gap_work set tool_value = ? where tool_value = 'Parked'", [value])
    before = contents(folder)
    result = run(folder, "--write", "1", "--write", "2=waiting")
    assert result.exit_code == 1
    assert "--write 2=waiting: " in result.stderr
    assert said in result.stderr
    assert contents(folder) == before


def test_a_file_with_problems_or_none_at_all_takes_no_rows(folder: Path) -> None:
    path = folder / "flow_item_mapping.csv"
    path.write_text(f"{header('flow_item_mapping')}\njira,,,Bug,,,bug,defect,,,,,\n", encoding="utf-8")
    before = contents(folder)
    result = run(folder, "--write", "1", "--write", "3=defect/defect")
    assert "flow_item_mapping.csv has problems. Mend them first" in result.stderr
    assert contents(folder) == before
    path.unlink()
    result = run(folder, "--write", "1", "--write", "3=defect/defect")
    assert result.exit_code == 1
    assert "flow_item_mapping.csv is missing: `streamgauge check --fix` adds it." in result.stderr
    assert (folder / "state_mapping.csv").read_bytes() == before["state_mapping.csv"]


@pytest.mark.parametrize("arguments", [[], ["--write", "1"]])
def test_a_folder_that_is_not_there_is_told(tmp_path: Path, arguments: list[str]) -> None:
    result = run(tmp_path / "sedes", *arguments)
    assert result.exit_code == 1
    assert "there is no such folder. Name the seeds' folder with --seeds" in result.stderr


def test_no_cell_of_the_csv_is_a_formula(folder: Path, warehouse: Path) -> None:
    formula = '=HYPERLINK("http://x","y")'
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update mapping_gap_work set tool_value = ? where tool_value = 'Parked'", [formula]
        )
    row = list(csv.DictReader(io.StringIO(run(folder, "--format", "csv").stdout)))[1]
    assert row["tool_value"] == f"'{formula}"
    assert row["items"] == "12"
    assert listed(folder)[1]["tool_value"] == formula


def test_a_warehouse_that_is_not_there_or_not_built(
    folder: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table mapping_gap_work")
    assert "Run `dbt build`" in run(folder).stderr
    monkeypatch.setenv("STREAMGAUGE_DATABASE", str(folder / "none.duckdb"))
    assert "there is no warehouse" in run(folder).stderr
