"""The quality report of a run: one page for people, a summary for machines."""

from tasks.report.keep import keep_report
from tasks.report.page import build_report, write_report
from tasks.report.summary import Summary, Verdict, summarise, summary_markdown

__all__ = [
    "Summary",
    "Verdict",
    "build_report",
    "keep_report",
    "summarise",
    "summary_markdown",
    "write_report",
]
