"""Runs a program in a process of its own and says what it took."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

REPOSITORY = Path(__file__).resolve().parents[1]
Result = TypeVar("Result")


class RunError(Exception):
    """A measured program failed; the text is the end of what it printed."""


@dataclass(frozen=True)
class Cost:
    """What one run took: elapsed and processor seconds, and the most memory it held, in bytes."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int

    def __truediv__(self, other: Cost) -> float:
        """How many times the other's wall time this is."""
        return self.wall_seconds / other.wall_seconds

    def as_dict(self) -> dict[str, float]:
        """For the results file."""
        return asdict(self)


def apart(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a process of its own: Linux counts what a parent held to the programs it starts."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def run(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path = REPOSITORY,
) -> Cost:
    """Run a command in a folder, the repository's root if none is given, and wait for it.

    Args:
        command: program and arguments
        log: file that takes its output
        environment: variables beside those of this process
        folder: its working folder

    Raises:
        RunError: it ended with an error
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        lines = log.read_text(encoding="utf-8").splitlines()
        raise RunError("\n".join([f"{' '.join(command)} failed:", *lines[-25:]]))
    return Cost(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
