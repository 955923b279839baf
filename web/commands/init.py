"""`wangge init`: an empty place made ready for its first day of work, without a demo."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from engine import clock, deadlines, demo, founding
from engine.cases import gatekeeping
from engine.db import migrate
from engine.founding import Founded
from engine.library import Pack
from web.commands._files import as_json, tell
from web.place import opened

ROLES = {"system_admin": "系统管理员", "security_admin": "安全管理员", "audit_admin": "审计管理员"}
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("init")
@click.option("--place", help="A place whose divisions and bodies come with the house, such as zhoushan.")
@click.option("--divisions", type=_file, help="Or your own divisions: CSV code,name,level,parent (rules/places).")
@click.option("--prefecture", metavar="CODE", help="Or any prefecture of the nation by its 4 digits, such as 3309.")
@click.option("--county", "counties", multiple=True, metavar="CODE", help="Of it only these counties; may be repeated.")
@click.option("--organisations", type=_file, help="Bodies of your place (YAML as in rules/places); none: centres only.")
@click.option("--office", default="default", show_default=True, help="Office hours of every body (rules/calendars).")
@click.option("--hours", metavar="SPANS", help="Or your own: Monday to Friday, such as 08:30-12:00,14:00-17:30.")
@click.option("--by", help="Who answers for the rules as they are drawn.")
@click.option("--approved-by", help="Who approves them: somebody else.")
@click.option("--without", multiple=True, metavar="PACK", help="Leave out a matching pack of rules; may be repeated.")
@click.option("--system-admin", "system_admin", default=ROLES["system_admin"], help="Name of the system administrator.")
@click.option("--security-admin", "security_admin", default=ROLES["security_admin"], help="Of the security one.")
@click.option("--audit-admin", "audit_admin", default=ROLES["audit_admin"], help="Of the audit one.")
@as_json
def command(place: str | None, divisions: Path | None, prefecture: str | None, counties: tuple[str, ...],
            organisations: Path | None, office: str, hours: str | None, by: str | None, approved_by: str | None,
            without: tuple[str, ...], as_json: bool, **administrators: str) -> None:
    """Make an empty place ready: divisions, bodies, rules in force, matter list, three administrators.

    Rules go into force under two names, --by and --approved-by. The three administrators are three people, for
    they check one another; each gets an account and a random password that is shown here once and nowhere else.

    \b
    wangge init --place zhoushan --by 张三 --approved-by 李四
    wangge init --prefecture 4206 --county 420683 --by 张三 --approved-by 李四
    """
    if sum(given is not None for given in (place, divisions, prefecture)) != 1:
        places = "、".join(founding.known_places())
        raise click.UsageError(f"给出 --place（{places}）、--prefecture 代码 或 --divisions 区划.csv 之一。")
    if not by or not approved_by:
        raise click.UsageError("规则要由两个人负责：写明绘制人 --by 和审批人 --approved-by。")
    typed = _typed(hours) if hours is not None else None
    site = (founding.site_of(prefecture, counties, organisations) if prefecture
            else founding.read_site(place, divisions, organisations))
    packs = founding.matching_packs(site.divisions, without)
    _warn(packs)
    with opened() as here:
        migrate.upgrade(here.url)
        with here.sessions.begin() as session:
            demo.unmark(session.connection())
            try:
                founded = founding.found_place(session, site, packs, by=by, approved_by=approved_by,
                                               administrators=administrators, at=clock.now(),
                                               office=office, hours=typed)
            except gatekeeping.Refused as refused:
                raise click.ClickException(refused.message) from None
            _tell(founded, as_json)  # before the commit: a password that nobody saw opens nothing


def _typed(hours: str) -> dict[str, str]:
    """Hours of Monday to Friday and of make-up workdays as the pages type them."""
    try:
        deadlines.read_spans(hours)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--hours") from None
    return {f"d{place}": hours for place in (0, 1, 2, 3, 4, deadlines.MADE_UP)}


def _warn(packs: tuple[Pack, ...]) -> None:
    today = clock.now().astimezone(clock.ZONE).date()
    for pack in packs:
        if pack.is_expired(today):
            click.echo(f"注意：规则包 {pack.id}《{pack.title}》已于 {pack.until} 到期；"
                       f"不用它请加 --without {pack.id}。", err=True)


def _tell(founded: Founded, as_json: bool) -> None:
    if as_json:
        tell({**asdict(founded), "packs": [pack.id for pack in founded.packs]})
        return
    click.echo(f"区划 {founded.divisions}、单位 {founded.organisations}、流程和决策表 {founded.definitions}"
               f"（{'、'.join(pack.id for pack in founded.packs)}）、事项 {founded.matters}")
    click.echo("三位管理员，初始密码只显示这一次，请当面交给本人，首次登录必须修改：")
    for one in founded.administrators:
        click.echo(f"  {ROLES[one.role]}  {one.name:8} {one.username:16} {one.password}")
