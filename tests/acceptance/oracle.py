"""An independent reckoning of every figure that METRICS.md defines, in plain Python.

It reads artifacts (packs.py) and an organisation's seeds, and knows nothing of the project's models. It is
simple and slow, and written from the text of METRICS.md and DESIGN.md. Times are whole milliseconds, UTC,
until they are handed out as seconds. Standard library only.
"""

import csv
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.acceptance.packs import Artifact, Change, Pack, in_order

FLOW_ITEMS = ("feature", "defect", "debt", "risk")
PERIOD_TYPES = ("day", "week", "month", "quarter", "year")
SCOPE_TYPES = ("label", "component", "area_path", "team", "service", "repository", "project")
BUCKETS = ("duplicate", "removed_before_completion", "unmapped", "excluded", "flow_item")
DEFAULTS = Path(__file__).resolve().parents[2] / "seeds" / "defaults"
UNASSIGNED = "unassigned"
ORGANISATION = "organisation"
Row = dict[str, Any]


# ---------------------------------------------------------------- the timeline (section 2)
@dataclass(frozen=True)
class Interval:
    """A stretch `[entered_at, left_at)` in which no tracked attribute changed; the last one is open."""

    entered_at: int
    left_at: int | None
    state: str
    artifact_type: str
    project: str
    is_flagged: bool
    is_inferred: bool


def label_name(label: str | None) -> str:
    return (label or "").strip().lower()


def with_label_states(artifact: Artifact, state_labels: set[str]) -> Artifact:
    """The artifact whose state is the latest added of its state labels while it is in the tool's first state.

    A label that was never added but is on now, or whose first event takes it away, was on from the start.
    """
    changes = sorted(artifact.changes, key=in_order)
    kept = [c for c in changes if c.attribute != "label"]
    events = [
        c
        for c in changes
        if c.attribute == "state"
        or (c.attribute == "label" and label_name(c.before or c.after) in state_labels)
    ]
    first_event: dict[str, Change] = {}
    for change in events:
        if change.attribute == "label":
            first_event.setdefault(label_name(change.before or change.after), change)
    current = {label_name(x): x for x in artifact.labels if label_name(x) in state_labels}
    at_start = {n: x for n, x in current.items() if n not in first_event}
    at_start |= {n: c.before or "" for n, c in first_event.items() if c.after is None}
    opened = artifact.first_state
    if opened is None or (not first_event and not current):
        return replace(artifact, changes=tuple(kept))

    worn = dict(sorted(at_start.items()))  # in the order in which they were added
    base = opened

    def state() -> str:
        return f"label:{list(worn.values())[-1]}" if base == opened and worn else base

    first = before = state()
    restated = [c for c in kept if c.attribute != "state"]
    for change in events:
        if change.attribute == "state":
            base = change.after or opened
        else:
            worn.pop(label_name(change.before or change.after), None)
            if change.after is not None:
                worn[label_name(change.after)] = change.after
        restated.append(replace(change, attribute="state", before=before, after=state()))
        before = state()
    base = artifact.state
    worn = {n: x for n, x in worn.items() if n in current} | {
        n: x for n, x in current.items() if n not in worn
    }
    return replace(artifact, first_state=first, state=state(), changes=tuple(restated))


def timeline(artifact: Artifact, as_of: int) -> list[Interval]:
    """The artifact's intervals up to as-of; empty if it began after it. Label changes must be gone by now."""
    changes = sorted(artifact.changes, key=in_order)
    current = {
        "state": artifact.state,
        "type": artifact.artifact_type,
        "project": artifact.project,
        "flag": "flagged" if artifact.is_flagged else None,
    }
    values: dict[str, str | None] = {}
    recorded: dict[str, str | None] = {}
    for attribute in current:
        own = [c for c in changes if c.attribute == attribute]
        values[attribute] = own[0].before if own else current[attribute]
        if attribute == "state" and artifact.first_state is not None:
            values[attribute] = artifact.first_state
        recorded[attribute] = own[-1].after if own else values[attribute]
    start = min([artifact.created_at, *(c.at for c in changes)])
    steps = [(c.at, False, c.attribute, c.after) for c in changes]
    for attribute in ("state", "type", "project"):
        if recorded[attribute] != current[attribute]:
            last = [c.at for c in changes if c.attribute == attribute]
            at = max([artifact.updated_at, start, *last])
            steps.append((at, True, attribute, current[attribute]))
    steps.sort(key=lambda step: step[:2])
    intervals: list[Interval] = []
    at, is_inferred = start, False

    def close(left_at: int | None) -> None:
        if left_at == at:
            return
        here = Interval(
            at,
            left_at,
            values["state"] or "",
            values["type"] or "",
            values["project"] or "",
            bool(values["flag"]),
            is_inferred,
        )
        last = intervals[-1] if intervals else None
        if last and same_values(last, here):
            intervals[-1] = replace(last, left_at=left_at)
        else:
            intervals.append(here)

    for when, inferred, attribute, value in steps:
        close(when)
        is_inferred = inferred or (is_inferred and when == at)
        at = when
        values[attribute] = value
    close(None)
    known = [i for i in intervals if i.entered_at <= as_of]
    if known and known[-1].left_at is not None and known[-1].left_at > as_of:
        known[-1] = replace(known[-1], left_at=None)
    return known


