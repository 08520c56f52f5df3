"""One page, one article or one rejection: the samples field by field, and bytes of every kind.

Golden files are rewritten by `UPDATE_GOLDEN=1 python -m pytest tests/unit/test_extract.py`; the
difference is then reviewed like code.
"""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.columns import to_row, to_table
from expectations.records import Article, Given, Page, PageKind, Reason, Rejection, Stage
from tasks.extract import extract_page
from tasks.sources import open_source
from tasks.urls import article_id
from tests.builders import a_page

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
SEEDS = [
    path
    for folder in ("", "html", "wire", "inbox")
    for path in sorted((ROOT / "seeds" / folder).iterdir())
    if path.suffix in {".html", ".txt"}
]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
STORY = " ".join(f"In its session number {n} the council agreed on the budget." for n in range(9))


def html(body: str = STORY, head: str = "") -> bytes:
    page = f"<html><head>{head}</head><body><article><p>{body}</p></article></body></html>"
    return page.encode()


def extract(body: bytes, kind: PageKind = PageKind.HTML, **changes: object) -> Article | Rejection:
    return extract_page(a_page(kind=kind, body=body, **changes), now=NOW)


def article(body: bytes, kind: PageKind = PageKind.HTML, **changes: object) -> Article:
    result = extract(body, kind, **changes)
    assert isinstance(result, Article), result
    return result


def reason(body: bytes, kind: PageKind = PageKind.HTML, **changes: object) -> tuple[str, str]:
    result = extract(body, kind, **changes)
    assert isinstance(result, Rejection), result
    return str(result.stage), result.rule


def test_rights_that_page_and_headers_reserve_are_listed_together() -> None:
    robots = '<meta name="robots" content="noai">'
    reserved = article(html(head=robots), reserved=("tdm-reservation",)).rights.rights_reserved
    assert reserved == ("noai", "tdm-reservation")
    text = article(STORY.encode(), PageKind.TEXT, reserved=("tdm-reservation",))
    assert text.rights.rights_reserved == ("tdm-reservation",)


# The samples


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_a_sample_gives_the_article_that_was_reviewed(path: Path) -> None:
    (page,) = open_source(str(path), source_id="seeds")
    assert isinstance(page, Page)
    page = replace(page, fetched_at=None, raw_ref=str(path.relative_to(ROOT)))
    result = extract_page(page, now=NOW)
    found = json.dumps(to_row(result), default=_as_text, ensure_ascii=False, indent=1) + "\n"
    golden = GOLDEN / f"{path.stem}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert json.loads(found) == json.loads(golden.read_text(encoding="utf-8"))


def _as_text(value: object) -> str:
    assert isinstance(value, datetime)
    assert value.utcoffset() is not None
    return value.astimezone(UTC).isoformat()


def test_every_golden_file_has_its_sample() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {path.stem for path in SEEDS}


# Bytes of every kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_plain_text_is_read_in_any_unicode_encoding(encoding: str) -> None:
    text = f"TEHRAN - {STORY} نشست اتاق‌های بازرگانی 日本"
    assert article(text.encode(encoding), PageKind.TEXT).content.text == text


def test_nul_bytes_in_text_and_html_vanish_and_leave_a_warning() -> None:
    damaged = STORY.replace("session", "ses\0sion")
    for found in (article(damaged.encode(), PageKind.TEXT), article(html(damaged))):
        assert found.content.text == STORY
        assert "nul_characters" in found.cleaning.warnings


