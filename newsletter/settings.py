"""Every setting, read once from the environment and an optional TOML file; nothing else reads the environment."""

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import platformdirs

from newsletter import failpoints
from newsletter.errors import SettingWrong
from newsletter.letters.templates import packaged_templates
from newsletter.mail.relays import Relay, parse_relay
from newsletter.mail.returnpath import ReturnPath
from newsletter.outbound import FetchPolicy
from newsletter.people.retention import Keep
from newsletter.returns.hooks import providers
from newsletter.returns.hooks.providers import Hooks
from newsletter.returns.intakes import Listen, Mailbox, parse_listen, parse_mailbox, parse_seconds
from newsletter.review.programs import USUAL, Program, parse_programs
from newsletter.settingbook import DEFAULT_SECONDS, LONGEST_TICK, PREFIX, SETTINGS, SHORTEST_TICK, TOLD
from newsletter.watching.access import Access, parse_collector, parse_place, parse_token, require_safe
from subscribers.tokens import SHORTEST_SECRET

SECRET_FILE = "secret.key"  # noqa: S105 -- the name of a file, not a secret

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")

_UNCERTAIN = ("hold", "resend")

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_FOR_EVER = frozenset({"for ever", "forever"})
_SPAN = re.compile(r"(?P<count>[1-9][0-9]{0,3})\s*(?P<unit>day|month|year)s?", re.ASCII)
_DAYS = {"day": 1.0, "month": 365 / 12, "year": 365.0}
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is logged, and how it looks."""

    level: str = "info"
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked."""

    data_dir: Path
    # A password may stand in it.
    database_url: str = field(repr=False)
    # Without a slash at the end.
    public_url: str
    # None on a loopback address before `newsletter init` made the key file.
    secret_key: str | None = field(repr=False)
    # The latest first.
    former_secret_keys: tuple[str, ...] = field(repr=False)
    # What must outlive the database.
    journal_dir: Path
    fetch_policy: FetchPolicy
    relay: Relay | None = field(repr=False)
    # Empty: the domain of each newsletter's sender.
    return_domain: str
    # Whether mailbox providers are told where complaints go (RFC 9477).
    asks_complaints: bool
    # Where returned mail is read; None: in no mailbox, by no port.
    returns_mailbox: Mailbox | None = field(repr=False)
    returns_listen: Listen | None
    # Between two looks into the mailbox.
    returns_seconds: int
    # The providers of mail whose webhooks are taken.
    webhooks: Hooks = field(repr=False)
    # Of the blog on which issues are announced; empty: none.
    wordpress_password: str = field(repr=False)
    # Mail whose fate is not known is mailed again, once; else it is held.
    resends_uncertain: bool
    tick_seconds: int
    # How long what is kept of people.
    keep: Keep
    # Those of the readers.
    mail_programs: tuple[Program, ...]
    log: LogSettings
    watching: Access
    templates: Path
    # Empty: nothing breaks on purpose.
    failpoint: str
    # Where what was given was given, by the settings' keys: the variable, or the key and its file.
    where: Mapping[str, str] = field(default_factory=dict, compare=False)
    # What was given, of settings that hold no secret: for a backup.
    told: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the pages."""
        return is_loopback(self.public_url)

    @property
    def fixed_keeps(self) -> frozenset[str]:
        """What is kept as long as a setting says, whatever the staff chooses; by the names of `Keep`."""
        return frozenset(one.name for one in fields(Keep) if f"keep_{one.name}" in self.where)

    @property
    def return_path(self) -> ReturnPath:
        """By which marks mail is known again when it comes back."""
        is_read = self.returns_mailbox is not None or self.returns_listen is not None
        fields = self.webhooks.fields
        return ReturnPath(self.return_domain, is_read=is_read, asks_complaints=self.asks_complaints, provider_fields=fields)

    @property
    def secret_file(self) -> Path:
        """Where the key of a local instance is kept."""
        return self.data_dir / SECRET_FILE


@dataclass(frozen=True, slots=True)
class _Given:
    text: str
    # How an error calls it: the variable, or the key and its file.
    where: str


def from_environment() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingWrong: a setting is unknown, missing or cannot be read.

    """
    return load(os.environ)