def same_values(one: Interval, other: Interval) -> bool:
    return (one.state, one.artifact_type, one.project, one.is_flagged) == (
        other.state,
        other.artifact_type,
        other.project,
        other.is_flagged,
    )


# ---------------------------------------------------------------- mapping (section 3)
def normal(value: Any) -> str:
    return str(value if value is not None else "").strip().lower()


def read_seed(folder: Path, name: str) -> list[Row]:
    """The rows of a seed, without outer blanks; blank is ''."""
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return [{key: (value or "").strip() for key, value in row.items()} for row in rows]


@dataclass(frozen=True)
class Decision:
    """What a mapping said: its row, or the rows that tied and so decided nothing, or neither."""

    row: Row | None = None
    conflict: tuple[Row, ...] = ()


class Mapping:
    """The rows of one mapping seed, and which of them wins for given facts."""

    def __init__(self, folder: Path, seed: str, columns: tuple[str, ...], results: tuple[str, ...]):
        self.columns, self.results = columns, results
        self.rows = self.named_rows(folder, seed, "organisation")
        shipped = f"default_{seed}"
        has_defaults = (DEFAULTS / f"{shipped}.csv").is_file()
        self.defaults = self.named_rows(DEFAULTS, shipped, "default") if has_defaults else []

    def named_rows(self, folder: Path, seed: str, origin: str) -> list[Row]:
        """The seed's rows with their origin and the id by which the marts call them."""
        rows = read_seed(folder, seed)
        for row in rows:
            told = [*self.columns, "precedence", "valid_from", "valid_to"]
            named = ", ".join(f"{name}={row[name]}" for name in told if row.get(name))
            row |= {"origin": origin, "id": f"{seed} ({named})"}
        return rows

    def matches(self, row: Row, facts: dict[str, Any], day: date) -> bool:
        if row.get("valid_from") and day < date.fromisoformat(row["valid_from"]):
            return False
        if row.get("valid_to") and day >= date.fromisoformat(row["valid_to"]):
            return False
        return all(
            normal(row[column]) in facts[column]
            if isinstance(facts[column], set)
            else normal(row[column]) == normal(facts[column])
            for column in self.columns
            if row[column]
        )

    def scope_rank(self, row: Row) -> int:
        return SCOPE_TYPES.index(row["scope_type"]) if row.get("scope_type") else len(SCOPE_TYPES)

    def order(self, row: Row) -> tuple[Any, ...]:
        """Smallest first: precedence (blank last), scope type, most non-blank columns, left-most."""
        blank = [not row[column] for column in self.columns]
        precedence = float(row["precedence"]) if row.get("precedence") else float("inf")
        return (precedence, self.scope_rank(row), sum(blank), blank)

    def decide(self, facts: dict[str, Any], day: date) -> Decision:
        """Any matching row of the organisation beats any shipped default."""
        found = [row for row in self.rows if self.matches(row, facts, day)]
        found = found or [row for row in self.defaults if self.matches(row, facts, day)]
        if not found:
            return Decision()
        best = min(self.order(row) for row in found)
        winners = [row for row in found if self.order(row) == best]
        if len({tuple(row[name] for name in self.results) for row in winners}) > 1:
            return Decision(conflict=tuple(winners))
        return Decision(row=min(winners, key=lambda row: row["id"]))


