"""The bare commit writes what the act wrote: new rows, changed rows and gone ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from engine.bench.replica import Replica, replica_of
from engine.db.session import create_engine


@pytest.fixture
def pair(make_database: Callable[..., str]) -> Iterator[tuple[sa.Engine, Replica]]:
    url = make_database()
    engine = create_engine(url)
    with replica_of(url) as replica:
        yield engine, replica
        engine.dispose()


def test_every_kind_of_change_is_taken_over(pair: tuple[sa.Engine, Replica]) -> None:
    engine, replica = pair
    for change in (
        "INSERT INTO numbering (prefix, last) VALUES ('330902-2611', 1), ('330903-2611', 4)",
        "UPDATE numbering SET last = 2 WHERE prefix = '330902-2611'",
        "DELETE FROM numbering WHERE prefix = '330903-2611'",
    ):
        with engine.begin() as connection:
            connection.exec_driver_sql(change)
        assert replica.differences() == ["numbering"]
        replica.catch_up()
        assert replica.differences() == []


def test_an_update_writes_changed_columns_only(pair: tuple[sa.Engine, Replica]) -> None:
    engine, replica = pair
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO numbering (prefix, last) VALUES ('330902-2611', 1)")
    replica.catch_up()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE numbering SET last = 7")
    assert replica.changes() == [
        (b'UPDATE "numbering" SET "last" = %s WHERE "prefix" = %s', [[7, "330902-2611"]])]
