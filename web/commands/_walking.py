"""One case up the whole ladder and to its end, as a program outside would do it: over HTTP, on a virtual clock."""

from __future__ import annotations

import logging
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from werkzeug.serving import make_server

from engine import cases, clock, demo
from engine.db import migrate
from engine.demo.photos import demo_photo
from engine.settings import Settings
from web import create_app
from web.place import Place, opened

GRID = "330902002001001"  # a grid of 昌国街道 in 定海区, which runs on the base pack: all five rungs
START = datetime(2026, 9, 28, 9, 0, tzinfo=clock.ZONE)  # the week before the National Day holiday
TIMEOUT = 30
TOKEN_LIFE = timedelta(hours=6)  # less than a token really lives
Step = dict[str, Any]


def walk_once() -> list[Step]:
    """Walk one case in a scratch place; [{at, level, organisation, element, event, due, row}]."""
    with tempfile.TemporaryDirectory(prefix="wangge-walk-") as folder:
        here = Settings(data=Path(folder), demo=True, database_url=None, log_level="error")
        with opened(here) as place:
            migrate.upgrade(place.url)
            with place.sessions.begin() as session:
                demo.build_city(session, START - timedelta(days=1))
            with _served(here, place.url) as address:
                return _Walk(place, address).run()


@contextmanager
def _served(here: Settings, url: str) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(here, url), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Walk:
    """The walker: it logs in as whoever is asked next, and notes what the record and the deadlines then say."""

    def __init__(self, place: Place, address: str) -> None:
        self.place, self.address, self.http = place, address, requests.Session()
        self.tokens: dict[str, tuple[str, str]] = {}
        self.number, self.seen, self.steps = "", 0, list[Step]()

    def run(self) -> list[Step]:
        """Report, climb, handle, check, tell, rate."""
        self._set_clock(START)
        self._report()
        self._let_pass()  # the community does not accept: after twice its limit the case climbs by itself
        self._complete(f"seat.{GRID[:9]}.1", "dispatch", "up", matter="GY0101", urgency="normal", severity="general")
        self._let_pass()  # nor does the county
        self._complete("seat.3309.1", "dispatch", "department", matter="GY0101", urgency="normal",
                       severity="general", organisation="3309-urban_management")
        self._complete("clerk.3309.urban_management.1", "sign", "sign")
        self._advance(timedelta(hours=1))
        clerk = "clerk.3309.urban_management.1"
        self._complete(clerk, "handle_task", "done", result="井盖已更换，现场恢复。", evidence=[self._photo(clerk)])
        self._complete("seat.3309.2", "check", "pass", note="照片与现场一致。")
        self._complete("seat.3309.2", "inform", "told", method="phone", contacted_at=clock.now().isoformat(),
                       note="已电话告知。")
        self._complete("seat.3309.3", "rate", "satisfied", note="处理得快。")
        self.http.close()
        return self.steps

    def _report(self) -> None:
        worker = f"grid_worker.{GRID[:12]}.1"
        answer = self._post(worker, "/cases", {
            "description": "人民中路与解放西路口雨水井盖缺失，已放警示牌。", "origin": "grid_worker",
            "place": {"text": "人民中路与解放西路口", "grid": GRID}, "first_handling": "已放警示牌。",
            "contact": {"name": "演示", "phone": "14400000001"}})
        self.number = answer["number"]
        self._note()

    def _complete(self, who: str, element: str, outcome: str, **values: Any) -> None:
        tasks = self._get(who, f"/cases/{self.number}/tasks")["items"]
        task = next(one for one in tasks if one["element"] == element)
        self._post(who, f"/tasks/{task['id']}/complete",
                   {"outcome": outcome, "values": values, "version": task["version"]})
        self._note()

    def _photo(self, who: str) -> str:
        content = demo_photo("办理后", 1)
        answer = self.http.post(f"{self.address}/attachments", headers=self._headers(who), timeout=TIMEOUT,
                                data={"kind": "after"}, files={"photo": ("after.jpg", content, "image/jpeg")})
        _require(answer)
        return str(answer.json()["key"])

    # the clock --------------------------------------------------------------------------------------------------
    def _let_pass(self) -> None:
        """Nobody does anything until the case has left this level."""
        level = self._level()
        while self._level() == level:
            with self.place.sessions() as session:
                due = cases.next_due(session)
            if due is None:
                raise RuntimeError("nothing is due any more, and the case has not moved")
            self._set_clock(due)

    def _set_clock(self, moment: datetime) -> None:
        ahead = moment - (clock.now() - clock.offset())
        self.place.settings.clock_file.write_text(str(ahead.total_seconds()), encoding="ascii")
        self._work()

    def _advance(self, by: timedelta) -> None:
        clock.advance(by)
        self._work()

    def _work(self) -> None:
        while True:
            with self.place.sessions.begin() as session:
                if cases.advance_one(session, clock.now()) is None:
                    break
        self._note()

    # what is seen -------------------------------------------------------------------------------------------------
    def _note(self) -> None:
        """Write down every entry that is new, with the deadline that runs after it."""
        if not self.number:
            return
        watcher = "supervisor.3309.1"
        entries = self._get(watcher, f"/cases/{self.number}/entries?cursor={self.seen}")["items"]
        case = self._get(watcher, f"/cases/{self.number}")
        running = [one for one in self._get(watcher, f"/cases/{self.number}/deadlines")["items"]
                   if one["state"] != "met" and not one["closed_at"]]
        first = min(running, key=lambda one: (one["task"] is None, str(one["due_at"])), default=None)
        for entry in entries:
            self.seen = entry["seq"]
            self.steps.append({
                "at": entry["at"], "level": case["level"], "organisation": case["holder"]["name"],
                "element": entry["element"] or entry["verb"], "event": _event(entry),
                "due": first["due_at"] if first else None, "row": _row(first) if first else None})

    def _level(self) -> str:
        return str(self._get("supervisor.3309.1", f"/cases/{self.number}")["level"])

    # HTTP -----------------------------------------------------------------------------------------------------------
    def _headers(self, who: str) -> dict[str, str]:
        """The walker logs in anew when the clock has run past the token."""
        token, until = self.tokens.get(who, ("", ""))
        if clock.now().isoformat() >= until:
            answer = self.http.post(f"{self.address}/tokens", timeout=TIMEOUT,
                                    json={"username": who, "password": demo.PASSWORD})
            _require(answer)
            token = answer.json()["token"]
            until = (clock.now() + TOKEN_LIFE).isoformat()
            self.tokens[who] = token, until
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}

    def _get(self, who: str, path: str) -> Any:
        answer = self.http.get(self.address + path, headers=self._headers(who), timeout=TIMEOUT)
        _require(answer)
        return answer.json()

    def _post(self, who: str, path: str, body: dict[str, Any]) -> Any:
        answer = self.http.post(self.address + path, headers=self._headers(who), json=body, timeout=TIMEOUT)
        _require(answer)
        return answer.json()


def _require(answer: requests.Response) -> None:
    if not answer.ok:
        raise RuntimeError(f"{answer.request.method} {answer.request.path_url}: {answer.status_code} {answer.text}")


def _event(entry: dict[str, Any]) -> str:
    facts = entry["facts"]
    if entry["verb"] == "timer":
        return f"时钟：{entry['element']}"
    return f"{facts.get('task') or entry['verb']}" + (f"：{facts['outcome']}" if facts.get("outcome") else "")


def _row(deadline: dict[str, Any]) -> str:
    return (f"{deadline['stage']}: {deadline['limit']}, {deadline['pack']}/{deadline['table']} v{deadline['version']} "
            f"row {deadline['row']}, {deadline['article']}")
