"""Who may do an act without a task: by their posts, by their part in the case, and by the table `requests`."""

from __future__ import annotations

from collections.abc import Callable

from engine.cases import asking, calling_back, requests
from engine.cases.act import Act
from engine.cases.clocks import list_open
from engine.cases.errors import ActNotAllowed
from engine.worklist.models import Deadline


def _posts_over(act: Act, organisation_id: int | None, *roles: str) -> bool:
    """The actor has such a post at the organisation, or at a centre whose division contains it."""
    if organisation_id is None:
        return False
    path = act.organisation(organisation_id).division.path
    return any(
        post.role in roles
        and (
            post.organisation_id == organisation_id
            or (post.organisation_kind == "centre" and f"{path}.".startswith(f"{post.path}."))
        )
        for post in act.actor.posts
    )


def follows(act: Act) -> bool:
    """The reporting worker, a centre that holds or supervises it, or one that held it (E15)."""
    own = act.case.reporter_id is not None and act.case.reporter_id == act.actor.person_id
    return own or act.actor.has("seat", "supervisor")


def supervises(act: Act) -> bool:
    """A supervisor or seat of the centre that holds it, or of one above."""
    return _posts_over(act, act.case.holder_id, "supervisor", "seat")


def dispatched(act: Act) -> bool:
    """The centre that dispatched, never the unit that asks."""
    return _posts_over(act, act.case.dispatcher_id or act.case.holder_id, "seat") and not _is_handler(act)


def decides(kind: str) -> Callable[[Act], bool]:
    """Extension and hold without being asked: whoever decides by the table, at least when it is the first."""
    def may(act: Act) -> bool:
        first = asking.rule(act, kind, asking.capacity_of(act), None, 0)
        return _posts_over_above(act) if first.is_above else dispatched(act)

    return may


def _posts_over_above(act: Act) -> bool:
    above = act.centre_above(act.holder) or act.holder
    return _posts_over(act, above.id, "seat")


def _is_handler(act: Act) -> bool:
    return act.case.handler_id in act.actor.organisation_ids() and act.case.handler_id not in (
        act.case.dispatcher_id,
        act.case.holder_id,
    )


def works(act: Act) -> bool:
    """Whoever works at the desk of an organisation that may have been asked."""
    return act.actor.has("seat", "clerk")


def handles(act: Act) -> bool:
    """The unit that handles it, or who supervises it."""
    return act.case.handler_id in act.actor.organisation_ids() or supervises(act)


def calls_back(act: Act) -> bool:
    """A seat of the centre that holds it or of one above, or the worker of its grid."""
    return _posts_over(act, act.case.holder_id, "seat") or calling_back.is_worker_of(act)


def is_asker(act: Act) -> bool:
    """Whoever works on it for the unit that handles it, or for a co-handler; the table says whether they may ask."""
    return asking.find_asker(act) is not None


def ruled(kind: str) -> Callable[[Act], asking.Ruling]:
    """What the table says to the actor before anything is typed."""
    def say(act: Act) -> asking.Ruling:
        asker = asking.get_asker(act)
        deadline = asking.deadline_of_work(act, asker.organisation_id)
        return asking.rule(act, kind, asker.capacity, deadline, requests.granted_before(act, kind))

    return say


def ruled_unasked(kind: str) -> Callable[[Act], asking.Ruling]:
    """What the table says to a centre that grants without being asked: the rule of the act and of its button."""
    def say(act: Act) -> asking.Ruling:
        deadline = extendable(act) if kind == "extension" else min(
            list_open(act), key=lambda one: one.due_at, default=None)
        return asking.rule(act, kind, asking.capacity_of(act), deadline, requests.granted_before(act, kind))

    return say


def extendable(act: Act) -> Deadline | None:
    """The deadline that a centre extends without being asked: of the work that is due first; None where none is."""
    running = [one for one in list_open(act) if one.task_id is not None]
    return min(running, key=lambda one: one.due_at, default=None)


def is_for_another(act: Act, ruling: asking.Ruling) -> bool:
    """Whether this one is for the level above to grant, where the actor has no seat."""
    return ruling.is_above and not _posts_over_above(act)


def require_decider(act: Act, kind: str) -> None:
    """ActUnavailable where the table lets nobody have it now, ActNotAllowed where the level above decides."""
    ruling = ruled_unasked(kind)(act)
    ruling.require()
    if is_for_another(act, ruling):
        raise ActNotAllowed("这一次由上一级决定。")
