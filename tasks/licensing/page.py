"""Rights as a page's mark-up states them: links, meta elements, JSON-LD, visible footers.

A page is full of licenses that are not the article's: of pictures, comments, scripts. Only links
and sentences outside captions, galleries, comments and navigation are read, and few of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from expectations.records import Removed
from tasks.licensing.agencies import agency_of
from tasks.licensing.blocks import (
    NAMES_FOR_RIGHTS,
    ROOT_TAGS,
    is_outside,
    may_state,
    scope_at,
    stands_in_article,
    visible_words,
)
from tasks.licensing.folding import fold
from tasks.licensing.links import statements_of_links
from tasks.licensing.meaning import BARE_NOTICE, is_for_something_else
from tasks.licensing.names import ALL_RIGHTS_RESERVED, parse_license
from tasks.licensing.sentence import read_sentence, scope_of
from tasks.licensing.statements import Statement
from tasks.licensing.text import cut_footer, statements_in_text
from tasks.licensing.words import ALL_RIGHTS_WORDS, NAMES_LICENSE
from tasks.metadata.tags import Tags
from tasks.reservations import NAMES_OF_RESERVATIONS, rights_reserved

_MAX_FOOTERS = 1000
_MAX_BLOCKS = 40
_MAX_BLOCK_CHARACTERS = 3000
_MAX_EVIDENCE = 300
_MAX_META = 500
_REMEMBERED = 2_000  # values
_MAX_HOLDER = 80

_RIGHTS_META = (
    "copyright", "rights", "license", "dc.rights", "dcterms.rights", "dc.license",
    "dcterms.license", "dc.rights.license", "dcterms.rightsholder",
)  # fmt: skip
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:byline|authors?|autor(?:en)?|auteurs?)(?:$|[\s_-])", re.IGNORECASE
)
_BYLINE_TAGS = ("p", "div", "span", "a", "address", "li")
_MAX_BYLINE = 100
_BADGE = re.compile(r"licen|creative|commons|(?<!\w)cc(?!\w)|logo|icon", re.IGNORECASE)
_FEW = 20  # characters
_FOOTER_TAGS = ("div", "p", "section", "span", "small", "li", "td", "footer", "aside", "address")


@dataclass(frozen=True, slots=True)
class PageRights:
    """What a page's mark-up says about rights: statements, and reservations against mining.

    `agency`: the one that the visible byline names; looked for where a free license is stated.
    """

    statements: tuple[Statement, ...]
    reserved: tuple[str, ...]
    agency: str | None = None


def rights_in_page(
    tree: HtmlElement,
    tags: Tags,
    json_ld_licenses: Sequence[str] = (),
    json_ld_holder: str | None = None,
) -> PageRights:
    """Read what mark-up and footers say about the rights in a page's article.

    Args:
        tree: The page as parsed, footers still in it. Not changed.
        tags: Its tags, as `read_tags` gathers them.
        json_ld_licenses: Each `license` of the article's JSON-LD: an address or a name.
        json_ld_holder: Name of its `copyrightHolder`.
    """
    found = [
        *_in_link_elements(tags.licenses),
        *statements_of_links(tree),
        *(s for n in json_ld_licenses or ("",) for s in _in_json_ld(n[:_MAX_META], json_ld_holder)),
        *(s for value in tags.all(_RIGHTS_META) for s in _in_meta(value[:_MAX_META])),
        *_in_footers(_footers(tree)),
    ]
    named = [(name, value) for name in NAMES_OF_RESERVATIONS for value in tags.all([name])]
    free = any(s.spdx not in {None, ALL_RIGHTS_RESERVED} for s in found)
    return PageRights(
        tuple(dict.fromkeys(found)),
        rights_reserved(named),
        _agency_in_byline(tree) if free else None,
    )


def _agency_in_byline(tree: HtmlElement) -> str | None:
    """The agency that the first byline of the page names: "By Reuters", no name of a person."""
    for element in tree.iter(*_BYLINE_TAGS):
        named = element.get("class") or ""
        if not (element.get("rel") == "author" or (named and _BYLINE.search(named[:_MAX_META]))):
            continue
        words = visible_words(element, _MAX_BYLINE + 1)
        if words and len(words) <= _MAX_BYLINE and not is_outside(element):
            return agency_of((), "\n" + " ".join(words.split()))
    return None


def cut_footer_of_page(
    tree: HtmlElement, text: str
) -> tuple[str, tuple[Removed, ...], tuple[Statement, ...]]:
    """As `cut_footer`, for a text that was read from a page; not its quotations and comments."""
    cut = cut_footer(text)
    if all(stands_in_article(tree, statement.evidence) for statement in cut[2]):
        return cut
    return text, (), ()


# It sees each element of its kind on every page: it asks for as little as it can.
def _footers(tree: HtmlElement) -> list[HtmlElement]:
    """Footers, and elements that are named for rights by class, or by id without a class."""
    is_for_rights = NAMES_FOR_RIGHTS
    return [
        element
        for element in tree.iter(*_FOOTER_TAGS)
        if is_for_rights[element.get("class") or element.get("id")] or element.tag == "footer"
    ]


def _in_link_elements(addresses: Iterable[str]) -> Iterator[Statement]:
    """Licenses that the page's head links to."""
    for href in addresses:
        if licensed := parse_license(href):
            yield Statement(*licensed, "unknown", "rel", href[:_MAX_EVIDENCE])


