"""Whose license a sentence speaks of, and whether it grants it: subjects, negations, conditions."""

import pytest

from tasks.licensing import cut_footer, decide, statements_in_text

BODY = "The ministers met on Monday. They spoke of trade."

# One line is one sentence.
OF_OTHER_WORKS = """
All photos in this story are licensed under CC BY 4.0.
The illustrations in this article are licensed under CC BY 4.0.
The chart in this article is licensed under CC BY 4.0.
The chart above this article is licensed under CC BY 4.0.
The video embedded in this article is licensed under CC BY 4.0.
The data in this article are licensed under CC BY 4.0.
The dataset used in this article is licensed under CC BY 4.0.
The software mentioned in this article is licensed under CC BY 4.0.
Comments on this article are licensed under CC BY 4.0.
Photos and comments on our site are licensed under CC BY 4.0.
Only the headline of this article is licensed under CC BY 4.0.
The crossword of this site is licensed under CC BY 4.0.
This article's photos are licensed under CC BY 4.0.
The website's design is licensed under CC BY 4.0.
The study that this article quotes is licensed under CC BY 4.0.
This website theme is licensed under CC BY 4.0.
Except where otherwise noted, photos on this site are licensed under CC BY 4.0.
This article is based on a study published under CC BY 4.0.
This article contains images licensed under CC BY 4.0.
CC BY 4.0 (images)
Global Voices publishes all its stories under CC BY 4.0.
Alle Fotos in diesem Artikel stehen unter CC BY 4.0.
Die Kommentare zu diesem Artikel stehen unter CC BY 4.0.
Die Artikelbilder und Grafiken dieser Seite stehen unter CC BY 4.0.
Die Schlagzeile dieses Artikels steht unter CC BY 4.0.
Das Layout dieser Website steht unter CC BY 4.0.
Dieser Artikel basiert auf einer Studie, die unter CC BY 4.0 erschienen ist.
Les photos de cet article sont sous licence CC BY 4.0.
Les commentaires de cet article sont sous licence CC BY 4.0.
La maquette de ce site est sous licence CC BY 4.0.
Les données de l'article sont sous licence CC BY 4.0.
Las fotos de este artículo están bajo licencia CC BY 4.0.
Los comentarios en nuestro sitio están bajo licencia CC BY 4.0.
El titular de este artículo está bajo licencia CC BY 4.0.
As fotos deste artigo estão sob licença CC BY 4.0.
Os comentários deste artigo estão sob licença CC BY 4.0.
Os dados neste artigo estão sob licença CC BY 4.0.
Le foto di questo articolo sono sotto licenza CC BY 4.0.
I commenti a questo articolo sono sotto licenza CC BY 4.0.
Le immagini dell'articolo sono sotto licenza CC BY 4.0.
De foto's in dit artikel vallen onder CC BY 4.0.
De reacties op dit artikel vallen onder CC BY 4.0.
De vormgeving van deze website valt onder CC BY 4.0.
Фотографии в этой статье доступны по лицензии CC BY 4.0.
Комментарии к этому материалу доступны по лицензии CC BY 4.0.
Данные из этой статьи доступны по лицензии CC BY 4.0.
عکس‌های این مقاله تحت مجوز CC BY 4.0 منتشر شده است.
نظرات این مطلب و این سایت تحت مجوز CC BY 4.0 است.
صور هذا المقال منشورة بموجب رخصة CC BY 4.0.
التعليقات على هذا المقال منشورة بموجب رخصة CC BY 4.0.
本文图片采用 CC BY 4.0 许可协议。
本文的图片采用 CC BY 4.0 许可协议。
本文的评论采用 CC BY 4.0 许可协议。
この記事の写真は CC BY 4.0 で公開されています。
本記事のコメントは CC BY 4.0 で公開されています。
""".strip().split("\n")

NOT_GRANTED = """
None of our content is licensed under CC BY 4.0.
No part of this site is licensed under CC BY 4.0.
This article isn't licensed under CC BY 4.0.
This article isn’t licensed under CC BY 4.0.
This article cannot be reused under CC BY 4.0.
Neither this article nor its photos are licensed under CC BY 4.0.
All our articles will be licensed under CC BY 4.0 from 2030.
Kein Inhalt dieser Seite steht unter CC BY 4.0.
Keiner unserer Artikel steht unter CC BY 4.0.
Ab 2030 stehen alle Artikel unter CC BY 4.0.
Aucun contenu de ce site n'est sous licence CC BY 4.0.
Este artículo no se publica bajo licencia CC BY 4.0.
Ningún contenido de este sitio está bajo licencia CC BY 4.0.
Todos los artículos se publicarán bajo licencia CC BY 4.0.
Este artigo não é publicado sob licença CC BY 4.0.
Nenhum artigo deste site está sob licença CC BY 4.0.
Nessun articolo di questo sito è sotto licenza CC BY 4.0.
Geen enkel artikel op deze site valt onder CC BY 4.0.
Ни один материал сайта не доступен по лицензии CC BY 4.0.
Ни один материал сайта доступен по лицензии CC BY 4.0.
این مقاله تحت مجوز CC BY 4.0 منتشر نمی‌شود.
هیچ یک از مطالب این سایت تحت مجوز CC BY 4.0 است.
لا يُنشر هذا المقال بموجب رخصة CC BY 4.0.
本文不以 CC BY 4.0 发布。
本网站内容将采用 CC BY 4.0 许可协议。
この記事は CC BY 4.0 では公開できません。
""".strip().split("\n")

