"""Lines that agencies put above a text: slugs, advisories, corrections; and marks of end and page.

Each is told by its whole form, as headlines and first sentences stand next to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tasks.wire_phrases import (
    BARE_UPDATE_OPENINGS,
    CORRECTION_LABELS,
    CORRECTION_OPENINGS,
    CORRECTION_WORDS,
    EDITOR_CALLS,
    EMBARGO_OPENINGS,
    END_MARKS,
    PAGE_MARKS,
    RELEASE_LINES,
    UPDATE_OPENINGS,
    UPDATE_WORDS,
    URGENCY_LINES,
)

SLUG = "slug"
ADVISORY = "advisory"
CORRECTION = "correction"

_MAX_SLUG_CHARACTERS = 120
_MAX_EMBARGO_CHARACTERS = 120
_MAX_MARK_CHARACTERS = 600
_MAX_END_MARK_CHARACTERS = 24


def one_of(phrases: Iterable[str]) -> str:
    """A pattern that matches any of some phrases, the longest first."""
    return "|".join(re.escape(p) for p in sorted(phrases, key=lambda p: (-len(p), p)))


def head_mark(paragraph: str) -> str | None:
    """The kind of a line above the headline or the dateline; None if it is the text's own."""
    if len(paragraph) > _MAX_MARK_CHARACTERS:
        return None
    if is_slug(paragraph):
        return SLUG
    if is_correction(paragraph):
        return CORRECTION
    return ADVISORY if _is_advisory(paragraph) else None


# Slugs name a story on the wire, and its version; nobody else writes so.
_SLUG = re.compile(
    # The Associated Press, by cycle: "BC-EU--Talks, 2nd Ld-Writethru", "AM-IRAN:TALKS/".
    r"(?:AM|PM|BC)-[^\s,.-]{2,40}--[^.!?]{2,80}"
    # The New York Times, with what it is and how long.
    r"|BC-[^\s,]{2,60} [–—-]{1,2} [^.!?]{2,60}"
    r"|(?:BC-[^\s,]{2,60}|(?:AM|PM)-[^\s,:/-]{2,30}[-:/][^\s,]{0,50})(?:,\s?\d{1,5})?"
    r"|[^\s,.][^,.!?]{1,70},\s?(?:(?:\d{1,2}(?:st|nd|rd|th)|URGENT) L[dD](?:-?Writethru)?|"
    r"L[dD]-?Writethru)(?:[,-]\s?[\w -]{1,30})?"
    # Agence France-Presse: "Iran-nuclear-talks,2ndlead-WRAP".
    r"|[^\s,]{3,60},(?:\d{0,2}(?:st|nd|rd|th)?(?:lead|LEAD)|urgent|URGENT|sched)(?:[-,]\w{1,12}){0,2}"
    # Reuters, "IRAN-TALKS/ (UPDATE 2)"; the line of keywords of dpa, "Konflikte/Nahost/".
    r"|[A-Z][A-Z0-9&.:'-]{2,40}/(?: ?\([A-Z0-9 ,.:/-]{2,40}\))?"
    r"|[^\W\d_a-z][\w.-]{1,30}(?:/[^\W_a-z][\w .-]{1,30}){1,6}/"
    # IPTC 7901: service and number, priority, category, count of words, keywords.
    r"|[a-z]{2,4}\d{3,4} \d [a-z]{1,4} \d{1,5}(?: [\w/.-]{1,20}){0,6}"
)
_DECORATION = "+*=-–—!:. ()[]"


def is_slug(line: str) -> bool:
    """Whether a line is a slug, a wire's header or a bare "URGENT"."""
    if len(line) > _MAX_SLUG_CHARACTERS:
        return False
    if _SLUG.fullmatch(line):
        return True
    bare = line.strip(_DECORATION)
    is_marked = len(bare) < len(line) or bare == bare.upper()
    return is_marked and bare.lower() in URGENCY_LINES


