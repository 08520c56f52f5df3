"""Where a report is kept: with its lake, in a folder or in a bucket."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.fs as pafs

from tasks.lake import explained_errors
from tasks.report.page import write_report
from tasks.storage import Lake


def keep_report(connection: duckdb.DuckDBPyConnection, lake: Lake, run_id: str) -> tuple[str, Path]:
    """Build a run's report and keep it at `reports/<run_id>/index.html` of the lake.

    Returns:
        The report's address, and the file on this machine.

    Raises:
        LakeError: if it cannot be built or written.
        UsageError: if the lake has no run of this name.
    """
    page = write_report(connection, lake.home / "reports", run_id)
    if lake.is_local:
        return str(page), page
    content = page.read_text(encoding="utf-8")
    name = f"reports/{run_id}/index.html"
    with explained_errors(lake):
        lake.write(name, content)
        kept = lake.files.get_file_info(pafs.FileSelector("reports"))
        # Names of runs sort by time of start.
        if run_id == max(info.base_name for info in kept if info.base_name != "latest"):
            lake.write("reports/latest/index.html", content)
    return lake.address(name), page
