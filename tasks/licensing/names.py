"""Names of licenses: read from ids, addresses and words, and compared."""

from __future__ import annotations

import re

from tasks.licensing.creative_commons import (
    CC0_URL,
    CC_KIND_UNKNOWN,
    PDDC_URL,
    PDM_URL,
    parts_of,
    read_cc0,
    read_id,
    read_name,
    read_url,
    with_restrictions,
    words_behind,
)
from tasks.licensing.denial import denies
from tasks.licensing.folding import fold
from tasks.licensing.spdx import is_compound, normalise_expression
from tasks.licensing.statements import License
from tasks.licensing.words import ALL_RIGHTS_WORDS, NAMES_LICENSE, PUBLIC_DOMAIN_WORDS

ALL_RIGHTS_RESERVED = "LicenseRef-AllRightsReserved"
PUBLIC_DOMAIN = "LicenseRef-PublicDomain"
OGL_VERSION_UNKNOWN = "LicenseRef-OGL"
OGL_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/"
# From free to closed; the more restrictive of two statements is the one to obey. What is not
# compared (OTHER) counts as stricter than any Creative Commons license: nothing is promised.
RESTRICTIVENESS = (
    "CC0", "PDM", "PD", "BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND", "CC", "OTHER",
    "ARR",
)  # fmt: skip

_OGL = re.compile(
    r"open government licen[cs]e(?P<canada>[\s,(-]{1,4}canada)?\s?[,(]?\s?v?(?:ersion\s)?"
    r"(?:(?P<version>[123])\.0)?",
    re.IGNORECASE,
)
_OTHER_NAMES = {
    "etalab-2.0": re.compile(r"(?:licence ouverte|etalab).{0,40}2\.0", re.IGNORECASE),
    "DL-DE-BY-2.0": re.compile(
        r"datenlizenz deutschland.{0,5}namensnennung.{0,14}2\.0", re.IGNORECASE
    ),
    "DL-DE-ZERO-2.0": re.compile(r"datenlizenz deutschland.{0,5}zero.{0,14}2\.0", re.IGNORECASE),
    "CC-PDM-1.0": re.compile(r"public[- ]domain mark", re.IGNORECASE),
}
# Licenses that need no reading, with their addresses.
_URLS = {
    **dict.fromkeys((ALL_RIGHTS_RESERVED, PUBLIC_DOMAIN, CC_KIND_UNKNOWN, OGL_VERSION_UNKNOWN)),
    "CC0-1.0": CC0_URL,
    "CC-PDM-1.0": PDM_URL,
    "CC-PDDC": PDDC_URL,
    "etalab-2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "DL-DE-BY-2.0": "https://www.govdata.de/dl-de/by-2-0",
    "DL-DE-ZERO-2.0": "https://www.govdata.de/dl-de/zero-2-0",
    "OGL-Canada-2.0": "https://open.canada.ca/en/open-government-licence-canada",
    **{f"OGL-UK-{version}.0": f"{OGL_URL}{version}/" for version in "123"},
}
_KINDS = {
    ALL_RIGHTS_RESERVED: "ARR",
    PUBLIC_DOMAIN: "PD",
    CC_KIND_UNKNOWN: "CC",
    "CC0-1.0": "CC0",
    "CC-PDM-1.0": "PDM",
    "CC-PDDC": "PDM",
}
_ADDRESS = re.compile(r"//(?!(?:www\.)?creativecommons\.org(?:[/\s]|$))[^\s\"'<>]+")
_MAX_NAME = 2000  # characters


def parse_license(text: str) -> tuple[str, str | None] | None:
    """Read a license from its id, address or name: (SPDX id, URL of the license).

    None if it names no license that is known here; "CC BY 5.0", a version that does not exist,
    keeps its kind only. Of the wording only "not CC BY" is judged: call it where a license is
    expected.
    """
    folded = fold(text[:_MAX_NAME]).text
    found = read_license(folded)
    if found is None or (found.spdx != ALL_RIGHTS_RESERVED and _is_denied(folded)):
        return None
    return found.spdx, found.url


def parse_given_license(text: str) -> tuple[str, str | None] | None:
    """Like `parse_license`, for what somebody states on purpose: any SPDX expression as well.

    "ODC-By-1.0" and "CC-BY-4.0 OR MIT" are kept, in SPDX's spelling.
    """
    if not is_compound(text) and (named := parse_license(text)):
        return named
    expression = normalise_expression(text)
    return (expression, None) if expression else parse_license(text)


def read_license(text: str) -> License | None:
    """Like `parse_license`, for a text that is folded already, without judging any wording."""
    found = read_url(text)
    if found is None and "//" in text:
        text = _ADDRESS.sub(" ", text)  # the names in another's address name no license
    found = found or next(filter(None, (read(text) for read in _READERS)), None)
    return found and with_restrictions(found, words_behind(text))


def _is_denied(text: str) -> bool:
    name = NAMES_LICENSE.search(text)
    return name is not None and denies(text[: name.start()])


def read_notice(text: str) -> License | None:
    """Like `read_license`, for a text that names no license: reserved rights, public domain."""
    if ALL_RIGHTS_WORDS.search(text):
        return License(ALL_RIGHTS_RESERVED, None)
    return License(PUBLIC_DOMAIN, None) if PUBLIC_DOMAIN_WORDS.search(text) else None


def kind_of(spdx: str) -> str:
    """The entry of RESTRICTIVENESS that a license belongs to; OTHER for what is not compared."""
    if spdx in _KINDS:
        return _KINDS[spdx]
    kind, _, _ = parts_of(spdx)
    return kind if kind in RESTRICTIVENESS else "OTHER"


def _from_id(text: str) -> License | None:
    spdx = text.strip()
    return read_id(spdx) or (_known(spdx) if spdx in _URLS else None)


def _from_other_name(text: str) -> License | None:
    named = (spdx for spdx, form in _OTHER_NAMES.items() if form.search(text))
    return next(map(_known, named), None)


def _from_ogl(text: str) -> License | None:
    match = _OGL.search(text)
    if match is None:
        return None
    if match["canada"]:
        return _known("OGL-Canada-2.0")
    version = match["version"]
    return _known(f"OGL-UK-{version}.0" if version else OGL_VERSION_UNKNOWN)


def _known(spdx: str) -> License:
    return License(spdx, _URLS[spdx])


_READERS = (_from_id, read_cc0, _from_other_name, read_name, _from_ogl, read_notice)
