"""The lives of Lumenport's work items, drawn from a seed.

Everything is whole numbers and `random.Random` seeded by text, so that the same seed and size give the same
plan on any machine. Nobody's capacity is modelled: a stay in a state has a usual length, which seasons,
quarter ends and the warehouse's test queue stretch or shorten.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import count, pairwise
from pathlib import Path
from random import Random
from typing import Any

from pipelines.demo.clock import DAY, HOUR, MINUTE, SECOND, local_date, midnight
from pipelines.demo.organisation import (
    AREA_OF,
    AREAS,
    CLOUD,
    DATA_CENTER,
    GITHUB,
    HISTORY_END,
    HISTORY_START,
    LOADED_AT,
    PROJECTS,
    REPORTING_TIME_ZONE,
    RESOLUTIONS,
    Area,
    Project,
    Step,
)
from pipelines.demo.plan import Item, Values
from pipelines.demo.working_time import WorkingTime, read_calendars

SEEDS = Path(__file__).parent / "seeds"

# Deciles of how a stay compares to the usual one, in percent: most are near it, a few are many times as long.
STAY_DECILES = (8, 28, 42, 58, 77, 100, 130, 175, 245, 390, 900)
TEST_QUEUE_GROWS_FROM = date(2026, 1, 1)
TEST_QUEUE_GROWTH = 110  # percent of the usual stay, added each month
SPRINT_LENGTH = 14 * DAY
FIRST_SPRINT = midnight(date(2025, 1, 13), REPORTING_TIME_ZONE) + 10 * HOUR

FATES = (
    ("straight", 52),
    ("bounced", 10),
    ("cancelled", 8),
    ("reopened", 7),
    ("skipped", 5),
    ("put_back", 4),
    ("idle", 4),
    ("retyped", 3),
    ("moved", 3),
)
MOVES = {
    "IN": ("SHOP", "PAY", "BILL", "DATA"),
    "SHOP": ("PAY",),
    "PAY": ("BILL",),
    "SUP": ("SHOP", "BILL"),
    "DATA": ("SHOP",),
    "WMS": ("TRK",),
    "TRK": ("WMS", "OPS"),
    "OPS": ("TRK",),
}
MOVED_TYPES = {"Vulnerability": "Bug", "Spike": "Task", "Customer Request": "Story"}
RETYPES = {
    CLOUD.name: {
        "Bug": "Story",
        "Story": "Task",
        "Task": "Spike",
        "Customer Request": "Story",
        "Spike": "Story",
        "Vulnerability": "Bug",
    },
    DATA_CENTER.name: {
        "Bug": "New Feature",
        "Task": "Bug",
        "New Feature": "Improvement",
        "Improvement": "Bug",
        "Technical Debt": "Improvement",
    },
}
KIND_LABELS = ("bug", "kind/bug", "enhancement", "feature", "kind/feature", "tech-debt", "security")
OTHER_KINDS = {
    "lumenport/mobile-app": ("bug", "enhancement"),
    "lumenport/search": ("bug", "feature"),
    "lumenport/identity": ("kind/bug", "kind/feature"),
}
UNPLANNED = ("Epic", "Feature", "Sub-task")  # what no sprint holds
VERBS = (
    "Add",
    "Improve",
    "Fix",
    "Rework",
    "Simplify",
    "Speed up",
    "Harden",
    "Document",
    "Replace",
    "Measure",
)
THINGS: dict[str, tuple[str, ...]] = {
    "SHOP": ("product page", "basket", "landing page", "product images", "wish list", "delivery estimate"),
    "PAY": ("card form", "bank redirect", "refunds", "instalments", "receipt", "payment retries"),
    "BILL": ("invoice run", "credit notes", "tax rates", "dunning", "ledger export", "proration"),
    "FRD": ("velocity rule", "device fingerprint", "case queue", "chargeback model", "allow list", "score"),
    "DATA": (
        "sales cube",
        "cohort report",
        "nightly export",
        "event schema",
        "metric layer",
        "data quality check",
    ),
    "IN": ("request from sales", "idea from the field", "partner question", "report from a shop"),
    "SUP": ("missing parcel case", "double charge case", "login case", "voucher case", "address case"),
    "WMS": ("picking route", "scanner pairing", "stock count", "packing station", "return slip", "slotting"),
    "TRK": ("carrier webhook", "arrival window", "map view", "route import", "proof of delivery", "geofence"),
    "OPS": (
        "certificate rotation",
        "database upgrade",
        "alert noise",
        "node pool",
        "backup drill",
        "cost report",
    ),
    "lumenport/mobile-app": ("start screen", "push messages", "offline basket", "barcode scan", "deep links"),
    "lumenport/search": ("synonyms", "ranking", "typo tolerance", "facets", "index build", "suggestions"),
    "lumenport/identity": ("token refresh", "single sign-on", "password reset", "audit log", "consent page"),
    "lumenport/developer-platform": (
        "build cache",
        "service template",
        "preview sites",
        "secrets",
        "test runner",
    ),
}
BLOCKABLE, BLOCKED = "label:status: in progress", "label:status: blocked"
PEOPLE_PER_TEAM = 7
GIVEN_NAMES = (
    "ada",
    "bela",
    "chidi",
    "dana",
    "emre",
    "farah",
    "goran",
    "hana",
    "ines",
    "jonas",
    "kavya",
    "liam",
)
FAMILY_NAMES = (
    "abel",
    "brandt",
    "costa",
    "duarte",
    "eriksen",
    "fuchs",
    "gupta",
    "haddad",
    "iyer",
    "jansen",
    "kaya",
)


@dataclass
class Walk:
    """One item on its way: draws how long it stays and where it goes, until the history ends."""

    rng: Random
    item: Item
    project: Project
    calendar: WorkingTime
    at: int
    is_over: bool = False
    marks: list[tuple[int, str]] = field(default_factory=list)  # (when, which state it entered)

    def __post_init__(self) -> None:
        self.marks.append((self.at, self.item.values["state"]))

    def wait(self, hours: int) -> None:
        """Let a stay of about so many working hours pass."""
        percent = _stay_percent(self.rng) * self.item.area.quickness // 100
        worked = hours * HOUR * percent * _season(self.at) // 10_000
        worked = worked * _test_queue(self.project, self.item.values["state"], self.at) // 100
        self.at = self._tool_time(
            self.calendar.advance(self.at, max(worked, MINUTE) + self.rng.randrange(MINUTE))
        )

    def _tool_time(self, at: int) -> int:
        return at - at % SECOND if self.project.connection is GITHUB else at

    def go(self, state: str, *, is_atop: bool = False, **others: Any) -> None:
        """Enter a state, unless the history has ended."""
        if self.at > HISTORY_END:
            self.is_over = True
        if self.is_over:
            return
        self._carry_over_sprints()
        if self._passes_no_label(state) and not is_atop:
            self.item.change(self.at, state="open")
            self.item.features.add("label_gap")
            self.at += 2 * SECOND
        if self.is_worked(state) and self.item.values["assignee"] is None:
            others["assignee"] = self.rng.choice(people(self.item.area))
            if self.project.is_sprinting and self.item.values["type"] not in UNPLANNED:
                others["sprints"] = (sprint_number(self.at),)
        self.item.change(self.at, is_atop=is_atop, state=state, **others)
        self.marks.append((self.at, state))

    def _passes_no_label(self, state: str) -> bool:
        """Whether the old board label is taken off a moment before the new one is put on."""
        is_swap = state.startswith("label:") and self.item.values["state"].startswith("label:")
        return is_swap and not self._is_blocked() and self.rng.randrange(100) < 5

    def _is_blocked(self) -> bool:
        return bool(self.item.values["state"] == BLOCKED)

    def _carry_over_sprints(self) -> None:
        sprints: tuple[int, ...] = self.item.values["sprints"]
        while (
            sprints
            and self.project.is_sprinting
            and not self.is_done()
            and sprint_end(sprints[-1]) <= self.at
        ):
            carried_at = sprint_end(sprints[-1]) + 7 * MINUTE
            sprints = (*sprints, sprints[-1] + 1)
            if carried_at < self.at:
                self.item.change(carried_at, sprints=sprints)

    def is_worked(self, state: str) -> bool:
        """Whether a state, entered now, is active or waiting."""
        meaning = self.project.meaning(state, local_date(self.at, REPORTING_TIME_ZONE))
        return meaning.abstract in ("active", "waiting")

    def is_done(self) -> bool:
        """Whether the item stands in a done state."""
        return self.item.values["state"] in (self.project.done, self.project.closed, self.project.dropped)

    def way(self) -> tuple[Step, ...]:
        """The steps that this item takes of the project's usual way."""
        steps = self.project.steps_for(self.item.created)
        return (steps[0], *(step for step in steps[1:] if self.rng.randrange(100) < step.percent))

    def first_worked(self) -> str:
        """The first state of the way in which someone works on the item."""
        steps = self.project.steps_for(self.item.created)
        return next((step.state for step in steps if self.is_worked(step.state)), steps[-1].state)

    def follow(self, steps: tuple[Step, ...]) -> None:
        """Stay at the first step and go on to each next one."""
        for here, there in pairwise(steps):
            self.wait(here.hours)
            if here.state == BLOCKABLE and self.rng.randrange(100) < 14:
                self._be_blocked(here)
            self.go(there.state)

    def _be_blocked(self, step: Step) -> None:
        """A label on top of the board's label: while it is on, the item is blocked."""
        self.go(BLOCKED, is_atop=True)
        self.wait(step.hours)
        self.go(step.state)
        self.wait(step.hours)
        if not self.is_over:
            self.item.features.add("blocked_by_label")

    def finish(self, hours: int, *, cancels: bool = False) -> None:
        """Stay a last while, then be done; some tools close what has been resolved a good while later."""
        self.wait(hours)
        if cancels and self.project.dropped:
            self.go(self.project.dropped)
        else:
            self.go(self.project.done, resolution=self._resolution(cancels=cancels))
        if self.project.closed and self.rng.randrange(100) < 70:
            self.wait(60)
            self.go(self.project.closed)

    def _resolution(self, *, cancels: bool) -> str | None:
        if self.project.connection is GITHUB:
            if cancels:
                return self.rng.choice(("not_planned", "not_planned", "duplicate"))
            return None if self.rng.randrange(100) < 4 else "completed"
        if self.project.dropped:
            return None
        fitting = [
            resolution.name
            for resolution in RESOLUTIONS[self.project.connection.name]
            if bool(resolution.cancels) == cancels
            and (not resolution.used_by or self.project.key in resolution.used_by)
        ]
        return fitting[0] if not cancels and self.rng.randrange(100) < 85 else self.rng.choice(fitting)

    def reopen(self, state: str) -> None:
        """Take it up again after a while."""
        self.wait(30)
        self.go(state, resolution="reopened" if self.project.connection is GITHUB else None)
        if not self.is_over:
            self.item.features.add("reopened")


