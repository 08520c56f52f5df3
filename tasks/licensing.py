"""Rights of an article: what all statements about it add up to.

Parts: names of licenses in `license_rules`, sentences in `license_sentence`, footers of plain text
in `license_text`, mark-up in `license_page`. This module decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from expectations.records import Rights
from tasks.license_page import PageRights, rights_in_page, rights_reserved
from tasks.license_rules import (
    ALL_RIGHTS_RESERVED,
    RESTRICTIVENESS,
    Statement,
    kind_of,
    parse_license,
    version_and_port,
)
from tasks.license_text import cut_footer, statements_in_text
from tasks.wire_rules import AGENCIES

__all__ = [
    "PageRights",
    "Statement",
    "agency_of",
    "attribution_line",
    "cut_footer",
    "decide",
    "parse_license",
    "rights_in_page",
    "rights_reserved",
    "statements_in_text",
]

# Who is believed first where several say the same: machine-readable words before prose, the
# article's own before the source's.
_SOURCES = ("rel", "json-ld", "meta", "text", "link", "registry", "given")
_SCOPES = ("article", "text-only", "site", "unknown")
_MAX_EVIDENCES = 4


def decide(
    statements: Iterable[Statement],
    *,
    given: str | None,
    publisher: str | None,
    agency: str | None,
) -> Rights:
    """Decide whose an article is and what may be done with it.

    Statements that disagree set `license_conflict`; the more restrictive one is taken and the
    evidence names all. Agency copy does not inherit a free license of the site that prints it.
    `attribution` and `rights_reserved` are left to the caller.

    Args:
        statements: What text and page state, in any order.
        given: License that came beside the page, as an id, an address or a name.
        publisher: Who publishes the article.
        agency: News agency that it is signed by.
    """
    stated = list(statements)
    if given and (named := parse_license(given)):
        stated.append(Statement(*named, "unknown", "given", " ".join(given.split())))
    foreign = agency is not None and not _is_own_agency(agency, stated, publisher)
    if foreign:
        stated = [s for s in stated if s.scope == "article" or s.spdx == ALL_RIGHTS_RESERVED]
    holder = agency if foreign else _first_holder(stated)
    licensed = sorted((s for s in stated if s.spdx), key=_rank)
    if not licensed:
        return Rights(rights_holder=holder)
    kept = _most_restrictive(licensed)
    agreeing = [s for s in licensed if _agree(s, kept)]
    conflict = not all(_agree(one, other) for one in licensed for other in licensed)
    evidence = _evidence(licensed) if conflict else kept.evidence
    return Rights(
        license=kept.spdx,
        license_url=kept.url,
        license_scope=next((s.scope for s in (kept, *agreeing) if s.scope != "unknown"), "unknown"),
        license_source=kept.source,
        license_evidence=evidence,
        license_conflict=conflict,
        rights_holder=kept.holder or holder,
    )


_CREDIT_LABEL = re.compile(
    r"[\s(\[*–—-]{0,4}(?:(?:source|quelle|fuente|fonte|bron|источник|منبع|المصدر|来源|來源|出典|"
    r"by|von|par|por)[\s:：]{1,3})?",
    re.IGNORECASE,
)
_AMONG_AGENCIES = re.compile(
    r"[,;|/&+()\[\]]|\s(?:and|with|und|mit|et|avec|y|con|e|en|met|и)\s", re.IGNORECASE
)
_STAFF = re.compile(r"\s(?:staff|desk|newsroom|bureau|reporters?)$", re.IGNORECASE)
_MAX_CREDIT = 60


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
            if plain.lower() in AGENCIES and not _is_like_a_given_name(plain):
                return plain
    return None


def _is_like_a_given_name(name: str) -> bool:
    """As "Ani" and "Ina" are; "ANI" and "dpa" are initials."""
    return len(name) <= 3 and name[:1].isupper() and name[1:].islower()  # noqa: PLR2004 - letters


def attribution_line(
    title: str | None,
    authors: Iterable[str],
    rights: Rights,
    url: str | None,
    publisher: str | None,
) -> str | None:
    """A credit line ready to print: title, authors, holder, license and addresses.

    None where no license allows reuse.
    """
    if rights.license is None or rights.license == ALL_RIGHTS_RESERVED:
        return None
    names = ", ".join(authors)
    holder = rights.rights_holder or publisher or ""
    license_name = rights.license.removeprefix("LicenseRef-")
    if license_name.startswith("CC-"):
        # As Creative Commons writes them: "CC BY-NC-SA 3.0 DE".
        kind = kind_of(rights.license)
        license_name = " ".join(filter(None, ("CC", kind, *version_and_port(rights.license))))
    if rights.license_url:
        license_name = f"{license_name} ({rights.license_url})"
    credit = [f"“{title}”" if title else None, f"by {names}" if names else None]
    parts = [" ".join(filter(None, credit)), "" if holder in names else holder, license_name, url]
    return ", ".join(filter(None, parts))


def _rank(statement: Statement) -> tuple[int, int, int, str, str]:
    """Order among statements that agree: the more exact, then the better source and scope."""
    exactness = sum(part is not None for part in version_and_port(statement.spdx or ""))
    source, scope = _SOURCES.index(statement.source), _SCOPES.index(statement.scope)
    return (-exactness, source, scope, statement.spdx or "", statement.evidence)


def _most_restrictive(ranked: list[Statement]) -> Statement:
    """The most restrictive statement that names a kind; the best of its equals."""
    exact = [s for s in ranked if _kind(s) != "CC"] or ranked
    return max(exact, key=lambda s: RESTRICTIVENESS.index(_kind(s)))


def _kind(statement: Statement) -> str:
    return kind_of(statement.spdx or "")


def _agree(one: Statement, other: Statement) -> bool:
    """Whether two statements can both be true: one may be less exact than the other."""
    if one.spdx == other.spdx:
        return True
    kinds = {_kind(one), _kind(other)}
    if "CC" in kinds:
        return not kinds & {"ARR", "PD", "OTHER"}
    if len(kinds) > 1 or "OTHER" in kinds:
        return False
    (version, port), (other_version, other_port) = (
        version_and_port(s.spdx or "") for s in (one, other)
    )
    return (version == other_version or None in (version, other_version)) and (
        port == other_port or None in (port, other_port)
    )


def _evidence(licensed: list[Statement]) -> str:
    """The words of statements that disagree, each license once."""
    by_license = {s.spdx: s.evidence for s in reversed(licensed)}
    return " | ".join(list(dict.fromkeys(by_license.values()))[:_MAX_EVIDENCES])


def _first_holder(stated: list[Statement]) -> str | None:
    named = sorted(
        (s for s in stated if s.holder),
        key=lambda s: (_SOURCES.index(s.source), s.spdx is None, s.evidence),
    )
    return named[0].holder if named else None


_WORDS = re.compile(r"\w+")


def _is_own_agency(agency: str, stated: list[Statement], publisher: str | None) -> bool:
    """Whether the agency is the publisher or the holder: by name, part of it, or initials."""
    name = agency.partition("/")[0].strip().casefold()
    for owner in (publisher, *(s.holder for s in stated)):
        words = _WORDS.findall((owner or "").casefold())
        own = [word for word in words if word not in {"the", "of"}]
        initials = "".join(word[0] for word in own)
        if own and (name == initials or _is_within(_WORDS.findall(name), words)):
            return True
    return False


def _is_within(part: list[str], whole: list[str]) -> bool:
    return bool(part) and any(
        whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1)
    )
