"""Authors: whom to believe of those that a page names in its data and under its headline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from tasks.metadata import meta_names
from tasks.metadata.bylines import read_byline
from tasks.metadata.json_ld import LinkedArticle
from tasks.metadata.names import MAX_AUTHORS, read_names, read_organization
from tasks.metadata.strings import distinct, fold
from tasks.metadata.tags import Tags


def stated_authors(
    tags: Tags,
    nodes: Sequence[LinkedArticle],
    marked: Sequence[LinkedArticle],
    houses: frozenset[str],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Authors with the place that states them, the most trusted first.

    Args:
        tags: The page's meta tags.
        nodes: Articles of JSON-LD, trusted over meta tags.
        marked: Articles of microdata, trusted less.
        houses: Folded names of the site.
    """
    for node in nodes:
        yield "json-ld", _names(node, houses)
    for name in meta_names.AUTHOR:
        yield "meta", read_names(tags.meta.get(name, ()), houses=houses)
    for node in marked:
        yield "html", _names(node, houses)


def choose_authors(
    stated: Iterator[tuple[str, tuple[str, ...]]],
    tree: HtmlElement,
    heading: HtmlElement | None,
    *,
    houses: frozenset[str],
) -> tuple[tuple[str, ...], str | None]:
    """Choose the first that are stated, else the printed byline's; the house only if none is left.

    Templates name the publisher as author of everything, so a person in a less trusted place is
    believed over that. Where all agree on the house, the house it is.

    Args:
        stated: From `stated_authors`.
        tree: The page.
        heading: The h1 of the headline, below which the byline stands.
        houses: Folded names of the site.

    Returns:
        The authors, and the place that states them.
    """
    house: tuple[tuple[str, ...], str | None] = ((), None)
    for source, names in stated:
        if any(fold(name) not in houses for name in names):
            return names, source
        house = house if house[0] or not names else (names, source)
    printed = read_byline(tree, heading, houses=houses)
    if printed and (not house[0] or any(fold(name) not in houses for name in printed)):
        return printed, "html"
    return house


def _names(node: LinkedArticle, houses: frozenset[str]) -> tuple[str, ...]:
    names: list[str] = []
    for author in node.authors:
        if author.is_organization:
            names.extend(read_organization(author.name))
        else:
            names.extend(read_names([author.name], houses=houses))
    return distinct(names, at_most=MAX_AUTHORS)
