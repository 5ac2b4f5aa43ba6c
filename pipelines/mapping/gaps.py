"""What the mapping does not cover, worst first by the work it hides, with what it probably means and why."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb

from pipelines.mapping.errors import MappingError
from pipelines.mapping.rules import DEFAULT_PREFIX, Seed, seeds
from pipelines.mapping.seed_files import SeedFile, SeedRow, csv_line, read_seed, seed_path

Row = dict[str, Any]
# Fewer moves into a state, or out of it, tell nothing about what it means.
FEWEST_MOVES = 5
PREFIX = re.compile(r"\b(?:un|in|im|dis|de|not|non?|re)")


@dataclass(frozen=True, slots=True)
class ProductWork:
    """What a gap is to one product.

    Args:
        product_id: the product; `unassigned` for work that no product takes
        artifact_count: artifacts of the product that ever fell into the gap
        load_count, load_share: those in work now, and their share of the product's work in progress
        delivered_count, delivered_share: those delivered within 26 weeks, and their share of the velocity
    """

    product_id: str
    artifact_count: int
    load_count: int
    load_share: float | None
    delivered_count: int
    delivered_share: float | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A row for a gap.

    Args:
        cells: the row, by column; what it shall say is blank where nothing tells
        reasons: what it rests on, strongest first
    """

    cells: Mapping[str, str]
    reasons: tuple[str, ...] = ()

    def is_complete(self, seed: Seed) -> bool:
        """Whether it says all that a row of its seed must."""
        return all(self.cells[name] for name, column in seed.columns.items() if column.required)


@dataclass(frozen=True, slots=True)
class Gap:
    """A value of a project that no mapping row covers, that the tool's category stands in for, or that rows
    with equal right claim."""

    connection: str
    tool: str
    seed: str
    gap_type: str
    tool_value: str
    project: str
    conflicting_rows: str
    products: tuple[ProductWork, ...]
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime
    examples: tuple[tuple[str, str], ...]
    suggestion: Suggestion | None = None

    @property
    def artifact_count(self) -> int:
        """How many artifacts ever fell into it."""
        return sum(product.artifact_count for product in self.products)

    @property
    def load_count(self) -> int:
        """How many of them are in work now."""
        return sum(product.load_count for product in self.products)

    @property
    def delivered_count(self) -> int:
        """How many of them were delivered within 26 weeks."""
        return sum(product.delivered_count for product in self.products)

    @property
    def line(self) -> str:
        """The suggested row as it would stand in the file, blank if there is none."""
        return csv_line(list(self.suggestion.cells.values())) if self.suggestion else ""


@dataclass(frozen=True, slots=True)
class Drift:
    """How the tools' words changed: lines to read, by kind."""

    new: tuple[str, ...] = ()
    jumped: tuple[str, ...] = ()
    idle: tuple[str, ...] = field(default=())


def read_gaps(database: Path, folder: Path) -> tuple[list[Gap], Drift]:
    """The gaps of a built warehouse, worst first, and its drift.

    Args:
        database: the warehouse
        folder: the organisation's folder of seeds

    Raises:
        MappingError: there is no warehouse, or it was built without the marts that this reads
    """
    if not database.exists():
        raise MappingError(
            f"{database}: there is no warehouse. Load and build one, or name it: STREAMGAUGE_DATABASE."
        )
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            work = _rows(connection, "select * from mapping_gap_work")
            neighbours = _rows(connection, "select * from mapping_gap_neighbours")
            usage = _rows(connection, "select * from tool_value_usage order by connection, field, tool_value")
            clock = _rows(connection, "select * from build_settings")
            rows_used = _rows(connection, "select * from mapping_usage where origin = 'organisation'")
    except duckdb.CatalogException:
        raise MappingError(f"{database}: is not built, or by an older version. Run `dbt build`.") from None
    except duckdb.IOException as error:
        raise MappingError(f"{database}: cannot be read. {error}") from None
    files = {name: read_seed(path) for name in seeds() if (path := seed_path(name, folder)).is_file()}
    adviser = Adviser(files, neighbours)
    gaps = [_gap(alike, adviser) for alike in _grouped(work)]
    return sorted(gaps, key=_badness), _drift(usage, rows_used, clock[0] if clock else {}, files)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    found = connection.execute(sql)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _grouped(work: Sequence[Row]) -> Iterator[list[Row]]:
    groups = defaultdict(list)
    columns = ("connection", "seed", "gap_type", "tool_value", "conflicting_rows", "project")
    for row in work:
        groups[tuple(row[column] or "" for column in columns)].append(row)
    yield from groups.values()


