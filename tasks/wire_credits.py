"""Credits at the end of a text: who reported, wrote, edited it, or gave material."""

from __future__ import annotations

import re

from tasks.licensing import statements_in_text
from tasks.wire_marks import one_of
from tasks.wire_names import is_author, is_cased, without_where
from tasks.wire_phrases import (
    BRACKETED_CREDIT_OPENINGS,
    CLOSED_CREDITS,
    CONTRIBUTED,
    CREDIT_WORDS,
    OTHER_CREDIT_OPENINGS,
    REPORTER_OPENINGS,
)
from tasks.wire_rules import AGENCIES, NAME_PARTICLES

_MAX_CREDIT_CHARACTERS = 500

_OPENINGS = one_of((*REPORTER_OPENINGS, *OTHER_CREDIT_OPENINGS))
_BRACKETED_OPENINGS = one_of(
    (*REPORTER_OPENINGS, *OTHER_CREDIT_OPENINGS, *BRACKETED_CREDIT_OPENINGS)
)
_CREDIT = re.compile(
    rf"(?:{one_of(CLOSED_CREDITS)})(?!\w).*|(?:{_OPENINGS})(?!\w).*\w.*", re.IGNORECASE
)
# "(Jane Doe et John Roe; édité par Erika Mustermann)": the reporters stand there without a word.
_CREDIT_BEHIND_NAMES = re.compile(
    rf"[(\[]\w.{{2,200}}[.,;]\s(?:{_BRACKETED_OPENINGS})(?!\w).*\w.*", re.IGNORECASE
)
_CONTRIBUTED = re.compile(
    rf"(?P<who>[^\W\d_]\S*\s+\S.*\s)(?:{one_of(CONTRIBUTED)})\b(?P<rest>.*)", re.IGNORECASE
)
# Scripts without capitals, where no grammar tells a credit from a sentence: closed forms only.
_UNCASED_NAMES = r"[^()（）.。،؛:：\d]{2,60}"
_UNCASED = re.compile(
    rf"[(（]?(?:责任编辑|责编|编辑|編集|记者|記者)\s?[:：]\s?{_UNCASED_NAMES}[)）]?"
    r"|[(（](?:本报|本报讯)?记者\s?[^()（）。,，:：\d]{2,12}[)）]"
    r"|[(（][^()（）。]{0,60}編集\s?[:：]\s?[^()（）。:：]{1,30}[)）]"
    r"|[(（](?:إعداد|تغطية)\s[^()（）.\d]{2,120}(?:تحرير|للنشرة العربية)[^()（）.\d]{0,60}[)）]"
)
# The last lines of The Associated Press: "Doe reported from Paris."
_REPORTED_FROM = re.compile(
    r"(?!(?:he|she|they|we|i|it|who)\s)[^\W\d_]\S*(?:\s\S+){0,12}? "
    r"(?:reported|berichtete|a informé|informó) (?:from|aus|depuis|desde) .+",
    re.IGNORECASE,
)
_REPORTED = re.compile(r" (?:reported|berichtete|a informé|informó) ", re.IGNORECASE)
_BETWEEN_SENTENCES = re.compile(r"(?<=[^\W\d_]{2}\.)\s+(?=[^\W\d_])")
_SIGNS = " –—-*_("
# Behind the editors' names Reuters gives German newsrooms an address in the same parentheses.
_QUERIES = re.compile(r"\.\s+(?:Bei Rückfragen|For queries)\b.*")
_WORD = re.compile(r"[^\s,;:.()/|&+–—-]+")
_REPORTERS = re.compile(
    rf"[{re.escape(_SIGNS)}]*(?:{one_of(REPORTER_OPENINGS)})\s(?P<names>[^;|–—()]*)", re.IGNORECASE
)
_OTHER_CLAUSE = re.compile(
    rf"[.,\s]+(?:and\s+)?(?:{one_of(OTHER_CREDIT_OPENINGS)})\b.*", re.IGNORECASE
)
# Without the Dutch "en", which is "in" elsewhere.
_JOINT = re.compile(r"\s*,\s*|\s+(?:and|und|et|y|e|и|&)\s+")


_SMALL_WORDS = CREDIT_WORDS | NAME_PARTICLES | AGENCIES
_ELISIONS = ("l'", "d'")


def is_credit(paragraph: str) -> bool:
    """Whether a paragraph is but a credit: "(Reporting by Jane Doe in Paris; Editing by X)".

    In cased scripts each word in lower case is one of a credit's own, so that a sentence, with a
    verb in it, is none.
    """
    if len(paragraph) > _MAX_CREDIT_CHARACTERS or "©" in paragraph:
        return False
    if _UNCASED.fullmatch(paragraph):
        return True
    first, *others = _BETWEEN_SENTENCES.split(paragraph)
    if others and _is_of_the_report(first):
        return all(map(_is_of_the_report, others))
    return _is_one_credit(paragraph)


def _is_of_the_report(sentence: str) -> bool:
    """Whether one of several sentences says who reported or contributed."""
    reported = _REPORTED_FROM.fullmatch(sentence) or _CONTRIBUTED.fullmatch(sentence)
    return reported is not None and _is_one_credit(sentence)


def _is_one_credit(paragraph: str) -> bool:
    plain = _QUERIES.sub("", paragraph.replace("’", "'")).strip(_SIGNS)
    if contributed := _CONTRIBUTED.fullmatch(plain):
        plain = contributed["who"] + contributed["rest"]
    elif _REPORTED_FROM.fullmatch(plain):
        plain = _REPORTED.sub("", plain, count=1)
    elif not (_CREDIT.fullmatch(plain) or _CREDIT_BEHIND_NAMES.match(paragraph)):
        return False
    return _is_made_of_names(plain) and not statements_in_text(paragraph)


def _is_made_of_names(text: str) -> bool:
    return all(
        word[0].isupper()
        or word[0].isdigit()
        or not is_cased(word)
        or word.lower() in _SMALL_WORDS
        or word.lower().startswith(_ELISIONS)
        or "@" in word
        for word in _WORD.findall(text)
    )


_PARENTHESIS = re.compile(r"(?<=[.!?\"”»)。…؟])\s*(?P<credit>[(\[（])")
_MAX_PARENTHESES = 8


def glued_credit(paragraph: str) -> int | None:
    """Where a credit in parentheses begins that stands behind the last sentence."""
    if not paragraph.rstrip(".").endswith((")", "]", "）")):
        return None
    floor = max(0, len(paragraph) - _MAX_CREDIT_CHARACTERS)
    starts = [match.start("credit") for match in _PARENTHESIS.finditer(paragraph, floor)]
    credits_ = (at for at in starts[-_MAX_PARENTHESES:] if is_credit(paragraph[at:]))
    return next(credits_, None)


def reporters(credit: str) -> tuple[str, ...]:
    """Names of those who reported, as a credit says; agencies, writers and editors are not."""
    match = _REPORTERS.match(credit)
    if match is None:
        return ()
    names = _JOINT.split(_OTHER_CLAUSE.sub("", match["names"]))
    people = (without_where(name).strip(" .") for name in names)
    return tuple(name for name in people if is_author(name) and name.lower() not in AGENCIES)
