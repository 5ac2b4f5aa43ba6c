"""What a tool's module in this folder declares: its raw tables, where people stand, how to read its API.

A module `pipelines/sources/<tool>.py` has a subclass of `Source` under the name `SOURCE`. Nothing else has
to be registered: the tool's name is the module's.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pipelines.connections import Connection
from pipelines.privacy import PersonShape


@dataclass(frozen=True)
class RawTable:
    """A raw table: one row per connection and key.

    Args:
        name: the table's name in `raw_<tool>`
        keys: text columns that, with the connection, are the primary key
        extra: further text columns
        cursor: a `timestamptz` column with the tool's time of the last update
    """

    name: str
    keys: tuple[str, ...] = ("id",)
    extra: tuple[str, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One API object on its way to its raw table.

    `columns` holds the table's key, extra and cursor columns (texts; an aware datetime or None for the
    cursor); `record` is the object as the API gave it: the core pseudonymises, scrubs and hashes it.
    """

    columns: dict[str, Any]
    record: dict[str, Any]


@dataclass
class Progress:
    """How far the newest completed load came: one instant per scope (a project, a repository).

    Kept in the warehouse, with the row that says that a load was completed, so a load that dies changes
    nothing. A scope's name must say everything that decides which records it covers and what is stored of
    them (the project, the start date, whether people keep their names), so that a changed configuration
    starts anew. A scope that a load does not use is forgotten: until it is used again, another configuration
    may have stored other things.
    """

    reached: dict[str, dt.datetime] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def since(self, scope: str) -> dt.datetime | None:
        """Where the newest completed load of this scope ended; None if there was none."""
        self._used.add(scope)
        return self.reached.get(scope)

    def of_this_load(self) -> dict[str, dt.datetime]:
        """How far the scopes came that this load used."""
        return {scope: moment for scope, moment in self.reached.items() if scope in self._used}

    def advance(self, scope: str, moment: dt.datetime) -> None:
        """Say that every record of the scope up to this instant was read. It never goes back."""
        self._used.add(scope)
        self.reached[scope] = max(moment, self.reached.get(scope, moment)).astimezone(dt.UTC)


@dataclass
class LoadContext:
    """What a source gets from the core.

    Args:
        connection: what to load, and its secrets
        progress: where the newest completed load ended
        note: tells the user a sentence, shown with the summary ("no boards: Jira without Software")
        status: shows what is being read just now, in the progress bar
        stored: rows of a raw table of this connection that completed or broken loads left there, the named
            columns only: `stored("issues", ["id", "number"])`
    """

    connection: Connection
    progress: Progress = field(default_factory=Progress)
    note: Callable[[str], None] = lambda text: None
    status: Callable[[str], None] = lambda text: None
    stored: Callable[[str, Sequence[str]], list[dict[str, Any]]] = lambda table, columns: []


class Source(ABC):
    """One connection of a tool, being read."""

    tables: ClassVar[tuple[RawTable, ...]]
    settings: ClassVar[frozenset[str]] = frozenset()
    swept_table: ClassVar[str] = "issues"

    def __init__(self, context: LoadContext) -> None:
        self.context = context

    @abstractmethod
    def people(self) -> Sequence[PersonShape]:
        """How people stand in this tool's records.

        Asked for anew with every batch of rows, while `extract` may already be some pages further: what it
        says must stay true of the pages before.
        """

    @abstractmethod
    def extract(self) -> Iterator[tuple[str, list[Row]]]:
        """Pages of rows, each with its raw table's name; what is new since the newest completed load.

        A page should hold some hundred rows. A record may come more than once: the last one counts. Records
        that did not change may come too: the core leaves them out.

        Raises:
            LoadError: what was asked for cannot be read completely
        """

    @abstractmethod
    def present_ids(self) -> Iterator[Iterable[str]]:
        """For a sweep: pages of the ids (key of the swept table) of all artifacts that the tool shows."""

    @abstractmethod
    def is_present(self, native_id: str, columns: dict[str, Any]) -> bool:
        """For a sweep: whether this artifact, which `present_ids` did not list, is there after all.

        Asked about each missing one, since a list shifts while it is paged. `columns` are its key and extra
        columns.
        """


def tools() -> list[str]:
    """Names of the tools that have a module here."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def source_class(tool: str) -> type[Source]:
    """The source of a tool that is in `tools()`."""
    source: type[Source] = importlib.import_module(f"pipelines.sources.{tool}").SOURCE
    return source
