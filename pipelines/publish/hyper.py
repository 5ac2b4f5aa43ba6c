"""Writes a version's Parquet files into one Tableau extract."""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import PublishError
from pipelines.publish.versions import PARQUET_FOLDER

HYPER_FILE = "streamgauge.hyper"


def write_hyper(folder: Path) -> None:
    """Add `streamgauge.hyper`, with a table for each Parquet file, to a version that is being written.

    Raises:
        PublishError: Tableau's library is not installed, or failed
    """
    try:
        from tableauhyperapi import (  # an extra, since few need its 90 megabytes
            Connection,
            CreateMode,
            HyperException,
            HyperProcess,
            Telemetry,
            escape_name,
            escape_string_literal,
        )
    except ImportError:
        raise PublishError(
            "--hyper",
            "Tableau's library is not installed",
            "Install it with `.venv/bin/uv sync --locked --inexact --extra hyper`",
        ) from None
    try:
        with (
            HyperProcess(
                Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU,
                parameters={"log_config": ""},  # else it writes hyperd.log where it is started
            ) as process,
            Connection(process.endpoint, str(folder / HYPER_FILE), CreateMode.CREATE) as connection,
        ):
            for file in sorted((folder / PARQUET_FOLDER).glob("*.parquet")):
                connection.execute_command(
                    f"create table {escape_name(file.stem)} as"
                    f" (select * from external({escape_string_literal(str(file))}, format => 'parquet'))"
                )
    except HyperException as error:
        raise PublishError(
            HYPER_FILE, str(error).splitlines()[0], "Publish without --hyper, or mend it"
        ) from error
