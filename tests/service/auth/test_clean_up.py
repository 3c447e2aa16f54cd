"""What has done its work is deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg

from models.shared.migrations import sync_url
from tests.service.auth.desk import Desk


def counts(desk: Desk) -> list[int]:
    tables = ("refresh_tokens", "mailed_tokens", "mails", "outbox")
    return [desk.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]  # noqa: S608


async def test_what_is_still_needed_stays(desk: Desk) -> None:
    await desk.register()
    before = counts(desk)
    await desk.app.state.clean_up()
    assert counts(desk) == before == [1, 1, 1, 0]


async def test_expired_tokens_and_sent_mails_go(desk: Desk) -> None:
    ada = await desk.register()
    await desk.sign_in(ada)
    body = {"password": ada.password}
    bob = await desk.register("bob@example.com")
    await desk.client.request("DELETE", "/me", json=body, headers=bob.headers)
    long_ago = datetime.now(UTC) - timedelta(days=40)
    address = sync_url(desk.database_url).replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE refresh_tokens SET expires_at = now()")
        connection.execute("UPDATE mailed_tokens SET expires_at = %s", [long_ago])
        connection.execute("UPDATE mails SET sent_at = now() WHERE recipient LIKE 'ada%%'", [])
        connection.execute("UPDATE outbox SET published_at = %s", [long_ago])
    await desk.app.state.clean_up()
    assert counts(desk) == [0, 0, 2, 0]
    assert len(desk.mails(bob.email)) == 2
