"""XML of a feed to a small, well-formed copy of what is used of it, for feedparser.

feedparser knows the dialects. But it pays Python's price for each tag and for text that nobody
asked for; some input (nested xml:base) takes it quadratic time; what is not well-formed it reads
by regular expressions; and an entity of a DTD it shows as a headline. Here libxml2 reads the feed
in C, without its DTD; the copy has a bounded number of items, each with a few short elements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

from lxml import etree

from tasks.discover.links import MAX_FEED_LINKS
from tasks.discover.mending import hide_references, show_references, without_forbidden

# A feed of 2,000 items with 50 tags each has 200,000; a tree of so many elements takes 65 MB.
MAX_TAGS = 500_000
# Longer ones are articles' bodies: no title or address is as long.
_MAX_SECTION_CHARS = 10_000
_MAX_TEXT_CHARS = 10_000  # more than an address may have: one that was cut is not taken
_MAX_CHILDREN = 40  # of one item, or of the feed, that are copied

_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_ITEMS = ("item", "entry")
_OF_ITEMS = (
    "title link guid id pubDate published updated modified issued created date origLink language"
)
_OF_FEEDS = "link language ttl updatePeriod updateFrequency"
_WANTED = tuple(f"{{*}}{name}" for name in {*_ITEMS, *_OF_ITEMS.split(), *_OF_FEEDS.split()})
# Vocabularies whose titles and links are those of a picture or film, or a paragraph's.
_FOREIGN = ("mrss", "itunes", "xhtml", "podcast")
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"
_ATTRIBUTES = frozenset(
    {"version", "rel", "href", "type", "isPermaLink", f"{{{_RDF}}}about", f"{{{_RDF}}}resource"}
    | {f"{{{_XML}}}base", f"{{{_XML}}}lang"}
)
# Prefixes that feeds use and forget to declare.
_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "cc": "http://web.resource.org/cc/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "rdf": _RDF,
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
# HTML in the middle of XML, of which `<br>` and `<p>` are never closed.
_HTML_TAG = re.compile(
    r"</?(?:a|b|blockquote|br|center|div|em|embed|figure|font|h[1-6]|hr|i|iframe|img|li|object|ol|p"
    r"|param|small|span|strong|table|tbody|td|th|tr|u|ul|wbr)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
# One tag of 10 MB becomes 800 MB of attributes.
_ENDLESS_TAG = re.compile(r"<[^<>]{100000}")
# Those that feeds have: a parser takes anything for a namespace, and lxml makes none of a bad URI.
_NAMESPACE = re.compile(r"https?://[\w.~-]{1,100}(?:/[\w./~=&?+-]{0,200})?#?", re.ASCII)
_ROOT_NAME = re.compile(r"<[\w.:-]+")


@dataclass(frozen=True, slots=True)
class FeedCopy:
    """A feed's copy for feedparser, how many items were left out of it, and its state."""

    xml: bytes
    items: int
    too_many: int
    homepage: str | None
    is_damaged: bool


@dataclass(slots=True)
class _Parts:
    feed: list[etree._Element] = field(default_factory=list)
    items: list[tuple[etree._Element, list[etree._Element]]] = field(default_factory=list)
    too_many: int = 0


def copy_feed(text: str) -> FeedCopy | str:
    """Copy a feed, given from its root element on (`tasks.discover.mending.find_root`).

    Returns:
        The copy, or why there is none. What is not well-formed is read as far as it goes.
    """
    text, is_cut = _shortened(hide_references(text))
    root, is_well_formed = _parse(text)
    is_sound = is_well_formed
    if not is_well_formed:
        root, is_sound = _parse(_with_prefixes(_HTML_TAG.sub("", text)))
    if root is None:
        return "XML of which nothing can be read"
    parts = _parts(root, is_sound=is_sound)
    # Not the hub that is told of news, nor the feed itself.
    links = (e for e in parts.feed if _local(e) == "link" and e.get("rel") in (None, "alternate"))
    homes = (_text(link) or _clean(str(link.get("href") or "")) for link in links)
    return FeedCopy(
        xml=_copy(root, parts),
        items=len(parts.items),
        too_many=parts.too_many,
        homepage=next(filter(None, homes), None),
        is_damaged=is_cut or not is_well_formed,
    )


