"""Lines that lead to other articles: "Read also" and lists of headlines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

from tasks.body.blocks import squeeze, words

RELATED_LINK = "related-link"

# A shorter one is a name or a subject; names of products and of sources stand alone in lists too.
SHORTEST_HEADLINE = 20  # code points without space
LONGEST_LABEL = 40  # code points without space: "Read also:", "Lesen Sie auch:"
LABELED_SHARE = 1 / 2  # of a line with a label in front, in its link
MAX_LINKS = 2_000
_TAIL = 12  # code points by which links are looked up that end a line
_SENTENCE_ENDS = (".", "。", "।")
_SENTENCE_END = re.compile(r"[.!?。؟]")
_HOST = re.compile(r"\s*(?:[a-zA-Z][a-zA-Z0-9+.-]{0,20}:)?//(?:[^/?#@\s]*@)?([^/?#:\s]+)")


def cut_related(lines: Sequence[str], region: HtmlElement, url: str | None) -> dict[int, str]:
    """Find lines that are links to the page's own site, and links of any kind at the end.

    Links elsewhere, within the text, are what the article is about: sources, shops, names of
    products.

    Args:
        lines: The text.
        region: The element of the page that it is from.
        url: Of the page; without one only relative links are its own.
    """
    links: dict[str, str] = {}
    for link, _ in zip(region.iter("a"), range(MAX_LINKS), strict=False):
        if text := squeeze(words(link)):
            links.setdefault(text, link.get("href", ""))
    by_tail: dict[str, list[str]] = {}
    for text in links:
        by_tail.setdefault(text[-_TAIL:], []).append(text)
    host = _host(url or "")
    cuts: dict[int, str] = {}
    for i, line in enumerate(lines):
        link_text = _link_of(squeeze(line.removeprefix("- ")), links, by_tail)
        if link_text and not _is_sentence(line) and _is_own(links[link_text], host, url):
            cuts[i] = RELATED_LINK
    for i in reversed(range(1, len(lines))):
        if i not in cuts:
            if squeeze(lines[i].removeprefix("- ")) not in links:
                break
            cuts[i] = RELATED_LINK
    return cuts


def _link_of(
    line: str, links: Mapping[str, str], by_tail: Mapping[str, Sequence[str]]
) -> str | None:
    """The text of the link that a line consists of, but for a label in front."""
    if len(line) < SHORTEST_HEADLINE:
        return None
    if line in links:
        return line
    shortest = max(SHORTEST_HEADLINE, LABELED_SHARE * len(line), len(line) - LONGEST_LABEL)
    for text in by_tail.get(line[-_TAIL:], ()):
        if (
            len(text) >= shortest
            and line.endswith(text)
            and not _SENTENCE_END.search(line, 0, len(line) - len(text))
        ):
            return text
    return None


def _is_sentence(line: str) -> bool:
    return line.endswith(_SENTENCE_ENDS)


def _is_own(address: str, host: str, url: str | None) -> bool:
    if url and "#" in address and address.partition("#")[0] == url.partition("#")[0]:
        return False  # a table of contents
    theirs = _host(address)
    if not theirs:
        return not address.startswith(("#", "mailto:", "tel:"))
    return bool(host) and (
        theirs == host or theirs.endswith(f".{host}") or host.endswith(f".{theirs}")
    )


def _host(address: str) -> str:
    match = _HOST.match(address)
    return match[1].lower().removeprefix("www.") if match else ""
