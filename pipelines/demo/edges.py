"""Lives written by hand that sit exactly on the edges of the rules.

Each is a short script of dated changes in one area, so that the figures can be checked on paper.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from pipelines.demo.clock import DAY, SECOND, instant
from pipelines.demo.lives import Author
from pipelines.demo.organisation import AREA_OF, LOADED_AT, MarkerKind
from pipelines.demo.plan import Item

Script = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Edge:
    """A life on an edge: what it shows, where it was born and when, and its changes in order."""

    name: str
    project: str
    type_name: str
    created: str
    script: Script
    marker: tuple[MarkerKind, str] | None = None


def states(*dated: tuple[str, str]) -> Script:
    """Changes of state alone."""
    return [(at, {"state": state}) for at, state in dated]


EDGES = (
    Edge(
        "done at local midnight of a month's first day",
        "PAY",
        "Story",
        "2026-01-12T09:00:00+01:00",
        [
            ("2026-01-19T00:00:00+01:00", {"state": "In Progress"}),
            ("2026-02-01T00:00:00+01:00", {"state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "done a millisecond before local midnight",
        "PAY",
        "Bug",
        "2026-02-12T09:00:00+01:00",
        [
            ("2026-02-16T10:00:00+01:00", {"state": "In Progress"}),
            ("2026-02-28T23:59:59.999+01:00", {"state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "started and done in one instant: skipped work",
        "PAY",
        "Task",
        "2026-03-02T09:00:00+01:00",
        [
            ("2026-03-04T11:00:00+01:00", {"state": "In Progress"}),
            ("2026-03-04T11:00:00+01:00", {"state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "one starts in the instant in which another ends: the first",
        "FRD",
        "Story",
        "2026-03-02T09:00:00+05:30",
        states(("2026-03-03T10:00:00+05:30", "Hunting"), ("2026-03-10T10:00:00+05:30", "Set Free")),
    ),
    Edge(
        "one starts in the instant in which another ends: the second",
        "FRD",
        "Story",
        "2026-03-02T09:30:00+05:30",
        states(("2026-03-10T10:00:00+05:30", "Hunting"), ("2026-03-12T10:00:00+05:30", "Set Free")),
    ),
    Edge(
        "worked on through the night in which clocks go forward",
        "SHOP",
        "Bug",
        "2025-03-28T15:00:00+01:00",
        [
            ("2025-03-30T00:30:00+01:00", {"state": "In Progress"}),
            ("2025-03-30T04:30:00+02:00", {"state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "worked on through the night in which clocks go back",
        "SHOP",
        "Bug",
        "2025-10-24T15:00:00+02:00",
        [
            ("2025-10-26T02:30:00+02:00", {"state": "In Progress"}),
            ("2025-10-26T02:30:00+01:00", {"state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "a night shift that is an hour longer, as clocks go back in New York",
        "SUP",
        "Bug",
        "2025-11-01T22:00:00-04:00",
        [
            ("2025-11-02T00:15:00-04:00", {"state": "In Progress"}),
            ("2025-11-02T05:45:00-05:00", {"state": "Resolved", "resolution": "Done"}),
        ],
    ),
    Edge(
        "a night shift that is an hour shorter, as clocks go forward in New York",
        "SUP",
        "Bug",
        "2026-03-07T22:00:00-05:00",
        [
            ("2026-03-08T00:15:00-05:00", {"state": "In Progress"}),
            ("2026-03-08T05:45:00-04:00", {"state": "Resolved", "resolution": "Done"}),
        ],
    ),
    Edge(
        "changed before it was created, as imports do",
        "WMS",
        "Bug",
        "2025-09-01T10:00:02.500+02:00",
        [
            ("2025-09-01T10:00:00+02:00", {"state": "In Progress"}),
            ("2025-09-03T16:00:00+02:00", {"state": "Resolved", "resolution": "Fixed"}),
        ],
    ),
    Edge(
        "reopened and done again in one instant: never left done",
        "TRK",
        "Bug",
        "2025-06-02T10:00:00+01:00",
        [
            ("2025-06-03T10:00:00+01:00", {"state": "In Progress"}),
            ("2025-06-05T10:00:00+01:00", {"state": "Resolved", "resolution": "Fixed"}),
            ("2025-06-06T10:00:00+01:00", {"state": "Reopened", "resolution": None}),
            ("2025-06-06T10:00:00+01:00", {"state": "Resolved", "resolution": "Fixed"}),
        ],
    ),
    Edge(
        "moved in the step that closes it",
        "SHOP",
        "Story",
        "2026-04-07T10:00:00+02:00",
        [
            ("2026-04-08T10:00:00+02:00", {"state": "In Progress"}),
            ("2026-04-17T10:00:00+02:00", {"project": "PAY", "state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "moved, and made a story, when it was long done",
        "SHOP",
        "Bug",
        "2025-12-01T10:00:00+01:00",
        [
            ("2025-12-02T10:00:00+01:00", {"state": "In Progress", "estimate": 5}),
            ("2025-12-04T10:00:00+01:00", {"state": "Done", "resolution": "Done"}),
            ("2026-01-15T10:00:00+01:00", {"project": "PAY", "type": "Story", "estimate": 21}),
        ],
    ),
    Edge(
        "flagged in the instant in which it starts, and still flagged when it is done",
        "PAY",
        "Story",
        "2026-05-04T10:00:00+02:00",
        [
            ("2026-05-05T10:00:00+02:00", {"state": "In Progress"}),
            ("2026-05-05T10:00:00+02:00", {"flag": "Impediment"}),
            ("2026-05-06T10:00:00+02:00", {"state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "in testing when testing became a queue, and looked at again by a flag",
        "BILL",
        "Story",
        "2025-10-06T09:00:00-04:00",
        [
            ("2025-10-14T10:00:00-04:00", {"state": "Coding"}),
            ("2025-10-30T10:00:00-04:00", {"state": "Testing"}),
            ("2025-11-05T10:00:00-05:00", {"flag": "Impediment"}),
            ("2025-11-07T10:00:00-05:00", {"flag": None}),
            ("2025-11-11T10:00:00-05:00", {"state": "Closed", "resolution": "Done"}),
        ],
    ),
    Edge(
        "enters testing in the first instant in which it is a queue",
        "BILL",
        "Story",
        "2025-10-07T09:00:00-04:00",
        [
            ("2025-10-15T10:00:00-04:00", {"state": "Coding"}),
            ("2025-11-03T00:00:00+01:00", {"state": "Testing"}),
            ("2025-11-12T10:00:00-05:00", {"state": "Closed", "resolution": "Done"}),
        ],
    ),
    Edge(
        "worked on when returns went to another product",
        "WMS",
        "Bug",
        "2025-12-15T10:00:00+01:00",
        [
            ("2025-12-16T10:00:00+01:00", {"state": "In Progress"}),
            ("2026-01-01T00:00:00+01:00", {"state": "In Review"}),
            ("2026-01-08T10:00:00+01:00", {"state": "Resolved", "resolution": "Fixed"}),
        ],
        ("component", "Returns"),
    ),
    Edge(
        "a stay in a state that nobody has named, on the way",
        "TRK",
        "Improvement",
        "2025-02-03T10:00:00+00:00",
        [
            ("2025-02-04T10:00:00+00:00", {"state": "In Progress"}),
            ("2025-02-06T10:00:00+00:00", {"state": "Legacy Triage"}),
            ("2025-02-11T10:00:00+00:00", {"state": "In Review"}),
            ("2025-02-12T10:00:00+00:00", {"state": "Resolved", "resolution": "Fixed"}),
        ],
    ),
    Edge(
        "left done for a state that nobody has named, and came back",
        "TRK",
        "Bug",
        "2025-08-04T10:00:00+01:00",
        [
            ("2025-08-05T10:00:00+01:00", {"state": "In Progress"}),
            ("2025-08-06T10:00:00+01:00", {"state": "Resolved", "resolution": "Fixed"}),
            ("2025-08-12T10:00:00+01:00", {"state": "Limbo", "resolution": None}),
            ("2025-08-14T10:00:00+01:00", {"state": "Resolved", "resolution": "Fixed"}),
        ],
    ),
    Edge(
        "now in a state that nobody has named",
        "TRK",
        "Bug",
        "2026-05-04T10:00:00+01:00",
        states(("2026-05-05T10:00:00+01:00", "In Progress"), ("2026-06-15T10:00:00+01:00", "Limbo")),
    ),
    Edge(
        "dropped by its state after work",
        "FRD",
        "Bug",
        "2026-01-26T10:00:00+05:30",
        states(("2026-01-27T10:00:00+05:30", "Sniffing"), ("2026-01-30T10:00:00+05:30", "Escaped")),
    ),
    Edge(
        "closed as superseded, which nobody has named: its state says delivered",
        "TRK",
        "Bug",
        "2026-01-26T10:00:00+00:00",
        [
            ("2026-01-27T10:00:00+00:00", {"state": "In Progress"}),
            ("2026-01-30T10:00:00+00:00", {"state": "Resolved", "resolution": "Superseded"}),
        ],
    ),
    Edge(
        "done, reopened, and back in the backlog",
        "SHOP",
        "Bug",
        "2026-02-02T10:00:00+01:00",
        [
            ("2026-02-03T10:00:00+01:00", {"state": "In Progress"}),
            ("2026-02-04T10:00:00+01:00", {"state": "Done", "resolution": "Done"}),
            ("2026-02-09T10:00:00+01:00", {"state": "Backlog", "resolution": None}),
        ],
    ),
    Edge(
        "starts at midnight of a Monday that begins a quarter's month",
        "SHOP",
        "Story",
        "2025-11-20T10:00:00+01:00",
        [
            ("2025-12-01T00:00:00+01:00", {"state": "In Progress"}),
            ("2025-12-08T00:00:00+01:00", {"state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "done in the last night before the figures were taken",
        "SHOP",
        "Story",
        "2026-06-29T10:00:00+02:00",
        [
            ("2026-07-01T10:00:00+02:00", {"state": "In Progress"}),
            ("2026-07-08T00:00:00+02:00", {"state": "Done", "resolution": "Done"}),
        ],
    ),
    Edge(
        "labelled at birth and blocked on top of its board label",
        "lumenport/mobile-app",
        "bug",
        "2026-04-13T09:00:00+00:00",
        states(("2026-04-13T09:00:00+00:00", "label:status: in progress")),
        ("label", "team:ios"),
    ),
    Edge(
        "closed as a duplicate without ever being started",
        "lumenport/search",
        "bug",
        "2026-04-13T09:00:00+00:00",
        [("2026-04-14T09:00:00+00:00", {"state": "closed", "resolution": "duplicate"})],
    ),
)


def write_edges(author: Author) -> Iterator[Item]:
    """Add the lives on edges to a plan."""
    rng = Random("edges")
    for edge in EDGES:
        area = AREA_OF[edge.project, edge.marker]
        item = author.begin(rng, area, instant(edge.created), edge.type_name, edge.name.capitalize()).item
        for at, values in edge.script:
            item.change(instant(at), **values)
        item.features.add("edge")
        yield item
    yield _lost_from_sight(author, rng)
    yield _label_deleted(author, rng)


def _lost_from_sight(author: Author, rng: Random) -> Item:
    """Missing from one sweep for lack of permission, and back in the next."""
    walk = author.begin(
        rng, AREA_OF["PAY", None], instant("2026-03-02T10:00:00+01:00"), "Story", "Lost from sight"
    )
    walk.item.change(instant("2026-03-03T10:00:00+01:00"), state="In Progress")
    walk.item.change(LOADED_AT[1] + 3 * DAY, state="In Review")
    walk.item.hidden = (LOADED_AT[1] - DAY, LOADED_AT[1] + DAY)
    walk.item.features.update({"edge", "hidden"})
    return walk.item


def _label_deleted(author: Author, rng: Random) -> Item:
    """The label that said its state was deleted from the repository, which the timeline does not say."""
    area = AREA_OF["lumenport/developer-platform", None]
    walk = author.begin(rng, area, instant("2025-05-05T09:00:00+00:00"), "", "Label deleted")
    walk.item.change(instant("2025-05-06T09:00:00+00:00"), state="label:in progress")
    walk.item.change(instant("2025-05-09T09:00:00+00:00") + SECOND, is_recorded=False, state="open")
    walk.item.features.update({"edge", "lost_last"})
    return walk.item