def _shortened(text: str) -> tuple[str, bool]:
    """A text without long CDATA sections, and whether it had to be cut off."""
    outside, *sections = text.split(_CDATA)
    kept = [outside]
    left = MAX_TAGS - outside.count("<")
    for part in sections:
        section, end, outside = part.partition(_CDATA_END)
        left -= outside.count("<")
        if not end or left < 0:
            return "".join(kept), True
        if len(section) <= _MAX_SECTION_CHARS:
            kept += (_CDATA, section, _CDATA_END)
        kept.append(outside)
    shortened = "".join(kept)
    if left < 0:  # all in the first part
        shortened = "<".join(kept[0].split("<", MAX_TAGS)[:MAX_TAGS])
    endless = _ENDLESS_TAG.search(shortened)
    return (shortened[: endless.start()], True) if endless else (shortened, left < 0)


def _parse(text: str) -> tuple[etree._Element | None, bool]:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None, False
    return root, root is not None and len(parser.error_log) == 0


def _with_prefixes(text: str) -> str:
    name = _ROOT_NAME.match(text)
    if name is None:
        return text
    missing = [
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in _PREFIXES.items()
        if f"<{prefix}:" in text and f"xmlns:{prefix}" not in text
    ]
    return name[0] + "".join(missing) + text[name.end() :]


def _parts(root: etree._Element, *, is_sound: bool) -> _Parts:
    """The elements that are copied, in one walk.

    Where tags are not closed, items lie in one another, and what belongs to an item lies
    somewhere below it: there only the order is believed.
    """
    parts = _Parts()
    item = None
    for element in root.iter(*_WANTED):
        name, parent = _local(element), element.getparent()
        if parent is None:
            continue
        if name in _ITEMS:
            if len(parts.items) == MAX_FEED_LINKS:
                parts.too_many += 1
                item = None
            else:
                item = element
                parts.items.append((element, []))
            continue
        if any(word in str(element.tag) for word in _FOREIGN):
            continue
        is_of_feed = parent is root or (_local(parent) == "channel" and parent.getparent() is root)
        if item is not None and (parent is item or (not is_sound and _local(parent) != "source")):
            parts.items[-1][1].append(element)
        elif is_of_feed:
            parts.feed.append(element)
    return parts


def _copy(root: etree._Element, parts: _Parts) -> bytes:
    # A few declarations: with thousands, each new element looks through all of them.
    copy = etree.Element(_tag(root), nsmap=_declarations(root))
    _copy_attributes(root, copy)
    channel = root.find("{*}channel")
    inner = copy if channel is None else _copy_element(channel, copy, has_text=False)
    for element in islice(parts.feed, _MAX_CHILDREN):
        _copy_element(element, inner)
    for item, children in parts.items:
        # In RDF items stand beside the channel.
        beside = copy if _local(root).lower() == "rdf" else inner
        copied = _copy_element(item, beside, has_text=False)
        for child in islice(children, _MAX_CHILDREN):
            _copy_element(child, copied)
    return etree.tostring(copy, encoding="utf-8")


def _declarations(root: etree._Element) -> dict[str, str]:
    sound = ((p, uri) for p, uri in root.nsmap.items() if _NAMESPACE.fullmatch(uri) and p != "xml")
    # The default namespace has the prefix None, which lxml's stubs do not know of.
    return cast("dict[str, str]", dict(islice(sound, _MAX_CHILDREN)))


def _copy_element(
    element: etree._Element, parent: etree._Element, *, has_text: bool = True
) -> etree._Element:
    copied = etree.SubElement(parent, _tag(element))
    _copy_attributes(element, copied)
    if has_text:
        copied.text = _text(element)
    return copied


def _copy_attributes(element: etree._Element, copied: etree._Element) -> None:
    for name, value in element.items():
        if name in _ATTRIBUTES and len(value) <= _MAX_TEXT_CHARS:
            copied.set(name, _clean(str(value)))


def _text(element: etree._Element) -> str:
    pieces = islice(element.itertext(), _MAX_CHILDREN)
    return _clean("".join(str(piece)[:_MAX_TEXT_CHARS] for piece in pieces)[:_MAX_TEXT_CHARS])


def _clean(text: str) -> str:
    return without_forbidden(show_references(text))  # `&#3;` is a control, too


def _tag(element: etree._Element) -> str:
    """An element's name, without a namespace that lxml would refuse or a prefix undeclared."""
    tag = str(element.tag)
    return tag if _NAMESPACE.fullmatch(tag[1:].partition("}")[0]) else _local(element)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]
