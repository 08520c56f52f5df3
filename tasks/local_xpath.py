"""XPath expressions that look at an element's own attributes, answered once for all alike.

A page's elements share few sets of attributes, and a site's pages share them too, while libxml2
tests each element anew and calls Python for each regular expression (EXSLT `re:test`).
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

REGULAR_EXPRESSIONS = {"re": "http://exslt.org/regular-expressions"}
REMEMBERED = 50_000  # sets of attributes, about 25 MB: those of some hundred sites
LONGEST_REMEMBERED = 500  # characters of a set

# What the expressions in use read; a path that reads others is refused.
ATTRIBUTES = frozenset(
    {
        "id", "class", "style", "role", "itemprop", "aria-hidden", "data-component",
        "data-lp-replacement-content",
    }
)  # fmt: skip
_ATTRIBUTE = re.compile(r"@([\w-]+)")
_TAG = re.compile(r"self::(\w+)")
_STEP = re.compile(r"\.//(\*|\w+)")
_FIRST_OF_ALL = re.compile(r"\(\s*(?P<path>\.//.*)\)\s*\[1\]", re.DOTALL)

Signature = tuple[str, tuple[tuple[str, str], ...]]  # an element's tag, its attributes in order

_UNKNOWN, _SELECTED = 0, 3
_verdicts: dict[Signature, int] = {}  # two bits for each expression: asked, selected
_number_of_expressions = 0


class LocalXPath:
    """Finds the descendants that an expression selects by their own tag and attributes.

    Called with an element as `etree.XPath` is, with the same answer: of elements with equal
    attributes one is put to the expression itself.
    """

    def __init__(self, expression: etree.XPath) -> None:
        """Take over an expression.

        Args:
            expression: A path `.//*[...]`, `.//tag[...]`, a union of such, or `(...)[1]` around
                one, whose predicates read tag and attributes of the element itself only.
        """
        global _number_of_expressions  # noqa: PLW0603 - numbers the bits of the shared verdicts
        path = str(expression.path).strip()
        first = _FIRST_OF_ALL.fullmatch(path)
        self._only_first = first is not None
        path = first["path"] if first else path
        unknown = set(_ATTRIBUTE.findall(path)) - ATTRIBUTES
        if unknown:
            raise ValueError(f"attributes that signatures leave out: {sorted(unknown)}")
        self._test = etree.XPath(
            f"boolean({_STEP.sub(_as_self, path)})", namespaces=REGULAR_EXPRESSIONS
        )
        steps = set(_STEP.findall(path))
        predicate_tags = _TAG.findall(path.partition("]")[0]) if steps == {"*"} else []
        self.tags = tuple(dict.fromkeys(predicate_tags)) or ("*",)
        self.shift = 2 * _number_of_expressions
        _number_of_expressions += 1

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        """The selected elements in the order of the document."""
        if self._only_first:
            return list(islice(filter(self.selects, tree.iterdescendants(*self.tags)), 1))
        (found,) = find_each(tree, self)
        return found

    def selects(self, element: HtmlElement) -> bool:
        """Whether the expression selects one element."""
        key = (element.tag, tuple([item for item in element.items() if item[0] in ATTRIBUTES]))
        return self.selects_signature(element, key)

    def selects_signature(self, element: HtmlElement, key: Signature) -> bool:
        """The same where the element's signature is known."""
        verdict = (_verdicts.get(key, 0) >> self.shift) & 3
        return verdict == _SELECTED or (verdict == _UNKNOWN and self._judge(element, key))

    def _judge(self, element: HtmlElement, key: Signature) -> bool:
        is_selected = bool(self._test(element))
        if sum(len(value) for _, value in key[1]) <= LONGEST_REMEMBERED:
            if len(_verdicts) >= REMEMBERED and key not in _verdicts:
                _verdicts.clear()
            _verdicts[key] = _verdicts.get(key, 0) | ((3 if is_selected else 1) << self.shift)
        return is_selected


def find_each(tree: HtmlElement, *expressions: LocalXPath) -> list[list[HtmlElement]]:
    """Find what each of several expressions selects, in one walk over a tree."""
    tags = tuple({tag for expression in expressions for tag in expression.tags})
    asked = sum(1 << expression.shift for expression in expressions)
    selected = asked << 1
    found: list[list[HtmlElement]] = [[] for _ in expressions]
    verdicts, attributes = _verdicts, ATTRIBUTES
    for element in tree.iterdescendants(*({"*"} if "*" in tags else tags)):
        key = (element.tag, tuple([item for item in element.items() if item[0] in attributes]))
        if verdicts.get(key, 0) & (asked | selected) == asked:  # by none of them, as is known
            continue
        for expression, elements in zip(expressions, found, strict=True):
            if expression.selects_signature(element, key):
                elements.append(element)
    return found


def _as_self(step: re.Match[str]) -> str:
    return f"self::{step[1]}"
