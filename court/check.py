#!/usr/bin/env python3
"""Checks the archive of a case: needs Python 3.8 or newer, no package, no network.

    python3 check.py                       the folder in which this file lies
    python3 check.py CASE.zip              the archive itself
    python3 check.py --checkpoint DAY.json a checkpoint that you fetched and kept yourself

Ends with 0 when everything fits, with 1 at the first fault, which it names with its file.
Comprueba el expediente exportado: termina con 0 si todo coincide, con 1 al primer error.
"""

import hashlib
import json
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

CHUNK = 64 * 1024
OUTSIDE = "outside"
COLUMNS = ("number", "verb", "target_label", "target_id", "actor_id", "on_behalf_of_id", "because",
           "details", "at", "previous", "mac")  # fmt: skip


class Fault(Exception):
    """What does not fit, and in which file."""

    def __init__(self, name, english, spanish):
        Exception.__init__(self, name, english, spanish)
        self.name, self.english, self.spanish = name, english, spanish


class Archive:
    """The files of an archive: in a folder or in a ZIP."""

    def __init__(self, place):
        self.zip = zipfile.ZipFile(str(place)) if place.is_file() else None
        self.folder, self.known, self.last = place, set(), "MANIFEST.json"

    def names(self):
        if self.zip is not None:
            return [name for name in self.zip.namelist() if not name.endswith("/")]
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        names = [path.relative_to(self.folder).as_posix() for path in files]
        return [name for name in names if "__pycache__" not in name]

    def open(self, name):
        self.last = name
        return open(self.folder / name, "rb") if self.zip is None else self.zip.open(name)

    def digest(self, name):
        found, size = hashlib.sha256(), 0
        with self.open(name) as file:
            for piece in iter(lambda: file.read(CHUNK), b""):
                found.update(piece)
                size += len(piece)
        return found.hexdigest(), size

    def json(self, name):
        with self.open(name) as file:
            return json.loads(file.read().decode("utf-8"))

    def rows(self, name, optional=True):
        if optional and name not in self.known:
            return []
        with self.open(name) as file:
            return [json.loads(line) for line in file.read().decode("utf-8").splitlines() if line]

    def of(self, label):
        return self.rows("rows/%s.jsonl" % label)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# Files


def check_files(archive):
    """Every file has the hash that the list names, none is missing, none too many."""
    listed = archive.json("MANIFEST.json")["files"]
    there = archive.names()
    if len(there) != len(set(there)):
        twice = sorted(name for name in set(there) if there.count(name) > 1)[0]
        raise Fault(twice, "stands in the archive twice", "está dos veces en el archivo")
    archive.known = set(there)
    for name in sorted(listed):
        if name not in archive.known:
            raise Fault(name, "is missing", "falta")
        digest, size = archive.digest(name)
        if (digest, size) != (listed[name]["sha256"], listed[name]["size"]):
            raise Fault(name, "was altered: its hash is not the listed one",
                        "fue alterado: su huella no es la de la lista")  # fmt: skip
    extra = sorted(archive.known - set(listed) - {"MANIFEST.json"})
    if extra:
        raise Fault(extra[0], "does not belong to the archive", "no pertenece al archivo")
    return "%d files have their hashes" % len(listed)


# Events


def check_events(archive):
    """The events stand without a gap, each after the one before it; the ends are those named."""
    case, before, end = archive.json("case.json"), "", ""
    events = archive.rows("events.jsonl", optional=False)
    for place, event in enumerate(events, 1):
        at = "event %s" % event["number"]
        if event["number"] != place:
            raise Fault("events.jsonl", "event %d is missing" % place,
                        "falta el evento %d" % place)  # fmt: skip
        if event["previous"] != before:
            raise Fault("events.jsonl", at + " does not follow on the one before it",
                        at + " no sigue al anterior")  # fmt: skip
        said = [end, case["ref"]] + [event[name] for name in COLUMNS]
        before, end = event["mac"], sha256(canonical(said))
        if event["digest"] != end:
            raise Fault("events.jsonl", at + " was altered", at + " fue alterado")
    if (len(events), before, end) != (case["events"], case["head"], case["digest"]):
        raise Fault("case.json", "names another end of the history than the events have",
                    "nombra otro final de la historia que el de los eventos")  # fmt: skip
    return "%d events form one unbroken chain" % len(events)


def events_of(archive):
    return {event["number"]: event for event in archive.rows("events.jsonl", optional=False)}


# Checkpoints


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf(text):
    return hashlib.sha256(b"\x00" + text.encode("ascii")).digest()


