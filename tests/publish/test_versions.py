"""Which versions stay."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import PublishError
from pipelines.publish.versions import (
    FOLDER_VARIABLE,
    GRACE,
    Published,
    dispensable,
    is_version,
    version_moment,
    version_name,
)
from tests.publish.conftest import Warehouse

START = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)
minutes = st.lists(st.integers(0, 10_000), min_size=1, max_size=20, unique=True)


def names(at: list[int]) -> list[str]:
    return [version_name(START + dt.timedelta(minutes=minute)) for minute in at]


def test_a_version_is_named_after_its_moment_to_the_millisecond() -> None:
    moment = dt.datetime(2026, 7, 8, 11, 5, 6, 78_999, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert version_name(moment) == "20260708T090506.078Z"
    assert version_moment("20260708T090506.078Z") == dt.datetime(2026, 7, 8, 9, 5, 6, 78_000, tzinfo=dt.UTC)


@given(minutes, st.integers(1, 10), st.data())
def test_what_is_new_in_use_or_lately_replaced_stays(at: list[int], keep: int, data: st.DataObject) -> None:
    versions = names(at)
    in_use = set(data.draw(st.lists(st.sampled_from(versions))))
    now = START + dt.timedelta(minutes=max(at))
    gone = dispensable(versions, in_use, keep, now)
    ordered = sorted(versions)

    assert not in_use & set(gone)
    assert not set(ordered[-keep:]) & set(gone)
    for version in set(ordered[:-keep]) - in_use:
        replaced = version_moment(ordered[ordered.index(version) + 1])
        assert (version in gone) == (now - replaced > GRACE)


def test_the_last_versions_stay_on_the_disk(warehouse: Warehouse) -> None:
    published = []
    for number in range(5):
        warehouse.build(number)
        warehouse.clock += dt.timedelta(hours=2)
        published.append(warehouse.publish(keep=3)["version"])
    assert Published(warehouse.published).versions() == published[-3:]


@pytest.mark.parametrize(
    "name", ["#recycle", "backup", "20250101", "20260708T090506Z", "20261308T090506.078Z"]
)
def test_what_others_put_beside_the_versions_is_none(name: str, warehouse: Warehouse) -> None:
    assert not is_version(name)
    beside = warehouse.published / "versions" / name
    hidden = beside.with_name(f".{name}")
    beside.mkdir(parents=True)
    hidden.write_text("a file")
    for number in range(3):
        warehouse.build(number)
        warehouse.clock += dt.timedelta(hours=2)
        version = warehouse.publish(keep=1)["version"]
    versions = Published(warehouse.published).versions()
    assert name not in versions
    assert versions[-1] == version
    assert len(versions) == 2
    assert beside.is_dir()
    assert hidden.is_file()


def test_a_folder_that_cannot_be_made_is_named(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.published.write_text("a file")
    with pytest.raises(
        PublishError, match=f"^{warehouse.published}: it cannot be changed.*{FOLDER_VARIABLE}"
    ):
        warehouse.publish()


def test_a_pointer_that_cannot_be_written_is_named(warehouse: Warehouse) -> None:
    warehouse.build(1)
    (warehouse.published / ".current").mkdir(parents=True)
    with pytest.raises(PublishError, match=f"^{warehouse.published}: it cannot be changed"):
        warehouse.publish()


def test_a_version_that_cannot_be_removed_is_said(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    for number in range(2):
        warehouse.build(number)
        warehouse.clock += dt.timedelta(hours=2)
        warehouse.publish(keep=1)
    monkeypatch.setattr(shutil, "rmtree", refuse)
    warehouse.clock += dt.timedelta(hours=2)
    with pytest.raises(PublishError, match=r"it cannot be changed.*Permission denied"):
        warehouse.publish(keep=1)
