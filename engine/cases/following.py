"""跟进: everybody who follows a case instead of repeating it hears how it ends, as its reporter does (E15).

They are the residents who left a phone with it, and the reporters of what was joined to it; a resident by a letter that
says the number under which they know it, a worker in the inbox.
"""

from __future__ import annotations

from engine import notices
from engine.cases import callbacks
from engine.cases.act import Act
from engine.db import writing

BY_PHONE = "sms"  # the way of telling that a phone number is enough for, a row of the table `contact_channel`
LETTERS = {"closed": "您跟进的 {number} 已结案，请查看结果", "reopened": "您跟进的 {number} 将重新办理，请查看进展"}
WORDS = {"closed": "{number} 已结案", "reopened": "{number} 发回重办"}
_MOST_JOINED = 20  # a case joined to one that was joined itself, and so on


def tell_followers(act: Act, kind: str) -> None:
    """They hear of `closed` or `reopened`; found by the one statement that writes the act."""
    letter, words = LETTERS[kind], WORDS[kind]
    writing.put_beside(act.session, _FOLLOWERS, {
        "case_id": act.case.id, "kind": kind, "at": act.at, "words": words, "letter": letter, "channel": _carrier(act),
        "reporter_id": act.case.reporter_id})


def _carrier(act: Act) -> str | None:
    """The channel of ours that reaches a phone; None where there is none."""
    name = callbacks.way_of(act.pins, BY_PHONE).carrier if callbacks.has_tables(act.pins) else BY_PHONE
    channel = notices.CHANNELS.get(name)
    return name if channel is not None and not channel.health() else None


_FOLLOWERS = writing.part("followers", f"""
INSERT INTO outbox (id, recipient_id, case_id, follower_id, channel, kind, subject, facts, body, made_at,
                    attempts, next_try_at)
SELECT gen_random_uuid(), told.recipient_id, told.case_id, told.follower_id, told.channel, ending.kind,
       replace(told.words, '{{number}}', told.number),
       jsonb_build_object('said', told.words, 'number', told.number), '', ending.at, 0, ending.at
FROM rows
CROSS JOIN LATERAL jsonb_to_record(rows.doc) AS ending(
    case_id bigint, kind text, at timestamptz, words text, letter text, channel text, reporter_id int)
CROSS JOIN LATERAL (
    WITH RECURSIVE joined(id, number, reporter_id, depth) AS (
        SELECT c.id, c.number, c.reporter_id, 0 FROM "case" c WHERE c.id = ending.case_id
        UNION ALL SELECT c.id, c.number, c.reporter_id, joined.depth + 1
                  FROM "case" c JOIN joined ON c.duplicate_of = joined.id WHERE joined.depth < {_MOST_JOINED}),
    about AS (SELECT DISTINCT id, number, reporter_id FROM joined)
    SELECT DISTINCT ON (about.reporter_id) about.reporter_id AS recipient_id, about.id AS case_id,
           NULL::bigint AS follower_id, 'inapp' AS channel, ending.words AS words, about.number AS number
    FROM about WHERE about.id <> ending.case_id AND about.reporter_id IS DISTINCT FROM ending.reporter_id
      AND about.reporter_id IS NOT NULL
    UNION ALL
    SELECT NULL, about.id, NULL, ending.channel, ending.letter, about.number
    FROM about JOIN contact ON contact.case_id = about.id
    WHERE about.id <> ending.case_id AND contact.phone_hash IS NOT NULL AND ending.channel IS NOT NULL
    UNION ALL
    (SELECT DISTINCT ON (follower.phone_hash) NULL, about.id, follower.id, ending.channel, ending.letter, about.number
     FROM about JOIN follower ON follower.case_id = about.id
     WHERE follower.phone_hash IS NOT NULL AND ending.channel IS NOT NULL
     ORDER BY follower.phone_hash, follower.id)) AS told
""")
