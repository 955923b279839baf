"""What the boards look back on, kept counted: deadlines that ended in a week, cases that were late on a day.

A job adds a deadline that ended to the tally and marks it in one transaction; the boards add what is not marked
yet. So the sum is exact at any moment, however late an act is committed and whenever the job runs.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Select, and_, cast, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import FromClause

from engine.cases.models import Case
from engine.clock import ZONE
from engine.directory import PostView
from engine.supervision.models import Lateness, Tally
from engine.worklist.models import Deadline

BATCH = 2_000
LOOK_BACK = 7  # days over which lateness is compared
_ONE_AT_A_TIME = 7_740_013
_KEY = (Tally.place, Tally.week, Tally.organisation_id)
_COLUMNS = [*(column.key for column in _KEY), "ended", "met"]
Row = tuple[date, int, int, int]


def add_ended(session: Session, at: datetime) -> int:
    """Add a batch of deadlines that ended to the tally and mark them; how many; one worker at a time."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME))):
        return 0
    waiting = select(Deadline.id).where(_is_new()).order_by(Deadline.id).limit(BATCH)
    marked = (update(Deadline).where(Deadline.id.in_(waiting)).values(tallied=True)
              .returning(Deadline.case_id, Deadline.organisation_id, Deadline.stage, Deadline.closed_at,
                         Deadline.due_at).cte("marked"))
    put = insert(Tally).from_select(_COLUMNS, _counted(marked).order_by("place", "week", "organisation_id"))
    added = put.on_conflict_do_update(index_elements=_KEY, set_={
        "ended": Tally.ended + put.excluded.ended, "met": Tally.met + put.excluded.met})
    done = select(func.count()).select_from(marked).add_cte(added.cte("added"))
    return session.scalar(done) or 0


def recount(session: Session) -> None:
    """Count everything anew: for what was not written by acts."""
    session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    session.execute(delete(Tally))
    session.execute(update(Deadline).where(_is_new()).values(tallied=True),
                    execution_options={"synchronize_session": False})
    session.execute(insert(Tally).from_select(_COLUMNS, _truth()))


def wrong_tallies(session: Session) -> tuple[int, list[str]]:
    """(rows checked, what is wrong): the tally is what its deadlines give, no more and no less."""
    truth = _truth().subquery()
    same = and_(*(column == truth.c[column.key] for column in _KEY))
    both = select(func.coalesce(Tally.place, truth.c.place), func.coalesce(Tally.week, truth.c.week),
                  func.coalesce(Tally.organisation_id, truth.c.organisation_id), Tally.ended, truth.c.ended
                  ).select_from(Tally).join(truth, same, full=True)
    differ = or_(Tally.ended.is_distinct_from(truth.c.ended), Tally.met.is_distinct_from(truth.c.met))
    checked = session.scalar(select(func.count()).select_from(Tally)) or 0
    return checked, [f"tally of {place}, week of {week}, organisation {who}: {kept} kept, {counted} counted"
                     for place, week, who, kept, counted in session.execute(both.where(differ))]


def list_ended(session: Session, post: PostView, since: date) -> list[Row]:
    """(week, organisation, ended, met) of the jurisdiction of a post, from that week on; up to this moment."""
    kept = select(Tally.week, Tally.organisation_id, func.sum(Tally.ended), func.sum(Tally.met)).where(
        Tally.week >= since, *_of_post(post)).group_by(Tally.week, Tally.organisation_id)
    fresh = select(_week(Deadline.closed_at).label("week"), _who(Deadline.organisation_id).label("who"), func.count(),
                   func.count().filter(Deadline.closed_at <= Deadline.due_at)
                   ).where(_is_new(), Deadline.stage != "total", Deadline.closed_at >= datetime.combine(
                       since, time(), ZONE)).group_by("week", "who")
    return [(week, who, int(ended), int(met)) for asked in (kept, fresh)
            for week, who, ended, met in session.execute(asked)]


