"""Loads the raw records of software delivery tools.

dlt takes these settings from the environment, and some of them once, so they are set before anything uses it.
"""

import os

os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",  # no request goes anywhere but to the tools
    "RESTORE_FROM_DESTINATION": "false",  # progress stands in our own table `loads`
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",
    "LOAD__TRUNCATE_STAGING_DATASET": "true",  # no second copy of what was merged
}
os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
