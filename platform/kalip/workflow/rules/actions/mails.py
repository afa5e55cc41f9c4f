"""Sends e-mails about the record."""

from kalip.base.errors import NotFound
from kalip.model import SendMail
from kalip.workflow.mails import OutgoingMail, send_mail
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.actions.people import users_of
from kalip.workflow.rules.scene import Scene


def send_mail_of_rule(scene: Scene, action: SendMail, name: str) -> Did:
    """Send one e-mail to each address, in the language of its user. NotFound when there is none."""
    addresses: dict[str, str] = {}
    for value in (scene.values(action.to) if action.to else {}).values():
        if value:
            addresses.setdefault(str(value).casefold(), scene.work.actor.locale)
    for user in users_of(scene, action.people):
        addresses.setdefault(user.email.casefold(), user.locale)
    if not addresses:
        raise NotFound("The e-mail has nobody to go to.")
    for address, locale in addresses.items():
        send_mail(
            scene.work,
            OutgoingMail(
                to=(address,),
                subject=scene.said(action.subject, locale),
                body=scene.said(action.body, locale),
                template=action.template,
                locale=locale,
                entity=scene.entity if scene.record_id else None,
                record_id=scene.record_id or None,
                key=f"{scene.key}:{name}:{address}",
            ),
        )
    return Did("Sent e-mail to {addresses}.", {"addresses": list(addresses)})
