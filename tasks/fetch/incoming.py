"""A response while it comes in: header and body, each with a cap."""

from __future__ import annotations

import re
from collections.abc import Callable

from tasks.fetch.room import FREE_BYTES
from tasks.urls import without_credentials, without_credentials_within

# Chrome takes 256 KiB, servers take 8 to 16 KiB of a client.
MAX_HEADER_BYTES = 64 << 10
ROOM_FOR_CODING = 64 << 10  # gzip adds 18 bytes, and 5 to each 16 KiB that do not compress
_COPIES = 2  # of a body, when it is put together from its pieces
_MORE_ROOM = 1 << 20
_ADDRESSES = (b"location", b"content-location")  # fields that are one (RFC 9110, 10.2.2, 8.7)
_STATUS_LINE = re.compile(rb"HTTP/(\d)(?:\.\d)? +(\d{3})([^\r\n]*)")
_SIZE = re.compile(r"\d{1,18}", re.ASCII)
_ABORT = 0  # to libcurl, whatever is not the number of bytes it gave


class Incoming:
    """Takes what libcurl hands over, and says stop when it gets too much.

    `max_body_bytes` is of the body without its content coding, which may add a little. Before a
    body gets long, `may_hold` is asked for room, in bytes. libcurl's binding prints what a callback
    raises and forgets it: here it is kept in `error`.
    """

    def __init__(self, *, max_body_bytes: int, may_hold: Callable[[int], bool]) -> None:
        self.too_large = ""
        self.no_room = ""
        self.error: BaseException | None = None
        self._max_body_bytes = max_body_bytes
        self._header_bytes = 0
        self._body_bytes = 0
        self._may_hold = may_hold
        self._room = FREE_BYTES
        self._lines: list[bytes] = []
        self._pieces: list[bytes] = []
        self.is_whole = False  # the header

    def on_header(self, line: bytes) -> int:
        """Take a line of the header, or of the trailer, which is counted and dropped."""
        try:
            self._header_bytes += len(line)
            if self._header_bytes > MAX_HEADER_BYTES:
                self.too_large = f"header of over {MAX_HEADER_BYTES} bytes"
                return _ABORT
            if not self.is_whole:
                self._add_line(line.rstrip(b"\r\n"))
        except BaseException as error:  # noqa: BLE001 - Ctrl-C may come here, too; raised later
            self.error = error
            return _ABORT
        return len(line)

    def on_body(self, piece: bytes) -> int:
        """Take a piece of the body, transfer coding undone."""
        try:
            self._body_bytes += len(piece)
            if self._body_bytes > self._max_body_bytes + ROOM_FOR_CODING:
                self.too_large = self.why_too_large()
                return _ABORT
            if self._body_bytes * _COPIES > self._room:
                room = (self._body_bytes + _MORE_ROOM) * _COPIES
                if not self._may_hold(room):
                    self.no_room = f"no memory for more than {self._body_bytes} bytes just now"
                    return _ABORT
                self._room = room
            self._pieces.append(piece)
        except BaseException as error:  # noqa: BLE001 - as above
            self.error = error
            return _ABORT
        return len(piece)

    def why_too_large(self) -> str:
        """Say what a body that is too large was measured by, with its size where it is stated."""
        stated = [value for name, value in self.fields() if name.lower() == "content-length"]
        is_known = stated and _SIZE.fullmatch(stated[-1])
        size = f", it has {stated[-1]}" if is_known else ""
        return f"body of over {self._max_body_bytes} bytes{size}"

    def take_body(self) -> bytes:
        """Hand over the body and forget it."""
        body = b"".join(self._pieces)
        self.forget_body()
        return body

    def forget_body(self) -> None:
        """Forget it: libcurl's handle refers to this object until the next request."""
        self._pieces.clear()

    def header(self) -> bytes:
        """Status line, fields and blank line, with the line ends of HTTP."""
        return b"\r\n".join([*self._lines, b"", b""])

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Names and values, in order. libcurl has unfolded the folded ones."""
        found = []
        for line in self._lines[1:]:
            raw_name, colon, raw_value = line.partition(b":")
            if colon:
                found.append((_decode(raw_name), _decode(raw_value)))
        return tuple(found)

    def _add_line(self, line: bytes) -> None:
        status = _STATUS_LINE.fullmatch(line)
        if status is not None:  # of a new response: the one before was interim (1xx)
            version, code, phrase = status.groups()
            if version != b"1":  # RFC 9113, 8.3.1, has no status line: WARC readers want one
                line = b"HTTP/1.1 " + code + (phrase or b" ")
            self._lines = [line]
        elif line:
            self._lines.append(_without_credentials(line))
        else:
            interim = _STATUS_LINE.match(self._lines[0]) if self._lines else None
            self.is_whole = interim is None or not interim[2].startswith(b"1")


def _without_credentials(line: bytes) -> bytes:
    """Cut `user:password@` from addresses: what is kept of a response is kept for good."""
    name, _, value = line.partition(b":")
    if b"@" not in value:
        return line
    text = value.decode("latin-1")
    is_address = name.strip().lower() in _ADDRESSES  # others, such as Link, have some within
    cut = without_credentials(text) if is_address else without_credentials_within(text)
    return name + b":" + cut.encode("latin-1")


def _decode(value: bytes) -> str:
    """UTF-8, which addresses in Location are often written in, else one character a byte."""
    try:
        return value.strip().decode()
    except UnicodeDecodeError:
        return value.strip().decode("latin-1")
