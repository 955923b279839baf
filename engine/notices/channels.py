"""The channels that lead out of the house: every folder beside this file that has a NAME is one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol, cast
from uuid import UUID

from engine.notices.manners import manners
from engine.settings import Settings

INAPP = "inapp"
Address = Literal["email", "phone"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a channel sends it; `id` is the same at every attempt, so that repeats are recognised.

    `link` is where somebody without an account sees what it is about.
    """

    id: UUID
    kind: str
    address: str
    subject: str
    body: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a letter: sent; to be tried again (not before `after`); or never to be delivered, and why."""

    outcome: Literal["sent", "later", "never"]
    reason: str = ""
    after: timedelta | None = None


SENT = Answer("sent")


class ChannelDown(Exception):
    """Nothing leaves by this channel now, whatever the letter.

    `in_hand`: it broke over the letter at hand, which counts as an attempt of that letter; `after`: how long the
    other side asked us to wait; `is_busy`: the channel works, and has had enough for now.
    """

    def __init__(self, reason: str, in_hand: bool = False, after: timedelta | None = None, is_busy: bool = False
                 ) -> None:
        super().__init__(reason)
        self.reason, self.in_hand, self.after, self.is_busy = reason, in_hand, after, is_busy


class Channel(Protocol):
    """What a channel's folder offers."""

    NAME: str
    TITLE: tuple[str, str]
    ADDRESS: Address

    def configure(self, settings: Settings) -> None:
        """Take what the place knows of this channel."""

    def health(self) -> str:
        """What its settings lack; empty when messages may leave by it."""

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Send letter by letter and say what became of each; raises ChannelDown where nothing leaves."""


CHANNELS: dict[str, Channel] = {}


def discover(path: Iterable[str]) -> Mapping[str, Channel]:
    """The installed channels by name, found in the folders of this room."""
    for found in pkgutil.iter_modules(path):
        module = importlib.import_module(f"engine.notices.{found.name}") if found.ispkg else None
        if module is not None and hasattr(module, "deliver") and module.NAME != INAPP:
            CHANNELS[module.NAME] = cast(Channel, module)
    return CHANNELS


def configure(settings: Settings) -> None:
    """Tell every channel what the place knows of it; raises ValueError for a local setting that says nonsense."""
    global _public_url
    manners()
    _public_url = (settings.public_url or "").rstrip("/")
    for channel in CHANNELS.values():
        channel.configure(settings)


def configured() -> dict[str, Channel]:
    """The channels by which messages may leave."""
    return {name: channel for name, channel in CHANNELS.items() if not channel.health()}


def public_url() -> str:
    """Where readers reach this place; empty where nobody said."""
    return _public_url


_public_url = ""
