"""Footers, and what is none, in many languages: invented sentences in the forms that are in use."""

from pathlib import Path

import lxml.html
import pytest

from tasks.licensing import cut_footer, decide, rights_in_page, statements_in_text
from tasks.licensing.spdx import normalise_expression
from tasks.metadata import read_tags

BODIES = {
    "en": "The ministers met on Monday. They spoke of trade and the border.",
    "de": "Die Minister trafen sich am Montag. Sie sprachen über den Handel.",
    "fr": "Les ministres se sont réunis lundi. Ils ont parlé du commerce.",
    "es": "Los ministros se reunieron el lunes. Hablaron del comercio.",
    "pt": "Os ministros reuniram-se na segunda-feira. Falaram do comércio.",
    "it": "I ministri si sono incontrati lunedì. Hanno parlato del commercio.",
    "nl": "De ministers kwamen maandag bijeen. Ze spraken over de handel.",
    "ru": "Министры встретились в понедельник. Они говорили о торговле.",
    "fa": "وزیران روز دوشنبه دیدار کردند. آنها درباره تجارت گفتگو کردند.",
    "ar": "التقى الوزراء يوم الاثنين. وتحدثوا عن التجارة.",
    "zh": "部长们周一举行会晤。他们谈到了贸易。",
    "ja": "閣僚は月曜日に会談した。貿易について話し合った。",
}

# Language, license or NONE, scope of the words, sentence.
CASES = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines()[1:]
]
POSITIVE = [case for case in CASES if case[1] != "NONE"]
NEGATIVE = [(language, sentence) for language, spdx, _, sentence in CASES if spdx == "NONE"]


@pytest.mark.parametrize(("language", "spdx", "scope", "sentence"), POSITIVE)
def test_a_footer_glued_to_the_text_is_cut_and_read(
    language: str, spdx: str, scope: str, sentence: str
) -> None:
    space = "" if language in {"zh", "ja"} else " "
    text, removed, statements = cut_footer(BODIES[language] + space + sentence)
    assert (text, "".join(cut.text for cut in removed)) == (BODIES[language], sentence)
    rights = decide(statements, given=None, publisher=None, agency=None)
    assert (rights.license, rights.license_scope) == (spdx, scope)
    assert not rights.license_conflict


@pytest.mark.parametrize(("language", "spdx", "scope", "sentence"), POSITIVE)
def test_a_page_s_footer_is_read(language: str, spdx: str, scope: str, sentence: str) -> None:
    tree = lxml.html.fromstring(
        f"<html><body><article><p>{BODIES[language]}</p></article>"
        f"<footer><div><p>{sentence}</p></div></footer></body></html>"
    )
    rights = decide(
        rights_in_page(tree, read_tags(tree)).statements, given=None, publisher=None, agency=None
    )
    assert rights.license == spdx
    assert rights.license_scope == ("site" if scope == "unknown" else scope)


@pytest.mark.parametrize(("language", "sentence"), NEGATIVE)
def test_what_licenses_something_else_or_nothing_stays_and_is_not_believed(
    language: str, sentence: str
) -> None:
    for glue in (" ", "\n"):
        text = f"{BODIES[language]}{glue}{sentence}"
        assert cut_footer(text) == (text, (), ())
    assert [s for s in statements_in_text(sentence) if s.spdx] == []
    for block in ("<article><p>{}</p></article>", "<footer><p>{}</p></footer>"):
        tree = lxml.html.fromstring(f"<html><body>{block.format(sentence)}</body></html>")
        assert [s for s in rights_in_page(tree, read_tags(tree)).statements if s.spdx] == []


@pytest.mark.parametrize(
    ("notice", "holder"),
    [
        ("Copyright © 2024 Example & Company, Inc. All Rights Reserved.", "Example & Company, Inc"),
        ("© 2024 Example “Beispiel”, all rights reserved.", "Example “Beispiel”"),
        ("© 2024 Example Times is a registered trademark of Example Ltd.", "Example Times"),
        ("© 2024 Example News, a division of Example Inc. All rights reserved.", "Example News"),
        ("© جميع الحقوق محفوظة", None),
        ("© 2019", None),
    ],
)
def test_the_holder_is_a_name(notice: str, holder: str | None) -> None:
    assert next((s.holder for s in statements_in_text(notice)), None) == holder


@pytest.mark.parametrize("spdx", sorted({spdx for _, spdx, _, _ in POSITIVE}))
def test_each_license_of_the_cases_is_an_spdx_expression(spdx: str) -> None:
    assert normalise_expression(spdx) == spdx
