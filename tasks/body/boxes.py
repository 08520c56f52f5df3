"""Lines from boxes within the article whose class or id says that they are something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from lxml.html import HtmlElement

from tasks.body.blocks import squeeze, words

SIDE_BOX, CAPTION = "side-box", "caption"

LARGEST_SHARE = 0.35  # of the text's length; what holds more is the article itself
MAX_ELEMENTS = 5_000
MAX_BOXES = 200
MAX_CHARS = 1_000_000  # of all boxes together: they may be nested
MAX_NAME_CHARS = 300
# In the words of a box a longer line is looked for; a shorter one could be in them by chance.
SHORT = 15  # code points without space

# Whole words of a class or id. What trafilatura knows (share, related, sidebar, ...) is gone.
_NAMES = re.compile(
    r"(?:\b|_)(?:(?P<caption>caption|credits?)"
    r"|newsletters?|sign-?up|bio|modal|popup|trending|promo|comments?|disclaimer"
    r"|footers?|kicker)(?:\b|_)"
)
_CONTAINERS = ("div", "section", "aside", "figure", "figcaption", "footer", "form", "p", "ul")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def cut_boxes(lines: Sequence[str], region: HtmlElement) -> dict[int, str]:
    """Find lines that stand in a caption, a newsletter's box, a biography of the author, ...

    Args:
        lines: The text.
        region: The element of the page that it is from.
    """
    cuts: dict[int, str] = {}
    at_most = LARGEST_SHARE * sum(map(len, lines))
    squeezed: list[str] | None = None
    everything = ""
    looked_at = 0
    for kind, box in _boxes(region):
        within = squeeze(words(box))
        looked_at += len(within)
        if looked_at > MAX_CHARS:
            break
        if not 0 < len(within) <= at_most:
            continue
        if squeezed is None:
            squeezed = [squeeze(line.removeprefix("- ")) for line in lines]
        for i, line in enumerate(squeezed):
            if line in within and (len(line) >= SHORT or _is_piece(line, box)):
                everything = everything or squeeze(words(region))
                # A box may repeat what the article says: the line is not the box's then.
                if everything.count(line) <= within.count(line):
                    cuts.setdefault(i, kind)
    return cuts


def _is_piece(line: str, box: HtmlElement) -> bool:
    return any(squeeze(piece) == line for piece in box.itertext())


def _boxes(region: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    count = 0
    for element, _ in zip(region.iterdescendants(*_CONTAINERS), range(MAX_ELEMENTS), strict=False):
        names = element.get("class")
        if kind := _kind(names) if names else _kind_by_id(element.get("id", "")):
            yield kind, element
            count += 1
            if count == MAX_BOXES:
                return


def _kind_by_id(name: str) -> str | None:
    # The life of whom the article is about has a place of its own, which links lead to.
    return None if name == "bio" else _kind(name)


@lru_cache(maxsize=2**14)  # names repeat on a page and on the pages of a site
def _kind(name: str) -> str | None:
    match = _NAMES.search(_HUMP.sub("-", name[:MAX_NAME_CHARS]).lower())
    return None if match is None else CAPTION if match["caption"] else SIDE_BOX
