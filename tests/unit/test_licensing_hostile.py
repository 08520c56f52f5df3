"""Rights under hostile input: disguised letters, huge texts, thousands of links, agencies' copy."""

import time
from collections.abc import Callable

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.records import Rights
from tasks.licensing import (
    agency_of,
    blocks,
    cut_footer,
    decide,
    parse_given_license,
    parse_license,
    rights_in_page,
    statements_in_text,
)
from tasks.licensing.folding import fold
from tasks.licensing.words import (
    _TRIGGER_WORDS,
    NAMES_LICENSE,
    TRIGGER,
    may_state_rights,
    may_state_rights_over_lines,
)
from tasks.metadata import read_tags

BODY = "The ministers met on Monday."
CC = "https://creativecommons.org/licenses"


def rights_of_text(text: str, agency: str | None = None) -> Rights:
    return decide(cut_footer(text)[2], given=None, publisher=None, agency=agency)


def rights_of_page(body: str, agency: str | None = None) -> Rights:
    tree = lxml.html.fromstring(f"<html><body>{body}</body></html>")
    return decide(
        rights_in_page(tree, read_tags(tree)).statements, given=None, publisher=None, agency=agency
    )


# Disguises

ES, VE, SMALL_O = "\u0421", "\u0412", "\u043e"  # Cyrillic letters that look like C, B and o


@pytest.mark.parametrize(
    "license_named",
    [
        f"{ES}{ES} BY 4.0",
        f"C{ES}-{VE}Y 4.0",
        f"{ES}reative C{SMALL_O}mmons Attributi{SMALL_O}n 4.0",
        "Cre\u00adative Com\u00admons Attri\u00adbution 4.0",
        "Creative\u200b Commons\u200b Attribution\u2060 4.0",
        "Creative\u200c Com\u200cmons Attribution 4.0",
        "CC\u00a0BY\u00a04.0",
        "\uff23\uff23\u3000\uff22\uff39\u3000\uff14\uff0e\uff10",
        "CC\u2011BY\u20114.0",
        "\u202aCC BY 4.0\u202c",
    ],
)
def test_a_disguised_license_is_read_and_its_evidence_is_as_written(license_named: str) -> None:
    sentence = f"This article is licensed under {license_named}."
    text = f"{BODY}\n{sentence}"
    kept, removed, statements = cut_footer(text)
    assert (kept, [cut.text for cut in removed]) == (BODY, [sentence])
    assert [(s.spdx, s.evidence) for s in statements] == [("CC-BY-4.0", sentence)]
    assert statements[0].span is not None
    assert text[slice(*statements[0].span)] == sentence
    assert rights_of_page(f"<footer><p>{sentence}</p></footer>").license == "CC-BY-4.0"


@given(st.text(max_size=60))
def test_what_is_folded_can_be_found_again_in_the_text(text: str) -> None:
    folded = fold(text)
    places = range(len(text)) if folded.places is None else folded.places
    assert len(places) == len(folded.text)
    assert sorted(set(places)) == list(places)


@pytest.mark.parametrize(("shared", "words"), _TRIGGER_WORDS.items())
def test_what_is_looked_for_first_is_in_each_of_the_words(
    shared: str, words: tuple[str, ...]
) -> None:
    assert [word for word in words if shared not in word] == []
    assert not any(map(str.isspace, shared))


@given(st.text(alphabet="cby ©0-\n\t\u00a0\u00ad", max_size=20))
def test_space_of_any_kind_hides_nothing_in_mark_up(text: str) -> None:
    folded = fold(text).text
    assert may_state_rights_over_lines(folded) == may_state_rights(" ".join(folded.split()))


@given(st.text(alphabet=f"abc ©CBY04.-{ES}\u00ad\u200b\u200c", max_size=40))
def test_the_cheap_look_never_hides_a_match(text: str) -> None:
    folded = fold(text).text
    assert may_state_rights(folded) or TRIGGER.search(folded) is None


