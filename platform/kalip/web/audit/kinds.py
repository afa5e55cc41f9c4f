"""What kinds of events are called."""

from collections.abc import Mapping

from kalip.web.locale import gettext


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
        "record.share_ended": gettext("Sharing ended"),
        "record.erased": gettext("Person erased"),
        "record.purged": gettext("Record deleted for good"),
        "export": gettext("Exports"),
        "export.begun": gettext("Export begun"),
        "export.ended": gettext("Export ended"),
        "sign_in": gettext("Sign-ins"),
        "sign_in.succeeded": gettext("Signed in"),
        "sign_in.failed": gettext("Sign-in failed"),
        "acting": gettext("Acting for others"),
        "acting.started": gettext("Began to act for another"),
        "acting.stopped": gettext("Stopped acting for another"),
        "user": gettext("Users and their roles"),
        "user.created": gettext("User made"),
        "user.roles_changed": gettext("Roles changed"),
        "user.let_in": gettext("User let in again"),
        "user.kept_out": gettext("User kept out"),
        "password": gettext("Passwords"),
        "factor": gettext("Second factors"),
        "session.ended": gettext("Browser signed out"),
        "token": gettext("API tokens"),
        "token.created": gettext("API token made"),
        "token.revoked": gettext("API token revoked"),
        "absence": gettext("Absences"),
        "substitution": gettext("Substitutions"),
        "position": gettext("Positions"),
        "unit": gettext("Units"),
        "group": gettext("Groups"),
        "metadata.published": gettext("Metadata published"),
    }
