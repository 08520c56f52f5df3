"""Rights: what sentences and mark-up say, and what they add up to."""

import time
from collections.abc import Callable

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Removed, Rights
from tasks.licensing import (
    Statement,
    attribution_line,
    cut_footer,
    decide,
    parse_license,
    rights_in_page,
    statements_in_text,
)
from tasks.licensing.words import TRIGGER, may_state_rights
from tasks.metadata import read_tags
from tasks.reservations import rights_reserved
from tasks.text import normalise

BODY = "The ministers met on Monday. They spoke of “trade and the border.”"
ARR = "LicenseRef-AllRightsReserved"
CC = "https://creativecommons.org/licenses"
PD = "https://creativecommons.org/publicdomain"


TRIGGERING = (
    "Creative Commons", "creativecommons.org", "CC BY", "cc:by", "CC-BY", "CC0", "CC Zero",
    "All Rights Reserved", "Alle Rechte vorbehalten", "Alle rechten voorbehouden", "© x", "(C) x",
    "Tous droits de traduction réservés", "Todos os direitos reservados", "禁無断転載", "版权所有",
    "RIPRODUZIONE RISERVATA", "Все права защищены", "تمامی حقوق", "حقوق محفوظ", "保留所有权利",
    "جميع الحقوق محفوظة", "Public-Domain", "Dominio Público", "무단 전재",
    "Open Government Licence", "Tüm hakları saklıdır", "Wszelkie prawa zastrzeżone",
    "This may not be published", "COPYLEFT",
)  # fmt: skip


@pytest.mark.parametrize("words", TRIGGERING)
def test_the_cheap_look_lets_pass_what_the_pattern_finds(words: str) -> None:
    assert may_state_rights(words) == bool(TRIGGER.search(words))


# Names of licenses


@pytest.mark.parametrize(
    ("named", "spdx", "url"),
    [
        ("CC BY 4.0", "CC-BY-4.0", f"{CC}/by/4.0/"),
        ("CC-BY-4.0", "CC-BY-4.0", f"{CC}/by/4.0/"),
        ("cc by–nc–sa 4.0", "CC-BY-NC-SA-4.0", f"{CC}/by-nc-sa/4.0/"),
        ("https://creativecommons.org/licenses/by/4.0/deed.de", "CC-BY-4.0", f"{CC}/by/4.0/"),
        (
            "http://creativecommons.org/licenses/by-nc-sa/3.0/de/",
            "CC-BY-NC-SA-3.0-DE",
            f"{CC}/by-nc-sa/3.0/de/",
        ),
        (
            "//creativecommons.org/licenses/by/2.0/de/deed.en",
            "LicenseRef-CC-BY-2.0-DE",
            f"{CC}/by/2.0/de/",
        ),
        ("https://creativecommons.org/licenses/by/9.0/", "LicenseRef-CC-BY", None),
        (
            "https://creativecommons.org/licenses/by-nd-nc/1.0/",
            "CC-BY-NC-ND-1.0",
            f"{CC}/by-nc-nd/1.0/",
        ),
        (f"{PD}/zero/1.0/", "CC0-1.0", f"{PD}/zero/1.0/"),
        (f"{PD}/mark/1.0/", "CC-PDM-1.0", f"{PD}/mark/1.0/"),
        ("CC BY-SA", "LicenseRef-CC-BY-SA", None),
        ("LicenseRef-CC-BY-SA", "LicenseRef-CC-BY-SA", None),
        ("CC BY-SA 3.0 Germany", "CC-BY-SA-3.0-DE", f"{CC}/by-sa/3.0/de/"),
        ("Creative Commons", "LicenseRef-CC", None),
        ("All Rights Reserved", ARR, None),
    ],
)
def test_licenses_are_read_from_id_address_and_name(named: str, spdx: str, url: str | None) -> None:
    assert parse_license(named) == (spdx, url)


@pytest.mark.parametrize(
    "named", ["", "MIT", "https://example.org/terms", "by 4.0", "see our terms", "cc"]
)
def test_what_names_no_known_license_is_none(named: str) -> None:
    assert parse_license(named) is None


@given(st.text(max_size=80))
def test_what_is_parsed_parses_to_itself(named: str) -> None:
    if found := parse_license(f"CC BY {named}"):
        assert parse_license(found[0]) == found


