"""The archive of a case: whole, always the same, checked by Python alone, nothing sealed in it."""

import contextlib
import hashlib
import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from core import archive, checkpoints, documents, exporting, history
from core.models import Dossier, Event
from core.refusals import Refused
from tests.core.test_documents import upload
from tests.factories import boards, money, reviews

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _elsewhere(settings, tmp_path):
    settings.VAR = tmp_path


def written(dossier) -> bytes:
    target = io.BytesIO()
    archive.write(dossier, target)
    return target.getvalue()


def names(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return {name: found.read(name) for name in found.namelist()}


def rows(files: dict[str, bytes], label: str) -> list[dict]:
    text = files.get(f"rows/{label}.jsonl", b"").decode()
    return [json.loads(line) for line in text.splitlines()]


def packed(files: dict[str, bytes], tmp_path: Path) -> Path:
    place = tmp_path / "case.zip"
    with zipfile.ZipFile(place, "w") as found:
        for name, content in files.items():
            found.writestr(name, content)
    return place


def relisted(files: dict[str, bytes]) -> dict[str, bytes]:
    """As a clever forger leaves it: the list of hashes made anew."""
    listed = json.loads(files["MANIFEST.json"])
    listed["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in files.items()
        if name != "MANIFEST.json"
    }
    return {**files, "MANIFEST.json": json.dumps(listed).encode()}


def check(place: Path, *more: str) -> subprocess.CompletedProcess:
    """The checker as a court runs it: alone, without packages, without our settings."""
    command = [sys.executable, "-I", "-S", str(archive.CHECKER), str(place), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={})


def looked(place: Path) -> tuple[int, str]:
    """The same checker in this process: its end, and what it said."""
    spec = importlib.util.spec_from_file_location("court_check", archive.CHECKER)
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        end = checker.main([str(place)])
    return end, said.getvalue()


@pytest.fixture
def decided(cast):
    """A case with money, a review decided by a vote, its record and a condition."""
    with boards.opened(cast, "approve_with_conditions", ["subsequent"]) as motion:
        boards.carried(cast, motion)
    project = motion.project
    money.exercised(cast, project)
    documents.store(upload(), by=cast.manager, dossier=project.dossier)
    return project


@pytest.fixture
def files(decided):
    checkpoints.take()
    return names(written(decided.dossier))


def test_the_whole_case_checks_itself_with_python_alone(files, tmp_path):
    done = check(packed(files, tmp_path))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.count("ok  ") == 10
    for folder_file, content in files.items():
        place = tmp_path / "out" / folder_file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    assert check(tmp_path / "out").returncode == 0
    assert rows(files, "gating.vote")
    assert rows(files, "projects.balance")
    assert rows(files, "gating.record")


def test_the_checker_reads_as_python_3_8():
    compile_as = "import ast,sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 8))"
    done = subprocess.run([sys.executable, "-c", compile_as, str(archive.CHECKER)], check=False)
    assert done.returncode == 0
    source = archive.CHECKER.read_text()
    assert {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))
            } <= {"hashlib", "json", "sys", "zipfile", "fractions", "pathlib"}  # fmt: skip


def test_the_same_case_gives_the_same_bytes_in_any_language_and_after_an_export(decided, cast):
    first = written(decided.dossier)
    with io.BytesIO() as target:
        made = archive.export(decided.dossier, target, by=cast.auditor)
        assert target.getvalue() == first
    assert written(decided.dossier) == first
    event = Event.objects.filter(dossier=decided.dossier).order_by("number").last()
    assert (event.verb, event.actor, event.target_id) == (
        "core.dossier.export", cast.auditor, decided.dossier.pk)  # fmt: skip
    assert json.loads(event.details)["sha256"] == hashlib.sha256(first).hexdigest() == made.sha256
    call_command("verify_history")


