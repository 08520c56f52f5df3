"""Paragraphs that trafilatura lost: the rest of an article that is cut into blocks.

Where advertisements or calls to subscribe stand between them, an article's paragraphs are spread
over several elements of the same class. trafilatura takes the first of these for the article.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from tasks import text
from tasks.body.blocks import MIN_CHARS, Blocks, probes, squeeze, words

LINKED_SHARE = 0.4  # a paragraph with more of its text in links is a list of them

_PARTS = etree.XPath("p | h2 | h3 | h4 | blockquote | ul/li | ol/li")


def restore_lost(lines: Sequence[str], blocks: Blocks) -> list[str]:
    """Put back blocks of the article that are missing in its text.

    A block is the article's if it has the tag and class of one that is in the text, and its parent
    too, and stands in the same `article`, outside of what is beside it. It comes back with its
    headings and lists, behind the block before it on the page.
    """
    kinds = {_kind(block) for block in blocks.found} - {()}
    places = {_place(block) for block in blocks.found}
    lost = {
        block
        for block, held in blocks.paragraphs.items()
        if block not in blocks.found
        and _kind(block) in kinds
        and _place(block) in places
        and any(map(_is_prose, held))
    }
    return _insert(lines, blocks, lost) if lost else list(lines)


def _insert(lines: Sequence[str], blocks: Blocks, lost: set[HtmlElement]) -> list[str]:
    squeezed = [squeeze(line) for line in lines]
    result: list[str] = []
    taken = 0  # lines of the text that are in the result
    for block, held in blocks.paragraphs.items():
        if block in lost:
            result += _parts(block)
            continue
        long = [p for p in (squeeze(words(paragraph)) for paragraph in held) if len(p) >= MIN_CHARS]
        sought = [probe for paragraph in long for probe in probes(paragraph)]
        there = (i for i in range(len(lines) - 1, taken - 1, -1))
        end = next((i + 1 for i in there if any(p in squeezed[i] for p in sought)), taken)
        result += lines[taken:end]
        taken = end
    return [*result, *lines[taken:]]


def _kind(block: HtmlElement) -> tuple[str, ...]:
    """Tag and class of a block and its parent; empty where the block has no class."""
    if not block.get("class", "").strip():
        return ()
    above = block.getparent()
    beside = ("", "") if above is None else (str(above.tag), above.get("class", ""))
    return (str(block.tag), block.get("class", ""), *beside)


def _place(block: HtmlElement) -> HtmlElement | None:
    """The `article` around a block, or what stands beside one; None in neither."""
    return next(block.iterancestors("article", "aside", "nav", "footer"), None)


def _parts(block: HtmlElement) -> Iterator[str]:
    for part in cast("list[HtmlElement]", _PARTS(block)):
        line = text.normalise(" ".join(words(part).split()))
        if line and _linked(part) <= LINKED_SHARE * len(squeeze(line)):
            yield line


def _is_prose(paragraph: HtmlElement) -> bool:
    if next(paragraph.iterancestors("a"), None) is not None:
        return False
    return _linked(paragraph) <= LINKED_SHARE * len(squeeze(words(paragraph)))


def _linked(element: HtmlElement) -> int:
    return sum(len(squeeze(words(link))) for link in element.iter("a"))