# Sentences

GRANTED = """
CC-BY-4.0 article
This article is licensed under a Creative Commons Attribution 4.0 International License.
CC-BY-NC-ND-4.0 site
All content on this website is published under CC BY-NC-ND 4.0 unless otherwise noted.
CC-BY-SA-3.0-DE text-only
Our texts are under the Creative Commons Attribution-ShareAlike 3.0 Germany license.
CC-BY-ND-4.0 unknown
Harbour reopens by Example News is licensed under CC BY-ND 4.0.
CC-BY-4.0 unknown
Republished under CC BY 4.0.
CC-BY-SA-4.0 unknown
CC BY-SA 4.0
CC0-1.0 site
All content of this site is released under CC0.
CC-BY-4.0 article
Dieser Artikel steht unter der Lizenz Creative Commons Namensnennung 4.0 International.
CC-BY-NC-4.0 site
Alle Inhalte dieser Website stehen, soweit nicht anders angegeben, unter CC BY-NC 4.0.
CC-BY-ND-4.0 article
Cet article est sous licence Creative Commons Attribution - Pas de Modification 4.0.
LicenseRef-CC-BY-NC-SA-3.0-FR site
Sauf mention contraire, les contenus de ce site sont sous licence CC BY-NC-SA 3.0 France.
CC-BY-NC-4.0 article
Este artículo está bajo una licencia Creative Commons Reconocimiento-NoComercial 4.0.
CC-BY-SA-4.0 site
Todos los contenidos se publican bajo licencia Creative Commons Atribución-CompartirIgual 4.0.
CC-BY-ND-4.0 article
Este conteúdo está licenciado sob Creative Commons Atribuição-SemDerivações 4.0.
CC-BY-SA-4.0 site
Tutti i contenuti: licenza Creative Commons Attribuzione - Condividi allo stesso modo 4.0.
CC-BY-NC-4.0 site
De inhoud van deze website: Creative Commons Naamsvermelding-NietCommercieel 4.0.
CC-BY-4.0 site
Все материалы сайта доступны по лицензии Creative Commons Attribution 4.0 International.
CC-BY-4.0 site
تمام محتوای این سایت تحت مجوز کریتیو کامنز ارجاع 4.0 منتشر شده است.
CC-BY-4.0 site
جميع المحتويات في هذا الموقع مرخصة بموجب المشاع الإبداعي نسب المصنف 4.0 الدولية.
CC-BY-NC-SA-4.0 article
本作品采用知识共享署名-非商业性使用-相同方式共享 4.0 国际许可协议进行许可。
CC-BY-4.0 article
この記事はクリエイティブ・コモンズ 表示 4.0 国際 ライセンスの下に提供されています。
"""
_LINES = GRANTED.strip().split("\n")
GRANTS = [
    (sentence, *said.split()) for said, sentence in zip(_LINES[::2], _LINES[1::2], strict=True)
]


@pytest.mark.parametrize(("sentence", "spdx", "scope"), GRANTS)
@pytest.mark.parametrize("glue", [" ", "\n", "\n\n"])
def test_a_license_footer_is_cut_and_read(sentence: str, spdx: str, scope: str, glue: str) -> None:
    text, removed, statements = cut_footer(f"{BODY}{glue}{sentence}")
    assert text == BODY
    assert [cut.text for cut in removed] == [sentence]
    assert removed[0].kind == "license-footer"
    assert [(s.spdx, s.scope, s.source, s.evidence) for s in statements] == [
        (spdx, scope, "text", sentence)
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "All rights reserved.", "© 2024 Example News. All rights reserved.",
        "Copyright 2024 Example Press. All rights reserved. This material may not be published.",
        "© 2024 Beispiel GmbH. Alle Rechte vorbehalten.", "© 2024 Exemple. Tous droits réservés.",
        "© 2024 Ejemplo. Todos los derechos reservados.", "© RIPRODUZIONE RISERVATA",
        "© 2024 Пример. Все права защищены.", "جميع الحقوق محفوظة", "版权所有",
    ],
)  # fmt: skip
def test_a_copyright_footer_is_cut_and_reserves_all_rights(sentence: str) -> None:
    text, removed, statements = cut_footer(f"{BODY}\n{sentence}")
    assert (text, removed) == (BODY, (Removed("copyright-footer", sentence),))
    assert decide(statements, given=None, publisher=None, agency=None).license == ARR


