"""The true figures of the demo, by plain arithmetic over the plan.

Whole milliseconds and exact fractions; no SQL, no API object, no seed that maps anything: what a state, a
type or a patch of a project means is what the company intends (`organisation`); what happened is the plan.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from pipelines.demo.changesets import Deployment
from pipelines.demo.clock import SECOND, local_date, midnight, moment
from pipelines.demo.lives import SEEDS, calendars
from pipelines.demo.organisation import (
    AS_OF,
    GITHUB,
    ORGANISATION,
    PROJECTS,
    REPORTING_TIME_ZONE,
    RESOLUTIONS,
    UNASSIGNED,
    Abstract,
    Kind,
    kind,
)
from pipelines.demo.plan import TRACKED, Item, area_in
from pipelines.demo.working_time import WorkingTime, read_seed

FLOW_ITEMS = ("feature", "defect", "debt", "risk")
ALL = "all"
PERIOD_TYPES = ("day", "week", "month", "quarter", "year")
GITHUB_CANCELS = {"not_planned": True, "duplicate": True, "completed": False}
DURATIONS = (
    "active",
    "waiting",
    "blocked",
    "flow_time",
    "elapsed",
    "lead_time",
    "age",
    "work_age",
    "unmapped",
)

Scope = tuple[str, str]  # (scope_type, scope_id)
Cell = tuple[
    str, str, str
]  # scope_type, scope_id, flow_level: what a figure is for, beside period and flow item
Key = tuple[
    str, str, str, date, str, str
]  # scope_type, scope_id, period_type, period_start, flow_level, flow_item
Gap = tuple[str, str, str, str]  # connection, seed, gap_type, tool_value
Figure = int | float | str | bool | date | None
Row = dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of an item's life in which nothing that counts changed; `end` is None for the last."""

    start: int
    end: int | None
    project: str
    type_name: str
    state: str
    abstract: Abstract | None  # a flagged active stretch is waiting
    is_blocked: bool
    product: str
    team: str | None
    kind: Kind
    cancels: bool  # a done state that says the work was dropped

    @property
    def is_worked(self) -> bool:
        """Whether the item is in the load."""
        return self.abstract in ("active", "waiting")

    @property
    def is_flow(self) -> bool:
        """Whether it is one of the four flow items."""
        return self.kind.flow_item in FLOW_ITEMS


