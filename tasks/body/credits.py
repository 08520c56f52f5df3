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
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "؟", "।")
# News is about authors too, and agencies stand as authors: only who writes is a note on the author.
_TRADE = re.compile(
    r"\b(?:report(?:s|er)|correspondent|editor|writ(?:es|er)|journalist|columnist|contributor"
    r"|fellow|professor|lecturer|freelance|covers|redakteur|korrespondent|schreibt|autor"
    r"|journaliste|rédact|auteure?|periodista|redactor|giornalista|scrive|jornalista|redakt)"
    r"|журналист|корреспондент|обозреватель|記者|记者|기자|خبرنگار|صحفي",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"\W{0,2}(?:(?:photo|image|picture)s?(?: credits?| by)?|photograph(?:s|y|er)?(?: by)?|fotos?"
    r"|bild(?:er|quelle)?|titelbild|fotografi[ae]|imagen|immagine|imagem|crédits?(?: photo)?|фото"
    r"|fotoğraf|zdjęci[ea]|fot\.|kuva|写真|사진|图片来源|圖)\s?[:：/|©]\s?(?P<name>.*)",
    re.IGNORECASE,
)
MOST_WORDS_OF_A_CREDIT = 8


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
        if len(line) <= LONGEST_CREDIT and _is_credit(line):
            cuts[i] = PICTURE_CREDIT
        elif len(line) > LONGEST_NOTE:
            continue
        elif (i < FIRST_LINES or is_last) and _is_byline(line, names):
            cuts[i] = BYLINE
        elif is_last and _is_note(line, names):
            cuts[i] = AUTHOR_NOTE
    return cuts


def _is_credit(line: str) -> bool:
    """Whether a picture's maker is named: interviewers of a paper called Bild ask questions."""
    match = _PICTURE.match(line)
    return (
        match is not None
        and not line.endswith(_SENTENCE_ENDS)
        and not match["name"][:1].islower()
        and len(match["name"].split()) <= MOST_WORDS_OF_A_CREDIT
    )


def _is_byline(line: str, names: Sequence[str]) -> bool:
    if line.endswith(_SENTENCE_ENDS):  # "Ines Aalto resigned."
        return False
    folded = rest = fold(line)
    for name in names:
        rest = rest.replace(name, "", 1)
    return rest != folded and len(rest) <= LONGEST_REST


def _is_note(line: str, names: Sequence[str]) -> bool:
    folded = fold(line)
    return any(name in folded for name in names) and (
        _ADDRESS.search(line) is not None
        or (_TRADE.search(line) is not None and any(folded.startswith(name) for name in names))
    )
