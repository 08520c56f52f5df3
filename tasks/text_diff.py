"""What changed between two texts, for people: by paragraph, and by word within a paragraph.

Patience diff: units that stand once in either text are matched first, and only what lies between
two of them goes to difflib, which is quadratic at best and therefore never gets much. So time stays
linear in the texts, whatever they are, and the output is cut.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import Literal

# Units of the old text times units of the new: what difflib does in 0.2 s at worst.
MOST_CELLS = 40_000
MOST_LINES = 500
LONGEST_LINE = 4_000
LONGEST_PIECE = 500
# A paragraph of which less than half stayed is read more easily as two paragraphs.
SIMILAR = 0.5
# How many new paragraphs may stand before the one that an old one became.
LOOK_AHEAD = 8
WORDS_A_PLACE = 3
CONTEXT_CHARACTERS = 40

# Words with the space behind them; characters of scripts without spaces (those of
# `tasks.text.word_count`, roughly) one by one.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_UNSPACED}\U00020000-\U0003ffff]\\s*|[^\\s{_UNSPACED}]+\\s*|\\s+")

Block = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a diff.

    `mark` says what `text` is: `@` where in the new text the following lines stand, `-` a
    paragraph removed, `+` one added, `~` one changed, with `[-old-]{+new+}` words, and `…` a note
    that the diff was cut.
    """

    mark: Literal["@", "-", "+", "~", "…"]
    text: str


def diff_texts(old: str, new: str) -> tuple[DiffLine, ...]:
    """Tell two texts apart, paragraph by paragraph (one a line); nothing if they are equal."""
    lines = list(islice(_diff_lines(old.split("\n"), new.split("\n")), MOST_LINES + 1))
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [DiffLine("…", f"more than {MOST_LINES} lines: the rest is cut")]
    return tuple(lines)


def changed_blocks(old: Sequence[str], new: Sequence[str], *, run: int = 1) -> Iterator[Block]:
    """Yield what differs, in order: `old[a:b]` became `new[c:d]`; all between is equal.

    Args:
        old: Units, such as paragraphs or words.
        new: Units.
        run: How many in a row mark a place: one paragraph stands once in a text, one word does not.
    """
    start = 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old_end, new_end = len(old) - end, len(new) - end
    i, j = start, start
    anchors = _anchors(_runs(old[start:old_end], run), _runs(new[start:new_end], run))
    for next_i, next_j in [*((start + a, start + b) for a, b in anchors), (old_end, new_end)]:
        yield from _blocks_between(old, new, (i, next_i, j, next_j))
        i, j = next_i + 1, next_j + 1


def _runs(units: Sequence[str], run: int) -> list[tuple[str, ...]]:
    return list(zip(*(units[at:] for at in range(run)), strict=False))


def _anchors(
    old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]
) -> list[tuple[int, int]]:
    """Positions of runs that stand once in either, as many as keep their order."""
    in_old, in_new = Counter(old), Counter(new)
    position = {run: at for at, run in enumerate(new)}
    pairs = [(i, position[run]) for i, run in enumerate(old) if in_old[run] == in_new[run] == 1]
    # Longest increasing subsequence, by patience sorting.
    tops: list[int] = []
    piles: list[int] = []
    below: list[int | None] = []
    for number, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        below.append(piles[pile - 1] if pile else None)
        tops[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    link = piles[-1] if piles else None
    while link is not None:
        chain.append(pairs[link])
        link = below[link]
    return chain[::-1]


def _blocks_between(old: Sequence[str], new: Sequence[str], block: Block) -> Iterator[Block]:
    a, b, c, d = block
    before, after = old[a:b], new[c:d]
    if before == after:
        return
    if not before or not after or len(before) * len(after) > MOST_CELLS:
        yield block
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag != "equal":
            yield a + i, a + i_end, c + j, c + j_end


def _diff_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    for a, b, c, d in changed_blocks(old, new):
        yield DiffLine("@", f"paragraph {c + 1}" if d - c <= 1 else f"paragraphs {c + 1} to {d}")
        shown = c
        for paragraph in old[a:b]:
            nearest = range(shown, min(shown + LOOK_AHEAD, d))
            partner = next((j for j in nearest if _are_alike(paragraph, new[j])), None)
            if partner is None:
                yield DiffLine("-", _cut(paragraph))
                continue
            yield from (DiffLine("+", _cut(added)) for added in new[shown:partner])
            yield DiffLine("~", _changed_words(paragraph, new[partner]))
            shown = partner + 1
        yield from (DiffLine("+", _cut(added)) for added in new[shown:d])


def _words(paragraph: str) -> list[str]:
    return _WORD.findall(f"{paragraph} ")  # the last word too has a space behind it


def _are_alike(old: str, new: str) -> bool:
    before, after = Counter(_words(old)), Counter(_words(new))
    return 2 * (before & after).total() >= SIMILAR * (before.total() + after.total())


def _changed_words(old: str, new: str) -> str:
    """The changed words of a paragraph as `[-old-]{+new+}`, with a few words around them."""
    before, after = _words(old), _words(new)
    line = ""
    equal_from = 0
    for a, b, c, d in changed_blocks(before, after, run=WORDS_A_PLACE):
        if len(line) > LONGEST_LINE:
            return f"{line}…"
        line += _context(after[equal_from:c], is_first=not line)
        line += _marked("".join(before[a:b]), "".join(after[c:d]))
        equal_from = d
    return (line + _context(after[equal_from:], is_last=True)).rstrip()


def _context(words: Sequence[str], *, is_first: bool = False, is_last: bool = False) -> str:
    """The words beside changes: all if they are few, else the nearest."""
    head = "" if is_first else "".join(_nearest(words))
    tail = "" if is_last else "".join(reversed(list(_nearest(reversed(words)))))
    length = sum(map(len, words))
    if len(head) + len(tail) >= length or length <= CONTEXT_CHARACTERS:
        return "".join(words)
    return f"{head}… {tail}"


def _nearest(words: Iterable[str]) -> Iterator[str]:
    left = CONTEXT_CHARACTERS
    for word in words:
        left -= len(word)
        if left < 0:
            return
        yield word


def _marked(old: str, new: str) -> str:
    space = " " if (new or old).endswith(" ") else ""
    removed = f"[-{_cut(old.rstrip(), LONGEST_PIECE)}-]" if old else ""
    added = f"{{+{_cut(new.rstrip(), LONGEST_PIECE)}+}}" if new else ""
    return removed + added + space


def _cut(text: str, length: int = LONGEST_LINE) -> str:
    if len(text) <= length:
        return text
    return f"{text[:length]}… ({len(text) - length:,} more characters)"