@cache
def calendars() -> dict[str, WorkingTime]:
    """The working calendars of the company."""
    return read_calendars(SEEDS)


def sprint_number(at: int) -> int:
    """The sprint that runs, or else comes next; all projects that sprint do so together."""
    number = max(1, (at - FIRST_SPRINT) // SPRINT_LENGTH + 1)
    return number if at < sprint_end(number) else number + 1


def sprint_start(number: int) -> int:
    """When a sprint begins."""
    return FIRST_SPRINT + (number - 1) * SPRINT_LENGTH


def sprint_end(number: int) -> int:
    """When a sprint is closed, two hours before the next begins."""
    return sprint_start(number + 1) - 2 * HOUR


def people(area: Area) -> tuple[str, ...]:
    """The people of a team, by name; those of no team are its project's."""
    rng = Random(f"people of {area.team or area.project}")
    return tuple(
        f"{given}.{rng.choice(FAMILY_NAMES)}" for given in rng.sample(GIVEN_NAMES, k=PEOPLE_PER_TEAM)
    )


def _stay_percent(rng: Random) -> int:
    tenth, rest = divmod(rng.randrange(1000), 100)
    return STAY_DECILES[tenth] + (STAY_DECILES[tenth + 1] - STAY_DECILES[tenth]) * rest // 100


def _season(at: int) -> int:
    day = local_date(at, REPORTING_TIME_ZONE)
    if (day.month, day.day) >= (12, 15) or (day.month, day.day) <= (1, 6):
        return 150
    if day.month in (7, 8):
        return 125
    if day.month % 3 == 0 and day.day > 18:
        return 65  # everything that can be done is done before the quarter ends
    return 100


def _test_queue(project: Project, state: str, at: int) -> int:
    day = local_date(at, REPORTING_TIME_ZONE)
    if project.key != "WMS" or state != "Waiting for Test" or day < TEST_QUEUE_GROWS_FROM:
        return 100
    return 100 + TEST_QUEUE_GROWTH * ((day.year - 2026) * 12 + day.month)


def _is_born(rng: Random, at: int) -> bool:
    """Whether a drawn birth is accepted: fewer at Christmas and in August, more as the company grows."""
    day = local_date(at, REPORTING_TIME_ZONE)
    percent = 60 + 40 * (at - HISTORY_START) // (HISTORY_END - HISTORY_START)
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 3):
        percent = percent * 30 // 100
    if day.month == 8:
        percent = percent * 65 // 100
    return rng.randrange(100) < percent


