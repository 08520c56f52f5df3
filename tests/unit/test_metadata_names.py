"""Names out of what stands where an author should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.metadata.names import looks_like_a_name, read_names


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("By Jane Doe and John Q. Public", ["Jane Doe", "John Q. Public"]),
        ("Jane Doe, John Roe, and Ann Poe", ["Jane Doe", "John Roe", "Ann Poe"]),
        ("Jane Doe & John Roe", ["Jane Doe", "John Roe"]),
        ("Hanna Maier und Karl von Moor", ["Hanna Maier", "Karl von Moor"]),
        ("Marie Curie et Jean Perrin", ["Marie Curie", "Jean Perrin"]),
        ("Anna Holm og Per Lie", ["Anna Holm", "Per Lie"]),
        ("Анна Иванова и Пётр Сидоров", ["Анна Иванова", "Пётр Сидоров"]),
        ("مريم علي، حسن أحمد", ["مريم علي", "حسن أحمد"]),
        ("نویسنده: سارا رضایی", ["سارا رضایی"]),
        ("松岡大地、山田太郎", ["松岡大地", "山田太郎"]),
        ("배윤경 기자 desk@example.com", ["배윤경"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Brazil, Rachel", ["Brazil, Rachel"]),
        ("O'Neil, Mary Ann", ["O'Neil, Mary Ann"]),
        ("Martin Luther King, Jr.", ["Martin Luther King, Jr."]),
        ("Jane Doe, Senior Political Correspondent", ["Jane Doe"]),
        ("Jane Doe | Reporter | Example News", ["Jane Doe"]),
        ("Von Anna Sleegers, Frankfurt", ["Anna Sleegers"]),
        ("Jane Doe, Ph.D.", ["Jane Doe"]),
        ("Elena Ober (obe)", ["Elena Ober"]),
        ("ByJane Doe", ["Jane Doe"]),
        ("Analysis by Jane Doe", ["Jane Doe"]),
        ("von der Leyen", ["von der Leyen"]),
        ("De Gaulle", ["De Gaulle"]),
        ("dpa, Reuters", ["dpa", "Reuters"]),
        ("Jane Doe and AFP", ["Jane Doe", "AFP"]),
        ("AFP, MANILA", ["AFP"]),
        ("Staff and agencies", ["Staff and agencies"]),
        ("Research & Development", ["Research & Development"]),
        ("Guardian staff reporter", ["Guardian staff reporter"]),
        ("Jane Doe; jane doe", ["Jane Doe"]),
        ("Par Marie Curie et Jean Perrin, à Paris", ["Marie Curie", "Jean Perrin"]),
        ("Por Juan Pérez y Ana López", ["Juan Pérez", "Ana López"]),
        ("Por João Silva e Maria Souza", ["João Silva", "Maria Souza"]),
        ("di Mario Rossi e Anna Bianchi", ["Mario Rossi", "Anna Bianchi"]),
        ("Door Jan de Vries en Piet Jansen", ["Jan de Vries", "Piet Jansen"]),
        ("سارا رضایی و علی احمدی", ["سارا رضایی", "علی احمدی"]),
        ("김철수·이영희 기자", ["김철수", "이영희"]),
        ("By Jane Doe Staff Writer", ["Jane Doe"]),
        ("Jane Doe Senior Political Correspondent", ["Jane Doe"]),
        ("Jane Doe @janedoe", ["Jane Doe"]),
        ("jane@example.com (Jane Doe)", ["Jane Doe"]),
        ("Jane Doe in Washington and John Roe in London", ["Jane Doe", "John Roe"]),
        ("Jane Doe with John Roe", ["Jane Doe", "John Roe"]),
        ("Jane Doe / AFP", ["Jane Doe", "AFP"]),
        ("dpa/lnw", ["dpa/lnw"]),
        ("(dpa)", ["dpa"]),
        ("DUPONT, Marie", ["DUPONT, Marie"]),
        ("Jane Doe - Example News", ["Jane Doe"]),
        ("Yazan: Ali Veli", ["Ali Veli"]),
        ("Interview: Jane Doe", ["Jane Doe"]),
        ("Foto: Jane Doe", []),
        ("Image: Getty", []),
        ("Daily Desk in brief", ["Daily Desk in brief"]),
        ("The Associated Press", ["The Associated Press"]),
        ("La Rédaction", ["La Rédaction"]),
        ("https://example.com/jane", []),
        ("@jane", []),
        ("jane@example.com", []),
        ("105092", []),
        ("", []),
    ],
)
def test_a_byline_is_the_names_in_it(written: str, names: list[str]) -> None:
    assert list(read_names([written], houses={"examplenews"})) == names


@pytest.mark.parametrize(
    "text", ["Follow", "Share this", "Read More", "Senior Editor", "3 Comments"]
)
def test_buttons_and_jobs_are_no_names(text: str) -> None:
    assert not looks_like_a_name(text)
    assert read_names([text], in_prose=True) == ()


def test_a_co_author_whose_name_begins_like_the_site_is_one() -> None:
    assert read_names(["Jane Doe, Snow White"], houses={"sn"}) == ("Jane Doe", "Snow White")
    assert read_names(["Jane Doe, SN Berlin Desk"], houses={"sn"}) == ("Jane Doe",)


def test_a_printed_byline_ends_where_its_date_begins() -> None:
    assert read_names(["By Jane Doe Monday, May 6, 2024"], in_prose=True) == ("Jane Doe",)


@given(st.lists(st.text(max_size=200), max_size=4))
def test_names_are_clean_and_distinct_whatever_is_written(texts: list[str]) -> None:
    names = read_names(texts)
    assert len(set(names)) == len(names)
    assert all(name == name.strip() and 1 < len(name) <= 120 for name in names)
