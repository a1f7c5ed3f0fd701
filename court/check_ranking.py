"""Check the ranking of an exported competition: `python3 check_ranking.py` (Python 3.10 or newer).

It reads evaluation.json beside it, reckons the ranking anew from criteria, agreed scores and
prices by the code in the folder `procurement`, and says `agree`, or `differ` with what differs.
Ends with 0, with 1 where it differs, with 2 where the file cannot be read.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from procurement import scoring_facts  # noqa: E402  the folder beside this file


def main() -> int:
    try:
        facts = json.loads((HERE / "evaluation.json").read_text(encoding="utf-8"))
        found = scoring_facts.answers(facts) if facts["ranking"] else []
    except (OSError, ValueError, KeyError, TypeError) as error:
        print("evaluation.json cannot be read: %s" % error, file=sys.stderr)
        return 2
    told = {row["alias"]: row for row in facts["ranking"]}
    wrong = [row["alias"] for row in found if told.get(row["alias"]) != row]
    wrong += [alias for alias in told if alias not in {row["alias"] for row in found}]
    established = facts.get("ranking_hash") or ""
    if established and scoring_facts.ranking_hash(found) != established:
        wrong.append("the hash that the history kept")
    for row in sorted(found, key=lambda row: (row["rank"] is None, row["rank"] or 0)):
        print("%s %s rank=%s total=%s" % (row["alias"], row["status"], row["rank"], row["total"]))
    print("differ: %s" % ", ".join(wrong) if wrong else "agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
