"""What a figure means, in the documentation's own sentences."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "models" / "docs.md"
BLOCK = re.compile(r"\{% docs (\w+) %\}\n(.*?)\{% enddocs %\}", re.DOTALL)


@cache
def _blocks() -> dict[str, str]:
    return {name: " ".join(text.split()) for name, text in BLOCK.findall(DOCS.read_text(encoding="utf-8"))}


def meaning(*names: str) -> str:
    """The sentences that explain figures, by the names of their blocks in `models/docs.md`.

    A page shows durations in days and hours, and leaves empty what is null in the marts.

    Raises:
        KeyError: there is no such block
    """
    text = " ".join(_blocks()[name] for name in names)
    return text.replace(", in seconds", "").replace("Null:", "Empty:")
