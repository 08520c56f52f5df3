"""A stream of bytes to pieces of text: its encoding is told by its beginning."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain

from tasks.decoding import Undecodable, decode
from tasks.discover.gunzip import BadStream
from tasks.parsing import declared_charset

_HEAD_BYTES = 65_536


def decode_stream(stream: Iterator[bytes], charset: str | None) -> Iterator[str]:
    """Decode a stream, in pieces of bounded length; the first is of all that shows what it is.

    Args:
        stream: The bytes; none of its pieces is long.
        charset: charset of the Content-Type header.

    Raises:
        BadStream: It is empty, or no text; what `stream` raises comes after what was read before.
    """
    head, ending = _head(stream)
    decoded = decode(head, charset, declared_charset(head))
    if isinstance(decoded, Undecodable):
        raise BadStream(decoded.detail)
    return _texts(chain([head], stream, ending), decoded.encoding)


def _head(stream: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning, and what comes at the end: damage that was met already."""
    head = bytearray()
    try:
        for piece in stream:
            head += piece
            if len(head) >= _HEAD_BYTES:
                break
    except BadStream as bad:
        if not head:
            raise
        return bytes(head), _raise(bad)
    if not head:
        raise BadStream("no sitemap: nothing")
    return bytes(head), iter(())


def _raise(bad: BadStream) -> Iterator[bytes]:
    yield b""
    raise bad


def _texts(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    python_name = {"windows-874": "cp874"}.get(encoding, encoding)  # the one that Python lacks
    decoder = codecs.getincrementaldecoder(python_name)("replace")
    for piece in pieces:
        text = decoder.decode(piece)
        yield from (text[at : at + _HEAD_BYTES] for at in range(0, len(text), _HEAD_BYTES))
    yield decoder.decode(b"", final=True)
