"""The environment, read strictly: a wrong value stops the start with one sentence."""

import os
import re
import secrets
import sys
import tempfile
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

KNOWN = {"COMPUERTA_MODE"}
SECRET_LENGTH = 50
KEY_LENGTH = 32
UNSAFE_SECRETS = ("django-insecure", "changeme", "change-me", "secret", "default", "example")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class Misconfigured(ImproperlyConfigured):
    """A variable of the environment is wrong; says which, why, and what is accepted."""

    def __init__(self, name: str, problem: str, accepted: str) -> None:
        super().__init__(f"{name} {problem}; {accepted}.")


@contextmanager
def plain_speech(status: int = 1) -> Iterator[None]:
    """End the process with the sentence of a wrong setting, instead of with a traceback."""
    try:
        yield
    except ImproperlyConfigured as error:
        sys.stderr.write(f"Compuerta cannot start: {error}\n")
        sys.exit(status)


class Environment:
    """Named values with their checks; an empty value counts as absent."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {name: value.strip() for name, value in values.items() if value.strip()}
        for name in sorted(self.values):
            if name.startswith("COMPUERTA_") and name not in KNOWN:
                raise Misconfigured(name, "is not a setting", f"known is {', '.join(KNOWN)}")

    def has(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def required(self, name: str, accepted: str) -> str:
        """The value, or Misconfigured where it is absent."""
        if name not in self.values:
            raise Misconfigured(name, "is missing", accepted)
        return self.values[name]

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in options:
            raise Misconfigured(name, f"is “{value}”", f"accepted are {', '.join(options)}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name, "1" if default else "0").lower()
        if value not in ("0", "1", "true", "false"):
            raise Misconfigured(name, f"is “{value}”", "accepted are 1, 0, true, false")
        return value in ("1", "true")

    def integer(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number between the bounds, both included."""
        value = self.text(name, str(default))
        accepted = f"accepted is a whole number from {lowest} to {highest}"
        if not re.fullmatch(r"-?[0-9]{1,12}", value) or not lowest <= int(value) <= highest:
            raise Misconfigured(name, f"is “{value}”", accepted)
        return int(value)

    def shift(self, name: str) -> timedelta:
        """How far the clock is moved: a whole number of days, hours or minutes."""
        value = self.text(name, "0d")
        found = re.fullmatch(r"([+-]?[0-9]{1,5})([dhm])", value)
        if not found:
            accepted = "accepted are days, hours or minutes such as 10d, -3h, 90m"
            raise Misconfigured(name, f"is “{value}”", accepted)
        unit = {"d": "days", "h": "hours", "m": "minutes"}[found[2]]
        return timedelta(**{unit: int(found[1])})

    def zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if value not in zoneinfo.available_timezones():
            accepted = "accepted is a name of the time zone database such as America/Mexico_City"
            raise Misconfigured(name, f"is “{value}”", accepted)
        return value

    def hosts(self, name: str, default: list[str]) -> list[str]:
        """Host names separated by commas; a wildcard for every host is refused."""
        names = [part.strip() for part in self.text(name).split(",") if part.strip()]
        for host in names:
            if not re.fullmatch(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]*)|\[[0-9A-Fa-f:]+\]", host):
                accepted = "accepted are host names separated by commas, without port or wildcard"
                raise Misconfigured(name, f"holds “{host}”", accepted)
        return names or default

    def address(self, name: str, default: str) -> str:
        """The address of the site, without a slash at its end."""
        value = self.text(name, default)
        parts = split(name, value, "https://compuerta.example.org")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            accepted = "accepted is an address such as https://compuerta.example.org"
            raise Misconfigured(name, f"is “{value}”", accepted)
        return value.rstrip("/")

    def all_or_none(self, *names: str) -> dict[str, str] | None:
        """The values of settings that only make sense together; None where all are absent."""
        given = [name for name in names if self.has(name)]
        if not given:
            return None
        for name in names:
            self.required(name, f"{', '.join(names)} are set together or not at all")
        return {name: self.values[name] for name in names}