@pytest.mark.parametrize(
    "text", ["Россия и США", "Ελλάδα", "خبرگزاری\u200cها می\u200cگوید", "部长们，会晤。"]
)
def test_words_of_other_scripts_stay_as_they_are(text: str) -> None:
    assert fold(text).text == text


# Versions, conflicts, numbers


@pytest.mark.parametrize(
    ("named", "spdx"),
    [
        (f"{CC}/by/5.0/", "LicenseRef-CC-BY"),
        (f"{CC}/by-sa/3.1/", "LicenseRef-CC-BY-SA"),
        (f"{CC}/by/4.0/xx/", "CC-BY-4.0"),
        (f"{CC}/by/3.0/xx/", "CC-BY-3.0"),
        (f"{CC}/by/", "LicenseRef-CC-BY"),
        (f"{CC}/xx-yy/4.0/", "LicenseRef-CC"),
        (f"{CC}/by/3.0/igo/", "CC-BY-3.0-IGO"),
        ("CC BY 5.0", "LicenseRef-CC-BY"),
        ("CC BY 40.0", "LicenseRef-CC-BY"),
        ("CC BY-SA 2.1 JP", "CC-BY-SA-2.1-JP"),
        ("Open Government Licence - Canada", "OGL-Canada-2.0"),
        ("Open Government Licence", "LicenseRef-OGL"),
        ("Licence Ouverte / Open Licence version 2.0", "etalab-2.0"),
        ("Datenlizenz Deutschland – Namensnennung – Version 2.0", "DL-DE-BY-2.0"),
    ],
)
def test_versions_and_ports_that_do_not_exist_are_not_invented(named: str, spdx: str) -> None:
    found = parse_license(named)
    assert found is not None
    assert found[0] == spdx


def test_two_licenses_in_one_page_are_a_conflict_and_the_stricter_one_stands() -> None:
    link = f'<a rel="license" href="{CC}/by/4.0/">CC BY 4.0</a>'
    found = rights_of_page(
        f"<p>This article is licensed under {link}.</p>"
        "<footer>All content on this site is licensed under CC BY-NC-ND 4.0.</footer>"
    )
    assert (found.license, found.license_conflict) == ("CC-BY-NC-ND-4.0", True)
    assert found.license_evidence is not None
    assert "CC BY 4.0" in found.license_evidence
    assert "CC BY-NC-ND 4.0" in found.license_evidence


@pytest.mark.parametrize(
    "before",
    [
        f'<figure><figcaption><a href="{CC}/by/2.0/">CC BY 2.0</a></figcaption></figure>' * 10_000,
        '<div class="card-footer"><span>3 min</span></div>' * 900,
        "<footer><ul>" + "<li><a href=/x>A section of the site</a></li>" * 400 + "</ul></footer>",
    ],
)
def test_a_notice_is_found_behind_thousands_of_credits_cards_and_menus(before: str) -> None:
    link = f'<a rel="license" href="{CC}/by-nd/4.0/">a free license</a>'
    for notice in (
        f"<p>This article is published under {link}.</p>",
        "<footer><p>All content is published under CC BY-ND 4.0.</p></footer>",
    ):
        assert rights_of_page(before + notice).license == "CC-BY-ND-4.0"


# What is on the page beside the article

LINK = f'<a rel="license" href="{CC}/by/4.0/">CC BY 4.0</a>'
ARTICLE = f"<article><h1>Harbour reopens</h1><p>{BODY}</p></article>"


