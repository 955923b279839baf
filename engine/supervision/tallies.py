"""What the boards look back on, kept counted: what ended, came in and was closed in a week; what was late on a day.

A job adds a deadline that ended to the tally and marks it in one transaction; a case that came in or was closed
leaves a row that goes when it is added. The boards add what is not counted yet. So the sum is exact at any moment,
however late an act is committed and whenever the job runs.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Date,
    Select,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import FromClause

from engine.cases.models import Case, Stop, Uncounted
from engine.clock import ZONE
from engine.directory import PostView
from engine.supervision.models import Lateness, Tally
from engine.worklist.models import Deadline

BATCH = 2_000
LOOK_BACK = 7  # days over which lateness is compared
_ONE_AT_A_TIME = 7_740_013
_KEY = (Tally.place, Tally.week, Tally.organisation_id)
_NUMBERS = ("ended", "met", "arrived", "settled")
_COLUMNS = [*(column.key for column in _KEY), *_NUMBERS]


class Ended(NamedTuple):
    """The numbers of a week and an organisation (0: of nobody); None: of all of the division above."""

    week: date
    organisation_id: int | None
    ended: int
    met: int
    arrived: int
    settled: int


def add_ended(session: Session, at: datetime) -> int:
    """Add a batch of what ended, came in and was closed to the tally; how many; one worker at a time."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME))):
        return 0
    waiting = select(Deadline.id).where(_is_new()).order_by(Deadline.id).limit(BATCH)
    marked = (update(Deadline).where(Deadline.id.in_(waiting)).values(tallied=True)
              .returning(Deadline.case_id, Deadline.organisation_id, Deadline.stage, Deadline.closed_at,
                         Deadline.due_at).cte("marked"))
    moves = select(Uncounted.case_id, Uncounted.kind).order_by(Uncounted.case_id, Uncounted.kind).limit(BATCH)
    gone = (delete(Uncounted).where(tuple_(Uncounted.case_id, Uncounted.kind).in_(moves))
            .returning(Uncounted.case_id, Uncounted.kind, Uncounted.at).cte("gone"))
    return sum(session.scalar(select(func.count()).select_from(rows).add_cte(_added(counted).cte("added"))) or 0
               for rows, counted in ((marked, _counted(marked)), (gone, _moved(gone))))


def recount(session: Session) -> None:
    """Count everything anew: for what was not written by acts."""
    session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    session.execute(delete(Tally))
    session.execute(delete(Uncounted), execution_options={"synchronize_session": False})
    session.execute(update(Deadline).where(_is_new()).values(tallied=True),
                    execution_options={"synchronize_session": False})
    session.execute(insert(Tally).from_select(_COLUMNS, _truth()))


def wrong_tallies(session: Session) -> tuple[int, list[str]]:
    """(rows checked, what is wrong): the tally is what its deadlines and cases give, no more and no less."""
    truth = _truth().subquery()
    same = and_(*(column == truth.c[column.key] for column in _KEY))
    numbers = [(getattr(Tally, name), truth.c[name]) for name in _NUMBERS]
    both = select(*(func.coalesce(column, truth.c[column.key]) for column in _KEY),
                  func.concat_ws("/", *(kept for kept, _ in numbers)),
                  func.concat_ws("/", *(counted for _, counted in numbers))
                  ).select_from(Tally).join(truth, same, full=True)
    differ = or_(*(kept.is_distinct_from(counted) for kept, counted in numbers))
    checked = session.scalar(select(func.count()).select_from(Tally)) or 0
    found = session.execute(both.where(differ)).all()
    return checked, [f"tally of {row[0]}, week of {row[1]}, organisation {row[2]}: {row[3] or 0} kept, "
                     f"{row[4] or 0} counted" for row in found]


def list_ended(session: Session, post: PostView, since: date) -> list[Ended]:
    """The numbers of the jurisdiction of a post from that week on, up to this moment; and of the division above.

    What is not counted yet belongs to the former alone.
    """
    sums = [func.sum(getattr(Tally, name)).label(name) for name in _NUMBERS]
    own = select(Tally.week, Tally.organisation_id.label("who"), *sums).where(
        Tally.week >= since, *_of_post(post)).group_by(Tally.week, Tally.organisation_id)
    above = select(Tally.week, null().label("who"), *sums).where(
        Tally.week >= since, Tally.place == _above(post)).group_by(Tally.week)
    kept = union_all(own, above).subquery()
    begin = datetime.combine(since, time(), ZONE)
    ended = select(_week(Deadline.closed_at).label("week"), _who(Deadline.organisation_id).label("who"),
                   func.count().label("ended"), _met(Deadline).label("met"), *_zeros("arrived", "settled")).where(
        _is_new(), Deadline.stage != "total", Deadline.closed_at >= begin).group_by("week", "who")
    moved = select(_week(Uncounted.at).label("week"), literal(0).label("who"), *_zeros("ended", "met"),
                   *_kinds(Uncounted)).where(Uncounted.at >= begin).group_by("week")
    fresh = union_all(*(select(*part.subquery().c) for part in ([ended, moved] if _is_centre(post) else [ended])))
    return [Ended(row.week, row.who, int(row.ended), int(row.met), int(row.arrived), int(row.settled))
            for asked in (kept, fresh.subquery()) for row in session.execute(select(asked))]


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
    return (late or 0) if noted and _is_centre(post) else None


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