@dataclass(frozen=True)
class Life:
    """An item's timeline and the figures of METRICS section 4, in milliseconds."""

    item: Item
    intervals: Sequence[Interval]
    has_history_gap: bool

    @property
    def begun_at(self) -> int:
        """Start of the timeline."""
        return self.intervals[0].start

    @property
    def current(self) -> Interval:
        """The interval that is still open."""
        return self.intervals[-1]

    @property
    def removed_at(self) -> int | None:
        """When a sweep missed it."""
        return self.item.removed_at

    @property
    def is_done(self) -> bool:
        """Whether it is in a done state now."""
        return self.current.abstract == "done"

    @property
    def is_gone(self) -> bool:
        """Whether it was removed before it was done."""
        return self.removed_at is not None and not self.is_done

    @cached_property
    def started_at(self) -> int | None:
        """S: the start of the first active or waiting interval."""
        return next((interval.start for interval in self.intervals if interval.is_worked), None)

    @cached_property
    def completed_at(self) -> int | None:
        """D: the start of the last unbroken run of done intervals, of an item that is done."""
        if not self.is_done:
            return None
        first = len(self.intervals) - 1
        while first > 0 and self.intervals[first - 1].abstract == "done":
            first -= 1
        return self.intervals[first].start

    @property
    def first_done(self) -> Interval | None:
        """The first done interval ever."""
        return next((interval for interval in self.intervals if interval.abstract == "done"), None)

    @property
    def first_completed_at(self) -> int | None:
        """The start of the first done interval ever."""
        return self.first_done.start if self.first_done else None

    @cached_property
    def published(self) -> Interval:
        """The interval whose class is published: that which begins at completion, else the current one."""
        return next((i for i in self.intervals if i.start == self.completed_at), self.current)

    @property
    def outcome(self) -> str | None:
        """Delivered or cancelled: what the resolution says, else the state entered at completion."""
        return None if self.completed_at is None else self._outcome_of(self.published)

    @property
    def first_outcome(self) -> str | None:
        """The same of the first completion; what is gone unfinished was neither delivered nor cancelled."""
        return None if self.first_done is None or self.is_gone else self._outcome_of(self.first_done)

    def _outcome_of(self, done: Interval) -> str:
        cancels = _resolution_cancels(self.item)
        return "cancelled" if (done.cancels if cancels is None else cancels) else "delivered"

    def estimate_at(self, at: int | None) -> int | None:
        """The estimate that it carried at an instant, or carries now."""
        changes = [change for change in self.item.known_changes() if change.attribute == "estimate"]
        carried = [change.after for change in changes if at is None or change.at <= at]
        estimate: int | None = carried[-1] if carried else self.item.born["estimate"]
        return estimate

    @property
    def end(self) -> int:
        """Where its durations stop."""
        if self.completed_at is not None:
            return self.completed_at
        return self.removed_at if self.removed_at is not None else AS_OF

    def stretches(self, abstract: Abstract | None, since: int = 0) -> Iterator[tuple[int, int]]:
        """The stretches in an abstract state, up to the item's end."""
        for interval in self.intervals:
            start, end = max(interval.start, since), min(interval.end or self.end, self.end)
            if interval.abstract == abstract and start < end:
                yield start, end

    @property
    def reopened_count(self) -> int:
        """Times that it left done."""
        return sum(before.abstract == "done" != after.abstract for before, after in pairwise(self.intervals))

    @property
    def is_in_work(self) -> bool:
        """Whether it is active or waiting now, and still there."""
        return self.current.is_worked and not self.is_gone

    def spans(self) -> dict[str, list[tuple[int, int]] | None]:
        """What each duration is made of; None where the item has no such duration."""
        start, done = self.started_at, self.completed_at
        active, waiting = list(self.stretches("active")), list(self.stretches("waiting"))
        worked = active + waiting
        has_flow = start is not None and done is not None
        return {
            "active": active,
            "waiting": waiting,
            "blocked": [
                (interval.start, min(interval.end or self.end, self.end))
                for interval in self.intervals
                if interval.is_blocked and interval.start < self.end
            ],
            "flow_time": worked if has_flow else None,
            "elapsed": [(start, done)] if start is not None and done is not None else None,
            "lead_time": [(self.begun_at, done)] if done is not None else None,
            "age": [(start, AS_OF)] if start is not None and self.is_in_work else None,
            "work_age": worked if self.is_in_work else None,
            "unmapped": [] if start is None else list(self.stretches(None, since=start)),
        }

    @cached_property
    def durations(self) -> dict[str, int | None]:
        """The durations in milliseconds, by their name without `_seconds`."""
        return {
            name: None if spans is None else sum(end - start for start, end in spans)
            for name, spans in self.spans().items()
        }

    @property
    def active(self) -> int:
        """Milliseconds in active intervals."""
        return self.durations["active"] or 0

    @property
    def waiting(self) -> int:
        """Milliseconds in waiting intervals."""
        return self.durations["waiting"] or 0

    @property
    def efficiency(self) -> Fraction | None:
        """The active share of the active and waiting time."""
        worked = self.active + self.waiting
        return Fraction(self.active, worked) if worked else None


def _resolution_cancels(item: Item) -> bool | None:
    name = item.final("resolution")
    if PROJECTS[item.area.project].connection is GITHUB:
        return GITHUB_CANCELS.get(name)
    return next((r.cancels for r in RESOLUTIONS[item.connection] if r.name == name), None)


