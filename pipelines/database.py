"""Which file is the warehouse. Apart from what loads and reads it, which takes seconds to start."""

from __future__ import annotations

import os
from pathlib import Path

DATABASE_VARIABLE = "STREAMGAUGE_DATABASE"
DEFAULT_DATABASE = "streamgauge.duckdb"


def database_path() -> Path:
    """The DuckDB file that dlt and dbt share."""
    return Path(os.environ.get(DATABASE_VARIABLE) or DEFAULT_DATABASE).absolute()