def _is_centre(post: PostView) -> bool:
    return post.organisation_kind == "centre"


def _above(post: PostView) -> str:
    """The division above that of a post; "" at the top."""
    way = post.path.split(".")
    return way[-2] if len(way) > 1 else ""


def _of_post(post: PostView) -> tuple[Any, ...]:
    """A centre's people look back on their division, others on what their own body did anywhere."""
    if _is_centre(post):
        return (Tally.place == post.division_code,)
    return Tally.place == post.path.split(".")[0], Tally.organisation_id == post.organisation_id


def _truth() -> Select[Any]:
    """The tally as the marked deadlines and the cases that are not uncounted give it."""
    marked = select(Deadline.case_id, Deadline.organisation_id, Deadline.stage, Deadline.closed_at, Deadline.due_at
                    ).where(Deadline.closed_at.is_not(None), Deadline.tallied).subquery()
    moves = union_all(
        select(Case.id.label("case_id"), literal("arrived").label("kind"), Case.opened_at.label("at")),
        select(Case.id, literal("settled"), Case.closed_at).where(Case.closed_at.is_not(None))).subquery()
    waits = exists().where(Uncounted.case_id == moves.c.case_id, Uncounted.kind == moves.c.kind)
    counted = select(moves).where(~waits).subquery()
    every = union_all(_counted(marked), _moved(counted)).subquery()
    keys = [every.c[column.key] for column in _KEY]
    return select(*keys, *(_sum(every.c[name]) for name in _NUMBERS)).group_by(*keys)


def _counted(ended: FromClause) -> Select[Any]:
    """The numbers of deadlines that ended, by place, week and organisation; the total clock is no one's stage."""
    column = ended.c
    return _spread(
        select(Case.path, _week(column.closed_at).label("week"), _who(column.organisation_id).label("who"),
               func.count().label("ended"), _met(column).label("met"), *_zeros("arrived", "settled"))
        .select_from(ended).join(Case, Case.id == column.case_id).where(column.stage != "total")
        .group_by("path", "week", "who"))


def _moved(moves: FromClause) -> Select[Any]:
    """The numbers of cases that came in and were closed, by place and week; they are nobody's."""
    return _spread(
        select(Case.path, _week(moves.c.at).label("week"), literal(0).label("who"), *_zeros("ended", "met"),
               *_kinds(moves.c)).select_from(moves).join(Case, Case.id == moves.c.case_id).group_by("path", "week"))


def _spread(by_path: Select[Any]) -> Select[Any]:
    """These numbers for every division on the way from the city down to the place."""
    found = by_path.subquery()
    place = func.unnest(func.string_to_array(found.c.path, ".")).label("place")
    spread = select(place, found.c.week, found.c.who, *(found.c[name] for name in _NUMBERS)).subquery()
    return select(spread.c.place, spread.c.week, spread.c.who.label("organisation_id"),
                  *(_sum(spread.c[name]) for name in _NUMBERS)
                  ).group_by(spread.c.place, spread.c.week, spread.c.who).order_by("place", "week", "organisation_id")


def _added(counted: Select[Any]) -> Any:
    """The statement that adds these numbers to the tally."""
    put = insert(Tally).from_select(_COLUMNS, counted)
    return put.on_conflict_do_update(index_elements=_KEY, set_={
        name: getattr(Tally, name) + put.excluded[name] for name in _NUMBERS}).returning(literal(1))


def _sum(number: Any) -> Any:
    return cast(func.sum(number), Tally.ended.type).label(number.key)


def _met(of: Any) -> Any:
    return func.count().filter(of.closed_at <= of.due_at)


def _kinds(of: Any) -> list[Any]:
    return [func.count().filter(of.kind == kind).label(kind) for kind in ("arrived", "settled")]


def _zeros(*names: str) -> list[Any]:
    return [literal(0).label(name) for name in names]


def _note(session: Session, day: date) -> None:
    """Late were the cases with a deadline that had passed and was not met, unless their clock stood.

    The row without a place says «noted».
    """
    start = datetime.combine(day, time(), ZONE)
    stood = exists().where(Stop.case_id == Deadline.case_id, Stop.since <= start, or_(
        Stop.until.is_(None), Stop.until > start))
    late = select(Deadline.case_id.label("id")).where(Deadline.due_at < start, or_(
        Deadline.closed_at.is_(None), Deadline.closed_at >= start), ~stood).distinct().subquery()
    by_path = (select(Case.path, func.count().label("late")).join(late, late.c.id == Case.id)
               .group_by(Case.path).subquery())
    place = func.unnest(func.string_to_array(by_path.c.path, ".")).label("place")
    spread = select(place, by_path.c.late).subquery()
    rows = select(spread.c.place, literal(day, Date), cast(func.sum(spread.c.late), Lateness.late.type)
                  ).group_by(spread.c.place)
    keep = insert(Lateness).from_select(["place", "day", "late"], rows).on_conflict_do_nothing()
    session.execute(keep)
    session.execute(insert(Lateness).values(place="", day=day, late=0).on_conflict_do_nothing())
