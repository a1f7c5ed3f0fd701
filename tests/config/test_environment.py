"""A wrong value stops the start with one sentence that names it; a right one is understood."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config import environment
from config.environment import Environment, Misconfigured

ROOT = Path(environment.__file__).parent.parent
STRONG = "mW4vQz8rT1yKp0xLc7Jd3HsBf6NgEa2uRi9oXtVw5Zb-ZkQe_Yh"
PRODUCTION = {
    "SECRET_KEY": STRONG,
    "HISTORY_KEY": STRONG[::-1],
    "SLOT_KEY": STRONG[1:] + STRONG[:1],
    "BASE_URL": "https://compuerta.example.org",
    "EMAIL_URL": "smtp://mail.example.org",
}


def start(*command: str, **values: str) -> subprocess.CompletedProcess:
    """Run a command with exactly these variables."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **values},
        capture_output=True,
        text=True,
        timeout=300,  # so long only on a machine with other work
        check=False,
    )


def schema(path: Path) -> dict[str, object]:
    """What a database of SQLite consists of, whatever the order in which it came about."""
    with closing(sqlite3.connect(path)) as line:
        found: dict[str, object] = {"migrations": set(line.execute(
            "SELECT app, name FROM django_migrations"))}  # fmt: skip
        for name, sql in line.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
            inside = re.search(r"\((.*)\)", sql, re.DOTALL)
            parts = re.split(r",\s(?![^(]*\))", inside[1]) if inside else []
            found[name] = (re.split(r"\s*\(", sql)[0], sorted(parts))
    return found


def read_settings(**values: str) -> subprocess.CompletedProcess:
    script = (
        "from config.environment import plain_speech\n"
        "with plain_speech():\n"
        "    from config import settings\n"
        "print(settings.MODE)\n"
    )
    return start("-c", script, **values)


def test_production_is_the_default_and_starts_with_all_it_needs():
    result = read_settings(**PRODUCTION)
    assert (result.returncode, result.stdout, result.stderr) == (0, "production\n", "")