@pytest.mark.parametrize(
    "sentence",
    [
        "Photo: Jane Doe, CC BY 4.0.", "Foto: Jane Doe / flickr / CC BY-SA 2.0",
        "The image above is licensed under a Creative Commons Attribution 4.0 License.",
        "Comments are licensed under CC BY 4.0.", "Source code is available under CC BY 4.0.",
        "“This work is licensed under CC BY 4.0,” the notice read.",
        "The ministry said all its content would be licensed under CC BY 4.0.",
        "Wikipedia's text is licensed under CC BY-SA 4.0.",
        "Is this article licensed under CC BY 4.0?",
        "The court held that the phrase all rights reserved has no legal effect any more.",
        "Creative Commons was founded in 2001 by Lawrence Lessig.",
        "The novel is now in the public domain.", "For syndication and licensing, see our desk.",
        "The singer sold the copyright in her songs for a million pounds.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("glue", [" ", "\n"])
def test_words_about_other_works_and_about_licenses_stay_and_are_not_believed(
    sentence: str, glue: str
) -> None:
    text = f"{BODY}{glue}{sentence}"
    assert cut_footer(text) == (text, (), ())


def test_a_license_sentence_within_an_article_is_not_believed() -> None:
    text = f"{BODY}\nThis article is licensed under CC BY 4.0.\n" + f"{BODY} {BODY} {BODY}\n" * 5
    assert cut_footer(text.strip()) == (text.strip(), (), ())


def test_a_footer_with_what_goes_with_it_is_cut_as_one() -> None:
    footer = (
        "Harbour News by Jane Doe is licensed under a Creative Commons Attribution 4.0 "
        "International License. Based on a work at example.org. Permissions beyond the scope "
        "of this license may be available at example.org/more."
    )
    text, removed, statements = cut_footer(f"{BODY} {footer}")
    assert (text, [cut.text for cut in removed]) == (BODY, [footer])
    assert statements[0].holder == "Jane Doe"


@pytest.mark.parametrize(
    "paragraph",
    [
        "This article is available under CC BY-SA 4.0. Photos are excluded.",
        "Text: CC BY-SA 4.0. Photos: all rights reserved.",
        "Unless otherwise noted, all this is under CC BY-SA 4.0. Ask us about anything else.",
        "© 2024 Example News. Text: CC BY-SA 4.0. About us. Careers. Write to us!",
    ],
)
def test_the_little_that_follows_a_statement_in_its_paragraph_is_cut_with_it(
    paragraph: str,
) -> None:
    text, removed, statements = cut_footer(f"{BODY}\n{paragraph}")
    assert text == BODY
    assert [cut.text for cut in removed] == [paragraph]
    assert "CC-BY-SA-4.0" in [said.spdx for said in statements]


@pytest.mark.parametrize(
    "text",
    [
        "© 2024 Example News. All rights reserved. " + BODY,
        BODY + "\nAll rights reserved. " + "The ministers will meet again in autumn. " * 9,
        BODY + " This story is licensed under CC BY 4.0. The ministers will meet again.",
    ],
)
def test_the_article_s_own_words_behind_a_statement_stay(text: str) -> None:
    kept, _, _ = cut_footer(text)
    assert kept.split()[-3:] == text.split()[-3:]


def test_a_footer_before_a_contact_line_and_one_at_the_start_are_cut() -> None:
    text, removed, _ = cut_footer(
        f"© 2024 Example News\n{BODY}\nThis story is licensed under CC BY 4.0.\n"
        "Contact: x@example.org"
    )
    assert text == f"{BODY}\nContact: x@example.org"
    assert [cut.kind for cut in removed] == ["copyright-footer", "license-footer"]


def test_a_footer_glued_without_a_space_is_cut() -> None:
    text, removed, _ = cut_footer(
        "They met.All content by Example News is licensed under CC BY 4.0."
    )
    assert text == "They met."
    assert removed[0].text.startswith("All content")


@pytest.mark.parametrize(
    ("sentence", "holder"),
    [
        ("All Content by Example News Agency is licensed under CC BY 4.0.", "Example News Agency"),
        ("Copyright Notes by the Core Developers is licensed under CC BY 4.0.", "Core Developers"),
        (
            "Copyright notizen.example von Erika Muster ist lizenziert unter CC BY 4.0.",
            "Erika Muster",
        ),
        (
            "This work is republished under a CC BY-ND 4.0 license from Example Media",
            "Example Media",
        ),
        ("© 2019-2024 Example News Ltd, all rights reserved.", "Example News Ltd"),
        ("© Copyright 2024 - Example Times. All rights reserved.", "Example Times"),
        ("All content of this site is licensed under CC BY 4.0.", None),
    ],
)
def test_the_holder_is_read_from_the_sentence(sentence: str, holder: str | None) -> None:
    assert statements_in_text(sentence)[0].holder == holder


def test_spans_point_to_the_evidence() -> None:
    text = f"{BODY} This article is licensed under CC BY 4.0. {BODY}"
    (statement,) = statements_in_text(text)
    assert statement.span is not None
    assert (
        text[slice(*statement.span)]
        == statement.evidence
        == "This article is licensed under CC BY 4.0."
    )


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [BODY, *(sentence for sentence, _, _ in GRANTS), "All rights reserved.", "©"]
            ),
            st.text(max_size=30),
        ),
        max_size=6,
    ),
    st.sampled_from([" ", "\n"]),
)
def test_text_and_cuts_are_the_input_up_to_space(parts: list[str], glue: str) -> None:
    text = normalise(glue.join(parts))
    kept, removed, _ = cut_footer(text)
    letters = sorted("".join((kept + "".join(cut.text for cut in removed)).split()))
    assert letters == sorted("".join(text.split()))


