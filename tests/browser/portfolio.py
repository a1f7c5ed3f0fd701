"""The real portfolio that the journey imports; where it is not at hand, a file of the same form."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

REAL = settings.BASE_DIR.parent / "shared" / "data" / "us-it-dashboard-projects" / "projects.csv"
KEY = "1747"
"""The project of the journey: eAuth Modernization, 3.0 million dollars, so of the medium tier."""
HEADER = [
    "Unique Investment Identifier", "Business Case ID", "Agency Code", "Agency Name",
    "Investment Title", "Project ID", "Agency Project ID", "Project Name", "Project Description",
    "Start Date", "Completion Date (B1)", "Planned Project Completion Date (B2)",
    "Projected/Actual Project Completion Date (B2)", "Lifecycle Cost",
    "Schedule Variance (in days)", "Schedule Variance (%)", "Cost Variance ($ M)",
    "Cost Variance (%)", "Planned Cost ($ M)", "Projected/Actual Cost ($ M)", "Updated Date",
    "Unique Project ID",
]  # fmt: skip
MADE = [
    (KEY, "eAuth Modernization", "Modernization of the eAuthentication Service.", "3.0"),
    ("9001", "eAuth Modernization 2", "Modernization of the eAuthentication Service.", "0.9"),
    ("9002", "Thin Client", "Remote access for field offices.", "6.25"),
    ("9003", "Negative", "Its cost contradicts itself.", "-1"),
]


@dataclass(frozen=True)
class Portfolio:
    """A file to import and how it must end; the total whole-life cost is in cents."""

    path: Path
    counts: dict[str, int]
    total: int


def at_hand(folder: Path) -> Portfolio:
    """The real file, or one made of the same columns."""
    if REAL.exists():
        counts = {"created": 557, "updated": 0, "unchanged": 0, "quarantined": 3, "incomplete": 8}
        return Portfolio(REAL, counts, 23_140_468_146_00)
    path = folder / "projects.csv"
    path.write_text(_made(), encoding="utf-8")
    counts = {"created": 3, "updated": 0, "unchanged": 0, "quarantined": 1, "incomplete": 0}
    return Portfolio(path, counts, 10_150_000_00)


def _made() -> str:
    text = io.StringIO()
    rows = csv.DictWriter(text, HEADER, restval="")
    rows.writeheader()
    for key, title, problem, cost in MADE:
        rows.writerow({
            "Agency Code": "5", "Agency Name": "Department of Examples", "Project ID": key,
            "Investment Title": "eAuthentication", "Project Name": title,
            "Project Description": problem, "Lifecycle Cost": cost,
            "Start Date": "2011-04-01T00:00:00Z", "Completion Date (B1)": "2012-04-27T00:00:00Z",
        })  # fmt: skip
    return text.getvalue()