class ScopeMapping(Mapping):
    """product_scope and team_scope: `scope_value` is one of the values of the row's own scope type."""

    def matches(self, row: Row, facts: dict[str, Any], day: date) -> bool:
        kind = row["scope_type"]
        scope = {"scope_type": kind, "scope_value": facts["scopes"].get(kind, set())}
        return super().matches(row, facts | scope, day)


class Seeds:
    """An organisation's seeds."""

    def __init__(self, folder: Path):
        place = ("tool", "connection", "project")
        scope = (*place, "scope_type", "scope_value")
        self.states = Mapping(
            folder, "state_mapping", (*place, "artifact_type", "tool_state"), ("abstract_state", "outcome")
        )
        self.flow_items = Mapping(
            folder,
            "flow_item_mapping",
            (*place, "artifact_type", "label", "component"),
            ("model", "flow_item", "flow_level"),
        )
        self.values = Mapping(
            folder, "value_mapping", ("tool", "connection", "field", "tool_value"), ("value",)
        )
        self.product_scope = ScopeMapping(folder, "product_scope", scope, ("product_id",))
        self.team_scope = ScopeMapping(folder, "team_scope", scope, ("team_id",))
        self.products = {row["product_id"]: row for row in read_seed(folder, "products")}
        self.teams = {row["team_id"]: row for row in read_seed(folder, "teams")}
        self.value_streams = {row["value_stream_id"]: row for row in read_seed(folder, "value_streams")}

    def state_labels(self, artifact: Artifact) -> set[str]:
        """The labels that stand as `label:<name>` in state_mapping of this tool, connection and project."""
        return {
            label_name(row["tool_state"][len("label:") :])
            for row in [*self.states.rows, *self.states.defaults]
            if normal(row["tool_state"]).startswith("label:")
            and normal(row["tool"]) in ("", normal(artifact.tool))
            and normal(row["connection"]) in ("", normal(artifact.connection))
            and normal(row["project"]) in ("", normal(artifact.project))
        }

    def ancestors(self, value_stream_id: str) -> list[tuple[str, str]]:
        """(level, id) of a value stream and of all above it."""
        found = []
        while value_stream_id:
            row = self.value_streams[value_stream_id]
            found.append((row["level"], value_stream_id))
            value_stream_id = row["parent_id"]
        return found

    def scopes(self, product_id: str, team_id: str | None) -> set[tuple[str, str]]:
        """Every scope that an item of this product and team counts in, each once."""
        found = {("product", product_id), (ORGANISATION, ORGANISATION)}
        stream = self.products[product_id]["value_stream_id"] if product_id in self.products else ""
        if team_id:
            found.add(("team", team_id))
            if product_id == UNASSIGNED:
                stream = self.teams[team_id]["value_stream_id"]
        return found | set(self.ancestors(stream))


# ---------------------------------------------------------------- classified artifacts
@dataclass(frozen=True)
class Stay:
    """An interval with what the mappings make of it."""

    interval: Interval
    abstract_state: str | None  # after a flag turned active into waiting
    state_source: str  # organisation | default | tool_category | unmapped
    state_outcome: str
    model: str
    flow_item: str | None  # none and null are two things
    flow_level: str | None  # of the four flow items only
    product_id: str
    team_id: str | None
    is_blocked: bool
    decisions: dict[str, Decision]  # by seed

    def row_id(self, seed: str) -> str | None:
        """The mapping row that decided."""
        row = self.decisions[seed].row
        return row["id"] if row else None

    @property
    def is_work(self) -> bool:
        return self.abstract_state in ("active", "waiting")


