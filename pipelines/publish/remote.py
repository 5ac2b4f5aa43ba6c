"""Copies a version to a folder or an object store, where it looks as in the published folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import fsspec

from pipelines.errors import PublishError
from pipelines.publish.addresses import redacted, without_password
from pipelines.publish.versions import MANIFEST_FILE, POINTER, dispensable, is_version


def copy_to_folder(snapshot: Path, url: str, keep: int, now: dt.datetime) -> None:
    """Copy a version's files, then let the pointer there name it, and take away versions nobody needs.

    Args:
        snapshot: the version's folder
        url: a folder that fsspec knows (`s3://bucket/path`, `/mnt/share/streamgauge`)
        keep: how many of the newest versions stay
        now: the present moment

    Raises:
        PublishError: it could not be copied; the pointer is as before
    """
    try:
        files, root = fsspec.core.url_to_fs(url)
        versions = f"{root}/versions"
        target = f"{versions}/{snapshot.name}"
        if not files.exists(f"{target}/{MANIFEST_FILE}"):
            paths = [
                path for path in sorted(snapshot.rglob("*")) if path.is_file() and path.name != MANIFEST_FILE
            ]
            for path in [*paths, snapshot / MANIFEST_FILE]:  # the manifest last: it says that all is there
                place = f"{target}/{path.relative_to(snapshot).as_posix()}"
                files.makedirs(files._parent(place), exist_ok=True)
                files.put_file(str(path), place)
        pointer = f"{root}/{POINTER}"
        former = files.cat_file(pointer).decode().strip() if files.exists(pointer) else snapshot.name
        with files.transaction:  # in place at once
            files.pipe_file(pointer, f"{snapshot.name}\n".encode())
        names = [place.rstrip("/").rpartition("/")[2] for place in files.ls(versions, detail=False)]
        kept = list(filter(is_version, names))
        for version in dispensable(kept, {snapshot.name, former}, keep, now):
            files.rm(f"{versions}/{version}", recursive=True)
    except Exception as error:  # each kind of store has errors of its own
        raise PublishError(
            without_password(url),
            redacted(str(error), url),
            "Mend that and publish again; the pointer is as before",
        ) from error
