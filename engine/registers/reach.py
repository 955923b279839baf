"""How far an administrator's hand reaches: to people who hold no post outside the administrator's own division."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.directory import held, is_within
from engine.directory.models import Account, Division, Organisation, Person, Post


def beyond(session: Session, person_ids: Collection[int], top: str, at: datetime, past: bool = True) -> dict[int, str]:
    """Of these people those whom an administrator of `top` (a path; "" is everywhere) does not change: {id: body}.

    They hold a post elsewhere, now or from a day to come; with `past`, also those who only ever held posts elsewhere.
    """
    if not top or not person_ids:
        return {}
    outside = ~is_within(Division.path, top)
    running = sa.or_(Post.valid_to.is_(None), Post.valid_to > at)
    elsewhere = sa.func.bool_or(sa.and_(outside, running))
    asked = (sa.select(Post.person_id, sa.func.max(Organisation.name).filter(outside))
             .join(Organisation, Organisation.id == Post.organisation_id)
             .join(Division, Division.code == Organisation.division_code)
             .where(Post.person_id.in_(list(person_ids))).group_by(Post.person_id)
             .having(sa.or_(elsewhere, sa.func.bool_and(outside)) if past else elsewhere))
    return {person_id: body for person_id, body in session.execute(asked)}


def is_another_over(session: Session, role: str, path: str, leaving: Sequence[int], at: datetime) -> bool:
    """Whether somebody not of these people, who can log in, holds an administrator's role at or above a division."""
    ways = path.split(".")
    above = [".".join(ways[:length]) for length in range(1, len(ways) + 1)]
    others = (sa.select(Post.id).join(Person, Person.id == Post.person_id)
              .join(Account, Account.person_id == Post.person_id)
              .join(Organisation, Organisation.id == Post.organisation_id)
              .join(Division, Division.code == Organisation.division_code)
              .where(Post.role == role, Post.person_id.not_in(leaving), Account.is_enabled, held(Post, at),
                     Division.path.in_(above), sa.or_(Person.left_at.is_(None), Person.left_at > at)))
    return session.scalar(others.limit(1)) is not None
