"""No engine is at hand when these tests run, so every word of these files is held against the code instead."""

import re
import shlex
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from sqlalchemy.engine import make_url

from newsletter import settingbook, settings
from newsletter.cli.__main__ import newsletter
from newsletter.cli.exits import Exit
from newsletter.demo.catcher import main as catcher
from newsletter.errors import SettingWrong
from newsletter.mail.relays import Tls, parse_relay
from tests.harness.pages import ROUTES

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to" / "run-for-real.md"

COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "newsletter"}
COMMANDS = sorted(set(OURS) - {"catcher"})
PAGES = ("app", "dev", "web")
PREPARING = ("app-init", "dev-init", "init")

SYSTEMD = ROOT / "packaging" / "systemd"
UNITS = sorted(SYSTEMD.glob("*.service"))
# Of 10; what systemd calls "exposure", of a service that speaks with the world. An unprotected one has 9.6.
MOST_EXPOSED = 2

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
    installs = re.findall(r"pip (?:--python \S+ )?install ([^&]+)", " && ".join(arguments("RUN")))
    files = [
        shlex.split(install)[shlex.split(install).index("--requirement") + 1]
        for install in installs
        if "--requirement" in install
    ]

    assert ["requirements/build.lock", "requirements/run.lock"] == files
    assert all("--require-hashes" in install or "--no-deps --no-index" in install for install in installs)
    assert all("--hash=sha256:" in (ROOT / file).read_text() for file in files)


def test_stages_have_one_python_that_the_product_allows() -> None:
    """What was installed by one runs in the last; only the wheel is built on another kind of machine."""
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    version = re.search(r"PYTHON=3\.(\d+)-slim", arguments("ARG")[0])
    assert version is not None

    assert ["--platform=$BUILDPLATFORM python:$PYTHON AS wheel", "python:$PYTHON AS installed", "python:$PYTHON"] == arguments(
        "FROM"
    )
    assert int(version[1]) >= int(required.removeprefix(">=3."))


def test_image_runs_as_nobody_special() -> None:
    """The user is made in the image and is the last one named, by a number; the data folder is theirs alone."""
    (made,) = (text for text in arguments("RUN") if "useradd" in text)

    assert ["10001:10001"] == arguments("USER")
    assert "--uid 10001 --user-group" in made
    assert "--mode 0700 --owner newsletter --group newsletter /data" in made
    assert ["/data"] == arguments("VOLUME")


def test_image_sets_settings_there_are() -> None:
    """With values that can be read, in folders it makes."""
    pairs = dict(word.split("=", 1) for text in arguments("ENV") for word in shlex.split(text) if "=" in word)
    ours = {name: value for name, value in pairs.items() if name.startswith(settingbook.PREFIX)}

    read = settings.load(ours)

    assert Path("/data") == read.data_dir
    assert read.log.is_json


@pytest.mark.parametrize("name", COMMANDS)
def test_services_run_commands_there_are(name: str) -> None:
    """With options they know."""
    understood(SERVICES[name]["command"])


@pytest.mark.parametrize("name", COMMANDS)
def test_services_set_settings_that_can_be_read(name: str) -> None:
    """All of them, together, with the least that .env must hold; a relay where the profile brings one."""
    environment = {key: filled(value, DOT_ENV) for key, value in SERVICES[name]["environment"].items()}
    relays = {"scale": "relay", "dev": "catcher" if name == "dev" else None}

    read = settings.load(environment)

    assert "http://127.0.0.1:8000" == read.public_url
    assert relays.get(SERVICES[name]["profiles"][0]) == (read.relay.host if read.relay else None)


def test_every_setting_can_be_set_from_outside() -> None:
    """Save what lies within the image, what is for tests, and what needs more than the image has."""
    within = {"DATABASE_URL", "DATA_DIR", "JOURNAL_DIR", "TEMPLATES", "CONFIG", "METRICS_LISTEN", "TRACES"}
    tests = {"ALLOW_LOOPBACK", "FAILPOINT", "TICK_SECONDS"}
    known = {f"NEWSLETTER_{name}" for name in within | tests}

    assert {one.name for one in settingbook.SETTINGS} - known <= {match["name"] for match in _VARIABLE.finditer(COMPOSE_TEXT)}


def test_secrets_are_never_made_up() -> None:
    """None has a value in the file. Readers are served with a key of one's own only; PostgreSQL asks for a password itself."""
    uses = [match for match in _VARIABLE.finditer(COMPOSE_TEXT) if match["name"] in DOT_ENV]

    assert set(DOT_ENV) == {match["name"] for match in uses}
    assert {("-", "")} == {(match["kind"], match["rest"]) for match in uses}
    with pytest.raises(SettingWrong, match="NEWSLETTER_SECRET_KEY: is missing"):
        settings.load({"NEWSLETTER_PUBLIC_URL": "https://news.example.org", "NEWSLETTER_SECRET_KEY": ""})


