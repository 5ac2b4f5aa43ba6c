"""However a seed is broken: never a traceback, never silence, and what is mended means what it meant."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.mapping.check import Problem, check_file
from pipelines.mapping.mend import mend_file
from pipelines.mapping.rules import Seed, seeds
from pipelines.mapping.seed_files import SeedFile, canonical, csv_line, parse_seed, read_seed, seed_path
from tests.mapping.broken_seeds import ODD_CELLS, seed_rows
from tests.mapping.seed_folder import DEMO_SEEDS, ORGANISATION

VARIANTS = 500
Rows = list[list[str]]
Harm = Callable[[random.Random, Seed, Rows], bytes | None]


def as_bytes(seed: Seed, rows: Sequence[Sequence[str]], header: Sequence[str] | None = None) -> bytes:
    lines = [list(header or seed.columns), *map(list, rows)]
    return "".join(f"{csv_line(line)}\n" for line in lines).encode()


def line_harm(change: Callable[[random.Random, str], str]) -> Harm:
    """A harm to one line after the header."""

    def harm(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
        lines = as_bytes(seed, rows).decode().split("\n")
        place = chance.randrange(1, len(rows) + 1)
        changed = change(chance, lines[place])
        if changed == lines[place]:
            return None
        lines[place] = changed
        return "\n".join(lines).encode()

    return harm


def cell_harm(kinds: Sequence[str], value: Callable[[random.Random, str], str | None]) -> Harm:
    """A harm to a filled cell of a column of these types."""

    def harm(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
        places = [
            (number, index)
            for number, row in enumerate(rows)
            for index, column in enumerate(seed.columns.values())
            if row[index] and kind_of(seed, column.name) in kinds
        ]
        if not places:
            return None
        number, index = chance.choice(places)
        changed = value(chance, rows[number][index])
        if changed is None:
            return None
        rows[number][index] = changed
        return as_bytes(seed, rows)

    return harm


def kind_of(seed: Seed, name: str) -> str:
    column = seed.columns[name]
    if column.type or name == "note":
        return column.type or "note"
    if column.references:
        return "reference"
    return "choice" if column.allowed or column.allowed_by else "text"


def swapped(chance: random.Random, text: str) -> str | None:
    """A slip of the finger that makes another word."""
    place = chance.randrange(len(text))
    return text[:place] + chance.choice("qxz") + text[place + 1 :]


def without_header_column(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    header = list(seed.columns)
    filled = [index for index in range(len(header)) if any(row[index] for row in rows)]
    header[chance.choice(filled)] = chance.choice(["", "remark", "tools", "id 2"])
    return as_bytes(seed, rows, header)


def doubled_row(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    return as_bytes(seed, [*rows, chance.choice(rows)])


def required_blank(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    columns = [index for index, column in enumerate(seed.columns.values()) if column.required]
    chance.choice(rows)[chance.choice(columns)] = chance.choice(["", "  "])
    return as_bytes(seed, rows)


def not_utf8(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    return as_bytes(seed, rows) + chance.choice([b"\xe9,,,\n", b"\xff\xff\n", b"\x80"])


def lost_comma(chance: random.Random, line: str) -> str:
    places = [index for index, character in enumerate(line) if character == ","]
    place = chance.choice(places)
    return line[:place] + line[place + 1 :]


def inserted(text: str) -> Callable[[random.Random, str], str]:
    def insert(chance: random.Random, line: str) -> str:
        place = chance.randrange(len(line) + 1)
        return line[:place] + text + line[place:]

    return insert


# What changes the meaning of a seed, or leaves it unclear: it must be refused, and stay as it is.
HARMS: dict[str, Harm] = {
    "a comma is lost": line_harm(lost_comma),
    "a comma too many": line_harm(lambda _, line: line + ","),
    "a stray quote": line_harm(inserted('"')),
    "a line is cut": line_harm(lambda chance, line: line[: chance.randrange(1, len(line))].rsplit(",", 1)[0]),
    "another word than the allowed": cell_harm(["choice"], swapped),
    "a key that is not there": cell_harm(["reference"], swapped),
    "a date with two readings": cell_harm(["date"], lambda chance, _: f"0{chance.randint(1, 4)}/09/2026"),
    "a date with a short year": cell_harm(["date"], lambda _, cell: f"{cell[8:]}/{cell[5:7]}/{cell[2:4]}"),
    "a day that is not": cell_harm(["date"], lambda _, cell: f"{cell[:4]}-02-30"),
    "a day's number": cell_harm(["date"], lambda _, __: "46115"),
    "a rounded number": cell_harm(["integer"], lambda _, __: "1.23E+05"),
    "a time that is not": cell_harm(["time"], lambda chance, _: chance.choice(["25:00", "9", "noon"])),
    "a zone that is not": cell_harm(["time zone"], swapped),
    "null": cell_harm(["text", "choice", "reference", "note"], lambda _, __: "NULL"),
    "a spreadsheet's word": cell_harm(
        ["text"], lambda chance, _: chance.choice(["1.00E+05", "#NAME?", "4-Mar", "#####", "03/04/2026"])
    ),
    "a true for a word": cell_harm(["choice", "reference", "date", "integer", "time"], lambda _, __: "TRUE"),
    "a column's name": without_header_column,
    "a row twice": doubled_row,
    "a needed cell is blank": required_blank,
    "other bytes": not_utf8,
}  # fmt: skip


def spaced(chance: random.Random, cell: str) -> str:
    return chance.choice(["", " ", "  "]) + cell + chance.choice(["", " "])


def rewritten(cells: Callable[[random.Random, str], str], kinds: Sequence[str]) -> Harm:
    """All cells of columns of these types written in another way."""

    def change(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
        kind = [kind_of(seed, name) for name in seed.columns]
        changed = [
            [cells(chance, cell) if cell and kind[index] in kinds else cell for index, cell in enumerate(row)]
            for row in rows
        ]
        return as_bytes(seed, changed) if changed != rows else None

    return change


def certain_date(chance: random.Random, cell: str) -> str:
    year, month, day = cell.split("-")
    if int(day) > 12 or day == month:
        forms = [f"{day}/{month}/{year}", f"{month}/{day}/{year}", f"{int(day)}.{int(month)}.{year}"]
        return chance.choice(forms)
    return chance.choice([f"{year}/{month}/{day}", f"{cell} 00:00:00", f"{year}-{int(month)}-{int(day)}"])


def certain_time(chance: random.Random, cell: str) -> str:
    hour, minute = map(int, cell.split(":"))
    forms = [f"{hour}:{minute:02}", f"{cell}:00"]
    if hour < 24:
        forms.append(f"{hour % 12 or 12}:{minute:02} {'PM' if hour >= 12 else 'AM'}")
    return chance.choice(forms)


def quoted(chance: random.Random, cells: Sequence[str]) -> str:
    doubled = [cell.replace('"', '""') for cell in cells]
    return ",".join(f'"{cell}"' for cell in doubled)


def all_quoted(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    return "".join(f"{quoted(chance, cells)}\n" for cells in [list(seed.columns), *rows]).encode()


def other_delimiter(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    delimiter = chance.choice(";\t|")
    if any(delimiter in cell or "," in cell for row in rows for cell in row):
        return None
    return as_bytes(seed, rows).replace(b",", delimiter.encode())


def other_column_order(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    order = list(range(len(seed.columns)))
    chance.shuffle(order)
    header = [list(seed.columns)[index] for index in order]
    return as_bytes(seed, [[row[index] for index in order] for row in rows], header)


def with_blank_rows(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    blank = [""] * len(seed.columns)
    place = chance.randrange(len(rows) + 1)
    return as_bytes(seed, [*rows[:place], blank, *rows[place:], blank]) + b"\n"


def with_blank_columns(chance: random.Random, seed: Seed, rows: Rows) -> bytes | None:
    extra = [""] * chance.randint(1, 3)
    return as_bytes(seed, [[*row, *extra] for row in rows], [*seed.columns, *extra])


# What spreadsheets do to a file without a doubt as to its meaning: --fix turns it back.
HARMLESS: dict[str, Harm] = {
    "a byte order mark": lambda _, seed, rows: b"\xef\xbb\xbf" + as_bytes(seed, rows),
    "Windows line ends": lambda _, seed, rows: as_bytes(seed, rows).replace(b"\n", b"\r\n"),
    "Unicode text": lambda _, seed, rows: as_bytes(seed, rows).decode().encode("utf-16"),
    "no line end": lambda _, seed, rows: as_bytes(seed, rows).rstrip(b"\n"),
    "another delimiter": other_delimiter,
    "all in quotes": all_quoted,
    "outer blanks": rewritten(spaced, ["text", "choice", "reference", "date", "integer", "time", "note"]),
    "no-break spaces": rewritten(lambda _, cell: f"{cell}\u00a0", ["text", "choice", "date", "note"]),
    "capitals": rewritten(lambda _, cell: cell.title(), ["choice"]),
    "dates in one reading": rewritten(certain_date, ["date"]),
    "numbers": rewritten(lambda chance, cell: cell + chance.choice([".0", ",00"]), ["integer"]),
    "times": rewritten(certain_time, ["time"]),
    "another order of columns": other_column_order,
    "blank rows": with_blank_rows,
    "blank columns": with_blank_columns,
}


READ = {name: read_seed(seed_path(name, DEMO_SEEDS)) for name in seeds()}


def parsed(name: str, content: bytes) -> SeedFile:
    return parse_seed(DEMO_SEEDS / f"{name}.csv", seeds()[name], content)


def checked(name: str, content: bytes) -> list[Problem]:
    """What is wrong with a seed that stands among the demo's others."""
    file = parsed(name, content)
    return list(check_file(file, {**READ, name: file}))


