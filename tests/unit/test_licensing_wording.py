"""Wording of footers that newspapers, agencies and offices use, and what only looks like it."""

import pytest

from expectations.records import Rights
from tasks.licensing import cut_footer, decide, statements_in_text

ARR = "LicenseRef-AllRightsReserved"
PUBLIC = "LicenseRef-PublicDomain"


def last_line(sentence: str) -> Rights:
    _, _, statements = cut_footer(f"The ministers met on Monday.\n{sentence}")
    return decide(statements, given=None, publisher=None, agency=None)


@pytest.mark.parametrize(
    ("sentence", "spdx"),
    [
        ("本文采用CC BY-NC 4.0许可协议。", "CC-BY-NC-4.0"),
        ("本文以CC0发布。", "CC0-1.0"),
        ("本記事はCC BY 4.0のもとで自由に転載できます。", "CC-BY-4.0"),
    ],
)
def test_a_code_may_stand_right_behind_a_character_that_ends_no_word(
    sentence: str, spdx: str
) -> None:
    assert last_line(sentence).license == spdx


@pytest.mark.parametrize("sentence", ["本文采用 ACC BY 4.0。", "All content: XCC BY 4.0."])
def test_a_code_within_a_word_is_none(sentence: str) -> None:
    assert last_line(sentence).license is None


@pytest.mark.parametrize(
    "sentence",
    [
        "© AFP. Tous droits de reproduction et de représentation réservés.",
        "كافة الحقوق محفوظة لشبكة المثال الإعلامية",
        "حقوق النشر © 2024 محفوظة لشبكة المثال الإعلامية",
        "کلیه حقوق این سایت متعلق به خبرگزاری مثال است.",
        "著作權所有，非經授權請勿轉載。",
        "未经授权，不得转载。",
        "本サイトの記事・写真・動画などの無断転載を禁じます。",
        "© 例新聞社 2024 All rights reserved. 無断転載・複製を禁じます。",
    ],
)
def test_rights_are_reserved_in_the_words_of_each_language(sentence: str) -> None:
    assert last_line(sentence).license == ARR


@pytest.mark.parametrize(
    "sentence",
    [
        "Unless otherwise noted, information on this site is held to be in the public domain.",
        "Information presented on this website is public and in the public domain.",
        "As a work of the United States Government, this article is in the public domain.",
    ],
)
def test_a_government_gives_its_information_to_the_public_domain(sentence: str) -> None:
    assert last_line(sentence).license == PUBLIC


@pytest.mark.parametrize(
    "named", ["Licence Ouverte 2.0", "Licence Etalab 2.0", "licence etalab-2.0"]
)
def test_the_french_open_licence_is_known_by_its_names(named: str) -> None:
    assert last_line(f"Les contenus de ce site sont sous {named}.").license == "etalab-2.0"


@pytest.mark.parametrize(
    "sentence",
    [
        "Dieser Artikel wurde unter der Lizenz CC BY 4.0 veröffentlicht.",
        "Dit artikel werd gepubliceerd onder de licentie CC BY 4.0.",
        "This article was published under a CC BY 4.0 licence.",
        "Il testo è disponibile secondo la licenza CC BY 4.0.",
        "Ce texte est disponible selon la licence CC BY 4.0.",
    ],
)
def test_what_was_published_under_a_license_is_under_it(sentence: str) -> None:
    assert last_line(sentence).license == "CC-BY-4.0"


@pytest.mark.parametrize(
    "sentence",
    [
        "部长说，本网站内容采用 CC BY 4.0 协议。",
        "Все права защищены законом, напомнил адвокат.",
        "All rights reserved for refugees, activists demand",
        "Texte früherer Jahre standen unter CC BY 3.0.",
        "Este sitio ya no publica bajo licencia CC BY 4.0.",
        "本站内容不再采用 CC BY 4.0 许可协议。",
        "CC BY-SA 4.0 とは何か",
    ],
)
def test_what_is_reported_or_past_is_not_granted(sentence: str) -> None:
    assert last_line(sentence).license is None
    assert [s for s in statements_in_text(sentence) if s.spdx] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Il codice sorgente di questo sito è rilasciato con licenza CC BY 4.0.",
        "Исходный код сайта доступен по лицензии CC BY 4.0.",
        "کد منبع این سایت تحت مجوز CC BY 4.0 است.",
        "当サイトのソースコードは CC BY 4.0 で公開しています。",
        "De broncode van deze site is beschikbaar onder CC BY 4.0.",
        "本站的原始碼採用 CC BY 4.0 授權。",
    ],
)
def test_the_license_of_a_site_s_code_is_not_its_texts(sentence: str) -> None:
    assert last_line(sentence).license is None


