"""People at work over HTTP: they ask again under the same key until they are answered, and keep every answer."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
import sqlalchemy as sa

from engine import clock, directory
from engine.audit.models import Entry
from engine.cases.models import Case
from engine.directory.models import Account
from tests import town
from tests.storms.house import House

GIVE_UP, TIMEOUT = 240.0, 60.0  # seconds for an answer with all its repetitions, and for one
WAYS = {
    "verify": ("confirmed",), "dispatch": ("own", "department", "department", "up", "answer"),
    "sign": ("sign", "sign", "sign", "return"), "decide_return": ("accept", "reject"),
    "check": ("pass", "pass", "pass", "rework"), "inform": ("told",), "rate": ("satisfied", "basic", "dissatisfied"),
}
PASSING = frozenset({401, 502, 503})


@dataclass(frozen=True)
class Done:
    """An act that was acknowledged: what was asked under which key, and the answer word for word."""

    key: str
    who: str
    path: str
    body: dict[str, Any]
    answer: bytes
    case: str
    entry: int
    at: float


@dataclass
class Ledger:
    """What everybody was told in one storm, from the cases after `since` on; shared by all threads."""

    since: int = 0
    done: list[Done] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    repeated: int = 0
    unheard: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def opened(cls, house: House) -> Ledger:
        """An empty ledger for what happens in this house from now on."""
        with house.session() as session:
            return cls(session.scalar(sa.select(sa.func.max(Case.id))) or 0)

    def heard(self, status: int, text: str) -> None:
        """Count an answer; one that a person should never see is kept."""
        with self.lock:
            self.statuses[status] += 1
            if status >= 500 and status not in PASSING:
                self.unheard.append(f"{status} {text[:300]}")

    def acknowledged(self, done: Done) -> None:
        """Keep an act that was acknowledged."""
        with self.lock:
            self.done.append(done)

    def longest_silence(self, since: list[float]) -> float:
        """The longest time from one of these moments to the next acknowledged act."""
        times = sorted(one.at for one in self.done)
        gaps = [min((moment - start for moment in times if moment > start), default=0.0) for start in since]
        return max(gaps, default=0.0)


class Crowd:
    """One thread's people: everybody of the town, each with a token."""

    def __init__(self, house: House, ledger: Ledger, seed: int) -> None:
        self.house, self.ledger, self.chance = house, ledger, random.Random(seed)
        self.http = requests.Session()
        self.tokens: dict[str, str] = {}

    # asking -----------------------------------------------------------------------------------------------------
    def ask(self, who: str, method: str, path: str, key: str | None = None, **options: Any) -> requests.Response:
        """One request, asked again until it is answered; 503 and a broken connection are no answers."""
        until = clock.stopwatch() + GIVE_UP
        while True:
            try:
                headers = {"Authorization": f"Bearer {self._token(who)}", **({"Idempotency-Key": key} if key else {})}
                answer = self.http.request(method, self.house.address + path, headers=headers, timeout=TIMEOUT,
                                           **options)
                self.ledger.heard(answer.status_code, answer.text)
                if answer.status_code == 503:
                    assert int(answer.headers["Retry-After"]) > 0
                if answer.status_code not in PASSING:
                    return answer
                if answer.status_code == 401:
                    self.tokens.pop(who, None)
            except (requests.RequestException, sa.exc.OperationalError, sa.exc.InterfaceError):
                with self.ledger.lock:
                    self.ledger.broken += 1
            assert clock.stopwatch() < until, f"nobody answers {who}: {method} {path}; {self.house.said()}"
            time.sleep(0.1)

    def _token(self, who: str) -> str:
        """A log-in made beside the door: what is stormed are acts, not passwords."""
        if who not in self.tokens:
            with self.house.session() as session, session.begin():
                account = session.scalars(sa.select(Account.id).where(Account.username == who)).one()
                self.tokens[who] = directory.open_session(session, account, "token", clock.now()).secret
        return self.tokens[who]

    def enter(self, *people: str) -> None:
        """Log these people in before the storm."""
        for who in people:
            self._token(who)

    def post(self, who: str, path: str, body: dict[str, Any], key: str = "") -> requests.Response:
        """An act under a key; acknowledged, it goes into the ledger, and now and then it is asked once more."""
        key = key or uuid.UUID(int=self.chance.getrandbits(128)).hex
        answer = self.ask(who, "POST", path, key, json=body)
        if answer.ok:
            told = answer.json()
            case, entry = (told["number"], 1) if path == "/cases" else (told["case"], told["entry"])
            self.ledger.acknowledged(Done(key, who, path, body, answer.content, case, entry, clock.stopwatch()))
            if self.chance.random() < 0.15:
                again = self.ask(who, "POST", path, key, json=body)
                assert (again.status_code, again.content) == (answer.status_code, answer.content)
                with self.ledger.lock:
                    self.ledger.repeated += 1
        return answer

    def once(self, who: str, path: str, body: dict[str, Any], key: str) -> requests.Response | None:
        """An act under a key, asked once; acknowledged, it goes into the ledger. None where nobody answers."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": key}
        try:
            answer = self.http.post(self.house.address + path, headers=headers, timeout=TIMEOUT, json=body)
        except requests.RequestException:
            with self.ledger.lock:
                self.ledger.broken += 1
            return None
        if answer.ok:
            told = answer.json()
            self.ledger.acknowledged(Done(key, who, path, body, answer.content, told["number"], 1, clock.stopwatch()))
        return answer

    # working ----------------------------------------------------------------------------------------------------
    def report(self, grid: str = "", **changed: Any) -> str:
        """Somebody reports; the number of the case."""
        grid = grid or self.chance.choice((town.BASE, town.DAISHAN))
        body = {"description": "楼道里堆满了垃圾。", "place": {"text": "3 号楼", "grid": grid}, **changed}
        answer = self.post(f"grid_worker.{grid[:12]}-centre.1", "/cases", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    def resident(self) -> str:
        """A resident's report, which passes every stage."""
        return self.report(origin="resident", channel="phone", contact={"name": "陈某", "phone": "13800001111"})

    def waiting(self, number: str) -> list[dict[str, Any]]:
        """The open tasks of a case."""
        answer = self.ask(f"supervisor.{town.CITY}-centre.3", "GET", f"/cases/{number}/tasks")
        assert answer.ok, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def record(self, number: str) -> list[dict[str, Any]]:
        """The entries of a case."""
        answer = self.ask(f"supervisor.{town.CITY}-centre.3", "GET", f"/cases/{number}/entries?limit=100")
        assert answer.ok, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def step(self, task: dict[str, Any], outcome: str = "", who: str = "") -> requests.Response:
        """Somebody who may do a task does it; 403 and 409 are answers too."""
        outcome = outcome or self.chance.choice(WAYS.get(task["element"], (task["outcomes"][0],)))
        who = who or self._somebody(task)
        schema = task["forms"][outcome]
        values = {name: self._value(name, schema["properties"][name], task, who) for name in schema.get("required", ())}
        body = {"outcome": outcome, "values": values, "version": task["version"]}
        return self.post(who, f"/tasks/{task['id']}/complete", body)

    def travel(self, number: str, steps: int = 40) -> bool:
        """Take a case on until nothing waits; whether it came to its end."""
        for _ in range(steps):
            tasks = self.waiting(number)
            if not tasks:
                return True
            answer = self.step(self.chance.choice(tasks))
            assert answer.status_code in (200, 403, 404, 409) or _is_old_photo(answer), answer.text
        return False

    def _somebody(self, task: dict[str, Any]) -> str:
        number = {"grid_worker": 1, "supervisor": 3}.get(task["role"]) or self.chance.choice((1, 2))
        return f"{task['role']}.{task['organisation']}.{number}"

    def _value(self, name: str, schema: dict[str, Any], task: dict[str, Any], who: str) -> Any:
        kind = schema.get("x-type") or schema.get("format") or schema["type"]
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "photos":
            return [self.photo(who)]
        plain = {"matter": "SR0107", "date-time": (clock.now() - timedelta(minutes=1)).isoformat(), "number": 3,
                 "organisation": _unit(task["organisation"]), "organisations": [_unit(task["organisation"])]}
        return plain.get(kind, "情况属实，已处理。")

    def photo(self, who: str) -> str:
        """A photo taken in; its key."""
        key = uuid.UUID(int=self.chance.getrandbits(128)).hex
        answer = self.ask(who, "POST", "/attachments", key, data={"kind": "evidence"},
                          files={"photo": ("photo.png", town.a_photo(), "image/png")})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["key"])


