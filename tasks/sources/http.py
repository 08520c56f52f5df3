"""An HTTP message to the bytes of a page: transfer and content coding undone, with a cap."""

from __future__ import annotations

import codecs
import io
import re
import zlib

from fastwarc.stream_io import BrotliReader

from tasks.sources.sniff import GZIP_MAGIC, looks_like_html

_CHUNK_SIZE_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';,]+)""", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAX_CODINGS = 3  # nobody stacks more, but a bomb might
_MAX_MEMBERS = 100  # each costs a copy of what follows it
_ENOUGH_TO_JUDGE = 4096


class CodingError(Exception):
    """The payload cannot be decoded."""


class CutOffError(CodingError):
    """The payload ends before its coding does."""


class TooLargeError(Exception):
    """The decoded payload is larger than allowed."""


def media_type(content_type: str) -> str:
    """`type/subtype` of a Content-Type, in lower case; empty where it names none."""
    value = content_type.partition(";")[0].strip().lower()
    return value if re.fullmatch(r"[^\s/,]+/[^\s/,]+", value) else ""


def charset(content_type: str) -> str | None:
    """Charset parameter of a Content-Type, as written."""
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def decode_payload(body: bytes, *, transfer: str, content: str, max_bytes: int) -> bytes:
    """Undo Transfer-Encoding and Content-Encoding.

    Crawlers often store the body decoded and leave the headers as they were: a body that is
    plainly not coded is returned as it is.

    Raises:
        CodingError: if the coding is not known or its data are damaged or cut off.
        TooLargeError: if more than `max_bytes` come out; memory stays bounded by it.
    """
    if "chunked" in transfer.lower():
        body = _join_chunks(body)
    codings = [name for part in content.lower().split(",") if (name := part.strip())]
    if len(codings) > _MAX_CODINGS:
        raise CodingError(f"{len(codings)} content codings on one body")
    for coding in reversed(codings):
        body = _decode(body, coding, max_bytes)
    if len(body) > max_bytes:
        raise TooLargeError
    return body


def _join_chunks(body: bytes) -> bytes:
    """RFC 9112, 7.1. A body that does not begin with a chunk's size was stored without chunks."""
    chunks = []
    position = 0
    while position < len(body):
        size_line = _CHUNK_SIZE_LINE.match(body, position)
        if size_line is None:
            if position == 0:
                return body
            raise CodingError(f"chunked body is broken at byte {position}")
        size = int(size_line[1], 16)
        if size == 0:
            break  # trailer fields may follow
        end = size_line.end() + size
        if end > len(body):
            raise CutOffError(f"chunked body breaks off at byte {len(body)}")
        chunks.append(body[size_line.end() : end])
        line_end = _LINE_END.match(body, end)
        position = line_end.end() if line_end else end
    return b"".join(chunks)


def _decode(body: bytes, coding: str, max_bytes: int) -> bytes:
    if not body or coding == "identity":
        return body
    try:
        if coding in ("gzip", "x-gzip"):
            return _inflate(body, 31, max_bytes)
        if coding == "deflate":
            # RFC 9110 says zlib data (RFC 1950), but some servers send raw deflate (RFC 1951).
            zlib_header = body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0
            return _inflate(body, 15 if zlib_header else -15, max_bytes)
        if coding == "br":
            return _unbrotli(body, max_bytes)
        problem = "it is not known"
    except (zlib.error, OSError) as error:
        problem = str(error)
    if _is_plainly_text(body[:_ENOUGH_TO_JUDGE]):
        return body
    raise CodingError(f"content coding {coding[:20]!r}: {problem}")


def _is_plainly_text(head: bytes) -> bool:
    """Compressed data are neither: a hundred random bytes are hardly ever valid UTF-8."""
    if looks_like_html(head):
        return True
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # the end may be cut
    except UnicodeDecodeError:
        return False
    return len(text) > 0 and not _CONTROL.search(text)


def _inflate(body: bytes, window: int, max_bytes: int) -> bytes:
    pieces = []
    total = 0
    for _ in range(_MAX_MEMBERS):
        decoder = zlib.decompressobj(window)
        piece = decoder.decompress(body, max_bytes + 1 - total)
        pieces.append(piece)
        total += len(piece)
        if total > max_bytes:
            raise TooLargeError
        if not decoder.eof:
            raise CutOffError(f"compressed body breaks off after {total} bytes")
        # More gzip members may follow; anything else is padding that browsers ignore, too.
        body = decoder.unused_data
        if not body.startswith(GZIP_MAGIC):
            return b"".join(pieces)
    raise CodingError(f"more than {_MAX_MEMBERS} gzip members in one body")


def _unbrotli(body: bytes, max_bytes: int) -> bytes:
    reader = BrotliReader(io.BytesIO(body))
    decoded = bytearray()
    while piece := reader.read(64 << 10):
        decoded += piece
        if len(decoded) > max_bytes:
            raise TooLargeError
    return bytes(decoded)
