"""`streamgauge check --fix`: what is certain is written in canonical form, what is not stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.mapping.mend import mend_seeds
from tests.mapping.seed_folder import (
    CALENDAR,
    ORGANISATION,
    copy_demo,
    header,
    problems,
    write_seeds,
)

CLEAN = "jira,acme,PAY,,Doing,active,,10,2026-04-25,,a note"
AS_READ = f"{header('state_mapping')}\n{CLEAN}\n".encode()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + AS_READ, id="byte order mark"),
        pytest.param(AS_READ.replace(b"\n", b"\r\n"), id="Windows line ends"),
        pytest.param(AS_READ.replace(b"\n", b"\r"), id="old Mac line ends"),
        pytest.param(AS_READ.rstrip(b"\n"), id="no line end"),
        pytest.param(AS_READ.replace(b",", b";"), id="semicolons"),
        pytest.param(AS_READ.replace(b",", b"\t"), id="tabs"),
        pytest.param(AS_READ.decode().replace(",", "\t").encode("utf-16"), id="Unicode text"),
        pytest.param(AS_READ.replace(b"Doing", b" Doing  "), id="outer blanks"),
        pytest.param(AS_READ.replace(b"Doing", b'"Doing"').replace(b",,", b',"",', 1), id="quotes"),
        pytest.param(AS_READ.replace(b"Doing", "Doing\u00a0".encode()), id="no-break space"),
        pytest.param(AS_READ.replace(b"Doing", b"\tDoing"), id="tab"),
        pytest.param(AS_READ.replace(b"active", b"Active"), id="capitals"),
        pytest.param(AS_READ.replace(b"2026-04-25", b"25/04/2026"), id="day, month, year"),
        pytest.param(AS_READ.replace(b"2026-04-25", b"04/25/2026"), id="month, day, year"),
        pytest.param(AS_READ.replace(b",10,", b",1e1,"), id="exponent"),
        pytest.param(AS_READ.replace(b",10,", b",10.0,"), id="decimal"),
        pytest.param(AS_READ + b",,,,,,,,,,\n\n", id="blank rows"),
        pytest.param(AS_READ.replace(b"\n", b",,\n"), id="empty columns"),
        pytest.param(AS_READ.replace(b"a note", b'"a\nnote"'), id="a note of two lines"),
        pytest.param(AS_READ.replace(b"tool_state", b" Tool State "), id="header"),
    ],
)
def test_one_meaning_is_written_in_one_form(tmp_path: Path, content: bytes) -> None:
    folder = write_seeds(tmp_path / "seeds")
    path = folder / "state_mapping.csv"
    path.write_bytes(content)
    assert [mended.path for mended in mend_seeds(folder) if mended.path.parent == folder] == [path]
    assert path.read_bytes() == AS_READ
    assert mend_seeds(folder) == []
    assert problems(folder) == []


def test_columns_are_put_in_order_and_new_ones_added(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "seeds")
    path = folder / "state_mapping.csv"
    path.write_text("abstract_state,tool_state,tool\nactive,Doing,jira\n", encoding="utf-8")
    mend_seeds(folder)
    assert path.read_text(encoding="utf-8") == f"{header('state_mapping')}\njira,,,,Doing,active,,,,,\n"


def test_missing_files_are_added(tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    assert len(mend_seeds(folder)) == len(ORGANISATION)
    assert problems(folder) == []


@pytest.mark.parametrize(
    "row",
    [
        "jira,acme,PAY,,Doing,active,,,03/04/2026,,",  # two dates
        "jira,acme,PAY,,Doing,active,,1.00E+05,,,",  # digits may be lost
        "jira,acme,PAY,,null,active,,,,,",
        "jira,acme,PAY,,Doing,active,,,,",  # which cell is missing?
        "jira,acme,PAY,,Doing, or not,active,,,,,",
        'jira,acme,PAY,,"Doing,active,,,,,',
        "jira,acme,PAY,,Doing,in work,,,,,",
        # Two quotes are lost, and the rows between and below them are no note.
        'jira,acme,PAY,,Doing,active,,,,,"see board\n'
        "jira,acme,PAY,,Review,active,,,,,\n"
        'jira,acme,PAY,,Parked,waiting,,,,,as on the board"',
        'jira,acme,PAY,,Doing,active,,,,,"see board\njira,acme,PAY,,Parked,waiting,,,,,as on the board"',
    ],
)
def test_what_is_not_certain_stays_as_it_is(tmp_path: Path, row: str) -> None:
    folder = write_seeds(tmp_path / "seeds", state_mapping=[row])
    before = (folder / "state_mapping.csv").read_bytes()
    assert problems(folder)
    mend_seeds(folder)
    assert (folder / "state_mapping.csv").read_bytes() == before
    assert problems(folder)


def test_the_certain_is_mended_beside_the_uncertain(tmp_path: Path) -> None:
    rows = ["jira,acme,PAY,,Doing,active,,,03/04/2026,,", "jira,acme,WEB,,Doing,active,,,25/04/2026,,"]
    folder = write_seeds(tmp_path / "seeds", state_mapping=rows)
    mend_seeds(folder)
    expected = [header("state_mapping"), rows[0], rows[1].replace("25/04/2026", "2026-04-25")]
    assert (folder / "state_mapping.csv").read_text(encoding="utf-8").splitlines() == expected


def test_leading_zeros_come_back_where_only_one_key_fits(tmp_path: Path) -> None:
    folder = write_seeds(
        tmp_path / "seeds",
        calendars=[row.replace("berlin", "007") for row in CALENDAR],
        holidays=["7,2026-01-01,New Year"],
    )
    mend_seeds(folder)
    assert (folder / "holidays.csv").read_text(encoding="utf-8").splitlines()[1] == "007,2026-01-01,New Year"


def test_canonical_seeds_are_not_touched(tmp_path: Path) -> None:
    folder = copy_demo(tmp_path / "seeds")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert mend_seeds(folder) == []
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before
