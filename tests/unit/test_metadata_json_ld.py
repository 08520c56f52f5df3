"""JSON-LD as it is found: nested, referring, broken, huge."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.metadata.json_ld import read_linked_data
from tasks.metadata.json_scripts import MAX_SCRIPT_CHARS

REST = '"headline": "A \\"quoted\\" // vote, ]", "datePublished": "2024-05-17"}'
ARTICLE = '{"@type": "NewsArticle", ' + REST


def headlines(*scripts: str) -> list[str]:
    return [text for node in read_linked_data(scripts).nodes for text in node.headlines]


@pytest.mark.parametrize(
    "script",
    [
        ARTICLE,
        f"[{ARTICLE}]",
        f'{{"@graph": [{{"@type": "WebSite", "name": "x"}}, {ARTICLE}]}}',
        f'{{"@type": "WebPage", "mainEntity": {ARTICLE}}}',
        f"{ARTICLE};",
        f"<!-- {ARTICLE} -->",
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"/* by the CMS */ {ARTICLE[:-1]},}}",
        '{"description": "one\n\ttwo\x01", ' + ARTICLE[1:],
        '{"@type": "https://schema.org/ReportageNewsArticle", ' + REST,
        '{"@type": ["Thing", "LiveBlogPosting"], ' + REST,
    ],
)
def test_an_article_is_found_in_every_shape_that_publishers_use(script: str) -> None:
    found = read_linked_data([script])
    assert [node.headlines for node in found.nodes if node.is_article] == [
        ('A "quoted" // vote, ]',)
    ]
    assert not found.broken


def test_json_escaped_as_html_is_read() -> None:
    assert headlines(ARTICLE.replace('\\"quoted\\" ', "").replace('"', "&quot;")) == [
        "A // vote, ]"
    ]


def test_of_a_script_that_is_beyond_repair_headline_and_dates_are_saved() -> None:
    script = ARTICLE.replace(REST, "'description': x, " + REST).replace('\\"quoted\\" // ', "")
    found = read_linked_data([script])
    assert found.broken
    assert found.nodes[0].headlines == ("A vote, ]",)
    assert found.nodes[0].published == ("2024-05-17",)


def test_a_broken_script_does_not_spoil_its_neighbours() -> None:
    assert headlines('{"@type": ', ARTICLE) == ['A "quoted" // vote, ]']


def test_articles_in_lists_of_links_are_not_the_page() -> None:
    script = {
        "@type": "WebPage",
        "hasPart": [{"@type": "NewsArticle", "headline": "Other"}],
        "itemListElement": [{"@type": "NewsArticle", "headline": "Another"}],
    }
    assert headlines(json.dumps(script)) == []


@pytest.mark.parametrize(
    "script",
    [
        "[" * 900_000,
        '{"@graph":' * 900 + "1" + "}" * 900,
        '"' + '\\"' * 450_000,
        "/*" * 450_000,
        ", " * 450_000,
        '"@type":' + " " * 900_000,
        '{"@type": "Article", "author":' + " " * 900_000,
        '{"@type": "Article", ' + '"author": {"a": ' * 60_000,
        '{"@type":"NewsArticle","headline":' + '{"@value":' * 400 + "1" + "}" * 401,
        '{"@type":"NewsArticle","author":' + "[" * 800 + "]" * 800 + "}",
        "x" * (5 * MAX_SCRIPT_CHARS),
    ],
)
def test_hostile_scripts_cost_little_and_never_raise(script: str) -> None:
    start = time.process_time()
    read_linked_data([script])
    # Quadratic work on these takes minutes; linear work tens of milliseconds.
    assert time.process_time() - start < 2


def test_what_is_too_large_is_said_to_be_and_searched_for_what_matters_most() -> None:
    crowd = [{"@type": "Thing", "name": f"Thing {n}"} for n in range(5 * MAX_SCRIPT_CHARS // 40)]
    article = {
        "@type": "NewsArticle",
        "headline": "A vote",
        "datePublished": "2024-05-17",
        "author": [{"@type": "Person", "name": "Jane Doe"}],
        "publisher": {"@type": "Organization", "name": "Example News"},
    }
    start = time.process_time()
    found = read_linked_data([json.dumps([*crowd, article]), ARTICLE])
    assert time.process_time() - start < 1
    assert found.too_large
    assert headlines(ARTICLE)[0] in [text for node in found.nodes for text in node.headlines]
    salvaged = next(node for node in found.nodes if node.headlines == ("A vote",))
    assert salvaged.published == ("2024-05-17",)
    assert [author.name for author in salvaged.authors] == ["Jane Doe"]
    assert salvaged.publisher == "Example News"


def article(headline: str, **fields: object) -> str:
    return json.dumps({"@type": "NewsArticle", "headline": headline, **fields})


OWN = "https://example.com/politics/vote"
OTHER = "https://example.com/politics/other"


@pytest.mark.parametrize(
    ("nodes", "titles", "own"),
    [
        ([article("Another story", url=OTHER), article("A vote", url=OWN)], [], "A vote"),
        ([article("Another story"), article("A vote")], ["A vote"], "A vote"),
        ([article("The council voted at last")], ["The council voted at last | X"], "The council"),
        ([article("&#8216;A vote&#8217;", url=OTHER)], ["‘A vote’"], "&#8216;A vote"),
        ([article("A vote", mainEntityOfPage={"@id": OWN.upper()})], [], "A vote"),
        ([article("A vote", url="https://example.com")], ["Other words"], "A vote"),
        ([article("A vote", **{"@id": "urn:uuid:1"})], ["Other words"], "A vote"),
        ([article("Another story", url=OTHER)], ["A vote"], None),
    ],
)
def test_articles_that_are_not_the_pages_own_do_not_speak_for_it(
    nodes: list[str], titles: list[str], own: str | None
) -> None:
    urls = [OWN if "EXAMPLE" not in nodes[0] else OWN.upper()]
    about = read_linked_data(nodes).about(urls, titles)
    if own is None:
        assert about == ()
    else:
        assert about[0].headlines[0].startswith(own)


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ({"@type": "Person", "givenName": "Jane", "familyName": "Doe"}, "Jane Doe"),
        ({"@id": "#jane"}, "Jane Doe"),
        ([{"@id": "#photo"}, {"@id": "#jane"}], "Jane Doe"),
        ({"@list": ["Jane Doe"]}, "Jane Doe"),
        ({"@type": "NGO", "name": "Jane Doe"}, "Jane Doe"),
    ],
)
def test_an_author_is_named_in_every_shape(stated: object, name: str) -> None:
    graph = [
        {"@type": "Article", "headline": "T", "author": stated},
        {"@type": "Person", "@id": "#jane", "name": "Jane Doe"},
        {"@type": "ImageObject", "@id": "#photo", "name": "Jane at work"},
    ]
    found = read_linked_data([json.dumps({"@graph": graph})])
    assert [author.name for author in found.nodes[0].authors] == [name]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["@type", "@id", "@graph", "@value", "author", "name", "headline", "url"]
            )
            | st.text(max_size=3),
            inner | st.sampled_from(["NewsArticle", "#a", "WebPage"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_json_makes_it_raise(value: object) -> None:
    found = read_linked_data([json.dumps(value)])
    assert not found.broken
    found.about(["https://example.com/a"], ["T"])