def live(item: Item) -> Life:
    """The timeline of an item as its tool tells it: what happened, less what the history does not have."""
    changes = [change for change in item.known_changes() if change.attribute in TRACKED]
    recorded = [change for change in changes if change.is_recorded]
    values = {attribute: _first_value(item, attribute) for attribute in TRACKED}
    start = min([item.created, *(change.at for change in recorded)])
    moments = {start: dict(values)}  # what holds at the end of each instant
    has_gap = False
    for change in recorded:
        has_gap |= change.before != values[change.attribute]
        values[change.attribute] = change.after
        moments[change.at] = dict(values)
    inferred = {attribute: item.final(attribute) for attribute in TRACKED}
    if inferred != values:
        moments[max([last_update(item), *(change.at for change in recorded)])] = inferred
    return Life(item, list(_intervals(item, moments)), has_gap)


def last_update(item: Item) -> int:
    """When the tool says the item was last updated, recorded or not."""
    return max([item.created, *(change.at for change in item.known_changes())])


def _first_value(item: Item, attribute: str) -> str | None:
    """What it was at first: a GitHub issue is born open; else what the first change says it was before."""
    if attribute == "state" and PROJECTS[item.area.project].connection is GITHUB:
        return "open"
    changes = [c for c in item.known_changes() if c.attribute == attribute and c.is_recorded]
    first = changes[0].before if changes else item.final(attribute)
    return None if first is None else str(first)


def _intervals(item: Item, moments: dict[int, dict[str, str | None]]) -> Iterator[Interval]:
    starts = [
        at
        for at, before in zip(moments, [None, *moments.values()], strict=False)
        if before is None or moments[at] != before
    ]
    labels, components = item.final("labels"), item.final("components")
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        values = moments[start]
        project = PROJECTS[str(values["project"])]
        day = local_date(start, REPORTING_TIME_ZONE)
        meaning = project.meaning(str(values["state"]), day)
        area = area_in(project.key, labels, components)
        is_blocked = values["flag"] is not None and meaning.abstract == "active"
        yield Interval(
            start=start,
            end=end,
            project=project.key,
            type_name=str(values["type"]),
            state=str(values["state"]),
            abstract="waiting" if is_blocked else meaning.abstract,
            is_blocked=is_blocked,
            product=area.product(day),
            team=area.team,
            kind=kind(project, str(values["type"]), labels),
            cancels=meaning.cancels,
        )


@dataclass(frozen=True)
class Period:
    """A period of the reporting time zone; `end` is exclusive, and `known_to` is as-of in the running one."""

    period_type: str
    first_day: date
    next_day: date

    @cached_property
    def start(self) -> int:
        """The first instant."""
        return midnight(self.first_day, REPORTING_TIME_ZONE)

    @cached_property
    def end(self) -> int:
        """The first instant after it."""
        return midnight(self.next_day, REPORTING_TIME_ZONE)

    @cached_property
    def is_complete(self) -> bool:
        """Whether it has ended."""
        return self.end <= AS_OF

    @cached_property
    def known_to(self) -> int:
        """The end of its elapsed part."""
        return min(self.end, AS_OF)


