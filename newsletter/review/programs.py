"""Mail programs as caniemail.com tests them, under the names by which a setting chooses those of the readers; pure."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """A mail program on one kind of machine."""

    # Both as caniemail writes them.
    family: str
    platform: str
    # As a person calls it.
    name: str

    @property
    def key(self) -> str:
        """What it is called in the setting: `gmail/ios`."""
        return f"{self.family}/{self.platform}"


# Those of which most features were tried. A few more are named at caniemail of which nearly nothing is known.
KNOWN = (
    Program("aol", "desktop-webmail", "AOL Mail"),
    Program("aol", "android", "AOL on Android"),
    Program("aol", "ios", "AOL on iOS"),
    Program("apple-mail", "macos", "Apple Mail"),
    Program("apple-mail", "ios", "Mail on iOS"),
    Program("fastmail", "desktop-webmail", "Fastmail"),
    Program("gmail", "desktop-webmail", "Gmail"),
    Program("gmail", "android", "Gmail on Android"),
    Program("gmail", "ios", "Gmail on iOS"),
    Program("gmail", "mobile-webmail", "Gmail in a phone's browser"),
    Program("gmx", "desktop-webmail", "GMX"),
    Program("gmx", "android", "GMX on Android"),
    Program("gmx", "ios", "GMX on iOS"),
    Program("hey", "desktop-webmail", "HEY"),
    Program("ionos-1and1", "desktop-webmail", "IONOS"),
    Program("ionos-1and1", "android", "IONOS on Android"),
    Program("laposte", "desktop-webmail", "LaPoste.net"),
    Program("mail-ru", "desktop-webmail", "Mail.ru"),
    Program("orange", "desktop-webmail", "Orange"),
    Program("orange", "android", "Orange on Android"),
    Program("orange", "ios", "Orange on iOS"),
    Program("outlook", "windows", "Outlook on Windows"),
    Program("outlook", "macos", "Outlook on macOS"),
    Program("outlook", "outlook-com", "Outlook.com"),
    Program("outlook", "android", "Outlook on Android"),
    Program("outlook", "ios", "Outlook on iOS"),
    Program("outlook", "windows-mail", "Windows Mail"),
    Program("protonmail", "desktop-webmail", "Proton Mail"),
    Program("protonmail", "android", "Proton Mail on Android"),
    Program("protonmail", "ios", "Proton Mail on iOS"),
    Program("samsung-email", "android", "Samsung Email"),
    Program("sfr", "desktop-webmail", "SFR"),
    Program("sfr", "android", "SFR on Android"),
    Program("sfr", "ios", "SFR on iOS"),
    Program("thunderbird", "macos", "Thunderbird"),
    Program("web-de", "desktop-webmail", "WEB.DE"),
    Program("web-de", "android", "WEB.DE on Android"),
    Program("web-de", "ios", "WEB.DE on iOS"),
    Program("yahoo", "desktop-webmail", "Yahoo Mail"),
    Program("yahoo", "android", "Yahoo Mail on Android"),
    Program("yahoo", "ios", "Yahoo Mail on iOS"),
)

# What readers have unless somebody says otherwise: what most mail is opened in, on each kind of machine.
_USUAL = (
    "gmail/desktop-webmail, gmail/android, gmail/ios, outlook/windows, outlook/outlook-com, outlook/macos, apple-mail, "
    "yahoo/desktop-webmail, thunderbird"
)


def parse_programs(text: str) -> tuple[Program, ...]:
    """Read names with commas between: `gmail` is that program on all machines, `gmail/ios` on one; each is given once.

    Raises:
        ValueError: there is no such program.

    """
    words = [word for word in (part.strip().lower() for part in text.split(",")) if word]
    return tuple(dict.fromkeys(program for word in words for program in _meant(word)))


def _meant(word: str) -> Iterator[Program]:
    found = [program for program in KNOWN if word in {program.family, program.key}]
    if not found:
        families = dict.fromkeys(program.family for program in KNOWN)
        keys = [program.key for program in KNOWN if program.family == word.partition("/")[0]]
        near = keys or difflib.get_close_matches(word, families, n=2) or list(families)
        raise ValueError(f"{word!r} is no mail program that is known; there are {', '.join(near)}")
    yield from found


USUAL = parse_programs(_USUAL)
