"""Bytes to characters, whatever encoding a page declares or hides."""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

INVALID_BYTES = "invalid_bytes"
NUL_CHARACTERS = "nul_characters"
CHARSET_GUESSED = "charset_guessed"

MAX_INVALID_SHARE = 0.01
# Random bytes are 10 % control characters, text has none; NULs alone also pad honest text.
MAX_CONTROL_SHARE = 0.05
MAX_NUL_SHARE = 0.2

# A byte-order mark of UTF-32-LE begins with that of UTF-16-LE: the longer one first.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNICODE_CODECS = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})
# What pages and feeds use, by Python's codec names. A list of what is allowed, because Python
# also knows `unicode_escape`, `utf-7` or `idna`, which nobody's article is written in.
_LEGACY_NAMES = (
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp866 cp874 koi8-r koi8-u "
    "iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 "
    "iso8859-13 iso8859-14 iso8859-15 iso8859-16 mac-roman mac-cyrillic gb18030 big5 big5hkscs "
    "euc_jp iso2022_jp cp932 cp949 johab ptcp154"
)
_LEGACY_CODECS = frozenset(_LEGACY_NAMES.split())
# Labels stand for the larger set that pages really use (WHATWG Encoding Standard, section 4.2).
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-8-sig": "utf-8",
}
# What the detector may answer: the rarer sets differ too little from these to be told apart.
_DETECTED_NAMES = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp874 iso8859-2 koi8-r "
    "gb18030 big5 euc_jp iso2022_jp cp932 cp949"
)
_MULTIBYTE = frozenset({"gb18030", "big5", "big5hkscs", "euc_jp", "cp932", "cp949", "johab"})
# Ten characters that are all valid UTF-8 by chance: below 1e-8 even in EUC-KR, the likeliest.
_MIN_UTF8_EVIDENCE = 10
_SNIFFED_BYTES = 65_536

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# Within a word and as windows-1250: s, z and t with caron, l with stroke, a with ogonek, z with
# dot or acute, s with cedilla. windows-1252 has signs there, or letters that hardly any of its
# languages uses.
_CENTRAL = re.compile(rb"[a-z\xe0-\xff][\x9a\x9e\x9d\xb3\xb9\xbf\x9f\xba][a-z\xe0-\xff]")
_LOWERCASE = frozenset(range(0xE0, 0x100)) - {0xF7}  # a sign in both
_HUNGARIAN = frozenset("áéíóöőúüű".encode("cp1250"))
_HUNGARIAN_ONLY = frozenset("őű".encode("cp1250"))

_ISO_2022_JP = (b"\x1b$@", b"\x1b$B")  # JIS X 0208 of 1978 and 1983

