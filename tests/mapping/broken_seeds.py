"""Ways to break seeds, for property tests."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from pipelines.mapping.rules import Seed

# Cells that are blank, of another column, mistyped, doubled, or what spreadsheets write.
ODD_CELLS = [
    "", " ", "jira", "jria", "SHOP", "label", "project", "component", "active", "Active", "actve", "done",
    "none",
    "feature", "delivered", "canceled", "10", "010", "1e5", "-1", "99999999999", "2026-01-01", "2026-02-30",
    "2025-11-03", "9999-01-01", "03/04/2026", "25/12/2026", "46115", "09:00", "9:00", "24:00", "25:00",
    "Europe/Berlin", "europe/berlin", "Berlin", "monday", "Mon", "TRUE", "1.00E+05", "#NAME?", "berlin",
    "checkout",
    "unassigned", "shopping", "lumenport", "Ready", "it's", "{value}", "%s", "état", "[red]", "a\u00a0b",
]  # fmt: skip


def seed_rows(folder: Path, name: str) -> list[list[str]]:
    """The cells of a canonical seed, without its header."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def broken_rows(chance: random.Random, seed: Seed, rows: list[list[str]]) -> list[list[str]]:
    """A few of a seed's rows, some doubled, with some cells replaced. No cell holds a comma or a quote."""
    kept = chance.choices(rows, k=chance.randint(1, 8))
    broken = [["".join(char for char in cell if char not in ',"') for cell in row] for row in kept]
    for row in broken:
        for place in chance.choices(range(len(seed.columns)), k=chance.randint(0, 2)):
            row[place] = chance.choice(ODD_CELLS)
    return [row for row in broken if any(cell.strip() for cell in row)]
