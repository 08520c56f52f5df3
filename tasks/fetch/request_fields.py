"""The header fields of a request: what is sent is what the archive says was sent."""

from __future__ import annotations

import re

from tasks.fetch.messages import Request
from tasks.fetch.pace import host_of

PRINTABLE = re.compile(r"[ -~]+")


def fields_of(request: Request, user_agent: str) -> tuple[tuple[str, str], ...]:
    """All fields of a request, in their order, none of them with credentials.

    libcurl adds none of its own where it is given one of that name.
    """
    fields = [("Host", host_of(request.url)), ("User-Agent", user_agent), ("Accept", "*/*")]
    if request.byte_range is None:
        fields.append(("Accept-Encoding", "gzip"))
    else:
        first, last = request.byte_range
        fields += [("Accept-Encoding", "identity"), ("Range", f"bytes={first}-{last}")]
    for name, validator in (
        ("If-None-Match", request.etag),
        ("If-Modified-Since", request.last_modified),
    ):
        # They once came from a server: a line break would be a header of its making.
        value = (validator or "").strip(" ")
        if PRINTABLE.fullmatch(value):
            fields.append((name, value))
    return tuple(fields)
