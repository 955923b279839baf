"""登记联系、登记评价: each attempt to tell the reporter is a row of its own, each rating says how it came (E15)."""

from __future__ import annotations

from engine import directory, notices
from engine.cases import callbacks, sealing
from engine.cases.act import Act
from engine.cases.errors import ActInvalid
from engine.cases.models import ContactRecord, Rating


def note_attempt(act: Act, method: str, result: str, words: str = "") -> ContactRecord:
    """Keep an attempt; one by a channel of ours that does not work now does not count."""
    carried = is_carried(act, method)
    row = ContactRecord(
        case_id=act.case.id, at=act.at, by=act.actor.label, method=method, result=result, round=act.case.reopened,
        counts=carried and result != "channel_down",
        sealed=sealing.seal_bytes(words.encode(), act.case.number) if words else None)
    act.session.add(row)
    act.notes |= {"method": method, "result": result} | ({} if row.counts else {"counts": False})
    return row


def is_carried(act: Act, method: str) -> bool:
    """Whether what goes in this way gets there now; older releases do not ask."""
    return not callbacks.has_tables(act.pins) or callbacks.is_carried(act.session, act.pins, method, act.at)


def words_of(row: ContactRecord, number: str) -> str:
    """What was noted of an attempt; "" where nothing was."""
    return sealing.open_sealed(row.sealed, number).decode() if row.sealed else ""


def tell(act: Act, method: str) -> None:
    """已告知: the reporter was told in this way; ActInvalid where the channel that carries it is down."""
    if not is_carried(act, method):
        raise ActInvalid(fields={"method": ["这条通道现在发不出去，不能算已告知。请打电话或者上门。"]})
    note_attempt(act, method, "reached")
    _send(act, method)
    act.case.told_at = act.at


def _send(act: Act, method: str) -> None:
    """Where this way goes by a channel of ours, the reporter gets the number and their link by it; never the result."""
    carrier = callbacks.way_of(act.pins, method).carrier if callbacks.has_tables(act.pins) else ""
    if carrier:
        notices.put_stranger(act.session, case_id=act.case.id, channel=carrier, kind="result", at=act.at,
                             subject=f"您反映的 {act.case.number} 已有结果，请查看并评价")


def give_up(act: Act) -> None:
    """联系不上: ActInvalid, naming what is missing, before the attempts suffice. Source: a local setting."""
    rules = callbacks.rules_of(act.pins, act.case.urgency)
    act.ask("callback", {"urgency": act.case.urgency})
    attempts = callbacks.list_attempts(act.session, act.case)
    down = callbacks.down_for(act.session, act.case.id, attempts, act.pins, act.at)
    found = callbacks.tried(attempts, act.pins, act.case.urgency, act.at, down)
    if not found.may_give_up:
        ways = "，要换一种方式" if found.is_one_way else ""
        raise ActInvalid(fields={"outcome": [
            f"至少联系 {rules.attempts} 次、用 {rules.channels} 种方式、首末相隔 {_minutes(rules)} 分钟，"
            f"才能记为联系不上；还需 {found.more} 次{ways}。"]})
    act.notes["attempts"] = found.counted


def _minutes(rules: callbacks.Rules) -> int:
    return int(rules.apart.total_seconds() // 60)


def note_rating(act: Act, rating: str) -> None:
    """Keep a rating with the way in which it came."""
    if rating == "unreasonable":
        channel = "set_aside"
    elif act.actor == directory.RESIDENT:
        channel = "link"
    else:
        channel = str(act.form.get("method") or "phone")
    act.session.add(Rating(case_id=act.case.id, round=act.case.reopened, at=act.at, by=act.actor.label, rating=rating,
                           channel=channel))
    act.notes["rated_by"] = channel