def test_tampering_with_any_file_is_found_and_named(files, tmp_path):
    kinds = {name: content for name, content in files.items() if name != "MANIFEST.json"}
    for name, content in kinds.items():
        altered = {**files, name: content[:-2] + b"x" + content[-1:]}
        end, said = looked(packed(altered, tmp_path))
        assert (end, f"FAULT {name}:" in said) == (1, True), said
    for name in ("events.jsonl", "check.py", "rows/gating.vote.jsonl"):
        end, said = looked(packed({k: v for k, v in files.items() if k != name}, tmp_path))
        assert (end, f"FAULT {name}: is missing" in said) == (1, True)
    end, said = looked(packed({**files, "more.txt": b"x"}, tmp_path))
    assert (end, "FAULT more.txt:" in said) == (1, True)
    end, said = looked(packed({**files, "MANIFEST.json": b"{"}, tmp_path))
    assert (end, "FAULT MANIFEST.json:" in said) == (1, True)


FORGED = {
    "events.jsonl": lambda text: text.replace('"verb":"gating.motion.open"', '"verb":"x"'),
    "rows/projects.postingline.jsonl": lambda text: text.replace('"amount":', '"amount":1', 1),
    "rows/projects.balance.jsonl": lambda text: text.replace("000,", "001,", 1),
    "rows/gating.motion.jsonl": lambda text: text.replace('"for":4', '"for":3'),
    "rows/gating.gatereview.jsonl": lambda text: text.replace('"state":"', '"state":"x'),
    "proofs.json": lambda text: text.replace('"root": "', '"root": "0', 1),
    "case.json": lambda text: text.replace('"digest": "', '"digest": "0'),
}


def test_a_forger_who_mends_the_list_is_found_too(files, tmp_path):
    for name, forge in FORGED.items():
        altered = forge(files[name].decode()).encode()
        assert altered != files[name]
        end, said = looked(packed(relisted({**files, name: altered}), tmp_path))
        assert (end, f"FAULT {name}:" in said) == (1, True), said


def test_a_record_and_a_vote_exchanged_are_found_though_the_list_is_mended(files, tmp_path):
    record = next(name for name in files if name.startswith("records/"))
    altered = files[record].replace(b'"outcome":"approve', b'"outcome":"refuse')
    done = check(packed(relisted({**files, record: altered}), tmp_path))
    assert (done.returncode, f"FAULT {record}:" in done.stdout) == (1, True)
    name = "rows/gating.vote.jsonl"
    altered = files[name].replace(b'"choice":"for"', b'"choice":"against"', 1)
    done = check(packed(relisted({**files, name: altered}), tmp_path))
    assert done.returncode == 1


def test_events_rewritten_with_a_chain_of_their_own_do_not_lead_to_the_published_root(
    files, tmp_path, decided
):
    """Without the key, and with every hash in the archive made anew."""
    told = [json.loads(line) for line in files["events.jsonl"].decode().splitlines()]
    told[2]["because"], end = "otherwise", ""
    for event in told:
        columns = [event[name] for name in checkpoints.CHAINED]
        end = event["digest"] = history.chain(end, decided.ref, columns)
    case = json.loads(files["case.json"])
    case["digest"] = end
    lines = "".join(f"{history.canonical(event)}\n" for event in told)
    altered = {**files, "case.json": json.dumps(case).encode(), "events.jsonl": lines.encode()}
    done = check(packed(relisted(altered), tmp_path))
    assert (done.returncode, "FAULT proofs.json: the checkpoint" in done.stdout) == (1, True)


def test_a_checkpoint_that_the_reader_kept_decides(files, tmp_path):
    place, day = packed(files, tmp_path), json.loads(files["proofs.json"])["newest"]["day"]
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(checkpoints.published(checkpoints.Checkpoint.objects.get(day=day))))
    assert check(place, "--checkpoint", str(kept)).returncode == 0
    kept.write_text(kept.read_text().replace('"root": "', '"root": "0'))
    done = check(place, "--checkpoint", str(kept))
    assert (done.returncode, "another root" in done.stdout) == (1, True)