_CONTROL_BYTES = (
    bytes(b for b in range(32) if b not in b"\0\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f") + b"\x7f"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Characters, the encoding they were read by (IANA name), and doubts."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Bytes that are no text, and why not."""

    detail: str


def decode(body: bytes, *charsets: str | None) -> Decoded | Undecodable:
    """Decode a page's bytes.

    In this order: byte-order mark; UTF-16 without a mark where its NULs show it; ISO 2022 by its
    escapes; UTF-8 where the bytes prove it (a wrong `charset` header over UTF-8 is far more common
    than a text in another encoding that happens to be valid UTF-8); the first declared charset in
    which all bytes are valid; UTF-8 with damage; a declared charset with damage; detection;
    windows-1252.

    Args:
        body: The bytes, content encoding undone.
        charsets: What the page is said to be, most believed first: the Content-Type header, a meta
            element. Unknown labels are ignored.

    Returns:
        The text without byte-order mark and NUL characters, or Undecodable for binary data.
        Never raises.
    """
    declared = _declared(body, charsets)
    text, encoding, invalid = _characters(body, declared)
    if invalid > max(1, len(text) * MAX_INVALID_SHARE):
        return Undecodable(f"{invalid} of {len(text)} characters are invalid as {encoding}")
    as_bytes = (
        text.encode("utf-8", "replace") if encoding.startswith(("utf-16", "utf-32")) else body
    )
    controls = len(as_bytes) - len(as_bytes.translate(None, _CONTROL_BYTES))
    if controls > len(as_bytes) * MAX_CONTROL_SHARE:
        return Undecodable(f"{controls} control characters in {len(as_bytes)} bytes: not text")
    warnings = [INVALID_BYTES] if invalid else []
    if _is_guess(declared, encoding):
        warnings.append(CHARSET_GUESSED)
    if "\0" in text:
        warnings.append(NUL_CHARACTERS)
        text = text.strip("\0")
        nuls = text.count("\0")
        if not text or nuls > len(text) * MAX_NUL_SHARE:
            return Undecodable(f"{nuls} NUL characters among {len(text)}: not text")
        text = text.replace("\0", "")
    return Decoded(text, _iana_name(encoding), tuple(warnings))


def _declared(body: bytes, charsets: Iterable[str | None]) -> tuple[str, ...]:
    """Codecs of the labels, without those that the bytes rule out at once."""
    codecs_named = tuple(codec for charset in charsets if (codec := _codec(charset)))
    if b"\0" in body:
        return codecs_named
    # Any two bytes are a character of UTF-16: a text of another encoding would become Chinese.
    return tuple(codec for codec in codecs_named if not codec.startswith(("utf-16", "utf-32")))


def _characters(body: bytes, declared: tuple[str, ...]) -> tuple[str, str, int]:
    """Text, Python codec, and how many characters had to be replaced."""
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return _replaced(body[len(bom) :], codec)
    for shown in (_utf16_codec(body), _iso2022_codec(body)):
        if shown and (text := _strict(body, shown)) is not None:
            return text, shown, 0
    utf8 = _strict(body, "utf-8")
    if utf8 is not None and all(_proves_utf8(utf8, codec) for codec in declared[:1]):
        return utf8, "utf-8", 0
    for codec in declared:
        if (text := _strict(body, codec)) is not None:
            return text, codec, 0
    if utf8 is not None:
        return utf8, "utf-8", 0
    return _damaged(body, declared)


def _damaged(body: bytes, declared: tuple[str, ...]) -> tuple[str, str, int]:
    """Decode what is valid in no encoding that was named."""
    combined = _cesu(body)
    if combined is not None:
        return combined, "utf-8", combined.count("\ufffd")
    text, _, invalid = _replaced(body, "utf-8")
    valid_sequences = len(text) - invalid - sum(map(len, _ASCII_RUNS.findall(text)))
    if valid_sequences > invalid or _cut_off_at_the_end(body):
        return text, "utf-8", invalid
    for codec in declared:
        if codec in _LEGACY_CODECS:
            text, _, invalid = _replaced(body, codec)
            if invalid <= len(text) * MAX_INVALID_SHARE:
                return text, codec, invalid
    return _replaced(body, _detected(_sample(body)) or "cp1252")


def _is_guess(declared: tuple[str, ...], encoding: str) -> bool:
    """Whether nothing but statistics speaks for the encoding."""
    named = encoding in {"utf-8", "iso2022_jp", *declared}
    return not named and not encoding.startswith(("utf-16", "utf-32"))


_ASCII_RUNS = re.compile(r"[\0-\x7f]+")


def _cut_off_at_the_end(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(body, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _cesu(body: bytes) -> str | None:
    """UTF-8 in which surrogates were encoded one by one (CESU-8): pairs become characters."""
    if b"\xed" not in body:
        return None
    text = _strict(body, "utf-8", errors="surrogatepass")
    return None if text is None else pair_surrogates(text)


def pair_surrogates(text: str) -> str:
    """Replace pairs of surrogates by the characters they stand for, lone ones by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _strict(body: bytes, codec: str, errors: str = "strict") -> str | None:
    try:
        return body.decode(codec, errors)
    except UnicodeDecodeError:
        return None


def _replaced(body: bytes, codec: str) -> tuple[str, str, int]:
    text = body.decode(codec, "replace")
    invalid = text.count("\ufffd") if _strict(body, codec) is None else 0
    return text, codec, invalid


def _proves_utf8(text: str, declared: str) -> bool:
    """Whether text that is valid UTF-8 is to be believed against another declared charset."""
    if declared in _UNICODE_CODECS:
        return declared == "utf-8" or "\0" not in text
    if text.isascii():
        return False
    if declared in _MULTIBYTE:
        return len(text) - sum(map(len, _ASCII_RUNS.findall(text))) >= _MIN_UTF8_EVIDENCE
    return True


def _utf16_codec(body: bytes) -> str | None:
    """UTF-16 without a mark, by its NULs: on one side of the byte pairs only, and often."""
    head = body[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    few, many = sorted((even, odd))
    if len(body) % 2 or many * 10 < len(head) or few * 10 > many:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _iso2022_codec(body: bytes) -> str | None:
    """Japanese of seven bits, by the escapes that begin it: to all else it looks like ASCII."""
    # One byte is looked for at the speed of memory, in pages that have none.
    has_escape = b"\x1b" in body and any(escape in body for escape in _ISO_2022_JP)
    return "iso2022_jp" if has_escape else None


def _codec(charset: str | None) -> str | None:
    if not charset:
        return None
    try:
        name = codecs.lookup(charset.strip(" \t\n\"'").lower()).name
    except (LookupError, ValueError):
        return None
    name = _SUPERSETS.get(name, name)
    return name if name in _LEGACY_CODECS or name in _UNICODE_CODECS else None


def _sample(body: bytes) -> bytes:
    """The part of a body from which its encoding can be told: pages begin with long scripts."""
    first = _NOT_ASCII.search(body)
    start = max(0, first.start() - 1_024) if first else 0
    return body[start : start + _SNIFFED_BYTES]


def _detected(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # 30 ms to import, and needed for few pages

    logging.getLogger("charset_normalizer").setLevel(logging.WARNING)
    best = from_bytes(sample, cp_isolation=_DETECTED_NAMES.split()).best()
    codec = _codec(best.encoding) if best else None
    # The detector weighs these two alike for most languages that are written in them.
    return _western_or_central(sample) if codec in {"cp1250", "cp1252"} else codec


def _western_or_central(sample: bytes) -> str:
    """Tell windows-1250 from windows-1252 by letters that only the languages of one have."""
    if _CENTRAL.search(sample):
        return "cp1250"
    letters = set(sample) & _LOWERCASE
    is_hungarian = letters <= _HUNGARIAN and letters & _HUNGARIAN_ONLY
    return "cp1250" if is_hungarian else "cp1252"


def _iana_name(codec: str) -> str:
    if codec.startswith("cp125"):
        return f"windows-{codec[2:]}"
    names = {"cp932": "shift_jis", "cp949": "euc-kr", "cp874": "windows-874", "cp866": "ibm866"}
    return names.get(codec, codec.replace("iso8859", "iso-8859").replace("_", "-"))
