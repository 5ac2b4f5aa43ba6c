"""What is wrong with the seeds by the rules that `dbt build` enforces: file, line, column and remedy."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pipelines.mapping.rules import DEFAULT_PREFIX, DEFAULTS, Column, Seed, seeds, types, words
from pipelines.mapping.seed_files import (
    INNER_INVISIBLE,
    SeedFile,
    SeedRow,
    read_seed,
    seed_path,
)
from pipelines.mapping.spreadsheets import meant

ALWAYS, FOR_EVER = "0000", "9999"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a seed.

    Args:
        path: the file
        line: the line in it; the header is line 1
        column: the column, where it is one
        kind: which kind, as in the macro seed_words
        filled: what fills in the kind's words
        others: lines of the rows that it is about besides
        hint: what was probably meant
        is_mended: whether `--fix` mends it
        is_harmless: whether dbt reads it as it is meant
    """

    path: Path
    line: int
    column: str | None
    kind: str
    filled: Mapping[str, object] = field(default_factory=dict)
    others: tuple[int, ...] = ()
    hint: str = ""
    is_mended: bool = False
    is_harmless: bool = False

    @property
    def text(self) -> str:
        """What is wrong and how to mend it, in words."""
        filled = {**self.filled, "others": " and ".join(f"line {line}" for line in self.others)}
        said = words().get(self.kind, self.kind).format(**filled)
        return f"{said} {self.hint}".rstrip()

    @property
    def place(self) -> str:
        """File and line, as people say it."""
        return f"{shown(self.path)} line {self.line}"


