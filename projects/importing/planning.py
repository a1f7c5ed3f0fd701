"""What the rows of a file would do to the catalogue as it stands: decided here, written nowhere."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from django.db.models import Q

from core import money
from core.models import Dossier
from projects.importing.faults import GAPS
from projects.importing.rows import Row, changed_fields, fingerprint
from projects.models import Project, QuarantinedRow, Stage
from projects.models.imports import COUNTS

CREATED, UPDATED, UNCHANGED, QUARANTINED, INCOMPLETE = COUNTS
SHOWN_LENGTH = 200
TOGETHER = (frozenset({"starts_on", "ends_on"}), frozenset({"cost", "currency"}))
States = QuarantinedRow.States


@dataclass(slots=True)
class Decision:
    """What happens to one row: the outcome, what it touches, and a note for the report.

    `note`: corrected, past_draft, edited_here, dismissed, still_kept, or nothing. `fields` are
    those that differ from the file and stay; `changes` those that the file changes, and `shown`
    the same before and after as texts; `made` is key and reference of the new project.
    """

    row: Row
    outcome: str
    project: Project | None = None
    _: KW_ONLY
    made: tuple[int, str] | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    fields: list[str] = field(default_factory=list)
    known: QuarantinedRow | None = None
    closes: list[QuarantinedRow] = field(default_factory=list)

    shown: dict[str, tuple[str, str]] = field(default_factory=dict)

    gaps: list[str] = field(init=False)

    def __post_init__(self) -> None:
        """Say which of title, cost and dates the project lacks afterwards."""
        self.gaps = []
        if self.outcome == CREATED:
            self.gaps = self.row.gaps
        elif self.outcome != QUARANTINED:
            self.gaps = [name for name in GAPS if self.after(name) in (None, "")]

    def after(self, name: str) -> Any:
        """What a field of the project holds once this is done."""
        if self.outcome == CREATED:
            return self.row.values.get(name)
        return self.changes.get(name, getattr(self.project, name, None))


def decide(rows: list[Row], source: str, *, hold: bool = False) -> list[Decision]:
    """A decision for each row of one file, in its order; `hold` locks the projects' cases."""
    keys = {row.key for row in rows if row.key}
    projects = _projects(source, keys)
    if hold and projects:
        cases = Dossier.objects.filter(pk__in=[p.dossier_id for p in projects.values()])
        list(cases.order_by("pk").select_for_update().values_list("pk"))
        projects = _projects(source, keys)  # as they stand now that nobody else can move them
    kept = _kept_rows(source, keys, {row.digest for row in rows if row.digest})
    return [_decide(row, projects.get(row.key), kept) for row in rows]


def _projects(source: str, keys: set[str]) -> dict[str, Project]:
    found = Project.objects.filter(source=source, source_key__in=keys)
    return {p.source_key: p for p in found.select_related("institution", "dossier")}


@dataclass(slots=True)
class _Kept:
    """Rows in quarantine that concern some rows of a file, by key and by digest."""

    by_key: dict[str, list[QuarantinedRow]]
    by_digest: dict[str, QuarantinedRow]

    def corrected(self, row: Row) -> Project | None:
        """The project that a person made of this row, by hand, in quarantine."""
        same = self.by_digest.get(row.digest) if row.digest else None
        if same and same.state == States.IMPORTED:
            return same.project
        if row.repeats:
            return None
        for other in self.by_key.get(row.key, ()):
            if other.project and other.project.source_key == row.key:
                return other.project
        return None

    def open(self, row: Row) -> list[QuarantinedRow]:
        """Rows of the same key that this one takes the place of."""
        if row.repeats:
            return []
        return [
            other
            for other in self.by_key.get(row.key, ())
            if other.state in (States.QUARANTINED, States.DISMISSED)
            and not any(fault["code"] == "key_repeated" for fault in other.faults)
            and other.digest != row.digest
        ]


