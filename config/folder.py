"""A broker that is a folder: kombu's own, with messages that appear whole or not at all.

The original opens a message under its final name and fills it afterwards; a reader in between
finds it empty and ends the worker with a JSON error (seen in kombu 5.7 under load).
"""

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes beside, then renames, which is atomic within a folder."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(self, exchange: str, routing_key: Any, pattern: Any, queue: Any) -> None:
        file = self._exchange_file(exchange)  # type: ignore[attr-defined]
        if not file.exists():
            _write_whole(file, dumps([]))
        super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    """The filesystem transport over such channels."""

    Channel = Channel


def _write_whole(path: Path, text: str) -> None:
    """Raise ChannelError where the folder cannot be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.rename(path)
    except OSError as error:
        raise ChannelError(f"{path} cannot be written: {error.strerror}") from error


def take_the_place_of_kombus_own() -> None:
    """From now on `filesystem://` means this transport."""
    TRANSPORT_ALIASES["filesystem"] = "config.folder:Transport"