def load(environ: Mapping[str, str], toml_path: Path | None = None) -> Settings:
    """Read the settings from *environ*, and from the TOML file it names or *toml_path*; the environment wins.

    Raises:
        SettingWrong: a setting is unknown, missing or cannot be read.

    """
    given = _given(environ, toml_path)
    data_dir = _read(given, "data_dir", _folder, Path(platformdirs.user_data_dir("newsletter", appauthor=False)))
    public_url = _read(given, "public_url", _public_url, "http://127.0.0.1:8000")
    return Settings(
        data_dir=data_dir,
        database_url=_read(given, "database_url", str, f"sqlite:///{data_dir / 'newsletter.db'}"),
        public_url=public_url,
        secret_key=_secret(given, public_url, data_dir / SECRET_FILE),
        former_secret_keys=_former(given),
        journal_dir=_read(given, "journal_dir", _folder, data_dir / "journal"),
        fetch_policy=FetchPolicy(allow_loopback=_read(given, "allow_loopback", _flag, default=False)),
        relay=_read(given, "relay_url", parse_relay, None),
        return_domain=_read(given, "return_domain", _domain, ""),
        asks_complaints=_read(given, "cfbl", _flag, default=False),
        returns_mailbox=_read(given, "returns_url", parse_mailbox, None),
        returns_listen=_read(given, "returns_listen", parse_listen, None),
        returns_seconds=_read(given, "returns_seconds", parse_seconds, DEFAULT_SECONDS),
        webhooks=_webhooks(given),
        wordpress_password=_read(given, "wordpress_password", str, ""),
        resends_uncertain=_read(given, "uncertain", _resends, default=False),
        tick_seconds=_read(given, "tick_seconds", _tick_seconds, 20),
        keep=Keep(
            deliveries=_read(given, "keep_deliveries", _span, Keep().deliveries),
            networks=_read(given, "keep_networks", _span, Keep().networks),
            left=_read(given, "keep_left", _span, Keep().left),
            guests=_read(given, "keep_guests", _span, Keep().guests),
            clicks=_read(given, "keep_clicks", _span, Keep().clicks),
            returns=_read(given, "keep_returns", _span, Keep().returns),
        ),
        mail_programs=_read(given, "mail_programs", parse_programs, USUAL) or USUAL,
        log=_read(given, "log", _log, LogSettings()),
        watching=_watching(given),
        templates=_read(given, "templates", _existing_folder, packaged_templates()),
        failpoint=_read(given, "failpoint", _failpoint, ""),
        where={key: value.where for key, value in given.items()},
        told={key: value.text for key, value in given.items() if key in TOLD},
    )