def check_proofs(archive):
    """Each checkpoint saw the case with the end it then had; the newest leads to its root."""
    proofs, events = archive.json("proofs.json"), events_of(archive)
    for row in proofs["seen"]:
        event = events.get(row["count"], {"mac": "", "digest": ""})
        if row["head"] != event["mac"] or row["digest"] not in ("", event["digest"]):
            raise Fault("proofs.json", "the checkpoint of %s saw other events" % row["day"],
                        "el punto de control del %s vio otros eventos" % row["day"])  # fmt: skip
    newest = proofs["newest"]
    if newest is None:
        return "no checkpoint has seen the case yet"
    row = proofs["seen"][-1]
    parts = [str(row["position"]), str(row["count"]), row["head"], row["digest"]]
    wanted = ":".join(parts if row["digest"] else parts[:3])
    digest = leaf(newest["leaf"])
    for step in newest["path"]:
        other = bytes.fromhex(step["hash"])
        digest = node(other, digest) if step["side"] == "left" else node(digest, other)
    if newest["leaf"] != wanted or digest.hex() != newest["root"] or newest["day"] != row["day"]:
        raise Fault("proofs.json", "the way does not lead to the root of %s" % newest["day"],
                    "el camino no lleva a la raíz del %s" % newest["day"])  # fmt: skip
    check_roots(proofs["roots"], newest)
    later = len(events) - row["count"]
    return "events 1 to %d stand under the root of %s (%s)%s" % (
        row["count"], newest["day"], newest["root"],
        "; %d newer ones under none yet" % later if later else "")  # fmt: skip


def check_roots(roots, newest):
    """The roots of the days follow on one another, and end with the newest."""
    before = ""
    for day, root, previous in roots:
        if previous != before:
            raise Fault("proofs.json", "the root of %s does not follow" % day,
                        "la raíz del %s no sigue a la anterior" % day)  # fmt: skip
        before = root
    if not roots or [roots[-1][0], roots[-1][1]] != [newest["day"], newest["root"]]:
        raise Fault("proofs.json", "the roots do not end with the newest",
                    "las raíces no terminan con la más reciente")  # fmt: skip


def check_kept(archive, kept):
    """A checkpoint that the reader kept says the same root, or holds the leaf of the case."""
    proofs = archive.json("proofs.json")
    told = json.loads(Path(kept).read_text(encoding="utf-8"))
    for day, root, _previous in proofs["roots"]:
        if day == told["day"]:
            if root != told["root"]:
                raise Fault("proofs.json", "your checkpoint of %s has another root" % day,
                            "su punto de control del %s tiene otra raíz" % day)  # fmt: skip
            return "your checkpoint of %s has the same root" % day
    day = (proofs["newest"] or {"day": "-"})["day"]
    raise Fault(str(kept), "is of a day that the archive does not reach; fetch that of %s" % day,
                "es de un día al que el archivo no llega; descargue el del %s" % day)  # fmt: skip


# The ledger


def check_ledger(archive):
    """Postings without a gap, lines between two accounts, nothing below zero, balances equal."""
    name = "rows/projects.posting.jsonl"
    postings = sorted(archive.of("projects.posting"), key=lambda row: row["number"])
    lines, told = {}, events_of(archive)
    for line in archive.of("projects.postingline"):
        lines.setdefault(line["posting_id"], []).append(line)
    standing, by_key, before = {}, {row["pk"]: row for row in postings}, ""
    for place, posting in enumerate(postings, 1):
        at = "posting %s" % posting["number"]
        mine = sorted(lines.pop(posting["pk"], []), key=lambda row: row["position"])
        if posting["number"] != place or posting["previous"] != before:
            raise Fault(name, at + " does not follow on the one before it",
                        at + " no sigue al asiento anterior")  # fmt: skip
        before = posting["mac"]
        check_lines(at, posting, mine, standing)
        check_told(name, at, posting, mine, told)
        if posting["reverses_id"] is not None:
            check_mirror(name, at, by_key[posting["reverses_id"]], mine, archive)
    if lines:
        raise Fault("rows/projects.postingline.jsonl", "has lines of no posting",
                    "tiene renglones de ningún asiento")  # fmt: skip
    check_balances(archive, standing)
    return "%d postings balance, and lead to the balances" % len(postings)


def check_lines(at, posting, lines, standing):
    """The lines of one posting, as they move what stands on the accounts."""
    name = "rows/projects.postingline.jsonl"
    if len(lines) != posting["line_count"] or not lines:
        raise Fault(name, at + " lacks lines", at + " no tiene todos sus renglones")
    for line in lines:
        amount = line["amount"]
        if not isinstance(amount, int) or amount <= 0 or line["source"] == line["target"]:
            raise Fault(name, at + ": a line moves nothing", at + ": un renglón no mueve nada")
        standing[line["source"]] = standing.get(line["source"], 0) - amount
        standing[line["target"]] = standing.get(line["target"], 0) + amount
    for account, amount in standing.items():
        if account != OUTSIDE and amount < 0:
            raise Fault(name, at + ": %s falls below zero" % account,
                        at + ": %s queda por debajo de cero" % account)  # fmt: skip