def _unit(organisation: str) -> str:
    """The housing office nearest above."""
    place = organisation.split("-")[0]
    return f"{next(place[:length] for length in (9, 6, 4) if len(place) >= length)}-housing"


def _is_old_photo(answer: requests.Response) -> bool:
    """The clock jumped on so far that the photo was an orphan of more than an hour."""
    return bool(answer.json()["code"] == "photo_invalid")


def check(house: House, ledger: Ledger) -> str:
    """Every acknowledged act has its one entry and no other act of a person has any; a line of figures."""
    with house.session() as session:
        rows = session.execute(sa.select(Case.number, Entry.seq, Entry.actor).join(Entry, Entry.case_id == Case.id)
                               .where(Case.id > ledger.since))
        entries = {(number, seq) for number, seq, actor in rows if actor != directory.CLOCK.label}
    told = Counter((one.case, one.entry) for one in ledger.done)
    lost = [act for act in told if act not in entries]
    doubled = [act for act, count in told.items() if count > 1] + [act for act in entries if act not in told]
    assert not ledger.unheard, ledger.unheard[:3]
    assert not lost and not doubled, f"lost {lost[:5]}, doubled {doubled[:5]}"
    return (f"{len(told)} acts acknowledged, 0 lost, 0 doubled; {ledger.repeated} repeated keys, "
            f"{ledger.broken} broken connections, {ledger.statuses[409]} × 409, {ledger.statuses[503]} × 503, 0 × 500")