def note_lateness(session: Session, at: datetime) -> int:
    """Note how many cases of each division were late when the office's day began, once a day, and the days missed."""
    today = at.astimezone(ZONE).date()
    wanted = [today - timedelta(days=back) for back in range(LOOK_BACK, -1, -1)]
    noted = set(session.scalars(select(Lateness.day).where(Lateness.day >= wanted[0]).distinct()))
    missing = [day for day in wanted if day not in noted]
    for day in missing:
        _note(session, day)
    return len(missing)


def late_before(session: Session, post: PostView, at: datetime) -> int | None:
    """How many cases of a centre's division were late a week ago, as that day began; None where nobody noted it."""
    day = at.astimezone(ZONE).date() - timedelta(days=LOOK_BACK)
    own = func.max(Lateness.late).filter(Lateness.place == post.division_code)
    late, noted = session.execute(select(own, func.count()).where(Lateness.day == day)).one()
    return (late or 0) if noted and post.organisation_kind == "centre" else None


def monday(at: datetime) -> date:
    """The day on which the office's week began."""
    day = at.astimezone(ZONE).date()
    return day - timedelta(days=day.weekday())


def _is_new() -> Any:
    return and_(Deadline.closed_at.is_not(None), ~Deadline.tallied)


def _week(moment: Any) -> Any:
    return cast(func.date_trunc("week", func.timezone(ZONE.key, moment)), Date)


def _who(organisation_id: Any) -> Any:
    return func.coalesce(organisation_id, 0)


def _of_post(post: PostView) -> tuple[Any, ...]:
    """A centre's people look back on their division, others on what their own body did anywhere."""
    if post.organisation_kind == "centre":
        return (Tally.place == post.division_code,)
    return Tally.place == post.path.split(".")[0], Tally.organisation_id == post.organisation_id


def _truth() -> Select[Any]:
    """The tally as the marked deadlines give it."""
    marked = select(Deadline.case_id, Deadline.organisation_id, Deadline.stage, Deadline.closed_at, Deadline.due_at
                    ).where(Deadline.closed_at.is_not(None), Deadline.tallied).subquery()
    return _counted(marked)


def _counted(ended: FromClause) -> Select[Any]:
    """(place, week, organisation, ended, met) of deadlines that ended; the total clock is no one's stage."""
    column = ended.c
    by_path = (select(Case.path, _week(column.closed_at).label("week"), _who(column.organisation_id).label("who"),
                      func.count().label("ended"), func.count().filter(column.closed_at <= column.due_at).label("met"))
               .select_from(ended).join(Case, Case.id == column.case_id).where(column.stage != "total")
               .group_by("path", "week", "who").subquery())
    place = func.unnest(func.string_to_array(by_path.c.path, ".")).label("place")
    spread = select(place, by_path.c.week, by_path.c.who, by_path.c.ended, by_path.c.met).subquery()
    return select(spread.c.place, spread.c.week, spread.c.who.label("organisation_id"),
                  cast(func.sum(spread.c.ended), Tally.ended.type).label("ended"),
                  cast(func.sum(spread.c.met), Tally.met.type).label("met")
                  ).group_by(spread.c.place, spread.c.week, spread.c.who)


def _note(session: Session, day: date) -> None:
    """Late were the cases with a deadline that had passed and was not met; the row without a place says «noted»."""
    start = datetime.combine(day, time(), ZONE)
    late = select(Deadline.case_id.label("id")).where(Deadline.due_at < start, or_(
        Deadline.closed_at.is_(None), Deadline.closed_at >= start)).distinct().subquery()
    by_path = (select(Case.path, func.count().label("late")).join(late, late.c.id == Case.id)
               .group_by(Case.path).subquery())
    place = func.unnest(func.string_to_array(by_path.c.path, ".")).label("place")
    spread = select(place, by_path.c.late).subquery()
    rows = select(spread.c.place, literal(day, Date), cast(func.sum(spread.c.late), Lateness.late.type)
                  ).group_by(spread.c.place)
    keep = insert(Lateness).from_select(["place", "day", "late"], rows).on_conflict_do_nothing()
    session.execute(keep)
    session.execute(insert(Lateness).values(place="", day=day, late=0).on_conflict_do_nothing())
