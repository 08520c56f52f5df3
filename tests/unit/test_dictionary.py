"""The data dictionary in docs/ says what the code says."""

from expectations.columns import declared_columns
from expectations.dictionary import DICTIONARY, TABLES, data_dictionary
from expectations.suites import article_rules, load_suite


def test_the_dictionary_in_docs_is_current() -> None:
    # Write it anew with: python -m expectations.dictionary
    assert DICTIONARY.read_text(encoding="utf-8") == data_dictionary()


def test_the_dictionary_has_a_line_for_each_column_of_each_table() -> None:
    dictionary = data_dictionary()
    for name, _, record_type in TABLES:
        section = dictionary.split(f"\n## `{name}`\n")[1].split("\n## ")[0]
        lines = [line for line in section.splitlines() if line.startswith("| `")]
        columns = declared_columns(record_type)
        assert sorted(line.split("`")[1] for line in lines) == sorted(c.name for c in columns)


def test_the_dictionary_has_a_line_for_each_rule() -> None:
    lines = data_dictionary().splitlines()
    for rule in (*article_rules(), *load_suite("table")):
        start = f"| `{rule.name}` | {rule.severity} | `{rule.column}` | "
        assert [line for line in lines if line.startswith(start)] == [f"{start}{rule.meaning} |"]
