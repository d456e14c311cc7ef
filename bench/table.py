"""The rows of the benchmark, as a table for people and for docs/performance.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
HEADS = ("what", "figure", "goal", "limit here", "figure ÷ limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure; `limit` is what was measured in the same run without Inbox."""

    what: str
    figure: float
    unit: str
    goal: float | None = None
    more_is_better: bool = False
    limit: float | None = None

    def cells(self) -> tuple[str, ...]:
        bound = "≥" if self.more_is_better else "≤"
        return (
            self.what,
            f"{_number(self.figure)} {self.unit}",
            "" if self.goal is None else f"{bound} {_number(self.goal)} {self.unit}",
            "" if self.limit is None else f"{_number(self.limit)} {self.unit}",
            "" if not self.limit else f"{self.figure / self.limit:.2f}",
        )


def draw(rows: Sequence[Row]) -> str:
    """In Markdown, padded so that it reads well in a terminal too."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    drawn = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    ruler = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([drawn[0], ruler, *drawn[1:]])


def write(text: str) -> None:
    """Between the markers of docs/performance.md."""
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
