"""Lines of agencies above a text, and headlines and sentences that look like them."""

import pytest

from tasks.wire import read_wire
from tasks.wire_marks import ADVISORY, CORRECTION, SLUG, head_mark

BODY = "The two ministers met on Monday to talk about trade, which has grown for three years."
LEAD = f"OSLO, May 3 (AP) — {BODY}"


@pytest.mark.parametrize(
    "line",
    [
        "BC-Iran-Talks, 2nd Ld-Writethru", "BC-EU--Britain-Brexit,590", "AM-IRAN:TALKS/",
        "BC-US--Shooting, 3rd Ld-Writethru,0455", "US-Election, 1st Ld", "IRAN-NUCLEAR/ (UPDATE 2)",
        "bdt0123 4 pl 312 dpa 0456", "Konflikte/Nahost/Israel/", "Iran-nuclear-talks,2ndlead-WRAP",
        "BC-BRITAIN-BUDGET:LON — international (500 words)",
        "URGENT", "+++ EILMELDUNG +++", "(dpa-Eilmeldung)", "URGENTE", "СРОЧНО", "عاجل", "فوری",
        "快讯", "速報",
    ],
)  # fmt: skip
def test_slugs_and_headers_are_told(line: str) -> None:
    assert head_mark(line) == SLUG


@pytest.mark.parametrize(
    "line",
    [
        "EMBARGOED UNTIL 10:00 GMT", "STRICTLY EMBARGOED UNTIL 00.01 HRS TUESDAY 3 MAY",
        "EMBARGO: Tuesday, 3 May, 10:00 GMT", "Not for publication before 6 p.m. on Tuesday",
        "Sperrfrist: 3. Mai, 10 Uhr",
        "Sperrfrist: 3.5.2024", "Sous embargo jusqu’au mardi 3 mai, 10 h",
        "Embargado hasta las 10:00 horas del 3 de mayo", "Sob embargo até 3 de maio, 10h00",
        "Embargo fino alle ore 10.00 del 3 maggio", "Эмбарго до 10:00 3 мая",
        "FOR IMMEDIATE RELEASE", "FOR IMMEDIATE RELEASE: May 3, 2024",
        "For immediate release - Tuesday, 3 May 2024", "Para difusión inmediata: 3 de mayo de 2024",
        "PRESS RELEASE - FOR IMMEDIATE RELEASE", "Zur sofortigen Veröffentlichung",
        "Pour diffusion immédiate", "Para difusión inmediata", "Para divulgação imediata",
        "Per diffusione immediata", "Для немедленной публикации", "للنشر الفوري",
        "برای انتشار فوری", "即时发布", "報道関係者各位", "Pressemitteilung",
        "EDS: ADDS QUOTES", "(Eds: Updates with quotes)", "Attention editors: pictures are on file",
        "ATTENTION EDITORS - VISUAL COVERAGE OF SCENES OF INJURY OR DEATH",
        "Achtung Redaktionen: neuer Text", "Atención editores: hay fotos", "Adds details in para 3",
        "Updates throughout",
        "Updates with quotes, background", "Recasts, adds analyst comment in paragraph 4",
        "ADDS details, background", "(Updates with quotes, background)",
        "(Recasts, adds analyst comment in paragraph 4)", "(neu: mehr Details)",
        "(Actualisé avec déclarations)", "(Actualiza con declaraciones)", "(Atualiza com falas)",
        "(Aggiorna con dichiarazioni)", "(обновлено в 12:30)",
    ],
)  # fmt: skip
def test_advisories_and_embargoes_are_told(line: str) -> None:
    assert head_mark(line) == ADVISORY


@pytest.mark.parametrize(
    "line",
    [
        "(Corrects spelling of name in para 2)", "Corrects spelling of Doe in para 2",
        "Eds note: corrects name of minister", "(Berichtigt: Name im 2. Absatz)",
        "CORRECTION: An earlier version of this story misspelled the minister's name.",
        "Correction, May 3, 2024: This article originally misidentified the minister.",
        "This story has been corrected to show that the minister is Doe.",
        "Berichtigung: In einer früheren Version hieß es 30.", "(Corrige l'orthographe du nom)",
        "Rectificatif : une version précédente donnait 30.", "(Corrige el nombre del ministro)",
        "Fe de errata: en una versión anterior se decía 30.", "(Corretto il nome)",
        "Correção: em versão anterior, o nome estava errado.", "(Исправлено имя министра)",
        "Исправление: в предыдущей версии ошибочно сказано 30.",
    ],
)  # fmt: skip
def test_corrections_are_told(line: str) -> None:
    assert head_mark(line) == CORRECTION


