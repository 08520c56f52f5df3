"""News agencies: whose copy an article is, and whether the agency is the publisher itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tasks.wire_rules import AGENCIES

_CREDIT_LABEL = re.compile(
    r"[\s(\[*–—-]{0,4}(?:(?:source|quelle|fuente|fonte|bron|источник|منبع|المصدر|来源|來源|出典|"
    r"by|von|par|por)[\s:：]{1,3})?",
    re.IGNORECASE,
)
_AMONG_AGENCIES = re.compile(
    r"[,;|/&+()\[\]–—]|\s-\s|\s(?:and|with|und|mit|et|avec|y|con|e|en|met|и|for|für|pour|para|per|"
    r"voor|para|via|from|of|at|von|vom|de|di|da|van|для|و)\s",
    re.IGNORECASE,
)
_STAFF = re.compile(r"\s(?:staff|desk|newsroom|bureau|reporters?)$", re.IGNORECASE)
# Agencies, unnamed: "Staff and agencies".
_SOME_AGENCIES = frozenset(
    {
        "agencies", "news agencies", "agency reports", "agency", "news agency", "wire reports",
        "wire services", "news services", "wires", "agenturen", "nachrichtenagenturen", "agences",
        "agencias", "agências", "agenzie", "persbureaus", "agentschappen", "агентства",
        "информагентства", "خبرگزاری‌ها", "الوكالات", "وكالات", "综合外电", "外电",
    }
)  # fmt: skip
_MAX_CREDIT = 60
_WORDS = re.compile(r"\w+")


def agency_of(authors: Iterable[str], text: str = "") -> str | None:
    """The agency whose copy an article is by its signature, for articles without a dateline.

    Args:
        authors: As the page names them; one of them, or a part of one, may be an agency.
        text: The body; its last line may be a credit: "Source: Reuters", "(AFP)".
    """
    _, is_line, credit = text[-_MAX_CREDIT:].rpartition("\n")
    credited = _CREDIT_LABEL.sub("", credit, count=1).rstrip(" .)]*") if is_line else ""
    for signature in (*authors, credited):
        for name in _AMONG_AGENCIES.split(signature[:200]):
            plain = _STAFF.sub("", " ".join(name.split()))
            if plain.lower() in _SOME_AGENCIES:
                return plain
            if plain.lower() in AGENCIES and not _is_like_a_given_name(plain):
                return plain
    return None


def is_named(agency: str) -> bool:
    """Whether an agency of `agency_of` is one, and not just "agencies"."""
    return agency.lower() not in _SOME_AGENCIES


def is_own_agency(agency: str, owners: Iterable[str | None]) -> bool:
    """Whether the agency is the publisher or the holder: by name, part of it, or initials."""
    if not is_named(agency):
        return False
    name = agency.partition("/")[0].strip().casefold()
    for owner in owners:
        words = _WORDS.findall((owner or "").casefold())
        own = [word for word in words if word not in {"the", "of"}]
        initials = "".join(word[0] for word in own)
        if own and (name == initials or _is_within(_WORDS.findall(name), words)):
            return True
    return False


def _is_like_a_given_name(name: str) -> bool:
    """As "Ani" and "Ina" are; "ANI" and "dpa" are initials."""
    return len(name) <= 3 and name[:1].isupper() and name[1:].islower()  # noqa: PLR2004 - letters


def _is_within(part: list[str], whole: list[str]) -> bool:
    return bool(part) and any(
        whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1)
    )