@pytest.mark.parametrize("damage", [b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xf5\x80\x80\x80"])
def test_bytes_that_are_no_utf_8_cost_no_more_than_themselves(damage: bytes) -> None:
    body = STORY.encode().replace(b"number 4", b"number " + damage + b" 4")
    for found in (
        article(body, PageKind.TEXT),
        article(html().replace(b"number 4", b"number " + damage + b" 4")),
    ):
        assert found.content.text.startswith(STORY[:100])
        assert found.content.text.endswith(STORY[-100:])
        to_table(Article, [found])


def test_references_to_surrogates_can_be_stored() -> None:
    found = article(html(STORY + " &#xD800;&#55357;&#56832; end.", "<title>A &#xD800; B</title>"))
    to_table(Article, [found])
    assert found.content.text.endswith("end.")


@pytest.mark.parametrize("body", [b"", b" \n\t\r\n ", b"\0\0\0", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("kind", PageKind)
def test_a_blank_page_is_rejected(body: bytes, kind: PageKind) -> None:
    assert reason(body, kind)[1] in {Reason.NO_TEXT, Reason.UNDECODABLE}


def test_a_header_charset_is_believed_before_the_pages_own() -> None:
    body = html("Съезд принял решение о бюджете школ и библиотек. " * 6, "<meta charset=utf-8>")
    found = article(body.decode().encode("cp1251"), charset="windows-1251")
    assert found.content.text.startswith("Съезд принял")


def test_the_pages_own_charset_is_believed_where_no_header_says_more() -> None:
    body = html("Съезд принял решение о бюджете школ и библиотек. " * 6, "<meta charset=koi8-r>")
    assert article(body.decode().encode("koi8-r")).content.text.startswith("Съезд принял")


def test_an_xml_declaration_does_not_change_the_encoding() -> None:
    found = article(b"<?xml version='1.0' encoding='iso-8859-1'?>" + html("Größe. " + STORY))
    assert found.content.text.startswith("Größe.")


@settings(max_examples=40)
@given(body=st.binary(max_size=400), kind=st.sampled_from(PageKind))
def test_no_bytes_raise(body: bytes, kind: PageKind) -> None:
    result = extract(body, kind)
    if isinstance(result, Article):
        to_table(Article, [result])
        assert result.content.text_length == len(result.content.text) > 0


TAGS = (
    "<p> </p> <div> </table> <table> <td> <script> </script> <!-- --> <![CDATA[ ]]> <svg> <title> "
    "</html> <body> <template> <noscript> <meta charset=utf-7> <base href=//> &#0; &#xD800; &lt < >"
)
MARKUP = st.lists(
    st.one_of(
        st.sampled_from([*TAGS.split(), "\0", "\ufffe", '"', "'"]),
        st.text(max_size=12),
        st.just(STORY),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(pieces=MARKUP)
def test_no_markup_raises(pieces: list[str]) -> None:
    result = extract(" ".join(pieces).encode("utf-8", "surrogatepass"))
    if isinstance(result, Article):
        to_table(Article, [result])


def test_joiners_that_words_are_spelled_with_stay_in_the_text() -> None:
    persian = "نشست اتاق‌های بازرگانی می‌گوید ده‌ها نفر آمده‌اند. " * 6 + "👩‍🚀"
    assert article(html(persian)).content.text == persian


# Whose page it is


def test_an_article_is_named_by_its_url_or_by_its_text() -> None:
    with_url = article(html(), url="https://www.example.org/a?utm_source=x#top")
    assert with_url.article_id == article_id("https://www.example.org/a")
    assert with_url.place.host == "example.org"
    without = article(html())
    assert without.article_id == without.duplicates.content_hash
    assert (without.place.url, without.place.canonical_url, without.place.host) == (None,) * 3


def test_a_canonical_link_to_another_host_is_not_believed() -> None:
    head = "<link rel=canonical href='https://evil.example/a'>"
    found = article(html(head=head), url="https://good.example/a")
    assert found.place.canonical_url == "https://good.example/a"


def test_a_file_without_a_url_takes_the_one_it_declares() -> None:
    head = "<link rel=canonical href='https://good.example/a'>"
    assert article(html(head=head)).place.canonical_url == "https://good.example/a"


def test_a_password_in_a_url_is_not_kept() -> None:
    found = article(html(), url="https://user:secret@example.org/a")
    assert "secret" not in json.dumps(to_row(found), default=str)


@pytest.mark.parametrize(
    "url", ["http://[::1", "//", "not a url", "https://", "javascript:alert(1)", "a" * 5_000, "\0"]
)
def test_a_broken_url_costs_the_url_and_not_the_article(url: str) -> None:
    assert article(html(), url=url).content.text == STORY


def test_what_is_given_beside_the_page_is_used() -> None:
    beside = Given(given_title="Budget agreed", given_authors=("Jane Doe",), given_language="en")
    for kind in PageKind:
        found = article(html() if kind is PageKind.HTML else STORY.encode(), kind, given=beside)
        assert found.content.title == "Budget agreed"
        assert found.content.authors == ("Jane Doe",)


def test_a_license_footer_is_cut_from_the_text_and_kept() -> None:
    footer = (
        "All Content by Example News is licensed under a Creative Commons Attribution 4.0 License."
    )
    found = article(f"{STORY}\n\n{footer}".encode(), PageKind.TEXT)
    assert found.content.text == STORY
    assert footer in [piece.text for piece in found.cleaning.removed]
    assert found.rights.license == "CC-BY-4.0"


@pytest.mark.parametrize(("line", "day"), [("Nov. 5, 2024", 5), ("Updated November 5, 2024", None)])
def test_a_line_that_is_but_a_date_dates_a_plain_text_unless_it_is_of_a_change(
    line: str, day: int | None
) -> None:
    text = f"Budget agreed after debate\nBy Jane Doe\n{line}\n\n{STORY}"
    found = article(text.encode(), PageKind.TEXT)
    assert found.content.text == STORY
    published = found.times.published_at
    assert (published and published.day) == day
    assert found.times.published_at_source == (day and "dateline")


def test_nothing_but_a_footer_is_no_article() -> None:
    footer = (
        "All Content by Example News is licensed under a Creative Commons Attribution 4.0 License."
    )
    assert reason(footer.encode(), PageKind.TEXT) == (Stage.EXTRACT, Reason.NO_TEXT)


def test_a_page_of_frames_is_rejected() -> None:
    frames = b"<html><frameset><frame src='a.html'><frame src='b.html'></frameset></html>"
    assert reason(frames) == (Stage.EXTRACT, Reason.NO_TEXT)


# Walls


NOTICES = {
    "<h1>Before you continue</h1><p>We and our 214 partners use cookies to store and access "
    "information on your device.</p><button>Accept all</button>": Reason.CONSENT_WALL,
    "<p>Wir verwenden Cookies. Sie können alle Cookies akzeptieren.</p>": Reason.CONSENT_WALL,
    "<p>You need to enable JavaScript to run this app.</p>": Reason.JAVASCRIPT_REQUIRED,
    "<noscript>Please enable JavaScript to view this site.</noscript>": Reason.JAVASCRIPT_REQUIRED,
}


@pytest.mark.parametrize(("body", "rule"), NOTICES.items())
def test_a_notice_in_the_articles_place_is_rejected_as_what_it_is(body: str, rule: Reason) -> None:
    assert reason(f"<html><body>{body}</body></html>".encode()) == (Stage.EXTRACT, rule)


ABOUT_COOKIES = (
    "The European Commission said on Monday that publishers may no longer use cookies to follow "
    "readers across websites. The rule takes effect in June. Publishers in nine countries have "
    "asked for a delay until the end of next year. A court in Luxembourg will hear the case of a "
    "German newspaper in March, according to its chief editor."
)
ABOUT_JAVASCRIPT = (
    "A small newspaper in Porto has rebuilt its website. Its pages work without JavaScript and "
    "load in under a second on old telephones. Readers in the countryside had complained for "
    "years. The three developers took four months and published all of their work in the open."
)


ABOUT_A_FLAW = (
    "A flaw in Firefox lets sites run code even without JavaScript, Mozilla said on Monday."
)
ABOUT_A_CHANNEL = (
    "Example TV said its football channel is available to subscribers in Norway only, and that "
    "prices will rise in May."
)
ABOUT_A_FINE = (
    "The data protection office fined Acme on Monday because its site uses cookies without asking "
    "its readers first. Acme will appeal."
)


@pytest.mark.parametrize(
    "body", [ABOUT_COOKIES, ABOUT_JAVASCRIPT, ABOUT_A_FLAW, ABOUT_A_CHANNEL, ABOUT_A_FINE]
)
def test_a_short_report_about_cookies_or_javascript_is_an_article(body: str) -> None:
    notice = "<noscript>Please enable JavaScript to comment.</noscript><p>We use cookies.</p>"
    page = f"<html><body><article><p>{body}</p></article><footer>{notice}</footer></body></html>"
    assert body[:60] in article(page.encode()).content.text


def test_an_article_under_a_consent_banner_is_an_article() -> None:
    banner = "<div class=banner>We value your privacy. Accept all cookies</div>"
    assert article(html().replace(b"<body>", f"<body>{banner}".encode())).content.text == STORY


def test_licenses_of_json_ld_that_disagree_are_a_conflict_and_the_narrower_one_wins() -> None:
    block = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Two terms", '
        '"license": "https://creativecommons.org/licenses/%s/4.0/"}</script>'
    )
    page = f"<h1>Two terms</h1>{block % 'by'}{block % 'by-nc'}<p>{'A story of the town. ' * 30}</p>"
    rights = article(html(page)).rights
    assert (rights.license, rights.license_conflict) == ("CC-BY-NC-4.0", True)


def test_an_address_that_is_none_is_a_warning() -> None:
    found = article(html(), url="https://ex .org/x")
    assert "url_unusable" in found.cleaning.warnings
