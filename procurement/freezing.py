"""Freezing what is published: each version word for word, with its hashes in page and history."""

from core import clock, history
from core.models import User
from procurement import content
from procurement.models import Competition, CompetitionVersion


def freeze(competition: Competition, *, by: User, because: str = "") -> CompetitionVersion:
    """Make the next version of a competition from its rows, in the step that publishes it.

    The row itself is saved by the step. Hashes are SHA-256 of canonical JSON.
    """
    said = content.read(competition)
    frozen = content.whole(competition, said)
    competition.version += 1
    competition.frozen_hash = content.digest(frozen)
    competition.rules_hash = content.digest(content.rules_of(said))
    version = CompetitionVersion.objects.create(
        competition=competition, number=competition.version, content=history.canonical(frozen),
        sha256=competition.frozen_hash, rules_sha256=competition.rules_hash, at=clock.now(), by=by,
    )  # fmt: skip
    details = {"version": version.number, "sha256": version.sha256,
               "rules_sha256": version.rules_sha256,
               "seed_commitment": competition.seed_commitment}  # fmt: skip
    history.record("procurement.competition.freeze", competition, by=by, because=because,
                   details=details)  # fmt: skip
    return version
