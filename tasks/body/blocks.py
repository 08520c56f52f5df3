"""Where on the page the article's text stands: the elements that hold its paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from lxml.html import HtmlElement

from tasks.body.survey import Survey

MIN_CHARS = 65  # of a paragraph that is looked for, without its white space
PROBE_CHARS = 40  # by which it is looked for
LEVELS_ABOVE = 2  # the headline and the boxes about it stand beside the paragraphs' own element
# Looking for each paragraph in the text costs their product.
MAX_PARAGRAPHS = 2_000
MAX_LINES = 2_000
MAX_TEXT_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Blocks:
    """Elements with long paragraphs in them, in the page's order; `found`: those in the text.

    Of an element that is found, paragraphs of any length are listed.
    """

    paragraphs: dict[HtmlElement, list[HtmlElement]]
    found: frozenset[HtmlElement]
    region: HtmlElement  # what is found and what is around it; else the whole page


def find_blocks(lines: Sequence[str], seen: Survey) -> Blocks:
    """Look up the page's long paragraphs in a text.

    Args:
        lines: The text. One that is too long for this has no blocks.
        seen: The page.
    """
    blocks: dict[HtmlElement, list[HtmlElement]] = {}
    found: dict[HtmlElement, None] = {}
    text = squeeze("".join(lines))
    if len(text) <= MAX_TEXT_CHARS and len(lines) <= MAX_LINES:
        for paragraph in seen.paragraphs[:MAX_PARAGRAPHS]:
            parent = cast("HtmlElement", paragraph.getparent())
            if parent not in found:
                squeezed = squeeze(words(paragraph))
                if len(squeezed) < MIN_CHARS:
                    continue
                if any(probe in text for probe in probes(squeezed)):
                    found[parent] = None
            blocks.setdefault(parent, []).append(paragraph)
    return Blocks(blocks, frozenset(found), _around(list(found), seen.tree))


def probes(squeezed: str) -> tuple[str, str, str]:
    """Start, middle and end of a paragraph: trafilatura leaves out a phrase here and there."""
    middle = max(0, len(squeezed) - PROBE_CHARS) // 2
    return (
        squeezed[:PROBE_CHARS],
        squeezed[middle : middle + PROBE_CHARS],
        squeezed[-PROBE_CHARS:],
    )


def words(element: HtmlElement) -> str:
    """All text within an element."""
    return "".join(element.itertext()) if len(element) else element.text or ""


def squeeze(text: str) -> str:
    """A text without its white space, in which pages and what is read from them differ."""
    return "".join(text.split())


def _around(elements: Sequence[HtmlElement], tree: HtmlElement) -> HtmlElement:
    """The smallest element around all of several, and two levels up."""
    if not elements:
        return tree
    shared = _path(elements[0])
    for element in elements[1:]:
        pairs = zip(shared, _path(element), strict=False)
        shared = [one for one, other in pairs if one is other]
    return shared[max(0, len(shared) - 1 - LEVELS_ABOVE)]


def _path(element: HtmlElement) -> list[HtmlElement]:
    return [*reversed(list(element.iterancestors())), element]