@dataclass
class Life:
    """An artifact and its classified timeline, with the figures of section 4."""

    artifact: Artifact
    stays: list[Stay]
    as_of: int
    resolution_outcome: str | None
    scopes: dict[tuple[str, str | None], set[tuple[str, str]]] = field(default_factory=dict)

    @cached_property
    def removed_at(self) -> int | None:
        at = self.artifact.removed_at
        return at if at is not None and at <= self.as_of else None

    @property
    def starts_at(self) -> int:
        return self.stays[0].interval.entered_at

    @property
    def is_done(self) -> bool:
        return self.stays[-1].abstract_state == "done"

    @property
    def is_removed(self) -> bool:
        """Removed before completion."""
        return self.removed_at is not None and not self.is_done

    @cached_property
    def completion(self) -> Stay | None:
        """The stay that begins the last unbroken run of done, if the artifact is done."""
        found = None
        for stay in reversed(self.stays):
            if stay.abstract_state != "done":
                break
            found = stay
        return found

    @property
    def published(self) -> Stay:
        return self.completion or self.stays[-1]

    @property
    def is_flow_item(self) -> bool:
        """In fct_flow_items, also when it was removed before completion."""
        return self.published.flow_item in FLOW_ITEMS

    @property
    def bucket(self) -> str:
        if self.is_removed:
            return "removed_before_completion"
        if self.published.flow_item is None:
            return "unmapped"
        return "excluded" if self.published.flow_item == "none" else "flow_item"

    @cached_property
    def started_at(self) -> int | None:
        return next((s.interval.entered_at for s in self.stays if s.is_work), None)

    @property
    def completed_at(self) -> int | None:
        return self.completion.interval.entered_at if self.completion else None

    @property
    def first_completed_at(self) -> int | None:
        return next((s.interval.entered_at for s in self.stays if s.abstract_state == "done"), None)

    @property
    def outcome(self) -> str | None:
        if not self.completion:
            return None
        return self.resolution_outcome or self.completion.state_outcome or "delivered"

    @property
    def ends_at(self) -> int:
        """Where durations stop: completion, else removal, else as-of."""
        if self.completed_at is not None:
            return self.completed_at
        return self.removed_at if self.removed_at is not None else self.as_of

    def spent(self, wanted: Callable[[Stay], bool], since: int | None = None) -> int:
        total = 0
        for stay in filter(wanted, self.stays):
            begin = max(stay.interval.entered_at, since if since is not None else 0)
            left = stay.interval.left_at
            end = min(left if left is not None else self.ends_at, self.ends_at)
            total += max(0, end - begin)
        return total

    def stayed(self, stay: Stay) -> int | None:
        """How long an interval lasted; null for the last one of finished work, which never ends."""
        left = stay.interval.left_at
        if left is None:
            if self.is_done:
                return None
            left = self.ends_at
        return left - stay.interval.entered_at

    @cached_property
    def active(self) -> int:
        return self.spent(lambda s: s.abstract_state == "active")

    @cached_property
    def waiting(self) -> int:
        return self.spent(lambda s: s.abstract_state == "waiting")

    @property
    def blocked(self) -> int:
        return self.spent(lambda s: s.is_blocked)

    @property
    def unmapped(self) -> int:
        if self.started_at is None:
            return 0
        return self.spent(lambda s: s.abstract_state is None, self.started_at)

    @property
    def reopened_count(self) -> int:
        states = [s.abstract_state for s in self.stays]
        return sum(a == "done" != b for a, b in pairwise(states))

    @property
    def flow_time(self) -> int | None:
        is_measured = self.completed_at is not None and self.started_at is not None
        return self.active + self.waiting if is_measured else None

    @property
    def is_in_work(self) -> bool:
        return self.stays[-1].is_work and self.removed_at is None

    def figures(self) -> Row:
        """One row of fct_flow_items."""
        done, started = self.completed_at, self.started_at
        worked = self.active + self.waiting
        return {
            "artifact_id": self.artifact.artifact_id,
            "flow_item": self.published.flow_item,
            "flow_level": self.published.flow_level,
            "model": self.published.model or None,
            "product_id": self.published.product_id,
            "team_id": self.published.team_id,
            "abstract_state": self.stays[-1].abstract_state,
            "tool_state": self.stays[-1].interval.state,
            "started_at": instant(started),
            "completed_at": instant(done),
            "first_completed_at": instant(self.first_completed_at),
            "outcome": self.outcome,
            "active_seconds": self.active / 1000,
            "waiting_seconds": self.waiting / 1000,
            "blocked_seconds": self.blocked / 1000,
            "flow_time_seconds": seconds(self.flow_time),
            "elapsed_seconds": seconds(None if done is None or started is None else done - started),
            "flow_efficiency": self.active / worked if worked else None,
            "age_seconds": seconds(self.as_of - started if self.is_in_work and started is not None else None),
            "work_age_seconds": seconds(worked if self.is_in_work else None),
            "unmapped_seconds": self.unmapped / 1000,
            "lead_time_seconds": seconds(None if done is None else done - self.starts_at),
            "flow_item_mapping_row_id": self.published.row_id("flow_item_mapping"),
            "product_mapping_row_id": self.published.row_id("product_scope"),
            "team_mapping_row_id": self.published.row_id("team_scope"),
            "reopened_count": self.reopened_count,
            "skipped_work": done is not None and started is None,
        }


