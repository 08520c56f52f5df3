"""Titles: the headline as readers see it, without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from tasks.metadata.strings import agree, fold

# What templates put between a headline and the site's name.
_SEPARATOR = re.compile(r"\s+[-–—|·•*:»«/~]{1,2}\s+|\s*[|｜ㅣ]\s*|\s*(?:--|::|：)\s*")
_BARS = frozenset("|｜ㅣ")
_MAX_SUFFIXES = 4
# Google showed at most 110 characters of a JSON-LD headline, and CMSs still cut there.
_CUT_LENGTH = 100
_ELLIPSES = ("…", "...")
_MIN_SHARED_WORDS = 0.5


def without_site(title: str, sites: Collection[str]) -> str:
    """Cut the site's name from the end of a title, or from before a bar at its start.

    Args:
        title: A cleaned title.
        sites: Folded names of the site. Only they are cut: `Berlin - a portrait` has a dash too.
    """
    for _ in range(_MAX_SUFFIXES):
        separators = list(_SEPARATOR.finditer(title))
        if not separators:
            break
        first, last = separators[0], separators[-1]
        if fold(title[last.end() :]) in sites and title[: last.start()].strip():
            title = title[: last.start()].strip()
        elif first[0].strip() in _BARS and fold(title[: first.start()]) in sites:
            title = title[first.end() :].strip()
        else:
            break
    return title


def choose_title(
    *,
    linked: Sequence[str],
    headings: Sequence[str],
    social: Sequence[str],
    document: str | None,
    sites: Collection[str],
) -> str | None:
    """Choose the headline among what the page states.

    JSON-LD's headline, unless h1 and og:title agree on another: then that is the one readers
    see. Without JSON-LD the h1 that og:title or the document's title begins with or equals, else
    og:title, else the document's title: an h1 that it shares nothing with is the site's name or
    a section's. Never composed, never the site's name.

    Args:
        linked: Headlines from JSON-LD or microdata, the best first.
        headings: Texts of h1, in order.
        social: og:title and its kin, the best first.
        document: Text of <title>.
        sites: Folded names of the site.
    """

    def usable(titles: Sequence[str]) -> list[str]:
        stripped = (without_site(title, sites) for title in titles)
        return [title for title in stripped if fold(title) and fold(title) not in sites]

    linked, headings, social = usable(linked), usable(headings), usable(social)
    documents = usable([document] if document else [])
    headline = linked[0] if linked else None
    shared = next((t for t in social if any(agree(t, h) for h in headings)), None)
    if headline is None:
        return (
            shared
            or _without_kicker(headings, [*social, *documents])
            or _matching_heading(headings, [*social, *documents])
            or next(iter([*social, *documents, *(headings if len(headings) == 1 else [])]), None)
        )
    if shared is not None and not agree(shared, headline):
        return shared
    return _uncut(headline, [*headings, *social, *documents])


def _uncut(headline: str, others: Sequence[str]) -> str:
    """The whole of a headline that was cut, where another element has it."""
    start = headline
    for mark in _ELLIPSES:
        start = start.removesuffix(mark)
    if start == headline and len(headline) < _CUT_LENGTH:
        return headline
    if any(agree(headline, other) for other in others):
        return headline
    whole = (t for t in others if len(t) > len(start) and fold(t).startswith(fold(start)))
    return next(whole, headline)


def _without_kicker(headings: Sequence[str], titles: Sequence[str]) -> str | None:
    """The title that is most of an h1, and its end: before it stands what labels the story."""
    for title in titles:
        end = fold(title)
        for heading in headings:
            whole = fold(heading)
            if end and whole != end and whole.endswith(end) and 2 * len(end) > len(whole):
                return title
    return None


def _matching_heading(headings: Sequence[str], titles: Sequence[str]) -> str | None:
    """The h1 that begins a title or shares most words with one, if at least half of them."""
    best, best_share = None, _MIN_SHARED_WORDS
    wanted = [(fold(title), title_words(title)) for title in titles]
    for heading in headings:
        folded, words = fold(heading), title_words(heading)
        for title, other in wanted:
            begins = title.startswith(folded)
            share = 1.0 if begins else len(words & other) / max(len(words), 1)
            if share > best_share or (share == best_share and best is None):
                best, best_share = heading, share
    return best


def title_words(title: str) -> set[str]:
    """Folded words of a headline, by which two wordings of it are compared."""
    words = {fold(word) for word in title.split()}
    # A headline in a script without spaces is one word: compare by pairs of characters.
    if len(words) <= 2:  # noqa: PLR2004 - as few as such a headline has
        folded = fold(title)
        words = {folded[i : i + 2] for i in range(len(folded) - 1)}
    return words - {""}
