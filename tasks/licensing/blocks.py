"""Parts of a page: what they are called, whether they are the article's, what they say."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from tasks.licensing.folding import fold
from tasks.licensing.words import may_state_rights_over_lines

_MAX_DEPTH = 60
_MAX_LOOKED_AT = 500_000  # characters of a footer, those of nested parts anew for each
_SOUGHT = 80  # characters of a statement
_MAX_SEARCHED = 5_000_000  # characters, those of nested parts anew for each
_MAX_NAMES = 200
# A site's pages share the names of their parts, and the words of menus and footers.
_NAMES_REMEMBERED = 50_000
_TEXTS_REMEMBERED = 50_000
_MAX_KEY = 100  # characters; a longer text is known by its digest

_OUTSIDE_TAGS = frozenset(
    {
        "blockquote",
        "q",
        "figure",
        "figcaption",
        "nav",
        "script",
        "style",
        "template",
        "head",
        "select",
        "noscript",
    }
)
_OUTSIDE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:captions?|credits?|photos?|photographer|images?|img|pictures?|gallery|galleries|"
    r"galerie|slideshow|bild|bildnachweis|foto|comments?|commentlist|kommentare?|disqus|respond|"
    r"menu|navbar|nav|breadcrumbs?|related|teasers?)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What a box of links to other articles begins with.
_RELATED = re.compile(
    r"\W{0,5}(?:related|read\s(?:more|also|next)|see\salso|more\s(?:from|on|stories|news)|most\sread|"
    r"recommended|mehr\szum|lesen\ssie\sauch|siehe\sauch|meistgelesen|à\slire|lire\saussi|sur\sle\smême|"
    r"relacionad|lea\stambién|te\spuede|más\ssobre|leia\stambém|veja\stambém|leggi\sanche|correlat|"
    r"lees\sook|gerelateerd|читайте\sтакже|по\sтеме|مطالب\sمرتبط|اقرأ\sأيض|相关|相關|関連)",
    re.IGNORECASE,
)
_RELATED_WITHIN = 80  # characters
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_STYLE = 500
_FOOTER_NAMES = (
    "footer", "copyright", "copy-right", "rights", "legal", "license", "licence", "lizenz",
    "licencia", "licenza", "licença", "licenca", "colophon", "impressum",
)  # fmt: skip
_CC_NAME = re.compile(r"(?:^|[\s_-])cc(?:$|[\s_-])")
_BLOCK_TAGS = frozenset(
    {
        "p", "div", "li", "td", "small", "footer", "section", "aside", "address", "article", "body",
        "main",
    }
)  # fmt: skip
# An article's own wrapper may be called "image-post": the words are read below these only.
ROOT_TAGS = frozenset({"html", "body", "main", "article"})

# Parts of a footer that are passed over as a whole if they state nothing.
_PART_TAGS = _BLOCK_TAGS | {"ul", "ol", "dl", "table", "nav", "form"}
_HIDDEN_TAGS = frozenset({"script", "style", "template"})
_string = etree.XPath("string()", smart_strings=False)


class _NamesForRights(dict[str | None, bool]):
    """Whether a class or an id names what may speak of rights: footers, notices.

    A dict: each element of a page is asked about, and `lru_cache` takes three times as long.
    """

    def __missing__(self, named: str | None) -> bool:
        verdict = named is not None and _is_name_for_rights(named[:_MAX_NAMES].lower())
        if len(self) >= _NAMES_REMEMBERED:
            self.clear()
        if named is None or len(named) <= _MAX_NAMES:
            self[named] = verdict
        return verdict


NAMES_FOR_RIGHTS = _NamesForRights()


def _is_name_for_rights(named: str) -> bool:
    for name in _FOOTER_NAMES:  # a fifth of an alternation's time
        if name in named:
            return True
    return "cc" in named and _CC_NAME.search(named) is not None


@lru_cache(maxsize=_NAMES_REMEMBERED)
def _is_name_for_others(named: str) -> bool:
    return _OUTSIDE_WORDS.search(named[:_MAX_NAMES]) is not None


def may_state(element: HtmlElement) -> bool:
    """Whether an element's text, hidden parts included, may speak of rights: a cheap look."""
    return _text_may_state(str(_string(element)))


_may_state: dict[str | bytes, bool] = {}  # by text or digest


