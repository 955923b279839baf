"""The resident's name and phone: sealed at rest, masked in lists, found by hash only."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from dataclasses import dataclass

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_key: bytes | None = None


def use_key(secret: str) -> None:
    """Derive the sealing key from the house's secret; called once at start by the edge."""
    global _key
    _key = hashlib.sha256(b"wangge/contact|" + secret.encode()).digest()


def _required() -> bytes:
    if _key is None:
        raise RuntimeError("the sealing key is not set: call sealing.use_key at start")
    return _key


@dataclass(frozen=True, slots=True)
class Resident:
    """Whom to tell: a name and a phone, either may be empty."""

    name: str
    phone: str

    @property
    def masked(self) -> str:
        """«张** 138****2207»: what lists and pages show."""
        name = f"{self.name[:1]}**" if self.name else ""
        phone = f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 8 else ""
        return " ".join(part for part in (name, phone) if part)


def seal(resident: Resident, case_number: str) -> bytes:
    """AES-256-GCM over name and phone, bound to the case number."""
    nonce = os.urandom(12)
    plain = orjson.dumps([resident.name, resident.phone])
    return nonce + AESGCM(_required()).encrypt(nonce, plain, case_number.encode())


def unseal(sealed: bytes, case_number: str) -> Resident:
    """The name and phone; raises cryptography's InvalidTag when the row was moved to another case."""
    plain = AESGCM(_required()).decrypt(sealed[:12], sealed[12:], case_number.encode())
    name, phone = orjson.loads(plain)
    return Resident(name, phone)


def seal_bytes(plain: bytes, bound_to: str) -> bytes:
    """AES-256-GCM over these bytes, bound to what they belong to."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_required()).encrypt(nonce, plain, bound_to.encode())


def open_sealed(sealed: bytes, bound_to: str) -> bytes:
    """The bytes; raises cryptography's InvalidTag when they belong to something else."""
    return AESGCM(_required()).decrypt(sealed[:12], sealed[12:], bound_to.encode())


def phone_hash(phone: str) -> str:
    """A keyed hash by which the same phone is recognised without being read, however it was spaced."""
    return keyed(re.sub(r"[\s()-]", "", phone).removeprefix("+86")).hex()


def keyed(text: str) -> bytes:
    """32 bytes that only this house can make of a text: what a secret link is proved by."""
    return hmac.digest(_required(), text.encode(), hashlib.sha256)
