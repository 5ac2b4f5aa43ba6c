"""What spreadsheets make of dates, numbers and times is turned back only where it is certain."""

from __future__ import annotations

import pytest

from pipelines.mapping.spreadsheets import as_text, meant


@pytest.mark.parametrize(
    ("kind", "text", "choices", "is_certain"),
    [
        ("date", "25/12/2026", ("2026-12-25",), True),
        ("date", "12/25/2026", ("2026-12-25",), True),
        ("date", "03/03/2026", ("2026-03-03",), True),
        ("date", "03/04/2026", ("2026-04-03", "2026-03-04"), False),
        ("date", "3.4.2026", ("2026-04-03", "2026-03-04"), False),
        ("date", "31.12.2026", ("2026-12-31",), True),
        ("date", "2026-1-5", ("2026-01-05",), True),
        ("date", "2026/01/05", ("2026-01-05",), True),
        ("date", "2026-01-05 00:00:00", ("2026-01-05",), True),
        ("date", "2026-01-05T00:00:00Z", ("2026-01-05",), True),
        ("date", "2026-01-05 09:30", (), False),
        ("date", "3-Apr-2026", ("2026-04-03",), True),
        ("date", "April 3, 2026", ("2026-04-03",), True),
        ("date", "3 Mai 2026", (), True),
        ("date", "25/12/26", ("2026-12-25", "2025-12-26"), False),
        ("date", "46115", ("2026-04-03",), False),
        ("date", "31/02/2026", (), True),
        ("date", "soon", (), False),
        ("integer", "10.0", ("10",), True),
        ("integer", "10,00", ("10",), True),
        ("integer", "+7", ("7",), True),
        ("integer", "1e5", ("100000",), True),
        ("integer", "1E+05", ("100000",), True),
        ("integer", "1.00E+05", (), False),
        ("integer", "1.000", ("1", "1000"), False),
        ("integer", "1,5", (), False),
        ("integer", "-1", (), False),
        ("time", "9:00", ("09:00",), True),
        ("time", "09:00:00", ("09:00",), True),
        ("time", "5:30 PM", ("17:30",), True),
        ("time", "12:15 a.m.", ("00:15",), True),
        ("time", "24:00:00", ("24:00",), True),
        ("time", "09:00:30", (), False),
        ("time", "13:00 PM", (), False),
        ("time", "900", ("09:00",), False),
        ("time", "9.30", ("09:30",), False),
        ("time", "25:00", (), True),
        ("time zone", "Berlin", (), False),
    ],
)
def test_meaning(kind: str, text: str, choices: tuple[str, ...], is_certain: bool) -> None:
    reading = meant(kind, text)
    assert reading.choices == choices
    assert (reading.value is not None) == (is_certain and len(choices) == 1)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_is_text_to_it(text: str) -> None:
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Doing", "a=b", " =1", "'=1"])
def test_what_it_would_show_stays_as_it_is(text: str) -> None:
    assert as_text(text) == text