# Pages


def page(body: str, head: str = "") -> tuple[Statement, ...]:
    tree = lxml.html.fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    return rights_in_page(tree, read_tags(tree)).statements


LINK = f'<a href="{CC}/by/4.0/" rel="license">CC BY 4.0</a>'


@pytest.mark.parametrize(
    ("html", "head", "spdx", "source", "scope"),
    [
        (f"<p>This article is licensed under {LINK}.</p>", "", "CC-BY-4.0", "rel", "article"),
        (
            "",
            f'<link rel="license" href="{CC}/by-sa/3.0/de/">',
            "CC-BY-SA-3.0-DE",
            "rel",
            "unknown",
        ),
        (
            "",
            '<meta name="dcterms.rights" content="CC BY-NC 4.0">',
            "CC-BY-NC-4.0",
            "meta",
            "unknown",
        ),
        (
            "",
            '<meta name="copyright" content="All content of this site: CC BY 4.0">',
            "CC-BY-4.0",
            "meta",
            "site",
        ),
        (
            f'<footer>Content: <a href="{CC}/by/4.0/">CC</a></footer>',
            "",
            "CC-BY-4.0",
            "link",
            "site",
        ),
        (
            f'<p class="copyright-text">All texts: <a href="{CC}/by/4.0/">license</a></p>',
            "",
            "CC-BY-4.0",
            "link",
            "text-only",
        ),
        (
            '<div id="legal">Our stories are published under CC BY-ND 4.0.</div>',
            "",
            "CC-BY-ND-4.0",
            "text",
            "site",
        ),
        (
            "<footer><p>© 2024 Example</p><p>All rights reserved.</p></footer>",
            "",
            ARR,
            "text",
            "site",
        ),
    ],
)
def test_a_page_s_statements_are_found(
    html: str, head: str, spdx: str, source: str, scope: str
) -> None:
    found = [s for s in page(html, head) if s.spdx]
    assert (found[0].spdx, found[0].source, found[0].scope) == (spdx, source, scope)


