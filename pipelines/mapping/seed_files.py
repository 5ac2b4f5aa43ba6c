"""The seeds' CSV files: read however a spreadsheet left them, written in the form that dbt reads.

Canonical form: UTF-8 without byte order mark, commas, LF line ends, the seed's header, one row a line, no
outer blanks, quotes only where a cell needs them.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pipelines.mapping.rules import DEFAULTS, ROOT, Seed, form_problems, seeds

SEEDS_VARIABLE = "STREAMGAUGE_SEEDS"
DEFAULT_SEEDS = "seeds/organisation"
BYTE_ORDER_MARK = "\ufeff"
DELIMITERS = ",;\t|"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What nobody sees. The macro seed_form_problems refuses it at the ends of a cell; inside it may be meant.
INVISIBLE = "\x00-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff"
OUTER_INVISIBLE = re.compile(rf"^[ {INVISIBLE}]+|[ {INVISIBLE}]+$")
# No-break and other unusual spaces, and what has no width; but not what joins emoji.
INNER_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u1680\u2000-\u200b\u2028-\u202f\u205f\u2060\u3000\ufeff]"
)


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One row of a seed.

    Args:
        line: its line in the file, the header being line 1
        cells: what stands in each column, as it stands there
    """

    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """A cell as it is compared: without outer blanks, in lower case; blank is empty."""
        return self.cells.get(column, "").strip(" ").lower()

    def said(self, column: str) -> str:
        """A cell as it is shown: without outer blanks."""
        return self.cells.get(column, "").strip(" ")


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A place where a file is not in the form that dbt reads.

    Args:
        line: where
        kind: which, as in the macro seed_words
        filled: what fills in the kind's words
        is_mended: whether it is certain what is meant; the rows then hold that
        hint: what more can be said
    """

    line: int
    kind: str
    filled: Mapping[str, object] = field(default_factory=dict)
    is_mended: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A seed's file as it was read.

    Args:
        path: where it is
        seed: the rules of its seed
        content: its bytes
        rows: its rows, as far as it is certain where their cells belong
        problems: where its form is not what dbt reads
        untidy: what is not canonical, in words, but read alike
    """

    path: Path
    seed: Seed
    content: bytes
    rows: tuple[SeedRow, ...]
    problems: tuple[FormProblem, ...]
    untidy: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every row's cells are in place, so that writing the rows loses nothing."""
        return all(problem.is_mended or problem.kind == "null" for problem in self.problems)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name


def seeds_folder() -> Path:
    """The organisation's folder of seeds, as dbt finds it."""
    folder = Path(os.environ.get(SEEDS_VARIABLE) or DEFAULT_SEEDS)
    return folder if folder.is_absolute() or folder.exists() else ROOT / folder


def seed_path(seed: str, folder: Path) -> Path:
    """Where a seed's file is, given the organisation's folder."""
    return (DEFAULTS if seeds()[seed].is_default else folder) / f"{seed}.csv"


def read_seed(path: Path, seed: Seed | None = None) -> SeedFile:
    """Read a seed's file, of whatever form.

    Args:
        path: the file
        seed: its rules; those of the seed with the file's name if none are given
    """
    return parse_seed(path, seed or seeds()[path.stem], path.read_bytes())


def parse_seed(path: Path, seed: Seed, content: bytes) -> SeedFile:
    """A seed's file with this content."""
    text = _decoded(content)
    if text is None:
        problem = FormProblem(_first_line_not_utf8(content), "not_utf8")
        return SeedFile(path, seed, content, (), (problem,), ())
    return _Reading(path, seed, content, text).file()


def canonical(seed: Seed, rows: Iterable[Mapping[str, str]]) -> bytes:
    """The rows of a seed as a file in canonical form."""
    lines = [list(seed.columns), *([cells[column] for column in seed.columns] for cells in rows)]
    return "".join(csv_line(cells) + "\n" for cells in lines).encode()


def csv_line(cells: Sequence[str]) -> str:
    """Cells as one line of CSV, without its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def write_file(path: Path, content: bytes) -> None:
    """Replace a file's content at once, so that it is never half written."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    if path.exists():
        draft.chmod(path.stat().st_mode)
    draft.replace(path)