def _kept_rows(source: str, keys: set[str], digests: set[str]) -> _Kept:
    rows = QuarantinedRow.objects.filter(source=source).exclude(state=States.REPLACED)
    if not rows.exists():
        return _Kept({}, {})
    rows = rows.filter(Q(key__in=keys) | Q(digest__in=digests))
    rows = rows.select_related("run__dossier", "project__institution", "project__dossier")
    kept = _Kept({}, {})
    for row in rows.order_by("pk"):
        kept.by_digest[row.digest] = row
        if row.key:
            kept.by_key.setdefault(row.key, []).append(row)
    return kept


def _decide(row: Row, project: Project | None, kept: _Kept) -> Decision:
    corrected = kept.corrected(row)
    if row.faults:
        return _decide_faulty(row, corrected, kept)
    closes = kept.open(row)
    if project is None:
        return Decision(row, CREATED, closes=closes)
    differing = [name for name, value in row.values.items() if differs(project, name, value)]
    if not differing:
        return Decision(row, UNCHANGED, project, closes=closes)
    if project.stage != Stage.DRAFT or corrected:
        note = "corrected" if corrected else "past_draft"
        return Decision(row, UNCHANGED, project, note=note, fields=differing, closes=closes)
    changed = _whole(changed_fields(project.source_print, fingerprint(row.values)))
    changes = {name: row.values[name] for name in differing if name in changed}
    left = [name for name in differing if name not in changed]
    if not changes:
        return Decision(row, UNCHANGED, project, note="edited_here", fields=left, closes=closes)
    note = "edited_here" if left else ""
    shown = {
        name: (_text(project, name, getattr(project, name)), _text(project, name, value))
        for name, value in changes.items()
    }
    return Decision(
        row, UPDATED, project, changes=changes, note=note, fields=left, closes=closes, shown=shown
    )


def _text(project: Project, name: str, value: Any) -> str:
    """A field's value as the report shows it, cut where it is long."""
    if name == "cost":
        value = money.plain(value, project.currency) if project.currency else value
    elif name == "institution" and value is not None:
        value = " ".join(value).strip() if isinstance(value, tuple) else value.code
    elif name == "tags":
        value = "; ".join(value)
    return "" if value is None else str(value)[:SHOWN_LENGTH]


def _decide_faulty(row: Row, corrected: Project | None, kept: _Kept) -> Decision:
    if corrected:
        return Decision(row, UNCHANGED, corrected, note="corrected")
    same = kept.by_digest.get(row.digest)
    if same:
        note = "dismissed" if same.state == States.DISMISSED else "still_kept"
        return Decision(row, QUARANTINED, note=note, known=same)
    return Decision(row, QUARANTINED, closes=kept.open(row))


def _whole(changed: set[str]) -> set[str]:
    """Fields that only make sense together are taken together from the file."""
    for group in TOGETHER:
        if group & changed:
            changed = changed | group
    return changed


def differs(project: Project, name: str, value: Any) -> bool:
    """Whether a field of a project is not what a row says of it."""
    if name != "institution":
        return bool(getattr(project, name) != value)
    code, label = value
    here = project.institution
    if here is None:
        return bool(code or label)
    if code:
        return here.code.casefold() != code.casefold()
    return bool(label) and here.name.casefold() != label.casefold()


def tally(decisions: Iterable[Decision]) -> tuple[Counter[str], Counter[str]]:
    """How many rows have which outcome, and the whole-life cost of their projects by currency.

    The total counts the projects of all rows but those in quarantine, as they are afterwards, in
    minor units; a project without cost adds nothing.
    """
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    total: Counter[str] = Counter()
    for decision in decisions:
        counts[decision.outcome] += 1
        counts[INCOMPLETE] += bool(decision.gaps)
        cost = decision.after("cost") if decision.outcome != QUARANTINED else None
        if cost is not None:
            total[decision.after("currency")] += cost
    return counts, total
