"""Settings: defaults, the TOML file, and what is refused with which words."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import SettingWrong
from newsletter.settingbook import SETTINGS
from newsletter.settings import LogSettings, Settings, is_loopback, load
from subscribers.tokens import Keyring

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def base(tmp_path: Path) -> dict[str, str]:
    """Give the least an environment says: where its data lie."""
    return {"NEWSLETTER_DATA_DIR": str(tmp_path / "data"), "PATH": "/bin"}


def test_nothing_given_is_a_local_instance(base: dict[str, str], tmp_path: Path) -> None:
    """A newcomer needs no setting at all."""
    settings = load(base)

    assert f"sqlite:///{tmp_path / 'data' / 'newsletter.db'}" == settings.database_url
    assert "http://127.0.0.1:8000" == settings.public_url
    assert settings.secret_key is None
    assert settings.relay is None
    assert 20 == settings.tick_seconds
    assert not settings.resends_uncertain
    assert settings.is_local
    assert not settings.fetch_policy.allow_loopback
    assert settings.templates.is_dir()


def test_data_folder_has_a_default() -> None:
    """It lies where the system keeps data of programs."""
    assert "newsletter" == load({}).data_dir.name


def test_every_setting_can_be_given(base: dict[str, str], tmp_path: Path) -> None:
    """Each variable reaches its place."""
    settings = load(
        base
        | {
            "NEWSLETTER_DATABASE_URL": "postgresql://ann@db/news",
            "NEWSLETTER_PUBLIC_URL": "https://News.Example.org/",
            "NEWSLETTER_SECRET_KEY": SECRET,
            "NEWSLETTER_ALLOW_LOOPBACK": "1",
            "NEWSLETTER_RELAY_URL": "smtp://ann:word@mail.example.org:587?tls=starttls&connections=5",
            "NEWSLETTER_RETURN_DOMAIN": "Returns.example.org",
            "NEWSLETTER_TICK_SECONDS": "5",
            "NEWSLETTER_UNCERTAIN": "resend",
            "NEWSLETTER_LOG": "debug/json",
            "NEWSLETTER_TEMPLATES": str(tmp_path),
            "NEWSLETTER_FAILPOINT": "mark.sending:kill:3",
        },
    )

    assert "postgresql://ann@db/news" == settings.database_url
    assert "https://news.example.org" == settings.public_url
    assert settings.secret_key == SECRET
    assert settings.fetch_policy.allow_loopback
    assert settings.relay is not None
    assert "returns.example.org" == settings.return_domain
    assert 5 == settings.tick_seconds
    assert settings.resends_uncertain
    assert LogSettings("debug", is_json=True) == settings.log
    assert tmp_path == settings.templates
    assert "mark.sending:kill:3" == settings.failpoint


def test_variable_set_to_nothing_is_not_set(base: dict[str, str]) -> None:
    """Compose files hand empty variables on."""
    assert load(base) == load(base | {"NEWSLETTER_RELAY_URL": "", "NEWSLETTER_SECRET_KEY": "", "NEWSLETTER_TICK_SECONDS": " "})


def test_secrets_do_not_show(base: dict[str, str]) -> None:
    """What is printed or logged by accident holds no key and no password."""
    shown = repr(load(base | {"NEWSLETTER_SECRET_KEY": SECRET, "NEWSLETTER_RELAY_URL": "smtps://ann:geheim@mail.example.org"}))

    assert SECRET not in shown
    assert "geheim" not in shown


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("NEWSLETTER_DATABASE_URI", "NEWSLETTER_DATABASE_URL"),
        ("NEWSLETTER_RELAYURL", "NEWSLETTER_RELAY_URL"),
        ("NEWSLETTER_SECRETKEY", "NEWSLETTER_SECRET_KEY"),
    ],
)
def test_unknown_variable_is_refused_with_its_neighbour(base: dict[str, str], name: str, near: str) -> None:
    """A typing slip is told, not ignored."""
    with pytest.raises(SettingWrong, match=f"{name}: there is no such setting; did you mean {near}"):
        load(base | {name: "x"})


def test_unknown_variable_without_neighbour_lists_all(base: dict[str, str]) -> None:
    """Then the names themselves help."""
    with pytest.raises(SettingWrong, match="there are NEWSLETTER_DATABASE_URL, "):
        load(base | {"NEWSLETTER_QQQ": "x"})


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("NEWSLETTER_PUBLIC_URL", "news.example.org", "no web address"),
        ("NEWSLETTER_PUBLIC_URL", "ftp://news.example.org", "no web address"),
        ("NEWSLETTER_PUBLIC_URL", "https://", "no web address"),
        ("NEWSLETTER_PUBLIC_URL", "https://news.example.org/path", "host only"),
        ("NEWSLETTER_PUBLIC_URL", "https://a:b@news.example.org", "host only"),
        ("NEWSLETTER_PUBLIC_URL", "https://news.example.org?x=1", "host only"),
        ("NEWSLETTER_PUBLIC_URL", "http://[::1", "Invalid IPv6"),
        ("NEWSLETTER_PUBLIC_URL", "http://a b", "names no host"),
        ("NEWSLETTER_PUBLIC_URL", "http://host:99999", "out of range"),
        ("NEWSLETTER_PUBLIC_URL", "http://host:0", "names no host"),
        ("NEWSLETTER_SECRET_KEY", "short", "needs 32 characters or more, these are 5"),
        ("NEWSLETTER_ALLOW_LOOPBACK", "maybe", "neither 1 nor 0"),
        ("NEWSLETTER_UNCERTAIN", "maybe", "neither hold nor resend"),
        ("NEWSLETTER_TICK_SECONDS", "0", "from 1 to 300"),
        ("NEWSLETTER_TICK_SECONDS", "-20", "from 1 to 300"),
        ("NEWSLETTER_TICK_SECONDS", "٢٠", "from 1 to 300"),
        ("NEWSLETTER_TICK_SECONDS", "2.5", "from 1 to 300"),
        ("NEWSLETTER_MAIL_PROGRAMS", "gmial", "there are gmail"),
        ("NEWSLETTER_RELAY_URL", "http://mail.example.org", "no relay"),
        ("NEWSLETTER_RETURN_DOMAIN", "a@b", "no domain name"),
        ("NEWSLETTER_RETURN_DOMAIN", "-x.example.org", "no domain name"),
        ("NEWSLETTER_LOG", "loud", "debug, info, warning, error"),
        ("NEWSLETTER_LOG", "info/xml", "with /text or /json"),
        ("NEWSLETTER_TEMPLATES", "/no/such/folder", "no folder"),
        ("NEWSLETTER_FAILPOINT", "everything", "name:kill|stop|raise:nth"),
        ("NEWSLETTER_CONFIG", "/no/such/file.toml", "cannot be read"),
    ],
)
def test_wrong_value_names_the_setting_and_the_reason(base: dict[str, str], name: str, value: str, reason: str) -> None:
    """Start fails with one sentence that says what to mend."""
    with pytest.raises(SettingWrong, match=re.escape(reason)) as caught:
        load(base | {name: value})

    assert name == caught.value.name


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=32))
def test_any_secret_of_32_characters_is_taken(secret: str) -> None:
    """Blanks, quotes, scripts: any content, exactly as given."""
    settings = load({"NEWSLETTER_SECRET_KEY": secret, "NEWSLETTER_PUBLIC_URL": "https://news.example.org"})

    assert settings.secret_key == secret
    assert Keyring(secret).key_check


def test_secret_of_bytes_that_are_no_text_is_taken() -> None:
    """A variable of the environment may hold any bytes."""
    secret = (b"\xff\xfe" * 20).decode("utf-8", "surrogateescape")

    assert Keyring(secret).key_check != Keyring("x" * 40).key_check


def test_production_needs_a_secret(base: dict[str, str]) -> None:
    """An address that readers reach and no key: nothing starts."""
    with pytest.raises(
        SettingWrong, match=r"NEWSLETTER_SECRET_KEY: is missing, and readers reach .*https://news\.example\.org"
    ):
        load(base | {"NEWSLETTER_PUBLIC_URL": "https://news.example.org"})


def test_production_is_told_of_the_local_key(base: dict[str, str]) -> None:
    """An instance that goes public keeps the key its database was made with."""
    _write_key(load(base), SECRET)

    with pytest.raises(SettingWrong, match=r"stands in .*secret\.key"):
        load(base | {"NEWSLETTER_PUBLIC_URL": "https://news.example.org"})


def test_local_key_is_read(base: dict[str, str]) -> None:
    """The key that `init` made serves the next start."""
    _write_key(load(base), SECRET)

    assert load(base).secret_key == SECRET


def test_damaged_local_key_is_told(base: dict[str, str]) -> None:
    """A truncated key file is not replaced silently: links in old mails rest on it."""
    _write_key(load(base), "short")

    with pytest.raises(SettingWrong, match="these are 5"):
        load(base)


def test_file_is_read_and_environment_wins(base: dict[str, str], tmp_path: Path) -> None:
    """The file holds the same names in lower case."""
    path = tmp_path / "newsletter.toml"
    path.write_text('public_url = "http://localhost:9000"\ntick_seconds = 7\nallow_loopback = true\n')
    settings = load(base | {"NEWSLETTER_CONFIG": str(path), "NEWSLETTER_TICK_SECONDS": "9"})

    assert "http://localhost:9000" == settings.public_url
    assert settings.fetch_policy.allow_loopback
    assert 9 == settings.tick_seconds


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('publik_url = "x"', "publik_url in .*: there is no such setting; did you mean public_url"),
        ("tick_seconds = 0", "tick_seconds in .*newsletter.toml: '0' is no whole number"),
        ("tick_seconds = [1]", "tick_seconds in .*: is to be text, a number, true or false"),
        ("tick_seconds = 1\nlog = ?", "is not TOML: .*line 2"),
        ('config = "other.toml"', "config in .*: there is no such setting"),
        ("[relay]\nurl = 1", "relay in .*: there is no such setting"),
    ],
)
def test_wrong_file_is_told_by_its_key(base: dict[str, str], tmp_path: Path, text: str, told: str) -> None:
    """An error in the file names the file and the key."""
    path = tmp_path / "newsletter.toml"
    path.write_text(text)

    with pytest.raises(SettingWrong, match=told):
        load(base, path)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1", "http://127.8.9.1:80", "http://localhost", "http://[::1]:8000", "http://a.localhost"]
)
def test_loopback_addresses(url: str) -> None:
    """Nobody but this machine reaches them."""
    assert is_loopback(url)


@pytest.mark.parametrize("url", ["http://10.0.0.1", "https://example.org", "http://localhost.example.org", "http://0.0.0.0"])
def test_other_addresses_are_not_loopback(url: str) -> None:
    """Others may reach them."""
    assert not is_loopback(url)


def test_keys_of_the_file_are_distinct() -> None:
    """The table has one row a setting."""
    assert len(SETTINGS) == len({setting.key for setting in SETTINGS})


def _write_key(settings: Settings, secret: str) -> None:
    settings.data_dir.mkdir(parents=True)
    settings.secret_file.write_text(secret + "\n")


def test_mail_names_where_to_write_only_when_somebody_reads_it() -> None:
    """A mailbox or a port is set, and a domain; what providers repeat is in it when they are switched on."""
    given = {"NEWSLETTER_RETURN_DOMAIN": "returns.example.org", "NEWSLETTER_CFBL": "1", "NEWSLETTER_WEBHOOKS_MAILJET": "x" * 24}
    deaf, hearing = load(given).return_path, load(given | {"NEWSLETTER_RETURNS_LISTEN": "127.0.0.1:2525"}).return_path

    assert ("", "") == (deaf.leaving_domain, deaf.complaints_domain("example.org"))
    assert ("returns.example.org",) * 2 == (hearing.leaving_domain, hearing.complaints_domain("example.org"))
    assert ["X-MJ-CustomID"] == list(hearing.provider_fields)
    assert "x" * 24 not in repr(load(given))