LOOKALIKES = [
    "Correction: Iran-Talks story", "KORREKTUR: Polizei nennt neue Zahlen", "Corrects course",
    "Embargo until 2030 agreed by EU ministers", "Embargo: Ministers meet again on 3 May",
    "For immediate release of hostages, families call", "Press release: 3 ships sink in 2024",
    "Urgent: talks fail", "Urgent", "Alert", "Flash flood kills three", "Flash",
    "PM-KISAN 17th instalment released", "AM-FM radio loses listeners", "BC-based miner cuts jobs",
    "Updates to tax law pass", "Adds insult to injury", "Repeats win in Monaco",
    "Editors: stop hiding", "EDITORS AND WRITERS STRIKE", "Attention to editors grows",
    "Neu im Kino: Details zum Film", "Israel/Gaza: Waffenruhe", "Hold for release",
    "Berichtigung gefordert", "Sperrfrist gebrochen", "Urgente: falla el diálogo",
    "Срочно: переговоры сорваны", "快讯:谈判失败", "A/B", "AC/DC", "Tim Smith, LD",
    "Correction: Fed corrects course", "Embargo: EU-Staaten einigen sich um 10 Uhr",
    "Correcting headline inflation", "Corrects course, details plan", "EDITORS: STOP HIDING",
    "Lead, zinc and 1st aid", "Writes through pain: poet's background", "Adds to lead",
    "Adds quotes to menu, restaurant updates with background",
]  # fmt: skip


@pytest.mark.parametrize("line", LOOKALIKES)
def test_headlines_are_none_of_these(line: str) -> None:
    assert head_mark(line) is None
    assert read_wire(f"{line}\n\n{LEAD}").removed == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "The report was embargoed until 10:00 GMT, he said.",
        "Correction: the way forward is to cut the budget, says the minister.",
        "Attention to editors and writers is what the prize is for.",
        "This story has been told before, and it was corrected by nobody.",
        "This report was amended by the committee on Monday, sources say.",
        "This story corrects the record.",
        "Editor's note: This article was originally published in 2019.",
        "Adds the minister: we will see, in paragraph 4.",
    ],
)
def test_sentences_are_none_of_these(sentence: str) -> None:
    assert head_mark(sentence) is None


def test_a_head_of_all_parts_is_taken_apart() -> None:
    lines = [
        ("slug", "bdt0123 4 pl 312 dpa 0456"),
        ("slug", "BC-Norway-Trade, 2nd Ld-Writethru"),
        ("advisory", "EMBARGOED UNTIL 10:00 GMT"),
        ("correction", "(Corrects spelling of name in para 2)"),
        ("headline", "Ministers meet over trade"),
        ("advisory", "(Updates with quotes)"),
        ("byline", "By Jane Doe"),
    ]
    story = read_wire("\n\n".join([*(line for _, line in lines), LEAD, BODY]))
    assert story.title == "Ministers meet over trade"
    assert story.authors == ("Jane Doe",)
    assert story.text == f"{LEAD}\n{BODY}"
    assert story.wire.dateline_place == "OSLO"
    assert [(cut.removed.kind, cut.removed.text) for cut in story.cuts] == lines


def test_the_header_and_end_of_a_transmission_are_cut() -> None:
    header = "\x01\nfra0123 4 pol 0087 AP-fra 042\nEU-Trade, 1st Ld"
    story = read_wire(
        f"{header}\x02\nMinisters meet\n\n{LEAD}\n\n{BODY}\n\x03\n031015 MAY 24\n\x04"
    )
    assert story.title == "Ministers meet"
    assert story.text == f"{LEAD}\n{BODY}"
    assert [(cut.kind, cut.text) for cut in story.removed] == [
        ("slug", "fra0123 4 pol 0087 AP-fra 042"),
        ("slug", "EU-Trade, 1st Ld"),
        ("slug", "031015 MAY 24"),
    ]


def test_a_text_of_nothing_but_an_advisory_keeps_it() -> None:
    assert read_wire("FOR IMMEDIATE RELEASE").text == "FOR IMMEDIATE RELEASE"
    assert read_wire("URGENT\n\nFOR IMMEDIATE RELEASE").text == "FOR IMMEDIATE RELEASE"


def test_such_lines_within_the_text_stay() -> None:
    text = f"{LEAD}\n\nURGENT\n\n{BODY}\n\n(Updates with quotes)\n\n{BODY}\n\n{BODY}\n\n{BODY}"
    assert read_wire(text).removed == ()
