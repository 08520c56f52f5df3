"""What trafilatura makes of the seeds' pages as it is installed; run in a process of its own.

`python -m tests.stock_trafilatura` prints texts by page. tasks.body.trafilatura_patches, which
changes the library for the whole process, is not imported here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from lxml.html import HtmlElement, HTMLParser
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

PAGES = Path(__file__).parents[1] / "seeds" / "html"


def trees() -> Iterator[tuple[str, HtmlElement]]:
    """The seeds' pages, and poorer copies that call for trafilatura's rescues."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    for path in sorted(PAGES.glob("*.html")):
        charset = {".windows-1251": "cp1251", ".utf-16": "utf-16"}.get(Path(path.stem).suffix)
        page = path.read_bytes().decode(charset or "utf-8").encode()
        copies = {
            "as it is": page,
            "without paragraphs": page.replace(b"<p", b"<div").replace(b"</p>", b"</div>"),
            "without containers": page.replace(b"<article", b"<div").replace(b"<main", b"<div"),
            "first paragraph": page[: page.find(b"</p>") + 4],
            "tables": page.replace(b"<p>", b"<table><tr><td>").replace(b"</p>", b"</table>"),
            "lines": page.replace(b"<p>", b"<br>").replace(b"</p>", b""),
            "comments": page.replace(b"<p>", b"<p class='comment-list social'>"),
            "follow-up": page.replace(b"<article", b"<section class='infinite-scroll'><article"),
        }
        for name, copy in copies.items():
            yield f"{path.name}, {name}", etree.fromstring(copy, parser=parser)


def main() -> None:
    """Print a text, or null, for each page."""
    options = Extractor(output_format="python", comments=False, tables=True, fast=True)
    documents = {name: bare_extraction(tree, options=options) for name, tree in trees()}
    texts = {name: document and document.text for name, document in documents.items()}
    json.dump(texts, sys.stdout)


if __name__ == "__main__":
    main()