def split(name: str, value: str, example: str) -> SplitResult:
    """The parts of a URL; Misconfigured where it is none (a bad port, a broken bracket)."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  reading it is what checks it
    except ValueError as error:
        raise Misconfigured(name, f"is no URL ({error})", f"accepted is {example}") from error
    return parts


def shown(parts: SplitResult) -> str:
    """A URL for a message: whatever may be a password is left out."""
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def options(name: str, parts: SplitResult, allowed: tuple[str, ...]) -> dict[str, str]:
    """The query of a URL, every key known and given once."""
    found: dict[str, str] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key not in allowed or key in found or not value:
            accepted = f"accepted after “?” are {', '.join(allowed) or 'no options'}, once each"
            raise Misconfigured(name, f"has the option “{key}={value}”", accepted)
        found[key] = value
    return found


# The database

DATABASES = "accepted are sqlite:///FILE and postgres://USER:PASSWORD@HOST:PORT/NAME"


def database(name: str, value: str) -> dict[str, Any]:
    """Django's settings of one database; SQLite with real isolation and durable commits."""
    parts = split(name, value, "sqlite:///FILE or postgres://USER@HOST/NAME")
    if parts.scheme == "sqlite":
        return sqlite(name, parts)
    if parts.scheme in ("postgres", "postgresql"):
        return postgres(name, parts)
    raise Misconfigured(name, f"has the form “{shown(parts)}”", DATABASES)


def sqlite(name: str, parts: SplitResult) -> dict[str, Any]:
    """A file; writers queue instead of failing (IMMEDIATE), readers never wait (WAL)."""
    path = unquote(parts.path)[1:]
    if parts.netloc or not path or path.endswith("/") or ":memory:" in path:
        raise Misconfigured(name, f"has the form “{shown(parts)}”", DATABASES)
    if not Path(path).absolute().parent.is_dir():
        accepted = "its folder has to exist"
        raise Misconfigured(name, f"names the file {path}", accepted)
    options(name, parts, ())
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(path).absolute()),
        "CONN_MAX_AGE": 600,  # opening the file anew for each page takes as long as a small page
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            ),
        },
    }


def postgres(name: str, parts: SplitResult) -> dict[str, Any]:
    """A server; connections are kept, and looked at before they are used again."""
    database_name = unquote(parts.path)[1:]
    if not database_name or "/" in database_name:
        raise Misconfigured(name, f"has the form “{shown(parts)}”", DATABASES)
    modes = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
    extra = options(name, parts, ("sslmode", "sslrootcert"))
    if extra.get("sslmode", "prefer") not in modes:
        raise Misconfigured(name, "has an unknown sslmode", f"accepted are {', '.join(modes)}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10, **extra},
    }


# The queue's messenger

BROKERS = "accepted are filesystem:///FOLDER, amqp://USER:PASSWORD@HOST:PORT/VHOST, redis://HOST/0"


def broker(name: str, value: str) -> tuple[str, dict[str, object]]:
    """Celery's broker address and transport options."""
    parts = split(name, value, "amqp://HOST or filesystem:///FOLDER")
    if parts.scheme == "filesystem" and not parts.netloc and len(parts.path) > 1:
        return "filesystem://localhost", broker_folder(Path(unquote(parts.path)))
    if parts.scheme in ("amqp", "amqps", "redis", "rediss") and parts.hostname:
        return value, {}
    if value == "memory://":
        return value, {"polling_interval": 0.2}
    raise Misconfigured(name, f"has the form “{shown(parts)}”", BROKERS)


def broker_folder(folder: Path) -> dict[str, object]:
    """Messages are small files in one folder, looked for five times a second."""
    for part in ("messages", "control"):
        (folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.2,
    }


# Mail

MAILS = (
    "accepted are smtp://USER:PASSWORD@HOST:PORT, the same with ?starttls=1, smtps://…, "
    "console, file, and file:///FOLDER"
)


