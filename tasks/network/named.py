"""The addresses that a user names: each that leads nowhere is an item of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from expectations.records import Reason, Rejection, Skip, Stage
from tasks.network.reading import reject_document
from tasks.network.site_page import SitePage
from tasks.parsing import Refusal


class Named:
    """Where the addresses lead that a user named, over feeds and sitemaps, to items of a run."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Rejection | Skip] = {}
        self._leads: dict[str, set[str]] = {}
        self._has_items: set[str] = set()

    def expect(self, url: str, outcome: Rejection | Skip) -> None:
        """Have an address become an item, unless it turns out to lead to others."""
        self._outcomes[url] = outcome

    def lead(self, url: str, to: Iterable[str]) -> None:
        """Note that one address leads to others."""
        if self._outcomes:  # nothing is kept for a registered site, however many it has
            self._leads.setdefault(url, set()).update(to)

    def guess(self, places: Iterable[str]) -> None:
        """Note where else is looked for what they should have led to."""
        places = tuple(places)
        for url in self._outcomes:
            self.lead(url, places)

    def note_items(self, url: str) -> None:
        """Note that there are items of what came of an address."""
        self._has_items.add(url)

    def dead_ends(self) -> Iterator[Rejection | Skip]:
        """What becomes of those that led to no item."""
        for url, outcome in self._outcomes.items():
            if not self._leads_to_items(url):
                yield outcome

    def _leads_to_items(self, start: str) -> bool:
        met, ahead = {start}, [start]
        while ahead:
            url = ahead.pop()
            if url in self._has_items:
                return True
            new = self._leads.get(url, set()) - met
            met |= new
            ahead += new
        return False


def page_of_no_use(source_id: str, url: str, page: SitePage) -> Rejection | Skip:
    """What a page is that leads to nothing: a wall, or no article."""
    if page.wall is not None:
        return reject_document(source_id, url, Refusal(page.wall.reason, page.wall.detail))
    detail = f"{url} leads to no feed, sitemap or article, or to none of the last thirty days"
    return Skip(source_id=source_id, reason=Reason.NOT_AN_ARTICLE, stage=Stage.FETCH, detail=detail)


def empty_list(source_id: str, name: str) -> Skip:
    """A feed, sitemap or file of addresses that lists nothing."""
    detail = f"{name} has no entries"
    return Skip(source_id=source_id, reason=Reason.EMPTY, stage=Stage.FETCH, detail=detail)


def is_root(url: str) -> bool:
    """Whether an address is that of a whole site."""
    return urlsplit(url).path in ("", "/")