@pytest.mark.parametrize(
    "part",
    [
        f"<footer><p>Our font is licensed under {LINK}.</p></footer>",
        f"<footer><p>Fonts by Example, licensed under {LINK}</p></footer>",
        f"<footer>Icons made by <a href=/x>Example</a>, licensed by {LINK}</footer>",
        f"<footer>Theme by Jane Doe is licensed under {LINK}</footer>",
        f"<footer>By posting you agree that your comments are licensed under {LINK}</footer>",
        f"<footer><p>The code of this site is licensed under {LINK}</p></footer>",
        "<footer>Map data © Example contributors, CC BY-SA 2.0</footer>",
        "<footer><p>This site runs on Example, which is licensed under CC BY 4.0.</p></footer>",
        "<footer><p>All photos on this site are in the public domain.</p></footer>",
        "<footer><p>This site is not licensed under CC BY 4.0.</p></footer>",
        "<footer><p>Content published before 2015 is licensed under CC BY 4.0.</p></footer>",
        "<footer><p>No content is licensed under CC BY 4.0 unless stated.</p></footer>",
        '<footer><a href="/s">Syndication & Licensing</a><a rel="license" href="/l">L</a></footer>',
        "<!-- This work is licensed under CC BY 4.0 --><script>/* CC BY 4.0 */</script>",
        "<svg><title>This work is licensed under CC BY 4.0</title></svg>",
        '<link rel="license" href="/LICENSE.txt" type="text/plain">',
        '<h1 class="license-news">Creative Commons releases CC BY 4.0</h1>',
        '<div class="license"><h2>This work is licensed under CC BY 4.0, says court</h2></div>',
        f'<div class="related"><p>This article is licensed under {LINK}</p></div>',
        f"<article><p>They say “This work is licensed under {LINK}” is enough.</p></article>",
        f"<article><p>The dataset is published under {LINK}.</p></article>",
        f"<article><p>This article uses material of Example, released under {LINK}.</p></article>",
        f"<article><blockquote>This work is licensed under {LINK}</blockquote></article>",
        f"<aside><h3>Related</h3><p>This article is licensed under {LINK}</p></aside>",
        f"<footer>This website theme is licensed under {LINK}</footer>",
        f"<footer><p>The crossword of this site is licensed under {LINK}</p></footer>",
        f'<footer style="display: none"><p>All content is under {LINK}</p></footer>',
        f"<div hidden><footer><p>All content is under {LINK}</p></footer></div>",
        '<footer><p style="display:none">All content is under CC BY 4.0.</p></footer>',
        f"<article><p>Global Voices publishes all its stories under {LINK}.</p></article>",
        f"<article><p>All photos in this story are licensed under {LINK}.</p></article>",
        f"<article><p>None of our content is licensed under {LINK}.</p></article>",
        "<article><p>Photo: © Reuters. All rights reserved.</p></article>",
        '<footer><p class="copyright">Photo: © Reuters. All rights reserved.</p></footer>',
        '<link rel="license" href="https://example.org/?u=creativecommons.org/licenses/by/4.0/">',
        '<meta name="copyright" content="Photos: CC BY 4.0">',
        '<meta name="copyright" content="not under CC BY 4.0">',
    ],
)
def test_what_is_licensed_beside_the_article_licenses_nothing(part: str) -> None:
    assert rights_of_page(ARTICLE + part).license is None


@pytest.mark.parametrize(
    ("part", "spdx", "scope"),
    [
        (f"<p>Except where otherwise noted, this site is under {LINK}.</p>", "CC-BY-4.0", "site"),
        (f"<p>Texts are licensed under {LINK}, photos are not.</p>", "CC-BY-4.0", "text-only"),
        (f"<p>Text: {LINK}. Photos: all rights reserved.</p>", "CC-BY-4.0", "text-only"),
        (f"<p>© 2024 Example. Some rights reserved. {LINK}</p>", "CC-BY-4.0", "site"),
        (f"<p>Data protection · Site map · {LINK}</p>", "CC-BY-4.0", "site"),
        (f'<p><a rel="license" href="{CC}/by/7.0/">CC BY 7.0</a></p>', "LicenseRef-CC-BY", "site"),
        (f'<a rel="license" href="{CC}/by/4.0/"><img src="/cc.png"></a>', "CC-BY-4.0", "site"),
    ],
)
def test_a_footer_of_the_page_licenses_what_it_names(part: str, spdx: str, scope: str) -> None:
    found = rights_of_page(f"{ARTICLE}<footer>{part}</footer>")
    assert (found.license, found.license_scope, found.license_conflict) == (spdx, scope, False)


