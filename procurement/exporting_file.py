"""The complete evaluation file of a competition: its case as a ZIP, with what its ranking needs.

Beside rows, events and files of the case it holds `ranking/`: the facts, the code that reckons a
ranking from them, and a checker that needs only Python.
"""

import json
from pathlib import Path

from django.conf import settings

from core import archive
from core.models import Dossier
from procurement import evaluation_file
from procurement.models import Competition

FOLDER = "ranking/"
CODE = ("aliasing.py", "scoring.py", "scoring_facts.py")
"""Modules that need Python alone."""
HERE = Path(__file__).parent


@archive.more("competition")
def ranking_files(dossier: Dossier) -> dict[str, bytes]:
    """Facts, code and checker of the ranking; nothing before the bids were opened."""
    competition = Competition.objects.select_related("dossier").get(dossier=dossier)
    if competition.opened_at is None:
        return {}
    facts = evaluation_file.ranking_facts(competition)
    text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)
    found = {f"{FOLDER}procurement/{name}": (HERE / name).read_bytes() for name in CODE}
    found[f"{FOLDER}procurement/__init__.py"] = b""
    found[f"{FOLDER}evaluation.json"] = f"{text}\n".encode()
    checker = settings.BASE_DIR / "court" / "check_ranking.py"
    found[f"{FOLDER}check_ranking.py"] = checker.read_bytes()
    return found
