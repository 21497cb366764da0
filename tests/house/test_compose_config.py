"""The Compose file as Docker Compose itself reads it, profile by profile; it starts nothing and needs no engine."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from newsletter import settings
from tests.harness.pages import ROUTES
from tests.house.test_compose_file import COMPOSE, DOT_ENV, ROOT, SERVICES, understood

PROGRAM = Path(sys.executable).with_name("docker-compose")
pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="docker-compose is not installed; make env brings it")

PROFILES = ("small", "scale", "dev")
# Readers come in by one port, of the web server in scale and of the pages elsewhere; only the web server is asked by the world.
PUBLISHED = {
    "small": {"app": ["127.0.0.1:8000"]},
    "scale": {"proxy": [":80", ":443", "127.0.0.1:8000"]},
    "dev": {"dev": ["127.0.0.1:8000"], "catcher": ["127.0.0.1:8025"]},
}
REPLICAS = {"web": 2, "worker": 3}


@cache
def config(profile: str) -> dict[str, Any]:
    """Give what `docker compose config` makes of a profile and of the least that stands in .env, and complains of nothing."""
    told = subprocess.run(
        [PROGRAM, "--file", ROOT / "docker-compose.yml", "--profile", profile, "config", "--format", "json"],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", **DOT_ENV},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (told.returncode, told.stderr)
    services: dict[str, Any] = json.loads(told.stdout)["services"]
    return services


def ours(profile: str) -> dict[str, dict[str, Any]]:
    """Give the services of a profile that run the product."""
    return {name: one for name, one in config(profile).items() if one.get("image") == "newsletter" and "entrypoint" not in one}


@pytest.mark.parametrize("profile", PROFILES)
def test_profile_has_its_services_and_no_other(profile: str) -> None:
    """Every service is of one profile, and whoever it waits for is of the same."""
    assert {name for name, one in SERVICES.items() if one["profiles"] == [profile]} == set(config(profile))
    assert set(COMPOSE["services"]) == {name for one in PROFILES for name in config(one)}


@pytest.mark.parametrize("profile", PROFILES)
def test_commands_and_settings_are_ones_that_the_code_knows(profile: str) -> None:
    """As they come out once anchors are merged and variables are filled in."""
    for one in ours(profile).values():
        understood(one["command"])
        read = settings.load(one["environment"])
        assert Path("/data") == Path(one["volumes"][0]["target"])
        assert (profile == "scale") == (not read.database_url.startswith("sqlite"))


@pytest.mark.parametrize("profile", PROFILES)
def test_ports_lead_to_what_listens(profile: str) -> None:
    """What is published is what the service listens on, and on this machine alone where it speaks no TLS."""
    published = {
        name: [f"{port.get('host_ip', '')}:{port['published']}" for port in one["ports"]]
        for name, one in config(profile).items()
        if "ports" in one
    }

    assert PUBLISHED[profile] == published
    for name, one in ours(profile).items():
        listens = understood(one["command"]).params.get("port")
        assert [listens] * len(one.get("ports", ())) == [port["target"] for port in one.get("ports", ())], name


def test_scale_runs_as_many_as_it_says() -> None:
    """Pages twice and workers three times; each waits for tables that were made, and is asked on a path that there is."""
    scale = config("scale")
    asked = re.search(r"127\.0\.0\.1:(\d+)(/\w+)", str(scale["worker"]["healthcheck"]["test"]))
    assert asked is not None

    assert REPLICAS == {name: one["deploy"]["replicas"] for name, one in scale.items() if "deploy" in one}
    assert {"service_completed_successfully"} == {scale[name]["depends_on"]["init"]["condition"] for name in REPLICAS}
    assert f"127.0.0.1:{asked[1]}" == scale["worker"]["environment"]["NEWSLETTER_METRICS_LISTEN"]
    assert asked[2] in {page.path for page in ROUTES}
