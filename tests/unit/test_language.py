"""The language of a text, read and declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.language import ISO_639_1, Language, identify, parse_tag, warm

ENGLISH = (
    "The minister said on Sunday that the two countries would widen their trade, and that talks "
    "about the border would go on in the autumn, when a new government will have taken office. "
) * 2
PORTUGUESE = (
    "O ministro disse no domingo que os dois países vão ampliar o comércio e que as conversas "
    "sobre a fronteira continuam no outono, quando um novo governo tiver tomado posse. "
) * 2
NORWEGIAN = (
    "Statsministeren sa søndag at de to landene vil utvide handelen, og at samtalene om grensen "
    "fortsetter til høsten, når en ny regjering har tiltrådt. "
) * 2


def test_the_detector_is_believed_when_it_is_sure() -> None:
    found = identify(ENGLISH, "de-AT")
    assert found.code == "en"
    assert found.score is not None
    assert found.score > 0.95


def test_the_declared_language_is_believed_on_little_text() -> None:
    assert identify("Tor!", "de-AT").code == "de"


def test_the_declared_language_decides_among_relatives() -> None:
    assert identify(NORWEGIAN, "nb-NO").code == "nb"
    assert identify(PORTUGUESE, "gl").code == "gl"


def test_without_a_declaration_the_detector_decides() -> None:
    assert identify(PORTUGUESE, None).code == "pt"
    assert (
        identify("متن این خبر درباره‌ی گفت‌وگوهای دو کشور در تهران است و ادامه دارد. " * 3, None).code
        == "fa"
    )


@pytest.mark.parametrize("text", ["", "  \n", "12:30 — 4:1 (2:0)"])
def test_a_text_without_letters_has_the_declared_language_and_no_score(text: str) -> None:
    assert identify(text, "fa_IR") == Language("fa", None)
    assert identify(text, None) == Language(None, None)


def test_a_guess_is_no_language() -> None:
    assert identify("Ok", None) == Language(None, None)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de-AT", "de"), ("fa_IR", "fa"), ("EN", "en"), ("eng", "en"), ("iw", "he"), ("no", "no"),
        ("nb-NO", "nb"), ("zh-Hant-TW", "zh"), ("en,de", "en"), ("x-default", None), ("und", None),
        ("", None), (None, None), ("English", None),
    ],
)  # fmt: skip
def test_language_tags_are_read_as_pages_write_them(tag: str | None, code: str | None) -> None:
    assert parse_tag(tag) == code


@given(st.text(st.characters(exclude_categories=()), max_size=300), st.text(max_size=8))
def test_every_answer_is_an_iso_639_1_code_with_a_probability(text: str, tag: str) -> None:
    warm()
    found = identify(text, tag)
    assert found.code is None or found.code in ISO_639_1
    assert found.score is None or 0 <= found.score <= 1.000001