def check_told(name, at, posting, lines, events):
    """The history says the same of a posting as its row and its lines."""
    event = events.get(posting["event_number"])
    said = json.loads(event["details"]) if event else {}
    moved = [[line["source"], line["target"], line["amount"]] for line in lines]
    if said.get("lines") != moved:
        raise Fault("rows/projects.postingline.jsonl", at + " says otherwise than the history",
                    at + " no dice lo mismo que la historia")  # fmt: skip
    row = {"number": posting["number"], "kind": posting["kind"], "key": posting["key"],
           "effective_on": posting["effective_on"], "tranche": posting["tranche_id"],
           "reverses": posting["reverses_id"]}  # fmt: skip
    if {key: said.get(key) for key in row} != row:
        raise Fault(name, at + " says otherwise than the history",
                    at + " no dice lo mismo que la historia")  # fmt: skip


def check_mirror(name, at, reversed_, lines, archive):
    """A reversal is the mirror of the posting that it undoes."""
    others = [row for row in archive.of("projects.postingline")
              if row["posting_id"] == reversed_["pk"]]  # fmt: skip
    there = sorted((row["source"], row["target"], row["amount"]) for row in others)
    back = sorted((row["target"], row["source"], row["amount"]) for row in lines)
    if there != back:
        raise Fault(name, at + " is not the mirror of what it reverses",
                    at + " no es el espejo de lo que revierte")  # fmt: skip


def check_balances(archive, standing):
    kept = {row["account"]: row["amount"] for row in archive.of("projects.balance")}
    for account in sorted(set(kept) | set(standing)):
        there, added = kept.get(account, 0), standing.get(account, 0)
        if there != added and not (account == OUTSIDE and account not in kept):
            raise Fault("rows/projects.balance.jsonl",
                        "%s stands at %s, its lines add up to %s" % (account, there, added),
                        "%s dice %s, sus renglones suman %s" % (account, there, added))  # fmt: skip


# Votes


def check_votes(archive):
    """The votes of every closed motion are those whose hashes were kept, and count as it says."""
    motions = {row["pk"]: row for row in archive.of("gating.motion") if row["tally"]}
    seats, votes = {}, {}
    for row in archive.of("gating.motionseat"):
        seats.setdefault(row["motion_id"], {})[row["seat_id"]] = row
    for row in archive.of("gating.vote"):
        votes.setdefault(row["motion_id"], {})[row["seat_id"]] = row
    sealed = {event["details"] for event in events_of(archive).values()
              if event["verb"] in ("gating.vote.cast", "gating.motion.cast")}  # fmt: skip
    for key, motion in motions.items():
        check_motion(key, motion, seats.get(key, {}), votes.get(key, {}))
        for vote in votes.get(key, {}).values():
            text = "%s:%s:%s:%s" % (vote["salt"], key, vote["seat_id"], vote["choice"])
            if vote["choice"] and not any(sha256(text) in details for details in sealed):
                raise Fault("rows/gating.vote.jsonl", "a vote of motion %s was never cast" % key,
                            "un voto de la moción %s nunca se emitió" % key)  # fmt: skip
    return "%d motions count as they say" % len(motions)


def check_motion(key, motion, seats, votes):
    """One motion counted anew from its seats and votes, by the rule it stores."""
    name, case = "rows/gating.motion.jsonl", motion["tally"]["case"]
    found = dict.fromkeys(("for", "against", "abstain", "recused", "absent"), 0)
    for seat, row in seats.items():
        choice = votes.get(seat, {}).get("choice", "")
        standing = row["standing"]
        if standing == "eligible":
            standing = choice or "absent"
        elif choice:
            raise Fault("rows/gating.vote.jsonl", "motion %s: a seat voted that could not" % key,
                        "moción %s: votó un lugar que no podía" % key)  # fmt: skip
        found[standing] += 1
    if case["votes"] != found or case["seats"] != len(seats):
        raise Fault(name, "motion %s: the votes are %s" % (key, canonical(found)),
                    "moción %s: los votos son %s" % (key, canonical(found)))  # fmt: skip
    for part, value in count(case).items():
        if motion["tally"].get(part) != value:
            raise Fault(name, "motion %s: %s is %s" % (key, part, value),
                        "moción %s: %s es %s" % (key, part, value))  # fmt: skip


