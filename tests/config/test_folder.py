"""The folder that carries messages between processes never shows half a message."""

import multiprocessing
import time

from kombu import Connection, Queue
from kombu.transport import filesystem

from config import environment
from config.folder import Transport

MESSAGES = 100
PADDING = "x" * 500_000  # long enough to be met half-way
QUEUE = Queue("q")


def send(transport: type, options: dict, first: int) -> None:
    with Connection(transport=transport, transport_options=options) as connection:
        producer = connection.Producer()
        for number in range(first, first + MESSAGES):
            producer.publish(
                {"number": number, "padding": PADDING},
                routing_key="q",
                exchange="",
                declare=[QUEUE],
                retry=False,
            )


def receive(options: dict, transport: type) -> list[int]:
    """All numbers that two other processes send at the same time."""
    spawn = multiprocessing.get_context("spawn")
    senders = [
        spawn.Process(target=send, args=(transport, options, first)) for first in (0, MESSAGES)
    ]
    numbers: list[int] = []
    with Connection(transport=transport, transport_options=options) as connection:
        queue = connection.SimpleQueue("q")
        for sender in senders:
            sender.start()
        deadline = time.monotonic() + 60
        while len(numbers) < 2 * MESSAGES and time.monotonic() < deadline:
            try:
                message = queue.get(block=False)
            except queue.Empty:
                continue
            numbers.append(message.payload["number"])
            message.ack()
        queue.close()
    for sender in senders:
        sender.join()
    return numbers


def test_every_message_arrives_whole_and_once(tmp_path):
    _url, options = environment.broker("B", f"filesystem://{tmp_path}/broker")
    numbers = receive(options, Transport)
    assert sorted(numbers) == list(range(2 * MESSAGES))
    assert list((tmp_path / "broker/messages").iterdir()) == []


def test_it_is_what_the_worker_uses():
    with Connection("filesystem://localhost") as connection:
        assert connection.get_transport_cls() is Transport
        assert issubclass(Transport, filesystem.Transport)