def test_a_command_with_nothing_set_works_on_this_machine_and_a_server_does_not(tmp_path):
    database = f"sqlite:///{tmp_path / 'local.sqlite3'}"
    assert start("manage.py", "migrate", "-v0", DATABASE_URL=database).returncode == 0
    found = start("manage.py", "verify_history", DATABASE_URL=database)
    assert (found.returncode, "ok" in found.stdout) == (0, True)
    at_once = tmp_path / "at_once.sqlite3"
    for _again in range(2):
        done = start("manage.py", "prepare_database", "-v0", DATABASE_URL=f"sqlite:///{at_once}")
        assert (done.returncode, done.stderr) == (0, "")
    assert schema(at_once) == schema(tmp_path / "local.sqlite3")
    refused = start("-m", "gunicorn", "--check-config", "config.wsgi", DATABASE_URL=database)
    assert refused.returncode != 0
    assert "SECRET_KEY is missing" in refused.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing; SECRET_KEY or SECRET_KEY_FILE is needed"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak (under 50 random characters)"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too weak"),
        ({"SECRET_KEY": f"django-insecure-{STRONG}"}, "SECRET_KEY looks like a default"),
        ({"HISTORY_KEY": ""}, "HISTORY_KEY is missing"),
        ({"HISTORY_KEY": "12345"}, "HISTORY_KEY is too weak (under 32 random characters)"),
        ({"HISTORY_KEY": STRONG}, "HISTORY_KEY is the same as SECRET_KEY"),
        ({"SLOT_KEY": ""}, "SLOT_KEY is missing"),
        ({"SLOT_KEY": "12345"}, "SLOT_KEY is too weak (under 32 random characters)"),
        ({"SLOT_KEY": STRONG}, "SLOT_KEY is the same as another secret"),
        ({"HISTORY_KEY_FILE": "/nowhere"}, "HISTORY_KEY is set beside HISTORY_KEY_FILE"),
        (
            {"HISTORY_KEY": "", "HISTORY_KEY_FILE": "/nowhere"},
            "HISTORY_KEY_FILE names /nowhere: No such file or directory",
        ),
        ({"DEBUG": "1"}, "DEBUG is on; it is refused in production"),
        ({"DEBUG": "maybe"}, "DEBUG is “maybe”; accepted are 1, 0, true, false"),
        ({"BASE_URL": ""}, "BASE_URL is missing"),
        ({"BASE_URL": "http://compuerta.example.org"}, "BASE_URL is not https"),
        ({"BASE_URL": "compuerta"}, "BASE_URL is “compuerta”; accepted is an address"),
        ({"EMAIL_URL": ""}, "EMAIL_URL is missing; accepted are smtp://"),
        ({"EMAIL_URL": "mailto:x"}, "EMAIL_URL has the form “mailto://x”"),
        ({"EMAIL_URL": "smtp://mail?tls=1"}, "EMAIL_URL has the option “tls=1”"),
        ({"EMAIL_URL": "smtp://mail:port"}, "EMAIL_URL is no URL (Port could not be cast"),
        ({"DEFAULT_FROM_EMAIL": "nobody"}, "DEFAULT_FROM_EMAIL is “nobody”"),
        ({"CLOCK_SHIFT": "1d"}, "CLOCK_SHIFT is set; in production the clock cannot be moved"),
        ({"CLOCK_SHIFT": "soon"}, "CLOCK_SHIFT is “soon”; accepted are days, hours or minutes"),
        ({"COMPUERTA_MODE": "prod"}, "COMPUERTA_MODE is “prod”; accepted are production, demo"),
        ({"COMPUERTA_MOD": "demo"}, "COMPUERTA_MOD is not a setting"),
        ({"DATABASE_URL": "mysql://h/n"}, "DATABASE_URL has the form “mysql://h/n”; accepted are"),
        ({"DATABASE_URL": "sqlite://file"}, "DATABASE_URL has the form “sqlite://file”"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL has the form"),
        ({"DATABASE_URL": "sqlite:////nowhere/x"}, "DATABASE_URL names the file /nowhere/x; its"),
        ({"DATABASE_URL": "postgres://h"}, "DATABASE_URL has the form “postgres://h”"),
        ({"DATABASE_URL": "postgres://h:x/n"}, "DATABASE_URL is no URL (Port could not be cast"),
        ({"DATABASE_URL": "postgres://h/n?a=b"}, "DATABASE_URL has the option “a=b”; accepted"),
        ({"DATABASE_URL": "postgres://h/n?sslmode=x"}, "DATABASE_URL has an unknown sslmode"),
        ({"CELERY_BROKER_URL": "amqp"}, "CELERY_BROKER_URL has the form “://amqp”; accepted are"),
        ({"CELERY_BROKER_URL": "sqs://x"}, "CELERY_BROKER_URL has the form “sqs://x”"),
        ({"MEDIA": "/nowhere/media"}, "MEDIA is “/nowhere/media”; the folder above it has to"),
        ({"MEDIA": "gs://bucket"}, "MEDIA has the form “gs://bucket”; accepted are a folder, or"),
        ({"MEDIA": "s3://bucket"}, "AWS_ACCESS_KEY_ID is missing; a bucket in MEDIA needs"),
        ({"MEDIA": "s3://bucket?acl=x"}, "MEDIA has the option “acl=x”"),
        ({"CLAMD_URL": "localhost:3310"}, "CLAMD_URL is “localhost:3310”; accepted is tcp://HOST"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS holds “*”; accepted are host names"),
        ({"LANGUAGE_CODE": "fr"}, "LANGUAGE_CODE is “fr”; accepted are es, en"),
        ({"TIME_ZONE": "Mexico"}, "TIME_ZONE is “Mexico”; accepted is a name of the time zone"),
        ({"UPLOAD_MAX_MB": "25MB"}, "UPLOAD_MAX_MB is “25MB”; accepted is a whole number from 1"),
        ({"SESSION_HOURS": "0"}, "SESSION_HOURS is “0”; accepted is a whole number from 1 to 72"),
        ({"PORT": "99999"}, "PORT is “99999”; accepted is a whole number from 1 to 65535"),
        ({"OIDC_CLIENT_ID": "x"}, "OIDC_SERVER_URL is missing; OIDC_SERVER_URL, OIDC_CLIENT_ID"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(changes, sentence):
    result = read_settings(**{**PRODUCTION, **changes})
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Compuerta cannot start: {sentence}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "check"),
        ("-m", "gunicorn", "-c", "python:config.gunicorn"),
        ("-m", "gunicorn", "--log-level", "critical", "--bind", "127.0.0.1:0", "config.wsgi"),
        ("-m", "celery", "--quiet", "-A", "config.celery", "worker"),
    ],
    ids=" ".join,
)
def test_every_way_to_start_says_the_same_sentence(command):
    result = start(*command, **{**PRODUCTION, "LANGUAGE_CODE": "fr"})
    assert result.returncode in (1, 3)
    assert result.stderr == "Compuerta cannot start: LANGUAGE_CODE is “fr”; accepted are es, en.\n"