def _text_may_state(text: str) -> bool:
    key: str | bytes = text
    if len(text) > _MAX_KEY:
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    verdict = _may_state.get(key)
    if verdict is None:
        if len(_may_state) >= _TEXTS_REMEMBERED:
            _may_state.clear()
        verdict = _may_state[key] = may_state_rights_over_lines(fold(text).text)
    return verdict


def is_outside(element: HtmlElement) -> bool:
    """Whether an element stands in a caption, a comment, a menu: not in the article or its page."""
    for node in (element, *islice(element.iterancestors(), _MAX_DEPTH)):
        if node.tag in _OUTSIDE_TAGS or is_not_shown(node):
            return True
        if node.tag == "aside" and _RELATED.match(visible_words(node, _RELATED_WITHIN)):
            return True
        if node.tag in ROOT_TAGS:
            continue
        named = node.get("class"), node.get("id")
        if any(name is not None and _is_name_for_others(name) for name in named):
            return True
    return False


def is_not_shown(element: HtmlElement) -> bool:
    """Whether an element says itself that it is not shown; style sheets are not read."""
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and _NOT_SHOWN.search(style[:_MAX_STYLE]) is not None


def is_in_footer(element: HtmlElement) -> bool:
    """Whether an element stands in a footer, or in what is named for rights."""
    for node in (element, *islice(element.iterancestors(), _MAX_DEPTH)):
        if node.tag in ROOT_TAGS:
            return False
        named = node.get("class"), node.get("id")
        if node.tag == "footer" or any(NAMES_FOR_RIGHTS[name] for name in named):
            return True
    return False


def is_of_site(element: HtmlElement) -> bool:
    """Whether an element stands in a footer of the page, outside any article."""
    tags = {element.tag, *(a.tag for a in islice(element.iterancestors(), _MAX_DEPTH))}
    return "footer" in tags and "article" not in tags


def scope_at(scope: str, element: HtmlElement) -> str:
    """What words of a scope cover; a footer of the page, outside any article, is the site's."""
    return "site" if scope == "unknown" and is_of_site(element) else scope


def block_around(element: HtmlElement) -> HtmlElement:
    """The nearest block that an element stands in; itself where there is none."""
    for node in islice(element.iterancestors(), _MAX_DEPTH):
        if node.tag in _BLOCK_TAGS:
            return node
    return element


def visible_words(element: HtmlElement, limit: int, *, only_rights: bool = False) -> str:
    """Visible text, blocks apart by a line end, at most `limit` characters of it.

    With `only_rights`, parts that state none are left out, such as a footer's menus.
    """
    parts: list[str] = []
    size = looked_at = 0
    left: list[HtmlElement | str] = [element]  # in reverse order: elements, and text behind them
    while left and size <= limit:
        node = left.pop()
        if isinstance(node, str):
            piece: str | None = node
        else:
            if _is_hidden(node):
                continue
            if (
                only_rights
                and node is not element
                and _is_part(node)
                and looked_at < _MAX_LOOKED_AT
            ):
                text = str(_string(node))
                looked_at += len(text)
                if not _text_may_state(text):
                    continue
            piece = node.text
            if node is not element and (node.tag in _BLOCK_TAGS or node.tag == "br"):
                parts.append("\n")
            for child in reversed(node):
                if child.tail:
                    left.append(child.tail)
                left.append(child)
        if piece:
            parts.append(piece)
            size += len(piece)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)[:limit]


def _is_hidden(node: HtmlElement) -> bool:
    if not isinstance(node.tag, str):  # a comment has none
        return True
    return node.tag in _HIDDEN_TAGS or is_not_shown(node)


def _is_part(node: HtmlElement) -> bool:
    return node.tag in _PART_TAGS and len(node) > 0


def stands_in_article(tree: HtmlElement, words: str) -> bool:
    """Whether words of an article's text stand on its page other than in a quotation, a comment...

    True also where they are not found, and where there is too much to look through.
    """
    sought = " ".join(words[:_SOUGHT].split())
    left = [tree]
    looked_at = 0
    is_found = False
    while left and looked_at < _MAX_SEARCHED:
        node = left.pop()
        holding = []
        for child in node:
            text = str(_string(child)) if isinstance(child.tag, str) else ""
            looked_at += len(text)
            if sought in " ".join(text.split()):
                holding.append(child)
        if not holding:
            is_found = is_found or node is not tree
            if not is_outside(node):
                return True
        left += holding
    return not is_found or bool(left)
