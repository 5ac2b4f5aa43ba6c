"""The items behind a figure, and the arithmetic that leads from them to it.

Everything is counted here anew from single items and stays in states; the figure of the mart stands beside
the result and is not used for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.mapping.figure_family import Family, Part
from pipelines.mapping.figures import MARTS, Figure
from pipelines.mapping.load_figures import CumulativeFlow, LoadBridge
from pipelines.mapping.metric_figures import Metrics, RecentTimes
from pipelines.mapping.records import MartRow, Records
from pipelines.mapping.state_figures import ToolState
from pipelines.mapping.trust_figures import Accounting, Trust

FAMILIES: dict[str, Callable[[Records, Any], Family]] = {
    **dict.fromkeys(MARTS, Metrics),
    "flow_load_bridge": LoadBridge,
    "cumulative_flow": CumulativeFlow,
    "flow_states": ToolState,
    "flow_time_recent": RecentTimes,
    "flow_trust": Trust,
    "artifact_accounting": Accounting,
}


@dataclass(frozen=True)
class Explanation:
    """A figure, the items behind it, how they come to it, and what the mart says.

    Args:
        figure: which
        parts: the items, each with what it adds
        sums: the arithmetic, a line a step
        value: the figure that follows from the parts
        published: the figure in the mart
    """

    figure: Figure
    parts: Sequence[Part]
    sums: Sequence[str]
    value: float | None
    published: float | None

    @property
    def agrees(self) -> bool:
        """Whether the items come to the published figure."""
        if self.value is None or self.published is None:
            return self.value is None and self.published is None
        return abs(self.value - self.published) <= 1e-9 * max(1, abs(self.published))


def explain_figure(records: Records, row: MartRow, figure: Figure) -> Explanation:
    """The items behind a figure.

    Args:
        records: a built warehouse
        row: where the figure stands
        figure: which figure

    Raises:
        MappingError: there is no such figure
    """
    return Explainer(records, row).explain(figure, records.published(row, figure))


class Explainer:
    """Explains all the figures of one row. What several of them are counted from is found once."""

    def __init__(self, records: Records, row: MartRow) -> None:
        self._records, self._row = records, row
        self._families: dict[Callable[..., Family], Family] = {}

    def explain(self, figure: Figure, published: float | None) -> Explanation:
        """One figure, beside what its mart says."""
        kind = FAMILIES[figure.mart]
        if kind not in self._families:
            self._families[kind] = kind(self._records, self._row)
        parts, sums, value = self._families[kind].calculation(figure.column)
        return Explanation(figure, parts, sums, value, published)
