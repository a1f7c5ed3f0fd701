"""Prototypes: real git over a local server; hostile repositories are reported, never followed."""

import os
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.refusals import Refused
from procurement.prototypes import bringing, facts, fetching, git, locating, wording
from procurement.prototypes.examining import TROUBLE, Claimed, examine
from procurement.prototypes.facts import Window, leads_out
from tests.procurement import gitting

WINDOW = Window(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC))
MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy"
GOOD = {
    "LICENSE": MIT,
    "README.md": "# Citas\n\nUna página.\n\n## Instalación\n\n    make run\n",
    "app/main.py": "print('hola')\n" * 20,
    "tests/test_main.py": "def test_it(): pass\n",
    ".github/workflows/ci.yml": "on: push\n",
    "Dockerfile": "FROM python\n",
    "infra/main.tf": "resource {}\n",
    "docs/accessibility.md": "Declaración de accesibilidad: WCAG 2.2 AA\n",
    "docs/research/entrevistas.md": "Entrevistas con personas.\n",
}


@pytest.fixture
def good(tmp_path):
    return gitting.repository(tmp_path / "good", GOOD)


def found(examined, code):
    return [fact for fact in examined.facts if fact.code == code]


def one(examined, code):
    rows = found(examined, code)
    assert len(rows) == 1
    return rows[0]


def of(folder, **changes):
    commit = gitting.git("rev-parse", "HEAD", at=folder)
    said = {"repository": "", "branch": "main", "commit": commit,
            "bundle": gitting.bundle(folder)} | changes  # fmt: skip
    return Claimed(**said)


# Facts


def test_facts_stand_with_file_and_line(good):
    examined = examine(of(good), WINDOW)
    assert examined.trouble == []
    assert one(examined, "licence") == facts.Fact("licence", "found", "LICENSE", 1, {"spdx": "MIT"})
    readme = one(examined, "readme")
    assert (readme.result, readme.file, readme.line) == ("found", "README.md", 5)
    assert one(examined, "tests").file == "tests/test_main.py"
    assert one(examined, "ci").file == ".github/workflows/ci.yml"
    assert one(examined, "container").file == "Dockerfile"
    assert one(examined, "configuration").file == "infra/main.tf"
    assert one(examined, "accessibility").file == "docs/accessibility.md"
    assert one(examined, "user_research").result == "found"
    assert one(examined, "monitoring").result == "missing"
    assert one(examined, "secret").result == "found"
    assert one(examined, "languages").figures["shares"]["Python"] == "96"


def test_commits_in_and_outside_the_window_by_how_many_people(good):
    gitting.commit(good, {"a": "1"}, when="2026-04-01T00:00:00Z", who="beto@example.org")
    gitting.commit(good, {"b": "1"}, when="2026-05-31T00:00:00Z", who="Ana@Example.org")
    gitting.commit(good, {"c": "1"}, when="2026-05-31T00:00:01Z")
    fact = one(examine(of(good), WINDOW), "commits")
    assert fact.result == "warning"
    assert fact.figures == {"inside": 2, "before": 1, "after": 1, "people": 2, "people_inside": 1}


def test_an_empty_repository_says_what_is_missing(tmp_path):
    examined = examine(of(gitting.repository(tmp_path / "empty", {"x": ""})), WINDOW)
    missing = {fact.code for fact in examined.facts if fact.result == "missing"}
    assert missing == {"licence", "readme", "tests", "ci", "container", "configuration",
                       "accessibility", "user_research", "style_guide", "monitoring",
                       "languages"}  # fmt: skip


@pytest.mark.parametrize(("text", "spdx"), [
    ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
    ("GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007", "GPL-3.0"),
    ("GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3", "AGPL-3.0"),
    ("CC0 1.0 Universal", "CC0-1.0"),
    ("Todos los derechos reservados", "?"),
])  # fmt: skip
def test_licences_by_their_short_names(tmp_path, text, spdx):
    folder = gitting.repository(tmp_path / "one", {"LICENSE.txt": text})
    assert one(examine(of(folder), WINDOW), "licence").figures == {"spdx": spdx}


