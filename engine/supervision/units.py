"""The lines of the board: each division right below the reader's, and each organisation beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.directory import Actor, PostView
from engine.directory.models import Division, Organisation


@dataclass(slots=True)
class Unit:
    """A line of the board: a division below the reader's, or an organisation of their own level."""

    key: str
    name: str
    organisations: list[int] = field(default_factory=list)
    late: dict[str, int] = field(default_factory=dict)
    near: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    unaccepted: int = 0
    today: int = 0
    in_time: int = 0
    ended: int = 0

    @property
    def total(self) -> int:
        """Every late case of this line."""
        return sum(self.late.values())

    @property
    def total_near(self) -> int:
        """Every case of this line that is near its due time."""
        return sum(self.near.values())

    def rest(self, columns: Sequence[str]) -> int:
        """Late cases of the classes that have no column of their own."""
        return sum(number for name, number in self.late.items() if name not in columns)

    @property
    def rate(self) -> int | None:
        """Share of the deadlines of eight weeks that were met, in percent; None without any."""
        return percent(self.in_time, self.ended)


def percent(part: int, whole: int) -> int | None:
    """A share in whole percent, never rounded up to all; None of nothing."""
    return None if not whole else 99 if 0 < whole - part and 200 * part >= 199 * whole else round(100 * part / whole)


def post_of(actor: Actor) -> PostView:
    """The post in which somebody reads the board: as supervisor where they are one."""
    return next((each for each in actor.posts if each.role == "supervisor"), actor.posts[0])


def list_units(session: Session, post: PostView) -> dict[str, Unit]:
    """Every line, by key: a division right below the reader's, every other organisation by itself."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, Division.path, Division.name).join(
            Division, Division.code == Organisation.division_code).order_by(Division.path, Organisation.id)).all()
    below = {path: name for _, _, path, name in rows if path.rpartition(".")[0] == post.path}
    found: dict[str, Unit] = {}
    for key, name, path, _ in rows:
        place, said = _line(post.path, path, below, key, name)
        found.setdefault(place, Unit(place, said)).organisations.append(key)
    return found


def _line(top: str, path: str, below: dict[str, str], organisation: int, name: str) -> tuple[str, str]:
    if path.startswith(f"{top}."):
        child = ".".join(path.split(".")[: top.count(".") + 2])
        if child in below:
            return f"d{child.rpartition('.')[2]}", below[child]
    return f"o{organisation}", name
