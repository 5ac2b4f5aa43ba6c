"""A version in a folder elsewhere, or in an object store (fsspec's own, in memory, stands for one)."""

from __future__ import annotations

import datetime as dt
import ftplib
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from pipelines.errors import PublishError
from pipelines.publish import current_snapshot
from pipelines.publish.remote import copy_to_folder
from pipelines.publish.snapshot import rollback
from tests.publish.conftest import Warehouse
from tests.publish.test_snapshot import builds


@pytest.fixture
def bucket() -> Iterator[str]:
    yield "memory://bucket/flow"
    fsspec.filesystem("memory").rm("/bucket", recursive=True)


def copy(warehouse: Warehouse, url: str, keep: int = 7) -> Path:
    snapshot = current_snapshot(warehouse.published)
    copy_to_folder(snapshot, url, keep, warehouse.clock)
    return snapshot


def test_a_folder_elsewhere_is_read_like_the_published_one(warehouse: Warehouse, tmp_path: Path) -> None:
    elsewhere = tmp_path / "share" / "flow"
    for number in (1, 2):
        warehouse.build(number)
        warehouse.publish()
        snapshot = copy(warehouse, str(elsewhere))
        assert current_snapshot(elsewhere).name == snapshot.name
        assert builds(current_snapshot(elsewhere)) == {number}
        assert {path.name for path in elsewhere.iterdir()} == {"current", "versions"}
    rollback(warehouse.published)
    copy(warehouse, elsewhere.as_uri())
    assert builds(current_snapshot(elsewhere)) == {1}


def test_an_object_store_gets_all_files_and_keeps_some_versions(warehouse: Warehouse, bucket: str) -> None:
    store = fsspec.filesystem("memory")
    names = []
    for number in range(4):
        warehouse.build(number)
        warehouse.clock += dt.timedelta(hours=2)
        warehouse.publish()
        names.append(copy(warehouse, bucket, keep=2).name)
    snapshot = current_snapshot(warehouse.published)
    assert store.cat("/bucket/flow/current") == f"{names[-1]}\n".encode()
    assert sorted(store.ls("/bucket/flow/versions", detail=False)) == [
        f"/bucket/flow/versions/{name}" for name in names[-2:]
    ]
    copied = {
        place.removeprefix(f"/bucket/flow/versions/{names[-1]}/"): store.cat(place)
        for place in store.find(f"/bucket/flow/versions/{names[-1]}")
    }
    assert copied == {
        path.relative_to(snapshot).as_posix(): path.read_bytes()
        for path in snapshot.rglob("*")
        if path.is_file()
    }


def test_a_copy_that_fails_leaves_the_pointer(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "share"
    warehouse.build(1)
    warehouse.publish()
    copy(warehouse, str(elsewhere))
    warehouse.build(2)
    warehouse.publish()
    files = type(fsspec.filesystem("file"))
    put_file = files.put_file

    def fail_late(self: object, source: str, target: str) -> None:
        if source.endswith("publication.parquet"):
            raise OSError("the share is gone")
        put_file(self, source, target)

    monkeypatch.setattr(files, "put_file", fail_late)
    with pytest.raises(PublishError, match=r"the share is gone\. Mend that and publish again"):
        copy(warehouse, str(elsewhere))
    assert builds(current_snapshot(elsewhere)) == {1}
    monkeypatch.undo()
    copy(warehouse, str(elsewhere))
    assert builds(current_snapshot(elsewhere)) == {2}


def test_what_is_no_version_stays_elsewhere_too(warehouse: Warehouse, tmp_path: Path) -> None:
    share = tmp_path / "share"
    for name in ("#recycle", "backup", "20250101"):
        (share / "versions" / name).mkdir(parents=True)
    for number in range(3):
        warehouse.build(number)
        warehouse.clock += dt.timedelta(hours=2)
        warehouse.publish()
        copy(warehouse, str(share), keep=1)
    left = {path.name for path in (share / "versions").iterdir()}
    assert {"#recycle", "backup", "20250101"} < left
    assert len(left) == 5


def test_a_password_is_in_no_error(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.publish()
    with pytest.raises(PublishError, match=r"^ftp://pub@127\.0\.0\.1:1/flow: ") as error:
        copy(warehouse, "ftp://pub:hunter2@127.0.0.1:1/flow")
    assert "hunter2" not in str(error.value)


def test_what_a_store_refuses_in_its_own_words_is_said(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(url: str) -> None:
        raise ftplib.error_perm(f"530 Login incorrect for {url}")

    warehouse.build(1)
    warehouse.publish()
    monkeypatch.setattr(fsspec.core, "url_to_fs", refuse)
    with pytest.raises(
        PublishError, match=r"530 Login incorrect for ftp://pub@127\.0\.0\.1:1/flow\."
    ) as error:
        copy(warehouse, "ftp://pub:hunter2@127.0.0.1:1/flow")
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("url", ["s3://bucket/flow", "nonsense://bucket"])
def test_a_store_that_is_not_known_is_named(warehouse: Warehouse, url: str) -> None:
    warehouse.build(1)
    warehouse.publish()
    with pytest.raises(PublishError, match=f"^{url}: "):
        copy(warehouse, url)