_TIME_OR_DATE = re.compile(
    r"\d[:.h]\d\d|\d ?(?:h\b|hrs\b|hours\b|uhr|gmt|utc|ces?t\b|e[sd]?t\b|bst\b|a\.?m\b|p\.?m\b|час|"
    r"ч\b|時|时|点)|\d\. ?\d{1,2}\.|\d/\d",
    re.IGNORECASE,
)
_EMBARGO = re.compile(
    # Behind a mere "Embargo:" the time follows at once: else it is a kicker.
    rf"\W{{0,3}}(?:(?:{one_of(EMBARGO_OPENINGS)})\b|embargo(?:ed)?\s?:\s(?:\w+,? ){{0,2}}\d)"
    r".{2,}",
    re.IGNORECASE,
)
_WITH_A_DATE = re.compile(
    r"\W{1,3}(?:[^\W\d_]{2,12}\W{1,2}){0,2}\d{1,2}\W{0,3}(?:de )?(?:\w{1,12}\W{1,2})?(?:de )?"
    r"(?:19|20)\d\d"
)
_EDITOR_CALL = re.compile(
    rf"[(\[]?(?:{one_of(EDITOR_CALLS)})(?:\s?:\s|\s[–—-]{{1,2}}\s).{{2,}}|(?:{one_of(EDITOR_CALLS)}):?"
)
_UPDATE = re.compile(
    rf"[(\[]\s?(?:eds?:\s?)?(?:{one_of(UPDATE_OPENINGS)})\b[^()\[\]]{{0,250}}[)\]]", re.IGNORECASE
)
_BARE_UPDATE = re.compile(
    rf"(?:{one_of(BARE_UPDATE_OPENINGS)})\b(?P<rest>[^.!?]{{0,120}})", re.IGNORECASE
)


def _is_advisory(line: str) -> bool:
    plain = line.replace("’", "'")
    if _EDITOR_CALL.fullmatch(plain) or _UPDATE.fullmatch(line) or _is_release(plain):
        return True
    if len(line) > _MAX_EMBARGO_CHARACTERS:
        return False
    if _EMBARGO.fullmatch(plain) and _TIME_OR_DATE.search(line):
        return True
    return _is_bare_update(line)


