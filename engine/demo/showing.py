"""The few accounts of the demo city with which a newcomer sees everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from engine import directory

TOWN = "330921100"  # 高亭镇 of 岱山县: runs by Daishan's own text
BASE_COMMUNITY = "330902002"  # 昌国街道 of 定海区: runs on the base pack, whose first hop is the community
SHOWN = (
    f"seat.{TOWN}.1", f"grid_worker.{TOWN}", f"clerk.{TOWN}.enforcement.1", f"supervisor.{TOWN[:6]}.1",
    f"seat.{TOWN[:6]}.1", f"seat.{BASE_COMMUNITY}", "seat.3309.1", "supervisor.3309.1", "designer.3309.1",
    "system_admin.3309.1", "security_admin.3309.1", "audit_admin.3309.1",
)


def showcase(session: Session, at: datetime) -> list[directory.LogInOf]:
    """One account of each role and level, in the order in which one would try them."""
    everybody = directory.list_log_ins(session, at)
    return list(_chosen({one.username: one for one in everybody}))


def _chosen(accounts: dict[str, directory.LogInOf]) -> Iterator[directory.LogInOf]:
    for wanted in SHOWN:
        found = accounts.get(wanted) or next(
            (accounts[name] for name in sorted(accounts) if name.startswith(wanted) and name != wanted), None)
        if found is not None:
            yield found
