"""The published folder: one folder a version, never changed once it is there, and a pointer to one of them.

    published/
        current                         name of the version to read
        latest -> versions/<version>    the same, for tools that open a fixed path
        versions/<version>/
            manifest.json
            streamgauge.duckdb
            parquet/<mart>.parquet

A version is written in a hidden folder and gets its name by rename; then the pointer is replaced by rename. A
reader reads the pointer once, and stays on that version for as long as it reads.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import PublishError

FOLDER_VARIABLE = "STREAMGAUGE_PUBLISHED"
DEFAULT_FOLDER = "published"
DATABASE_FILE = "streamgauge.duckdb"
PARQUET_FOLDER = "parquet"
MANIFEST_FILE = "manifest.json"
POINTER = "current"
LINK = "latest"
HIDDEN = "."
# Readers that began on a version may read it for so long after the next one came, however many are kept.
GRACE = dt.timedelta(hours=1)


def published_folder() -> Path:
    """The folder that snapshots are published in."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER).absolute()


def current_snapshot(folder: Path) -> Path:
    """The folder of the version to read. Ask once per session: all files of one version belong together.

    Raises:
        PublishError: nothing is published there
    """
    version = Published(folder).current()
    if version is None:
        raise PublishError(
            str(folder), "nothing is published here", "Run `streamgauge publish` after a build"
        )
    return folder / "versions" / version


def version_name(moment: dt.datetime) -> str:
    """The name of the version that is published at a moment. Names sort by time."""
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}"[:-3] + "Z"


def version_moment(version: str) -> dt.datetime:
    """When a version was published, by its name."""
    return dt.datetime.strptime(version, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=dt.UTC)


def is_version(name: str) -> bool:
    """Whether a folder's name is that of a version: others may have put something beside them."""
    try:
        return version_name(version_moment(name)) == name
    except ValueError:
        return False


def dispensable(versions: Sequence[str], in_use: set[str], keep: int, now: dt.datetime) -> list[str]:
    """The versions that can go: not in use, not among the newest, and replaced long ago.

    Args:
        versions: all names
        in_use: names that stay in any case
        keep: how many of the newest stay
        now: the present moment
    """
    ordered = sorted(versions)
    return [
        version
        for version, successor in list(pairwise(ordered))[: max(len(ordered) - keep, 0)]
        if version not in in_use and now - version_moment(successor) > GRACE
    ]


class Published:
    """The published folder, as those see it who change it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._versions = folder / "versions"

    def current(self) -> str | None:
        """The version to read, if anything is published."""
        try:
            version = (self.folder / POINTER).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        if not version or not self.path(version).is_dir():
            raise PublishError(
                str(self.folder / POINTER),
                f"it names the version {version!r}, which is not there",
                "Run `streamgauge publish` after a build, or `streamgauge publish --rollback --version NAME`",
            )
        return version

    def versions(self) -> list[str]:
        """All whole versions, oldest first."""
        if not self._versions.is_dir():
            return []
        return sorted(path.name for path in self._versions.iterdir() if is_version(path.name))

    def path(self, version: str) -> Path:
        """The folder of a version."""
        return self._versions / version

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other publishers out, and take away what one that was killed left behind.

        Raises:
            PublishError: another one is at work, or the folder cannot be written
        """
        lock = FileLock(self.folder / ".lock", timeout=0)
        with self._writing():
            self._versions.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire()
            except Timeout:
                raise PublishError(
                    str(self.folder), "another publish is at work here", "Wait until it has ended"
                ) from None
        try:
            with self._writing():
                for leftover in filter(_is_leftover, self._versions.iterdir()):
                    shutil.rmtree(leftover)
            yield
        finally:
            lock.release()

    @contextmanager
    def draft(self, version: str) -> Iterator[Path]:
        """A folder to write a version into. It becomes the version at the end, or vanishes if that failed."""
        folder = self._versions / f"{HIDDEN}{version}"
        folder.mkdir()
        try:
            yield folder
            _make_durable(folder)
            folder.rename(self.path(version))
            _sync(self._versions)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def point_to(self, version: str) -> None:
        """Let readers that come from now on read a version.

        Raises:
            PublishError: the folder cannot be written
        """
        with self._writing():
            pointer = self.folder / f".{POINTER}"
            pointer.write_text(f"{version}\n", encoding="utf-8")
            _sync(pointer)
            pointer.replace(self.folder / POINTER)
            with suppress(OSError):  # a file system without links has none
                link = self.folder / f".{LINK}"
                link.unlink(missing_ok=True)
                link.symlink_to(Path("versions") / version, target_is_directory=True)
                link.replace(self.folder / LINK)
            _sync(self.folder)

    def remove(self, versions: Sequence[str]) -> None:
        """Take versions away, each at once: a half-removed one is never seen.

        Raises:
            PublishError: one cannot be removed
        """
        with self._writing():
            for version in versions:
                hidden = self._versions / f"{HIDDEN}{version}"
                self.path(version).rename(hidden)
                shutil.rmtree(hidden)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Say plainly that the folder cannot be changed."""
        try:
            yield
        except OSError as error:
            raise PublishError(
                str(self.folder),
                f"it cannot be changed ({error})",
                "See that this user may write there and that the disk has room, or name another folder in "
                f"{FOLDER_VARIABLE}, then publish again",
            ) from error


def _is_leftover(path: Path) -> bool:
    """A version that was being written or taken away."""
    return path.name.startswith(HIDDEN) and is_version(path.name.removeprefix(HIDDEN))


def _make_durable(folder: Path) -> None:
    """Write everything in a folder through to the disk, and protect the files from writers."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            path.chmod(0o444)
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