def test_the_holder_of_the_photos_is_not_the_holder_of_the_texts() -> None:
    footer = f"All texts are licensed under {LINK}. All photos © Jane Doe, all rights reserved."
    assert rights_of_page(f"<footer>{footer}</footer>").rights_holder is None


def test_what_is_remembered_of_names_and_texts_is_bounded_and_changes_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocks, "_NAMES_REMEMBERED", 5)
    monkeypatch.setattr(blocks, "_TEXTS_REMEMBERED", 5)
    blocks.NAMES_FOR_RIGHTS.clear()
    blocks._may_state.clear()
    long_name = "x" * blocks._MAX_NAMES + " copyright"
    for number in range(40):
        version = ("2.0", "3.0", "4.0")[number % 3]
        menu = "Imprint and contact. " * (number % 9)
        said = f"{menu}This article is licensed under CC BY {version}."
        named = ("copyright", f"copyright n{number}", f"n{number}", long_name)[number % 4]
        rights = rights_of_page(
            f'<p>{BODY}</p><div class="{named}"><p>{said}</p></div><p class="n{number}">Menu</p>'
        )
        assert rights.license == (f"CC-BY-{version}" if named.startswith("copyright") else None)
    assert len(blocks.NAMES_FOR_RIGHTS) <= 5
    assert len(blocks._may_state) <= 5
    assert long_name not in blocks.NAMES_FOR_RIGHTS


def test_thousands_of_different_statements_are_compared_in_bounded_time() -> None:
    kinds = ("BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND")
    lines = [
        f"<footer><p>This article by Author {number} is licensed under CC {kind} 4.0.</p></footer>"
        for number in range(1_000)
        for kind in kinds
    ]
    started = time.process_time()
    found = rights_of_page("".join(lines))
    assert time.process_time() - started < 5
    assert (found.license, found.license_conflict) == ("CC-BY-NC-ND-4.0", True)


# Agencies


@pytest.mark.parametrize(
    ("authors", "text", "agency"),
    [
        (["Reuters"], "", "Reuters"), (["Reuters Staff"], "", "Reuters"), (["dpa/lno"], "", "dpa"),
        (["Jane Doe", "AFP"], "", "AFP"), (["Jane Doe, Associated Press"], "", "Associated Press"),
        (["AP and Jane Doe"], "", "AP"), ([], f"{BODY}\nSource: Reuters", "Reuters"),
        ([], f"{BODY}\n(AFP)", "AFP"), ([], f"{BODY}\nQuelle: dpa", "dpa"),
        (["رویترز"], "", "رویترز"), (["新华社"], "", "新华社"),
        ([], f"{BODY}\n来源：新华社", "新华社"),
        (["Jane Doe"], BODY, None), (["Ani"], "", None), (["Ina Muster"], "", None),
        ([], f"{BODY}\nReuters was told so.", None), ([], "Reuters", None),
    ],
)  # fmt: skip
def test_an_agency_is_known_by_its_signature(
    authors: list[str], text: str, agency: str | None
) -> None:
    assert agency_of(authors, text) == agency


@pytest.mark.parametrize("authors", [["Reuters"], ["AFP"], ["dpa"], ["Jane Doe", "AP"]])
def test_copy_signed_by_an_agency_inherits_no_license_of_the_site(authors: list[str]) -> None:
    agency = agency_of(authors)
    footer = "All content of this site is licensed under CC BY 4.0."
    assert rights_of_page(f"<footer>{footer}</footer>", agency).license is None
    assert rights_of_text(f"{BODY}\n{footer}", agency).license is None
    assert rights_of_page(f"<footer>{footer}</footer>").license == "CC-BY-4.0"


