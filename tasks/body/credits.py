"""Lines about who made it: bylines, notes on the author, credits of pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.body.head import fold

BYLINE, AUTHOR_NOTE, PICTURE_CREDIT = "byline", "author-note", "picture-credit"

FIRST_LINES = 3
LAST_LINES = 3
SHORTEST_NAME = 5  # folded code points
LONGEST_CREDIT = 150
LONGEST_NOTE = 300
LONGEST_REST = 14  # folded code points of a byline beside the names: "By", "Text und Fotos:"

_ADDRESS = re.compile(r"[\w.+-]@[\w-]{1,63}\.\w|(?:^|[\s(])@\w{3}")
_PICTURE = re.compile(
    r"\W{0,2}(?:(?:photo|image|picture)s?(?: credits?| by)?|photograph(?:s|y|er)?(?: by)?|fotos?"
    r"|bild(?:er|quelle)?|titelbild|fotografi[ae]|imagen|immagine|imagem|crédits?(?: photo)?|фото"
    r"|fotoğraf|zdjęci[ea]|fot\.|kuva|写真|사진|图片来源|圖)\s?[:：/|©]",
    re.IGNORECASE,
)


def cut_credits(lines: Sequence[str], authors: Sequence[str]) -> dict[int, str]:
    """Find bylines, notes on the author at the end, and credits of pictures.

    Args:
        lines: The text.
        authors: Of the article, as the page's metadata name them.
    """
    names = [name for author in authors if len(name := fold(author)) >= SHORTEST_NAME]
    cuts: dict[int, str] = {}
    for i, line in enumerate(lines):
        is_last = i >= max(1, len(lines) - LAST_LINES)
        if len(line) <= LONGEST_CREDIT and _PICTURE.match(line):
            cuts[i] = PICTURE_CREDIT
        elif len(line) > LONGEST_NOTE:
            continue
        elif (i < FIRST_LINES or is_last) and _is_byline(line, names):
            cuts[i] = BYLINE
        elif is_last and _is_note(line, names):
            cuts[i] = AUTHOR_NOTE
    return cuts


def _is_byline(line: str, names: Sequence[str]) -> bool:
    folded = rest = fold(line)
    for name in names:
        rest = rest.replace(name, "", 1)
    return rest != folded and len(rest) <= LONGEST_REST


def _is_note(line: str, names: Sequence[str]) -> bool:
    folded = fold(line)
    if any(folded.startswith(name) for name in names):
        return True
    return _ADDRESS.search(line) is not None and any(name in folded for name in names)
