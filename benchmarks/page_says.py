"""What a page itself states of its headline and its language, read without the pipeline's code."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lxml import html
from lxml.html import HtmlElement

from benchmarks.scoring import folded

_ARTICLES = ("Article", "Posting")
# ISO 639-1's own replacements, and the written forms of Norwegian.
_OTHER_CODES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no"}
TITLE_PATHS = {
    "og:title": "//meta[@property='og:title']/@content",
    "h1": "//h1",
    "title element": "//head/title",
}
LANGUAGE_PATHS = (
    "/html/@lang",
    "/html/@*[name()='xml:lang']",
    "//meta[@property='og:locale']/@content",
)


def read_html(page: bytes) -> HtmlElement:
    """The page's tree; as UTF-8 where its bytes are that, whatever it declares."""
    try:
        return html.document_fromstring(page.decode("utf-8-sig").encode(), _parser("utf-8"))
    except UnicodeDecodeError:
        return html.document_fromstring(page, _parser(None))


def place_of_title(tree: HtmlElement, title: str) -> str:
    """Where the page has this headline; `none of its candidates` where nowhere."""
    wanted = folded(title)
    if any(folded(text) == wanted for text in _linked(tree, "headline")):
        return "JSON-LD"
    for name, path in TITLE_PATHS.items():
        if any(folded(text) == wanted for text in _texts(tree, path)):
            return name
    return "none of its candidates"


def declared_language(tree: HtmlElement) -> str | None:
    """Two letters: of `<html lang>`, else of `og:locale`, else of JSON-LD's `inLanguage`."""
    declared = [text for path in LANGUAGE_PATHS for text in _texts(tree, path)]
    for tag in [*declared, *_linked(tree, "inLanguage")]:
        code = language_code(tag)
        if code:
            return code
    return None


def language_code(tag: str | None) -> str | None:
    """ISO 639-1's code of a language tag such as `en-GB`; None where it is none of two letters."""
    code = (tag or "").strip().replace("_", "-").partition("-")[0].lower()
    return _OTHER_CODES.get(code, code) if len(code) == 2 and code.isalpha() else None


def _parser(encoding: str | None) -> html.HTMLParser:
    return html.HTMLParser(encoding=encoding, huge_tree=True)


def _texts(tree: HtmlElement, path: str) -> Iterator[str]:
    for found in tree.xpath(path):
        yield found if isinstance(found, str) else found.text_content()


def _linked(tree: HtmlElement, key: str) -> Iterator[str]:
    """Strings under a key of the articles in well-formed JSON-LD."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            waiting = [json.loads(script, strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, dict):
                waiting += [value for value in node.values() if isinstance(value, (dict, list))]
                if str(node.get("@type")).strip("[]'\"").endswith(_ARTICLES) and key in node:
                    yield str(node[key])