_PARAGRAPH_NUMBER = re.compile(r"\b(?:paras?|paragraphs?|grafs?) \d{1,2}\b", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")


def _is_bare_update(line: str) -> bool:
    """Whether a line says what is new, and names the paragraph or says it in editors' words only.

    "Adds quotes to menu" is a headline.
    """
    update = _BARE_UPDATE.fullmatch(line)
    if update is None:
        return False
    words = _LETTERS.findall(update["rest"].lower())
    if _PARAGRAPH_NUMBER.search(line):
        return True
    return UPDATE_WORDS.issuperset(words) and (bool(words) or line.lower().endswith("throughout"))


_RELEASE_JOINT = re.compile(r"\s?[:|/–—]\s?|\s-{1,2}\s")


def _is_release(line: str) -> bool:
    """Whether a line says only that this is a release, to be used at once, perhaps from when."""
    if len(line) > _MAX_EMBARGO_CHARACTERS:
        return False
    lowered = line.lower().strip(_DECORATION)
    if all(part in RELEASE_LINES for part in _RELEASE_JOINT.split(lowered)):
        return True
    return any(
        lowered.startswith(opening) and _WITH_A_DATE.fullmatch(lowered, len(opening))
        for opening in RELEASE_LINES
    )


_CORRECTION = re.compile(
    rf"[(\[]\s?(?:eds?:\s?)?(?:{one_of(CORRECTION_OPENINGS)})\b[^()\[\]]{{2,500}}[)\]]",
    re.IGNORECASE,
)
_BARE_CORRECTION = re.compile(
    r"corrects\b[^.!?]{0,80}\b(?:spelling|paras?|paragraphs?|grafs?|headline|dateline|byline|slug|"
    r"throughout)\b[^.!?]{0,60}",
    re.IGNORECASE,
)
_LABELLED_CORRECTION = re.compile(
    rf"[(\[*]{{0,2}}(?P<label>{one_of(CORRECTION_LABELS)})(?:,? [\w.,]{{2,12}}){{0,4}}"
    r"(?:\s?:|\s[–—-]{1,2})\s(?P<words>.+)",
    re.IGNORECASE,
)
_SENTENCE_ENDS = (".", "!", ")", "]", "*", '"', "”", "»")
_CORRECTION_WORD = re.compile(one_of(CORRECTION_WORDS), re.IGNORECASE)
_SELF_CORRECTION = re.compile(
    r"[(\[]?This (?:story|article|report|version|item|dispatch)(?: of the story)? "
    r"(?:(?:has been|was) (?:corrected|amended|updated|refiled)(?: on [^.]{3,40})? to "
    r"(?:correct|show|reflect|fix|clarify|remove|say|state|indicate|attribute)|CORRECTS)\b.*"
)


def is_correction(line: str) -> bool:
    """Whether a paragraph says what an earlier version had wrong."""
    if len(line) > _MAX_MARK_CHARACTERS:
        return False
    forms = (_CORRECTION, _BARE_CORRECTION, _SELF_CORRECTION)
    if any(form.fullmatch(line) for form in forms):
        return True
    labelled = _LABELLED_CORRECTION.fullmatch(line.replace("’", "'"))
    if labelled is None or not _CORRECTION_WORD.search(labelled["words"]):
        return False
    # A headline is no sentence; only editors are told in less.
    return line.endswith(_SENTENCE_ENDS) or labelled["label"].lower().startswith("ed")


_RULE = re.compile(r"[=_*~#+–—-]{3,200}")
RULE = "end-mark"  # as below a text


def is_rule(paragraph: str) -> bool:
    """Whether a paragraph is but a line across the page."""
    return _RULE.fullmatch(paragraph) is not None


def is_end_mark(paragraph: str) -> bool:
    """Whether a paragraph is but a mark that the text, or its page, ends."""
    if is_rule(paragraph):
        return True
    if len(paragraph) > _MAX_END_MARK_CHARACTERS:
        return False
    return is_page_mark(paragraph) or paragraph.replace(" ", "").lower() in END_MARKS


def is_page_mark(paragraph: str) -> bool:
    """Whether a paragraph is but a mark that the text goes on behind a page break."""
    if len(paragraph) > _MAX_END_MARK_CHARACTERS:
        return False
    return paragraph.replace(" ", "").lower() in PAGE_MARKS


_PAGE_NUMBER = re.compile(
    r"[-–—] ?\d{1,2} ?[-–—]|\d(?:-\d){1,6}-?|(?:add|page|seite|página) ?\d{1,2}"
)


def is_page_header(paragraph: str) -> bool:
    """Whether a paragraph behind a page break is but the page's number or the slug again."""
    if len(paragraph) > _MAX_SLUG_CHARACTERS:
        return False
    return is_slug(paragraph) or _PAGE_NUMBER.fullmatch(paragraph.lower()) is not None


_GLUED_MARK = re.compile(
    r"(?<=[.!?\"”»)）。])\s+(?P<mark>[-–—]{1,2}\s?30\s?[-–—]{1,2}|#\s?#\s?#|\((?:more|MORE|ends?|END"
    r"S?|Ends?)\)|-{1,2}(?:more|MORE)-{1,2}|ENDS?|Enditem|[-–]\s?ENDS?\s?[-–])$"
    r"|(?<=[。！？”」])\s*(?P<han>[(（][完了][)）])$|(?<=[.؟!»”])\s*(?P<persian>/?انتهای پیام/?)$"
)
_GLUED_PAGE_MARK = re.compile(
    r"(?<=[.!?\"”»)])\s+(?P<mark>\((?:more|MORE)\)|-{1,2}(?:more|MORE)-{1,2})$"
)
_LONGEST_GLUED_MARK = 40


def glued_end_mark(paragraph: str) -> int | None:
    """Where an end mark begins that stands behind the last sentence."""
    return _glued(_GLUED_MARK, paragraph)


def glued_page_mark(paragraph: str) -> int | None:
    """Where a mark of a page's end begins that stands behind the last sentence."""
    return _glued(_GLUED_PAGE_MARK, paragraph)


def _glued(mark: re.Pattern[str], paragraph: str) -> int | None:
    # By position, not in a slice: the look behind sees the end of the sentence before.
    match = mark.search(paragraph, max(0, len(paragraph) - _LONGEST_GLUED_MARK))
    return match.start(match.lastgroup or 0) if match else None
