"""Record types: what flows through a run and what lies in the tables."""

from expectations.records.articles import (
    REMOVED,
    Article,
    Cleaning,
    Content,
    Duplicates,
    Place,
    Removed,
    Rights,
    Times,
    Wire,
)
from expectations.records.enums import FetchTime, Outcome, PageKind, Reason, Severity, Stage
from expectations.records.pages import NOTHING_GIVEN, Given, Page, Skip
from expectations.records.rejections import Quarantined, Rejection, reject_page, rejection
from expectations.records.runs import FunnelCount, Metric, Run
from expectations.records.snapshots import Snapshot
from expectations.records.versions import ArticleVersion, ChangedBy, Version

__all__ = [
    "NOTHING_GIVEN",
    "REMOVED",
    "Article",
    "ArticleVersion",
    "ChangedBy",
    "Cleaning",
    "Content",
    "Duplicates",
    "FetchTime",
    "FunnelCount",
    "Given",
    "Metric",
    "Outcome",
    "Page",
    "PageKind",
    "Place",
    "Quarantined",
    "Reason",
    "Rejection",
    "Removed",
    "Rights",
    "Run",
    "Severity",
    "Skip",
    "Snapshot",
    "Stage",
    "Times",
    "Version",
    "Wire",
    "reject_page",
    "rejection",
]