def test_secrets_are_named_by_place_and_never_shown(good):
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    gitting.commit(good, {"settings.py": f"a = 1\nKEY = '{key}'\n",
                          "id": "-----BEGIN RSA PRIVATE KEY-----\n",
                          "readme.txt": "password = 'example-password-here'\n"})  # fmt: skip
    examined = examine(of(good), WINDOW)
    places = {(fact.file, fact.line, fact.figures["kind"]) for fact in found(examined, "secret")}
    assert places == {("settings.py", 2, "cloud_key"), ("id", 1, "private_key")}
    assert key not in repr(examined)


# Hostile trees


def test_links_modules_pointers_and_large_files_are_reported_never_followed(good, tmp_path):
    (good / "passwd").symlink_to("/etc/passwd")
    (good / "up").symlink_to("../../outside")
    (good / "here").symlink_to("README.md")
    inner = gitting.repository(tmp_path / "inner", {"x": "1"})
    gitting.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(inner),
                "vendor/inner", at=good)  # fmt: skip
    gitting.commit(good, {"model.bin": b"\0" * 2_000_000,
                          "data.csv": "version https://git-lfs.github.com/spec/v1\noid x\n",
                          ".gitattributes": "*.md filter=evil diff=evil\n"})  # fmt: skip
    examined = examine(of(good), WINDOW)
    assert {fact.file for fact in found(examined, "link_outside")} == {"passwd", "up"}
    assert one(examined, "submodule").file == "vendor/inner"
    assert one(examined, "pointer").file == "data.csv"
    assert one(examined, "large_file").figures == {"bytes": 2_000_000}
    assert "root:" not in repr(examined)


def test_which_links_lead_out():
    assert [leads_out("a/b", target) for target in
            ("../c", "../../c", "c/../../../d", "/etc", "~/x", ".git/config", "c")] == [
        False, True, True, True, True, True, False]  # fmt: skip


def test_nothing_of_a_repository_is_ever_run(good, tmp_path):
    mark = tmp_path / "mark"
    for name in ("post-checkout", "post-merge", "reference-transaction"):
        gitting.commit(good, {f"hooks/{name}": f"#!/bin/sh\ntouch {mark}\n"})
    gitting.commit(
        good, {".gitattributes": "* filter=x diff=x\n", "Makefile": f"x:\n\ttouch {mark}\n"}
    )
    assert examine(of(good), WINDOW).read
    assert not mark.exists()


# Bundles


def test_a_bundle_that_is_none_or_lacks_something_is_said(good, tmp_path):
    broken = tmp_path / "broken.bundle"
    broken.write_bytes(b"PK\x03\x04 not a bundle")
    assert examine(of(good, bundle=broken), None).trouble == ["bundle_unreadable"]
    cut = tmp_path / "cut.bundle"
    cut.write_bytes(gitting.bundle(good).read_bytes()[:-40])
    assert examine(of(good, bundle=cut), None).trouble == ["bundle_unreadable"]
    assert examine(of(good, bundle=None), None).trouble == ["no_bundle"]
    assert examine(of(good, commit="0" * 40), None).trouble == ["commit_not_in_bundle"]
    first = gitting.git("rev-parse", "HEAD", at=good)
    gitting.commit(good, {"more": "1"})
    claimed = of(good)
    part = gitting.bundle(good, f"{first}..main").rename(tmp_path / "part.bundle")
    claimed = replace(claimed, bundle=part)
    assert examine(claimed, None).trouble == ["bundle_unreadable"]


def test_a_bundle_that_grows_too_large_is_left(good):
    gitting.commit(good, {"big": os.urandom(3_000_000)})
    limits = git.Limits(megabytes=1)
    with git.store() as store, pytest.raises(git.GitFailed) as failed:
        git.run(["fetch", "--quiet", str(gitting.bundle(good)), "+refs/*:refs/bundle/*"], at=store,
                limits=limits, settings=["protocol.file.allow=always"])  # fmt: skip
    assert failed.value.reason == "size"


# Repositories over a local server


@pytest.fixture
def server(tmp_path, settings):
    root = tmp_path / "served"
    root.mkdir()
    with gitting.served(root) as place:
        settings.PROTOTYPE_HOSTS = [place]
        yield root, f"http://{place}"


def test_the_repository_is_compared_with_the_bundle(good, server):
    root, address = server
    gitting.bare(good, root, "good.git")
    claimed = of(good, repository=f"{address}/good.git")
    assert examine(claimed, WINDOW).trouble == []
    gitting.commit(good, {"later": "1"})
    gitting.bare(good, root, "good.git")
    later = examine(claimed, WINDOW)
    assert later.trouble == ["commits_after"]
    assert later.tip != claimed.commit