@pytest.mark.parametrize(
    ("authors", "agency"),
    [
        (["Staff and agencies"], "agencies"),
        (["Jane Doe for AP"], "AP"),
        (["AFP, Paris"], "AFP"),
        (["AFP – Paris"], "AFP"),
        (["Jane Doe for Example News"], None),
    ],
)
def test_an_agency_is_known_beside_places_and_for_whom_it_is_written(
    authors: list[str], agency: str | None
) -> None:
    assert agency_of(authors) == agency


def test_an_agency_s_own_notice_does_not_make_it_the_publisher_of_the_site() -> None:
    footer = f"<footer><p>All content on this site is licensed under {LINK}</p></footer>"
    notice = '<p class="copyright">© 2026 The Associated Press</p>'
    found = rights_of_page(ARTICLE + notice + footer, "AP")
    assert (found.license, found.rights_holder) == (None, "The Associated Press")
    meta = '<meta name="copyright" content="© Thomson Reuters">'
    assert rights_of_page(meta + ARTICLE + footer, "Reuters").license is None
    tree = lxml.html.fromstring(f"<html><body>{ARTICLE}{footer}</body></html>")
    statements = rights_in_page(tree, read_tags(tree), (), "Thomson Reuters").statements
    held = decide(statements, given=None, publisher="Example News", agency="Reuters")
    assert (held.license, held.rights_holder) == (None, "Thomson Reuters")


def test_a_site_that_its_agency_licenses_itself_keeps_its_license() -> None:
    footer = "All content by Mehr News Agency is licensed under CC BY 4.0."
    assert rights_of_page(f"{ARTICLE}<footer>{footer}</footer>", "Mehr").license == "CC-BY-4.0"


def test_unnamed_agencies_own_no_site_and_hold_no_rights_by_name() -> None:
    footer = "<footer>All content of this site is licensed under CC BY 4.0.</footer>"
    found = rights_of_page(ARTICLE + footer, "agencies")
    assert (found.license, found.rights_holder) == (None, None)


# Names that are none


@pytest.mark.parametrize(
    "named",
    [
        "not CC-BY-4.0",
        "NOT licensed under CC BY 4.0",
        "https://example.org/?u=creativecommons.org/licenses/by/4.0/",
        "https://example.org/https://creativecommons.org/licenses/by/4.0/",
        "http://creativecommons.org.example.org/licenses/by/4.0/",
        "http://example-creativecommons.org/licenses/by/4.0/",
        "http://creativecommons.org@example.org/licenses/by/4.0/",
        "https://example.org/creative-commons",
    ],
)
def test_denied_licenses_and_addresses_of_others_name_no_license(named: str) -> None:
    assert parse_license(named) is None
    assert parse_given_license(named) is None


@pytest.mark.parametrize(
    "named", ["CC BY-ND-SA 4.0", "CC-BY-ND-SA-4.0", f"{CC}/by-nd-sa/4.0/", "CC BY-NC-ND-SA 4.0"]
)
def test_a_license_that_does_not_exist_has_no_kind(named: str) -> None:
    assert parse_license(named) == ("LicenseRef-CC", None)


@pytest.mark.parametrize(
    "named", [f"许可{CC}/by/4.0/", f"License:{CC}/by/4.0/", "(creativecommons.org/licenses/by/4.0)"]
)
def test_an_address_is_read_next_to_words(named: str) -> None:
    found = parse_license(named)
    assert found is not None
    assert found[0] == "CC-BY-4.0"


def test_what_is_reserved_of_text_or_pictures_is_reserved() -> None:
    meta = '<meta name="copyright" content="CC BY 4.0 (images), all rights reserved (text)">'
    assert rights_of_page(meta + ARTICLE).license == "LicenseRef-AllRightsReserved"


