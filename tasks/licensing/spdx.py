"""SPDX license expressions, checked by license-expression against SPDX's list of licenses."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from license_expression import Licensing

_MAX_EXPRESSION = 200  # characters; longer ones are no license that somebody wrote down
# license-expression breaks on some of what is none, such as "()".
_SHAPE = re.compile(r"\(*[\w.+-]+\)*(?: (?:and|or|with) \(*[\w.+-]+\)*)*", re.ASCII | re.IGNORECASE)
# SPDX specification 2.3, Annex D: an idstring is letters, digits, `-` and `.`.
_OWN_LICENSE = re.compile(r"LicenseRef-[A-Za-z0-9.-]{1,60}")
_OPERATOR = re.compile(r"\s(?:and|or|with)\s", re.IGNORECASE)
_REMEMBERED = 1000


@lru_cache(maxsize=_REMEMBERED)
def normalise_expression(text: str) -> str | None:
    """The SPDX expression that a text is, as SPDX spells it; None if it is none.

    Ids are those of SPDX's list and well-formed LicenseRefs: "cc-by-4.0 or MIT" is
    "CC-BY-4.0 OR MIT". The first call loads the list, for a tenth of a second or more.
    """
    text = " ".join(text.split())
    if len(text) > _MAX_EXPRESSION or not _SHAPE.fullmatch(text):
        return None
    from license_expression import ExpressionError, ExpressionParseError

    spdx = _spdx_list()
    try:
        parsed = spdx.parse(text, strict=True)
    except (ExpressionError, ExpressionParseError):
        return None
    if not all(map(_OWN_LICENSE.fullmatch, spdx.unknown_license_keys(parsed))):
        return None
    return str(parsed)


def is_compound(text: str) -> bool:
    """Whether a text may be an expression of several licenses: "CC-BY-4.0 OR MIT"."""
    return _OPERATOR.search(text[: 2 * _MAX_EXPRESSION]) is not None


@lru_cache(maxsize=1)
def _spdx_list() -> Licensing:
    """SPDX's ids, without the LicenseRefs of others that license-expression counts among them."""
    from license_expression import LicenseSymbol, Licensing, get_license_index

    return Licensing(
        LicenseSymbol(entry["spdx_license_key"], names, is_exception=entry["is_exception"])
        for entry in get_license_index()
        if _is_listed(entry.get("spdx_license_key")) and not entry["is_deprecated"]
        for names in [tuple(filter(_is_listed, entry["other_spdx_license_keys"]))]
    )


def _is_listed(name: str | None) -> bool:
    return bool(name) and not str(name).startswith("LicenseRef-")