OF_THE_TEXT = """
Texts and photos on this site are licensed under CC BY 4.0.
Photos and all our texts are licensed under CC BY 4.0.
All content of this site including photos is licensed under CC BY 4.0.
Except for photos, all content is licensed under CC BY 4.0.
The text of this article is licensed under CC BY 4.0.
Republication of this article is permitted under CC BY 4.0.
Please note that this article is licensed under CC BY 4.0.
This article's text is licensed under CC BY 4.0.
This site's license is CC BY 4.0.
Esta nota se publica bajo licencia CC BY 4.0.
本站所有文章除特别声明外，均采用 CC BY 4.0 许可协议。
当サイトの記事は、特に明記されていない限り、CC BY 4.0 で公開しています。
Everything on this site is licensed under CC BY 4.0.
Original articles on this site are licensed under CC BY 4.0.
Published on this site under CC BY 4.0.
The license of this article is CC BY 4.0.
If not otherwise stated, this article is licensed under CC BY 4.0.
We publish all our stories under CC BY 4.0.
Our data stories are licensed under CC BY 4.0.
CC BY 4.0, free for commercial and non-commercial use.
Texte und Bilder auf dieser Seite stehen unter CC BY 4.0.
Bilder und Texte dieser Seite stehen unter CC BY 4.0.
Soweit nicht anders angegeben, stehen alle Inhalte dieser Seite unter CC BY 4.0.
Der Text dieses Artikels steht unter CC BY 4.0.
Für diesen Artikel gilt die Lizenz CC BY 4.0.
Mit Ausnahme der Fotos stehen alle Inhalte, soweit nicht anders angegeben, unter CC BY 4.0.
Les textes et les photos de ce site sont sous licence CC BY 4.0.
À l'exception des photos, les contenus de ce site sont sous licence CC BY 4.0.
Los textos y las fotos de este sitio están bajo licencia CC BY 4.0.
Salvo que no se indique lo contrario, el contenido está bajo licencia CC BY 4.0.
Os textos e as fotos deste site estão sob licença CC BY 4.0.
Se non diversamente indicato, i contenuti di questo sito sono sotto licenza CC BY 4.0.
I testi e le foto di questo sito sono sotto licenza CC BY 4.0.
De teksten en foto's op deze site vallen onder CC BY 4.0.
Tenzij niet anders vermeld, valt de inhoud van deze site onder CC BY 4.0.
Тексты и фотографии сайта доступны по лицензии CC BY 4.0.
Если не указано иное, материалы сайта доступны по лицензии CC BY 4.0.
متن و عکس‌های این سایت تحت مجوز CC BY 4.0 است.
النصوص والصور في هذا الموقع مرخصة بموجب CC BY 4.0.
本网站的文章和图片采用 CC BY 4.0 许可协议。
この記事と写真は CC BY 4.0 で公開されています。
""".strip().split("\n")


def license_of(sentence: str) -> str | None:
    statements = cut_footer(f"{BODY}\n{sentence}")[2]
    return decide(statements, given=None, publisher=None, agency=None).license


@pytest.mark.parametrize("sentence", OF_OTHER_WORKS + NOT_GRANTED)
def test_the_license_of_another_work_and_one_not_granted_stay_in_the_text(sentence: str) -> None:
    text = f"{BODY}\n{sentence}"
    assert cut_footer(text) == (text, (), ())


@pytest.mark.parametrize("sentence", OF_THE_TEXT)
def test_the_license_of_the_text_is_read_beside_other_works(sentence: str) -> None:
    assert license_of(sentence) == "CC-BY-4.0"


@pytest.mark.parametrize(
    ("sentence", "spdx"),
    [
        ("This article is licensed under CC BY (NC) 4.0.", "CC-BY-NC-4.0"),
        ("This article is licensed under CC BY/NC/ND 4.0.", "CC-BY-NC-ND-4.0"),
        ("This article is licensed under CC BY 4.0, non-commercial use only.", "CC-BY-NC-4.0"),
        ("This article is under CC BY-SA 4.0, but no derivatives.", "CC-BY-ND-4.0"),
        ("Dieser Artikel: CC BY 4.0, nur nicht-kommerziell.", "CC-BY-NC-4.0"),
    ],
)
def test_conditions_behind_a_license_s_name_make_it_stricter(sentence: str, spdx: str) -> None:
    assert license_of(sentence) == spdx


def test_rights_reserved_but_for_other_texts_are_reserved() -> None:
    sentence = "All rights reserved, unlike our articles of before 2019, which are under CC BY 4.0."
    assert license_of(sentence) == "LicenseRef-AllRightsReserved"


@pytest.mark.parametrize(
    "credit",
    [
        "Photo: © Reuters. All rights reserved.",
        "Photo: Jane Doe. Licensed under CC BY 2.0.",
        "Image by Jane Doe. CC BY 4.0.",
        "The photo is from Flickr. CC BY 2.0.",
        "Bild: dpa. Alle Rechte vorbehalten.",
    ],
)
def test_what_follows_a_credit_belongs_to_it(credit: str) -> None:
    assert license_of(credit) is None
    assert [s for s in statements_in_text(f"{BODY} {credit}") if s.spdx] == []


def test_what_follows_another_sentence_is_the_text_s() -> None:
    for before in ("They spoke of photos.", "© 2024 Music News.", "Data protection."):
        assert license_of(f"{before} All rights reserved.") == "LicenseRef-AllRightsReserved"
