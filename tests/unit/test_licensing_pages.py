"""Whole pages: which of their many licenses is the article's."""

from datetime import UTC, datetime

import pytest

from expectations.records import Article, Page, PageKind, Rights
from tasks.extract import extract_page

PROSE = "".join(
    f"<p>The ministers met in the capital to speak about trade, and agreed on paragraph {number} "
    "of the treaty after a long debate that went on into the night.</p>"
    for number in range(6)
)
LICENSES = "https://creativecommons.org/licenses"
BY = f"{LICENSES}/by/4.0/"
GRANT = "All content is licensed under CC BY 4.0."
THIS = "This article is licensed under CC BY 4.0."


def rights(
    *,
    head: str = "",
    beside: str = "",
    byline: str = "By Jane Doe",
    lead: str = "",
    within: str = "",
    foot: str = "",
) -> Rights:
    page = (
        f"<html lang=en><head><title>Ministers meet</title>{head}</head><body>"
        f"<nav><a href=/licensing>Licensing</a></nav>{beside}<main><article>"
        f"<h1>Ministers meet</h1><p class=byline>{byline}</p>{lead}{PROSE}{within}</article></main>"
        f"<footer>{foot}</footer></body></html>"
    )
    found = extract_page(
        Page(
            source_id="x",
            url="https://example.org/a",
            body=page.encode(),
            kind=PageKind.HTML,
            raw_ref="",
        ),
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert isinstance(found, Article)
    return found.rights


def linked_data(fields: str) -> str:
    return (
        '<script type="application/ld+json">{"@context":"https://schema.org",'
        f'"@type":"NewsArticle","headline":"Ministers meet",{fields}}}</script>'
    )


@pytest.mark.parametrize(
    ("parts", "license_", "source"),
    [
        ({"foot": f"<a rel=license href='{BY}'><img alt='CC BY'></a>"}, "CC-BY-4.0", "rel"),
        (
            {"head": "<link rel=license href='//creativecommons.org/licenses/by-sa/3.0/de/'>"},
            "CC-BY-SA-3.0-DE",
            "rel",
        ),
        (
            {"head": "<meta name=dcterms.rights content='CC BY-ND 4.0'>"},
            "CC-BY-ND-4.0",
            "meta",
        ),
        ({"head": linked_data(f'"license":"{BY}"')}, "CC-BY-4.0", "json-ld"),
        ({"within": f"<p>{THIS}</p>"}, "CC-BY-4.0", "text"),
        ({"within": f"<a itemprop=license href='{BY}'>License</a>"}, "CC-BY-4.0", "rel"),
        (
            {"foot": f"<a rel=license href='{LICENSES}/by/9.0/'>CC BY 9.0</a>"},
            "LicenseRef-CC-BY",
            "rel",
        ),
    ],
)
def test_a_license_of_the_article_is_found(
    parts: dict[str, str], license_: str, source: str
) -> None:
    found = rights(**parts)
    assert (found.license, found.license_source) == (license_, source)


@pytest.mark.parametrize(
    "parts",
    [
        {"within": f"<figure><img src=x><figcaption>Photo: <a href='{BY}'>CC BY</a></figure>"},
        {"within": f"<blockquote>{THIS}</blockquote>"},
        {"within": f"<div class=comments><p>{THIS}</p></div>"},
        {"within": f"<aside class=related><p>Read next: {THIS}</p></aside>"},
        {
            "within": "<div itemscope itemtype='https://schema.org/ImageObject'>"
            f"<img src=x><a rel=license href='{BY}'>CC BY</a></div>"
        },
        {"within": f"<div about='/x/photo.jpg'><a rel=license href='{BY}'>CC BY</a></div>"},
        {"head": linked_data(f'"image":{{"@type":"ImageObject","license":"{BY}"}}')},
        {"head": "<script>/* licensed under CC BY 4.0 */</script>"},
        {"beside": f"<nav>{GRANT}</nav>"},
        {"foot": f"<p style='display:none'>{GRANT}</p>"},
        {"foot": "<a href='https://creativecommons.org/'>Creative Commons</a>"},
        {"foot": "<a href=/syndication>Syndication &amp; Licensing</a>"},
        {"foot": "<p>Icons by Font Awesome (CC BY 4.0)</p>"},
        {"byline": "By Reuters", "foot": GRANT},
        {"lead": "<p>LONDON (AP) — The ministers met on Monday.</p>", "foot": GRANT},
        {"within": "<p>Source: AFP</p>", "foot": GRANT},
    ],
)
def test_what_is_another_s_or_about_another_work_licenses_nothing(parts: dict[str, str]) -> None:
    assert rights(**parts).license is None


def test_a_sentence_that_is_quoted_and_stated_is_stated() -> None:
    assert rights(within=f"<blockquote>{THIS}</blockquote><p>{THIS}</p>").license == "CC-BY-4.0"
