"""tasks.local_xpath: the same answer as the expression gives, for less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement, fragment_fromstring, fromstring
from trafilatura import xpaths
from trafilatura.settings import BASIC_CLEAN_XPATH

import tasks.local_xpath
from tasks.local_xpath import REGULAR_EXPRESSIONS, LocalXPath, find_each

WORDS = [
    "post", "entry", "article-body", "main-content", "Main-Content", "comments", "commentary",
    "social", "share", "footer", "nav", "hidden", "teaser", "cookie", "reply-1", "display:none",
    "true", "content", "primary", "x", "", "navigation", "articleBody", "story",
]  # fmt: skip
TAGS = ["div", "section", "article", "main", "p", "span", "ul", "aside", "list", "item"]
NAMES = ["id", "class", "role", "style", "itemprop", "aria-hidden", "href", "title"]

attributes = st.lists(
    st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join)),
    max_size=4,
)
elements = st.lists(
    st.tuples(st.sampled_from(TAGS), attributes, st.integers(0, 6)), min_size=1, max_size=12
)

# As the library has them: tasks.body.trafilatura_patches replaces its lists' items.
PATHS = [
    ".//*[self::div or self::section][contains(@class, 'post') or @id='story']",
    "(.//*[self::article or self::div][@role='main' or starts-with(@class, 'main')])[1]",
    ".//*[re:test(@id|@class, 'cookie|foot') or contains(@style, 'none') or @aria-hidden='true']",
    ".//aside|.//div[contains(@class|@id, 'footer')]|.//*[re:test(@class, '^SOCIAL', 'i')]",
    ".//*[self::div or self::ul][re:test(@id, '^comment')][not(self::ul) or @class='x']",
]


def tree_of(built: list[tuple[str, list[tuple[str, str]], int]]) -> HtmlElement:
    """Elements below each other: each in the one that its number names."""
    root = fragment_fromstring("<main></main>")
    made = [root]
    for tag, named, parent in built:
        element = etree.SubElement(made[parent % len(made)], tag)
        for name, value in named:
            element.set(name, value)
        made.append(element)
    return root


@pytest.mark.parametrize("path", PATHS)
@given(built=elements)
def test_it_selects_what_the_expression_selects(
    path: str, built: list[tuple[str, list[tuple[str, str]], int]]
) -> None:
    expression = etree.XPath(path, namespaces=REGULAR_EXPRESSIONS)
    tree = tree_of(built)
    assert LocalXPath(expression)(tree) == expression(tree)


def test_an_expression_on_other_attributes_is_refused() -> None:
    with pytest.raises(ValueError, match="data-other"):
        LocalXPath(etree.XPath(".//*[@data-other]"))


def test_it_remembers_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.local_xpath, "REMEMBERED", 10)
    monkeypatch.setattr(tasks.local_xpath, "_verdicts", {})
    expression = LocalXPath(etree.XPath(".//*[contains(@class, '7')]"))
    tree = fromstring("<main>" + "".join(f"<p class='c{n}'></p>" for n in range(100)) + "</main>")
    assert [p.get("class") for p in expression(tree)] == [
        f"c{n}" for n in range(100) if "7" in str(n)
    ]
    assert len(tasks.local_xpath._verdicts) <= 10


def test_long_attributes_are_judged_and_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.local_xpath, "_verdicts", {})
    expression = LocalXPath(etree.XPath(".//*[contains(@class, 'wanted')]"))
    tree = fromstring(f"<main><p class='{'x' * 2_000_000} wanted'></p></main>")
    assert len(expression(tree)) == 1
    assert not tasks.local_xpath._verdicts


def test_several_expressions_are_answered_in_one_walk() -> None:
    expressions = [
        etree.XPath(path, namespaces=REGULAR_EXPRESSIONS) for path in PATHS[:1] + PATHS[2:]
    ]
    page = "".join(f"<{tag} class='{word}' id='{word}'></{tag}>" for tag in TAGS for word in WORDS)
    tree = fromstring(f"<main>{page}</main>")
    found = find_each(tree, *map(LocalXPath, expressions))
    assert found == [expression(tree) for expression in expressions]
    assert all(found)


def test_trafilatura_has_the_expressions_that_are_replaced() -> None:
    import tasks.body.trafilatura_patches  # noqa: F401

    replaced = [*xpaths.BODY_XPATH, *xpaths.OVERALL_DISCARD_XPATH]
    assert sum(isinstance(expression, LocalXPath) for expression in replaced) == 4
    assert str(BASIC_CLEAN_XPATH.path).startswith(".//aside")
