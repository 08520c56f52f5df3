"""Errors: broken machinery and users' mistakes. Bad data is never one of these (see `Rejection`).

BroadsheetError
├── UsageError          the user asked for what cannot be done        exit 2
├── SourceError         nothing to read at a SOURCE                   exit 1
├── LakeError           the lake cannot be read or written            exit 1
│   ├── LakeFullError   no space left                                 exit 1
│   └── StaleTableError somebody else committed first                 (tried again)
├── QueryError          the user's SQL failed                         exit 1
└── InterruptedRunError the user stopped a run                        exit 130
"""

from __future__ import annotations


class BroadsheetError(Exception):
    """What a command tells its user in one line: what, where, what to do next."""

    exit_code = 1


class UsageError(BroadsheetError):
    """The command line asks for something that cannot be done. Permanent."""

    exit_code = 2


class SourceError(BroadsheetError):
    """A SOURCE holds nothing that can be read. Permanent until the source changes."""


class LakeError(BroadsheetError):
    """The lake cannot be read or written. Permanent until somebody mends it."""


class LakeFullError(LakeError):
    """The disk that holds the lake is full. Transient: free some space, run again."""


class StaleTableError(LakeError):
    """A table has changed since it was read. Transient: read it again and decide anew."""


class InterruptedRunError(BroadsheetError):
    """The user stopped a run. What was committed stays."""

    exit_code = 130  # 128 + SIGINT, as shells have it


class QueryError(BroadsheetError):
    """DuckDB refused the user's SQL. Permanent."""
