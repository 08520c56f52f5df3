"""Records of a WARC file (ISO 28500), whole or gzipped, cut off or with garbage in between.

Framing is done here and not by fastwarc's iterator, which reads a file that is cut off, or whose
Content-Length is wrong, to an early end without a word. fastwarc parses the headers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastwarc.warc import HeaderMap

from tasks.sources.streams import CHUNK_BYTES, DamageError, GzipStream, PlainStream, Stream

MAX_HEADER_BYTES = 64 << 10  # servers allow 8 to 32 KiB of HTTP headers; a WARC header is shorter
MAX_DAMAGES = 100  # each may cost a search through the file: bounds what a hostile file can cost
_MAGIC = b"WARC/"
_NEXT_RECORD = re.compile(rb"WARC/1\.\d\r?\n[A-Za-z]")
_NEXT_RECORD_LENGTH = 12
_RECORD_END = b"\r\n\r\n"
_SLOPPY_ENDS = (b"\n\n", b"\r\n", b"\n", b"")  # seen instead, where a record follows
_HEADER_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record.

    `block` holds its first bytes, all of them unless `length` is greater. `offset` is where it can
    be read again: the file's offset of its gzip member, or the record's offset in the
    (decompressed) data where several records share a member.
    """

    headers: HeaderMap
    block: bytes
    length: int
    offset: int


@dataclass(frozen=True, slots=True)
class Damage:
    """A place where no record can be read, though records may follow it."""

    what: str
    offset: int
    url: str | None = None


class _BadRecordError(Exception):
    """A record cannot be read; in a plain file the next may begin after `search_from`."""

    def __init__(self, what: str, *, search_from: int | None = None) -> None:
        super().__init__(what)
        self.search_from = search_from


def read_records(stream: Stream, *, max_block: int) -> Iterator[Record | Damage]:
    """Read all records, in order.

    Damage is one value a place; reading goes on at the next gzip member or record there is. Only
    a record that was whole, with a sound checksum if it is alone in its gzip member, is given out.
    """
    reader = _Reader(stream, max_block)
    damages = 0
    while True:
        try:
            record = reader.next_record()
        except (DamageError, _BadRecordError) as error:
            damages += 1
            given_up = damages == MAX_DAMAGES
            more = f"; the rest is not read after {damages} damaged places" if given_up else ""
            yield Damage(f"{error}{more}", reader.offset, reader.url)
            if given_up or not reader.find_next(error):
                return
        else:
            if record is None:
                return
            yield record


def parse_headers(block: bytes) -> HeaderMap:
    """Parse a first line and the fields after it; what is no field is left out."""
    if b"\r\n" not in block:
        block = block.replace(b"\n", b"\r\n")  # not to the letter, but written by some
    headers = HeaderMap()
    headers.parse(io.BytesIO(block.rstrip(b"\r\n") + _RECORD_END))
    return headers


