"""Names of authors in a byline or credit."""

from __future__ import annotations

import re
from itertools import takewhile

from tasks.wire_phrases import AUTHORS_ROLES, BYLINE_WORDS, NAME_JOINERS
from tasks.wire_rules import AGENCIES, AGENCY_WORDS, NAME_PARTICLES

_MAX_BYLINE_CHARACTERS = 100
_MAX_NAME_WORDS = 6

_BYLINE = re.compile(
    rf"(?:{'|'.join(map(re.escape, BYLINE_WORDS))})\s+(?P<names>\S.*)", re.IGNORECASE
)
_NAME_JOINT = re.compile(rf"\s*[,;|]\s*|\s+(?:{'|'.join(map(re.escape, NAME_JOINERS))})\s+")
# "By JANE DOE and JOHN ROE Associated Press"
_AGENCY_BEHIND_NAME = re.compile(
    rf"(\w\S*\s\w\S*)\s((?:the\s)?(?:{'|'.join(re.escape(a) for a in AGENCIES if ' ' in a)}))$",
    re.IGNORECASE,
)
# Scripts without capitals: only behind a label, or before the reporter's title.
_UNCASED_BYLINE = re.compile(
    r"(?:بقلم|كتب|كتبت|نویسنده|نگارنده|به\sقلم|作者|记者|記者|撰文|文|執筆|筆者)\s?[:：/／]\s?"
    r"(?P<labelled>[^\d:：。.؟?？!！()（）]{2,40})|"
    r"(?P<titled>[\u4e00-\u9fff]{2,6})(?:記者|特派員|记者)",
)
_UNCASED_JOINT = re.compile(r"\s?[、，,؛،]\s?|\sو\s?(?=\S)")


def is_byline(line: str) -> bool:
    """Whether a line names its authors and nothing else: "By Jane Doe, Example News"."""
    return bool(byline_authors(line))


def byline_authors(paragraph: str) -> tuple[str, ...]:
    """Names of a line such as "By Jane Doe and John Roe, Example News"; empty if it is none."""
    if len(paragraph) > _MAX_BYLINE_CHARACTERS:
        return ()
    if (uncased := _UNCASED_BYLINE.fullmatch(paragraph)) is not None:
        return tuple(_UNCASED_JOINT.split(uncased[uncased.lastgroup or 0].strip()))
    match = _BYLINE.fullmatch(paragraph)
    if match is None:
        return ()
    written = _AGENCY_BEHIND_NAME.sub(r"\1, \2", match["names"].rstrip(" ."))
    names = [name for name in _NAME_JOINT.split(written) if name]
    return tuple(map(without_where, names)) if all(map(is_author, names)) else ()


_WHERE = re.compile(r"\s+(?:in|at|from|for|aus|à|en|em|no|na|в|из|–|—|-)\s.*")


def without_where(name: str) -> str:
    """A name without where, or for whom, its bearer writes: "Jane Doe in Paris"."""
    return _WHERE.sub("", name)


def is_agency(line: str) -> bool:
    """Whether a line is but the name of a news agency."""
    return line.lower().removeprefix("the ") in AGENCIES


def is_affiliation(line: str) -> bool:
    """Whether a line below a byline says whom the author works for, or as what: "Staff Writer"."""
    if len(line) > _MAX_BYLINE_CHARACTERS or not is_name(line):
        return False
    words = line.lower().split()
    return (
        is_agency(line)
        or words[-1] in AUTHORS_ROLES | AGENCY_WORDS
        or (words[0] in AGENCY_WORDS and words[0].startswith("ag"))  # "Agencia Ejemplo"
    )


# Particles that stand behind a person's name, "Jane Doe in Paris", not within it.
_BEHIND_NAMES = frozenset(("for", "in", "of", "the", "zum"))


def is_author(name: str) -> bool:
    """Whether words are an agency, or forename and surname: "By George" is a headline, too."""
    if is_agency(name):
        return True
    words = name.split()
    person = list(takewhile(lambda word: word.lower() not in _BEHIND_NAMES, words))
    parts = [word for word in person if word.lower() not in NAME_PARTICLES or word[0].isupper()]
    return is_name(name) and len(parts) > 1 and not words[0][0].islower()


def is_name(name: str) -> bool:
    """Whether words are written like a person's or a medium's name."""
    words = name.split()
    return 0 < len(words) <= _MAX_NAME_WORDS and all(
        word[0].isupper() or word.lower() in NAME_PARTICLES or not is_cased(word) for word in words
    )


def is_cased(word: str) -> bool:
    """Whether the word's script has capitals."""
    return word.lower() != word.upper()