def _decoded(content: bytes) -> str | None:
    encoding = "utf-16" if content.startswith(UTF_16_MARKS) else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _first_line_not_utf8(content: bytes) -> int:
    for number, line in enumerate(
        content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), start=1
    ):
        if _decoded(line) is None:
            return number
    return 1


class _Reading:
    """Finds out where the cells of a file belong."""

    def __init__(self, path: Path, seed: Seed, content: bytes, text: str) -> None:
        self._path = path
        self._seed = seed
        self._content = content
        self._text = text
        self._columns = list(seed.columns)
        self._is_utf8 = not content.startswith(UTF_16_MARKS)
        self._body = text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")
        lines = self._body.split("\n")
        self._lines = lines[:-1] if lines[-1] == "" else lines
        self._joined_lines: set[int] = set()

    def file(self) -> SeedFile:
        """The file's rows and the problems of its form."""
        delimiter = self._delimiter()
        header, places, header_problem = self._header(delimiter)
        problems = [header_problem] if header_problem else []
        if not self._is_utf8:
            problems.append(FormProblem(1, "not_utf8", is_mended=True))
        rows = []
        if header_problem is None or header_problem.is_mended:
            for line, cells, problem in self._records(delimiter, len(header)):
                problems += [problem] if problem else []
                if cells is not None:
                    row, problem = self._row(line, cells, places)
                    problems += [problem] if problem else []
                    rows += [row] if row else []
            problems += [problem for row in rows for problem in _cell_problems(row)]
        if header_problem is None:  # nothing that dbt refuses passes
            known = {problem.line for problem in problems} | self._joined_lines
            problems += [
                FormProblem(found["line"], found["kind"], found)
                for found in form_problems(self._text, self._columns)
                if found["line"] not in known
            ]
        ordered = tuple(sorted(problems, key=lambda problem: problem.line))
        return SeedFile(
            self._path, self._seed, self._content, tuple(rows), ordered, tuple(self._untidy(rows))
        )

    def _delimiter(self) -> str:
        """The delimiter that finds most of the seed's columns in the first line."""
        first = self._lines[0] if self._lines else ""

        def columns_found(delimiter: str) -> int:
            return len({_column_name(cell) for cell in _cells(first, delimiter) or []} & set(self._columns))

        return max(DELIMITERS, key=columns_found)  # the comma, of equals

    def _header(self, delimiter: str) -> tuple[list[str], list[str | None], FormProblem | None]:
        """The first line's cells, the column each stands for, and what is wrong."""
        first = self._lines[0] if self._lines else ""
        cells = _cells(first, delimiter) or []
        names = [_column_name(cell) for cell in cells]
        filled = {"header": ",".join(self._columns)}
        if not set(names) & set(self._columns):
            hint = "it is missing" if first.strip(" ,;\t") else "the file is empty"
            is_empty = not any(line.strip() for line in self._lines)
            return cells, [], FormProblem(1, "header", filled, is_mended=is_empty, hint=hint)
        places = [name if name in self._columns else None for name in names]
        twice = sorted({name for name in names if name in self._columns and names.count(name) > 1})
        unknown = [
            cell
            for index, cell in enumerate(cells)
            if places[index] is None and not self._is_empty(index, delimiter)
        ]
        if twice or unknown:
            hints = [f"{name} stands twice" for name in twice]
            hints += [self._unknown_column(cell, set(names)) for cell in unknown]
            return cells, places, FormProblem(1, "header", filled, hint="; ".join(hints))
        if first != filled["header"] or delimiter != ",":
            missing = [column for column in self._columns if column not in names]
            hint = f"the delimiter is {_delimiter_name(delimiter)}" if delimiter != "," else ""
            if missing:
                hint = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
            return cells, places, FormProblem(1, "header", filled, is_mended=True, hint=hint)
        return cells, places, None

    def _is_empty(self, index: int, delimiter: str) -> bool:
        """Whether nothing stands in the nameless column at the header's right end."""
        rows = [_cells(line, delimiter) for line in self._lines]
        return all(cells is not None and not _stripped("".join(cells[index : index + 1])) for cells in rows)

    def _unknown_column(self, cell: str, names: set[str]) -> str:
        close = get_close_matches(_column_name(cell), [c for c in self._columns if c not in names], n=1)
        hint = f", did you mean {close[0]}?" if close else ""
        name = _stripped(cell)
        return f"there is no column '{name}'{hint}" if name else "a column has no name"

    def _records(
        self, delimiter: str, width: int
    ) -> Iterable[tuple[int, list[str] | None, FormProblem | None]]:
        """Line, cells and problem of each row. A row is one line; a note that goes over several is joined."""
        number = 1
        while number < len(self._lines):
            start, line = number + 1, self._lines[number]
            number += 1
            cells = _cells(line, delimiter)
            if cells is not None:
                yield start, cells, None
                continue
            joined = self._joined(number, line, delimiter, width) if line.count('"') % 2 else None
            if joined is None:
                yield start, None, FormProblem(start, "quotes")
            else:
                number = joined[1]
                yield (
                    start,
                    joined[0],
                    FormProblem(start, "quotes", is_mended=True, hint="a note is one line"),
                )

    def _joined(self, number: int, line: str, delimiter: str, width: int) -> tuple[list[str], int] | None:
        """The cells of a row whose note goes on in the following lines, and where the next row begins."""
        for end in range(number, min(number + 20, len(self._lines))):
            if self._lines[end].count(delimiter) >= width - 1:  # a row, which no note may swallow
                return None
            line = f"{line} {self._lines[end]}"
            cells = _cells(line, delimiter)
            if cells is not None:
                if len(cells) != width or self._columns[-1] != "note":
                    return None
                self._joined_lines |= set(range(number + 1, end + 2))
                return cells, end + 1
        return None

    def _row(
        self, line: int, cells: list[str], places: list[str | None]
    ) -> tuple[SeedRow | None, FormProblem | None]:
        """The row of a line, and what is wrong with its form."""
        if not any(_stripped(cell) for cell in cells):
            return None, FormProblem(line, "blank_row", is_mended=True)
        if len(cells) != len(places):  # even a blank one too many may be a comma in another cell
            return None, FormProblem(line, "cells", {"found": len(cells), "expected": len(places)})
        row = dict.fromkeys(self._columns, "")
        row.update({place: cell for place, cell in zip(places, cells, strict=True) if place})
        return SeedRow(line, row), None

    def _untidy(self, rows: Sequence[SeedRow]) -> Iterable[str]:
        if self._text.startswith(BYTE_ORDER_MARK):
            yield "a byte order mark"
        if "\r" in self._text:
            yield "Windows line ends"
        if self._body and not self._body.endswith("\n"):
            yield "no line end at the end"
        cells = [cell for row in rows for cell in row.cells.values()]
        if blanks := sum(cell != cell.strip(" ") for cell in cells):
            yield f"outer blanks in {blanks} {'cell' if blanks == 1 else 'cells'}"
        columns = self._seed.columns.values()
        capitals = sum(
            row.text(column.name) in column.choices(row.text)
            and row.said(column.name) != row.text(column.name)
            for row in rows
            for column in columns
        )
        if capitals:
            yield f"capitals in {capitals} {'cell' if capitals == 1 else 'cells'}"
        quoted = [(line, _cells(line, ",")) for line in self._lines[1:] if '"' in line]
        if any(found is not None and csv_line(found) != line for line, found in quoted):
            yield "needless quotes"


def _cells(line: str, delimiter: str) -> list[str] | None:
    """The cells of one line, or none if its quotes are out of place."""
    cell = rf'(?:"(?:[^"]|"")*"|[^"{re.escape(delimiter)}]*)'
    if not re.fullmatch(rf"{cell}(?:{re.escape(delimiter)}{cell})*", line):
        return None
    try:
        return next(csv.reader([line], delimiter=delimiter), [""])
    except csv.Error:  # a cell is longer than any reader takes
        return None


def _cell_problems(row: SeedRow) -> Iterable[FormProblem]:
    for column, cell in row.cells.items():
        if _stripped(cell).lower() == "null":
            yield FormProblem(row.line, "null", {"column": column})
        elif _stripped(cell) != cell.strip(" "):
            yield FormProblem(row.line, "invisible", {"column": column}, is_mended=True)


def _column_name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", _stripped(cell).lower())


def _stripped(cell: str) -> str:
    return OUTER_INVISIBLE.sub("", cell)


def _delimiter_name(delimiter: str) -> str:
    return {";": "a semicolon", "\t": "a tab", "|": "a bar"}[delimiter]