def weighted(rng: Random, choices: tuple[tuple[str, int], ...]) -> str:
    """One of the names, by weight."""
    drawn = rng.randrange(sum(weight for _, weight in choices))
    for name, weight in choices:
        drawn -= weight
        if drawn < 0:
            return name
    raise AssertionError("the weights cover every draw")


class Author:
    """Writes the plan: items by area, each from a random stream of its own."""

    def __init__(self, seed: int, size: int) -> None:
        self.seed = seed
        self.size = size
        self.items: list[Item] = []
        self._numbers = count(1)

    def write(self) -> list[Item]:
        """The lives of about `size` work items."""
        total = sum(area.weight for area in AREAS)
        for area in AREAS:
            self._write_area(area, self.size * area.weight // total)
        return self.items

    def _write_area(self, area: Area, amount: int) -> None:
        rng = Random(f"{self.seed} {area.project} {area.marker}")
        project = PROJECTS[area.project]
        last = len(self.items) + amount
        uppers = self._write_uppers(rng, area, project, amount) if project.connection is not GITHUB else []
        while len(self.items) < last:
            walk = self.begin(rng, area, self._birth(rng, area), weighted(rng, project.types))
            self._adopt(walk, uppers)
            self._live(walk)
            if project.connection is not GITHUB and walk.item.values["project"] == area.project:
                self._write_sub_tasks(walk, last - len(self.items))

    def _birth(self, rng: Random, area: Area) -> int:
        at = HISTORY_START + rng.randrange(HISTORY_END - HISTORY_START)
        while not _is_born(rng, at):
            at = HISTORY_START + rng.randrange(HISTORY_END - HISTORY_START)
        if rng.randrange(100) < 8:
            return at  # a customer reports at any hour
        return min(calendars()[area.calendar].advance(at, rng.randrange(4 * HOUR)), HISTORY_END)

    def begin(self, rng: Random, area: Area, at: int, type_name: str, title: str | None = None) -> Walk:
        """A new item of an area, at its birth."""
        project = PROJECTS[area.project]
        is_github = project.connection is GITHUB
        created = at - at % SECOND if is_github else at
        marker = (area.marker[1],) if area.marker else ()
        labels = marker if area.marker and area.marker[0] == "label" else ()
        if project.common_labels and rng.randrange(100) < 30:
            labels = (*labels, rng.choice(project.common_labels))
        if is_github and type_name:
            labels = (*labels, type_name)
        born: Values = {
            "state": project.steps_for(created)[0].state,
            "type": "Issue" if is_github else type_name,
            "project": project.key,
            "flag": None,
            "resolution": None,
            "labels": labels,
            "components": marker if area.marker and area.marker[0] == "component" else (),
            "assignee": None,
            "reporter": rng.choice(people(area)),
            "priority": weighted(rng, (("High", 20), ("Medium", 60), ("Low", 20))),
            "estimate": None
            if is_github or rng.randrange(100) < 25
            else rng.choice((1, 2, 3, 3, 5, 5, 8, 13)),
            "sprints": (),
            "parent": None,
        }
        text = title or f"{rng.choice(VERBS)} {rng.choice(THINGS[project.key])}"
        item = Item(next(self._numbers), area, text, created, born)
        self.items.append(item)
        return Walk(rng, item, project, calendars()[area.calendar], created)

    def _write_uppers(self, rng: Random, area: Area, project: Project, amount: int) -> list[Item]:
        """Epics, or the features below them where those are measured: long lives that others hang under."""
        epics = [self._write_upper(rng, area, "Epic", None) for _ in range(max(1, amount // 45))]
        if not project.feature_level:
            return epics
        parents = sorted(epics, key=lambda epic: epic.created)
        features = []
        for _ in range(max(2, amount // 12)):
            feature = self._write_upper(rng, area, "Feature", parents)
            features.append(feature)
        return features

    def _write_upper(self, rng: Random, area: Area, type_name: str, parents: list[Item] | None) -> Item:
        walk = self.begin(rng, area, self._birth(rng, area), type_name)
        self._adopt(walk, parents or [])
        walk.wait(60)
        walk.go(walk.first_worked())
        if rng.randrange(100) < 75:
            walk.finish(300 if type_name == "Epic" else 120, cancels=rng.randrange(100) < 8)
        return walk.item

    def _adopt(self, walk: Walk, uppers: list[Item]) -> None:
        """Give most items the upper one that was born last before them and was still open."""
        elders = [upper for upper in uppers if upper.created < walk.item.created]
        if elders and walk.rng.randrange(100) < 70:
            walk.item.born["parent"] = max(elders, key=lambda upper: upper.created)
            walk.item.values["parent"] = walk.item.born["parent"]

    def _live(self, walk: Walk) -> None:
        fate = weighted(walk.rng, FATES)
        if walk.project.key == "IN":
            fate = weighted(walk.rng, (("moved", 75), ("straight", 15), ("cancelled", 10)))
        elif walk.project.key == "OPS" and fate == "straight" and walk.rng.randrange(100) < 25:
            fate = "skipped"
        if fate == "moved" and walk.project.key not in MOVES:
            fate = "straight"
        if fate == "retyped" and walk.project.connection is GITHUB:
            fate = "reopened"
        LIVES[fate](walk)
        self._season_with_trouble(walk)

    def _season_with_trouble(self, walk: Walk) -> None:
        if walk.rng.randrange(100) < 8 and walk.project.connection is not GITHUB:
            _flag(walk)
        if walk.rng.randrange(100) < 6:
            _relabel(walk)
        if walk.rng.randrange(1000) < 6:
            _lose_history(walk)
        if walk.item.created < LOADED_AT[0] - DAY:
            _delete(walk)

    def _write_sub_tasks(self, walk: Walk, most: int) -> None:
        story = walk.item
        if story.deleted_at is not None or story.features & {"moved", "retyped"}:
            return
        if len(walk.marks) < 2 or walk.rng.randrange(100) >= 12:
            return
        for _ in range(min(most, walk.rng.randrange(1, 4))):
            self._write_sub_task(walk.rng, story, walk.marks[1][0])

    def _write_sub_task(self, rng: Random, story: Item, at: int) -> None:
        walk = self.begin(rng, story.area, at, "Sub-task")
        walk.item.born["parent"] = walk.item.values["parent"] = story
        walk.item.features.add("sub_task")
        walk.wait(5)
        walk.go(walk.first_worked())
        if rng.randrange(100) < 6 and walk.project.feature_level == "":
            walk.wait(4)
            if walk.at < HISTORY_END:
                walk.item.change(walk.at, type="Task", parent=None)
                walk.item.features.update({"retyped", "promoted"})
        walk.finish(9)


def _straight(walk: Walk) -> None:
    way = walk.way()
    walk.follow(way)
    walk.finish(way[-1].hours)


def _bounced(walk: Walk) -> None:
    way = walk.way()
    walk.follow(way)
    walk.wait(way[-1].hours)
    walk.go(walk.first_worked())
    walk.follow(tuple(step for step in way if walk.is_worked(step.state)))
    walk.finish(way[-1].hours)


def _cancelled(walk: Walk) -> None:
    way = walk.way()
    passed = walk.rng.randrange(len(way)) + 1
    walk.follow(way[:passed])
    walk.finish(way[passed - 1].hours, cancels=True)
    if not walk.is_over:
        walk.item.features.add("cancelled")


def _reopened(walk: Walk) -> None:
    _straight(walk)
    if walk.is_over:
        return
    has_reopened_state = walk.project.key in ("WMS", "TRK")
    walk.reopen("Reopened" if has_reopened_state else walk.first_worked())
    if has_reopened_state:
        walk.wait(5)
        walk.go(walk.first_worked())
    if walk.rng.randrange(100) < 85:
        walk.finish(10)


def _skipped(walk: Walk) -> None:
    walk.finish(walk.project.steps_for(walk.item.created)[0].hours)
    if not walk.is_over:
        walk.item.features.add("skipped")


def _put_back(walk: Walk) -> None:
    way = walk.way()
    walk.follow(way[: max(2, len(way) - 1)])
    walk.wait(12)
    if way[0].state != walk.item.values["state"]:
        walk.go(way[0].state)
        walk.item.features.add("put_back")
    if walk.rng.randrange(100) < 55:
        walk.follow(way)
        walk.finish(way[-1].hours)


def _idle(walk: Walk) -> None:
    walk.item.features.add("idle")


def _retyped(walk: Walk) -> None:
    way = walk.way()
    walk.follow(way[: 1 + walk.rng.randrange(len(way))])
    walk.wait(4)
    if walk.at < HISTORY_END and not walk.is_over:
        walk.item.change(walk.at, type=RETYPES[walk.item.connection][walk.item.values["type"]])
        walk.item.features.add("retyped")
    walk.follow(tuple(step for step in way if walk.is_worked(step.state)))
    walk.finish(way[-1].hours)


def _moved(walk: Walk) -> None:
    """To another project of the same tool: its way of working and its types count from then on."""
    way = walk.way()
    walk.follow(way[: 1 + walk.rng.randrange(min(2, len(way)))])
    walk.wait(way[0].hours)
    if walk.at >= HISTORY_END or walk.is_over:
        return
    target = PROJECTS[walk.rng.choice(MOVES[walk.project.key])]
    type_name = walk.item.values["type"]
    known = {name for name, _ in target.types}
    state = walk.item.values["state"]
    if state not in target.states:
        state = target.steps_for(walk.item.created)[0].state
    walk.item.born["parent"] = walk.item.values["parent"] = None
    walk.item.change(
        walk.at,
        project=target.key,
        type=type_name
        if type_name in known
        else MOVED_TYPES.get(type_name) or _default_type(type_name, target),
        state=state,
        sprints=(),
        assignee=None,
        components=(),
    )
    walk.item.features.add("moved")
    walk.project = target
    walk.calendar = _calendar_of(target)
    steps = target.steps_for(walk.item.created)
    here = next((place for place, step in enumerate(steps) if step.state == state), 0)
    walk.follow(steps[here:])
    walk.finish(steps[-1].hours)


def _default_type(type_name: str, target: Project) -> str:
    return "Bug" if type_name == "Bug" else target.types[0][0]


def _calendar_of(project: Project) -> WorkingTime:
    return calendars()[AREA_OF[project.key, None].calendar]


LIVES: dict[str, Callable[[Walk], None]] = {
    "straight": _straight,
    "bounced": _bounced,
    "cancelled": _cancelled,
    "reopened": _reopened,
    "skipped": _skipped,
    "put_back": _put_back,
    "idle": _idle,
    "retyped": _retyped,
    "moved": _moved,
}


def _worked_stays(walk: Walk) -> Iterator[tuple[int, int]]:
    """The long stays in states in which someone works on the item."""
    ends = [at for at, _ in walk.marks[1:]] + [HISTORY_END]
    for (at, state), left_at in zip(walk.marks, ends, strict=True):
        if state in walk.project.states and walk.is_worked(state) and left_at - at > 8 * HOUR:
            yield at, left_at


def _flag(walk: Walk) -> None:
    """Marked as impeded during a stay; some never lose the mark."""
    stays = list(_worked_stays(walk))
    if not stays:
        return
    start, end = walk.rng.choice(stays)
    quarter = (end - start) // 4
    walk.item.change(start + quarter, flag="Impediment")
    if walk.rng.randrange(100) < 85:
        walk.item.change(start + 3 * quarter, flag=None)
    walk.item.features.add("flagged")


def _delete(walk: Walk) -> None:
    """Deleted between the first load and the last: seldom what was done, rather what was not."""
    first_load = LOADED_AT[0]
    state = [state for at, state in walk.marks if at <= first_load][-1]
    is_done = state in (walk.project.done, walk.project.closed, walk.project.dropped)
    if walk.rng.randrange(1000) < (4 if is_done else 50):
        walk.item.deleted_at = first_load + DAY + walk.rng.randrange(LOADED_AT[-1] - first_load - 2 * DAY)
        walk.item.features.add("deleted")


def _relabel(walk: Walk) -> None:
    """Labels put on or swapped some time after birth; they are what the item is, also for its past."""
    item, rng = walk.item, walk.rng
    after = item.created + HOUR + rng.randrange(20 * DAY)
    at = after - after % SECOND
    if at >= HISTORY_END:
        return
    labels: tuple[str, ...] = item.values["labels"]
    if walk.project.connection is GITHUB:
        others = OTHER_KINDS.get(walk.project.key, ("bug", "tech-debt"))
        added = next((label for label in others if label not in labels), "hotfix")
        if rng.randrange(100) < 12:
            item.features.add("contradicted")  # both labels stay on
        else:
            labels = tuple(label for label in labels if label not in KIND_LABELS)
    elif walk.project.story_level:
        added = "hotfix"
    else:
        added = rng.choice(("tech-debt", "security", "hotfix"))
    item.change(at, labels=(*labels, *((added,) if added not in labels else ())))
    item.features.add("relabelled")


def _lose_history(walk: Walk) -> None:
    """A change that the tool's history does not have: one in the middle, or the last."""
    states = [change for change in walk.item.changes if change.attribute == "state"]
    if len(states) < 2 or len(states) != len({change.at for change in states}):
        return
    last = max(walk.item.changes, key=lambda change: (change.at, change.step))
    if last.attribute == "state" and walk.rng.randrange(100) < 50:
        last.is_recorded = False
        walk.item.features.add("lost_last")
    elif walk.project.connection is not GITHUB and len(states) > 2:
        states[len(states) // 3].is_recorded = False
        walk.item.features.add("lost_middle")
