"""What agencies send behind a text, or between its pages."""

import pytest

from expectations.records import Removed
from tasks.wire import read_wire
from tasks.wire_credits import is_credit, reporters

BODY = "The two ministers met on Monday to talk about trade, which has grown for three years."
FOOTER = "All content is licensed under a Creative Commons Attribution 4.0 International License."

CREDITS = [
    "(Reporting by Jane Doe in Paris; Editing by John Roe)",
    "Reporting by Jane Doe; Writing by John Roe; Editing by Ann Poe and the Reuters newsroom",
    "(Additional reporting by Jane Doe in London and Ann Poe at the United Nations)",
    "Associated Press writers Jane Doe in Paris and John Roe in London contributed to this report.",
    "Doe reported from Tallahassee, Florida.",
    "Doe and Roe reported from Paris. AP writer Ann Poe in London contributed to this report.",
    "Jane Doe contributed reporting from Kyiv.", "With files from The Canadian Press",
    "(With inputs from agencies)", "Mit Material von dpa", "– Mit Agenturmaterial",
    "(mit Material von dpa und AFP)",
    "(Bericht von Klaus Muster, redigiert von Rolf Muster. Bei Rückfragen rufen Sie uns an)",
    "(Reportage de Jean Dupont; version française Marie Curie, édité par Paul Durand)",
    "(Jane Doe et John Roe, version française Marie Curie, édité par Paul Durand)", "Avec AFP",
    "(avec l’AFP)", "Redacción de Juan Pérez", "(Con información de EFE y AFP)",
    "(Reporte de Juan Pérez; Editado por Ana Gómez)", "Com informações da Reuters", "Com agências",
    "(Reportagem de João da Silva, edição de Ana Souza)", "(Por João Silva; Edição de Ana Souza)",
    "(Tradotto da Luca Rossi, editing Anna Bianchi)", "A cura di Luca Rossi",
    "Met medewerking van Jan Jansen", "(Джейн Доу. Редактор Джон Роу)", "Подготовила Анна Иванова",
    "(إعداد محمد علي للنشرة العربية - تحرير أحمد حسن)", "（责任编辑：张三）",
    "（记者张三 李四）", "责编：张三、李四", "（ロイター 山田太郎 編集：田中花子）",
]  # fmt: skip


@pytest.mark.parametrize("credit", CREDITS)
def test_a_credit_in_a_paragraph_of_its_own_is_cut(credit: str) -> None:
    story = read_wire(f"{BODY}\n\n{BODY}\n\n{credit}\n\n-30-\n\n{FOOTER}")
    assert story.text == f"{BODY}\n{BODY}\n{FOOTER}"
    assert story.removed == (Removed("credit", credit), Removed("end-mark", "-30-"))


@pytest.mark.parametrize("credit", [credit for credit in CREDITS if credit[0] in "(（"])
def test_a_credit_in_parentheses_behind_the_last_sentence_is_cut(credit: str) -> None:
    story = read_wire(f"{BODY}\n\n{BODY} (He laughed.) {credit} ENDS")
    assert story.text == f"{BODY}\n{BODY} (He laughed.)"
    assert story.removed == (Removed("credit", credit), Removed("end-mark", "ENDS"))


@pytest.mark.parametrize(
    "sentence",
    [
        "Reporting by Reuters found that the ministry had lied.", "Editing by hand is slow.",
        "Editing Shakespeare", "She reported from Iraq.",
        "Jane Doe reported from Iraq for ten years.",
        "Doe reported from Paris. The ministers left.",
        "Mit Material von Bosch baute er ein Haus.", "He contributed to this report.",
        "The ministry contributed to this report and signed it.", "With agencies closing, he left.",
        "Jane Doe contributed to this report, which was published on Monday.", "Editing",
        "Con información de la policía, el juez decidió.", "Avec AFP il gagne", "A cura di",
        "Reportage de guerre : un métier disparaît.", "Перевод", "(Reporting by Doe. © AFP)",
        "编辑:他们说贸易三年来一直在增长。", "(قال الوزير إن التجارة نمت)",
        "(تحرير المدينة كان هدفهم)", "（编辑部决定不发表这封信）",
    ],
)  # fmt: skip
def test_a_sentence_is_no_credit(sentence: str) -> None:
    assert not is_credit(sentence)
    assert read_wire(f"{BODY}\n\n{sentence}").text.endswith(sentence)


