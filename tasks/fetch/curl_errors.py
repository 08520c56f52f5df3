"""What an error of libcurl says about a server, and what becomes of the item."""

from __future__ import annotations

from typing import NamedTuple

import pycurl

from expectations.records import Outcome, Reason
from tasks.fetch.messages import Failure, Request

# Error codes that the binding has no names for (curl/curl.h).
_E_TOO_LARGE = 100
_E_HTTP2_STREAM = 92
_E_WEIRD_SERVER_REPLY = 8


class Judgement(NamedTuple):
    """What became of an exchange."""

    reason: Reason
    is_temporary: bool


# Temporary is what a second try within the run may mend. A certificate is not: whoever renews it
# does so by the next run. A name that does not exist looks like a resolver's hiccup.
_JUDGEMENTS = {
    pycurl.E_UNSUPPORTED_PROTOCOL: Judgement(Reason.PROTOCOL, is_temporary=False),  # HTTP/0.9
    pycurl.E_COULDNT_RESOLVE_PROXY: Judgement(Reason.DNS, is_temporary=True),
    pycurl.E_COULDNT_RESOLVE_HOST: Judgement(Reason.DNS, is_temporary=True),
    pycurl.E_COULDNT_CONNECT: Judgement(Reason.CONNECTION, is_temporary=True),
    _E_WEIRD_SERVER_REPLY: Judgement(Reason.PROTOCOL, is_temporary=False),
    pycurl.E_HTTP2: Judgement(Reason.PROTOCOL, is_temporary=True),
    pycurl.E_PARTIAL_FILE: Judgement(Reason.TRUNCATED, is_temporary=True),
    pycurl.E_OPERATION_TIMEDOUT: Judgement(Reason.TIMEOUT, is_temporary=True),
    pycurl.E_SSL_CONNECT_ERROR: Judgement(Reason.TLS, is_temporary=True),
    pycurl.E_PEER_FAILED_VERIFICATION: Judgement(Reason.TLS, is_temporary=False),
    pycurl.E_SSL_CACERT_BADFILE: Judgement(Reason.TLS, is_temporary=False),  # this machine's
    pycurl.E_BAD_CONTENT_ENCODING: Judgement(Reason.PROTOCOL, is_temporary=False),
    pycurl.E_FILESIZE_EXCEEDED: Judgement(Reason.TOO_LARGE, is_temporary=False),
    _E_HTTP2_STREAM: Judgement(Reason.PROTOCOL, is_temporary=True),
    _E_TOO_LARGE: Judgement(Reason.TOO_LARGE, is_temporary=False),
}
UNREACHABLE = frozenset((pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_CONNECT))
_ANY_OTHER = Judgement(Reason.CONNECTION, is_temporary=True)
_OUTCOMES = {  # of all other reasons: FAILED
    Reason.FORBIDDEN_ADDRESS: Outcome.SKIPPED,
    Reason.TOO_LARGE: Outcome.REJECTED,
    Reason.UNDECODABLE: Outcome.REJECTED,
}


def judge(code: int) -> Judgement:
    """Judge libcurl's error code."""
    return _JUDGEMENTS.get(code, _ANY_OTHER)


def failure_of(
    request: Request, reason: Reason, detail: str, *, is_temporary: bool = False
) -> Failure:
    """Make a failure, with the outcome that its reason has."""
    return Failure(
        request=request,
        reason=reason,
        detail=detail,
        outcome=_OUTCOMES.get(reason, Outcome.FAILED),
        is_temporary=is_temporary,
    )