def _gap(rows: list[Row], adviser: Adviser) -> Gap:
    rows = sorted(rows, key=lambda row: (-row["load_count"] - row["delivered_count"], -row["artifact_count"]))
    first = rows[0]
    columns = (
        "product_id",
        "artifact_count",
        "load_count",
        "load_share",
        "delivered_count",
        "delivered_share",
    )
    return Gap(
        connection=first["connection"],
        tool=first["tool"],
        seed=first["seed"],
        gap_type=first["gap_type"],
        tool_value=first["tool_value"] or "",
        project=first["project"] or "",
        conflicting_rows=first["conflicting_rows"] or "",
        products=tuple(ProductWork(**{column: row[column] for column in columns}) for row in rows),
        first_seen_at=min(row["first_seen_at"] for row in rows),
        last_seen_at=max(row["last_seen_at"] for row in rows),
        examples=tuple((row["example_artifact_key"], row["example_url"] or "") for row in rows[:3]),
        suggestion=adviser.suggestion(rows),
    )


def _badness(gap: Gap) -> tuple[object, ...]:
    """Worst first: the work in progress and delivered, then all; hidden before resting on a category."""
    return (
        -(gap.load_count + gap.delivered_count),
        -gap.artifact_count,
        gap.gap_type == "tool_category",
        gap.connection,
        gap.seed,
        gap.project,
        gap.tool_value,
    )


class Adviser:
    """Suggests rows for gaps, from the seeds and from what surrounds a state in timelines.

    Args:
        files: the seeds, by name
        neighbours: rows of mapping_gap_neighbours
    """

    def __init__(self, files: Mapping[str, SeedFile], neighbours: Sequence[Row]) -> None:
        self._files = files
        self._neighbours = defaultdict(list)
        for row in neighbours:
            self._neighbours[row["connection"], row["project"], row["tool_state"]].append(row)

    def suggestion(self, rows: Sequence[Row]) -> Suggestion | None:
        """A row for a gap of one project, given its rows of mapping_gap_work. None for a conflict."""
        gap = rows[0]
        if gap["gap_type"] == "conflict" or not gap["tool_value"]:
            return None
        seed = seeds()[gap["seed"]]
        cells = dict.fromkeys(seed.columns, "")
        cells.update(tool=gap["tool"], connection=gap["connection"])
        match seed.name:
            case "state_mapping":
                cells.update(project=gap["project"] or "", tool_state=gap["tool_value"])
                meaning, reasons = self._state(rows, cells)
            case "flow_item_mapping":
                cells.update(project=gap["project"] or "", artifact_type=gap["tool_value"])
                meaning, reasons = self._named_alike(seed, "artifact_type", cells)
            case "value_mapping":
                cells.update(field="resolution", tool_value=gap["tool_value"])
                meaning, reasons = self._named_alike(seed, "tool_value", cells)
            case _:
                cells.update(scope_type="project", scope_value=gap["tool_value"])
                meaning, reasons = self._product(gap["tool_value"])
        return Suggestion({**cells, **meaning}, tuple(reasons))

    def _state(self, rows: Sequence[Row], cells: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        gap = rows[0]
        category = next((row["tool_state_category"] for row in rows if row["tool_state_category"]), None)
        meaning, reasons = self._named_alike(seeds()["state_mapping"], "tool_state", cells, category)
        around = self._neighbours[gap["connection"], gap["project"], gap["tool_value"]]
        if category:
            unless = ", and the tool has no other word for waiting" if category == "active" else ""
            reasons.append(f"the tool's category is {category}{unless}")
            meaning = meaning or {"abstract_state": category}
        elif not meaning and (between := _between(around)):
            meaning = {"abstract_state": between}
        reasons += [said for direction in ("before", "after") if (said := _neighbour(around, direction))]
        if gap["stay_p50_seconds"] is not None:
            reasons.append(f"half of the stays are longer than {duration(gap['stay_p50_seconds'])}")
        return meaning, reasons

    def _named_alike(
        self, seed: Seed, column: str, cells: Mapping[str, str], category: str | None = None
    ) -> tuple[dict[str, str], list[str]]:
        """What other rows make of the same name, else of the one most like it that the tool does not deny."""
        rows = [
            (self._files[name], row)
            for name in (seed.name, DEFAULT_PREFIX + seed.name)
            if name in self._files
            for row in self._files[name].rows
            if row.text(column) and row.text("field") == cells.get("field", "") and _is_allowed(seed, row)
        ]
        text = cells[column].strip().lower()
        alike = [(file, row) for file, row in rows if row.text(column) == text]
        is_same = bool(alike)
        if not is_same:
            rows = [(file, row) for file, row in rows if _may_mean(row, category)]
            names = {row.text(column) for _, row in rows}
            names = {name for name in names if not _differ_in_prefix(text, name)}
            found = get_close_matches(text, sorted(names), n=1, cutoff=0.85)
            alike = [(file, row) for file, row in rows if row.text(column) in found]
        if not alike:
            return {}, []
        meanings = Counter(tuple(row.text(result) for result in seed.result) for _, row in alike)
        meaning = meanings.most_common(1)[0][0]
        verb = "maps it" if is_same else f"maps {alike[0][1].said(column)}"
        said = [" ".join(filter(None, map(row.text, seed.result))) for _, row in alike]
        reason = "; ".join(
            f"{_where(row)} {verb} to {result} ({file.name}:{row.line})"
            for (file, row), result in list(zip(alike, said, strict=True))[:3]
        )
        return dict(zip(seed.result, meaning, strict=True)), [reason]

    def _product(self, project: str) -> tuple[dict[str, str], list[str]]:
        file = self._files.get("products")
        for row in file.rows if file else ():
            names = [row.text("product_id"), row.text("product_name")]
            if get_close_matches(
                project.rsplit("/", 1)[-1].lower().replace("-", "_"), names, n=1, cutoff=0.8
            ):
                return {"product_id": row.said("product_id")}, [
                    f"the product {row.said('product_id')} is called alike"
                ]
        return {}, []


def _is_allowed(seed: Seed, row: SeedRow) -> bool:
    """Whether what a row decides is what such a row may."""
    return all(
        row.text(name) in allowed if row.text(name) else not seed.columns[name].required
        for name in seed.result
        if (allowed := seed.columns[name].choices(row.text))
    )


def _may_mean(row: SeedRow, category: str | None) -> bool:
    """Whether a row's state is one that the tool counts to this category; waiting is active to it."""
    state = row.text("abstract_state")
    return category is None or ("active" if state == "waiting" else state) == category


def _differ_in_prefix(one: str, other: str) -> bool:
    """Whether one name is the other with a prefix before one of its words, which reverses the meaning."""
    return _letters(one) != _letters(other) and any(
        _letters(longer[: prefix.start()] + longer[prefix.end() :]) == _letters(shorter)
        for longer, shorter in ((one, other), (other, one))
        for prefix in PREFIX.finditer(longer)
    )


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name)


