"""Bytes to characters to paragraphs."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text import (
    INVALID_BYTES,
    NUL_CHARACTERS,
    Decoded,
    Undecodable,
    content_hash,
    decode,
    normalise,
    paragraphs,
    word_count,
)

any_text = st.text(st.characters(exclude_categories=()))
RUSSIAN = "Министр сообщил в воскресенье, что переговоры продолжатся на следующей неделе. "


def decoded(body: bytes, charset: str | None = None) -> Decoded:
    result = decode(body, charset)
    assert isinstance(result, Decoded), result
    return result


@pytest.mark.parametrize(
    "codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-8"]
)
def test_unicode_encodings_are_recognised_without_a_declared_charset(codec: str) -> None:
    text = "Zürich — 東京, and some more words in plain letters to go by"
    assert decoded(text.encode(codec)).text == text


@pytest.mark.parametrize(
    ("codec", "text", "name"),
    [
        ("cp1252", "café — “quoted”", "windows-1252"),
        ("cp1256", "قال وزير الخارجية", "windows-1256"),
        ("koi8-r", RUSSIAN, "koi8-r"),
        ("gb18030", "新华社北京电", "gb18030"),
        ("cp932", "東京で会議が開かれた", "shift-jis"),
        ("iso8859-2", "Příliš žluťoučký kůň", "iso-8859-2"),
    ],
)
def test_a_declared_charset_is_followed(codec: str, text: str, name: str) -> None:
    result = decoded(text.encode(codec), codec)
    assert (result.text, result.warnings) == (text, ())
    assert result.encoding in {name, "shift_jis"}


def test_latin_1_means_windows_1252_as_on_the_web() -> None:
    assert decoded(b"it\x92s", "ISO-8859-1").text == "it’s"


def test_utf_8_is_believed_against_a_wrong_single_byte_charset() -> None:
    assert decoded("Élysée".encode(), "iso-8859-1").text == "Élysée"


@pytest.mark.parametrize(
    "charset", ["no-such-charset", "unicode_escape", "utf-7", "hex", "a\0b", ""]
)
def test_a_charset_that_no_page_is_written_in_is_ignored(charset: str) -> None:
    assert decoded("naïve \\u0041".encode(), charset).text == "naïve \\u0041"


def test_undeclared_cyrillic_is_detected() -> None:
    assert decoded((RUSSIAN * 5).encode("cp1251")).text == RUSSIAN * 5


def test_undeclared_western_text_falls_to_windows_1252() -> None:
    result = decoded("Das Café in Zürich ist schön. ".encode("cp1252") * 5)
    assert (result.text[:7], result.encoding) == ("Das Caf", "windows-1252")
    assert "Zürich ist schön" in result.text


def test_a_few_invalid_bytes_are_replaced_with_a_warning() -> None:
    result = decoded(RUSSIAN.encode() * 5 + b"\xff" + RUSSIAN.encode())
    assert result.encoding == "utf-8"
    assert result.warnings == (INVALID_BYTES,)
    assert result.text.count("\ufffd") == 1


def test_a_text_cut_within_a_character_keeps_all_before_it() -> None:
    body = ("plain words only, " * 20 + "é").encode()[:-1]
    assert decoded(body).text.startswith("plain words only")


def test_surrogates_encoded_as_utf_8_become_characters() -> None:
    body = (
        "smile \ud83d\ude00 and lone \ud800 and many more words to go with it".encode(
            "utf-8", "surrogatepass"
        )
        + b" padding" * 20
    )
    result = decoded(body)
    assert result.text.startswith("smile 😀 and lone \ufffd and")


def test_nul_characters_are_taken_out_with_a_warning() -> None:
    result = decoded(b"A headline\0 and its text\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")
    assert (result.text, result.warnings) == ("A headline and its text", (NUL_CHARACTERS,))


@pytest.mark.parametrize(
    "body",
    [
        bytes(range(256)) * 20,
        b"\0" * 1000,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9,
        b"a\0b\0\0\0c" * 100,
    ],
)
def test_binary_data_is_no_text(body: bytes) -> None:
    assert isinstance(decode(body, "utf-8"), Undecodable)


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "latin-1", "utf-16", "gbk", "?"]))
def test_decode_answers_whatever_the_bytes(body: bytes, charset: str | None) -> None:
    result = decode(body, charset)
    if isinstance(result, Decoded):
        result.text.encode()
        assert "\0" not in result.text


@given(any_text)
def test_normalise_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(any_text)
def test_normalised_text_is_nfc_one_paragraph_a_line_without_loose_space(text: str) -> None:
    result = normalise(text)
    assert unicodedata.is_normalized("NFC", result)
    result.encode()
    for line in result.split("\n") if result else []:
        assert line == " ".join(line.split())
        assert line


def test_every_kind_of_space_and_line_end_is_folded() -> None:
    assert (
        normalise("a\u00a0\u2003 b\t c\u3000d \r\n\r\n e\u2028f\x85g\x0ch") == "a b c d\ne\nf\ng\nh"
    )


def test_invisible_junk_goes_and_joiners_stay() -> None:
    assert normalise("\ufeffso\u00adft\u200b \u202eword\u202c\x07") == "soft word"
    persian = "می\u200cخواهم"
    family = "👨\u200d👩\u200d👧"
    assert normalise(f"{persian} {family} \u200f!") == f"{persian} {family} \u200f!"


def test_letters_with_separate_accents_are_composed() -> None:
    assert normalise("Zu\u0308rich") == "Zürich"


def test_hard_wrapped_paragraphs_are_joined() -> None:
    text = (
        "The ministers of the two countries met on Monday to talk about trade and\n"
        "about the border, which has been closed since the spring of last year and\n"
        "will stay closed.\n\n"
        "A second meeting is planned for the autumn, the ministry said in a short\n"
        "statement.\n"
    )
    first, second = paragraphs(text)
    assert first.endswith(
        "trade and about the border, which has been closed since the spring of "
        "last year and will stay closed."
    )
    assert second.endswith("in a short statement.")


def test_one_paragraph_a_line_stays_so() -> None:
    lines = [f"Paragraph number {n} " + "goes on for a good while " * 9 for n in range(4)]
    assert paragraphs("\n".join(lines)) == [line.strip() for line in lines]


def test_short_lines_of_a_list_are_not_joined() -> None:
    assert paragraphs("Results\nAjax 2\nPSV 1\nFeyenoord 4") == [
        "Results",
        "Ajax 2",
        "PSV 1",
        "Feyenoord 4",
    ]


def test_wrapped_chinese_is_joined_without_a_space() -> None:
    line = "新华社北京电国家主席今天在北京会见了来访的外国客人并同他们进行了友好的谈话双方"
    assert paragraphs(f"{line}\n{line}\n就此。") == [f"{line}{line}就此。"]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=12))
def test_paragraphs_lose_nothing_but_space(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert "".join("".join(paragraphs(text)).split()) == "".join(normalise(text).split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("TEHRAN - Ali said", 3),
        ("don't stop — believing…", 3),
        ("東京で会議", 5),
        ("ภาษาไทย", 7),
        ("서울에서 회의가 열렸다", 3),
        ("यह हिन्दी है", 3),
        ("iPhone 15は発売", 5),
    ],
)
def test_words_are_counted_by_script(text: str, words: int) -> None:
    assert word_count(text) == words


def test_the_hash_folds_case_space_and_punctuation_and_nothing_else() -> None:
    assert content_hash("“Hello,  World!”\n") == content_hash("hello WORLD")
    assert content_hash("ＦＵＬＬ ﬁne") == content_hash("full fine")
    assert content_hash("Straße") == content_hash("STRASSE")
    assert content_hash("कि") != content_hash("की")
    assert content_hash("1.5 million") != content_hash("2.5 million")


@given(any_text)
def test_the_hash_of_a_text_survives_normalising(text: str) -> None:
    clean = normalise(text)
    assert content_hash(clean) == content_hash(f"  {clean.replace(' ', '  ')}\n\n")


@pytest.mark.parametrize("function", [normalise, paragraphs, word_count, content_hash])
@pytest.mark.parametrize(
    "unit", ["a", "A, ", " ", "\n", "é", "\u0315\u0300", "語", "—", "\ufeff", "a \n"]
)
def test_time_grows_with_the_text_and_no_faster(
    function: Callable[[str], object], unit: str
) -> None:
    """Of a text this long anything quadratic takes hours."""
    function(unit * (500_000 // len(unit)))
