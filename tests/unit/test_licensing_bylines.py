"""Whole pages: agencies in visible bylines, and links that license nothing of the article."""

from datetime import UTC, datetime

import pytest

from expectations.records import Article, Page, PageKind, Rights
from tasks.extract import extract_page

BY = "https://creativecommons.org/licenses/by/4.0/"
FREE = f'<p>All content is licensed under <a rel="license" href="{BY}">CC BY 4.0</a>.</p>'
BODY = """
<p>The ministers of the two countries met on Monday in the capital and spoke for several hours
about trade, the border and the price of bread, officials said afterwards.</p>
<p>A second round of talks is planned for the autumn, when the harvest is in and the budget has
been passed by both parliaments after a long debate.</p>
"""


def rights_of(byline: str = "", footer: str = FREE) -> Rights:
    page = f"""<html><head><title>Ministers meet over bread</title></head><body><main><article>
    <h1>Ministers meet over bread</h1>{byline}<div class="entry-content">{BODY}</div></article>
    </main><footer>{footer}</footer></body></html>"""
    article = extract_page(
        Page(
            source_id="example",
            url="https://example.org/news/1",
            body=page.encode(),
            kind=PageKind.HTML,
            raw_ref="",
        ),
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert isinstance(article, Article)
    return article.rights


@pytest.mark.parametrize(
    ("byline", "agency"),
    [
        ('<p class="byline">By <a rel="author" href="/a">Reuters</a></p>', "Reuters"),
        ('<p class="byline">By Reuters</p>', "Reuters"),
        ('<div class="article-author">Jane Roe, AFP</div>', "AFP"),
        ('<span class="author">dpa</span>', "dpa"),
    ],
)
def test_copy_whose_byline_names_an_agency_inherits_no_license(byline: str, agency: str) -> None:
    rights = rights_of(byline)
    assert (rights.license, rights.rights_holder) == (None, agency)


@pytest.mark.parametrize(
    "byline",
    [
        "",
        '<p class="byline">By Jane Roe</p>',
        f'<p class="byline">By Jane Roe, {"who wrote about bread for years, " * 3}for Reuters</p>',
        '<aside class="related"><p class="byline">By Reuters</p></aside>',
    ],
)  # fmt: skip
def test_copy_of_the_site_s_own_authors_has_the_site_s_license(byline: str) -> None:
    assert rights_of(byline).license == "CC-BY-4.0"


@pytest.mark.parametrize(
    ("picture", "license_of_article"),
    [
        ('<img src="/harvest.jpg" alt="Harvest">', None),
        ('<img src="/by.png" alt="Creative Commons">', "CC-BY-4.0"),
        ("", "CC-BY-4.0"),
    ],
)
def test_a_notice_right_beside_a_picture_is_the_picture_s(
    picture: str, license_of_article: str | None
) -> None:
    hero = f'<div class="hero">{picture}<span class="copyright">© Jane Doe / CC BY 4.0</span></div>'
    assert rights_of(hero, footer="").license == license_of_article


@pytest.mark.parametrize(
    "footer",
    [
        '<p>Proud members of <a href="https://creativecommons.org/">Creative Commons</a></p>',
        f'<p>Made by us. Icons by Example Icons, <a href="{BY}">CC BY 4.0</a></p>',
    ],
)
def test_a_link_in_a_footer_that_credits_others_licenses_nothing(footer: str) -> None:
    assert rights_of(footer=footer).license is None