# A site's pages share what the two below read.


@lru_cache(maxsize=_REMEMBERED)
def _in_json_ld(named: str, holder: str | None) -> tuple[Statement, ...]:
    holder = " ".join((holder or "").split())[:_MAX_HOLDER] or None
    if licensed := parse_license(named):
        return (Statement(*licensed, "article", "json-ld", named, holder),)
    return (Statement(None, None, "article", "json-ld", holder, holder),) if holder else ()


@lru_cache(maxsize=_REMEMBERED)
def _in_meta(written: str) -> tuple[Statement, ...]:
    content = " ".join(written.split())
    licensed = parse_license(content)
    read = read_sentence(content)
    holder = read.holder if read else None
    if licensed and read is None and _denies_its_license(content):
        return ()
    if licensed and ALL_RIGHTS_WORDS.search(content):
        licensed = ALL_RIGHTS_RESERVED, None  # of the text, or of the pictures: who can tell
    if licensed:
        return (Statement(*licensed, scope_of(content), "meta", content, holder),)
    if holder or _is_bare_name(content):
        return (Statement(None, None, "unknown", "meta", content, holder or content),)
    return ()


def _denies_its_license(content: str) -> bool:
    """Whether the words of a meta element license something else: "Photos: CC BY 4.0"."""
    folded = fold(content).text
    if ALL_RIGHTS_WORDS.search(folded):
        return False
    name = NAMES_LICENSE.search(folded)
    return name is not None and is_for_something_else(folded[: name.start()], folded)


def _is_bare_name(content: str) -> bool:
    return 1 < len(content) <= _MAX_HOLDER and not re.search(r"[\d/:;|©]", content)


def _in_footers(footers: Iterable[HtmlElement]) -> Iterator[Statement]:
    """License sentences of visible footers and of elements that are named for rights."""
    seen: set[HtmlElement] = set()  # read, or stating nothing
    read = 0
    for element in islice(footers, _MAX_FOOTERS):
        if not seen.isdisjoint(element.iterancestors()):
            continue
        if not may_state(element):
            seen.add(element)
            continue
        if is_outside(element):
            continue
        words = visible_words(element, _MAX_BLOCK_CHARACTERS, only_rights=True)
        if len(words) < _MAX_BLOCK_CHARACTERS:
            seen.add(element)
        for said in _in_words_of_site(words):
            if _credits_the_picture_above(said, element, words):
                continue
            yield replace(said, scope=scope_at(said.scope, element), span=None)
        read += 1
        if read == _MAX_BLOCKS:
            break


def _credits_the_picture_above(said: Statement, element: HtmlElement, words: str) -> bool:
    """Whether "© Jane Doe / CC BY 4.0" is all that stands beside a picture, but for CC's badge."""
    if said.spdx in {None, ALL_RIGHTS_RESERVED} or not BARE_NOTICE.match(said.evidence):
        return False
    box = element.getparent()
    if box is None or box.tag in ROOT_TAGS or element.tag == "footer":
        return False
    shown = (f"{picture.get('src')} {picture.get('alt')}" for picture in box.iter("img"))
    pictures = [picture for picture in shown if not _BADGE.search(picture[:_MAX_META])]
    return bool(pictures) and len(visible_words(box, 2 * len(words))) <= len(words) + _FEW


_in_words_of_site = lru_cache(maxsize=_REMEMBERED)(statements_in_text)
