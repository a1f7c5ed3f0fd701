"""Does something already do this? The search before triage, its hits, and their answers.

Source: Portugal's prior opinion on ICT spending (non-duplication, price against earlier projects),
OECD 2020, chapter 4.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow
from projects import likeness, permissions, search
from projects.folding import fold
from projects.models.case import DuplicateHit, DuplicationSearch

MOST_HITS, LOOKED_AT = 10, 60
THRESHOLD = 25
"""Percent of likeness from which a project found must be answered for."""


def terms_of(project: Any) -> str:
    """What is searched for: the words of title, problem and tags, folded."""
    return fold(project.title, project.problem, *project.tags)


def alike(project: Any) -> list[tuple[Any, int]]:
    """The projects most like this one with their likeness in percent, at most ten, best first."""
    own = likeness.profile(project.title, project.problem, project.tags)
    query = sorted(own, key=lambda word: -own[word])
    found = _words_of(project, set(query))
    rows = type(project)._base_manager.in_bulk(search.candidates(project.pk, found, LOOKED_AT))
    scored = [
        (other, likeness.likeness(own, likeness.profile(other.title, other.problem, other.tags)))
        for other in rows.values()
    ]
    kept = [(other, score) for other, score in scored if score >= THRESHOLD]
    return sorted(kept, key=lambda pair: (-pair[1], pair[0].pk))[:MOST_HITS]


def _words_of(project: Any, stems: set[str]) -> list[str]:
    """The whole words of an entry that count, the title's first, at most forty."""
    ordered = fold(project.title, *project.tags, project.problem).split()
    return list(dict.fromkeys(word for word in ordered if likeness.stem(word) in stems))[:40]


@transaction.atomic
def run(project: Any, *, by: User) -> DuplicationSearch:
    """Search for projects that do the same and record it; answers to the same hits are kept.

    Raises Denied for anybody but the secretariat, Refused once the project is past draft.
    """
    history.lock(project.dossier)
    project = _draft(project, by)
    earlier = {
        hit.other_id: hit
        for hit in DuplicateHit.objects.filter(search__project=project).order_by("pk")
    }
    made = DuplicationSearch.objects.create(
        project=project, terms=terms_of(project), at=clock.now(), by=by
    )
    hits = [_hit(made, other, score, earlier.get(other.pk)) for other, score in alike(project)]
    DuplicateHit.objects.bulk_create(hits)
    history.record(
        "projects.project.search_duplicates", project, by=by,
        details={"terms": made.terms, "hits": {hit.other.ref: hit.score for hit in hits}},
    )  # fmt: skip
    return made


def _hit(
    made: DuplicationSearch, other: Any, score: int, before: DuplicateHit | None
) -> DuplicateHit:
    hit = DuplicateHit(search=made, other=other, score=score)
    if before is not None:
        hit.answer, hit.explanation = before.answer, before.explanation
        hit.answered_by_id, hit.answered_at = before.answered_by_id, before.answered_at
    return hit


def _draft(project: Any, by: User) -> Any:
    """The project's row as it is now, if its duplicates may still be searched and answered."""
    project = type(project)._base_manager.select_related("dossier").get(pk=project.pk)
    allow(permissions.searches, project, by)
    if project.stage != "draft":
        raise Refused(
            _("The search for duplicates belongs before triage; this project is past it.")
        )
    return project


@transaction.atomic
def answer(hit: DuplicateHit, answer: str, explanation: str, *, by: User) -> DuplicateHit:
    """Say about a project that was found why this one goes on all the same.

    Raises Refused without an explanation, or when the hit is not of the newest search.
    """
    history.lock(hit.search.project.dossier)
    project = _draft(hit.search.project, by)
    newest = project.searches.first()
    if newest is None or newest.pk != hit.search_id:
        raise Refused(_("A newer search was made since you opened the page; answer there."))
    if answer not in DuplicateHit.Answer.values or not explanation.strip():
        raise Refused(
            _("Choose an answer for %(project)s and explain it.") % {"project": hit.other.ref}
        )
    if (hit.answer, hit.explanation) == (answer, explanation.strip()):
        return hit
    hit.answer, hit.explanation = answer, explanation.strip()
    hit.answered_by, hit.answered_at = by, clock.now()
    hit.save()
    history.record(
        "projects.project.answer_duplicate", project, by=by, because=hit.explanation,
        details={"other": hit.other.ref, "answer": answer},
    )  # fmt: skip
    return hit