def errors(name: str, content: bytes) -> list[str]:
    return [problem.text for problem in checked(name, content) if not problem.is_harmless]


def mended(name: str, content: bytes) -> bytes:
    """The seed after --fix."""
    file = parsed(name, content)
    found = mend_file(file, {**READ, name: file})
    return found.content if found else content


def some_rows(name: str) -> Rows:
    return seed_rows(DEMO_SEEDS, name)[-15:]


def variants(harms: dict[str, Harm], seed: Seed, count: int) -> list[tuple[str, bytes]]:
    """Broken variants of the demo's seed, each harm as often as any other, always the same ones."""
    chance = random.Random(seed.name)
    rows = some_rows(seed.name)
    found: list[tuple[str, bytes]] = []
    for _ in range(count):
        for name, harm in harms.items():
            content = harm(chance, seed, [list(row) for row in rows])
            if content is not None and content != as_bytes(seed, rows):
                found.append((name, content))
        if len(found) >= count:
            break
    return found[:count]


@pytest.mark.parametrize("name", ORGANISATION)
def test_what_changes_the_meaning_is_refused_and_left(name: str) -> None:
    broken = variants(HARMS, seeds()[name], VARIANTS)
    assert len(broken) == VARIANTS
    for harm, content in broken:
        assert errors(name, content), (harm, content.decode(errors="replace"))
        assert errors(name, mended(name, content)), (harm, content.decode(errors="replace"))


