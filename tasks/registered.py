"""What the source registry says of a page's license, found by its source or its address.

Readers write it beside the page (`Given`), so that extraction needs no registry and a page whose
registered license changes is read anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from expectations.records import Page
from tasks import urls
from tasks.errors import UsageError
from tasks.registry import Source


@dataclass(frozen=True, slots=True)
class Address:
    """Where a page or a site stands: host and port without `www.`, path without its last `/`."""

    host: str
    path: str

    def holds(self, other: Address) -> bool:
        """Whether another address is this one, below its path, or so on a subdomain of its host.

        `/en` holds `/en/politics`, but not `/english`.
        """
        is_subdomain = "." in self.host and other.host.endswith(f".{self.host}")
        is_below = f"{other.path}/".startswith(f"{self.path}/")
        return (other.host == self.host or is_subdomain) and is_below


Sites = Mapping[str, tuple[tuple[Address, Source], ...]]


def find_sites(sources: tuple[Source, ...]) -> Sites:
    """Table of the registered homepages by host, the longest path first.

    Raises:
        UsageError: if two entries have one homepage and different licenses.
    """
    sites: dict[str, dict[Address, Source]] = {}
    for source in sources:
        home = _address(source.homepage)
        if home is None:
            continue
        first = sites.setdefault(home.host, {}).setdefault(home, source)
        if first.license != source.license:
            raise UsageError(
                f"the sources @{first.source_id} and @{source.source_id} of the registry have the "
                "same homepage, but different licenses: correct one of them"
            )
    return {
        host: tuple(sorted(homes.items(), key=lambda item: -len(item[0].path)))
        for host, homes in sites.items()
    }


def state_license(page: Page, *, source: Source | None, sites: Sites) -> Page:
    """Write the registered license of a page beside it; without one, the page stays as it is.

    The entry that the page was read under speaks for it, unless that entry has no license or the
    page stands elsewhere than its homepage. Then the registered site does that the page stands on.

    Args:
        page: A page as read.
        source: Entry that it was read under, if any.
        sites: From `find_sites`.
    """
    if source is None and not sites:
        return page
    address = _address(page.url)
    entry = source if source is not None and _speaks_for(source, address) else None
    if entry is None and address is not None:
        entry = _nearest_site(address, sites)
    if entry is None or entry.license is None:
        return page
    given = replace(
        page.given,
        registry_license=entry.license,
        registry_license_url=entry.license_url,
        registry_license_evidence=entry.license_evidence,
        # A folder may hold anybody's pages; those of a site are its publisher's.
        registry_holder=entry.name if entry.homepage else None,
    )
    return replace(page, given=given)


def _address(url: str | None) -> Address | None:
    canonical = None if url is None else urls.canonicalise(url)
    if canonical is None:
        return None
    parts = urlsplit(canonical)
    return Address(parts.netloc.removeprefix("www."), parts.path.rstrip("/"))


def _speaks_for(source: Source, address: Address | None) -> bool:
    home = _address(source.homepage)
    return source.license is not None and (home is None or address is None or home.holds(address))


def _nearest_site(address: Address, sites: Sites) -> Source | None:
    """The registered site that an address stands on: the nearest host, then the longest path."""
    for host in _hosts_above(address.host):
        for home, source in sites.get(host, ()):
            if home.holds(address):
                return source
    return None


def _hosts_above(host: str) -> Iterator[str]:
    while host:
        yield host
        host = host.partition(".")[2]