def test_passwords_stay_out_of_the_sentence():
    with pytest.raises(Misconfigured) as caught:
        environment.database("DATABASE_URL", "mysql://me:hunter2@host/name")
    assert "hunter2" not in str(caught.value)


def test_sqlite_queues_its_writers_and_writes_through():
    settings = environment.database("DATABASE_URL", "sqlite:////tmp/a%20b.sqlite3")
    assert settings["NAME"] == "/tmp/a b.sqlite3"
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert settings["OPTIONS"]["timeout"] == 20
    assert "journal_mode=WAL; PRAGMA synchronous=FULL" in settings["OPTIONS"]["init_command"]


def test_postgres_parts_are_unquoted():
    settings = environment.database("D", "postgresql://me:p%40ss@db:5433/name?sslmode=require")
    wanted = {"NAME": "name", "USER": "me", "PASSWORD": "p@ss", "HOST": "db", "PORT": 5433}
    assert {key: settings[key] for key in wanted} == wanted
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_the_folder_of_the_filesystem_broker_is_made(tmp_path):
    url, options = environment.broker("B", f"filesystem://{tmp_path}/broker")
    assert (url, options["polling_interval"]) == ("filesystem://localhost", 0.2)
    assert Path(options["data_folder_in"]).is_dir()
    assert options["data_folder_in"] == options["data_folder_out"]


@pytest.mark.parametrize("url", ["amqp://guest:guest@h:5672//", "redis://h:6379/0"])
def test_other_brokers_are_passed_on(url):
    assert environment.broker("B", url) == (url, {})


@pytest.mark.parametrize(
    ("url", "port", "ssl", "tls"),
    [
        ("smtp://me:p@h", 25, False, False),
        ("smtp://me:p@h:587?starttls=1", 587, False, True),
        ("smtps://me:p@h", 465, True, False),
    ],
)
def test_mail_servers(url, port, ssl, tls):
    settings = environment.email("EMAIL_URL", url, Path("unused"))
    assert settings["EMAIL_HOST_USER"] == "me"
    found = tuple(settings[f"EMAIL_{key}"] for key in ("PORT", "USE_SSL", "USE_TLS"))
    assert found == (port, ssl, tls)


def test_mail_in_a_folder():
    assert environment.email("E", "file", Path("x"))["EMAIL_FILE_PATH"] == "x"
    assert environment.email("E", "file:///a/b", Path("x"))["EMAIL_FILE_PATH"] == "/a/b"


def test_a_bucket(tmp_path):
    keys = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}
    env = Environment({"MEDIA": "s3://files?endpoint=https://s3.example&region=mx", **keys})
    found = environment.media(env, "MEDIA", tmp_path)["OPTIONS"]
    wanted = {"bucket_name": "files", "endpoint_url": "https://s3.example", "region_name": "mx"}
    assert {key: found[key] for key in wanted} == wanted
    assert found["signature_version"] == "s3v4"


def test_the_clock_moves_by_days_hours_and_minutes():
    moved = [Environment({"S": text}).shift("S") for text in ("10d", "-3h", "90m")]
    assert moved == [timedelta(days=10), timedelta(hours=-3), timedelta(minutes=90)]


def test_an_empty_value_counts_as_absent():
    assert Environment({"PORT": " "}).integer("PORT", 8000, 1, 9000) == 8000


def test_a_demo_key_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "var" / "history.key"
    key = environment.own_key(path)
    assert (environment.own_key(path), len(key)) == (key, 86)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "key"
    path.write_text(STRONG)
    path.chmod(0o644)
    with pytest.raises(Misconfigured, match="which others may read; set its mode to 600"):
        environment.key_of_file("HISTORY_KEY_FILE", path)


def test_a_key_comes_from_its_file(tmp_path):
    path = tmp_path / "key"
    path.write_text(f"{STRONG}\n")
    path.chmod(0o600)
    env = Environment({"HISTORY_KEY_FILE": str(path)})
    assert environment.secret(env, "HISTORY_KEY", 32, None) == STRONG
