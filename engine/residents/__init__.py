"""The resident's part: report without an account, follow instead of repeating, look it up, rate it."""

from engine.residents.knocking import TooOften, bring_photo, forget_knocks
from engine.residents.looking import LinkUnknown, NotFoundByPhone, Visit, by_link, by_phone, secret_of
from engine.residents.nearby import Nearby, list_nearby, look_around
from engine.residents.places import Spot, find_community, list_communities, list_townships, name_of_township
from engine.residents.rating import AlreadyRated, FollowersDoNotRate, RatingOver, answer
from engine.residents.reaching import reach
from engine.residents.reporting import Filed, follow, report
from engine.residents.standing import STEPS, Asked, Standing, standing_of

__all__ = [
    "STEPS",
    "AlreadyRated",
    "Asked",
    "Filed",
    "FollowersDoNotRate",
    "LinkUnknown",
    "Nearby",
    "NotFoundByPhone",
    "RatingOver",
    "Spot",
    "Standing",
    "TooOften",
    "Visit",
    "answer",
    "bring_photo",
    "by_link",
    "by_phone",
    "find_community",
    "follow",
    "forget_knocks",
    "list_communities",
    "list_nearby",
    "list_townships",
    "look_around",
    "name_of_township",
    "reach",
    "report",
    "secret_of",
    "standing_of",
]
