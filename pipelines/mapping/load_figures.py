"""Why work came into the load and left it, and in which state everything stands."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from pipelines.mapping.figure_family import Calculation, Part, PeriodFamily
from pipelines.mapping.records import Stay

# How the load bridge says it: what came in, and what went out.
ENTRIES = {
    "started": "work began",
    "reopened": "taken up again",
    "moved_in": "came from another scope or class",
}
EXITS = {
    "delivered": "delivered",
    "cancelled": "cancelled",
    "put_back": "put back to new",
    "moved_out": "went to another scope or class",
    "unmapped": "went to what nobody mapped",
    "removed": "vanished from the tool",
}
BACK_FROM_UNMAPPED = "came back from what nobody mapped"
STATES = ("new", "active", "waiting", "done", "unmapped")


@dataclass(frozen=True)
class Movement:
    """Work that came into the load of a scope, or left it.

    Args:
        stay: the stay that it began or ended
        moved_at: when
        reason: why, as the load bridge says
        step: 1 for what came, -1 for what left
    """

    stay: Stay
    moved_at: dt.datetime
    reason: str
    step: int


class LoadBridge(PeriodFamily):
    """How the load at a period's start became the load at its end."""

    def calculation(self, column: str) -> Calculation:
        """The parts of a figure, the arithmetic and what it comes to."""
        reason = column.removesuffix("_count")
        moved = [movement for movement in self._movements if movement.reason == reason]
        parts = [self._part(movement) for movement in moved]
        value = sum(part.value or 0 for part in parts)
        return parts, [self._count(moved), self._bridge], value

    @staticmethod
    def _part(movement: Movement) -> Part:
        """What a movement adds. Unmapped is what left, less what came back from there."""
        stay, is_entry = movement.stay, movement.step > 0
        if movement.reason == "unmapped" and is_entry:
            says = f"{BACK_FROM_UNMAPPED}, to {stay.tool_state}"
            return Part(stay.key, stay.title, movement.moved_at, says, -1)
        says = {**ENTRIES, **EXITS}[movement.reason]
        state = f"to {stay.tool_state}" if is_entry else f"from {stay.tool_state}"
        return Part(stay.key, stay.title, movement.moved_at, f"{says}, {state}", 1)

    @staticmethod
    def _count(moved: list[Movement]) -> str:
        came, left = (sum(movement.step == step for movement in moved) for step in (1, -1))
        return f"{came} came, {left} left for this reason"

    @cached_property
    def _bridge(self) -> str:
        """The whole bridge: of every reason, how it changed the load."""
        before, after = len(self._at_start(self._in_work)), len(self._at_end(self._in_work))
        steps: Counter[str] = Counter()
        for movement in self._movements:
            steps[movement.reason] += movement.step
        changes = "".join(
            f" {'-' if step < 0 else '+'} {abs(step)} {reason.replace('_', ' ')}"
            for reason in (*ENTRIES, *EXITS)
            if (step := steps[reason])
        )
        return f"load: {before} at the start{changes} = {before + sum(steps.values())}, {after} at the end"

    @cached_property
    def _movements(self) -> list[Movement]:
        """All that came and went in the period, in the order of time."""
        found = []
        for stay in self._in_work:
            is_entered, is_left = self._falls_in(stay.entered_at), self._falls_in(stay.left_at)
            if not is_entered and not is_left:
                continue
            before, after = self._records.neighbours(stay)
            if is_entered and not self._work.has_in_work(before):
                found.append(Movement(stay, stay.entered_at, _why_it_came(before), 1))
            if is_left and stay.left_at is not None and not self._work.has_in_work(after):
                found.append(Movement(stay, stay.left_at, _why_it_left(stay, after), -1))
        return sorted(found, key=lambda movement: (movement.moved_at, movement.stay.key))


def _why_it_came(before: Stay | None) -> str:
    if before is None or before.abstract_state == "new":
        return "started"
    if before.abstract_state == "done":
        return "reopened"
    return "unmapped" if before.abstract_state is None or before.flow_item is None else "moved_in"


def _why_it_left(stay: Stay, after: Stay | None) -> str:
    if stay.is_ended_by_removal:
        return "removed"
    if after is None or after.abstract_state is None:
        return "unmapped"
    if after.abstract_state == "done":
        return after.outcome or "delivered"
    if after.abstract_state == "new":
        return "put_back"
    return "unmapped" if after.flow_item is None else "moved_out"


class CumulativeFlow(PeriodFamily):
    """How many stand in each abstract state at a period's end."""

    def calculation(self, column: str) -> Calculation:
        """The parts of a figure, the arithmetic and what it comes to."""
        state = column.removesuffix("_count")
        stays = sorted(self._standing[state], key=lambda stay: (stay.entered_at, stay.key))
        parts = [Part(stay.key, stay.title, stay.entered_at, f"in {stay.tool_state}", 1) for stay in stays]
        counts = " + ".join(f"{len(self._standing[name])} {name}" for name in STATES)
        whole = sum(map(len, self._standing.values()))
        return parts, [f"{counts} = {whole} that stand here at the end"], len(parts)

    @cached_property
    def _standing(self) -> dict[str, list[Stay]]:
        found: dict[str, list[Stay]] = {state: [] for state in STATES}
        for stay in self._at_end(self._work.stays).values():
            found[stay.abstract_state or "unmapped"].append(stay)
        return found