def period_of(period_type: str, day: date) -> Period:
    """The period that a day lies in."""
    if period_type == "day":
        return Period(period_type, day, day + timedelta(days=1))
    if period_type == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(period_type, monday, monday + timedelta(days=7))
    months = {"month": 1, "quarter": 3, "year": 12}[period_type]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = first.month - 1 + months
    return Period(period_type, first, date(first.year + after // 12, after % 12 + 1, 1))


def periods_from(first_activity: int) -> Iterator[Period]:
    """Every period of every type from that of an instant to the running one."""
    last_day = local_date(AS_OF, REPORTING_TIME_ZONE)
    for period_type in PERIOD_TYPES:
        period = period_of(period_type, local_date(first_activity, REPORTING_TIME_ZONE))
        while period.first_day <= last_day:
            yield period
            period = period_of(period_type, period.next_day)


@dataclass
class Series:
    """All that one cell (a scope at a level) and flow item needs for its figures in any period."""

    delivered: list[tuple[int, Life]] = field(default_factory=list)  # by completion
    cancelled: list[tuple[int, Life]] = field(default_factory=list)
    started: list[int] = field(default_factory=list)
    steps: Counter[int] = field(default_factory=Counter)  # instant: change of the load, netted

    def close(self) -> None:
        """Put everything in order of time."""
        for dated in (self.delivered, self.cancelled):
            dated.sort(key=lambda entry: entry[0])
        self.started.sort()
        self.instants = sorted(at for at, step in self.steps.items() if step)
        self.loads = [0]
        for at in self.instants:
            self.loads.append(self.loads[-1] + self.steps[at])

    def velocity(self, period: Period) -> Row:
        """Items delivered and cancelled, started, and the net of those that had a start."""
        delivered, cancelled = _within(self.delivered, period), _within(self.cancelled, period)
        arrivals = bisect_left(self.started, period.end) - bisect_left(self.started, period.start)
        finished = sum(life.started_at is not None for life in delivered + cancelled)
        return {
            "velocity": len(delivered),
            "cancelled_count": len(cancelled),
            "arrivals": arrivals,
            "net_flow": arrivals - finished,
            "delivered_estimate": sum(life.estimate_at(life.completed_at) or 0 for life in delivered),
        }

    def flow_time(self, period: Period) -> Row:
        """Mean and percentiles of the flow time of what was delivered."""
        times = sorted(
            time
            for life in _within(self.delivered, period)
            if (time := life.durations["flow_time"]) is not None
        )
        return {
            "flow_time_avg_seconds": float(Fraction(sum(times), SECOND * len(times))) if times else None,
            **{
                f"flow_time_p{percent}_seconds": percentile_seconds(times, percent)
                for percent in (50, 85, 95)
            },
            "flow_time_item_count": len(times),
        }

    def efficiency(self, period: Period) -> Row:
        """The active share of the work on what was delivered, and the median of the items' own."""
        lives = _within(self.delivered, period)
        active, waiting = sum(life.active for life in lives), sum(life.waiting for life in lives)
        own = sorted(share for life in lives if (share := life.efficiency) is not None)
        middle = len(own) // 2
        return {
            "flow_efficiency": float(Fraction(active, active + waiting)) if active + waiting else None,
            "flow_efficiency_item_median": float((own[middle] + own[-middle - 1]) / 2) if own else None,
            "active_seconds": active / SECOND,
            "waiting_seconds": waiting / SECOND,
        }

    def load(self, period: Period) -> Row:
        """The load at the end, on average and at most, over the part that has elapsed."""
        first = bisect_right(self.instants, period.start)
        last = bisect_left(self.instants, period.known_to)
        edges = [period.start, *self.instants[first:last], period.known_to]
        loads = self.loads[first : last + 1]
        area = sum(load * (after - at) for load, (at, after) in zip(loads, pairwise(edges), strict=True))
        return {
            "load_end": loads[-1],
            "load_avg": float(Fraction(area, period.known_to - period.start)),
            "load_max": max(loads),
        }


def _within(dated: list[tuple[int, Life]], period: Period) -> list[Life]:
    first = bisect_left(dated, period.start, key=lambda entry: entry[0])
    last = bisect_left(dated, period.end, key=lambda entry: entry[0])
    return [life for _, life in dated[first:last]]


def percentile_seconds(ordered: list[int], percent: int) -> float | None:
    """A percentile of ordered milliseconds in seconds, interpolated linearly between its neighbours."""
    if not ordered:
        return None
    place, rest = divmod((len(ordered) - 1) * percent, 100)
    low = ordered[place]
    high = ordered[min(place + 1, len(ordered) - 1)]
    return float(Fraction(100 * low + (high - low) * rest, 100 * SECOND))


class Truth:
    """The true figures of a plan."""

    def __init__(self, items: list[Item], deployments: Sequence[Deployment] = ()) -> None:
        self.lives = [live(item) for item in items]
        self._deployments = deployments
        self._streams = {row["value_stream_id"]: row for row in read_seed(SEEDS, "value_streams")}
        self._products = {row["product_id"]: row for row in read_seed(SEEDS, "products")}
        self._teams = {row["team_id"]: row for row in read_seed(SEEDS, "teams")}
        self._scopes: dict[tuple[str, str | None], tuple[Scope, ...]] = {}

    def scopes(self, product: str, team: str | None) -> tuple[Scope, ...]:
        """Every scope that an item of this product and team counts in, each once."""
        if (product, team) not in self._scopes:
            self._scopes[product, team] = tuple(dict.fromkeys(self._find_scopes(product, team)))
        return self._scopes[product, team]

    def _find_scopes(self, product: str, team: str | None) -> Iterator[Scope]:
        yield "organisation", ORGANISATION
        yield "product", product
        if team:
            yield "team", team
        stream = ""
        if product != UNASSIGNED:
            stream = self._products[product]["value_stream_id"]
        elif team:
            stream = self._teams[team]["value_stream_id"]
        while stream:
            yield self._streams[stream]["level"], stream
            stream = self._streams[stream]["parent_id"]

    @cached_property
    def first_activity(self) -> dict[Scope, int]:
        """The earliest timeline start of any artifact ever in a scope."""
        first: dict[Scope, int] = {}
        for life in self.lives:
            for interval in life.intervals:
                for scope in self.scopes(interval.product, interval.team):
                    first[scope] = min(first.get(scope, life.begun_at), life.begun_at)
        return first

    @cached_property
    def series(self) -> dict[Cell, dict[str, Series]]:
        """The series of each scope, level and flow item, and of all flow items together."""
        found: dict[Cell, dict[str, Series]] = defaultdict(
            lambda: {name: Series() for name in (*FLOW_ITEMS, ALL)}
        )
        for life in self.lives:
            for interval in life.intervals:
                for series in self._of(found, interval):
                    _count_load(series, life, interval)
            for series in self._of(found, life.published):
                _count_events(series, life)
        for scope in self.first_activity:
            if not any(cell[:2] == scope for cell in found):
                found[*scope, "item"]  # a scope without flow items has its zeros all the same
        for by_flow_item in found.values():
            for series in by_flow_item.values():
                series.close()
        return found

    def _of(self, found: dict[Cell, dict[str, Series]], interval: Interval) -> Iterator[Series]:
        if not interval.is_flow:
            return
        for scope in self.scopes(interval.product, interval.team):
            by_flow_item = found[*scope, interval.kind.level]
            yield by_flow_item[str(interval.kind.flow_item)]
            yield by_flow_item[ALL]

    def rows(self) -> Iterator[tuple[Key, dict[str, Row]]]:
        """Every cell of the five metric marts: its key, and the figures by mart."""
        for (scope_type, scope_id, level), by_flow_item in self.series.items():
            for period in periods_from(self.first_activity[scope_type, scope_id]):
                delivered = len(_within(by_flow_item[ALL].delivered, period))
                for flow_item, series in by_flow_item.items():
                    key = (scope_type, scope_id, period.period_type, period.first_day, level, flow_item)
                    yield key, _figures(series, period, delivered)

    def accounting(self) -> dict[tuple[str, str, str], int]:
        """How many artifacts of each connection and tool are in each bucket, first match first."""
        tools = {project.connection.name: project.connection.tool for project in PROJECTS.values()}
        return dict(
            Counter((life.item.connection, tools[life.item.connection], bucket(life)) for life in self.lives)
        )

    def gaps(self) -> dict[Gap, int]:
        """How many artifacts met what nobody has named, or what two labels name differently.

        An environment that is not production has no name either: its deployments count.
        """
        of_artifacts = Counter(gap for life in self.lives for gap in set(_gaps(life)))
        of_deployments = Counter(
            (GITHUB.name, "value_mapping", "unmapped", deployment.environment)
            for deployment in self._deployments
            if deployment.environment != "production"
        )
        return dict(of_artifacts + of_deployments)

    def item_row(self, life: Life) -> Row:
        """An item's row in fct_flow_items."""
        published, first = life.published, life.first_completed_at
        calendar = self._calendar(published)
        return {
            "product_id": published.product,
            "team_id": published.team,
            "flow_item": published.kind.flow_item,
            "flow_level": published.kind.level,
            "started_at": _stamp(life.started_at),
            "completed_at": _stamp(life.completed_at),
            "first_completed_at": _stamp(first),
            "removed_at": _stamp(life.removed_at if life.is_gone else None),
            "started_date": _day(life.started_at),
            "completed_date": _day(life.completed_at),
            "outcome": life.outcome,
            "first_outcome": life.first_outcome,
            "estimate": life.estimate_at(life.completed_at),
            "first_estimate": None if first is None else life.estimate_at(first),
            "flow_efficiency": None if life.efficiency is None else float(life.efficiency),
            "reopened_count": life.reopened_count,
            "skipped_work": life.completed_at is not None and life.started_at is None,
            "has_history_gap": life.has_history_gap,
            **{f"{name}_seconds": _seconds(length) for name, length in life.durations.items()},
            **{f"working_{name}_seconds": _working(calendar, spans) for name, spans in life.spans().items()},
        }

    def _calendar(self, interval: Interval) -> WorkingTime | None:
        """The working calendar of the team, else of the product."""
        if interval.team:
            return calendars()[self._teams[interval.team]["calendar_id"]]
        if interval.product != UNASSIGNED:
            return calendars()[self._products[interval.product]["calendar_id"]]
        return None


def _count_load(series: Series, life: Life, interval: Interval) -> None:
    if not interval.is_worked:
        return
    end = interval.end if interval.end is not None or not life.is_gone else life.removed_at
    series.steps[interval.start] += 1
    if end is not None:
        series.steps[end] -= 1


def _count_events(series: Series, life: Life) -> None:
    if life.started_at is not None:
        series.started.append(life.started_at)
    if life.completed_at is not None:
        finished = series.delivered if life.outcome == "delivered" else series.cancelled
        finished.append((life.completed_at, life))


def _figures(series: Series, period: Period, delivered: int) -> dict[str, Row]:
    velocity = series.velocity(period)
    own = velocity["velocity"]
    assert isinstance(own, int)
    return {
        "flow_velocity": velocity,
        "flow_distribution": {"share": float(Fraction(own, delivered)) if delivered else None},
        "flow_time": series.flow_time(period),
        "flow_efficiency": series.efficiency(period),
        "flow_load": series.load(period),
        "period": {"period_end": period.next_day, "is_complete": period.is_complete},
    }


def bucket(life: Life) -> str:
    """The bucket of artifact_accounting: the first that fits."""
    if life.is_gone:
        return "removed_before_completion"
    if life.published.kind.flow_item is None:
        return "unmapped"
    return "excluded" if life.published.kind.flow_item == "none" else "flow_item"


def _gaps(life: Life) -> Iterator[Gap]:
    """The gaps that an artifact shows, each by the seed in which a row is missing or contradicted."""
    connection = life.item.connection
    for interval in life.intervals:
        if interval.abstract is None:
            yield connection, "state_mapping", "unmapped", interval.state
        if interval.kind.flow_item is None:
            gap_type = "conflict" if interval.kind.is_contradicted else "unmapped"
            yield connection, "flow_item_mapping", gap_type, interval.type_name
        if interval.product == UNASSIGNED:
            yield connection, "product_scope", "unmapped", interval.project
    resolution = life.item.final("resolution")
    if resolution and life.is_done and _resolution_cancels(life.item) is None:
        yield connection, "value_mapping", "unmapped", resolution


def _stamp(at: int | None) -> str | None:
    return None if at is None else moment(at).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _day(at: int | None) -> date | None:
    return None if at is None else local_date(at, REPORTING_TIME_ZONE)


def _seconds(length: int | None) -> float | None:
    return None if length is None else length / SECOND


def _working(calendar: WorkingTime | None, spans: list[tuple[int, int]] | None) -> float | None:
    if calendar is None or spans is None:
        return None
    return sum(calendar.between(start, end) for start, end in spans) / SECOND