@pytest.mark.parametrize(
    "html",
    [
        f"<figure><figcaption>Photo by Jane {LINK}</figcaption></figure>",
        f'<div class="wp-caption-text">Jane Doe, {LINK}</div>',
        f'<span class="photo-credit">Jane Doe {LINK}</span>',
        f"<p><em>Foto: Jane Doe | flickr | {LINK}</em></p>",
        f'<section id="comments"><p>This work is licensed under {LINK}</p></section>',
        f"<nav><p>This work is licensed under {LINK}</p></nav>",
        f'<p>Lawyers explain what <a href="{CC}/by/4.0/">the license</a> means.</p>',
        '<p>This article is about CC BY 4.0.</p><a href="/syndication">Syndication & Licensing</a>',
        "<script>var s = 'This work is licensed under CC BY 4.0'</script>",
        '<footer><img alt="x"><p>Photos are licensed under CC BY 4.0.</p></footer>',
        '<a rel="license" href="/terms">Terms</a>',
    ],
)  # fmt: skip
def test_what_is_not_the_article_s_is_left_alone(html: str) -> None:
    assert [s for s in page(html) if s.spdx] == []


def test_json_ld_license_and_holder_are_statements() -> None:
    tree = lxml.html.fromstring("<p>x</p>")
    (found,) = rights_in_page(tree, read_tags(tree), [f"{CC}/by/4.0/"], "Example  News").statements
    assert (found.spdx, found.source, found.scope, found.holder) == (
        "CC-BY-4.0", "json-ld", "article", "Example News",
    )  # fmt: skip
    (found,) = rights_in_page(
        tree, read_tags(tree), ["https://example.org/terms"], "Example News"
    ).statements
    assert (found.spdx, found.holder) == (None, "Example News")


def test_a_page_is_not_changed_by_reading_it() -> None:
    tree = lxml.html.fromstring(f"<body><p>x {LINK} y</p><footer>© 2024 Example</footer></body>")
    before = lxml.html.tostring(tree)
    rights_in_page(tree, read_tags(tree))
    assert lxml.html.tostring(tree) == before


def test_reservations_are_listed() -> None:
    tree = lxml.html.fromstring(
        '<head><meta name="robots" content="index, noai">'
        '<meta name="TDM-Reservation" content="1"></head>'
    )
    assert rights_in_page(tree, read_tags(tree)).reserved == ("noai", "tdm-reservation")
    assert rights_reserved([("X-Robots-Tag", "bot: noimageai")]) == ("noimageai",)
    free = lxml.html.fromstring(
        '<meta name="tdm-reservation" content="0"><meta name="robots" content="all">'
    )
    assert rights_in_page(free, read_tags(free)).reserved == ()


# Decisions


def stated(
    spdx: str | None, source: str = "text", scope: str = "site", holder: str | None = None
) -> Statement:
    return Statement(spdx, None, scope, source, f"words: {spdx}", holder)


def rights(
    *statements: Statement,
    given_license: str | None = None,
    publisher: str | None = None,
    agency: str | None = None,
) -> Rights:
    return decide(statements, given=given_license, publisher=publisher, agency=agency)


def test_where_nothing_is_said_there_is_no_license() -> None:
    assert rights() == Rights()
    assert rights(stated(None, holder="Example")).rights_holder == "Example"


def test_statements_that_differ_in_exactness_only_agree_on_the_exact_one() -> None:
    found = rights(stated("LicenseRef-CC-BY"), stated("CC-BY-4.0", "link"), stated("LicenseRef-CC"))
    assert (found.license, found.license_conflict) == ("CC-BY-4.0", False)
    ported = rights(stated("CC-BY-3.0"), stated("CC-BY-3.0-DE", "link"))
    assert (ported.license, ported.license_conflict) == ("CC-BY-3.0-DE", False)


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        ("CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-4.0"),
        ("CC-BY-ND-4.0", "CC0-1.0", "CC-BY-ND-4.0"),
        ("CC-BY-4.0", ARR, ARR),
        ("LicenseRef-CC", ARR, ARR),
    ],
)
def test_statements_that_disagree_are_a_conflict_and_the_stricter_wins(
    one: str, other: str, kept: str
) -> None:
    for pair in ((one, other), (other, one)):
        found = rights(stated(pair[0], "rel"), stated(pair[1]))
        assert found.license_conflict
        assert found.license_evidence is not None
        assert f"words: {one}" in found.license_evidence
        assert f"words: {other}" in found.license_evidence
        assert found.license == kept


def test_two_versions_of_a_license_are_a_conflict_and_the_better_source_wins() -> None:
    found = rights(stated("CC-BY-4.0"), stated("CC-BY-3.0", "rel"))
    assert (found.license, found.license_conflict) == ("CC-BY-3.0", True)


