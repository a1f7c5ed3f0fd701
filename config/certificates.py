"""The certificate with which documents are signed, read strictly from the environment."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12

from config.environment import Environment, Misconfigured, key_of_file

NAME, SECRET = "SIGNING_CERTIFICATE", "SIGNING_PASSPHRASE"
ACCEPTED = f"accepted is a PKCS#12 file with key and certificate; its passphrase is in {SECRET}"


def signing(env: Environment) -> dict[str, str] | None:
    """Path and passphrase of the organisation's PKCS#12 file; None where nothing is signed.

    Opened at the start: a wrong passphrase, a file without key or an expired certificate stops it.
    """
    file = f"{SECRET}_FILE"
    if not env.has(NAME):
        for name in (SECRET, file):
            if env.has(name):
                raise Misconfigured(name, f"is set without {NAME}", ACCEPTED)
        return None
    if env.has(SECRET) and env.has(file):
        raise Misconfigured(SECRET, f"is set beside {file}", "one of the two is enough")
    path = Path(env.text(NAME)).absolute()
    passphrase = key_of_file(file, Path(env.text(file))) if env.has(file) else env.text(SECRET)
    _open(path, passphrase)
    return {"path": str(path), "passphrase": passphrase}


def _open(path: Path, passphrase: str) -> None:
    """Look whether the file holds what signing needs, today."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Misconfigured(NAME, f"names a file that cannot be read ({path})", ACCEPTED) from error
    try:
        key, certificate, _more = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except ValueError as error:
        raise Misconfigured(NAME, "cannot be opened with its passphrase", ACCEPTED) from error
    if key is None or certificate is None:
        raise Misconfigured(NAME, "holds no key, or no certificate", ACCEPTED)
    if certificate.not_valid_after_utc < datetime.now(UTC):
        raise Misconfigured(NAME, "holds a certificate that has expired", ACCEPTED)