def instant(at: int | None) -> datetime | None:
    """Milliseconds as a UTC time without a zone, as the marts have it."""
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).replace(tzinfo=None)


def seconds(value: float | None) -> float | None:
    return None if value is None else value / 1000


# ---------------------------------------------------------------- periods
def first_day(day: date, period_type: str) -> date:
    if period_type == "week":
        return day - timedelta(days=day.weekday())
    if period_type == "day":
        return day
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[period_type]
    return date(day.year, month, 1)


def next_day(start: date, period_type: str) -> date:
    """The first day of the period after the one that starts here."""
    days = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[period_type]
    return first_day(start + timedelta(days=days), period_type)


@dataclass(frozen=True)
class Period:
    period_type: str
    start: date
    end: date
    starts_at: int
    ends_at: int


class Clock:
    """Dates and period boundaries in the reporting time zone."""

    def __init__(self, zone: str):
        self.zone = ZoneInfo(zone)
        self.midnights: dict[date, int] = {}

    def day(self, at: int) -> date:
        return (datetime.fromtimestamp(at // 1000, UTC)).astimezone(self.zone).date()

    def midnight(self, day: date) -> int:
        if day not in self.midnights:
            moment = datetime(day.year, day.month, day.day, tzinfo=self.zone)
            self.midnights[day] = round(moment.timestamp() * 1000)
        return self.midnights[day]

    def periods(self, period_type: str, first: int, last: int) -> list[Period]:
        """Every period from the one that contains `first` to the one that contains `last`."""
        start, found = first_day(self.day(first), period_type), []
        while start <= self.day(last):
            end = next_day(start, period_type)
            found.append(Period(period_type, start, end, self.midnight(start), self.midnight(end)))
            start = end
        return found


# ---------------------------------------------------------------- the reckoning
class Oracle:
    """Everything that METRICS.md sections 2 to 5 say of a pack under an organisation's seeds."""

    def __init__(self, pack: Pack, seeds: Path, as_of: int, zone: str = "UTC"):
        self.pack, self.seeds, self.as_of, self.clock = pack, Seeds(seeds), as_of, Clock(zone)
        self.lives = [life for artifact in pack.artifacts if (life := self.live(artifact))]

    # ------------------------------------------------ classification
    def live(self, artifact: Artifact) -> Life | None:
        artifact = with_label_states(artifact, self.seeds.state_labels(artifact))
        stays = [self.classify(artifact, interval) for interval in timeline(artifact, self.as_of)]
        if not stays:
            return None
        outcome = self.meaning(artifact, "resolution", artifact.resolution)
        return Life(artifact, stays, self.as_of, outcome)

    def meaning(self, artifact: Artifact, field: str, value: str | None) -> str | None:
        """What value_mapping says of the value of a field."""
        facts = {
            "tool": artifact.tool,
            "connection": artifact.connection,
            "field": field,
            "tool_value": value,
        }
        row = self.seeds.values.decide(facts, date.min).row if value else None
        return row["value"] if row else None

    def classify(self, artifact: Artifact, interval: Interval) -> Stay:
        day = self.clock.day(interval.entered_at)
        labels = {normal(x) for x in artifact.labels}
        components = {normal(x) for x in artifact.components}
        scopes = {kind: {normal(value)} for kind, value in artifact.scope_values.items()}
        scopes |= {"label": labels, "component": components, "project": {normal(interval.project)}}
        facts: dict[str, Any] = {
            "tool": artifact.tool,
            "connection": artifact.connection,
            "project": interval.project,
            "artifact_type": interval.artifact_type,
            "tool_state": interval.state,
            "label": labels,
            "component": components,
            "scopes": scopes,
        }
        state = self.seeds.states.decide(facts, day)
        item = self.seeds.flow_items.decide(facts, day)
        product = self.seeds.product_scope.decide(facts, day)
        team = self.seeds.team_scope.decide(facts, day)
        category = None if state.row or state.conflict else self.pack.categories.get(interval.state)
        abstract = state.row["abstract_state"] if state.row else category
        is_blocked = interval.is_flagged and abstract == "active"
        flow_item = item.row["flow_item"] if item.row else None
        level = (item.row["flow_level"] or "item") if item.row and flow_item in FLOW_ITEMS else None
        decisions = {
            "state_mapping": state,
            "flow_item_mapping": item,
            "product_scope": product,
            "team_scope": team,
        }
        return Stay(
            interval=interval,
            abstract_state="waiting" if is_blocked else abstract,
            state_source=state.row["origin"] if state.row else "tool_category" if category else "unmapped",
            state_outcome=state.row["outcome"] if state.row else "",
            model=item.row["model"] if item.row else "",
            flow_item=flow_item,
            flow_level=level,
            product_id=product.row["product_id"] if product.row else UNASSIGNED,
            team_id=team.row["team_id"] if team.row else None,
            is_blocked=is_blocked,
            decisions=decisions,
        )

    # ------------------------------------------------ items
    def item_states(self) -> Iterable[Row]:
        """One row per interval of each flow item."""
        for life in filter(lambda x: x.is_flow_item, self.lives):
            for number, stay in enumerate(life.stays, 1):
                here = stay.interval
                yield {
                    "artifact_id": life.artifact.artifact_id,
                    "entered_at": instant(here.entered_at),
                    "left_at": instant(here.left_at),
                    "interval_number": number,
                    "is_current": here.left_at is None,
                    "tool_state": here.state,
                    "abstract_state": stay.abstract_state,
                    "is_flagged": here.is_flagged,
                    "is_blocked": stay.is_blocked,
                    "is_inferred": here.is_inferred,
                    "artifact_type": here.artifact_type,
                    "project": here.project,
                    "model": stay.model,
                    "flow_item": stay.flow_item,
                    "flow_level": stay.flow_level,
                    "product_id": stay.product_id,
                    "team_id": stay.team_id,
                    "duration_seconds": seconds(life.stayed(stay)),
                    "state_mapping_source": stay.state_source,
                    "state_mapping_row_id": stay.row_id("state_mapping"),
                    "flow_item_mapping_row_id": stay.row_id("flow_item_mapping"),
                    "product_mapping_row_id": stay.row_id("product_scope"),
                    "team_mapping_row_id": stay.row_id("team_scope"),
                }

    def flow_items(self) -> list[Row]:
        rows = []
        for life in self.lives:
            if life.is_flow_item:
                row = life.figures()
                for name, at in (("started", life.started_at), ("completed", life.completed_at)):
                    row[f"{name}_date"] = None if at is None else self.clock.day(at)
                rows.append(row)
        return rows

    def accounting(self) -> dict[str, int]:
        """Artifacts per bucket."""
        counts = dict.fromkeys(BUCKETS, 0)
        for life in self.lives:
            counts[life.bucket] += 1
        return counts

    def gaps(self) -> list[Row]:
        """One row per unmapped value, or set of rows that tied, with the artifacts (or links) it touches."""
        touched: dict[tuple[str, str, str, str, str], set[Any]] = defaultdict(set)
        for life in self.lives:
            artifact_id = life.artifact.artifact_id
            for stay in life.stays:
                here = stay.interval
                values = {
                    "state_mapping": here.state,
                    "flow_item_mapping": here.artifact_type,
                    "product_scope": here.project,
                    "team_scope": here.project,
                }
                for seed, decision in stay.decisions.items():
                    is_category = seed == "state_mapping" and stay.state_source == "tool_category"
                    if decision.conflict:
                        tied = " and ".join(sorted(row["id"] for row in decision.conflict))
                        touched[seed, "", "conflict", values[seed], tied].add(artifact_id)
                    elif not decision.row and not is_category and seed != "team_scope":
                        touched[seed, "", "unmapped", values[seed], ""].add(artifact_id)
            artifact = life.artifact
            if life.completion and artifact.resolution and not life.resolution_outcome:
                touched["value_mapping", "resolution", "unmapped", artifact.resolution, ""].add(artifact_id)
            if artifact.priority and not self.meaning(artifact, "priority", artifact.priority):
                touched["value_mapping", "priority", "unmapped", artifact.priority, ""].add(artifact_id)
        artifacts = {artifact.native_id: artifact for artifact in self.pack.artifacts}
        for link in self.pack.links:
            source = artifacts.get(link.source)
            if source is None or self.meaning(source, "link_type", link.link_type):
                continue
            if (source.created_at if link.at is None else link.at) <= self.as_of:
                touched["value_mapping", "link_type", "unmapped", link.link_type, ""].add(link)
        return [
            {
                "seed": seed,
                "field": field,
                "gap_type": gap_type,
                "tool_value": value,
                "conflicting_rows": tied,
                "artifact_count": len(found),
            }
            for (seed, field, gap_type, value, tied), found in sorted(touched.items())
        ]

    def usage(self) -> list[Row]:
        """Per mapping row, except those of value_mapping: how many intervals it decided."""
        counts: dict[str, int] = defaultdict(int)
        for life in self.lives:
            for stay in life.stays:
                for decision in stay.decisions.values():
                    if decision.row:
                        counts[decision.row["id"]] += 1
        seeds = (self.seeds.states, self.seeds.flow_items, self.seeds.product_scope, self.seeds.team_scope)
        return [
            {"mapping_row_id": row["id"], "decided_count": counts[row["id"]]}
            for seed in seeds
            for row in seed.rows
        ]

    # ------------------------------------------------ period figures
    def scopes_of(self, stay: Stay) -> set[tuple[str, str]]:
        return self.seeds.scopes(stay.product_id, stay.team_id)

    @cached_property
    def levels(self) -> dict[tuple[str, str], set[str]]:
        """Per scope: the flow levels of the flow items that were ever in it."""
        found = defaultdict(set)
        for life in self.lives:
            for stay in life.stays:
                if stay.flow_item in FLOW_ITEMS:
                    for scope in self.scopes_of(stay):
                        found[scope].add(stay.flow_level)
        return found

    @cached_property
    def first_activity(self) -> dict[tuple[str, str], int]:
        """Per scope: the earliest timeline start of any artifact that was ever in it."""
        first: dict[tuple[str, str], int] = {}
        for life in self.lives:
            for scope in set().union(*(self.scopes_of(stay) for stay in life.stays)):
                first[scope] = min(life.starts_at, first.get(scope, life.starts_at))
        return first

    @cached_property
    def members(self) -> dict[tuple[str, str, str], list[Life]]:
        """Flow items by scope and level of their published class."""
        found = defaultdict(list)
        for life in self.lives:
            if life.is_flow_item:
                for scope in self.scopes_of(life.published):
                    found[*scope, life.published.flow_level].append(life)
        return found

    @cached_property
    def work(self) -> dict[tuple[str, str, str], list[tuple[str, int, int | None]]]:
        """By scope and level: (flow item, from, to) of every stretch of work, with the class it had."""
        found = defaultdict(list)
        for life in self.lives:
            for stay in life.stays:
                if not stay.is_work or stay.flow_item not in FLOW_ITEMS:
                    continue
                begin, end = stay.interval.entered_at, stay.interval.left_at
                if life.removed_at is not None:
                    end = min(end, life.removed_at) if end is not None else life.removed_at
                if end is None or begin < end:
                    for scope in self.scopes_of(stay):
                        found[*scope, stay.flow_level].append((stay.flow_item, begin, end))
        return found

    def period_figures(self, period_types: Iterable[str] = PERIOD_TYPES) -> Iterable[Row]:
        """Rows with the figures of all five metric marts side by side."""
        for scope, first in sorted(self.first_activity.items()):
            for period_type in period_types:
                periods = self.clock.periods(period_type, first, self.as_of)
                for level in sorted(self.levels.get(scope) or {"item"}):
                    yield from self.scope_figures(scope, level, periods)

    def scope_figures(self, scope: tuple[str, str], level: str, periods: list[Period]) -> Iterable[Row]:
        lives = self.members.get((*scope, level), [])
        stretches = self.work.get((*scope, level), [])
        period_type = periods[0].period_type

        def by_period(at_of: Callable[[Life], int | None]) -> dict[date, list[Life]]:
            found = defaultdict(list)
            for life in lives:
                at = at_of(life)
                if at is not None:
                    found[first_day(self.clock.day(at), period_type)].append(life)
            return found

        completed, started = by_period(lambda x: x.completed_at), by_period(lambda x: x.started_at)
        for flow_item in (*FLOW_ITEMS, "all"):
            wanted = FLOW_ITEMS if flow_item == "all" else (flow_item,)
            loads = load_figures([(b, e) for f, b, e in stretches if f in wanted], periods, self.as_of)
            for period, load in zip(periods, loads, strict=True):
                done_all = completed.get(period.start, [])
                done = [x for x in done_all if x.published.flow_item in wanted]
                begun = [x for x in started.get(period.start, []) if x.published.flow_item in wanted]
                velocity_all = sum(x.outcome == "delivered" for x in done_all)
                yield {
                    "scope_type": scope[0],
                    "scope_id": scope[1],
                    "period_type": period_type,
                    "period_start": period.start,
                    "period_end": period.end,
                    "is_complete": period.ends_at <= self.as_of,
                    "flow_level": level,
                    "flow_item": flow_item,
                    **done_figures(done, len(begun), velocity_all),
                    **load,
                }


def done_figures(done: list[Life], arrivals: int, velocity_all: int) -> Row:
    """Velocity, share, flow time and efficiency of the items completed in a period."""
    delivered = [x for x in done if x.outcome == "delivered"]
    times = sorted(x.flow_time for x in delivered if x.flow_time is not None)
    active, waiting = sum(x.active for x in delivered), sum(x.waiting for x in delivered)
    own = sorted(x.active / (x.active + x.waiting) for x in delivered if x.active + x.waiting)
    return {
        "velocity": len(delivered),
        "cancelled_count": len(done) - len(delivered),
        "arrivals": arrivals,
        "net_flow": arrivals - sum(x.started_at is not None for x in done),
        "share": len(delivered) / velocity_all if velocity_all else None,
        "flow_time_avg_seconds": seconds(sum(times) / len(times) if times else None),
        "flow_time_p50_seconds": seconds(percentile(times, 0.5)),
        "flow_time_p85_seconds": seconds(percentile(times, 0.85)),
        "flow_time_p95_seconds": seconds(percentile(times, 0.95)),
        "flow_time_item_count": len(times),
        "flow_efficiency": active / (active + waiting) if active + waiting else None,
        "flow_efficiency_item_median": percentile(own, 0.5),
        "active_seconds": active / 1000,
        "waiting_seconds": waiting / 1000,
    }


def percentile(values: list[Any], share: float) -> float | None:
    """Linear interpolation between the two nearest ranks of sorted values."""
    if not values:
        return None
    rank = share * (len(values) - 1)
    low = int(rank)
    high = min(low + 1, len(values) - 1)
    return float(values[low] + (rank - low) * (values[high] - values[low]))


def load_figures(stretches: list[tuple[int, int | None]], periods: list[Period], as_of: int) -> list[Row]:
    """Load at the end, on average and at most, per period, walking the moments at which the load changed."""
    steps: dict[int, int] = defaultdict(int)
    for begin, end in stretches:
        steps[begin] += 1
        if end is not None:
            steps[end] -= 1
    times, level, levels = sorted(steps), 0, []
    for at in times:
        level += steps[at]
        levels.append(level)

    def at_moment(at: int) -> int:
        """The load right after the changes of this instant."""
        position = bisect_right(times, at)
        return levels[position - 1] if position else 0

    rows = []
    for period in periods:
        is_running = period.ends_at > as_of
        end = as_of if is_running else period.ends_at
        last = bisect_right(times, end) if is_running else bisect_left(times, end)
        inside = range(bisect_right(times, period.starts_at), last)
        moments = [period.starts_at, *(times[n] for n in inside), end]
        loads = [at_moment(period.starts_at), *(levels[n] for n in inside)]
        area = sum(x * (b - a) for x, a, b in zip(loads, moments, moments[1:], strict=False))
        elapsed = end - period.starts_at
        rows.append(
            {
                "load_end": loads[-1],
                "load_avg": area / elapsed if elapsed else float(loads[-1]),
                "load_max": max(loads),
            }
        )
    return rows


def write_csv(path: Path, rows: Iterable[Row]) -> int:
    """Writes rows for a comparison (empty is null); returns how many."""
    count, writer = 0, None
    with path.open("w", encoding="utf-8", newline="") as lines:
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(lines, list(row))
                writer.writeheader()
            writer.writerow(row)
            count += 1
    return count
