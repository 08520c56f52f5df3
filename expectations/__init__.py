"""WHAT: the data contract: record types, columns, rule suites."""
