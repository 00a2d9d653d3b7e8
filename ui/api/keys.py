"""API keys, where the operator has set any. There is no default key.

Keys are compared by their hashes in constant time, all of them each time: the time taken tells nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import SecretStr

BEARER = HTTPBearer(auto_error=False, description="A key that the operator gave you, where keys are needed.")
HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same, in a header of its own.")


@dataclass(frozen=True)
class Keys:
    """The keys of which a request needs one; without any, everybody may ask.

    Attributes:
        hashes: SHA-256 of each.
    """

    hashes: tuple[bytes, ...]

    @classmethod
    def of(cls, secrets: Sequence[SecretStr]) -> Keys:
        """Make it of the keys themselves."""
        return cls(tuple(_hash(each.get_secret_value()) for each in secrets))

    def admit(self, key: str | None) -> bool:
        """Whether a request with this key may go on."""
        if not self.hashes:
            return True
        given = _hash(key or "")
        return any([hmac.compare_digest(given, each) for each in self.hashes])  # noqa: C419  (all of them, always)


def name_of(key: str) -> str:
    """What a key is called where it must not be shown."""
    return _hash(key).hex()[:16]


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
