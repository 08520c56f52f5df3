"""Which addresses of a sitemap are handed on, and which are left out."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.records import Reason
from tasks.discover.gunzip import BadStream
from tasks.discover.links import is_of_site, resolve

# The protocol allows 50,000; some sites forget that. What goes beyond is counted, up to a number
# that no honest file comes near.
MAX_LINKS = 200_000
MAX_ENTRIES = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapLink:
    """Address of another sitemap, from an index; when it was changed, as stated."""

    url: str
    modified: str | None = None


class Taker:
    """Decides which addresses of one sitemap are handed on, and counts them."""

    def __init__(self, url: str, site: str) -> None:
        self.url = url
        self._site = site
        self._handed_on = 0
        self._entries = 0
        self._last_origin = ("", False)  # a sitemap has 50,000 addresses of one host

    def take(self, href: str) -> str | Reason:
        """An address that is handed on, or why it is left out.

        Raises:
            BadStream: There are too many even to count them.
        """
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise BadStream(f"more than {MAX_ENTRIES:,} entries")
        if self._handed_on == MAX_LINKS:
            return Reason.TOO_MANY
        address = resolve(self.url, href)
        if address is None:
            return Reason.NOT_AN_ARTICLE
        origin = address[: address.index("/", address.index("//") + 2)]
        if origin != self._last_origin[0]:
            self._last_origin = (origin, is_of_site(address, self._site))
        if not self._last_origin[1]:
            return Reason.EXCLUDED
        self._handed_on += 1
        return address
