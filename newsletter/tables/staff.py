"""Who signs in and how, and what was done by whom."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Flag, Instant, Number, metadata

_ROLES = "role IN ('viewer', 'editor', 'publisher', 'admin')"

account = Table(
    "account",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    # On the whole instance; null: only what account_role says.
    Column("role", Text),
    Column("created_at", Instant, nullable=False),
    # Where they are told what waits for them, and what they sign in with.
    Column("address", Text, nullable=False, server_default=""),
    # What spellings of one mailbox share; null where there is no address.
    Column("address_key", Text, unique=True),
    # Argon2id in its own notation; empty: no password.
    Column("password", Text, nullable=False, server_default=""),
    # The secret of the second factor, sealed; empty: none.
    Column("totp", Text, nullable=False, server_default=""),
    # The time step of the last code that was taken (RFC 6238 5.2): no code is taken twice.
    Column("totp_step", Number, nullable=False, server_default="0"),
    CheckConstraint(_ROLES, name="role"),
    **SQLITE,
)

account_role = Table(
    "account_role",
    metadata,
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", Text, nullable=False),
    CheckConstraint(_ROLES, name="role"),
    **SQLITE_STRICT,
)

account_session = Table(
    "account_session",
    metadata,
    Column("id", Number, primary_key=True),
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    # SHA-256 of the cookie, which nobody keeps but the browser.
    Column("secret_hash", Text, nullable=False, unique=True),
    # What the forms of this session carry; random, and derived from nothing.
    Column("csrf", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    **SQLITE,
)

# Browsers that somebody signed in with: strangers who guess at the account do not slow them down.
account_device = Table(
    "account_device",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("seen_at", Instant, nullable=False),
    **SQLITE_STRICT,
)

# Links by which somebody chooses a password, once. The token is derived from the instance's key; nothing of it is kept.
account_link = Table(
    "account_link",
    metadata,
    Column("id", Number, primary_key=True),
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    # The address it was made for; it is void once the account has another.
    Column("address", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("used_at", Instant),
    **SQLITE,
)

# Each opens the door once where the second factor is lost; SHA-256, and gone once used.
recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", Text, primary_key=True),
    **SQLITE_STRICT,
)

passkey = Table(
    "passkey",
    metadata,
    Column("id", Number, primary_key=True),
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    # What the device knows its owner by; random, and the same for all of one account.
    Column("handle", Text, nullable=False),
    # With the key in base64url.
    Column("credential", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    # As the device counts; one that goes back is a copy. Most count nothing.
    Column("uses", Number, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("used_at", Instant),
    # Since when it opens nothing, because it counted backwards.
    Column("barred_at", Instant),
    **SQLITE,
)

# The one OpenID provider of this instance.
identity_provider = Table(
    "identity_provider",
    metadata,
    Column("id", Integer, primary_key=True),
    # On the button.
    Column("name", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    # Sealed.
    Column("client_secret", Text, nullable=False),
    # Whether its own second factor is enough.
    Column("is_enough", Flag, nullable=False),
    CheckConstraint("id = 1", name="one"),
    **SQLITE_STRICT,
)

# Who somebody is at a provider, from the first time they came from there.
account_identity = Table(
    "account_identity",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("bound_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    UniqueConstraint("issuer", "account_id"),
    **SQLITE_STRICT,
)

# Challenges of the door that were answered; SHA-256, kept until they are too old to be answered again.
spent_challenge = Table(
    "spent_challenge",
    metadata,
    Column("challenge_hash", Text, primary_key=True),
    Column("spent_at", Instant, nullable=False),
    **SQLITE_STRICT,
)

# Attempts at the door that failed, or are under way, by what they are counted for: an account, a network, a browser.
door_failure = Table(
    "door_failure",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    **SQLITE_STRICT,
)

# Append-only.
audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Document, nullable=False),
    **SQLITE,
)
