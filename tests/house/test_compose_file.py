"""No engine is at hand when these tests run, so every word of the two files is held against the code instead."""

import re
import shlex
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
import yaml
from sqlalchemy.engine import make_url

from newsletter import settingbook, settings
from newsletter.cli.__main__ import newsletter
from newsletter.demo.catcher import main as catcher
from newsletter.mail.relays import Tls, parse_relay
from newsletter.web.routes import ROUTES

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to" / "run-for-real.md"

COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "newsletter"}

# What a person writes into .env.
DOT_ENV = {"POSTGRES_PASSWORD": "letters4and5digits", "NEWSLETTER_SECRET_KEY": "k" * 48}
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def instructions() -> list[tuple[str, str]]:
    """Give the Dockerfile as pairs of instruction and argument, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in lines]


def arguments(instruction: str) -> list[str]:
    """Give the arguments of every use of one instruction."""
    return [argument for name, argument in instructions() if name == instruction]


def exec_form(text: str) -> list[str]:
    """Read ["a", "b"]."""
    words: list[str] = yaml.safe_load(text)
    return words


def filled(text: str, values: dict[str, str]) -> str:
    """Replace ${NAME}, ${NAME:-default} and ${NAME:?message} as compose does."""

    def value(match: re.Match[str]) -> str:
        given = values.get(match["name"], "")
        assert given or match["kind"] == "-", f"{match['name']} is demanded"
        return given or match["rest"]

    return _VARIABLE.sub(value, text)


def understood(words: list[str]) -> click.Context:
    """Let our own command line read a command; it raises on an unknown command, option or value."""
    context = newsletter.make_context("newsletter", list(words[:1]), resilient_parsing=True)
    command = newsletter.get_command(context, words[0])
    assert command is not None, f"there is no command {words[0]}"
    return command.make_context(words[0], list(words[1:]))


def port_of_health_check(test: list[str] | str) -> int:
    """Give the port that a health check asks; its address must be on the container itself."""
    match = re.search(r"http://127\.0\.0\.1:(\d+)(/[^']*)", str(test))
    assert match is not None, f"no address in {test}"
    return int(match[1])


def test_image_starts_a_command_there_is() -> None:
    """ENTRYPOINT is the script of pyproject.toml, CMD one of its commands with options it knows."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    entrypoint, command = exec_form(arguments("ENTRYPOINT")[0]), exec_form(arguments("CMD")[0])

    assert [name for name in scripts if scripts[name] == "newsletter.cli.__main__:main"] == entrypoint
    assert "0.0.0.0" == understood(command).params["host"]  # noqa: S104 -- inside a container


def test_image_speaks_of_one_port() -> None:
    """EXPOSE, CMD and HEALTHCHECK agree."""
    command = understood(exec_form(arguments("CMD")[0]))

    assert {8000} == {int(arguments("EXPOSE")[0]), command.params["port"], port_of_health_check(arguments("HEALTHCHECK")[0])}


def test_health_check_asks_a_page_there_is() -> None:
    """Its path stands in the route table, without a permission."""
    path = re.search(r"127\.0\.0\.1:8000(/\w+)", arguments("HEALTHCHECK")[0])
    assert path is not None

    assert [None] == [page.permission for page in ROUTES if page.path == path[1]]


def test_health_check_is_a_program() -> None:
    """The Python of the image, with code that compiles."""
    test = exec_form(arguments("HEALTHCHECK")[0].partition("CMD")[2])

    assert ["python", "-c"] == test[:2]
    compile(test[2], "HEALTHCHECK", "exec")


def test_image_copies_what_there_is_and_what_is_sent() -> None:
    """Every COPY names a path of the repository that .dockerignore lets through."""
    sources = [word for text in arguments("COPY") if "--from" not in text for word in shlex.split(text)[:-1]]
    let_through = re.findall(r"^!(\S+?)/?$", (ROOT / ".dockerignore").read_text(), flags=re.MULTILINE)

    assert [] == [path for path in sources if not (ROOT / path).exists()]
    assert [] == [
        path for path in sources if not any(fnmatch(path, kept) or path.startswith(f"{kept}/") for kept in let_through)
    ]