def test_a_credit_far_from_the_end_or_alone_stays() -> None:
    text = "\n\n".join([BODY, CREDITS[0], BODY, BODY, BODY, BODY])
    assert read_wire(text).removed == ()
    assert read_wire(CREDITS[0]).text == CREDITS[0]


@pytest.mark.parametrize(
    ("credit", "names"),
    [
        ("(Reporting by Jane M. Doe in Paris; Editing by John Roe)", ("Jane M. Doe",)),
        ("Reporting by Jane Doe, Jean-Paul Roe and Ann Poe at the United Nations; Writing by X",
         ("Jane Doe", "Jean-Paul Roe", "Ann Poe")),
        ("(Reporting by Jane Doe. Editing by John Roe)", ("Jane Doe",)),
        ("(Reporting by Jane Doe and John Roe, Additional reporting by Ann Poe)",
         ("Jane Doe", "John Roe")),
        ("(Bericht von Klaus Muster, redigiert von Ralf Beispiel)", ("Klaus Muster",)),
        ("(Reportage de Jean Dupont; édité par Paul Durand)", ("Jean Dupont",)),
        ("(Reporte de Juan Pérez en Lima; Editado por Ana Gómez)", ("Juan Pérez",)),
        ("(Reportagem de João da Silva, edição de Ana Souza)", ("João da Silva",)),
        ("Reportage de Guerre", ()),
        ("Reporting by Reuters", ()), ("Editing by John Roe", ()), ("Mit Material von dpa", ()),
        ("(Additional reporting by Jane Doe)", ()),
    ],
)  # fmt: skip
def test_reporters_are_the_authors_where_no_byline_names_them(
    credit: str, names: tuple[str, ...]
) -> None:
    assert reporters(credit) == names
    assert read_wire(f"{BODY}\n\n{credit}").authors == names
    assert read_wire(f"Trade grows\n\nBy A. Byline\n\n{BODY}\n\n{credit}").authors == ("A. Byline",)


NOTES = [
    "Notes to editors:", "Note to editors", "NOTES FOR EDITORS", "Hinweis an die Redaktionen:",
    "Redaktionelle Hinweise", "## Redaktionelle Hinweise", "# dpa-Notizblock", "* * * * Notizblock",
    "Note aux rédactions :", "Nota a los editores:", "Nota aos editores:", "Note per le redazioni",
    "Примечание для редакторов:", "ملاحظة للمحررين:",
]  # fmt: skip


@pytest.mark.parametrize("heading", NOTES)
def test_notes_to_editors_are_cut_to_the_end_but_for_a_license(heading: str) -> None:
    text = f"{BODY}\n\n{BODY}\n\n{BODY}\n\n{heading}\n\nPictures are on file.\n\n-30-\n\n{FOOTER}"
    story = read_wire(text)
    assert story.text == f"{BODY}\n{BODY}\n{BODY}\n{FOOTER}"
    assert story.removed == (
        Removed("editor-note", heading),
        Removed("editor-note", "Pictures are on file."),
        Removed("end-mark", "-30-"),
    )


def test_the_notes_of_dpa_are_cut_with_the_initials_below_them() -> None:
    notes = [
        "# dpa-Notizblock", "## Redaktionelle Hinweise", "- Zusammenfassung bis 1800",
        "## Internet", "- [Ministerium](https://example.org)", "## Orte", "- [Amt](Platz 1, Oslo)",
    ]  # fmt: skip
    story = read_wire("\n\n".join([BODY, BODY, BODY, *notes, "dpa abc xx n1 yy"]))
    assert story.text == "\n".join([BODY] * 3)
    assert story.removed == (
        *(Removed("editor-note", note) for note in notes),
        Removed("credit", "dpa abc xx n1 yy"),
    )


@pytest.mark.parametrize(
    "note",
    [
        "Note to editors: pictures are on file.",
        "Internet: www.example.org",
        "(Nota aos editores: x)",
    ],
)
def test_a_note_in_one_line_is_cut_alone(note: str) -> None:
    story = read_wire(f"{BODY}\n\n{BODY}\n\n{note}\n\n{BODY}")
    assert (story.text, story.removed) == (
        "\n".join([BODY] * 3),
        (Removed("editor-note", note),),
    )


