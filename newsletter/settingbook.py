"""Every setting there is, as the reference describes it."""

from dataclasses import dataclass

from subscribers.tokens import SHORTEST_SECRET

PREFIX = "NEWSLETTER_"

# Below a second the metronome would do nothing else; above five minutes a due issue waits longer than anybody expects.
SHORTEST_TICK = 1
LONGEST_TICK = 300

# The same of a mailbox of returned mail.
DEFAULT_SECONDS, SHORTEST_SECONDS, LONGEST_SECONDS = 60, 5, 3600


# Those that a backup tells, because no secret can stand in them. What is new is not told until it is named here.
TOLD = frozenset(
    {
        *("public_url", "allow_loopback", "return_domain", "cfbl", "returns_seconds", "uncertain", "tick_seconds", "log"),
        *("keep_deliveries", "keep_networks", "keep_left", "keep_guests", "keep_clicks", "keep_returns", "mail_programs"),
    }
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as the reference describes it."""

    name: str
    # In words; what holds when nothing is given.
    default: str
    meaning: str

    @property
    def key(self) -> str:
        """Its name in the TOML file."""
        return self.name.removeprefix(PREFIX).lower()


SETTINGS = (
    Setting(
        "NEWSLETTER_DATABASE_URL",
        "`sqlite:///<data dir>/newsletter.db`",
        "Where everything is kept: `sqlite:///path`, or `postgresql://user:password@host/name`.",
    ),
    Setting(
        "NEWSLETTER_DATA_DIR",
        "the user's data folder (`~/.local/share/newsletter` on Linux)",
        "Folder of the SQLite database and of the key file.",
    ),
    Setting(
        "NEWSLETTER_PUBLIC_URL",
        "`http://127.0.0.1:8000`",
        "The address under which readers reach the pages; stands in every link of every mail. "
        "A path after the host is not supported.",
    ),
    Setting(
        "NEWSLETTER_SECRET_KEY",
        "on a loopback public address: the file `secret.key` that `newsletter init` makes; else none",
        f"What links and remembered addresses are signed and hashed with: {SHORTEST_SECRET} characters or more, any content. "
        "It is changed by `newsletter suppressions rotate`.",
    ),
    Setting(
        "NEWSLETTER_FORMER_SECRET_KEY",
        "none",
        "The key the instance had before, or several, one a line: links in mails that are out go on working, and who left is "
        "recognised. It is needed for as long as anything is remembered by it.",
    ),
    Setting(
        "NEWSLETTER_JOURNAL_DIR",
        "`<data dir>/journal`",
        "Folder of the journal: one file for each host, with a line for everybody who left, complained or was erased, by keyed "
        "hash. Keep it on another disk than the database, and back it up more often.",
    ),
    Setting(
        "NEWSLETTER_ALLOW_LOOPBACK",
        "`0`",
        "`1` lets feeds and images come from this machine. For the demo and tests only.",
    ),
    Setting(
        "NEWSLETTER_RELAY_URL",
        "none: everything but mailing works",
        "The mail server that takes our mail, such as `smtp://user:pass@host:587?tls=starttls&connections=5`. "
        "`tls` is `implicit`, `starttls` or `none`; if not said, `implicit` on port 465, `none` on this machine and `starttls` "
        "elsewhere; further options are `messages`, `idle`, `ca`, `pipelining`, `chunking` and `dsn`. "
        "It is called `setting` among the relays of `newsletter relays`.",
    ),
    Setting(
        "NEWSLETTER_RETURN_DOMAIN",
        "the domain of the newsletter's sender",
        "The domain that returned mail comes back to; each message has an envelope sender of its own in it.",
    ),
    Setting(
        "NEWSLETTER_CFBL",
        "`0`",
        "`1` tells mailbox providers in each message where complaints about it go (`CFBL-Address`, RFC 9477). It is said only "
        "where something reads the mail of `NEWSLETTER_RETURN_DOMAIN`, in signed mail, and when that domain is the sender's or "
        "lies below it.",
    ),
    Setting(
        "NEWSLETTER_RETURNS_URL",
        "none: no mailbox is read",
        "The mailbox that returned mail comes to, such as `imaps://user:password@mail.example.org/INBOX`; in a password and a "
        "folder signs such as `/`, `?`, `#` and `@` are percent-encoded. TLS from the first byte, on port 993; "
        "`imap://`, without it, on this machine only. Options: `processed` and `unparsed`, the folders that what was read is "
        "moved to (`Processed`, `Unparsed`), and `ca`, a file of certificates trusted instead of the system's. See "
        "[What comes back](../how-to/what-comes-back.md).",
    ),
    Setting(
        "NEWSLETTER_RETURNS_LISTEN",
        "none",
        "Where the worker takes returned mail by SMTP, such as `127.0.0.1:2525`: from a mail server that sends it on, or as "
        "the MX of the return domain on port 25. With `?certificate=FILE&key=FILE` it offers STARTTLS.",
    ),
    Setting(
        "NEWSLETTER_RETURNS_SECONDS",
        f"`{DEFAULT_SECONDS}`",
        f"How often the mailbox is looked at, in seconds, {SHORTEST_SECONDS} to {LONGEST_SECONDS}; where it tells by itself "
        "that something came (IDLE), at once.",
    ),
    Setting(
        "NEWSLETTER_WEBHOOKS_SES",
        "none: nothing is taken from Amazon SES",
        "The topic of SNS by which Amazon SES tells of bounces and complaints, such as "
        "`arn:aws:sns:eu-west-1:123456789012:newsletter-returns`; nothing else is believed. "
        "[How](../how-to/what-comes-back-providers.md).",
    ),
    Setting(
        "NEWSLETTER_WEBHOOKS_POSTMARK",
        "none: nothing is taken from Postmark",
        "A secret of your own, 20 characters or more (`openssl rand -hex 24`); it stands in the address that Postmark calls, "
        "or is a password of it.",
    ),
    Setting(
        "NEWSLETTER_WEBHOOKS_MAILGUN",
        "none: nothing is taken from Mailgun",
        "The HTTP webhook signing key of your account at Mailgun.",
    ),
    Setting(
        "NEWSLETTER_WEBHOOKS_SENDGRID",
        "none: nothing is taken from SendGrid",
        "The verification key of SendGrid's signed event webhook.",
    ),
    Setting(
        "NEWSLETTER_WEBHOOKS_BREVO",
        "none: nothing is taken from Brevo",
        "A secret of your own, as for Postmark; Brevo sends it as a token or in the address.",
    ),
    Setting(
        "NEWSLETTER_WEBHOOKS_MAILJET",
        "none: nothing is taken from Mailjet",
        "A secret of your own, as for Postmark; it stands in the address that Mailjet calls, or as a password of it.",
    ),
    Setting(
        "NEWSLETTER_WORDPRESS_PASSWORD",
        "none",
        "The application password with which `newsletter issues announce` writes a draft on a WordPress blog. WordPress makes "
        "one for a user under Users, Profile, Application Passwords; a contributor's is enough.",
    ),
    Setting(
        "NEWSLETTER_UNCERTAIN",
        "`hold`",
        "What becomes of mail whose answer was lost in a crash or with the connection. `hold`: it is shown, and a person "
        "decides. `resend`: after half an hour it is mailed again, once, as the same bytes under the same Message-ID; "
        "everybody who had got it all the same then has it twice.",
    ),
    Setting(
        "NEWSLETTER_TICK_SECONDS",
        "`20`",
        f"How often the worker looks for what is due, in seconds, {SHORTEST_TICK} to {LONGEST_TICK}.",
    ),
    Setting(
        "NEWSLETTER_KEEP_DELIVERIES",
        "`24 months`",
        "How long deliveries say to whom they went, from the planning of the letter; then issue, state and times stay. As "
        "`24 months`, `90 days`, `2 years` or `for ever`. Where none of the six is given, the desk can choose it.",
    ),
    Setting(
        "NEWSLETTER_KEEP_NETWORKS",
        "`12 months`",
        "How long the evidence of consent tells network addresses and browsers, and a departure its network.",
    ),
    Setting(
        "NEWSLETTER_KEEP_LEFT",
        "`3 years`",
        "How long somebody is known who left their last list; then they are erased. So long, too, the evidence of an erased "
        "person is found by the hash of their address.",
    ),
    Setting(
        "NEWSLETTER_KEEP_GUESTS",
        "`12 months`",
        "How long it is known who was asked to write for an issue or to look it over, and what they typed, from the end of "
        "their link. What they handed in stays with the issue.",
    ),
    Setting(
        "NEWSLETTER_KEEP_CLICKS",
        "`12 months`",
        "How long it is known which links somebody followed who allowed that, from the first time. How often each link was "
        "followed stays, by nobody's name.",
    ),
    Setting(
        "NEWSLETTER_KEEP_RETURNS",
        "`90 days`",
        "How long messages that came back are kept as they came: bounces, complaints, answers. What counted of them stays with "
        "the delivery, as long as that says to whom it went.",
    ),
    Setting(
        "NEWSLETTER_MAIL_PROGRAMS",
        "Gmail, Outlook, Apple Mail, Yahoo Mail and Thunderbird",
        "The mail programs of the readers, with commas between: `issues check` tells what an issue uses and one of them cannot "
        "show. `gmail` is Gmail on all machines, `gmail/ios` on one of them; "
        "[all names](../how-to/check-an-issue.md#what-mail-programs-cannot-show).",
    ),
    Setting(
        "NEWSLETTER_LOG",
        "`info/text`",
        "What is logged to stderr, and how: `debug`, `info`, `warning` or `error`, then `/text` or `/json`.",
    ),
    Setting(
        "NEWSLETTER_METRICS_TOKEN",
        "none: the pages tell no metrics",
        "A secret of your own, 20 characters or more (`openssl rand -hex 24`): whoever brings it as a bearer token gets the "
        "[metrics](metrics.md) at `/metrics`, and nobody else knows that they are there.",
    ),
    Setting(
        "NEWSLETTER_METRICS_LISTEN",
        "none",
        "Where `serve` and `worker` answer `/metrics`, `/healthz` and `/readyz` on a port of their own, such as "
        "`127.0.0.1:9464`. An address that others than this machine reach needs the token, too.",
    ),
    Setting(
        "NEWSLETTER_TRACES",
        "none: nothing is traced",
        "Where a collector of OpenTelemetry takes traces by HTTP (OTLP), such as `http://127.0.0.1:4318`. Needs the extra "
        "`newsletter[otel]`.",
    ),
    Setting(
        "NEWSLETTER_TEMPLATES",
        "the templates of the package",
        "Folder with the templates of mails and pages.",
    ),
    Setting(
        "NEWSLETTER_FAILPOINT",
        "none",
        "Where to break on purpose, as `name:action:nth` or `name:action:p0.01:seed`; actions are `kill`, `stop`, `raise` and "
        "`sleep0.5`. For crash tests only.",
    ),
    Setting(
        "NEWSLETTER_CONFIG",
        "none",
        'A TOML file with the same names in lower case and without `NEWSLETTER_` (`public_url = "…"`). '
        "The environment wins over it.",
    ),
)
