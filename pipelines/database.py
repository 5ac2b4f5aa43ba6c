"""Which file is the warehouse, and how to name files in SQL.

Apart from what loads and reads the warehouse, which takes seconds to start.
"""

from __future__ import annotations

import os
from pathlib import Path

DATABASE_VARIABLE = "STREAMGAUGE_DATABASE"
DEFAULT_DATABASE = "streamgauge.duckdb"


def database_path() -> Path:
    """The DuckDB file that dlt and dbt share."""
    return Path(os.environ.get(DATABASE_VARIABLE) or DEFAULT_DATABASE).absolute()


def sql_text(text: str | Path) -> str:
    """A text, such as a file's path, as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """A name, such as a database's, as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
