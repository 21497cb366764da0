"""The pages of the door."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.door import account, entry, factor, passkeys, passwords, provider, second, signin
from newsletter.web.visits import GET, POST, Of, Page

# As for readers: whether there is such an account is not to be told by a stopwatch.
EVEN_SECONDS = 0.4

# The name is there for password managers.
PASSWORDS = ("username", "current", "password")

ROUTES = (
    Page("/desk/enter/{token}", GET, entry.question, None),
    Page("/desk/enter/{token}", POST, entry.enter, None, fields=("name", "address", "password")),
    Page("/desk/sign-in", GET, signin.form, None),
    Page("/desk/sign-in", POST, signin.sign_in, None, fields=("address", "password", "next")),
    Page("/desk/sign-in/second", GET, second.ask, None),
    Page("/desk/sign-in/second", POST, second.check, None, fields=("code", "credential")),
    Page("/desk/sign-in/passkey/begin", POST, passkeys.begin, None, fields=("next",)),
    Page(passkeys.AT_DOOR, GET, passkeys.ask, None),
    Page(passkeys.AT_DOOR, POST, passkeys.check, None, fields=("credential",)),
    Page(provider.THERE, GET, provider.go, None),
    Page(provider.BACK, GET, provider.back, None),
    Page("/desk/sign-in/forgotten", GET, passwords.forgotten, None),
    Page("/desk/sign-in/forgotten", POST, passwords.send, None, fields=("address",), answers_after=EVEN_SECONDS),
    Page("/desk/sign-in/forgotten/sent", GET, passwords.sent, None),
    Page("/desk/link/{token}", GET, passwords.question, None),
    Page("/desk/link/{token}/provider", GET, provider.go_by_link, None),
    Page("/desk/link/{token}", POST, passwords.choose, None, fields=("password", "username")),
    Page("/desk/account", GET, account.show, Permission.VIEW, Of.ACCOUNT),
    Page("/desk/account/name", POST, account.rename, Permission.VIEW, Of.ACCOUNT, fields=("name",)),
    Page("/desk/account/password", POST, account.change_password, Permission.VIEW, Of.ACCOUNT, fields=PASSWORDS),
    Page("/desk/account/second-factor/begin", POST, factor.begin, Permission.VIEW, Of.ACCOUNT, fields=()),
    Page("/desk/account/second-factor", GET, factor.offer, Permission.VIEW, Of.ACCOUNT),
    Page("/desk/account/second-factor", POST, factor.take, Permission.VIEW, Of.ACCOUNT, fields=("code", "current")),
    Page("/desk/account/second-factor/off", POST, factor.drop, Permission.VIEW, Of.ACCOUNT, fields=("current",)),
    Page("/desk/account/codes", POST, factor.renew_codes, Permission.VIEW, Of.ACCOUNT, fields=("current",)),
    Page("/desk/account/passkeys/begin", POST, passkeys.begin_new, Permission.VIEW, Of.ACCOUNT, fields=("passkey", "current")),
    Page(passkeys.NEW, GET, passkeys.offer, Permission.VIEW, Of.ACCOUNT),
    Page(passkeys.NEW, POST, passkeys.keep, Permission.VIEW, Of.ACCOUNT, fields=("credential",)),
    Page(passkeys.GONE, POST, passkeys.remove, Permission.VIEW, Of.ACCOUNT, fields=("current",)),
    Page("/desk/account/provider/unbind", POST, provider.unbind, Permission.VIEW, Of.ACCOUNT, fields=()),
    Page("/desk/account/sessions/{session_id:int}/end", POST, account.end_session, Permission.VIEW, Of.ACCOUNT, fields=()),
    Page("/desk/account/sessions/end-others", POST, account.end_others, Permission.VIEW, Of.ACCOUNT, fields=()),
    Page("/desk/leave", POST, signin.leave, Permission.VIEW, Of.ACCOUNT, fields=()),
)
