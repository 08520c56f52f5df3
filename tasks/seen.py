"""Pages seen before: known to be unchanged without being parsed.

A page is seen if the very same page made the version that is current in the lake. That is looked up
before extraction, which is nearly all of a page's cost, and holds good at the commit only if the
article has not changed since, there or within the shard.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from expectations.records import Article, Given
from tasks.durable import exclusive
from tasks.index import open_index
from tasks.metadata.dates import DATE_IN_FUTURE
from tasks.shards import read_bodies, read_descriptions
from tasks.storage import Lake
from tasks.versions import HASH_BYTES, Known, version_hash

EXTRACTION_PACKAGES = (
    "trafilatura", "lxml", "py3langid", "htmldate", "justext", "dateparser", "charset-normalizer",
)  # fmt: skip
# What extraction reads of a page; its source, its place and its time move without it changing.
_HASHED = ("kind", "url", "charset", "reserved", *(field.name for field in fields(Given)))
# What came beside the bytes; what the registry says is our own word.
_FROM_OUTSIDE = [f.name for f in fields(Given) if not f.name.startswith("registry_")]


@dataclass(frozen=True, slots=True)
class StagedPage:
    """A page of a shard: its source and its hashes, as the columns of `Article` have them."""

    source_id: str
    raw_ref: str
    page_hash: str
    raw_hash: str | None = None


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that made the current version of an article."""

    page: StagedPage
    article_id: str


def hash_pages(shard: Path) -> list[StagedPage]:
    """Hash the pages of a shard, in order, with all that their extraction depends on."""
    pages = []
    for described, body in zip(read_descriptions(shard), read_bodies(shard), strict=True):
        raw = _hash([described[name] for name in _FROM_OUTSIDE], body)
        read = [extraction_code(), *(described[name] for name in _HASHED)]
        page = StagedPage(
            source_id=str(described["source_id"]),
            raw_ref=str(described["raw_ref"]),
            page_hash=_hash(read, raw).hex(),
            raw_hash=raw.hex(),
        )
        pages.append(page)
    return pages


def _hash(read: Sequence[object], then: bytes) -> bytes:
    digest = sha256(repr(read).encode("utf-8", "surrogatepass"))
    digest.update(then)
    return digest.digest()[:HASH_BYTES]


@cache
def extraction_code() -> bytes:
    """Digest of what makes articles of pages: change a line of it, and all pages are news."""
    digest = sha256()
    root = Path(__file__).parents[1]
    for folder in ("tasks", "expectations"):
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    digest.update(repr([version(package) for package in EXTRACTION_PACKAGES]).encode())
    return digest.digest()


def find_seen(lake: Lake, pages: Sequence[StagedPage], *, before: str) -> dict[int, SeenPage]:
    """Find the pages that made the current version of their article.

    Args:
        lake: The lake; locked while its index is read.
        pages: All pages of a shard.
        before: The shard's transaction, as for `Index.versions`.

    Returns:
        Seen pages by their position in `pages`.
    """
    with exclusive(lake.lock), open_index(lake) as index:
        article_ids = index.articles_of_pages(page.page_hash for page in pages)
        known = index.versions(article_ids, before=before)
    article_of = {held.current.page_hash: article_id for article_id, held in known.items()}
    return {
        row: SeenPage(page, article_of[page.page_hash])
        for row, page in enumerate(pages)
        if page.page_hash in article_of
    }


def changed_since(
    seen: Collection[SeenPage], known: Mapping[str, Known], extracted: Collection[Article]
) -> frozenset[str]:
    """Which articles of seen pages have changed since: in the lake, or by their own shard."""
    revised = {
        article.article_id
        for article in extracted
        if article.article_id in known
        and known[article.article_id].current.version_hash != version_hash(article)
    }
    return frozenset(
        item.article_id
        for item in seen
        if item.article_id in revised
        or item.article_id not in known
        or known[item.article_id].current.page_hash != item.page.page_hash
    )


def depends_on_time(article: Article) -> bool:
    """Whether the same page may make another article later: a date is in the future no more."""
    return DATE_IN_FUTURE in article.cleaning.warnings
