"""Real repositories for tests: made by git, served by git over http on loopback."""

import http.server
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

AUTHOR = {"GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.org",
          "GIT_COMMITTER_NAME": "Ana", "GIT_COMMITTER_EMAIL": "ana@example.org"}  # fmt: skip


def git(*words: str, at: Path, when: str = "", who: str = "") -> str:
    """What git answers, with its own settings alone."""
    told = {**os.environ, **AUTHOR, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    if when:
        told |= {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    if who:
        told |= {"GIT_AUTHOR_EMAIL": who}
    done = subprocess.run(["git", *words], cwd=at, env=told, check=True, capture_output=True,
                          text=True)  # fmt: skip
    return done.stdout.strip()


def repository(folder: Path, files: dict[str, str | bytes], *, when: str = "2026-05-02T10:00:00Z",
               branch: str = "main") -> Path:  # fmt: skip
    """A repository with one commit of these files."""
    folder.mkdir(parents=True)
    git("init", "--quiet", f"--initial-branch={branch}", at=folder)
    commit(folder, files, when=when)
    return folder


def commit(folder: Path, files: dict[str, str | bytes], *, when: str = "2026-05-02T10:00:00Z",
           who: str = "") -> str:  # fmt: skip
    """One more commit; its name."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    git("add", "--all", "--force", at=folder)
    git("commit", "--quiet", "--allow-empty", "-m", "Work", at=folder, when=when, who=who)
    return git("rev-parse", "HEAD", at=folder)


def bundle(folder: Path, *what: str) -> Path:
    """The bundle of a branch, as a bidder makes it."""
    made = folder.parent / f"{folder.name}.bundle"
    git("bundle", "create", "--quiet", str(made), *(what or ("main",)), at=folder)
    return made


class Backend(http.server.BaseHTTPRequestHandler):
    """Git's own http backend, by CGI, for whatever lies below the root."""

    root: Path

    def log_message(self, *words):
        """Say nothing."""

    def do_GET(self):
        self._serve(b"")

    def do_POST(self):
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _serve(self, body: bytes) -> None:
        path, _mark, query = self.path.partition("?")
        told = {"GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                "QUERY_STRING": query, "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)), "PATH": os.environ["PATH"],
                "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*"}  # fmt: skip
        done = subprocess.run(["git", "http-backend"], env=told, input=body, capture_output=True,
                              check=False)  # fmt: skip
        head, _gap, content = done.stdout.partition(b"\r\n\r\n")
        fields = [line.decode().split(": ", 1) for line in head.split(b"\r\n") if b": " in line]
        status = next((int(value.split()[0]) for name, value in fields if name == "Status"), 200)
        self.send_response(status)
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def served(root: Path):
    """A server of all repositories below a folder; yields its `host:port`."""
    handler = type("Handler", (Backend,), {"root": root})
    with running(handler) as place:
        yield place


@contextmanager
def running(handler):
    """A web server of the test on loopback; yields its `host:port`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def bare(folder: Path, root: Path, name: str) -> Path:
    """A bare copy for the server."""
    made = root / name
    shutil.rmtree(made, ignore_errors=True)
    git("clone", "--quiet", "--bare", str(folder), str(made), at=root)
    return made