def count(case):
    """Eligible, present, required, quorum and result of a case, exactly."""
    votes, seats = case["votes"], case["seats"]
    eligible = seats - votes["recused"]
    present = votes["for"] + votes["against"] + votes["abstain"]
    quorum = Fraction(case["quorum"]) * seats
    required = max(case["minimum"], -(-quorum.numerator // quorum.denominator))
    result = decide(case, eligible) if present >= required else "inquorate"
    return {"eligible": eligible, "present": present, "required": required,
            "quorate": present >= required, "result": result}  # fmt: skip


def decide(case, eligible):
    votes, rule = case["votes"], case["majority"]
    pro, cast = votes["for"], rule["of"] == "cast"
    base = pro + votes["against"] if cast else eligible
    wanted = Fraction(rule["share"]) * base
    if pro > wanted or (not rule["strict"] and pro == wanted and pro > 0):
        return "carried"
    if cast and Fraction(rule["share"]) == Fraction(1, 2) and pro == votes["against"] > 0:
        return {"for": "carried", "against": "lost"}.get(case["casting_vote"], "tied")
    return "lost"


# Decision records, documents, states, letters


def check_records(archive):
    """Each decision record has its hash, the history names it, and its chain is this one."""
    rows, events = archive.of("gating.record"), events_of(archive)
    kept = {event["target_id"]: json.loads(event["details"]) for event in events.values()
            if event["verb"] == "gating.record.keep"}  # fmt: skip
    for row in rows:
        name = "records/%s.json" % row["code"]
        digest, _size = archive.digest(name)
        told = kept.get(row["pk"], {})
        if digest != row["sha256"] or told != {"code": row["code"], "sha256": digest}:
            raise Fault(name, "is not the record that the history names",
                        "no es la constancia que nombra la historia")  # fmt: skip
        chain = archive.json(name)["chain"]
        head = events[chain["events"]]["mac"] if chain["events"] else ""
        if sha256(row["text"]) != digest or chain["head"] != head:
            raise Fault(name, "names another history", "nombra otra historia")
    return "%d decision records are the ones that the history names" % len(rows)


def check_documents(archive):
    """Each file is the content that its document names; what was removed is not there."""
    rows = archive.of("core.document")
    for row in rows:
        if row["file"] and archive.digest(row["file"]) != (row["sha256"], row["size"]):
            raise Fault(row["file"], "is not what was sent", "no es lo que se envió")
        if row["removed"] and row["file"]:
            raise Fault(row["file"], "was removed, and is there", "fue retirado, y está")
    return "%d documents are as they were sent" % len(rows)


def check_states(archive):
    """Each row stands in the state to which its last step led."""
    last, checked, known = {}, 0, archive.json("case.json")["states"]
    for event in archive.rows("events.jsonl", optional=False):
        label, reached = event["target_label"], json.loads(event["details"]).get("to")
        if event["verb"].startswith(label) and reached in known.get(label, ("",))[1:]:
            last[label, event["target_id"]] = reached
    for label in sorted(known):
        name = "rows/%s.jsonl" % label
        for row in archive.rows(name):
            told = last.get((label, row["pk"]))
            if told != row[known[label][0]]:
                both = (row["pk"], row[known[label][0]], told)
                raise Fault(name, "%s stands at %s, the history says %s" % both,
                            "%s está en %s, la historia dice %s" % both)  # fmt: skip
            checked += 1
    return "%d rows stand where their history says" % checked


def check_letters(archive):
    """The correspondence is numbered without a gap."""
    numbers = sorted(row["number"] for row in archive.of("projects.letter"))
    if numbers != list(range(1, len(numbers) + 1)):
        raise Fault("rows/projects.letter.jsonl", "a number is missing", "falta un número")
    return "%d letters are numbered without a gap" % len(numbers)


CHECKS = (check_files, check_events, check_proofs, check_ledger, check_votes, check_records,
          check_documents, check_states, check_letters)  # fmt: skip


def main(arguments):
    kept, places = [], []
    while arguments:
        first = arguments.pop(0)
        if first == "--checkpoint" and arguments:
            kept.append(arguments.pop(0))
        elif first.startswith("-"):
            print(__doc__.strip())
            return 0 if first in ("-h", "--help") else 2
        else:
            places.append(first)
    archive = None
    try:
        archive = Archive(Path(places[0]) if places else Path(__file__).resolve().parent)
        for check in CHECKS:
            print("ok  " + check(archive))
        for name in kept:
            print("ok  " + check_kept(archive, name))
        digest = archive.digest("MANIFEST.json")[0]
    except Fault as fault:
        print("FAULT %s: %s" % (fault.name, fault.english))
        print("ERROR %s: %s" % (fault.name, fault.spanish))
        return 1
    except Exception as error:  # whatever is damaged: it is named, never passed
        name = archive.last if archive is not None else places[0]
        print("FAULT %s: cannot be read (%s: %s)" % (name, type(error).__name__, error))
        print("ERROR %s: no se puede leer" % name)
        return 1
    print("ok  the archive is whole / el archivo está íntegro; MANIFEST.json %s" % digest)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