def email(name: str, value: str, folder: Path) -> dict[str, object]:
    """Django's e-mail settings; `folder` is where `file` alone puts the letters."""
    base = "django.core.mail.backends"
    parts = split(name, value, "smtp://HOST:25")
    if value == "console":
        return {"EMAIL_BACKEND": f"{base}.console.EmailBackend"}
    if value == "file" or (parts.scheme == "file" and not parts.netloc and len(parts.path) > 1):
        target = Path(unquote(parts.path)) if parts.scheme else folder
        return {"EMAIL_BACKEND": f"{base}.filebased.EmailBackend", "EMAIL_FILE_PATH": str(target)}
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
        raise Misconfigured(name, f"has the form “{shown(parts)}”", MAILS)
    extra = options(name, parts, ("starttls",) if parts.scheme == "smtp" else ())
    if extra.get("starttls", "1") not in ("0", "1"):
        raise Misconfigured(name, "has a starttls other than 0 or 1", MAILS)
    return {
        "EMAIL_BACKEND": f"{base}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": extra.get("starttls") == "1",
        "EMAIL_TIMEOUT": 20,
    }


# Files

FILES = "accepted are a folder, or s3://BUCKET?endpoint=https://HOST&region=NAME"


def media(env: Environment, name: str, default: Path) -> dict[str, object]:
    """Where uploads are kept: a folder that only the server reads, or a bucket."""
    value = env.text(name, str(default))
    if "://" not in value:
        return media_folder(name, Path(value).absolute())
    parts = split(name, value, "s3://BUCKET?endpoint=https://HOST&region=NAME")
    if parts.scheme != "s3" or not NAME.fullmatch(parts.netloc) or parts.path.strip("/"):
        raise Misconfigured(name, f"has the form “{shown(parts)}”", FILES)
    extra = options(name, parts, ("endpoint", "region"))
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    for key in keys:
        env.required(key, f"a bucket in {name} needs {' and '.join(keys)}")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "endpoint_url": extra.get("endpoint"),
            "region_name": extra.get("region"),
            "access_key": env.text(keys[0]),
            "secret_key": env.text(keys[1]),
            "signature_version": "s3v4",
            "default_acl": None,
            "file_overwrite": False,
        },
    }


def media_folder(name: str, folder: Path) -> dict[str, object]:
    if not folder.parent.is_dir() or (folder.exists() and not folder.is_dir()):
        raise Misconfigured(name, f"is “{folder}”", f"the folder above it has to exist; {FILES}")
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(folder),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def scanner(name: str, value: str) -> tuple[str, int] | None:
    """Host and port of the virus scanner; None where there is none."""
    if not value:
        return None
    parts = split(name, value, "tcp://HOST:3310")
    if parts.scheme != "tcp" or not parts.hostname or not parts.port or parts.path.strip("/"):
        raise Misconfigured(name, f"is “{value}”", "accepted is tcp://HOST:PORT")
    return parts.hostname, parts.port


# Secrets

MAKE_ONE = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(64))"'


def strong(name: str, value: str, length: int) -> str:
    """The secret itself, or Misconfigured where it is short, repetitive or a well-known default."""
    if len(value) < length or len(set(value)) < 12:  # noqa: PLR2004  few letters: not random
        raise Misconfigured(name, f"is too weak (under {length} random characters)", MAKE_ONE)
    if any(word in value.lower() for word in UNSAFE_SECRETS):
        raise Misconfigured(name, "looks like a default", MAKE_ONE)
    return value


def key_of_file(name: str, path: Path) -> str:
    """The key in a file that nobody but its owner may read."""
    try:
        mode = path.stat().st_mode & 0o077
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise Misconfigured(name, f"names {path}: {reason}", "a readable file is needed") from error
    if mode:
        raise Misconfigured(name, f"names {path}, which others may read", "set its mode to 600")
    return key


def own_key(path: Path) -> str:
    """A key of this machine's demo, made on the first run and kept beside its data."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # made with mode 600
            file.write(secrets.token_urlsafe(64) + "\n")
            file.flush()
            with suppress(FileExistsError):  # another process was faster: its key counts
                os.link(file.name, path)
    return key_of_file("The file of a demo key", path)


def secret(env: Environment, name: str, length: int, fallback: Callable[[], str] | None) -> str:
    """A secret from NAME or the file NAME_FILE, else from `fallback`; with none it is required."""
    file = f"{name}_FILE"
    if env.has(name) and env.has(file):
        raise Misconfigured(name, f"is set beside {file}", "one of the two is enough")
    if env.has(file):
        return strong(file, key_of_file(file, Path(env.text(file))), length)
    if env.has(name) or fallback is None:
        return strong(name, env.required(name, f"{name} or {file} is needed; {MAKE_ONE}"), length)
    return fallback()
