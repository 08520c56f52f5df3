"""Parsing: what becomes a tree, and what is refused by the name of a limit."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement

from expectations.records import Reason
from tasks.parsing import MAX_ELEMENTS, Refusal, declared_charset, parse_html


def tree(html: str) -> HtmlElement:
    result = parse_html(html)
    assert isinstance(result, HtmlElement), result
    return result


def refusal(html: str) -> Refusal:
    result = parse_html(html)
    assert isinstance(result, Refusal)
    return result


def test_a_page_of_as_many_elements_as_may_be_is_parsed_and_no_larger_one() -> None:
    fits = "<html><body>" + "<br>" * (MAX_ELEMENTS - 2)
    assert sum(1 for _ in tree(fits).iter()) == MAX_ELEMENTS
    assert refusal(fits + "<br>") == Refusal(Reason.TOO_MANY_ELEMENTS, "more than 50,000 elements")


def test_what_only_looks_like_elements_is_not_counted() -> None:
    brackets = "<br>" * (2 * MAX_ELEMENTS)
    tree(f"<script>{brackets}</script><p>text</p><!-- {brackets} -->")


@pytest.mark.parametrize("tag", ["div", "span", "b", "blockquote", "ul><li"])
def test_text_is_in_the_tree_or_the_page_is_too_deep(tag: str) -> None:
    for depth in (250, 260, 1_000, 1_020, 1_030, 2_040, 2_050, 3_000, 50_000):
        found = parse_html(f"<{tag}>" * depth + "innermost" + "<p>after</p>")
        if isinstance(found, Refusal):
            assert (found.reason, depth > 1_000) == (Reason.TOO_DEEP, True)
        else:
            text = "".join(found.itertext())
            assert ("innermost" in text, "after" in text) == (True, True)


def test_a_text_node_of_over_10_mb_is_whole() -> None:
    long = "word " * 2_200_000
    assert "".join(tree(f"<p>{long}</p><p>after</p>").itertext()) == long + "after"


@pytest.mark.parametrize("tag", ["iframe", "noframes", "noembed"])
def test_what_stands_in_the_place_of_a_frame_is_no_text(tag: str) -> None:
    found = tree(f"<p>before</p><{tag}><p>Your browser shows no frames.</p></{tag}>after")
    assert "".join(found.itertext()) == "beforeafter"


@pytest.mark.parametrize(
    ("start", "what"),
    [
        ("<rss version='2.0'><channel>", "an RSS feed"),
        ("<?xml version='1.0'?>\n<!-- made by > x --><rdf:RDF xmlns='x'>", "an RSS feed"),
        ("<?xml-stylesheet href='a'?><feed xmlns='http://www.w3.org/2005/Atom'>", "an Atom feed"),
        ("<urlset xmlns='x'><url>", "a sitemap"),
        ("<sitemapindex>", "an index of sitemaps"),
        ("<!DOCTYPE svg PUBLIC 'a' 'b' [ <!ENTITY c 'd'> ]><svg xmlns='x'>", "an SVG image"),
    ],
)
def test_a_document_that_is_no_page_is_refused_by_name(start: str, what: str) -> None:
    assert refusal(f"{start}words").detail == f"{what}, not a page"
    assert refusal(f"{start}words").reason == Reason.MEDIA_TYPE


@pytest.mark.parametrize(
    "start",
    [
        "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE html><html xmlns='x'><body>",
        "<svg><path/></svg><p>",
        "<svg><path/></svg><!doctype html>",
        "<feed></feed><html>",
        "<rss-reader>",
        "<svgx>",
        "<?xml version='1.0'?><nitf><body>",
    ],
)
def test_what_may_be_a_page_is_parsed(start: str) -> None:
    assert "words" in "".join(tree(f"{start}words").itertext())


@pytest.mark.parametrize("html", ["</html>", "<!doctype html>", "<!-- only this -->", "<?xml ?>"])
def test_a_page_without_an_element_is_unparsable(html: str) -> None:
    assert refusal(html).reason == Reason.UNPARSABLE


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_raises(html: str) -> None:
    assert isinstance(parse_html(html), HtmlElement | Refusal)


HOSTILE = ("<!-- x -->", "<!--", "<!doctype [", "<!doctype a>", "<?x ", "<?xml ", "<meta ", " ")


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_does_not_run_away_over_what_comes_before_a_page(piece: str) -> None:
    html = piece * (1_000_000 // len(piece)) + "<rs"
    started = time.process_time()
    parse_html(html)
    declared_charset(html.encode())
    assert time.process_time() - started < 1


def test_a_doctype_that_does_not_end_is_passed_over_in_one_go() -> None:
    found = parse_html("<!DOCTYPE " + "x" * 2_000_000)  # hours, were it tried at each end
    assert isinstance(found, (Refusal, HtmlElement))