def _where(row: SeedRow) -> str:
    place = [row.said(column) for column in ("project", "connection", "tool") if row.said(column)]
    return place[0] if place else "a row"


def _neighbour(around: Sequence[Row], direction: str) -> str:
    """The commonest state on one side, with its share."""
    moves: Counter[tuple[str, str]] = Counter()
    for row in around:
        if row["direction"] == direction:
            moves[row["neighbour_state"], row["neighbour_abstract_state"] or "unmapped"] += row["move_count"]
    if not moves:
        return ""
    (state, abstract), count = moves.most_common(1)[0]
    verb = "comes after" if direction == "before" else "leads to"
    return f"{verb} {state} ({abstract}) in {count:,} of {plural(moves.total(), 'move')}"


def _between(around: Sequence[Row]) -> str | None:
    """What a state without a category probably is, if most moves on both sides agree: done work is done, and
    what comes between work and work is work."""
    sides = {}
    for direction in ("before", "after"):
        moves: Counter[str] = Counter()
        for row in around:
            if row["direction"] == direction and row["neighbour_abstract_state"]:
                moves[row["neighbour_abstract_state"]] += row["move_count"]
        if 0 < moves.total() < FEWEST_MOVES:
            return None
        sides[direction] = moves.most_common(1)[0][0] if moves else None
    in_work = {"active", "waiting"}
    if sides["before"] in in_work and sides["after"] in in_work | {"done"}:
        return "active"
    if sides["before"] in {None, "new"} and sides["after"] in {"new", "active"}:
        return "new"
    return None


def plural(count: int, noun: str) -> str:
    """A count with its noun: 1 move, 2 moves."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float) -> str:
    """A length of time in words: 3.2 days, 5 hours, 20 minutes."""
    if seconds >= 86400:
        return f"{seconds / 86400:.1f} days"
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.0f} minutes"


# --- drift


def _drift(
    usage: Sequence[Row], rows_used: Sequence[Row], clock: Row, files: Mapping[str, SeedFile]
) -> Drift:
    new = [
        f"{row['connection']}: the {row['field']} {row['tool_value']} is new since the load before, "
        f"{plural(row['artifact_count'], 'item')} with it"
        for row in usage
        if row["is_new"]
    ]
    jumped = [
        f"{row['connection']}: the {row['field']} {row['tool_value']} was entered {row['recent_count']:,} "
        f"times in 28 days, {row['usual_count']:.1f} are usual"
        for row in usage
        if row["has_jumped"]
    ]
    places = {
        file.seed.row_id(row.said): f"{file.name}:{row.line}" for file in files.values() for row in file.rows
    }
    idle = []
    for row in rows_used:
        place = places.get(row["mapping_row_id"])
        last = row["last_used_at"]
        ended = (
            row["mapping_row_id"].split("valid_to=")[1][:10] if "valid_to=" in row["mapping_row_id"] else ""
        )
        if place and not row["decided_count"]:
            idle.append(f"{place} decides nothing: {row['mapping_row_id']}")
        elif place and last and not ended and clock and last.date() < clock["recent_from"]:
            idle.append(f"{place} decided nothing since {last:%Y-%m-%d}: {row['mapping_row_id']}")
    return Drift(tuple(new), tuple(jumped), tuple(idle))