@pytest.mark.parametrize(
    "text",
    [
        f"## Orte\n\n{BODY}",
        f"## Orte\n\n- [Amt](Platz 1, Oslo)\n\n{BODY}",
        f"Internet:\n\n{BODY}",
        "Editor's note: I was there in 1989 when the wall fell and I remember the cold.",
        f"Editor's note\n\n{BODY}",
    ],
)
def test_prose_behind_a_heading_or_of_an_editor_stays(text: str) -> None:
    assert read_wire(f"{BODY}\n\n{BODY}\n\n{BODY}\n\n{text}").removed == ()


def test_notes_longer_than_the_text_before_them_stay() -> None:
    parts = [BODY, BODY, "Notes to editors", BODY, BODY, BODY]
    assert read_wire("\n\n".join(parts)).text == "\n".join(parts)


def test_long_notes_stay_however_long_the_text_is() -> None:
    parts = [*[BODY] * 200, "Notes to editors", *[BODY] * 60]
    assert read_wire("\n\n".join(parts)).text == "\n".join(parts)


@pytest.mark.parametrize(
    "sentence", ["Notes to editors were found in the bin.", "Internet: Das Netz wächst."]
)
def test_a_sentence_about_notes_stays(sentence: str) -> None:
    assert read_wire(f"{BODY}\n\n{sentence}\n\n{BODY}").removed == ()


def test_page_breaks_are_cut_wherever_they_are() -> None:
    parts = [
        BODY, BODY, "(more)", "BC-NORWAY-TRADE, 2", "-2-", *[BODY] * 6, f"{BODY} -more-", "3-3-3",
        *[BODY] * 6, "(MORE)", BODY, "(mehr)", "2-2-2", BODY, "ENDS",
    ]  # fmt: skip
    story = read_wire("\n\n".join(parts))
    assert story.text == "\n".join([BODY] * 17)
    assert [cut.text for cut in story.removed] == [
        "(more)", "BC-NORWAY-TRADE, 2", "-2-", "-more-", "3-3-3", "(MORE)", "(mehr)", "2-2-2",
        "ENDS",
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["More", "-2-", "2-2-2", "ENDS", "* * *", "BC-NORWAY-TRADE, 2"])
def test_within_the_text_other_marks_stay(line: str) -> None:
    assert read_wire("\n\n".join([*[BODY] * 4, line, *[BODY] * 4])).removed == ()


@pytest.mark.parametrize("mark", ["انتهای پیام", "انتهای پیام/", "（完）", "Enditem", "(了)"])
def test_other_languages_end_marks_are_cut(mark: str) -> None:
    assert read_wire(f"{BODY}\n\n{mark}").removed == (Removed("end-mark", mark),)


def test_a_correction_at_the_end_is_cut() -> None:
    note = "Correction: An earlier version of this story misspelled the minister's name."
    assert read_wire(f"{BODY}\n\n{note}").removed == (Removed("correction", note),)


@pytest.mark.parametrize(
    "block",
    [
        "Media Contact:\nJane Doe\nExample Corp.\njane@example.com\n+1 555 123 4567",
        "Pressekontakt:\n\nVerband der Beispiele\n\nE-Mail: max@example.de",
        "CONTACT\nJane Doe, +1 555 123 4567",
        "Jane Doe can be reached at jane@example.com.",
        "((jane.doe@example.com; +44 20 1234 5678))",
    ],
)
def test_a_block_of_addresses_is_cut(block: str) -> None:
    story = read_wire(f"{BODY}\n\n{BODY}\n\n{block}\n\n###")
    assert story.text == f"{BODY}\n{BODY}"
    lines = [line for line in block.split("\n") if line]
    assert story.removed == (
        *(Removed("contact", line) for line in lines),
        Removed("end-mark", "###"),
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}\n\nContact\n\nThe film opens on Friday.\n\n{BODY}",
        f"{BODY}\n\nContacts:\n\nThere are none, he said.",
        "Contact\n\nJane Doe",
    ],
)
def test_a_heading_with_no_address_below_it_stays(text: str) -> None:
    assert read_wire(text).text == text.replace("\n\n", "\n")
