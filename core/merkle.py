"""Merkle trees as in RFC 6962: one root over many leaves, short proofs, cheap changes."""

import hashlib
from collections.abc import Iterable

Path = list[tuple[str, str]]
"""The way from a leaf to the root: side and hash (hex) of each neighbour, from the leaf upwards."""


def leaf(data: str) -> bytes:
    """The hash of a leaf: SHA-256 over a zero byte and the data."""
    return hashlib.sha256(b"\x00" + data.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 over a one byte and both hashes beneath it."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree whose leaves may be added at the end and replaced; only changes are hashed again."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.levels: list[list[bytes]] = [list(leaves)]
        self.changed: set[int] = set(range(len(self.levels[0])))

    def __len__(self) -> int:
        return len(self.levels[0])

    def put(self, position: int, digest: bytes) -> None:
        """Set the leaf at a position; raises IndexError when it would leave a gap before it."""
        leaves = self.levels[0]
        if position == len(leaves):
            leaves.append(digest)
        elif 0 <= position < len(leaves):
            leaves[position] = digest
        else:
            raise IndexError(position)
        self.changed.add(position)

    def root(self) -> str:
        """The root in hex; of no leaves, the hash of nothing."""
        depth, changed = 0, self.changed
        while len(self.levels[depth]) > 1:
            below = self.levels[depth]
            depth += 1
            if depth == len(self.levels):
                self.levels.append([])
            above, changed = self.levels[depth], {position // 2 for position in changed}
            above.extend([b""] * ((len(below) + 1) // 2 - len(above)))
            for position in changed:
                pair = below[2 * position : 2 * position + 2]
                above[position] = node(*pair) if len(pair) > 1 else pair[0]
        self.changed = set()
        top = self.levels[depth]
        return (top[0] if top else hashlib.sha256(b"").digest()).hex()

    def path(self, position: int) -> Path:
        """The neighbours on the way from a leaf to the root."""
        self.root()
        found: Path = []
        for level in self.levels:
            neighbour = position ^ 1
            if neighbour < len(level):
                side = "left" if neighbour < position else "right"
                found.append((side, level[neighbour].hex()))
            position //= 2
        return found


def follow(digest: bytes, path: Path) -> str:
    """The root in hex to which a path leads from a leaf: the published one, or it is no proof."""
    for side, neighbour in path:
        other = bytes.fromhex(neighbour)
        digest = node(other, digest) if side == "left" else node(digest, other)
    return digest.hex()
