"""The transaction every verb and store is handed; whoever stands at the door opens and ends it."""

from sqlalchemy import Connection

# A name of our own, so that only stores speak SQLAlchemy.
Transaction = Connection
