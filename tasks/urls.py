"""URLs: one spelling per address, whose host it is, and which address a page may claim.

Nothing here raises for a bad URL: what cannot be read as an http(s) address is None.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from tasks.tracking import is_tracking

# RFC 9110, section 4.1: recipients should support URIs of at least 8,000 octets. What is longer
# is a payload, not an address.
MAX_URL_CHARS = 8_000
# RFC 1035, section 2.3.4: 255 octets with length bytes, 253 as text.
MAX_HOST_CHARS = 253

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LINE_BREAKS = re.compile(r"[\t\r\n]")  # browsers drop them anywhere (WHATWG URL, 4.4)
_CONTROLS_AND_SPACE = "".join(map(chr, range(0x21)))  # browsers drop them at both ends (the same)
_USERINFO_WITHIN = re.compile(r"(https?:[/\\]{1,9})[^/\\?#\s@<>\"]{0,500}@", re.IGNORECASE)
_BEFORE_QUERY = re.compile(r"[^?#]*")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})|([^!-~]|[\"%<>\[\\\]^`{|}])")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ASCII_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)  # Java Servlet 7.1.3: a visit
_USERINFO = re.compile(r"^(\s*(?:https?:[/\\]*|[a-z][a-z0-9+.-]*://|//))[^/\\?#]*@", re.IGNORECASE)
# A label of this kind counts as a prefix only where a host with a dot is left: `m.de` is a site.
_BEFORE_QUERY = re.compile(r"[^?#]*")
_WWW = re.compile(r"^www\.(?=[^.]+\.)")
_SAME_SITE_PREFIX = re.compile(r"^(?:www\d*|m|mobile|amp)\.(?=[^.]+\.)")


def canonicalise(url: str) -> str | None:
    """Spell an http(s) URL in its one normal form; None if it is not one.

    Scheme and host in lower case, host as punycode (UTS 46, as browsers do), no credentials, no
    default port, no fragment, dot segments resolved, percent-encoding as in RFC 3986, 6.2.2.
    Parameters that name a visit or a campaign, not a page, are dropped (`tasks.tracking`); the
    others keep their order, because the address must stay one that the site answers, and signed
    or positional queries do not survive sorting. A trailing slash means what the site says it
    means, so it is kept. Idempotent.
    """
    parts = _split(url)
    if parts is None:
        return None
    path = _SESSION_IN_PATH.sub("", _normal_encoding(parts.path))
    query = "&".join(
        _normal_encoding(pair)
        for pair in parts.query.split("&")
        if pair and not is_tracking(unquote(pair.partition("=")[0]))
    )
    return _join(parts, path, query)


def as_requested(url: str) -> str | None:
    """Spell an http(s) URL as it is asked of its server; None if it is not one.

    Normal as in `canonicalise`, but with every parameter: a redirect that adds one is a circle to
    those who drop it. Idempotent.
    """
    parts = _split(url)
    if parts is None:
        return None
    return _join(parts, _normal_encoding(parts.path), _normal_encoding(parts.query))


def join(base: str, reference: str) -> str | None:
    """Resolve a reference as browsers do: a backslash before its query is a slash (URL Standard).

    Otherwise an address with a password that is written with backslashes would be taken for a
    path, and kept. None if it is broken.
    """
    place = _BEFORE_QUERY.match(reference)
    end = place.end() if place else 0
    try:
        return urljoin(base, reference[:end].replace("\\", "/") + reference[end:])
    except ValueError:  # over an unfinished IPv6 address
        return None


def host(url: str) -> str | None:
    """Host of a URL in normal form, without port and without a leading `www.`; None for none."""
    canonical = canonicalise(url)
    return None if canonical is None else _WWW.sub("", urlsplit(canonical).hostname or "")


def same_host(a: str, b: str) -> bool:
    """Tell whether two URLs belong to one site.

    `www.`, `m.`, `mobile.` and `amp.` in front are the same newsroom's doors to the same pages,
    so they do not count. Other subdomains do: on shared domains (blogs, university pages) they
    are different publishers, and no list of public suffixes knows them all.
    """
    site = _site(a)
    return site is not None and site == _site(b)


def article_id(canonical_url: str) -> str:
    """SHA-256 of a canonical URL, as 64 hex digits."""
    return hashlib.sha256(canonical_url.encode()).hexdigest()


def without_credentials(url: str) -> str:
    """Cut `user:password@` (and line breaks) from a URL; all else stays as it was written."""
    return _USERINFO.sub(r"\1", _LINE_BREAKS.sub("", url), count=1)


def without_credentials_within(text: str) -> str:
    """Cut `user:password@` from all http(s) URLs within a text."""
    return _USERINFO_WITHIN.sub(r"\1", text) if "@" in text else text


def choose_canonical(page_url: str | None, declared: Sequence[str]) -> str | None:
    """Choose a page's canonical URL: the first declared one that can be believed, or its own.

    A declared URL is not believed on another host (syndicated copies and careless templates name
    other sites), nor when it is the site's front page while the page is not: then every
    article of the site would be one. A page without a URL of its own (a saved file) takes the
    first absolute one it declares.

    Args:
        page_url: The page's own URL, if it is known.
        declared: Addresses from the page, best first (link rel=canonical, then og:url);
            relative ones are resolved against `page_url`.

    Returns:
        A canonical URL, or None if neither the page nor its declarations give one.
    """
    own = None if page_url is None else canonicalise(page_url)
    for href in declared:
        claimed = _resolve(own, href)
        if claimed is None or (own is not None and not same_host(own, claimed)):
            continue
        if _is_front_page(claimed) and (own is None or not _is_front_page(own)):
            continue
        return claimed
    return own


def _split(url: str) -> SplitResult | None:
    if len(url) > MAX_URL_CHARS:
        return None
    url = without_credentials(url.strip().strip(_CONTROLS_AND_SPACE))
    # Browsers read a backslash as a slash; urllib would see `evil` as host of http://good\@evil.
    url = _BEFORE_QUERY.sub(lambda match: match[0].replace("\\", "/"), url, count=1)
    try:
        url.encode()
        parts = urlsplit(url)
    except ValueError:  # a lone surrogate, an unfinished IPv6 address, or a host that NFKC changes
        return None
    return parts if parts.scheme in _DEFAULT_PORTS else None


def _join(parts: SplitResult, path: str, query: str) -> str | None:
    host = _normal_host(parts)
    try:
        port = parts.port
    except ValueError:
        return None
    if host is None:
        return None
    authority = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    path = _without_dot_segments(path) or "/"
    return f"{parts.scheme}://{authority}{path}{'?' if query else ''}{query}"


def _normal_host(parts: SplitResult) -> str | None:
    name = unquote(parts.hostname or "").lower().removesuffix(".")
    if not name or len(name) > MAX_HOST_CHARS:
        return None
    if "[" in parts.netloc:
        try:
            return f"[{ipaddress.IPv6Address(name).compressed}]" if "%" not in name else None
        except ValueError:
            return None
    if not name.isascii():
        name = _punycode(name) or ""
    return name if len(name) <= MAX_HOST_CHARS and _ASCII_HOST.fullmatch(name) else None


def _punycode(name: str) -> str | None:
    # Not the standard library's codec: that is IDNA 2003, where straße.de is strasse.de, another
    # site. Imported here because its tables cost 10 ms and few hosts need them.
    import idna

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None


def _normal_encoding(text: str) -> str:
    return _PERCENT.sub(_normal_escape, text)


def _normal_escape(match: re.Match[str]) -> str:
    digits, raw = match.groups()
    if digits is None:
        return "".join(f"%{byte:02X}" for byte in raw.encode())
    char = chr(int(digits, 16))
    return char if char in _UNRESERVED else f"%{digits.upper()}"


def _without_dot_segments(path: str) -> str:
    """RFC 3986, 5.2.4, for a path that is empty or begins with a slash."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _site(url: str) -> str | None:
    name = host(url)
    while name is not None and (shorter := _SAME_SITE_PREFIX.sub("", name)) != name:
        name = shorter
    return name


def _resolve(base: str | None, href: str) -> str | None:
    href = href.strip()
    if not href or len(href) > MAX_URL_CHARS:
        return None
    joined = join(base or "", href)
    return None if joined is None else canonicalise(joined)


def _is_front_page(canonical_url: str) -> bool:
    parts = urlsplit(canonical_url)
    return parts.path == "/" and not parts.query