class _Reader:
    def __init__(self, stream: Stream, max_block: int) -> None:
        self.offset = 0  # of the record, or the damage, met last
        self.url: str | None = None
        self._stream = stream
        self._max_block = max_block
        self._buffer = b""
        self._late: DamageError | None = None  # met behind a record that is whole

    def next_record(self) -> Record | None:
        self.url = None
        if not self._find_start():
            return None
        self.offset = self._restart_offset()
        headers = self._header()
        length = _content_length(headers)
        self.url = target_uri(headers)
        body = self._position()
        if isinstance(self._stream, PlainStream) and body + length > self._stream.size:
            raise self._short(self._stream.size - body, length, body)
        block = self._take(length if length <= self._max_block else MAX_HEADER_BYTES)
        taken = len(block)
        while taken < length and (passed := len(self._take(min(length - taken, CHUNK_BYTES)))):
            taken += passed
        if taken < length:
            raise self._short(taken, length, body)
        self._check_end(body)
        return Record(headers, block, length, self.offset)

    def find_next(self, error: DamageError | _BadRecordError) -> bool:
        """Go to where the next record may begin; False if there is no such place."""
        if isinstance(error, DamageError):
            self._buffer = b""
            return isinstance(self._stream, GzipStream) and self._stream.find_member(
                error.search_from, beginning=_MAGIC
            )
        if error.search_from is not None and isinstance(self._stream, PlainStream):
            self._stream.seek(error.search_from)
            self._buffer = b""
        else:
            self._buffer = self._buffer[1:]
        try:
            while not (found := _NEXT_RECORD.search(self._buffer)):
                self._buffer = self._buffer[1 - _NEXT_RECORD_LENGTH :]
                if not self._fill():
                    self._buffer = b""
                    return True  # the next member, if there is one
        except DamageError as damage:
            return self.find_next(damage)  # the damage under what was wrong with the record
        self._buffer = self._buffer[found.start() :]
        return True

    def _find_start(self) -> bool:
        while not self._skip_blank_lines():
            if self.offset != self._stream.member_offset:
                self.offset = self._restart_offset()
            if self._fill():
                continue
            try:
                if not self._stream.next_member():
                    return False
            except DamageError as damage:
                self.offset = damage.offset
                raise
            self.offset = self._stream.member_offset
        return True

    def _skip_blank_lines(self) -> bool:
        self._buffer = self._buffer.lstrip(b"\r\n")
        return bool(self._buffer)

    def _header(self) -> HeaderMap:
        while len(self._buffer) < len(_MAGIC) and self._fill():
            pass
        if not self._buffer.startswith(_MAGIC):
            raise _BadRecordError(f"no WARC record begins at byte {self.offset}")
        while not (end := _HEADER_END.search(self._buffer)):
            if len(self._buffer) > MAX_HEADER_BYTES or not self._fill():
                raise _BadRecordError(f"the WARC header at byte {self.offset} has no end")
        try:
            headers = parse_headers(self._buffer[: end.end()])
        except OSError as error:
            raise _BadRecordError(f"the WARC header at byte {self.offset}: {error}") from error
        if _content_length(headers) < 0:
            raise _BadRecordError(f"the record at byte {self.offset} has no valid Content-Length")
        self._buffer = self._buffer[end.end() :]
        return headers

    def _check_end(self, body: int) -> None:
        member_ends = False
        try:
            while len(self._buffer) < len(_RECORD_END + _MAGIC) and not member_ends:
                member_ends = not self._fill()
        except DamageError as damage:
            if self.offset == self._stream.member_offset and not damage.truncated:
                raise
            self._late = damage
        rest = self._buffer.lstrip(b"\r\n")
        end = self._buffer[: len(self._buffer) - len(rest)]
        if end.startswith(_RECORD_END) or (end in _SLOPPY_ENDS and rest.startswith(_MAGIC)):
            return
        cut_off = self._late is not None or (member_ends and isinstance(self._stream, PlainStream))
        if rest or not (_RECORD_END.startswith(end) if cut_off else end in _SLOPPY_ENDS):
            what = f"the record at byte {self.offset} does not end where its Content-Length says"
            raise _BadRecordError(what, search_from=body)
        if cut_off and self._late is None:
            size = self._stream.position
            self._late = DamageError("the last record's end is cut off", offset=size)

    def _short(self, found: int, length: int, body: int) -> _BadRecordError:
        what = f"the record at byte {self.offset} has {found} of the {length} bytes it promises"
        return _BadRecordError(what, search_from=body)

    def _take(self, count: int) -> bytes:
        """`count` bytes, fewer only where the member ends."""
        pieces = []
        while count and (self._buffer or self._fill()):
            piece = self._buffer[:count]
            self._buffer = self._buffer[len(piece) :]
            count -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def _fill(self) -> bool:
        if self._late is not None:
            late, self._late = self._late, None
            raise late
        more = self._stream.read(CHUNK_BYTES)
        self._buffer += more
        return bool(more)

    def _position(self) -> int:
        return self._stream.position - len(self._buffer)

    def _restart_offset(self) -> int:
        position = self._position()
        first_of_member = position == self._stream.member_position
        return self._stream.member_offset if first_of_member else position


def _content_length(headers: HeaderMap) -> int:
    """Content-Length; -1 if there is none that makes sense."""
    value = field(headers, "Content-Length")
    return int(value) if value.isdecimal() and len(value) < 19 else -1  # noqa: PLR2004 - fits 64 bits


def field(headers: HeaderMap, name: str) -> str:
    """One field's value; empty if there is none."""
    return (headers.get(name) or "").strip()


def target_uri(headers: HeaderMap) -> str | None:
    """WARC-Target-URI, without the angle brackets that WARC 1.0 allowed round it."""
    return field(headers, "WARC-Target-URI").strip("<>") or None
