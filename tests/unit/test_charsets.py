"""Charset lies: the header against the page's own words against the bytes."""

import pytest

from tasks.decoding import CHARSET_GUESSED, Decoded, decode
from tasks.parsing import declared_charset

FRENCH = "Le café de l’île était fermé — « dommage », dit-il à l’hôtel. "
SPANISH = "El señor López explicó que la reunión será mañana en España. "
RUSSIAN = "Министр сообщил в воскресенье, что переговоры продолжатся. "
CHINESE = "新华社北京电　記者昨日从有关部门获悉，㐂会议通过了镕基预算。"
JAPANESE = "東京で会議が開かれ、議員は予算に合意した。カタカナも。"
KOREAN = "서울에서 회의가 열려 예산에 합의했다고 밝혔다. "
POLISH = "Premier powiedział, że spotkanie może się odbyć, gdzie główny zarząd był wcześniej. "
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, řekl ministr. "
HUNGARIAN = "A miniszterelnök közölte, hogy az ülés őszre tolódik, mert nem született döntés. "


def page(text: str, meta: str = "", before: str = "") -> str:
    return f"<html><head>{before}{meta}<title>x</title></head><body><p>{text * 9}</p></body></html>"


def read(body: bytes, header: str | None = None) -> Decoded:
    result = decode(body, header, declared_charset(body))
    assert isinstance(result, Decoded), result
    return result


def meta(charset: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (FRENCH, "cp1252", "iso-8859-1"),
        (FRENCH, "cp1252", "us-ascii"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "gb18030", "GBK"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE, "cp932", "x-sjis"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (KOREAN, "cp949", "ks_c_5601-1987"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (RUSSIAN, "cp1251", "windows-1251"),
    ],
)
def test_a_label_stands_for_what_browsers_read_by_it(text: str, codec: str, label: str) -> None:
    by_meta = page(text, meta(label))
    assert read(by_meta.encode(codec)).text == by_meta
    by_header = page(text)
    assert read(by_header.encode(codec), label).text == by_header


@pytest.mark.parametrize("label", ["windows-1252", "koi8-r", "gb2312", "shift_jis", "utf-16", "x"])
@pytest.mark.parametrize("text", [FRENCH, RUSSIAN, CHINESE, JAPANESE])
def test_utf_8_is_read_whatever_is_declared(text: str, label: str) -> None:
    for whole in (page(text), page(text, meta(label))):
        assert read(whole.encode(), label).text == whole
        assert read(whole.encode()).text == whole


@pytest.mark.parametrize(
    ("text", "codec"),
    [(FRENCH, "cp1252"), (RUSSIAN, "cp1251"), (CHINESE, "gb18030"), (JAPANESE, "cp932")],
)
def test_a_header_that_the_bytes_belie_gives_way_to_the_pages_own_word(
    text: str, codec: str
) -> None:
    whole = page(text, meta(codec.replace("cp125", "windows-125")))
    result = read(whole.encode(codec), "utf-8")
    assert (result.text, result.warnings) == (whole, ())


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (FRENCH, "cp1252"),
        (SPANISH, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (POLISH, "cp1250"),
        (CZECH, "cp1250"),
        (HUNGARIAN, "cp1250"),
        (CHINESE, "gb18030"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
    ],
)
def test_bytes_declared_as_utf_8_that_are_not_are_read_by_their_look(text: str, codec: str) -> None:
    whole = page(text, meta("utf-8"))
    result = read(whole.encode(codec), "utf-8")
    assert (result.text, result.warnings) == (whole, (CHARSET_GUESSED,))


def test_the_look_of_a_page_is_found_below_a_long_script() -> None:
    whole = page(RUSSIAN, before=f"<script>{'x' * 100_000}</script>")
    assert read(whole.encode("cp1251")).text == whole


@pytest.mark.parametrize("label", [None, "utf-8", "windows-1252", "gb2312", "utf-16"])
@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [FRENCH, RUSSIAN])
def test_utf_16_is_read_with_and_without_a_mark_whatever_is_declared(
    text: str, codec: str, label: str | None
) -> None:
    assert read(page(text).encode(codec), label).text == page(text)


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-32"])
@pytest.mark.parametrize(("text", "codec"), [(FRENCH, "cp1252"), (RUSSIAN, "cp1251")])
def test_bytes_without_a_nul_are_no_utf_16(text: str, codec: str, label: str) -> None:
    for body in (page(text).encode(codec), page(text).encode(codec) + b" "):  # of either parity
        assert read(body, label).text.startswith(page(text))


def test_a_byte_order_mark_is_believed_before_the_header() -> None:
    whole = page(FRENCH, meta("windows-1252"))
    assert read(whole.encode("utf-8-sig"), "windows-1251").text == whole


def test_seven_bit_japanese_is_known_by_its_escapes() -> None:
    assert read(page(JAPANESE).encode("iso2022_jp"), "utf-8").text == page(JAPANESE)


# What a page declares itself


@pytest.mark.parametrize(
    "head",
    [
        b"<meta charset=koi8-r>",
        b"<META CharSet = 'koi8-r' />",
        b"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>",
        b"<script>" + b"x" * 2_000 + b"</script><meta charset='koi8-r'>",
        b"<!-- <meta charset=big5> --><meta charset='koi8-r'>",
        b"<?xml version='1.0' encoding='koi8-r'?>",
        b"<?xml version='1.0' encoding='big5'?><meta charset='koi8-r'>",
    ],
)
def test_a_page_declares_its_charset(head: bytes) -> None:
    assert declared_charset(head + b"<p>text") == "koi8-r"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<meta charset=''>",
        b"<!-- <meta charset=big5> -->",
        b"<meta charset=utf-16>",  # it could not have been read
        b"<?xml version='1.0'?><p encoding='big5'>",
        b"<meta name=description content='" + b"charset " * 9,
    ],
)
def test_a_page_that_declares_no_charset_has_none(head: bytes) -> None:
    assert declared_charset(head + b"<p>text") is None
