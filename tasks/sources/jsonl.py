"""JSON: an object a line, or one document with an object or an array of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from expectations.records import Page, Reason, Rejection
from tasks.sources.fields import read_row
from tasks.sources.inputs import Input
from tasks.sources.streams import DamageError, Stream, chunks

MAX_DOCUMENT_BYTES = 64 << 20  # a document must be parsed whole; more belongs into JSONL
_BLANK = b" \t\r"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Line:
    number: int  # from 1
    offset: int  # in the data, gzip undone
    text: bytes | None  # None if it is too long to be held


def read_lines(stream: Stream, source: Input) -> Iterator[Page | Rejection]:
    """Read an object a line. A line that is none is a rejection, and the rest goes on.

    `raw_ref` counts bytes of the data, gzip undone.
    """
    # The other half is for escapes, and for the fields beside the page.
    max_line = 2 * source.max_page_bytes
    nothing = True
    for line in _lines(stream, max_line):
        if isinstance(line, _Line):
            if line.text is not None and not line.text.strip(_BLANK):
                continue
            yield _read_line(line, source)
        else:
            yield source.reject(Reason.DAMAGED_ARCHIVE, line.what, offset=line.offset)
        nothing = False
    if nothing:
        yield source.reject(Reason.EMPTY, "the file holds no line")


def read_document(stream: Stream, source: Input) -> Iterator[Page | Rejection]:
    """Read one JSON document: an object, or an array of them, `raw_ref` counting its items."""
    data = bytearray()
    try:
        for chunk in chunks(stream):
            data += chunk
            if len(data) > MAX_DOCUMENT_BYTES:
                what = f"a JSON document of over {MAX_DOCUMENT_BYTES} bytes: make it JSONL"
                yield source.reject(Reason.TOO_LARGE, what)
                return
        value = _parse(bytes(data))
    except DamageError as damage:
        yield source.reject(Reason.DAMAGED_ARCHIVE, f"the document is not whole: {damage}")
        return
    except (ValueError, RecursionError) as error:
        yield source.reject(Reason.BROKEN_LINE, f"not a JSON document: {_message(error)}")
        return
    items = value if isinstance(value, list) else [value]
    if not items:
        yield source.reject(Reason.EMPTY, "the document is an empty array")
    for number, item in enumerate(items):
        if isinstance(item, dict):
            yield read_row(item, source, offset=number)
        else:
            what = f"item {number} is not an object but {type(item).__name__}"
            yield source.reject(Reason.BROKEN_LINE, what, offset=number)


def _read_line(line: _Line, source: Input) -> Page | Rejection:
    where = f"line {line.number} at byte {line.offset}"
    if line.text is None:
        what = f"{where} is longer than {2 * source.max_page_bytes} bytes"
        return source.reject(Reason.TOO_LARGE, what, offset=line.offset)
    try:
        row = _parse(line.text)
    except (ValueError, RecursionError) as error:
        what = f"{where}: {_message(error)}"
        return source.reject(Reason.BROKEN_LINE, what, offset=line.offset)
    if not isinstance(row, dict):
        what = f"{where} is not an object but {type(row).__name__}"
        return source.reject(Reason.BROKEN_LINE, what, offset=line.offset)
    return read_row(row, source, offset=line.offset)


@dataclass(frozen=True, slots=True)
class _Lost:
    what: str
    offset: int


def _lines(stream: Stream, max_line: int) -> Iterator[_Line | _Lost]:
    begun = bytearray()  # a line whose end is yet to come
    number = 1
    offset = 0  # of that line
    length = 0  # of it so far, held or not
    try:
        for chunk in chunks(stream):
            *ends, rest = chunk.split(b"\n")
            for end in ends:
                length += len(end)
                yield _Line(number, offset, bytes(begun + end) if length <= max_line else None)
                number, offset, length = number + 1, offset + length + 1, 0
                begun.clear()
            length += len(rest)
            if length <= max_line:
                begun += rest
            else:
                begun.clear()
    except DamageError as damage:
        yield _Lost(f"line {number} at byte {offset} and all after it are lost: {damage}", offset)
        return
    if length:
        yield _Line(number, offset, bytes(begun) if length <= max_line else None)


def _parse(text: bytes) -> object:
    value: object = json.loads(
        text.removeprefix(_BYTE_ORDER_MARK).decode("utf-8"), parse_constant=_nothing
    )
    return value


def _nothing(_constant: str) -> None:
    """NaN and Infinity are no JSON, but what Python and pandas write for a missing number."""


def _message(error: Exception) -> str:
    """What is wrong, without the line itself, which a UnicodeDecodeError would carry."""
    if isinstance(error, UnicodeDecodeError):
        return f"invalid UTF-8 at byte {error.start} of it"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"invalid JSON: {error}"