@given(
    st.lists(
        st.sampled_from(["CC-BY-4.0", "CC-BY-3.0", ARR, "CC0-1.0", "LicenseRef-CC-BY-NC"]),
        max_size=5,
    )
)
def test_the_order_of_statements_does_not_matter(names: list[str]) -> None:
    assert rights(*map(stated, names)) == rights(*map(stated, reversed(names)))


def test_a_given_license_stands_where_the_page_says_nothing() -> None:
    found = rights(given_license="CC BY 4.0")
    assert (found.license, found.license_source, found.license_evidence) == (
        "CC-BY-4.0",
        "given",
        "CC BY 4.0",
    )
    assert rights(given_license="proprietary").license is None
    assert rights(stated("CC-BY-4.0"), given_license="CC BY-NC 4.0").license_conflict


@pytest.mark.parametrize("agency", ["Reuters", "AP", "dpa/lno"])
def test_agency_copy_does_not_inherit_a_free_site_s_license(agency: str) -> None:
    found = rights(
        stated("CC-BY-4.0", holder="Example News"), publisher="Example News", agency=agency
    )
    assert (found.license, found.rights_holder) == (None, agency)
    assert rights(stated("CC-BY-4.0", scope="article"), agency=agency).license == "CC-BY-4.0"
    assert rights(stated(ARR), agency=agency).license == ARR


@pytest.mark.parametrize(
    ("agency", "publisher"),
    [
        ("MNA", "Mehr News Agency"), ("Tasnim", "Tasnim News Agency"),
        ("AP", "The Associated Press"),
        ("dpa/lno", "Deutsche Presse-Agentur"),
        ("AFP", "Agence France-Presse"), ("Fides", "Agenzia Fides"),
    ],
)  # fmt: skip
def test_an_agency_s_own_copy_keeps_its_license(agency: str, publisher: str) -> None:
    found = rights(stated("CC-BY-4.0"), agency=agency, publisher=publisher)
    assert found.license == "CC-BY-4.0"


def test_initials_that_leave_a_word_out_are_not_guessed_at() -> None:
    found = rights(
        stated("CC-BY-4.0"), agency="IRNA", publisher="Islamic Republic of Iran News Agency"
    )
    assert found.license is None


def test_the_credit_line_names_all_that_a_license_asks_for() -> None:
    found = Rights(
        license="CC-BY-NC-SA-3.0-DE",
        license_url=f"{CC}/by-nc-sa/3.0/de/",
        rights_holder="Example News",
    )
    line = attribution_line(
        "Harbour reopens", ("Jane Doe", "John Roe"), found, "https://example.org/1", "X"
    )
    assert line == (
        "“Harbour reopens” by Jane Doe, John Roe, Example News, "
        f"CC BY-NC-SA 3.0 DE ({CC}/by-nc-sa/3.0/de/), https://example.org/1"
    )
    assert attribution_line(None, (), Rights(license="LicenseRef-CC-BY"), None, "X") == "X, CC BY"
    assert attribution_line("T", (), Rights(license=ARR), None, "X") is None
    assert attribution_line("T", (), Rights(), None, "X") is None


# Time


@pytest.mark.parametrize("function", [cut_footer, statements_in_text, parse_license])
@pytest.mark.parametrize(
    "unit",
    [
        "Creative Commons ", "cc by ", "A, ", " ", "©", "© 2024 ", "all rights reserved ",
        "by a ", "This work is ",
        "4.0 ", "creativecommons.org/licenses/", "تمام حقوق ", "copyright ", "a. ",
        "This article is licensed under CC BY 4.0. ",
    ],
)  # fmt: skip
def test_time_grows_with_the_text_and_no_faster(
    function: Callable[[str], object], unit: str
) -> None:
    text = unit * (60_000 // len(unit))
    once, twice = (min(seconds(function, text * n) for _ in range(4)) for n in (1, 2))
    assert twice / max(once, 0.01) < 4


def test_a_page_of_thousands_of_license_links_is_read_in_bounded_time() -> None:
    once, twice = (
        seconds(page, f"<p>This work is licensed under {LINK}</p>" * n) for n in (1_000, 2_000)
    )
    assert twice / max(once, 0.005) < 4


def seconds(function: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    function(text)
    return time.process_time() - start