@dataclass(frozen=True, slots=True)
class Checked:
    """The seeds that were read and what is wrong with them."""

    files: tuple[SeedFile, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What `dbt build` refuses, too."""
        return tuple(problem for problem in self.problems if not problem.is_harmless)


def check_seeds(folder: Path, only: Sequence[Path] = ()) -> Checked:
    """Check the organisation's seeds and the shipped ones.

    Args:
        folder: the organisation's folder
        only: report on these files alone; the others are read for what these refer to
    """
    read = {}
    problems = []
    for name, seed in seeds().items():
        path = seed_path(name, folder)
        if path.is_file():
            read[name] = read_seed(path, seed)
        else:
            kind = "is missing, and dbt needs it, if only with its header."
            problems.append(Problem(path, 1, None, kind, is_mended=True))
    for file in read.values():
        problems += check_file(file, read)
    problems += _strange_files(folder) + _lonely_connections(read)
    chosen = {path.resolve() for path in only}
    reported = [problem for problem in problems if not chosen or problem.path.resolve() in chosen]
    return Checked(tuple(read.values()), tuple(sorted(reported, key=_order)))


def shown(path: Path) -> str:
    """A path as it is shown: from the current folder if it is in it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def row_name(seed: Seed, row: SeedRow) -> str:
    """A row in words, as dbt names it."""
    said = [f"{column}={row.said(column)}" for column in seed.naming_columns if row.said(column)]
    return f"{seed.name} ({', '.join(said)})"


def _order(problem: Problem) -> tuple[bool, str, int, str]:
    return problem.is_harmless, str(problem.path), problem.line, problem.kind


def check_file(file: SeedFile, read: Mapping[str, SeedFile]) -> Iterator[Problem]:
    """What is wrong with one seed.

    Args:
        file: the seed
        read: the seeds that it may refer to, by name
    """
    for found in file.problems:
        hint = f"({found.hint})" if found.hint else ""
        column = found.filled.get("column")
        yield Problem(
            file.path,
            found.line,
            str(column) if column else None,
            found.kind,
            found.filled,
            hint=hint,
            is_mended=found.is_mended,
        )
    for row in file.rows:
        for column in file.seed.columns.values():
            yield from _cell_problems(file, row, column, read)
        yield from _disorder(file, row)
    yield from _circles(file)
    yield from _clashes(file)
    yield from _rows_that_never_win(file)
    yield from _overlaps(file)
    yield from _several(file)
    if file.untidy and not file.problems:
        kind = f"has {_enumerated(file.untidy)}. It reads the same; `--fix` tidies it."
        yield Problem(file.path, 1, None, kind, is_mended=True, is_harmless=True)


# --- cells


def _cell_problems(
    file: SeedFile, row: SeedRow, column: Column, read: Mapping[str, SeedFile]
) -> Iterator[Problem]:
    text, value = row.text(column.name), row.said(column.name)
    filled = {"column": column.name, "value": value}

    def problem(said: str, hint: str = "", *, is_mended: bool = False, **more: str) -> Problem:
        return Problem(
            file.path, row.line, column.name, said, {**filled, **more}, hint=hint, is_mended=is_mended
        )

    if not text:
        if column.required:
            yield problem("blank")
        return
    allowed = column.choices(row.text)
    if allowed and text not in allowed:
        suggestion = suggested(file.seed, column.name, text, allowed, read)
        kind = "not_allowed_of" if column.allowed_by else "not_allowed"
        told = row.text(column.allowed_by[0]) if column.allowed_by else ""
        yield problem(kind, _did_you_mean(suggestion), kind=told, choices=", ".join(allowed))
    if text in column.reserved:
        yield problem("reserved")
    if column.references:
        known = known_values(column.references, read)
        if known is not None and text not in known:
            suggestion = zero_lost(text, known) or _closest(text, list(known))
            is_mended = zero_lost(text, known) is not None
            hint = _did_you_mean(known.get(suggestion or ""))
            yield problem("unknown", hint, is_mended=is_mended, seed=column.references[0])
    if column.type:
        if not is_of_type(column.type, text):
            reading = meant(column.type, text)
            is_mended = reading.value is not None and is_of_type(column.type, reading.value)
            hint = _type_hint(column.type, text, reading.choices, is_mended=is_mended)
            yield problem("malformed", hint, is_mended=is_mended, example=types()[column.type]["example"])
    elif column.name != "note":
        if re.search(types()["text"]["never"], text):
            yield problem("rewritten")
        elif not column.allowed and INNER_INVISIBLE.search(value.strip()):
            kind = f"{column.name} has an invisible character inside, such as a no-break space. If the tool"
            kind += " does not write it so, the row matches nothing: type it again."
            yield Problem(file.path, row.line, column.name, _literal(kind), is_harmless=True)


def is_of_type(kind: str, text: str) -> bool:
    """Whether a cell, in lower case, is of a type of column."""
    rule = types()[kind]
    if "names" in rule:
        return text in rule["names"]
    if not re.search(rule["pattern"], text) or not text.isascii():
        return False
    try:
        return kind != "date" or dt.date.fromisoformat(text) is not None
    except ValueError:
        return False


def known_values(reference: tuple[str, str], read: Mapping[str, SeedFile]) -> dict[str, str] | None:
    """The values that a column of another seed has, as compared and as written. None if it cannot be read."""
    file = read.get(reference[0])
    if file is None or not file.is_whole:
        return None
    column = reference[1]
    return {row.text(column): row.said(column) for row in file.rows if row.text(column)}


def zero_lost(text: str, known: Iterable[str]) -> str | None:
    """The one known value that a spreadsheet turns into this number by dropping its leading zeros."""
    if not text.isdigit():
        return None
    candidates = [value for value in known if value.isdigit() and value.lstrip("0") == text.lstrip("0")]
    return candidates[0] if len(candidates) == 1 else None


def suggested(
    seed: Seed, column: str, text: str, allowed: Sequence[str], read: Mapping[str, SeedFile]
) -> str | None:
    """What a value that is not allowed may have meant: a near spelling, or what other rows make of it."""
    close = _closest(text, allowed)
    if close:
        return close
    base = seed.name.removeprefix(DEFAULT_PREFIX)
    for name in (base, DEFAULT_PREFIX + base):
        file = read.get(name)
        for row in file.rows if file else ():
            says_so = any(row.text(match) == text for match in seed.match)
            if says_so and row.text(column) in allowed:
                return row.text(column)
    return None


def _closest(text: str, choices: Sequence[str]) -> str | None:
    found = get_close_matches(text.replace(" ", "_").replace("-", "_"), choices, n=1, cutoff=0.7)
    return found[0] if found else None


def _did_you_mean(suggestion: str | None) -> str:
    return f"Did you mean {suggestion}?" if suggestion else ""


def _type_hint(kind: str, text: str, choices: Sequence[str], *, is_mended: bool) -> str:
    if kind == "time zone":
        known = types()[kind]["names"]
        ends = {name.rsplit("/", 1)[-1]: name for name in known}
        close = _closest(text, known) or ends.get(text.replace(" ", "_"))
        return _did_you_mean(_time_zone(close) if close else None)
    if is_mended:
        return f"`--fix` writes {choices[0]}."
    if choices:
        return f"Write {_either(choices)}, whichever it is." if len(choices) > 1 else f"Is it {choices[0]}?"
    return ""


def _time_zone(name: str) -> str:
    return "/".join(part.title() for part in name.split("/"))


# --- rows


def _disorder(file: SeedFile, row: SeedRow) -> Iterator[Problem]:
    for earlier, later in (("valid_from", "valid_to"), ("start_time", "end_time")):
        if earlier not in file.seed.columns:
            continue
        pattern = types()[str(file.seed.columns[earlier].type)]["pattern"]
        are_sound = all(re.search(pattern, row.text(column)) for column in (earlier, later))
        if are_sound and row.text(earlier) >= row.text(later):
            filled = {"earlier": earlier, "later": later}
            hint = "Midnight at a day's end is 24:00." if row.text(later) == "00:00" else ""
            yield Problem(file.path, row.line, later, "disorder", filled, hint=hint)


def _circles(file: SeedFile) -> Iterator[Problem]:
    parent = file.seed.parent
    if parent is None:
        return
    key = file.seed.key[0]
    parents = defaultdict(set)
    for row in file.rows:
        parents[row.text(key)].add(row.text(parent))
    for row in file.rows:
        if row.text(key) and row.text(key) in _reached(row.text(key), parents):
            yield Problem(file.path, row.line, parent, "circle", {"parent": parent})


def _reached(start: str, parents: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = set(parents.get(start, ()))
    while ahead:
        reached |= ahead
        ahead = {above for one in ahead for above in parents.get(one, ())} - reached - {""}
    return reached


def _clashes(file: SeedFile) -> Iterator[Problem]:
    seed = file.seed
    tellers = [column for column in seed.identity if not column.startswith("valid_")]
    alike = defaultdict(list)
    for row in file.rows:
        alike[tuple(row.text(column) for column in tellers)].append(row)
    for rows in alike.values():
        for index, row in enumerate(rows):
            for other in rows[:index]:
                if _begins(row) < _ends(other) and _begins(other) < _ends(row):
                    yield _clash(file, row, other)


def _clash(file: SeedFile, row: SeedRow, other: SeedRow) -> Problem:
    if not file.seed.match:
        filled = {"columns": ", ".join(file.seed.key)}
        hint = f"The other is line {other.line}."
        return Problem(file.path, row.line, file.seed.key[0], "twice", filled, (other.line,), hint=hint)
    is_same = all(row.text(column) == other.text(column) for column in file.seed.result)
    kind = "same" if is_same else "tied"
    return Problem(file.path, row.line, file.seed.result[0], kind, others=(other.line,))


def _overlaps(file: SeedFile) -> Iterator[Problem]:
    if not file.seed.stretches_of:
        return
    alike = defaultdict(list)
    for row in file.rows:
        key = tuple(row.text(column) for column in file.seed.stretches_of)
        if all(key) and row.text("start_time") and row.text("end_time"):
            alike[key].append(row)
    for rows in alike.values():
        for one in rows:
            for other in rows:
                if one.text("start_time") < other.text("start_time") < one.text("end_time"):
                    yield Problem(file.path, one.line, "end_time", "overlap", others=(other.line,))


def _several(file: SeedFile) -> Iterator[Problem]:
    """Keys that have more than one of what each has one of: calendars with two time zones."""
    if not file.seed.one_of:
        return
    key, column = file.seed.one_of
    rows = defaultdict(list)
    for row in file.rows:
        if row.text(key) and row.text(column):
            rows[row.text(key)].append(row)
    for alike in rows.values():
        values = sorted({row.text(column) for row in alike})
        if len(values) > 1:
            row = next(row for row in alike if row.text(column) != alike[0].text(column))
            filled = {"one": values[0], "other": values[-1]}
            yield Problem(file.path, row.line, column, "several", filled)


def _begins(row: SeedRow) -> str:
    return row.text("valid_from") or ALWAYS


def _ends(row: SeedRow) -> str:
    return row.text("valid_to") or FOR_EVER


def _rows_that_never_win(file: SeedFile) -> Iterator[Problem]:
    """Rows before which, on each of their days, a row goes that matches whatever they match."""
    if not file.seed.match:
        return
    conditions = {row.line: _conditions(file.seed, row) for row in file.rows}
    preferences = {row.line: _preference(file.seed, row) for row in file.rows}
    by_conditions = defaultdict(list)
    for row in file.rows:
        by_conditions[conditions[row.line]].append(row)
    for loser in file.rows:
        if _begins(loser) >= _ends(loser):
            continue
        winners = [
            row
            for subset in _subsets(conditions[loser.line])
            for row in by_conditions.get(subset, ())
            if preferences[row.line] < preferences[loser.line]
            and _begins(row) < _ends(loser)
            and _ends(row) > _begins(loser)
        ]
        days = {_begins(loser), *(_ends(row) for row in winners if _ends(row) < _ends(loser))}
        if winners and all(any(_begins(row) <= day < _ends(row) for row in winners) for day in days):
            lines = tuple(sorted(row.line for row in winners))
            yield Problem(file.path, loser.line, file.seed.match[-1], "never_wins", others=lines)


def _conditions(seed: Seed, row: SeedRow) -> frozenset[tuple[str, str]]:
    """What must hold for a row to match. A scope of the type project is a condition on the project."""
    found = {column: row.text(column) for column in seed.match if row.text(column)}
    if "scope_type" in seed.columns:
        kind, value = found.pop("scope_type", ""), found.pop("scope_value", "")
        if kind == "project":
            found["project"] = value or found.get("project", "")
        elif kind and value:
            found["scope"] = f"{kind}={value}"
    return frozenset((column, value) for column, value in found.items() if value)


def _preference(seed: Seed, row: SeedRow) -> tuple[object, ...]:
    """What decides between matching rows, the smallest: precedence, scope type, specificity, pattern."""
    text = row.text("precedence")
    precedence = (0, int(text)) if text and is_of_type("integer", text) else (1, 0)
    scope_types = seed.columns["scope_type"].allowed if "scope_type" in seed.columns else ()
    scope_type = row.text("scope_type")
    scope = scope_types.index(scope_type) if scope_type in scope_types else len(scope_types)
    filled = [bool(row.text(column)) for column in seed.match]
    return precedence, scope, -sum(filled), [not is_filled for is_filled in filled]


def _subsets(conditions: frozenset[tuple[str, str]]) -> Iterator[frozenset[tuple[str, str]]]:
    ordered = list(conditions)
    for mask in range(2 ** len(ordered)):
        yield frozenset(item for index, item in enumerate(ordered) if mask >> index & 1)


# --- remarks on what dbt reads as it is


def _strange_files(folder: Path) -> list[Problem]:
    known = list(seeds())
    strange = [path for path in sorted(folder.glob("*.csv")) if path.stem not in known]
    return [
        Problem(
            path,
            1,
            None,
            "is the file of no seed, so that no figure depends on it.",
            hint=_did_you_mean(_closest(path.stem, known)),
            is_harmless=True,
        )
        for path in strange
        if path.parent.resolve() != DEFAULTS.resolve()
    ]


def _lonely_connections(read: Mapping[str, SeedFile]) -> list[Problem]:
    """Connections and projects that are spelt almost like another that many rows name."""
    problems = []
    for column, likeness in (("connection", 0.75), ("project", 0.85)):
        places = defaultdict(list)
        for file in read.values():
            for row in file.rows if column in file.seed.columns else ():
                if row.text(column):
                    places[row.text(column)].append((file, row))
        for name, found in places.items():
            others = [other for other in places if len(places[other]) >= 3 * len(found) and other != name]
            close = get_close_matches(name, others, n=1, cutoff=likeness)
            if len(found) == 1 and close:
                file, row = found[0]
                kind = f"{column} '{row.said(column)}' is in no other row."
                hint = _did_you_mean(places[close[0]][0][1].said(column))
                problems.append(
                    Problem(file.path, row.line, column, _literal(kind), hint=hint, is_harmless=True)
                )
    return problems


def _literal(text: str) -> str:
    """A text whose braces fill in nothing."""
    return text.replace("{", "{{").replace("}", "}}")


def _either(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def _enumerated(things: Sequence[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
