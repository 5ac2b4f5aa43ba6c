"""Reads on in a thread while what was read is being worked on: most of a load is waiting for the tool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
DEPTH = 2  # elements that wait to be worked on; each is a page of some hundred records
PATIENCE = 0.1  # seconds after which either side looks whether the other is still there


class _End:
    """Comes after the last element, with what ended the reading early, if anything did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def read_ahead(elements: Iterable[T], depth: int = DEPTH) -> Iterator[T]:
    """The same elements in the same order, up to `depth` of them read before they are asked for.

    What they raise is raised here, after the elements before it. Who stops listening stops the reading, at
    the latest with the element that is being read then.
    """
    waiting: Queue[T | _End] = Queue(depth)
    abandoned = Event()

    def hand_over(element: T | _End) -> bool:
        while not abandoned.is_set():
            try:
                waiting.put(element, timeout=PATIENCE)
            except Full:
                continue
            return True
        return False

    def read() -> None:
        try:
            for element in elements:
                if not hand_over(element):
                    return
        except BaseException as error:  # whatever it is, the other thread must hear of it
            hand_over(_End(error))
        else:
            hand_over(_End())

    Thread(target=read, name="read_ahead", daemon=True).start()
    try:
        while True:
            try:
                element = waiting.get(timeout=PATIENCE)  # woken now and then, so that Ctrl-C is heard
            except Empty:
                continue
            if isinstance(element, _End):
                if element.error is not None:
                    raise element.error
                return
            yield element
    finally:
        abandoned.set()
