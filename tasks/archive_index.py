"""The index of a file of the archive: CDXJ, one line a page. A file that has one is finished."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from tasks.durable import write_text

SUFFIX = ".warc.gz"
INDEX_SUFFIX = ".cdxj"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A page in the archive: where it can be read again, and what tells it from others."""

    raw_ref: str
    url: str
    fetched_at: datetime
    status: int
    media_type: str
    digest: str
    length: int

    @property
    def offset(self) -> int:
        """Where in its file it begins."""
        return int(self.raw_ref.rpartition("#")[2])

    @property
    def cdx_line(self) -> str:
        """A line of a CDXJ index: sortable address, time, and the rest as JSON."""
        described = {
            "url": self.url,
            "mime": self.media_type,
            "status": str(self.status),
            "digest": self.digest,
            "length": str(self.length),
            "offset": str(self.offset),
            "filename": self.raw_ref.rpartition("#")[0].rpartition("/")[2],
        }
        return f"{sort_key(self.url)} {self.fetched_at:%Y%m%d%H%M%S} {json.dumps(described)}"


def sort_key(url: str) -> str:
    """An address with its host's labels turned round, so that a site's pages sort together."""
    parts = urlsplit(url.lower())
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}){parts.path or '/'}{query}".replace(" ", "%20")


def write_index(path: Path, pages: Iterable[Archived]) -> None:
    """Write the index of a file, whose pages are on the disk: it is finished by that."""
    lines = sorted(page.cdx_line for page in pages)
    write_text(index_of(path), "".join(f"{line}\n" for line in lines))


def index_of(path: Path) -> Path:
    """Where the index of a file lies."""
    return path.with_name(path.name.removesuffix(SUFFIX) + INDEX_SUFFIX)


def file_of(index: Path) -> Path:
    """Where the file of an index lies."""
    return index.with_name(index.name.removesuffix(INDEX_SUFFIX) + SUFFIX)