def test_a_link_whose_sentence_forbids_commercial_use_is_not_taken_alone() -> None:
    found = rights_of_page(
        f"<p>This article is licensed under {LINK}, non-commercial use only.</p>"
    )
    assert (found.license, found.license_conflict) == ("CC-BY-NC-4.0", False)


# Time: of four times the text, with slack for a busy machine

LINEAR = 10  # four times the text may take so many times as long; quadratic would be sixteen
UNITS = (
    "Creative Commons ", "cc by ", "A, ", "©", "© 2024 ", "all rights reserved ", "by a ", "4.0 ",
    "creativecommons.org/licenses/by", "تمام حقوق ", "This work is ", "public domain ", "this is ",
    "\u00ad", f"a{SMALL_O}", "本", "эта общественного ", "(", "by nc ", "open government licence ",
    "licence ouverte ", "License: ", "Creative Commons by-", "all photos on this site ", "“",
    "uses a ", "not been ", "n'est ", "CC-BY-4.0 OR ", "n’ est pas ",
    "photos and ", "of this ", "de la ", "except for ", "aaaaaaaaaa", "all its ", "text and ",
    "https://creativecommons.org", "//", "CC BY (NC", "限り", "photo: ", "in this article ",
    "表示", "attribution", "4.0, ", "released ", ", the ", "CC) BY ", "is ", "explains ", "/Flickr",
)  # fmt: skip


@pytest.mark.parametrize(
    "function", [cut_footer, statements_in_text, parse_license, parse_given_license, fold]
)
@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_text_and_no_faster(
    function: Callable[[str], object], unit: str
) -> None:
    text = unit * (20_000 // len(unit))
    once, four_times = (min(seconds(function, text * n) for _ in range(2)) for n in (1, 4))
    assert four_times < LINEAR * max(once, 0.01)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(UNITS), min_size=1, max_size=4))
def test_no_mixture_of_license_words_takes_long_to_search(units: list[str]) -> None:
    mixture = "".join(units)
    text = mixture * (8_000 // len(mixture))
    for pattern in (TRIGGER, NAMES_LICENSE):
        once, four_times = (seconds(pattern.findall, text * n) for n in (1, 4))
        assert four_times < LINEAR * max(once, 0.02)


@pytest.mark.parametrize("filler", ["word ", "слово ", "字"])
def test_five_megabytes_without_a_line_break_are_read(filler: str) -> None:
    notice = "This article is licensed under CC BY 4.0."
    text = f"{filler * (5_000_000 // len(filler.encode()))}. {notice}"
    assert rights_of_text(text).license == "CC-BY-4.0"


def seconds(function: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    function(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("footer", "holder"),
    [
        ("© 2024 Example. All rights reserved.", "Example"),
        (
            'Copyright ©2019 Example. "Daily Example" is a trademark. All rights reserved.',
            "Example",
        ),
        ("Copyright 2019. Example. All Rights Reserved.", None),
        ("They met. All rights reserved.", None),
    ],
)
def test_a_phrase_behind_another_sentence_reserves_all_rights(
    footer: str, holder: str | None
) -> None:
    for around in ("{}", "{} Powered by WordPress", "Terms. {}"):
        found = rights_of_page(f"{ARTICLE}<footer>{around.format(footer)}</footer>")
        assert (found.license, found.rights_holder) == ("LicenseRef-AllRightsReserved", holder)


@pytest.mark.parametrize("credit", ["Fotocredits", "Bildquelle", "Bildnachweise", "Photo credits"])
def test_rights_reserved_in_a_credit_are_the_picture_s(credit: str) -> None:
    for between in (" ", "<br>"):
        words = f"{credit}:{between}Example Ltd. All Rights Reserved."
        found = rights_of_page(f'{ARTICLE}<p class="copyright">{words}</p>')
        assert found.license is None
