"""The virus scan: clamd's INSTREAM over a socket, a few lines of our own."""

import socket
import struct
from typing import IO

CHUNK = 64 * 1024
TIMEOUT = 30.0
LONGEST_ANSWER = 4096


class ScannerDown(Exception):
    """The scanner cannot be reached, or its answer is none."""


def infection(file: IO[bytes], address: tuple[str, int]) -> str:
    """The name of what clamd at that host and port finds; empty when the file is clean.

    Raises ScannerDown when there is no clear answer: a file is never taken for clean by default.
    """
    file.seek(0)
    try:
        with socket.create_connection(address, TIMEOUT) as line:
            line.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerDown(str(error)) from error
    finally:
        file.seek(0)
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerDown(answer or "no answer")


def _answer(line: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\0") and len(received) < LONGEST_ANSWER:
        part = line.recv(LONGEST_ANSWER)
        if not part:
            break
        received += part
    return received.rstrip(b"\0\n").decode("utf-8", "replace")
