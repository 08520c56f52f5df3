"""From a page's tree to the article's text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from expectations.records import Removed
from tasks import text
from tasks.body.blocks import find_blocks
from tasks.body.boxes import cut_boxes
from tasks.body.credits import cut_credits
from tasks.body.head import cut_head
from tasks.body.invitations import cut_bare_headings, cut_invitations
from tasks.body.links import cut_related
from tasks.body.lost import restore_lost
from tasks.body.read import read_text
from tasks.body.repeats import cut_repeats
from tasks.body.stated import cut_unstated_tail
from tasks.body.survey import Survey, survey_page
from tasks.licensing.words import may_state_rights

# Finds, in the lines that earlier rules left, those to cut, and says what each is.
Rule = Callable[[Sequence[str]], dict[int, str]]

MAX_CUT_SHARE = 1 / 2  # of the text: a rule that would bring it there has mistaken the article


@dataclass(frozen=True, slots=True)
class Body:
    """The article's text, one paragraph a line, and what was cut from it, in its order."""

    text: str
    removed: tuple[Removed, ...]


def find_body(
    tree: HtmlElement, *, url: str | None, title: str | None, authors: Sequence[str]
) -> Body:
    """Find the article's text on a page.

    Args:
        tree: The page; it loses its scripts and styles, but for JSON-LD.
        url: Of the page, by which links to its own site are known.
        title: Of the article, as it was chosen among the page's.
        authors: Of the article, likewise.

    Returns:
        The text, empty if there is none.
    """
    seen = survey_page(tree)
    read = text.normalise(read_text(tree, url))
    if not read:
        return Body("", ())
    return clean_lines(read.split("\n"), seen, url=url, title=title, authors=authors)


def clean_lines(
    lines: Sequence[str],
    seen: Survey,
    *,
    url: str | None = None,
    title: str | None = None,
    authors: Sequence[str] = (),
) -> Body:
    """Put back what is missing in the text read from a page, and cut what is not the article's.

    Something always remains. Lines that may state rights are left to those who read rights.

    Args:
        lines: The text, at least one line.
        seen: The page.
        url: Of the page, by which links to its own site are known.
        title: Of the article.
        authors: Of the article.
    """
    blocks = find_blocks(lines, seen)
    region = blocks.region
    rules: tuple[Rule, ...] = (
        lambda rest: cut_head(rest, seen.headings, title),
        lambda rest: cut_unstated_tail(rest, seen.linked_data),
        lambda rest: cut_boxes(rest, region),
        lambda rest: cut_related(rest, region, url),
        cut_repeats,
        lambda rest: cut_credits(rest, authors),
        cut_invitations,
        lambda rest: cut_bare_headings(rest, region),
    )
    return _cut(restore_lost(lines, blocks), rules)


def _cut(lines: Sequence[str], rules: Sequence[Rule]) -> Body:
    kinds: dict[int, str] = {}
    for rule in rules:
        rest = [i for i in range(len(lines)) if i not in kinds]
        cuts = {rest[at]: kind for at, kind in rule([lines[i] for i in rest]).items()}
        size = sum(len(lines[i]) for i in (*kinds, *cuts))
        if size <= MAX_CUT_SHARE * sum(map(len, lines)):
            kinds |= {i: kind for i, kind in cuts.items() if not may_state_rights(lines[i])}
    return Body(
        "\n".join(line for i, line in enumerate(lines) if i not in kinds),
        tuple(Removed(kinds[i], lines[i]) for i in sorted(kinds)),
    )