@pytest.mark.parametrize("name", ORGANISATION)
def test_what_is_harmless_is_mended_to_the_same_meaning(name: str) -> None:
    before = as_bytes(seeds()[name], some_rows(name))
    for harm, content in variants(HARMLESS, seeds()[name], 100):
        assert checked(name, content), harm
        assert mended(name, content) == before, harm


@settings(max_examples=300, deadline=None, database=None)
@given(name=st.sampled_from(ORGANISATION), content=st.binary(max_size=200), is_after_header=st.booleans())
def test_any_bytes_are_told_of_or_read(name: str, content: bytes, is_after_header: bool) -> None:
    content = canonical(seeds()[name], []) * is_after_header + content
    assert all(problem.text for problem in checked(name, content))
    once = mended(name, content)
    assert mended(name, once) == once
    if not errors(name, content):
        assert not errors(name, once)


@settings(max_examples=300, deadline=None, database=None)
@given(data=st.data())
def test_any_cells_are_checked_and_mended_once(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(ORGANISATION))
    width = len(seeds()[name].columns)
    cell = st.one_of(st.sampled_from(ODD_CELLS), st.text(max_size=8))
    rows = data.draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=4))
    content = as_bytes(seeds()[name], rows)
    assert all(problem.text for problem in checked(name, content))
    once = mended(name, content)
    assert mended(name, once) == once
    if not errors(name, content):
        assert not errors(name, once)
