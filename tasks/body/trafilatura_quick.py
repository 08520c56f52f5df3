"""trafilatura's fast mode, with equal output and half of the work saved.

`bare_extraction` of trafilatura 2.3.1 (core.py, Apache License 2.0) for one set of options, with
its own parts: without the copies of the tree that only other options read, and without measuring
all text of a page where a bound on it will do. Its XPath expressions are made cheap in
tasks.body.trafilatura_patches. A test compares the outputs to those of the library as installed.
"""
# ruff: noqa: SLF001 - parts of the library, whose version is pinned

from __future__ import annotations

from copy import copy

import trafilatura.core as cascade
from lxml.etree import XPath, _Element
from lxml.html import HtmlElement
from trafilatura.baseline import _BLOCK_ELEMS, baseline, html2txt
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_content
from trafilatura.settings import Extractor
from trafilatura.xml import delete_element, xmltotxt
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_AND_LISTS_XPATH

from tasks.local_xpath import LocalXPath, find_each

# Comments are readers' words, not the article's.
QUICK = Extractor(output_format="python", comments=False, tables=True, fast=True)
RECALL = Extractor(output_format="python", comments=False, tables=True, fast=True, recall=True)

(COMMENTS,) = map(LocalXPath, REMOVE_COMMENTS_AND_LISTS_XPATH)
# Words in all that RAW_TREE_PRUNE_XPATH selects: few pages have one.
MAY_NEED_RAW_PRUNING = LocalXPath(
    XPath(
        ".//*[self::div or self::section or self::aside][contains(@id, 'mvp-post-add-')"
        " or contains(@id, 'infinite') or contains(@class, 'mvp-post-add-')"
        " or contains(@class, 'infinite') or contains(@class, 'elementor-share-buttons')]"
    )
)


def extract_quickly(tree: HtmlElement, url: str | None) -> str | None:
    """Extract the article's text as `bare_extraction(tree, options=QUICK)` does.

    Args:
        tree: The page; it is not changed.
        url: Its address, which relative links are resolved by.
    """
    try:
        body, text = _run_cascade(tree, url)
    except (TypeError, ValueError):  # as bare_extraction has it
        return None
    if len(text) < QUICK.min_output_size:
        return None
    return str(xmltotxt(body, QUICK.formatting))


def _run_cascade(tree: HtmlElement, url: str | None) -> tuple[_Element, str]:
    cleaned = convert_tags(tree_cleaning(_pruned_copy(tree), QUICK), QUICK, url)
    body, text = extract_content(cleaned, QUICK)
    if len(text) < QUICK.min_extracted_size:
        whole_body, whole_text, length = baseline(_pruned_copy(tree))
        if length > len(text):
            body, text = whole_body, whole_text
    if 0 < len(text) < cascade.ESCALATION_MAX_LENGTH and _may_be_small_part(text, tree):
        page = _pruned_copy(tree)
        if len(text) < cascade.ESCALATION_PAGE_SHARE * len(html2txt(page)):
            return _retry_for_recall(page, url, body, text)
    return body, text


def _pruned_copy(tree: HtmlElement) -> HtmlElement:
    tree = copy(tree)
    to_look_at, comments = find_each(tree, MAY_NEED_RAW_PRUNING, COMMENTS)
    is_forum = cascade._forum_thread_page(tree)
    if to_look_at:
        tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
    if not is_forum:
        for element in comments:
            delete_element(element)
    return tree


def _may_be_small_part(text: str, tree: HtmlElement) -> bool:
    """Whether a text may cover too little of the page, by a bound on what html2txt would find."""
    # It puts at most two spaces to a block element, and removes scripts, among other things.
    spaces = 2 * sum(1 for _ in tree.iter(*_BLOCK_ELEMS))
    scripts = sum(len(script.text or "") for script in tree.iter("script"))
    at_most = len(tree.text_content()) + spaces - scripts
    return len(text) < float(cascade.ESCALATION_PAGE_SHARE) * at_most


def _retry_for_recall(
    page: HtmlElement, url: str | None, body: _Element, text: str
) -> tuple[_Element, str]:
    """Extract once more, less choosily; what was found first stands unless that is far more."""
    try:
        found, found_text = cascade._recall_retry(page, RECALL, url)
    except Exception:  # noqa: BLE001 - as trafilatura_sequence has it
        return body, text
    is_more = len(found_text) > cascade.ESCALATION_ACCEPT_RATIO * len(text)
    return (
        (found, found_text)
        if is_more and len(found_text) >= QUICK.min_extracted_size
        else (body, text)
    )