def is_loopback(url: str) -> bool:
    """Whether *url* is reached from this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _given(environ: Mapping[str, str], toml_path: Path | None) -> dict[str, _Given]:
    variables = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
    _refuse_unknown(variables, [setting.name for setting in SETTINGS])
    # A variable set to nothing is a variable not set: compose files and shells cannot say the difference.
    from_variables = {
        setting.key: _Given(variables[setting.name], setting.name) for setting in SETTINGS if variables.get(setting.name)
    }
    config = from_variables.pop("config", None)
    path = toml_path or (Path(config.text).expanduser() if config else None)
    return (_from_file(path) if path else {}) | from_variables


def _from_file(path: Path) -> dict[str, _Given]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingWrong("NEWSLETTER_CONFIG", f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingWrong("NEWSLETTER_CONFIG", f"{path} is not TOML: {error}") from error
    _refuse_unknown(document, [setting.key for setting in SETTINGS if setting.key != "config"], f" in {path}")
    return {key: _Given(_toml_text(value, f"{key} in {path}"), f"{key} in {path}") for key, value in document.items()}


def _toml_text(value: object, where: str) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str | int):
        return str(value)
    raise SettingWrong(where, "is to be text, a number, true or false")


def _refuse_unknown(names: Mapping[str, object], known: list[str], where: str = "") -> None:
    # Without the prefix, which would make any two names look alike.
    by_key = {name.removeprefix(PREFIX): name for name in known}
    for name in sorted(names):
        if name in known:
            continue
        near = [by_key[key] for key in difflib.get_close_matches(name.removeprefix(PREFIX), by_key, n=2)]
        hint = f"; did you mean {' or '.join(near)}?" if near else f"; there are {', '.join(known)}."
        raise SettingWrong(f"{name}{where}", f"there is no such setting{hint}")


def _read(given: Mapping[str, _Given], key: str, parse: Callable[[str], T], default: T) -> T:
    value = given.get(key)
    if value is None or not value.text.strip():
        return default
    try:
        return parse(value.text.strip())
    except ValueError as error:
        raise SettingWrong(value.where, str(error)) from error
    except SettingWrong as error:
        raise SettingWrong(value.where, error.reason) from error


def _secret(given: Mapping[str, _Given], public_url: str, path: Path) -> str | None:
    value = given.get("secret_key")
    if value is not None and value.text:
        # As it was given, blanks and all: any content is a good secret.
        return _long_secret(value)
    if not is_loopback(public_url):
        raise SettingWrong("NEWSLETTER_SECRET_KEY", _missing_key(public_url, path))
    try:
        return _long_secret(_Given(path.read_text(encoding="utf-8").strip(), f"NEWSLETTER_SECRET_KEY in {path}"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingWrong("NEWSLETTER_SECRET_KEY", f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingWrong("NEWSLETTER_SECRET_KEY", f"{path} is damaged: it is no text") from error


def _former(given: Mapping[str, _Given]) -> tuple[str, ...]:
    value = given.get("former_secret_key")
    if value is None:
        return ()
    return tuple(_long_secret(_Given(line, value.where)) for line in value.text.splitlines() if line)


def _missing_key(public_url: str, path: Path) -> str:
    if path.exists():
        return (
            f"is missing, and readers reach this instance at {public_url}. "
            f"The key this instance was made with stands in {path}; set it from there."
        )
    return (
        f"is missing, and readers reach this instance at {public_url}. Set {SHORTEST_SECRET} or more random characters "
        "(openssl rand -base64 48) and keep them as safe as the database: without them no unsubscribe link works."
    )


def _webhooks(given: Mapping[str, _Given]) -> Hooks:
    secrets = {one: _read(given, f"webhooks_{one}", partial(providers.parse, one), "") for one in providers.PROVIDERS}
    return Hooks({one: secret for one, secret in secrets.items() if secret})


def _watching(given: Mapping[str, _Given]) -> Access:
    access = Access(
        listen=_read(given, "metrics_listen", parse_place, None),
        token=_read(given, "metrics_token", parse_token, ""),
        traces=_read(given, "traces", parse_collector, ""),
    )
    _read(given, "metrics_listen", lambda _: require_safe(access), None)
    return access


def _long_secret(value: _Given) -> str:
    if len(value.text) < SHORTEST_SECRET:
        # The count and not the text: an error may be logged, a secret may not.
        raise SettingWrong(value.where, f"needs {SHORTEST_SECRET} characters or more, these are {len(value.text)}")
    return value.text


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{text!r} is no web address, for instance https://news.example.org")
    if parts.port == 0 or not _is_host(parts.hostname):
        raise ValueError(f"{text!r} names no host that can be reached")
    if parts.username is not None or parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise ValueError(f"{text!r} is to be scheme and host only, for instance https://news.example.org")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_host(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return _HOST.fullmatch(host) is not None


def _flag(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise ValueError(f"{text!r} is neither 1 nor 0")


def _resends(text: str) -> bool:
    if text.lower() not in _UNCERTAIN:
        raise ValueError(f"{text!r} is neither {' nor '.join(_UNCERTAIN)}")
    return text.lower() == "resend"


def _tick_seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not SHORTEST_TICK <= int(text) <= LONGEST_TICK:
        raise ValueError(f"{text!r} is no whole number of seconds from {SHORTEST_TICK} to {LONGEST_TICK}")
    return int(text)


def _span(text: str) -> timedelta | None:
    if text.lower() in _FOR_EVER:
        return None
    found = _SPAN.fullmatch(text.lower())
    if found is None:
        raise ValueError(f"{text!r} is no span of time, for instance 24 months, 90 days, 2 years or for ever")
    # The year has 365 days here; nobody counts on the day.
    days = int(found["count"]) * _DAYS[found["unit"]]
    return timedelta(days=round(days))


def _domain(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError(f"{text!r} is no domain name, for instance returns.example.org")
    return text.lower()


def _log(text: str) -> LogSettings:
    level, _, look = text.lower().partition("/")
    if level not in LOG_LEVELS or (look or "text") not in LOG_FORMATS:
        raise ValueError(f"{text!r} is not one of {', '.join(LOG_LEVELS)}, with /text or /json behind it")
    return LogSettings(level, is_json=look == "json")


def _failpoint(text: str) -> str:
    failpoints.parse(text)
    return text


def _folder(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is not a folder")
    return path


def _existing_folder(text: str) -> Path:
    path = _folder(text)
    if not path.is_dir():
        raise ValueError(f"there is no folder {path}")
    return path
