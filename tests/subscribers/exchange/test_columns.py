import pytest

from subscribers.errors import FileUnreadable
from subscribers.exchange.columns import arrange
from subscribers.exchange.model import Standing
from subscribers.spreadsheet import Row

# How the programs people move from write their lists: the titles, rows, and how the people of these stand.
FILES = {
    "listmonk": (
        "uuid,email,name,attributes,status,created_at,updated_at",
        [
            ("1b,ann@x.test,Ann,{},enabled,2019-05-03 10:11:12,2019", Standing.GOOD),
            ("2b,bob@x.test,Bob,{},blocklisted,2019-05-03,2019", Standing.BLOCKED),
            ("3b,cy@x.test,Cy,{},disabled,2019-05-03,2019", Standing.LEFT),
        ],
    ),
    "Mailchimp": (
        "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,CLEAN_TIME,LEID,EUID,TAGS",
        [
            ("ann@x.test,Ann,Lee,2,2019-05-03 10:11:12,2019-05-03 10:15:00,,,1,a,", Standing.GOOD),
            ("bob@x.test,Bob,Lee,2,2019-05-03 10:11:12,,2019-06-01 08:00:00,,2,b,", Standing.LEFT),
            ("cy@x.test,Cy,,2,2019-05-03 10:11:12,,,2019-06-01 08:00:00,3,c,", Standing.BOUNCED),
        ],
    ),
    "Substack": (
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at",
        [
            ("ann@x.test,true,,other,false,2019-05-03T10:11:12.000Z,", Standing.GOOD),
            ("bob@x.test,false,,other,true,2019-05-03T10:11:12.000Z,", Standing.LEFT),
        ],
    ),
    "Ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers",
        [
            ("1,ann@x.test,Ann,,true,false,,2019-05-03T10:11:12.000Z,,,", Standing.GOOD),
            ("2,bob@x.test,Bob,,false,false,,2019-05-03T10:11:12.000Z,,,", Standing.LEFT),
            ("3,cy@x.test,Cy,,true,false,,2019-05-03T10:11:12.000Z,2019-06-01T10:11:12.000Z,,", Standing.LEFT),
        ],
    ),
    "Buttondown": (
        "email,notes,metadata,tags,subscriber_type,source,creation_date",
        [
            ("ann@x.test,,{},,regular,api,2019-05-03T10:11:12Z", Standing.GOOD),
            ("bob@x.test,,{},,unactivated,api,2019-05-03T10:11:12Z", Standing.PENDING),
            ("cy@x.test,,{},,unsubscribed,api,2019-05-03T10:11:12Z", Standing.LEFT),
            ("di@x.test,,{},,undeliverable,api,2019-05-03T10:11:12Z", Standing.BOUNCED),
            ("ed@x.test,,{},,spammy,api,2019-05-03T10:11:12Z", Standing.BLOCKED),
        ],
    ),
    "phpList": (
        (
            "id,Email,Is this subscriber confirmed,Is this subscriber blacklisted,Entered,"
            "Is this account disabled?,List Membership"
        ),
        [
            ("1,ann@x.test,1,0,2019-05-03 10:11:12,0,news ", Standing.GOOD),
            ("2,bob@x.test,0,0,2019-05-03 10:11:12,0,news ", Standing.PENDING),
            ("3,cy@x.test,1,1,2019-05-03 10:11:12,0,news ", Standing.BLOCKED),
            ("4,di@x.test,0,0,2019-05-03 10:11:12,1,news ", Standing.LEFT),
        ],
    ),
    "newsletter": (
        "email,name,language,state,requested_at,confirmed_at,withdrawn_at,suppressed",
        [
            ("ann@x.test,Ann,nl,confirmed,,2019-05-03T10:11:12+00:00,,", Standing.GOOD),
            ("bob@x.test,Bob,,requested,2019-05-03T10:11:12+00:00,,,", Standing.PENDING),
            ("cy@x.test,Cy,,withdrawn,,,2019-05-03T10:11:12+00:00,unsubscribed", Standing.LEFT),
            ("di@x.test,Di,,confirmed,,2019-05-03T10:11:12+00:00,,complained", Standing.COMPLAINED),
            ("ed@x.test,Ed,,confirmed,,2019-05-03T10:11:12+00:00,,something new", Standing.BLOCKED),
        ],
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_export_of_another_program_is_known_by_its_titles(kind: str) -> None:
    """And what it says of a no is understood, in any letter case."""
    titles, rows = FILES[kind]
    columns = arrange(titles.split(","), [], {})
    shouted = arrange(titles.upper().split(","), [], {})
    people = [columns.person(Row(2, text.split(","))) for text, _ in rows]

    assert (kind, kind) == (columns.kind, shouted.kind)
    assert [text.partition("@x.test")[0].split(",")[-1] for text, _ in rows] == [one.email.partition("@")[0] for one in people]
    assert [standing for _, standing in rows] == [one.standing for one in people]


@pytest.mark.parametrize("first", ["Adresse e-mail", "Correo", "Wie man dich erreicht"])
def test_mailchimp_is_known_in_any_language(first: str) -> None:
    """Only its own columns have the same titles everywhere."""
    titles, rows = FILES["Mailchimp"]
    told = [first, *titles.split(",")[1:]]
    sample = [Row(2, text.split(",")) for text, _ in rows]
    columns = arrange(told, sample, {})

    assert "Mailchimp" == columns.kind
    assert [standing for _, standing in rows] == [columns.person(row).standing for row in sample]


def test_moment_of_leaving_is_a_no_in_any_file() -> None:
    """Somebody took the columns out that mean nothing to people, and with them what the program is known by."""
    columns = arrange(["email", "UNSUB_TIME", "CLEAN_TIME"], [], {})
    rows = (["ann@x.test", "2019-06-01 08:00:00", ""], ["bob@x.test", "", "2019-06-01 08:00:00"], ["cy@x.test", "", ""])

    assert [Standing.LEFT, Standing.BOUNCED, Standing.GOOD] == [columns.person(Row(2, row)).standing for row in rows]


def test_times_of_asking_and_consenting_are_taken_over() -> None:
    """Where the program says them."""
    titles, rows = FILES["Mailchimp"]
    ann = arrange(titles.split(","), [], {}).person(Row(2, rows[0][0].split(",")))

    assert ("Ann Lee", "2019-05-03 10:11:12", "2019-05-03 10:15:00") == (ann.name, ann.requested_at, ann.confirmed_at)


@pytest.mark.parametrize(
    "titles",
    [
        "E-Mail-Adresse,Vorname,Nachname",
        "Prénom,Nom,Courriel",
        "Correo electrónico,Nombre,Apellidos",
        "姓名,邮箱",
        "ФИО,Электронная почта",
    ],
)
def test_titles_in_other_languages_are_known(titles: str) -> None:
    """Address and name."""
    taken = arrange(titles.split(","), [], {}).taken

    assert set(taken) == set(titles.split(","))


def test_column_of_addresses_is_found_by_what_is_in_it() -> None:
    """When its title says nothing; one that is only partly of addresses is none."""
    sample = [Row(2, ["Ann", "ann@x.test", "bob@x.test"]), Row(3, ["Bob", "bob@x.test", "a friend"])]

    assert {"Kontakt": "email"} == arrange(["Wer", "Kontakt", "Empfohlen von"], sample, {}).taken


def test_what_is_said_of_a_column_holds() -> None:
    """Against its title; `nothing` leaves it alone."""
    columns = arrange(
        ["Email", "Private", "Name", "Status"],
        [],
        {"Private": "email", "email": "nothing", "Name": "first_name", "Status": "nothing"},
    )
    person = columns.person(Row(2, ["work@x.test", "ann@x.test", "Ann", "unsubscribed"]))

    assert ("ann@x.test", "Ann", Standing.GOOD) == (person.email, person.name, person.standing)
    assert ("Email", "Status") == columns.ignored


def test_state_in_a_column_of_another_name_is_obeyed() -> None:
    """When it is said."""
    columns = arrange(["email", "Zustand"], [], {"Zustand": "state"})

    assert Standing.LEFT is columns.person(Row(2, ["ann@x.test", "Unsubscribed "])).standing


@pytest.mark.parametrize(
    ("said", "reason"), [({"Nichts": "email"}, "no column 'Nichts'"), ({"email": "shoe size"}, "cannot hold 'shoe size'")]
)
def test_what_fits_nothing_is_refused(said: dict[str, str], reason: str) -> None:
    """With what there is instead."""
    with pytest.raises(FileUnreadable, match=reason):
        arrange(["email", "name"], [], said)


@pytest.mark.parametrize(
    ("state", "suppressed", "standing", "has_left"),
    [
        ("withdrawn", "complained,unsubscribed", Standing.COMPLAINED, True),
        ("confirmed", " Manual , erased ", Standing.BLOCKED, True),
        # As exports were before: one reason, from which nothing else follows.
        ("withdrawn", "complained", Standing.COMPLAINED, False),
        ("withdrawn", "unsubscribed", Standing.LEFT, False),
        ("confirmed", "bounced,complained", Standing.COMPLAINED, False),
        ("confirmed", "some reason, or other", Standing.BLOCKED, False),
        ("unsubscribed, bounced", "", Standing.BOUNCED, True),
        ("confirmed", "", Standing.GOOD, False),
    ],
)
def test_cell_may_give_several_reasons(state: str, suppressed: str, standing: Standing, has_left: bool) -> None:  # noqa: FBT001 -- one of two
    """The strongest counts, and their own no beside it is kept."""
    person = arrange(["email", "state", "suppressed"], [], {}).person(Row(2, ["ann@x.test", state, suppressed]))

    assert (standing, has_left) == (person.standing, person.has_left)


def test_strongest_no_counts() -> None:
    """Whoever unsubscribed and was blocked was blocked."""
    columns = arrange(["email", "state", "suppressed"], [], {})

    assert Standing.BLOCKED is columns.person(Row(2, ["ann@x.test", "unsubscribed", "manual"])).standing
