"""Entries of the registry held against what was found at their sites."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.licensing import Statement
from tasks.registry import EntryKind, Source
from tasks.site_check import DocumentLook, SiteLook
from tasks.source_check import check_site, check_unfetched, site_to_check

HOME = "https://news.example/"
FEED = f"{HOME}feed"
ENTRY = Source(source_id="a", name="A", kind=EntryKind.SITE, homepage=HOME)
CC_BY = replace(ENTRY, license="CC-BY-4.0", license_evidence="so")
LOOK = SiteLook(
    source_id="a",
    homepage=HOME,
    language="en",
    feeds=(FEED,),
    documents=(DocumentLook(url=FEED, links=2, newest_at=datetime(2026, 11, 2, tzinfo=UTC)),),
)


def stating(*licenses: str, scope: str = "site") -> SiteLook:
    statements = (Statement(spdx, None, scope, "text", f"Words of {spdx}") for spdx in licenses)
    return replace(LOOK, statements=tuple(statements))


def test_a_site_that_is_as_registered_is_fine_without_a_note() -> None:
    entry = replace(CC_BY, language="en")
    check = check_site(entry, stating("CC-BY-4.0"))
    assert (check.problem, check.notes) == (None, ())
    assert check.stated is not None
    assert check.stated.license == "CC-BY-4.0"


@pytest.mark.parametrize(
    ("registered", "stated"),
    [
        ("CC-BY-4.0", ["CC-BY-NC-4.0"]),
        ("CC-BY-4.0", ["CC-BY-3.0"]),
        ("CC-BY-4.0", ["LicenseRef-AllRightsReserved"]),
        ("CC-BY-4.0", ["CC-BY-4.0", "LicenseRef-AllRightsReserved"]),
        ("LicenseRef-CC-BY", ["CC-BY-ND-4.0"]),
        ("LicenseRef-AllRightsReserved", ["CC0-1.0"]),
    ],
)
def test_a_license_that_cannot_be_true_beside_the_homepages_is_a_problem(
    registered: str, stated: list[str]
) -> None:
    check = check_site(replace(CC_BY, license=registered), stating(*stated))
    assert check.problem is not None
    assert f"registered as {registered}, but the homepage states " in check.problem
    assert f"Words of {stated[-1]}" in check.problem


@pytest.mark.parametrize(
    ("registered", "look", "note"),
    [
        ("LicenseRef-CC-BY", stating("CC-BY-4.0"), "states CC-BY-4.0, registered: Licen"),
        ("CC-BY-4.0", stating("LicenseRef-CC-BY"), "states LicenseRef-CC-BY, registered: CC"),
        ("CC-BY-4.0", stating(), "does not state its license, registered as CC-BY-4.0"),
        ("CC-BY-4.0", stating("CC-BY-NC-4.0", scope="article"), "does not state its license"),
        (None, stating("CC-BY-4.0"), "states CC-BY-4.0, registered: none"),
    ],
)
def test_a_license_that_is_stated_less_or_more_exactly_or_not_is_a_note(
    registered: str | None, look: SiteLook, note: str
) -> None:
    evidence = "so" if registered else None
    check = check_site(replace(ENTRY, license=registered, license_evidence=evidence), look)
    assert check.problem is None
    assert note in "; ".join(check.notes)


@pytest.mark.parametrize(
    ("homepage", "is_moved"),
    [
        ("https://www.news.example/", False),
        ("https://news.example/en/", False),
        ("https://parking.example/", True),
        ("https://news.example.evil.example/", True),
    ],
)
def test_a_redirect_to_another_host_is_a_problem_and_within_the_site_a_note(
    homepage: str, *, is_moved: bool
) -> None:
    check = check_site(ENTRY, replace(LOOK, homepage=homepage))
    said = check.problem if is_moved else "; ".join(check.notes)
    assert f"redirects to {homepage}" in (said or "")
    assert (check.problem is not None) == is_moved


def test_a_site_that_could_not_be_had_has_that_problem_and_no_notes() -> None:
    lost = SiteLook(source_id="a", problem="dns: no such host")
    check = check_site(replace(CC_BY, language="fr"), lost)
    assert (check.problem, check.notes) == ("dns: no such host", ())


def test_registered_feeds_must_not_all_fail() -> None:
    entry = replace(ENTRY, feeds=(FEED, f"{FEED}2"))
    bad = DocumentLook(url=f"{FEED}2", problem="HTTP status 404")
    some = check_site(entry, replace(LOOK, documents=(*LOOK.documents, bad)))
    assert (some.problem, some.notes) == (None, (f"{FEED}2: HTTP status 404",))
    none = check_site(entry, replace(LOOK, documents=(bad,)))
    assert none.problem == f"none of its feeds can be read: {FEED}2: HTTP status 404"
    empty = check_site(entry, replace(LOOK, documents=(DocumentLook(url=FEED),)))
    assert (empty.problem, empty.notes) == (None, (f"{FEED}: it has no entries",))


def test_a_homepage_that_leads_to_no_feed_speaks_another_language_or_reserves_is_a_note() -> None:
    look = replace(LOOK, feeds=(), documents=(), reserved=("noai", "robots"))
    check = check_site(replace(ENTRY, language="fr"), look)
    assert check.problem is None
    assert check.notes == (
        "neither feeds nor sitemaps found",
        "its language is registered as fr, the homepage states en",
        "rights are reserved: noai, robots",
    )


def test_folders_and_entries_without_an_address_need_no_network(tmp_path: Path) -> None:
    folder = replace(ENTRY, kind=EntryKind.FOLDER, homepage=None, location=str(tmp_path))
    there = check_unfetched(folder)
    assert there is not None
    assert there.problem is None
    gone = check_unfetched(replace(folder, location=str(tmp_path / "gone")))
    assert gone is not None
    assert gone.problem == f"there is no folder {tmp_path / 'gone'}"
    bare = check_unfetched(replace(ENTRY, homepage=None))
    assert bare is not None
    assert bare.problem == "it has neither homepage nor feeds"
    assert check_unfetched(ENTRY) is check_unfetched(replace(ENTRY, homepage=None, feeds=(FEED,)))


def test_all_feeds_of_an_entry_are_asked_and_else_the_first_that_can_be_read() -> None:
    assert site_to_check(ENTRY).reads == 1
    named = site_to_check(replace(ENTRY, feeds=(FEED, f"{FEED}2"), pace_s=7.0))
    assert named.reads >= 2
    assert (named.feeds, named.delay_s) == ((FEED, f"{FEED}2"), 7.0)
