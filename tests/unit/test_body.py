"""The article's body: what is put back, what is cut, and that nothing goes without a word."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from lxml.html import HtmlElement

from expectations.records import Removed
from tasks import text
from tasks.body import Body, find_body
from tasks.body.find import clean_lines
from tasks.body.read import read_text
from tasks.body.survey import survey_page

TITLE = "Harbor council votes to raise the old sea wall"
URL = "https://ledger.example/news/sea-wall"
FIRST = (
    "The harbor council voted on Monday to raise the old sea wall by a meter and a half, after "
    "three winters in which storms flooded the lower town and closed its only hospital."
)
SECOND = (
    "Work on the northern half begins in April. The wall dates from 1911 and was last repaired "
    "when the ferry terminal opened, long before the present storms were thought of."
)
THIRD = (
    "Residents of the fishermen's quarter had asked for a gate instead. Engineers told them that "
    "a gate would cost four times as much and could not be ready before the next decade."
)
FOURTH = (
    "The council borrows most of the money from the regional bank over thirty years. A tax on "
    "moorings, which boat owners fought for two years, is to pay for the rest of the wall."
)
STORY = (FIRST, SECOND, THIRD, FOURTH)


def paragraphs(*pieces: str) -> str:
    return "".join(f"<p>{piece}</p>" for piece in pieces)


def find(article: str, *, head: str = "", url: str | None = URL, title: str = TITLE) -> Body:
    page = f"<html><head>{head}</head><body><article>{article}</article></body></html>"
    return find_body(html.fromstring(page), url=url, title=title, authors=("Ines Aalto",))


def clean(lines: Sequence[str], tree: HtmlElement, url: str | None = None) -> Body:
    seen = survey_page(tree)
    return clean_lines(lines, seen, url=url, title=TITLE, authors=("Ines Aalto",))


def kinds(body: Body) -> set[tuple[str, str]]:
    return {(piece.kind, piece.text) for piece in body.removed}


def test_an_article_with_nothing_beside_it_is_left_as_it_is() -> None:
    assert find(paragraphs(*STORY)) == Body("\n".join(STORY), ())


def test_an_empty_page_has_no_body() -> None:
    assert find_body(html.fromstring("<p></p>"), url=None, title=None, authors=()) == Body("", ())


# What was lost


def split_article(kind: str = "chunk") -> str:
    return (
        f'<div class="row"><div class="article-body {kind}">{paragraphs(FIRST, SECOND)}</div></div>'
        f'<div class="row"><div class="article-body {kind}"><h2>Who pays</h2>'
        f"{paragraphs(THIRD, FOURTH)}</div></div>"
    )


def test_trafilatura_takes_the_first_block_of_a_split_article() -> None:
    """What `restore_lost` is there for; if this fails, it may go."""
    page = html.fromstring(f"<html><body><div>{split_article()}</div></body></html>")
    assert THIRD not in read_text(page, URL)


def test_a_split_article_is_put_together_in_the_pages_order() -> None:
    page = html.fromstring(f"<html><body><div>{split_article()}</div></body></html>")
    body = find_body(page, url=URL, title=TITLE, authors=())
    assert body.text.split("\n") == [FIRST, SECOND, "Who pays", THIRD, FOURTH]


def test_empty_paragraphs_do_not_move_what_is_put_back() -> None:
    block = '<div class="row"><div class="article-body">%s</div></div>'
    page = "".join(block % part for part in (paragraphs(FIRST, ""), paragraphs(SECOND, THIRD)))
    tree = html.fromstring(f"<html><body><div>{page}{paragraphs(FOURTH)}</div></body></html>")
    assert clean([FIRST, FOURTH], tree).text == "\n".join(STORY)


def test_cards_that_are_links_are_no_part_of_a_split_article() -> None:
    card = '<div class="row"><a href="/x"><div class="article-body chunk"><p>%s</p></div></a></div>'
    cards = "".join(card % f"{words} {THIRD}" for words in ("One more:", "Another:"))
    page = html.fromstring(
        f'<html><body><div><div class="row"><div class="article-body chunk">'
        f"{paragraphs(*STORY)}</div></div>{cards}</div></body></html>"
    )
    found = find_body(page, url=URL, title=TITLE, authors=())
    assert "One more" not in found.text


# What stands before the article


def test_the_headline_and_what_is_above_it_are_cut_and_kept() -> None:
    body = find(f"<p>Town hall</p><h1>{TITLE.upper()}!</h1>{paragraphs(*STORY)}")
    assert body.text == "\n".join(STORY)
    assert ("headline", f"{TITLE.upper()}!") in kinds(body)


def test_a_sentence_that_holds_the_headline_is_no_headline() -> None:
    sentence = f"{TITLE}, but the town has to wait for it until the autumn of next year."
    assert find(paragraphs(sentence, *STORY)).text.startswith(sentence)


@pytest.mark.parametrize(
    "line",
    ["Published 18 November 2019, 14:05", "8. November 2025, 9.30 Uhr", "2025年3月4日 12:30"],
)
def test_a_line_that_is_only_a_date_is_cut(line: str) -> None:
    body = find(paragraphs(line, *STORY))
    assert ("date-line", line) in kinds(body)
    assert body.text == "\n".join(STORY)


@pytest.mark.parametrize("line", ["Controller in crystal for $39.99, was $64.99", "Score: 3-2"])
def test_prices_and_scores_are_no_dates(line: str) -> None:
    assert line in find(paragraphs(line, *STORY)).text


# Links to other articles


OTHER = "Ferry terminal closes for two weeks of repairs"


@pytest.mark.parametrize("address", ["/news/ferry", "https://www.ledger.example/ferry"])
@pytest.mark.parametrize("label", ["", "Read also: ", "Lesen Sie auch: "])
def test_a_line_that_is_a_link_to_the_same_site_is_cut(address: str, label: str) -> None:
    related = f'<p>{label}<a href="{address}">{OTHER}</a></p>'
    body = find(paragraphs(FIRST, SECOND) + related + paragraphs(THIRD, FOURTH))
    assert kinds(body) == {("related-link", f"{label}{OTHER}")}
    assert body.text == "\n".join(STORY)


def test_links_elsewhere_stay_within_the_text_and_go_at_its_end() -> None:
    source = '<p><a href="https://other.example/r">Report of the engineers on the wall</a></p>'
    within = find(paragraphs(FIRST) + source + paragraphs(SECOND, THIRD, FOURTH))
    at_end = find(paragraphs(*STORY) + source)
    assert "Report of the engineers" in within.text
    assert at_end.text == "\n".join(STORY)


def test_a_link_within_a_sentence_is_prose() -> None:
    linked = FIRST.replace("voted on Monday", '<a href="/vote">voted on Monday</a>')
    assert find(paragraphs(linked, SECOND, THIRD, FOURTH)).text == "\n".join(STORY)


def test_an_address_to_write_to_is_no_other_article() -> None:
    line = '<p>Tips go to <a href="mailto:desk@ledger.example">desk@ledger.example</a></p>'
    body = find(paragraphs(FIRST, SECOND) + line + paragraphs(THIRD, FOURTH))
    assert "desk@ledger.example" in body.text


@pytest.mark.parametrize("address", ["http://[::1", "//", "javascript:void(0)", "  ", "\x00"])
def test_addresses_that_are_none_break_nothing(address: str) -> None:
    page = paragraphs(*STORY) + f"<p><a href='{address}'>{OTHER}</a></p>"
    assert find(page.replace("\x00", ""), url=address).text.startswith(FIRST)


# Boxes, credits, invitations


@pytest.mark.parametrize(
    ("name", "kind"),
    [("NewsletterPromo", "side-box"), ("author_bio", "side-box"), ("image-caption", "caption")],
)
def test_what_a_box_with_a_telling_name_says_is_cut(name: str, kind: str) -> None:
    said = "The morning in five minutes, every day but Sunday, from our newsroom"
    box = f'<section class="{name}"><p>{said}</p></section>'
    body = find(paragraphs(FIRST, SECOND) + box + paragraphs(THIRD, FOURTH))
    assert said not in body.text
    assert {k for k, said_there in kinds(body)} <= {kind}


def test_a_telling_name_around_the_whole_article_tells_nothing() -> None:
    assert find(f'<div class="print-view">{paragraphs(*STORY)}</div>').text == "\n".join(STORY)


@pytest.mark.parametrize("name", ["biology", "blueprints", "creditable", "promontory"])
def test_a_telling_name_is_a_whole_word(name: str) -> None:
    box = f'<div class="{name}"><p>{SECOND}</p></div>'
    assert SECOND in find(paragraphs(FIRST) + box + paragraphs(THIRD, FOURTH)).text


def test_bylines_notes_on_the_author_and_picture_credits_are_cut() -> None:
    note = "Ines Aalto covers the coast. Write to her at aalto@ledger.example"
    page = paragraphs("By Ines Aalto", FIRST, "Photo: Ann Example", SECOND, THIRD, FOURTH, note)
    body = find(page)
    assert body.text == "\n".join(STORY)
    assert [piece.kind for piece in body.removed] == ["byline", "picture-credit", "author-note"]


def test_what_an_author_is_quoted_with_in_the_middle_stays() -> None:
    named = "Ines Aalto, who walked along the wall, found eleven cracks in it within an hour."
    assert named in find(paragraphs(FIRST, SECOND, named, THIRD, FOURTH, "It rained.", "So.")).text


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for our newsletter",
        "Abonnieren Sie unseren Newsletter.",
        "Подпишитесь на нас",
        "구독하기",
    ],
)
def test_an_invitation_at_the_end_is_cut_and_one_in_the_middle_stays(line: str) -> None:
    assert ("invitation", line) in kinds(find(paragraphs(*STORY, line)))
    assert line in find(paragraphs(FIRST, line, SECOND, THIRD, FOURTH)).text


def test_a_consent_notice_is_cut_at_either_end() -> None:
    first, last = "Wir verwenden Cookies, um besser zu werden.", "This site uses cookies. More."
    body = clean([first, *STORY, last], html.fromstring("<p>x</p>"))
    assert body.text == "\n".join(STORY)
    assert [piece.kind for piece in body.removed] == ["consent-notice", "consent-notice"]


def test_a_report_about_cookies_keeps_its_first_sentence() -> None:
    first = "Publishers may no longer use cookies without consent, the commission said on Monday."
    assert find(paragraphs(first, *STORY)).text.startswith(first)


def test_a_quote_about_subscriptions_is_no_invitation() -> None:
    quote = "“Nobody wants to pay for a subscription to a wall,” said the mayor."
    assert find(paragraphs(*STORY, quote)).text.endswith(quote)


@pytest.mark.parametrize(
    "line",
    [
        "Netflix will report its subscription numbers in April.",
        "More than 300 people have signed up for the course since Monday.",
        "A spokesman declined to comment",
        "Storms follow rain on Monday and Tuesday.",
        "Wer mitmachen will, kann sich bis Freitag anmelden.",
        "Президент подписал указ о новом порядке.",
        "اشترك في الاجتماع ثلاثون وزيرا.",
        "The newsletter was first printed in 1911.",
    ],
)
def test_news_of_subscriptions_signatures_and_comments_stays(line: str) -> None:
    assert find(paragraphs(*STORY, line)).text.endswith(line)


def test_a_heading_that_nothing_follows_is_cut() -> None:
    page = html.fromstring(
        "<html><body><h2>Who pays</h2><h3>More from the coast</h3></body></html>"
    )
    body = clean([FIRST, "Who pays", SECOND, "More from the coast"], page)
    assert body.text.split("\n") == [FIRST, "Who pays", SECOND]
    assert body.removed == (Removed("bare-heading", "More from the coast"),)


def test_a_paragraph_twice_in_a_row_is_there_once() -> None:
    body = clean([FIRST, SECOND, SECOND, THIRD], html.fromstring("<p>x</p>"))
    assert body == Body(f"{FIRST}\n{SECOND}\n{THIRD}", (Removed("repeat", SECOND),))


# JSON-LD


def stated(said: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"articleBody": said})}</script>'


def test_what_follows_the_text_that_json_ld_states_is_cut() -> None:
    after = "The ledger is printed by the harbor and read as far as the lighthouse."
    said = "<p>" + "</p><p>".join(STORY) + "</p>"
    body = find(paragraphs(*STORY, after), head=stated(said))
    assert body == Body("\n".join(STORY), (Removed("not-in-articlebody", after),))


@pytest.mark.parametrize("said", [FIRST, f"{FIRST} {FIRST}", "", '"\\'])
def test_a_teaser_in_json_ld_cuts_nothing(said: str) -> None:
    assert find(paragraphs(*STORY), head=stated(said)).text == "\n".join(STORY)


def test_broken_json_ld_cuts_nothing() -> None:
    broken = '<script type="application/ld+json">{"articleBody": "' + "\\" * 99_999 + "</script>"
    assert find(paragraphs(*STORY), head=broken).text == "\n".join(STORY)


# Laws


def test_a_line_that_may_state_rights_is_left_to_those_who_read_it() -> None:
    line = "Subscribe! This article is licensed under CC BY 4.0."
    assert find(paragraphs(*STORY, line)).text.endswith(line)


def test_no_rule_cuts_more_than_half_of_a_text() -> None:
    links = "".join(f'<li><a href="/{n}">{OTHER}, part {n}</a></li>' for n in range(9))
    page = html.fromstring(f"<html><body><article><ul>{links}</ul></article></body></html>")
    lines = [f"- {OTHER}, part {n}" for n in range(9)]
    assert clean(lines, page, URL) == Body("\n".join(lines), ())


LINES = st.lists(
    st.one_of(
        st.sampled_from([*STORY, TITLE, OTHER, "Sign up", "By Ines Aalto", "- 18.11.2019 14:05"]),
        st.text(max_size=60).map(text.normalise).filter(lambda line: line and "\n" not in line),
    ),
    min_size=1,
    max_size=12,
)
TREE: HtmlElement = html.fromstring(
    f'<html><body><h1>{TITLE}</h1><a href="/x">{OTHER}</a><p class="bio">{FOURTH}</p></body></html>'
)


@given(LINES)
def test_text_and_cuts_together_are_what_was_read(lines: Sequence[str]) -> None:
    body = clean(lines, TREE, URL)
    whole = [*body.text.split("\n"), *(piece.text for piece in body.removed)]
    assert sorted(whole) == sorted(lines)
    assert body.text


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_names_and_words_of_a_page_raise(name: str, words: str) -> None:
    name, words = (escape(re.sub("[\0\ud800-\udfff]", "", each)) for each in (name, words))
    page = f'<div class="{name}"><p>{words}</p><a href="{words}">{name}</a></div>'
    find(paragraphs(*STORY) + page, url=words, title=name)


# What is the article's own, though it looks like something else


OWN_LINES = [
    "Ines Aalto will stand for the council again in 2028.",
    "Ines Aalto, the engineer, could not be reached outside business hours.",
    "BILD: Herr Osgut, treten Sie jetzt zurück?",
    "Image: the word has changed its meaning, he says.",
    "TEHRAN, 12 June 2024 (IRNA)",
    "THW Kiel - Flensburg 23:25",
    "Arsenal 2, Chelsea 1 (2026)",
]


@pytest.mark.parametrize("line", OWN_LINES)
@pytest.mark.parametrize("place", ["first", "last"])
def test_news_that_looks_like_a_credit_or_a_date_stays(line: str, place: str) -> None:
    lines = (line, *STORY) if place == "first" else (*STORY, line)
    assert line in clean(lines, html.fromstring("<p>x</p>")).text.split("\n")


def test_another_article_on_the_page_is_not_put_back() -> None:
    entry = '<article class="post"><div class="entry">{}</div></article>'
    other = (
        "A whale was seen in the bay on Sunday by more than forty people, among them two pilots."
    )
    page = f"<html><body>{entry.format(paragraphs(*STORY))}{entry.format(paragraphs(other))}"
    body = clean(STORY, html.fromstring(f"{page}</body></html>"))
    assert body == Body("\n".join(STORY), ())


@pytest.mark.parametrize(
    "box", ["figure class='caption'", "div class='comments'", "div id='modal'"]
)
def test_what_a_box_repeats_of_the_article_stays(box: str) -> None:
    tag = box.split(maxsplit=1)[0]
    page = (
        f"<html><body><article>{paragraphs(*STORY)}<{box}>{SECOND}</{tag}></article></body></html>"
    )
    assert SECOND in clean(STORY, html.fromstring(page)).text


def test_a_class_for_printers_is_no_side_box() -> None:
    page = (
        f"<p class='mb-4 print:break-inside-avoid'>{FIRST}</p>{paragraphs(SECOND, THIRD, FOURTH)}"
    )
    assert find(page).text == "\n".join(STORY)


def test_headings_that_a_table_of_contents_links_to_stay() -> None:
    heading = "What the wall will cost the town"
    toc = f"<ul><li><a href='{URL}#cost'>{heading}</a></li></ul>"
    page = html.fromstring(f"<html><body><article>{toc}<h2>{heading}</h2></article></body></html>")
    assert heading in clean([FIRST, heading, SECOND], page, URL).text


def test_a_linked_sentence_within_the_story_stays() -> None:
    sentence = "The minister of transport resigned on Sunday night because of the closed hospital."
    page = html.fromstring(f"<html><body><p><a href='/resigned'>{sentence}</a></p></body></html>")
    assert sentence in clean([FIRST, sentence, SECOND, THIRD], page, URL).text


def test_what_articlebody_lacks_stays_where_articlebody_was_cut_off() -> None:
    stated = " ".join(STORY)[: int(len(" ".join(STORY)) * 0.85)]
    script = f'<script type="application/ld+json">{json.dumps({"articleBody": stated})}</script>'
    assert find(paragraphs(*STORY), head=script).text == "\n".join(STORY)


def test_rules_together_leave_at_least_half_of_the_text() -> None:
    lines = [TITLE, "By Ines Aalto", "It rained.", "Sign up for our newsletter", "Follow us"]
    body = clean(lines, html.fromstring("<p>x</p>"))
    assert len(body.text) * 2 >= len("".join(lines)) - len(lines)
