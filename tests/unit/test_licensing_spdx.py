"""License ids and expressions against SPDX's own list."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from license_expression import get_license_index

from tasks.licensing import Statement, decide, parse_given_license, parse_license
from tasks.licensing.creative_commons import CC_PORTS, CC_VERSIONS, SPDX_KINDS, SPDX_PORTS
from tasks.licensing.names import RESTRICTIVENESS, kind_of
from tasks.licensing.spdx import normalise_expression

LISTED = {
    entry["spdx_license_key"]
    for entry in get_license_index()
    if not entry["is_exception"] and not entry["is_deprecated"] and entry.get("spdx_license_key")
    if not entry["spdx_license_key"].startswith("LicenseRef-")
}
ROOT = Path(__file__).parents[2]
PORTS = ("", *sorted({f"-{port}" for port in CC_PORTS.values()}))
NAMED = (
    "Open Government Licence v1.0", "Open Government Licence v2.0", "OGL-UK-3.0",
    "Open Government Licence", "Open Government Licence - Canada", "Licence Ouverte version 2.0",
    "Datenlizenz Deutschland – Namensnennung – Version 2.0", "CC0", "Creative Commons",
    "Datenlizenz Deutschland – Zero – Version 2.0", "Public Domain Mark", "All rights reserved.",
    "This text is in the public domain.", "https://creativecommons.org/licenses/publicdomain/",
)  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SPDX_KINDS | {"BY-NC-ND-SA"}))
def test_each_creative_commons_license_has_its_spdx_id_or_a_license_ref(kind: str) -> None:
    for version in sorted(CC_VERSIONS):
        for port in PORTS:
            stated = f"CC-{kind}-{version}{port}"
            found = parse_license(stated)
            assert found is not None
            assert normalise_expression(found[0]) == found[0]
            assert (found[0] == stated) == (stated in LISTED) or version == "4.0"


def test_no_port_of_spdx_s_list_is_missing_from_the_table() -> None:
    ported = {spdx for spdx in LISTED if spdx.startswith("CC-BY-") and not spdx[-1].isdigit()}
    assert ported == SPDX_PORTS


@pytest.mark.parametrize("named", NAMED)
def test_each_other_license_has_its_spdx_id_or_a_license_ref(named: str) -> None:
    found = parse_license(named)
    assert found is not None
    assert normalise_expression(found[0]) == found[0]
    assert parse_license(found[0]) == found


def test_each_license_of_spdx_s_list_is_kept_as_it_is_listed() -> None:
    read = {spdx: parse_given_license(spdx) for spdx in LISTED}
    assert [spdx for spdx, found in read.items() if found is None or found[0] != spdx] == []


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("ODC-By-1.0", "ODC-By-1.0"),
        ("gfdl-1.3-OR-later", "GFDL-1.3-or-later"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("cc-by-4.0 or mit", "CC-BY-4.0 OR MIT"),
        ("CC-BY-4.0  AND\n(MIT OR ISC)", "CC-BY-4.0 AND (MIT OR ISC)"),
        ("MIT OR LicenseRef-Newsroom-2", "MIT OR LicenseRef-Newsroom-2"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ("LicenseRef-Newsroom-2", "LicenseRef-Newsroom-2"),
        ("LicenseRef-PublicDomain", "LicenseRef-PublicDomain"),  # another's alias elsewhere
        ("proprietary", None),
        ("LicenseRef-", None),
        ("LicenseRef-" + "x" * 61, None),
        ("LLVM-exception", None),
        ("MIT OR", None),
        ("MIT License", None),
        ("()", None),
        ("", None),
        (" OR ".join(["MIT"] * 1000), None),
        ("(" * 150 + "MIT", None),
        ("MIT\0", None),
    ],
)
def test_an_expression_is_normalised_and_what_is_none_is_refused(
    text: str, expression: str | None
) -> None:
    assert normalise_expression(text) == expression


_TOKENS = st.sampled_from(
    ["MIT", "or", "AND", "with", "LLVM-exception", "LicenseRef-a", "(", ")", "(MIT", "MIT)", "+"]
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=30), st.lists(_TOKENS, max_size=9).map(" ".join)))
def test_whatever_is_given_is_an_expression_or_none(text: str) -> None:
    found = normalise_expression(text)
    assert found is None or normalise_expression(found) == found


@pytest.mark.parametrize(
    ("given_license", "spdx"),
    [
        ("ODC-By-1.0", "ODC-By-1.0"),
        ("CC-BY-4.0 OR MIT", "CC-BY-4.0 OR MIT"),
        ("mit", "MIT"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("Licensed under CC BY-SA 4.0 and owned by Example", "CC-BY-SA-4.0"),
        ("see our terms and conditions", None),
        ("proprietary", None),
    ],
)
def test_a_given_license_may_be_any_of_spdx(given_license: str, spdx: str | None) -> None:
    found = decide((), given=given_license, publisher=None, agency=None)
    assert found.license == spdx
    assert found.license_evidence == (given_license if spdx else None)


@pytest.mark.parametrize("spdx", ["MIT", "ODC-By-1.0", "CC-BY-4.0 OR MIT", "LicenseRef-Newsroom-2"])
def test_a_license_that_is_not_compared_is_stricter_than_creative_commons(spdx: str) -> None:
    assert RESTRICTIVENESS.index(kind_of(spdx)) > RESTRICTIVENESS.index("BY-NC-ND")
    free = Statement("CC-BY-4.0", None, "site", "text", "words")
    found = decide([free], given=spdx, publisher=None, agency=None)
    assert (found.license, found.license_conflict) == (spdx, True)
    assert sorted((found.license_evidence or "").split(" | ")) == sorted([spdx, "words"])


LOADS_NOTHING = """
import sys
from tasks import licensing
licensing.parse_license("CC BY 4.0")
for given in ("CC-BY-4.0", "CC BY 4.0", "All rights reserved", "Our own terms: see the site"):
    licensing.decide((), given=given, publisher=None, agency=None)
assert "license_expression" not in sys.modules
"""


def test_spdx_s_list_is_loaded_only_for_what_our_own_names_do_not_know() -> None:
    subprocess.run([sys.executable, "-c", LOADS_NOTHING], cwd=ROOT, check=True)