def test_image_copies_every_package_of_the_wheel() -> None:
    """A package that is not copied is missing only when somebody imports it."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    sources = {word for text in arguments("COPY") if "--from" not in text for word in shlex.split(text)[:-1]}

    assert {*build["packages"], *build["force-include"]} <= sources


def test_image_installs_only_what_is_locked() -> None:
    """Every requirements file is there and taken with its hashes; the wheel brings nothing along."""
    installs = re.findall(r"pip install ([^&]+)", " && ".join(arguments("RUN")))
    files = [
        shlex.split(install)[shlex.split(install).index("--requirement") + 1]
        for install in installs
        if "--requirement" in install
    ]

    assert ["requirements/run.lock", "requirements/build.lock"] == files
    assert all("--require-hashes" in install or "--no-deps --no-index" in install for install in installs)
    assert all("--hash=sha256:" in (ROOT / file).read_text() for file in files)


def test_stages_with_python_have_one_python_that_the_product_allows() -> None:
    """What was installed by the first runs in the second."""
    bases = {base.split()[0] for base in arguments("FROM") if base.startswith("python:")}
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    version = re.search(r"python:3\.(\d+)", str(bases))
    assert version is not None

    assert 1 == len(bases)
    assert int(version[1]) >= int(required.removeprefix(">=3."))


def test_image_runs_as_nobody_special() -> None:
    """The user is made in the image and is the last one named; the data folder is theirs."""
    assert ["newsletter"] == arguments("USER")
    assert any("useradd" in text and "--owner newsletter" in text and "/data" in text for text in arguments("RUN"))
    assert ["/data"] == arguments("VOLUME")


def test_image_sets_settings_there_are() -> None:
    """With values that can be read, in folders it makes."""
    pairs = dict(word.split("=", 1) for text in arguments("ENV") for word in shlex.split(text) if "=" in word)
    ours = {name: value for name, value in pairs.items() if name.startswith(settingbook.PREFIX)}

    read = settings.load(ours)

    assert Path("/data") == read.data_dir
    assert read.log.is_json


@pytest.mark.parametrize("name", [name for name in OURS if name != "catcher"])
def test_services_run_commands_there_are(name: str) -> None:
    """With options they know."""
    understood(SERVICES[name]["command"])


@pytest.mark.parametrize("name", [name for name in OURS if name != "catcher"])
def test_services_set_settings_that_can_be_read(name: str) -> None:
    """All of them, together, with the least that .env must hold."""
    environment = {key: filled(value, DOT_ENV) for key, value in SERVICES[name]["environment"].items()}

    read = settings.load(environment)

    assert "http://127.0.0.1:8000" == read.public_url
    assert read.relay is None


@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "NEWSLETTER_SECRET_KEY"])
def test_secrets_are_demanded_and_not_made_up(name: str) -> None:
    """Nothing starts without them, and none has a value in the file."""
    uses = [match for match in _VARIABLE.finditer(COMPOSE_TEXT) if match["name"] == name]

    assert uses
    assert {"?"} == {match["kind"] for match in uses}


def test_every_variable_is_explained_where_the_file_says() -> None:
    """The how-to page names each of them, and the file names the page."""
    explained = HOW_TO.read_text()

    assert str(HOW_TO.relative_to(ROOT)) in COMPOSE_TEXT
    assert [] == [match["name"] for match in _VARIABLE.finditer(COMPOSE_TEXT) if match["name"] not in explained]


def test_database_address_leads_to_the_database() -> None:
    """Host, port, user, password and name are those of the service."""
    url = make_url(filled(SERVICES["web"]["environment"]["NEWSLETTER_DATABASE_URL"], DOT_ENV))
    database = SERVICES["database"]
    given = {key: filled(value, DOT_ENV) for key, value in database["environment"].items()}

    assert ("database", 5432) == (url.host, url.port)
    assert (url.username, url.password, url.database) == (
        given["POSTGRES_USER"],
        given["POSTGRES_PASSWORD"],
        given["POSTGRES_DB"],
    )
    assert f"--username {url.username} --dbname {url.database}" in database["healthcheck"]["test"][1]


def test_published_ports_are_those_that_are_listened_on() -> None:
    """And they are published to this machine only."""
    web = understood(SERVICES["web"]["command"]).params["port"]
    pages = catcher.make_context("catcher", list(SERVICES["catcher"]["command"])).params["http"]

    assert [f"127.0.0.1:{web}:{web}"] == SERVICES["web"]["ports"]
    assert [f"127.0.0.1:{pages}:{pages}"] == SERVICES["catcher"]["ports"]
    assert pages == port_of_health_check(SERVICES["catcher"]["healthcheck"]["test"])
    assert [] == [name for name in SERVICES if name not in {"web", "catcher"} and "ports" in SERVICES[name]]


def test_catcher_is_our_own_and_comes_only_when_asked_for() -> None:
    """A program of the package, behind a profile, at the relay address that the file recommends."""
    service = SERVICES["catcher"]
    options = catcher.make_context("catcher", list(service["command"])).params
    advice = re.search(r"NEWSLETTER_RELAY_URL=(\S+)", COMPOSE_TEXT)
    assert advice is not None

    relay = parse_relay(advice[1])

    assert ["python", "-m", "newsletter.demo.catcher"] == service["entrypoint"]
    assert ["catcher"] == service["profiles"]
    assert ("catcher", options["port"], Tls.NONE) == (relay.host, relay.port, relay.tls)
    assert str(options["folder"]).startswith("/data/")
    assert "catcher" == urlsplit(advice[1]).hostname
    assert [] == [name for name in SERVICES if name != "catcher" and "profiles" in SERVICES[name]]


def test_services_wait_for_what_can_be_waited_for() -> None:
    """Healthy needs a health check, completed needs a service that ends; the image's own check is for pages only."""
    conditions = [(other, how["condition"]) for one in SERVICES.values() for other, how in one.get("depends_on", {}).items()]

    assert {"service_healthy", "service_completed_successfully"} == {condition for _, condition in conditions}
    assert [] == [other for other, _ in conditions if other not in SERVICES]
    assert {"database"} == {other for other, condition in conditions if condition == "service_healthy"}
    assert {"init"} == {other for other, condition in conditions if condition == "service_completed_successfully"}
    assert ["init"] == SERVICES["init"]["command"]
    assert "no" == SERVICES["init"]["restart"]
    assert {"init", "worker"} == {name for name in OURS if SERVICES[name].get("healthcheck", {}).get("disable")}


def test_volumes_are_declared_and_lie_where_data_is() -> None:
    """A folder that is no volume is gone with its container."""
    mounts = {name: [mount.split(":") for mount in service.get("volumes", [])] for name, service in SERVICES.items()}

    assert set(COMPOSE["volumes"]) == {volume for pairs in mounts.values() for volume, _ in pairs}
    assert {"/data"} == {folder for name in OURS for _, folder in mounts[name]}
    assert [["database", "/var/lib/postgresql"]] == mounts["database"]


def test_stopping_gives_the_mailer_its_time() -> None:
    """It finishes what is on the wire in up to 30 seconds; a shorter grace period would kill it."""
    assert {"60s"} == {SERVICES[name]["stop_grace_period"] for name in ("web", "worker")}
    assert ["SIGTERM"] == arguments("STOPSIGNAL")
