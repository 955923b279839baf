"""An act asked twice under one key happens once: the first answer is kept with it and given again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.cases.models import Answered
from engine.cases.recording import RECORDED
from engine.db.hydrating import Question, ask_together
from engine.db.pipelines import Answers, put_ahead
from engine.errors import Invalid, NotFound

KEPT = timedelta(days=30)
LONGEST_KEY = 255
_WAIT = "SELECT pg_advisory_xact_lock(%(lock)s)"
_FIND = """
WITH outdated AS (DELETE FROM answered WHERE account_id = %(account)s AND key = %(key)s AND at <= %(until)s)
SELECT to_jsonb(a)::text FROM answered a WHERE account_id = %(account)s AND key = %(key)s AND at > %(until)s
"""


class IdempotencyMismatch(Invalid):
    """这个 Idempotency-Key 已经用于另一个请求。"""

    code = "idempotency_mismatch"


class KeyInvalid(Invalid):
    """Idempotency-Key 应为 1 至 255 个可见字符。"""

    code = "key_invalid"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: an HTTP-like status, and the body as plain values."""

    status: int
    body: dict[str, Any]


class AnsweredBefore(Exception):
    """The act was done under this key already; `answer` is what was said then."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def find_answer(session: Session, account_id: int, key: str, request_hash: str, at: datetime) -> Answer | None:
    """The first answer under this account's key, or None when the act is still to be done.

    Whoever asks second waits for the first one's commit or rollback. Raises IdempotencyMismatch when the key
    belongs to another request, KeyInvalid for one that is empty, too long or not printable.
    """
    questions = _questions(account_id, key, at)
    return _answer_of(ask_together(session, *questions)[1], request_hash)


def look_ahead(session: Session, account_id: int, key: str, request_hash: str, at: datetime) -> None:
    """Let `find_answer` travel with the session's first question, which raises AnsweredBefore for what it finds."""
    def judge(answers: Answers) -> None:
        if (answer := _answer_of(answers[1], request_hash)) is not None:
            raise AnsweredBefore(answer)

    put_ahead(session, _questions(account_id, key, at), judge)


def _questions(account_id: int, key: str, at: datetime) -> tuple[Question, Question]:
    kept_key = _kept(key)
    asked = {"lock": _lock_number(account_id, kept_key), "account": account_id, "key": kept_key,
             "until": at - KEPT}
    return (_WAIT, asked), (_FIND, asked)


def _answer_of(row: bytes | None, request_hash: str) -> Answer | None:
    if row is None:
        return None
    found = orjson.loads(row)
    if found["request_hash"] != request_hash:
        raise IdempotencyMismatch
    return Answer(found["status"], found["body"])


def get_answer(session: Session, account_id: int, key: str) -> Answer:
    """What was answered under this key, to whichever request; raises NotFound."""
    found = session.scalars(
        sa.select(Answered).where(Answered.account_id == account_id, Answered.key == _kept(key))
    ).first()
    if found is None:
        raise NotFound()
    return Answer(found.status, found.body)


def keep_answer(session: Session, account_id: int, key: str, request_hash: str, answer: Answer, at: datetime) -> None:
    """Keep the answer in the transaction of its act, with the entry that it acknowledges: all are there, or none."""
    case_id, seq = session.info.pop(RECORDED, (None, None))
    session.add(
        Answered(
            account_id=account_id,
            key=_kept(key),
            request_hash=request_hash,
            case_id=case_id,
            seq=seq,
            status=answer.status,
            body=answer.body,
            at=at,
        )
    )


def forget_answers(session: Session, at: datetime) -> int:
    """Delete the answers that nobody may ask for any more, and say how many."""
    old = sa.delete(Answered).where(Answered.at <= at - KEPT).returning(Answered.key)
    return len(session.scalars(old).all())


def _kept(key: str) -> str:
    """The key as it is stored: its hash, so that a long one fits and a telling one tells nothing."""
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise KeyInvalid(fields={"Idempotency-Key": [(KeyInvalid.__doc__ or "").strip()]})
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _lock_number(account_id: int, kept_key: str) -> int:
    digest = hashlib.sha256(f"{account_id} {kept_key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
