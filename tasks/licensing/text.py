"""License and copyright sentences in running text, and the footers made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from expectations.records import Removed
from tasks.licensing.companions import MAX_COMPANION, is_companion, speaks_of_terms
from tasks.licensing.folding import Folded, fold
from tasks.licensing.meaning import BARE_NOTICE, credits_another_work
from tasks.licensing.names import ALL_RIGHTS_RESERVED
from tasks.licensing.sentence import judge
from tasks.licensing.statements import Statement
from tasks.licensing.words import TRIGGER, may_state_rights

LICENSE_FOOTER = "license-footer"
COPYRIGHT_FOOTER = "copyright-footer"

MAX_SENTENCE = 500
MAX_STATEMENTS = 100
_FOOTER_CHARACTERS = 2000
_LONGEST_LABEL = 60  # characters
_FOOTER_PARAGRAPHS = 4
_REMEMBERED = 2000  # lines
_MAX_LINE_REMEMBERED = 1000

# A sentence ends at a stop with space or a capital behind it, at a full-width stop, or with its
# line. Not behind "St." or "Inc.", nor before a word in lower case.
_BREAK = re.compile(
    r"\n|[。！？]|(?<!\b[A-Za-z])(?<!\.[a-z])(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bNo)(?<!\bCo)(?<!\bLtd)"
    r"(?<!\bInc)(?<!\bvs)[.!?…؟۔][\"'”’»)\]]{0,3}(?:\s(?=[^a-zà-ÿа-я])|(?=[A-ZÀ-ÞА-Я©]))"
)


def statements_in_text(text: str) -> tuple[Statement, ...]:
    """All sentences of a text that state a license or copyright in that text, with their spans.

    Position is not weighed: use `cut_footer` to tell a footer from a sentence within an article
    about licenses. At most 100 statements.
    """
    folded = fold(text)
    found: list[Statement] = []
    at = 0
    above = ""
    for line in folded.text.split("\n"):
        if may_state_rights(line) and not _is_label_of_another_work(above):
            stated = _in_line_of_site if len(line) <= _MAX_LINE_REMEMBERED else _in_line
            found += (_moved(statement, at) for statement in stated(line))
        if len(found) >= MAX_STATEMENTS:
            break
        at += len(line) + 1
        above = line
    return tuple(_as_written(statement, text, folded) for statement in found[:MAX_STATEMENTS])


def _is_label_of_another_work(line: str) -> bool:
    """Whether a line is a heading such as "Photo credits:", which says whose the next line is."""
    label = line.rstrip()
    return (
        label.endswith((":", "：")) and len(label) <= _LONGEST_LABEL and credits_another_work(label)
    )


def _in_line(line: str) -> tuple[Statement, ...]:
    return tuple(islice(_each_in_line(line), MAX_STATEMENTS))


# A site's pages share the lines of their footers.
_in_line_of_site = lru_cache(maxsize=_REMEMBERED)(_in_line)


def _each_in_line(line: str) -> Iterator[Statement]:
    read_to = 0
    for trigger in TRIGGER.finditer(line):
        if trigger.start() < read_to:
            continue
        begin, stop = _sentence_around(line, trigger.start(), read_to)
        read_to = max(stop, trigger.end())
        if statement := _read_sentence(line, begin, stop):
            yield statement


def _moved(statement: Statement, by: int) -> Statement:
    if by == 0 or statement.span is None:
        return statement
    start, end = statement.span
    return replace(statement, span=(start + by, end + by))


def _as_written(found: Statement, text: str, folded: Folded, at: int = 0) -> Statement:
    """A statement read in a folded text, in the words of the text; the folded part begins `at`."""
    if found.span is None:
        return found
    start, end = (at + place for place in folded.span(*found.span))
    return replace(found, evidence=text[start:end], span=(start, end))


def cut_footer(text: str) -> tuple[str, tuple[Removed, ...], tuple[Statement, ...]]:
    """Cut license and copyright footers off a normalised text.

    A footer stands at the very end or start, also glued to the last sentence, or fills one of the
    last paragraphs. Anything else is the article's own words: it stays and is not believed.

    Returns:
        The text without footers, what was cut in order, and what it states. Text and cuts
        together are the input up to space.
    """
    runs = [*_footers_at_start(text), *_footers_at_end(text)]
    removed: list[Removed] = []
    statements: list[Statement] = []
    kept: list[str] = []
    at = 0
    for start, end, found in runs:
        if start < at:
            continue
        kept.append(text[at:start].strip())
        at = end
        licensed = any(s.spdx not in (None, ALL_RIGHTS_RESERVED) for s in found)
        kind = LICENSE_FOOTER if licensed else COPYRIGHT_FOOTER
        removed.append(Removed(kind, text[start:end].strip()))
        statements += found
    kept.append(text[at:].strip())
    return "\n".join(piece for piece in kept if piece), tuple(removed), tuple(statements)


_Run = tuple[int, int, list[Statement]]


def _footers_at_start(text: str) -> list[_Run]:
    """The sentences at the very start that are statements or go with one."""
    if not may_state_rights(fold(text[:MAX_SENTENCE]).text):
        return []
    folded = fold(text[:_FOOTER_CHARACTERS])
    head = folded.text
    found: list[Statement] = []
    end = 0
    for start, stop in _sentences(head, 0, len(head)):
        statement = _read_sentence(head, start, stop)
        if statement is None and not (found and is_companion(head, start, stop)):
            break
        found += [statement] if statement else []
        end = stop
    return [_run_as_written((0, end, found), text, folded, 0)] if found else []


def _footers_at_end(text: str) -> list[_Run]:
    """Paragraphs near the end that are footers, and the last paragraph's last sentences."""
    folded = fold(text[(floor := _start_of_last_paragraphs(text)) :])
    tail = folded.text
    if not may_state_rights(tail):
        return []
    runs: list[_Run] = []
    end = len(tail.rstrip())
    at_end = True
    for _ in range(_FOOTER_PARAGRAPHS):
        start = tail.rfind("\n", 0, end) + 1
        run = _closing_run(tail, start, end) if may_state_rights(tail[start:end]) else None
        whole = run is not None and not tail[start : run[0]].strip()
        if run is not None and (at_end or (whole and start > 0)):
            runs.insert(0, _run_as_written(run, text, folded, floor))
        at_end = at_end and whole
        if start == 0:
            break
        end = start - 1
    return runs


