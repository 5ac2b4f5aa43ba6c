from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from pipelines.read_ahead import read_ahead


def test_all_elements_come_in_their_order():
    assert list(read_ahead(range(100), depth=2)) == list(range(100))


def test_elements_are_read_while_the_one_before_is_worked_on():
    read: list[int] = []
    second = threading.Event()

    def elements() -> Iterator[int]:
        for element in range(3):
            read.append(element)
            if element == 1:
                second.set()
            yield element

    ahead = read_ahead(elements(), depth=1)
    assert next(ahead) == 0
    assert second.wait(10), "nothing was read ahead"


def test_no_more_is_read_than_may_wait():
    read: list[int] = []

    def elements() -> Iterator[int]:
        for element in range(100):
            read.append(element)
            yield element

    ahead = read_ahead(elements(), depth=2)
    next(ahead)
    time.sleep(0.3)
    assert len(read) <= 5  # one is worked on, two wait, one is in hand, one more is being read


def test_an_error_comes_after_what_was_read_before_it():
    def elements() -> Iterator[int]:
        yield 1
        raise ValueError("cut off")

    ahead = read_ahead(elements())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="cut off"):
        next(ahead)


def test_who_stops_listening_stops_the_reading():
    stopped = threading.Event()

    def elements() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            stopped.set()

    source = elements()
    ahead = read_ahead(source)
    next(ahead)
    ahead.close()
    for _ in range(100):
        if not [thread for thread in threading.enumerate() if thread.name == "read_ahead"]:
            break
        time.sleep(0.1)
    source.close()
    assert stopped.is_set()
