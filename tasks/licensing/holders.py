"""Holders of rights, as sentences name them."""

from __future__ import annotations

import re

from tasks.licensing.denial import QUOTES
from tasks.licensing.words import ALL_RIGHTS_WORDS

_HOLDER_FORMS = (
    # "All content by NAME is licensed", "TITLE von NAME ist lizenziert"
    re.compile(
        r"\s(?:by|of|from|von|par|de|di|por|door|van)\s(?P<holder>[^,;:|]{2,80}?)\s(?:is|are|ist|sind|est|"
        r"sont|está|están|è|sono|wordt|worden)\s(?:\w{1,20}\s){0,2}?(?:licen|lizen|mis\s|available|released|"
        r"published|distribu|rilasc|veröffentlicht|publi)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:(?:©|\(c\)|copyright|copyleft)[\s:]{0,3}){1,3}(?:by\s)?(?:\d{4}(?:\s?[-–—,/]\s?(?:\d{4}|"
        r"\d{2}|present|today))?)?[\s,–—-]{0,4}(?:by\s)?(?P<holder>[^\d\s,;:|©.][^,;:|©\n]{1,80}?"
        r"(?:,\s(?:inc|llc|ltd|slu|s\.a|s\.l)\b)?)(?=\s*(?:$|[,;|©]|\.\s|\.$|\s[-–—]\s|all\srights|alle\srechte|tous\sdroits|todos\s|tutti\si|"
        r"cc[\s-]?by|creative\scommons|\d{4}|is\s(?:licensed|an?)\s|ist\slizenziert|by\s|von\s))",
        re.IGNORECASE,
    ),
    re.compile(r"licen[sc]e\sfrom\s(?P<holder>[^,;:|.]{2,80})", re.IGNORECASE),
)
_NO_HOLDER = re.compile(
    r"(?:this|the\s(?:site|author|content|article|text)|our|its|these|diese|dieses|unsere|uns|este|esta|ce|"
    r"cette|questo|all|the\s(?:authors?|owners?|publishers?)|notice|policy|law|holder|holders|and|or|is|"
    r"information|terms|infringement|copyright|alle?\s|designed|powered|created|website|"
    r"riproduzione|reproducción|licencja|unless|except|may|in|on|remains?|belongs?)\b|[(]",
    re.IGNORECASE,
)


def find_holder(sentence: str) -> str | None:
    """The holder that a license sentence or a copyright notice names; None where it has no name."""
    for form in _HOLDER_FORMS:
        match = form.search(sentence)
        if match is None:
            continue
        holder = match["holder"].strip(" .-–—")
        if holder[:1] in QUOTES:
            holder = holder.strip(QUOTES)
        by = form is _HOLDER_FORMS[0]
        if by:
            # The innermost "by": "Python Insider by the Python Core Developers".
            holder = re.split(r"\s(?:by|von|par|por)\s", holder)[-1]
            holder = holder.removeprefix("the ")
        is_name = any(map(str.isalpha, holder)) and not ALL_RIGHTS_WORDS.search(holder)
        if is_name and not _NO_HOLDER.match(holder):
            return holder
    return None