def test_every_variable_is_explained_where_the_file_says() -> None:
    """The how-to page names each of them, and the file names the page."""
    explained = HOW_TO.read_text()

    assert str(HOW_TO.relative_to(ROOT)) in COMPOSE_TEXT
    assert [] == [match["name"] for match in _VARIABLE.finditer(COMPOSE_TEXT) if match["name"] not in explained]


def test_database_address_leads_to_the_database() -> None:
    """Host, port, user, password and name are those of the service; who does not need it keeps to SQLite."""
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
    assert {"init", "web", "worker"} == {
        name for name, one in OURS.items() if "NEWSLETTER_DATABASE_URL" in one.get("environment", {})
    }


def test_published_ports_are_those_that_are_listened_on() -> None:
    """They are published to this machine only, but for those of the web server."""
    pages = catcher.make_context("catcher", list(SERVICES["catcher"]["command"])).params["http"]

    assert {8000} == {understood(SERVICES[name]["command"]).params["port"] for name in PAGES}
    assert {name: one["ports"] for name, one in SERVICES.items() if "ports" in one} == {
        "app": ["127.0.0.1:8000:8000"],
        "dev": ["127.0.0.1:8000:8000"],
        "proxy": ["80:80", "443:443", "127.0.0.1:8000:8000"],
        "catcher": [f"127.0.0.1:{pages}:{pages}"],
    }
    assert pages == port_of_health_check(SERVICES["catcher"]["healthcheck"]["test"])


def test_profiles_are_three_sizes() -> None:
    """Each service belongs to one, and each profile has all that it waits for."""
    of = {name: one["profiles"] for name, one in SERVICES.items()}

    assert {"small", "scale", "dev"} == {profile for profiles in of.values() for profile in profiles}
    assert [] == [name for name, one in SERVICES.items() for other in one.get("depends_on", {}) if of[other] != of[name]]
    assert {"web": 2, "worker": 3} == {name: one["deploy"]["replicas"] for name, one in SERVICES.items() if "deploy" in one}
    assert set(re.findall(r"--profile (\w+) up", COMPOSE_TEXT)) == {"small", "scale", "dev"}


def test_web_server_spreads_over_the_pages() -> None:
    """It asks for them by the name and the port that they have, and answers at the address that stands in mails."""
    caddy = (ROOT / "packaging" / "Caddyfile").read_text()
    mounted = [mount.split(":") for mount in SERVICES["proxy"]["volumes"]]

    assert "dynamic a web 8000 {" in caddy
    assert "{$NEWSLETTER_PUBLIC_URL} {" in caddy
    assert [["./packaging/Caddyfile", "/etc/caddy/Caddyfile", "ro"], ["proxy", "/data"]] == mounted
    assert SERVICES["web"]["environment"]["NEWSLETTER_PUBLIC_URL"] == SERVICES["proxy"]["environment"]["NEWSLETTER_PUBLIC_URL"]


def test_relay_is_the_one_that_mail_is_handed_to() -> None:
    """By its name and its port, where no other one is named; and it takes mail from Docker's networks alone."""
    relay = parse_relay(filled(SERVICES["web"]["environment"]["NEWSLETTER_RELAY_URL"], {}))
    start = (ROOT / "packaging" / "relay" / "start").read_text()

    assert ("relay", 25, Tls.NONE) == (relay.host, relay.port, relay.tls)
    assert ROOT / SERVICES["relay"]["build"] == ROOT / "packaging" / "relay"
    assert '"smtpd_relay_restrictions=permit_mynetworks, reject"' in start
    assert 0 == subprocess.run(["/bin/sh", "-n"], input=start, text=True, check=False).returncode


def test_catcher_is_our_own_and_takes_the_mail_of_its_profile() -> None:
    """A program of the package, where the pages beside it hand their mail to; it is told no secret."""
    service = SERVICES["catcher"]
    options = catcher.make_context("catcher", list(service["command"])).params

    relay = parse_relay(SERVICES["dev"]["environment"]["NEWSLETTER_RELAY_URL"])

    assert ["python", "-m", "newsletter.demo.catcher"] == service["entrypoint"]
    assert ("catcher", options["port"], Tls.NONE) == (relay.host, relay.port, relay.tls)
    assert str(options["folder"]).startswith("/data/")
    assert {} == service["environment"]


