"""Opens PostgreSQL, whether its server answers or a pooler in front of it that lends a connection for one transaction.

Behind such a pooler (PgBouncer in transaction mode) nothing outlives a transaction: neither what was set for a session, nor
a statement that was prepared, nor a lock of a session. Whether there is one is found out and need not be said.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

# A forgotten transaction blocks vacuum and stretches claims from 3 ms to 300 ms.
GUARDS = {"TimeZone": "UTC", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"}

# What an address may say otherwise, as libpq has it. One that swallows packets must not hang a command for minutes, and a line
# on which nothing arrives any more is given up by half a minute, when the lease of a worker is over: without being told, Linux
# waits for a quarter of an hour. Seconds, but for the last, in milliseconds.
LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}

_FOR_THE_SESSION, _FOR_THE_TRANSACTION = (
    "SELECT " + ", ".join(f"set_config('{name}', '{value}', {is_local})" for name, value in GUARDS.items())
    for is_local in ("false", "true")
)
_IS_LENT = "newsletter_is_lent"


def engine(url: URL) -> Engine:
    """Give an engine for a PostgreSQL address."""
    opened = create_engine(
        url,
        # After a restart of the database the next transaction works, nobody has to act.
        pool_pre_ping=True,
        connect_args={name: value for name, value in LINE.items() if name not in url.query},
        # Errors end in logs, and the parameters of a statement are names and addresses of people.
        hide_parameters=True,
    )

    @event.listens_for(opened, "connect")
    def prepare(connection: Any, record: Any) -> None:  # noqa: ANN401 -- the driver's types
        connection.autocommit = True
        if is_lent(connection):
            record.info[_IS_LENT] = True
            connection.prepare_threshold = None
        else:
            connection.execute(_FOR_THE_SESSION)
        connection.autocommit = False

    @event.listens_for(opened, "begin")
    def begin(connection: Connection) -> None:
        if _IS_LENT in connection.info:
            connection.exec_driver_sql(_FOR_THE_TRANSACTION)

    return opened


def is_lent(connection: Any) -> bool:  # noqa: ANN401 -- the driver's type
    """Whether somebody stands between a connection of the driver and the server: then it was told the number of no process.

    A pooler makes up what a client needs to cancel a statement, because it lends it another process each time.
    """
    (process,) = connection.execute("SELECT pg_backend_pid()").fetchone()
    return bool(process != connection.info.backend_pid)
