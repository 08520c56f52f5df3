"""What a file is: by its first bytes where they are certain, else by its name."""

from __future__ import annotations

import codecs
import json
import re
from enum import StrEnum
from pathlib import PurePath

HEAD_BYTES = 16 << 10  # enough to pass the comments and prologs that real pages begin with
GZIP_MAGIC = b"\x1f\x8b"


class SourceKind(StrEnum):
    """What the reader of a file takes it for (`--as`)."""

    HTML = "html"
    TEXT = "text"
    JSONL = "jsonl"
    PARQUET = "parquet"
    WARC = "warc"
    URLS = "urls"


_KIND_OF_SUFFIX = {
    ".html": SourceKind.HTML,
    ".htm": SourceKind.HTML,
    ".xhtml": SourceKind.HTML,
    ".shtml": SourceKind.HTML,
    ".txt": SourceKind.TEXT,
    ".text": SourceKind.TEXT,
    ".jsonl": SourceKind.JSONL,
    ".ndjson": SourceKind.JSONL,
    ".json": SourceKind.JSONL,
    ".parquet": SourceKind.PARQUET,
    ".warc": SourceKind.WARC,
    ".urls": SourceKind.URLS,
}

# File signatures that no page, text or JSON begins with: none is of printable letters alone.
_BINARY_SIGNATURE = re.compile(
    rb"""(?P<PDF>%PDF-\d)
    |(?P<PNG_image>\x89PNG\r\n)
    |(?P<JPEG_image>\xff\xd8\xff)
    |(?P<GIF_image>GIF8[79]a.{4}[\x80-\xff\x00-\x1f])
    |(?P<WebP_WAV_or_AVI>RIFF.{4}(?:WEBP|WAVE|AVI\x20))
    |(?P<icon>\x00\x00[\x01\x02]\x00)
    |(?P<video>\x00\x00\x00.ftyp|\x1aE\xdf\xa3|FLV\x01)
    |(?P<audio>OggS\x00|fLaC\x00|ID3[\x02-\x04])
    |(?P<font>wOF[F2](?:\x00\x01\x00\x00|OTTO)|\x00\x01\x00\x00\x00|OTTO\x00)
    |(?P<ZIP_archive_or_office_document>PK(?:\x03\x04|\x05\x06)|\xd0\xcf\x11\xe0\xa1\xb1)
    |(?P<RAR_or_7z_archive>Rar!\x1a|7z\xbc\xaf\x27\x1c)
    |(?P<compressed_file_of_another_kind_than_gzip>BZh\d1AY&SY|\xfd7zXZ\x00|\x28\xb5\x2f\xfd)
    |(?P<gzip_file_in_a_gzip_file>\x1f\x8b)
    |(?P<program>\x7fELF|\xca\xfe\xba\xbe|MZ.{0,120}\x00\x00)
    |(?P<SQLite_database>SQLite\ format\ 3\x00)
    |(?P<Arrow_or_Avro_file>ARROW1\x00|Obj\x01)
    |(?P<Parquet_file>PAR1)""",
    re.VERBOSE | re.DOTALL,
)

# Tags that begin a document: the list of https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type
# with the elements that HTML gained since and the XML prolog.
_HTML_START = re.compile(
    r"\s*<(?:!doctype\s|!--|\?xml|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body"
    r"|br|p|meta|link|article|main|section|header)[\s/>])",
    re.IGNORECASE,
)
_HTML_ROOT = re.compile(r"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_XML_START = re.compile(r"\s*<(?:\?xml|!--|rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
_LIST_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
_JSON_START = re.compile(r'\s*(?:\{\s*["}]|\[\s*\{)')
_URL_LINE = re.compile(r"\s*https?://\S+\s*", re.IGNORECASE)

# C0 controls, without those that text has: tab, line ends, form feed, the shifts and escapes of
# ISO 2022, end of file of DOS. Random bytes hold about 10 % of them, text in any encoding less.
_CONTROLS = bytes(set(range(0x20)) - {0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x0E, 0x0F, 0x1A, 0x1B})
_MAX_CONTROLS = 0.08
_FEW_CONTROLS = 8  # a stray NUL in a short text is the decoder's business


def kind_of(head: bytes, name: str) -> SourceKind:
    """Tell a kind from the first HEAD_BYTES (gzip undone) and the file's name.

    Content wins where it is certain. Whether the content is a page at all: see `why_binary`.
    """
    for magic, kind in ((b"WARC/", SourceKind.WARC), (b"PAR1", SourceKind.PARQUET)):
        if head.startswith(magic):
            return kind
    named = _KIND_OF_SUFFIX.get(PurePath(name.lower().removesuffix(".gz")).suffix)
    text = _as_text(head)
    if named is not SourceKind.HTML:
        if _is_list(text, named, whole=len(head) < HEAD_BYTES):
            return SourceKind.URLS
        if _JSON_START.match(text):
            return SourceKind.JSONL
    if _HTML_START.match(text):
        return SourceKind.HTML
    return named or SourceKind.TEXT


def _is_list(text: str, named: SourceKind | None, *, whole: bool) -> bool:
    """Tell whether this is no page but a list of pages: a feed, a sitemap, lines of URLs."""
    if _XML_START.match(text):
        return _LIST_ROOT.search(text) is not None and _HTML_ROOT.search(text) is None
    return named in (None, SourceKind.TEXT) and _lists_urls(text, whole=whole)


def why_binary(head: bytes) -> str | None:
    """Say what makes this no text of any encoding; None if it may be text."""
    signature = binary_signature(head)
    if signature or _utf_16_or_32(head):
        return signature
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > _FEW_CONTROLS and controls > _MAX_CONTROLS * len(head):
        return f"binary data ({controls} control characters in the first {len(head)} bytes)"
    return None


def binary_signature(head: bytes) -> str | None:
    """Name the binary format whose signature this begins with."""
    found = _BINARY_SIGNATURE.match(head)
    return found.lastgroup.replace("_", " ") if found and found.lastgroup else None


def looks_like_html(head: bytes) -> bool:
    """Tell whether a browser would take this for HTML, whatever it is called."""
    return _HTML_START.match(_as_text(head)) is not None


def has_html_root(head: bytes) -> bool:
    """Tell whether XML is XHTML."""
    return _HTML_ROOT.search(_as_text(head)) is not None


def is_json_document(head: bytes, name: str) -> bool:
    """Tell one JSON document (an object on several lines, an array) from an object a line."""
    if name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson")):
        return False
    text = _as_text(head).lstrip()
    line, line_end, rest = text.partition("\n")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        if not line_end or text.startswith("["):
            return text.startswith("[")
        return text.startswith("{") and not rest.lstrip().startswith("{")
    return isinstance(value, list) and not rest.strip()


def _as_text(head: bytes) -> str:
    encoding = _utf_16_or_32(head) or "utf-8-sig"
    return head.decode(encoding, "replace").lstrip("\ufeff")


def _utf_16_or_32(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark: Latin letters and mark-up have a NUL in every second byte.
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _lists_urls(text: str, *, whole: bool) -> bool:
    lines = text.splitlines()
    if not whole:
        lines = lines[:-1]  # cut off
    lines = [line for line in lines if line.strip()]
    return bool(lines) and 2 * sum(bool(_URL_LINE.fullmatch(line)) for line in lines) > len(lines)
