"""Figures beside what is to be reached, as a table of Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure and its bound, in one unit; `detail` is what it was made of, or compares with."""

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""
    digits: int = 2
    detail: str = ""

    def row(self) -> str:
        """A row of the table."""
        value = f"{self.value:.{self.digits}f}{self.unit}"
        return f"| {self.name} | {self._bound()} | {value} | {self._met()} | {self.detail} |"

    def _bound(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}{self.unit}"
        return "" if self.at_least is None else f"≥ {self.at_least:g}{self.unit}"

    def _met(self) -> str:
        if self.at_most is None and self.at_least is None:
            return ""
        is_low_enough = self.at_most is None or self.value <= self.at_most
        is_high_enough = self.at_least is None or self.value >= self.at_least
        return "yes" if is_low_enough and is_high_enough else "**no**"


def table(measures: Sequence[Measure], *, value: str = "measured", detail: str = "") -> str:
    """All measures against their bounds; `value` and `detail` head these columns."""
    head = f"| | to reach | {value} | met | {detail} |\n|---|--:|--:|---|---|"
    return "\n".join([head, *(measure.row() for measure in measures)])