def test_a_repository_that_vanishes_or_rewrites_its_history_is_said(good, server):
    root, address = server
    claimed = of(good, repository=f"{address}/good.git")
    assert examine(claimed, WINDOW).trouble == ["repository_away"]
    other = gitting.repository(root.parent / "other", {"x": "1"})
    gitting.bare(other, root, "good.git")
    examined = examine(claimed, WINDOW)
    assert examined.trouble == ["commit_not_in_repository"]
    assert examined.read


def test_the_server_brings_the_bundle_at_the_bidders_wish(good, server, tmp_path):
    root, address = server
    gitting.bare(good, root, "good.git")
    commit, content = bringing.bundle_of(f"{address}/good.git", "main")
    file = tmp_path / "brought.bundle"
    file.write_bytes(content)
    assert commit == gitting.git("rev-parse", "HEAD", at=good)
    assert examine(of(good, bundle=file), WINDOW).trouble == []
    with pytest.raises(Refused, match="No such repository or branch"):
        bringing.bundle_of(f"{address}/good.git", "other")
    with pytest.raises(Refused, match="does not lead to the commit"):
        bringing.bundle_of(f"{address}/good.git", "main", "0" * 40)


def test_a_slow_server_is_left_in_time(settings):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        place = f"127.0.0.1:{deaf.getsockname()[1]}"
        settings.PROTOTYPE_HOSTS = [place]
        began = time.monotonic()
        with git.store() as store, pytest.raises(git.GitFailed) as failed:
            fetching.tip(store, locating.repository(f"http://{place}/x.git"), "main",
                         git.Limits(seconds=1))  # fmt: skip
        assert failed.value.reason == "time"
        assert time.monotonic() - began < 10


# Addresses


@pytest.mark.parametrize("address", [
    "https://127.0.0.1/x.git", "https://localhost/x.git", "https://[::1]/x.git",
    "https://169.254.169.254/latest", "https://10.0.0.1/x", "https://[::ffff:10.0.0.1]/x",
    "https://[64:ff9b::a00:1]/x", "https://0.0.0.0/x", "https://2130706433/x", "https://0x7f.1/x",
    "ssh://git@192.168.1.1/x.git", "git@127.0.0.1:x.git", "https://printer.local/x",
])  # fmt: skip
def test_no_address_inside_is_visited(address):
    with pytest.raises(Refused):
        locating.repository(address)


@pytest.mark.parametrize("address", [
    "", "file:///etc", "git://example.org/x", "http://example.org/x", "ext::sh -c id",
    "https://user:pass@example.org/x", "https://user@example.org/x", "https://example.org",
    "https://example.org:99999/x", "--upload-pack=x", "https://exa mple.org/x", "https:///x",
    "https://-oProxyCommand=x/y", "-oProxyCommand=x:y", "https://example.org/x\nhttps://b/c",
])  # fmt: skip
def test_no_other_kind_of_address_is_accepted(address):
    with pytest.raises(Refused):
        locating.check_repository(address)


def test_addresses_that_are_accepted():
    long = "ssh://git@example.org/team/x.git"
    assert (
        locating.check_repository("https://Example.org/team/x.git")
        == "https://example.org/team/x.git"
    )
    assert locating.check_repository("git@example.org:team/x.git") == long
    assert locating.check_repository(long) == long


@pytest.mark.parametrize(
    "branch", ["-x", "a..b", "a b", "x.lock", "/x", "x/", "a~1", "a:b", ".x", "@{u}"]
)
def test_no_wrong_name_of_a_branch_reaches_git(branch):
    with pytest.raises(Refused):
        bringing.check_branch(branch)


def test_every_trouble_is_known(good):
    assert len(set(TROUBLE)) == len(TROUBLE)


def test_whatever_is_found_has_its_words(good):
    codes = set(wording.LABELS)
    gitting.commit(good, {"id": "-----BEGIN RSA PRIVATE KEY-----\n"})
    examined = examine(of(good), WINDOW)
    assert {fact.code for fact in examined.facts} <= codes
    assert all(wording.sentence(fact.code, fact.result, fact.figures) for fact in examined.facts)
    assert set(wording.TROUBLE) == set(TROUBLE)
