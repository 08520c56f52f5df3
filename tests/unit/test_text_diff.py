"""Differences of texts: true, readable, and bounded in time and length."""

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from tasks.text_diff import LONGEST_LINE, LONGEST_PIECE, MOST_LINES, changed_blocks, diff_texts

units = st.lists(st.sampled_from("abcdef"), max_size=40)
runs = st.integers(1, 4)


def shown(old: str, new: str) -> list[str]:
    return [f"{line.mark} {line.text}" for line in diff_texts(old, new)]


@given(units, units, runs)
def test_the_old_units_with_their_changed_blocks_replaced_are_the_new(
    old: list[str], new: list[str], run: int
) -> None:
    rebuilt: list[str] = []
    equal_from = 0
    for a, b, c, d in changed_blocks(old, new, run=run):
        assert a >= equal_from
        assert (a, c) != (b, d)
        rebuilt += old[equal_from:a]
        assert len(rebuilt) == c
        rebuilt += new[c:d]
        equal_from = b
    assert rebuilt + old[equal_from:] == new


@given(units, runs)
def test_equal_units_have_no_changed_block(same: list[str], run: int) -> None:
    assert not list(changed_blocks(same, same, run=run))


@given(st.text("ab \n"), st.text("ab \n"))
def test_texts_are_equal_if_and_only_if_their_diff_is_empty(old: str, new: str) -> None:
    assert (diff_texts(old, new) == ()) == (old == new)


def test_a_changed_paragraph_shows_the_changed_words() -> None:
    old = "A\nThe fare rises by five percent on Monday, the council said.\nB"
    new = "A\nThe fare rises by six percent on Tuesday, the council said.\nB"
    assert shown(old, new) == [
        "@ paragraph 2",
        "~ The fare rises by [-five-]{+six+} percent on [-Monday,-]{+Tuesday,+} the council said.",
    ]


def test_paragraphs_that_came_go_and_stay_are_told_apart() -> None:
    old = "One stays.\nTwo is gone soon.\nThree has a few words that stay.\nFour stays."
    new = "One stays.\nA lead nobody knew.\nThree has a few words which stay.\nFour stays.\nFive."
    assert shown(old, new) == [
        "@ paragraphs 2 to 3",
        "- Two is gone soon.",
        "+ A lead nobody knew.",
        "~ Three has a few words [-that-]{+which+} stay.",
        "@ paragraph 5",
        "+ Five.",
    ]


def test_words_at_the_end_and_the_beginning_of_a_paragraph_are_shown() -> None:
    assert shown("a b c d e", "x b c d e f")[1:] == ["~ [-a-]{+x+} b c d e {+f+}"]


def test_scripts_without_spaces_are_compared_character_by_character() -> None:
    assert shown("東京都は新しい方針を発表した。", "東京都は古い方針を発表した。")[1:] == [
        "~ 東京都は[-新し-]{+古+}い方針を発表した。"
    ]


def test_in_a_long_paragraph_only_the_words_near_a_change_are_shown() -> None:
    words = [f"word{number}" for number in range(200_000)]
    changed = [*words[:100_000], "new", *words[100_000:-4], "last", *words[-3:]]
    (_, line) = shown(" ".join(words), " ".join(changed))
    assert line == (
        "~ … word99996 word99997 word99998 word99999 {+new+} word100000 word100001 word100002 … "
        "word199993 word199994 word199995 [-word199996-]{+last+} word199997 word199998 word199999"
    )


def test_megabytes_without_anything_to_hold_on_to_take_no_more_than_seconds() -> None:
    chance = random.Random(0)  # noqa: S311 - no secret
    before, after = ([chance.choice("abcdefg") for _ in range(200_000)] for _ in range(2))
    marked = [[f"mark{n}" if n % 200 == 0 else w for n, w in enumerate(t)] for t in (before, after)]
    started = time.process_time()
    for old, new in ((before, after), marked, (sorted(before), before), (before, before[::-1])):
        for separator in (" ", "\n"):
            lines = diff_texts(separator.join(old), separator.join(new))
            assert lines
            assert len(lines) <= MOST_LINES + 1
            assert all(len(line.text) < LONGEST_LINE + 4 * LONGEST_PIECE for line in lines)
    assert time.process_time() - started < 20


def test_a_diff_that_was_cut_says_so() -> None:
    old = "\n".join(f"old {number}" for number in range(10_000))
    new = "\n".join(f"new {number} {number}" for number in range(10_000))
    assert shown(old, new)[-1].startswith("… ")
    assert shown("x", "y" * 10_000)[-1].endswith("… (6,000 more characters)")