def _start_of_last_paragraphs(text: str) -> int:
    """Where the line ends that the last paragraphs stand behind; they may be very long."""
    floor = max(0, len(text) - _FOOTER_CHARACTERS)
    start = len(text.rstrip())
    for _ in range(_FOOTER_PARAGRAPHS):
        start = text.rfind("\n", floor, start)
        if start < 0:
            return floor
    return start


def _run_as_written(run: _Run, text: str, folded: Folded, at: int) -> _Run:
    start, end = folded.span(*run[:2])
    return at + start, at + end, [_as_written(found, text, folded, at) for found in run[2]]


def _closing_run(text: str, start: int, end: int) -> _Run | None:
    """The statements, with what goes with them, that close the paragraph from start to end."""
    sentences = list(_sentences(text, start, end))
    if start > 0 and (run := _footer_with_more(text, sentences)):
        return run
    found: list[Statement] = []
    first = None
    for begin, stop in reversed(sentences):
        statement = _read_sentence(text, begin, stop)
        if statement:
            found.insert(0, statement)
            first = begin
        elif not speaks_of_terms(text, begin, stop):
            break
    return None if first is None else (first, end, found)


def _footer_with_more(text: str, sentences: list[tuple[int, int]]) -> _Run | None:
    """A paragraph that begins with statements; what little follows goes with them."""
    found: list[Statement] = []
    others = 0
    for start, stop in sentences:
        if statement := _read_sentence(text, start, stop):
            found.append(statement)
        elif not found:
            return None
        else:
            others += stop - start
    said = any(statement.spdx for statement in found)
    bounds = sentences[0][0], sentences[-1][1]
    return (*bounds, found) if said and others <= MAX_COMPANION else None


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for match in _BREAK.finditer(text, start, end):
        yield at, match.end()
        at = match.end()
    if at < end:
        yield at, end


def _sentence_around(text: str, position: int, floor: int) -> tuple[int, int]:
    """Bounds of the sentence at a position, at most MAX_SENTENCE to either side."""
    start = max(floor, position - MAX_SENTENCE)
    # A break looks at the character behind it: the one at the position, if it is the last.
    for match in _BREAK.finditer(text, start, position + 1):
        start = min(match.end(), position)
    limit = min(len(text), position + MAX_SENTENCE)
    match_end = _BREAK.search(text, position, limit)
    return start, match_end.end() if match_end else limit


def sentence_at(text: str, position: int) -> str:
    """The sentence at a position of a folded text, cut where it is very long."""
    start, end = _sentence_around(text, position, 0)
    return text[start:end].strip()


def _read_sentence(text: str, start: int, end: int) -> Statement | None:
    """The statement that one sentence makes, or None."""
    if end - start > 2 * MAX_SENTENCE:
        return None
    sentence = text[start:end]
    start += len(sentence) - len(sentence.lstrip())
    sentence = sentence.strip()
    statement = judge(sentence, "text")
    if statement is None or _goes_with_a_credit(statement, text, start):
        return None
    return replace(statement, span=(start, start + len(sentence)))


def _goes_with_a_credit(statement: Statement, text: str, start: int) -> bool:
    """Whether a bare statement follows a credit: "Photo: Jane Doe. All rights reserved."."""
    if statement.scope != "unknown" or statement.holder or BARE_NOTICE.match(statement.evidence):
        return False
    line = text[max(0, start - MAX_SENTENCE) : start].rpartition("\n")[2].rstrip()
    at = max((match.end() for match in _BREAK.finditer(line) if match.end() < len(line)), default=0)
    return credits_another_work(line[at:])
