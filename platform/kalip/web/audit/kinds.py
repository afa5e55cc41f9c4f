"""What kinds of events are called."""

from collections.abc import Mapping

from kalip.web.locale import gettext


def kind_label(kind: str) -> str:
    """What a kind of event is called; itself where there are no words for it."""
    return kind_labels().get(kind, kind)


def kind_labels() -> Mapping[str, str]:
    """The kinds that people look for, with what they are called; the part before a dot stands for all of them."""
    return {
        "record.created": gettext("Record made"),
        "record.updated": gettext("Record changed"),
        "record.archived": gettext("Record archived"),
        "record.restored": gettext("Record restored"),
        "record.transitioned": gettext("Moved to a stage"),
        "record.commented": gettext("Comment written"),
        "record.comment_removed": gettext("Comment taken back"),
        "record.converted": gettext("Record converted"),
        "record.merged": gettext("Records merged"),
        "record.read": gettext("Logged field read"),
        "record.shared": gettext("Record shared"),
        "record.unshared": gettext("Sharing ended"),
        "export": gettext("Exports"),
        "export.begun": gettext("Export begun"),
        "export.ended": gettext("Export ended"),
        "sign_in": gettext("Sign-ins"),
        "sign_in.succeeded": gettext("Signed in"),
        "sign_in.failed": gettext("Sign-in failed"),
        "user": gettext("Users and their roles"),
        "user.created": gettext("User made"),
        "user.roles_changed": gettext("Roles changed"),
        "user.activated": gettext("User let in again"),
        "user.deactivated": gettext("User kept out"),
        "user.password_changed": gettext("Password changed"),
        "token": gettext("API tokens"),
        "token.created": gettext("API token made"),
        "token.revoked": gettext("API token revoked"),
        "metadata.published": gettext("Metadata published"),
    }