@pytest.mark.parametrize(
    "sentence",
    [
        "This article was published in Example, whose data are under CC BY 4.0.",
        "This article includes pictures, which are under CC BY 4.0.",
        "Dieser Artikel wurde mit Bildern illustriert, die unter CC BY 4.0 stehen.",
    ],
)
def test_a_clause_of_another_work_licenses_that_work(sentence: str) -> None:
    assert last_line(sentence).license is None


@pytest.mark.parametrize(
    "sentence",
    [
        "L'ensemble des photos de ce site est sous licence CC BY 4.0.",
        "L'ensemble des commentaires de ce site est sous licence CC BY 4.0.",
        "El reportaje fotográfico está bajo licencia CC BY 4.0.",
        "テキスト生成モデルはCC BY 4.0で公開された。",
    ],
)
def test_what_only_sounds_like_the_text_is_another_work(sentence: str) -> None:
    assert last_line(sentence).license is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Vous pouvez republier nos articles gratuitement sous licence CC BY 4.0.",
        "Nuestros reportajes se pueden republicar bajo licencia CC BY 4.0.",
        "L’ensemble des contenus de ce site est sous licence CC BY 4.0.",
        "Este trabalho está licenciado com uma Licença CC BY 4.0.",
        "این نوشته تحت CC BY 4.0 منتشر شده است.",
        "テキストは CC BY 4.0 のもとで利用できます。",
        "This information is licensed under CC BY 4.0.",
    ],
)
def test_the_text_goes_by_many_names(sentence: str) -> None:
    assert last_line(sentence).license == "CC-BY-4.0"


@pytest.mark.parametrize(
    "companion",
    [
        "Read the original article.",
        "Lire l'article original.",
        "Lea el artículo original.",
        "Photographs and illustrations remain the property of their owners.",
        "Bilder sind von der Lizenz ausgenommen.",
        "转载请注明出处。",
    ],
)
def test_what_goes_with_a_license_sentence_hides_it_not(companion: str) -> None:
    body = "The ministers met on Monday."
    footer = f"This article is published under CC BY 4.0. {companion}"
    text, removed, statements = cut_footer(f"{body}\n{footer}")
    assert (text, removed[0].text, statements[0].spdx) == (body, footer, "CC-BY-4.0")
    assert cut_footer(f"{body}\n{companion}")[0] == f"{body}\n{companion}"


@pytest.mark.parametrize(
    ("sentence", "scope"),
    [
        ("Text is available under CC BY 4.0; additional terms may apply.", "text-only"),
        ("Der Text ist unter der Lizenz CC BY 4.0 verfügbar.", "text-only"),
        ("Texts only: CC BY 4.0.", "text-only"),
        ("Our content is free to republish under CC BY 4.0.", "site"),
        (
            "Sofern nicht anders angegeben, stehen die Inhalte dieses Angebots unter CC BY 4.0.",
            "site",
        ),
        ("Unsere Beiträge stehen unter CC BY 4.0.", "site"),
        ("I nostri articoli sono pubblicati con licenza CC BY 4.0.", "site"),
        ("このサイトの内容は CC BY 4.0 でライセンスされています。", "site"),
    ],
)
def test_the_words_say_what_they_cover(sentence: str, scope: str) -> None:
    rights = last_line(sentence)
    assert (rights.license, rights.license_scope) == ("CC-BY-4.0", scope)


def test_an_italian_company_s_name_ends_no_sentence() -> None:
    rights = last_line("© 2024 Gruppo Esempio S.p.A. Tutti i diritti riservati.")
    assert (rights.license, rights.rights_holder) == (ARR, "Gruppo Esempio S.p.A")