def test_open_votes_drafts_and_sealed_ratings_never_leave_the_house(cast):
    with boards.opened(cast) as motion:
        boards.vote(cast, motion, member1="against")
        files = names(written(motion.dossier))
    assert rows(files, "gating.vote") == []
    assert "gating.vote" in files["case.json"].decode()
    review = reviews.at(cast, "in_assessment", tier="large")
    sheets = list(review.assessments.filter(state="declared"))
    reviews.rate(sheets[0], "red", note="SECRET-NOTE")
    files = names(written(review.project.dossier))
    assert rows(files, "gating.rating") == []
    assert b"SECRET-NOTE" not in b"".join(files.values())
    assert rows(files, "gating.assessment")
    assert "gating.remark" not in {model._meta.label_lower for model in exporting.paths()}
    reviews.seal_all(review)
    assert len(rows(names(written(review.project.dossier)), "gating.rating")) > 0


def test_every_model_is_part_of_some_case_or_says_why_not(cast):
    """A new room is exported without a word; what is in no case file at all is named here."""
    apart = {
        "core.blob", "core.calendarfeed", "core.holiday", "core.institution", "core.job",
        "core.mailchoice", "core.reminder", "core.rolegrant", "core.user",
    }  # fmt: skip
    found = {model._meta.label_lower for model in exporting.paths()}
    assert not apart & found
    assert {"gating.vote", "projects.postingline", "gating.record", "projects.letter",
            "projects.enclosure", "gating.itemevidence", "core.act"} <= found  # fmt: skip


def test_the_command_writes_a_file_and_refuses_what_is_no_case(cast, tmp_path, capsys):
    project = money.project(cast)
    place = tmp_path / "out.zip"
    call_command("export_dossier", project.ref, output=str(place))
    assert check(place).returncode == 0
    assert capsys.readouterr().out.startswith(f"{place} events=")
    for ref, output in (("P-9", str(place)), (project.ref, str(tmp_path / "no" / "x.zip"))):
        with pytest.raises(SystemExit) as ended:
            call_command("export_dossier", ref, output=output)
        shown = capsys.readouterr()
        assert (ended.value.code, shown.out) == (2, "")
        assert shown.err
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_an_export_costs_the_same_for_any_number_of_rows(decided, django_assert_max_num_queries):
    with django_assert_max_num_queries(3 * len(exporting.paths())):
        written(decided.dossier)
    assert Dossier.objects.filter(kind="project").exists()


def test_removed_content_is_not_in_it_but_its_hash_and_the_reason_are(cast, tmp_path):
    project = money.project(cast)
    document = documents.store(upload(), by=cast.manager, dossier=project.dossier)
    (held,) = rows(names(written(project.dossier)), "core.document")
    assert held["file"].startswith(f"files/D{document.pk}-")
    documents.propose_removal(document, by=cast.secretariat, because="datos de salud")
    documents.confirm_removal(document, by=cast.admin)
    files = names(written(project.dossier))
    (row,) = rows(files, "core.document")
    assert (row["file"], row["removed"], row["sha256"]) == ("", True, held["sha256"])
    assert held["file"] not in files
    assert "datos de salud" in files["index.html"].decode()
    assert looked(packed(files, tmp_path))[0] == 0


def test_a_file_that_the_storage_lost_is_told_and_nothing_is_recorded(cast):
    project = money.project(cast)
    document = documents.store(upload(), by=cast.manager, dossier=project.dossier)
    default_storage.delete(document.blob.path)
    with pytest.raises(Refused, match="acta.txt"):
        archive.export(project.dossier, io.BytesIO(), by=cast.auditor)
    assert not Event.objects.filter(verb=archive.EXPORT).exists()


def test_the_page_exports_for_who_sees_the_whole_case_only(cast, client):
    project = money.project(cast)
    url = f"/projects/{project.ref}/export/"
    for person, status in ((cast.stranger, 404), (cast.manager, 403), (cast.preparer, 403),
                           (cast.auditor, 200), (cast.secretariat, 200)):  # fmt: skip
        client.force_login(person)
        assert client.get(url).status_code == status
        page = client.post(url)
        assert (page.status_code == 200) == (status == 200)
        b"".join(getattr(page, "streaming_content", []))  # as a browser does: to its end
    done = client.post(url)
    content = b"".join(done.streaming_content)
    assert names(content)["case.json"]
    assert Event.objects.filter(verb=archive.EXPORT, actor=cast.secretariat).count() == 2
    assert hashlib.sha256(content).hexdigest().encode() in client.get(url).content
