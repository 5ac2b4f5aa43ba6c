"""The plan of a work item: what happened to it and when, before any tool spells it out."""

from dataclasses import dataclass, field
from typing import Any

from pipelines.demo.organisation import AREA_OF, LOADED_AT, PROJECTS, Area, MarkerKind, Project

Values = dict[str, Any]
TRACKED = ("state", "type", "project", "flag")


@dataclass(slots=True)
class Change:
    """One attribute of one item gets another value. Changes of one step stand in one entry of the history."""

    at: int
    step: int
    attribute: str  # one of TRACKED, or: resolution, labels, components, assignee, estimate, sprints, parent
    before: Any
    after: Any
    is_recorded: bool = True  # False: it happened, and the tool's history does not say so
    is_atop: bool = False  # GitHub: the new state's label joins the old one, which stays on


@dataclass(slots=True, eq=False)
class Item:
    """A work item: how it was born and all that was done to it, in the order in which it was done."""

    number: int
    area: Area
    title: str
    created: int
    born: Values  # the value of every attribute at creation
    changes: list[Change] = field(default_factory=list)
    features: set[str] = field(default_factory=set)  # what makes its story special: reopened, moved, ...
    deleted_at: int | None = None
    hidden: tuple[int, int] | None = None  # out of sight in between, and back
    id: str = ""
    keys: list[tuple[int, str]] = field(default_factory=list)  # (since when, key)
    values: Values = field(default_factory=dict)  # as they are after the last change so far
    steps: int = 0

    def __post_init__(self) -> None:
        self.values = dict(self.born)

    @property
    def connection(self) -> str:
        """The connection that serves it."""
        return self.area_project.connection.name

    @property
    def area_project(self) -> Project:
        """The project in which it was born."""
        return PROJECTS[self.area.project]

    @property
    def artifact_id(self) -> str:
        """The warehouse's key."""
        return f"{self.connection}:{self.id}"

    def change(self, at: int, *, is_recorded: bool = True, is_atop: bool = False, **values: Any) -> None:
        """Give attributes new values in one step."""
        self.steps += 1
        for attribute, after in values.items():
            before = self.values[attribute]
            if before != after:
                self.values[attribute] = after
                change = Change(at, self.steps, attribute, before, after, is_recorded, is_atop)
                self.changes.append(change)

    def is_visible(self, at: int) -> bool:
        """Whether the tool shows it at an instant."""
        is_hidden = self.hidden is not None and self.hidden[0] <= at < self.hidden[1]
        return self.created <= at and (self.deleted_at is None or at < self.deleted_at) and not is_hidden

    @property
    def last_loaded(self) -> int:
        """The load that saw it last; nothing that happened later is known."""
        return max(at for at in LOADED_AT if self.is_visible(at))

    @property
    def removed_at(self) -> int | None:
        """The sweep that found it gone for good."""
        later = [at for at in LOADED_AT if at > self.last_loaded]
        return min(later) if later else None

    def known_changes(self) -> list[Change]:
        """What any load can have seen, in order of time and, within one instant, of doing."""
        last = self.last_loaded
        return sorted((c for c in self.changes if c.at <= last), key=lambda c: (c.at, c.step))

    def final(self, attribute: str) -> Any:
        """An attribute's value as the last load saw it."""
        after = [c.after for c in self.known_changes() if c.attribute == attribute]
        return after[-1] if after else self.born[attribute]


def area_in(project: str, labels: tuple[str, ...], components: tuple[str, ...]) -> Area:
    """The patch of a project to which an item with these markers belongs."""
    marked: list[tuple[MarkerKind, str]] = [("component", name) for name in components]
    marked += [("label", name) for name in labels]
    found = [AREA_OF[project, marker] for marker in marked if (project, marker) in AREA_OF]
    return found[0] if found else AREA_OF[project, None]
