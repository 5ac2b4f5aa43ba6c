"""What tests share that need programs of the system's: a PostgreSQL server of their own, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dashboards.conftest import marts, published
from tests.publish.conftest import warehouse

__all__ = ["marts", "published", "warehouse"]

PROGRAMS = Path("/usr/lib/postgresql")
OWNER = "publisher"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The server's address, without a database. It listens on a socket only, and runs as anyone but root."""
    found = sorted(PROGRAMS.glob("*/bin"), key=lambda path: int(path.parent.name))
    assert found, f"no PostgreSQL server in {PROGRAMS}: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    shutil.chown(folder, user)

    def command(program: str, *arguments: str | Path) -> list[str | Path]:
        return [found[-1] / program, *arguments]

    data = folder / "data"
    as_user = {"user": user} if os.geteuid() == 0 else {}
    subprocess.run(
        command("initdb", "-D", data, "-U", OWNER, "-A", "trust", "--no-sync", "--no-instructions"),
        cwd=folder,
        check=True,
        capture_output=True,
        **as_user,
    )
    settings = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", f"unix_socket_directories={folder}"]
    with subprocess.Popen(
        command("postgres", "-D", data, *settings),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **as_user,
    ) as postgres:
        try:
            deadline = time.monotonic() + 30
            while subprocess.run(command("pg_isready", "-q", "-h", folder), check=False).returncode:
                assert time.monotonic() < deadline, "the server does not start"
                assert postgres.poll() is None, "the server ended"
                time.sleep(0.1)
            yield f"postgresql://{OWNER}@/postgres?host={folder}"
        finally:
            postgres.terminate()
            postgres.wait(30)
            shutil.rmtree(folder)
