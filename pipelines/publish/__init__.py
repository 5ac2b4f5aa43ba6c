"""Whole, tested figures for readers: versioned snapshots of the public marts, and what copies them elsewhere.

The command is in `command`; this is what a reader of snapshots needs.
"""

from pipelines.publish.versions import current_snapshot, published_folder

__all__ = ["current_snapshot", "published_folder"]
