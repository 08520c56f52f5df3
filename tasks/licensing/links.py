"""Links that license: declared by rel or itemprop, or to creativecommons.org with words that do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from tasks.licensing.blocks import (
    ROOT_TAGS,
    block_around,
    is_in_footer,
    is_outside,
    scope_at,
    visible_words,
)
from tasks.licensing.creative_commons import CC_KIND_UNKNOWN, with_restrictions
from tasks.licensing.folding import fold
from tasks.licensing.meaning import is_for_something_else
from tasks.licensing.names import parse_license
from tasks.licensing.sentence import read_sentence, scope_of
from tasks.licensing.statements import License, Statement
from tasks.licensing.text import sentence_at, statements_in_text

_MAX_LINKS = 200
_MAX_BLOCK_CHARACTERS = 3000
_MAX_EVIDENCE = 300
_MAX_DEPTH = 60
_MAX_VALUE = 500

_PICTURE_CREDIT = re.compile(
    r"\b(?:photos?|fotos?|bild|image|picture|credit|abbildung|crédits?|immagine|imagen|flickr|"
    r"wikimedia|unsplash|фото|عکس)\b|写真|图片",
    re.IGNORECASE,
)
# What microdata and RDFa say a part of a page is about, if not about the article.
_OTHER_ITEM = re.compile(
    r"(?:Image|Video|Audio|Media)Object|Photograph|Comment|Dataset|SoftwareApplication|Music|Clip",
)
_OTHER_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|mp[34]|ogg|webm|wav|pdf|zip|csv)(?:[?#]|$)", re.IGNORECASE
)


def statements_of_links(tree: HtmlElement) -> Iterator[Statement]:
    """License links: declared by rel, or to creativecommons.org with words that license."""
    for link in _license_links(tree):
        href = link.get("href") or ""
        declared = _is_declared(link)
        licensed = parse_license(href)
        # A bare link to creativecommons.org names no license; the words in it may.
        licensed = licensed or (
            parse_license(visible_words(link, _MAX_EVIDENCE)) if declared else None
        )
        if licensed is None or is_outside(link) or _is_of_another_item(link):
            continue
        block = block_around(link)
        words = visible_words(block, _MAX_BLOCK_CHARACTERS)
        if len(words) > _MAX_EVIDENCE or block.tag in ROOT_TAGS:
            words = _sentence_with(words, visible_words(link, _MAX_EVIDENCE))
        licensed = _as_restricted(licensed, words, visible_words(link, _MAX_EVIDENCE))
        stated = statements_in_text(words)
        sentence = next((s for s in stated if s.spdx == licensed[0]), read_sentence(words))
        if sentence is None and _is_of_something_else(words, visible_words(link, _MAX_EVIDENCE)):
            continue
        # "Proud members of Creative Commons": without a kind, only words grant anything.
        kind_known = licensed[0] != CC_KIND_UNKNOWN
        if not (declared or sentence or (kind_known and is_in_footer(link))):
            continue
        yield Statement(
            spdx=licensed[0],
            url=licensed[1],
            scope=scope_at(scope_of(words), link),
            source="rel" if declared else "link",
            evidence=(words or href)[:_MAX_EVIDENCE],
            holder=sentence.holder if sentence else None,
        )


def _as_restricted(
    licensed: tuple[str, str | None], words: str, linked: str
) -> tuple[str, str | None]:
    """The license of a link, with what the words behind the link add: "non-commercial use only"."""
    behind = fold(words).text.partition(fold(linked).text)[2] if linked else ""
    found = with_restrictions(License(*licensed), behind)
    return found.spdx, found.url


def _is_of_something_else(words: str, linked: str) -> bool:
    """Whether the words around a link credit a picture or license another work."""
    if _PICTURE_CREDIT.search(words):
        return True
    folded, name = fold(words).text, fold(linked).text
    at = folded.find(name) if name else len(folded)
    sentence = sentence_at(folded, max(at, 0))
    return is_for_something_else(sentence.partition(name)[0] if name else sentence, sentence)


# It sees each link of every page: it asks for as little as it can.
def _license_links(tree: HtmlElement) -> list[HtmlElement]:
    """Links that may name a license; of too many, the first and the last."""
    links = [
        link
        for link in tree.iter("a")
        if "creativecommons.org/" in link.get("href", "") or "license" in link.get("rel", "")
    ]
    if len(links) > _MAX_LINKS:
        return links[: _MAX_LINKS // 2] + links[-_MAX_LINKS // 2 :]
    return links


def _is_declared(link: HtmlElement) -> bool:
    named = (link.get("rel") or "") + " " + (link.get("itemprop") or "")
    return "license" in named.lower().split()


def _is_of_another_item(link: HtmlElement) -> bool:
    """Whether mark-up says that a link is about a picture, a comment, a file: not the article."""
    for node in islice(link.iterancestors(), _MAX_DEPTH):
        about = node.get("about") or node.get("resource")
        if about is not None and _OTHER_FILE.search(about[-_MAX_VALUE:]):
            return True
        kind = node.get("itemtype") or node.get("typeof")
        if kind is not None:
            return _OTHER_ITEM.search(kind[:_MAX_VALUE]) is not None
    return False


def _sentence_with(words: str, linked: str) -> str:
    """The part of a long block that is about the link."""
    at = words.find(linked) if linked else -1
    return words[max(0, at - _MAX_EVIDENCE // 2) :][:_MAX_EVIDENCE] if at >= 0 else linked