def test_services_wait_for_what_can_be_waited_for() -> None:
    """Healthy needs a health check, completed needs a service that ends; the image's own check is for pages only."""
    conditions = [(other, how["condition"]) for one in SERVICES.values() for other, how in one.get("depends_on", {}).items()]

    assert {"service_healthy", "service_completed_successfully"} == {condition for _, condition in conditions}
    assert {"database", "web"} == {other for other, condition in conditions if condition == "service_healthy"}
    assert set(PREPARING) == {other for other, condition in conditions if condition == "service_completed_successfully"}
    assert [["init"]] * 3 == [SERVICES[name]["command"] for name in PREPARING]
    assert {"no"} == {SERVICES[name]["restart"] for name in PREPARING}
    assert set(PREPARING) == {name for name in OURS if SERVICES[name].get("healthcheck", {}).get("disable")}
    metrics = filled(SERVICES["worker"]["environment"]["NEWSLETTER_METRICS_LISTEN"], {})
    assert f"127.0.0.1:{port_of_health_check(SERVICES['worker']['healthcheck']['test'])}" == metrics


@pytest.mark.parametrize("name", OURS)
def test_what_runs_of_ours_writes_nowhere_else_and_has_no_rights(name: str) -> None:
    """A root file system that cannot be written, a /tmp that is forgotten, no capability, and no way to one."""
    service = SERVICES[name]

    assert service["read_only"] is True
    assert ["/tmp"] == service["tmpfs"]  # noqa: S108 -- of the container
    assert ["ALL"] == service["cap_drop"]
    assert ["no-new-privileges:true"] == service["security_opt"]


def test_volumes_are_declared_and_lie_where_data_is() -> None:
    """A folder that is no volume is gone with its container."""
    mounts = {name: [mount.split(":") for mount in service.get("volumes", [])] for name, service in SERVICES.items()}

    assert set(COMPOSE["volumes"]) == {
        mount[0] for pairs in mounts.values() for mount in pairs if not mount[0].startswith("./")
    }
    assert {"/data"} == {folder for name in OURS for _, folder in mounts[name]}
    assert [["queue", "/var/spool/postfix"]] == mounts["relay"]
    assert [["database", "/var/lib/postgresql"]] == mounts["database"]


def test_stopping_gives_the_mailer_its_time() -> None:
    """It finishes what is on the wire in up to 30 seconds; a shorter grace period would kill it."""
    assert {"60s"} == {SERVICES[name]["stop_grace_period"] for name in (*PAGES, "worker")}
    assert ["SIGTERM"] == arguments("STOPSIGNAL")
    assert {"60"} == {value for unit in UNITS for value in values(unit, "TimeoutStopSec")}


def values(unit: Path, key: str) -> list[str]:
    """Give what a unit says of *key*."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE)


def test_units_run_commands_there_are() -> None:
    """Made ready once; a process that cannot start with its settings or its database is not started again and again."""
    programs = {unit.stem: shlex.split(values(unit, "ExecStart")[0]) for unit in UNITS}

    assert {"newsletter", "newsletter-init", "newsletter-worker"} == set(programs)
    assert {"/opt/newsletter/bin/newsletter"} == {words[0] for words in programs.values()}
    assert {"init", "serve", "worker"} == {understood(words[1:]).info_name for words in programs.values()}
    assert {str(int(Exit.NOT_READY))} == {value for unit in UNITS for value in values(unit, "RestartPreventExitStatus")}
    for unit in UNITS:
        settings.load({**dict(word.split("=", 1) for word in values(unit, "Environment")), "NEWSLETTER_PUBLIC_URL": ""})


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze on this machine")
def test_units_are_understood_by_systemd_and_expose_little(tmp_path: Path) -> None:
    """Every key is known, every unit that is named is there, and little of the machine is within reach."""
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/newsletter/bin/newsletter", "/bin/true"))
    names = [unit.name for unit in UNITS]
    verified = subprocess.run(
        ["systemd-analyze", "verify", *(f"./{name}" for name in names)],  # noqa: S607 -- of the machine
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED * 10}", "--no-pager", *names],  # noqa: S607
        cwd=tmp_path,
        env={"SYSTEMD_UNIT_PATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (verified.returncode, verified.stdout + verified.stderr)
    assert 0 == judged.returncode, judged.stdout + judged.stderr


def test_units_keep_to_one_set_of_bounds() -> None:
    """What was tightened for one is so for all."""
    bounds = {unit.read_text().partition("User=newsletter\n")[2].partition("\n[Install]")[0].strip() for unit in UNITS}

    assert 1 == len(bounds)
