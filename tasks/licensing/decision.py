"""What all statements about the rights in an article add up to, and how to credit it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from expectations.records import Rights
from tasks.licensing.agencies import is_named, is_own_agency
from tasks.licensing.creative_commons import parts_of
from tasks.licensing.names import ALL_RIGHTS_RESERVED, RESTRICTIVENESS, kind_of, parse_given_license
from tasks.licensing.statements import Statement

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
        given: License that came beside the page: an SPDX expression, an address or a name.
        publisher: Who publishes the article.
        agency: News agency that it is signed by.
    """
    stated = list(statements)
    if given and (named := parse_given_license(given)):
        stated.append(Statement(*named, "unknown", "given", " ".join(given.split())))
    # Not any holder: an agency's own "©" on its copy makes it no publisher of the site.
    owners = (publisher, *(s.holder for s in stated if _is_the_site_s_grant(s)))
    foreign = agency is not None and not is_own_agency(agency, owners)
    all_stated = stated
    if foreign:
        stated = [s for s in stated if s.scope == "article" or s.spdx == ALL_RIGHTS_RESERVED]
    holder = _first_holder(stated)
    if foreign and agency is not None and is_named(agency):
        holder = _first_holder([s for s in all_stated if is_own_agency(agency, (s.holder,))])
        holder = holder or agency
    licensed = sorted((s for s in stated if s.spdx), key=_rank)
    if not licensed:
        return Rights(rights_holder=holder)
    kept = _most_restrictive(licensed)
    agreeing = [s for s in licensed if _agree(s, kept)]
    different = list({s.spdx: s for s in licensed}.values())
    conflict = not all(_agree(one, other) for one, other in combinations(different, 2))
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
        license_name = " ".join(filter(None, ("CC", *parts_of(rights.license)))) or license_name
    if rights.license_url:
        license_name = f"{license_name} ({rights.license_url})"
    credit = [f"“{title}”" if title else None, f"by {names}" if names else None]
    parts = [" ".join(filter(None, credit)), "" if holder in names else holder, license_name, url]
    return ", ".join(filter(None, parts))


def _is_the_site_s_grant(statement: Statement) -> bool:
    if statement.source == "registry":
        return True
    granted = statement.spdx not in {None, ALL_RIGHTS_RESERVED}
    return granted and statement.scope != "article"


def _rank(statement: Statement) -> tuple[int, int, int, str, str]:
    """Order among statements that agree: the more exact, then the better source and scope."""
    exactness = sum(part is not None for part in parts_of(statement.spdx or "")[1:])
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
    (_, version, port), (_, other_version, other_port) = (
        parts_of(s.spdx or "") for s in (one, other)
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
