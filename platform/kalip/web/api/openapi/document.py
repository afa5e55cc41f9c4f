"""Puts the document together for one actor: entities that may be seen, operations that may be called."""

from kalip.access import Actor, seen_model
from kalip.designer import publishes_any
from kalip.model import Entity, Model, Verb
from kalip.records.privacy.officers import looks_after_privacy
from kalip.runtime import Served
from kalip.web.api.openapi.account import account_paths, account_schemas
from kalip.web.api.openapi.conversions import conversion_paths, conversion_schemas
from kalip.web.api.openapi.jobs import job_paths, job_schemas, transfer_paths
from kalip.web.api.openapi.mails import mail_paths, mail_schemas
from kalip.web.api.openapi.merging import merging_paths, merging_schemas
from kalip.web.api.openapi.organisation import organisation_paths, organisation_schemas
from kalip.web.api.openapi.parts import Json, problem_responses, problem_schemas, security_schemes, shared_parameters
from kalip.web.api.openapi.pipelines import pipeline_paths, pipeline_schemas
from kalip.web.api.openapi.privacy import privacy_paths, privacy_schemas
from kalip.web.api.openapi.records import entity_paths
from kalip.web.api.openapi.rules import clock_paths, rule_paths, rule_schemas
from kalip.web.api.openapi.schemas import entity_schemas
from kalip.web.api.openapi.sharing import sharing_paths, sharing_schemas
from kalip.web.api.openapi.site import site_paths, site_schemas
from kalip.web.api.openapi.tasks import follow_paths, task_paths, task_schemas
from kalip.web.api.rights import verbs

VERSION = "3.1.0"
_DESCRIPTION = (
    "Records of this site's entities, as its metadata says them and as the caller may see them. "
    "Decimals are texts, moments RFC 3339 in UTC, ids UUIDv7."
)


def build_document(served: Served, actor: Actor, title: str) -> Json:
    """The OpenAPI document of the site for an actor."""
    allowed = {name: verbs(served, actor, name) for name in served.model.entities}
    seen = seen_model(served, actor)
    entities = [entity for name, entity in seen.entities.items() if allowed[name]]
    paths: dict[str, Json] = {}
    schemas: dict[str, Json] = {
        **problem_schemas(),
        **site_schemas(),
        **account_schemas(),
        **task_schemas(),
        **organisation_schemas(),
        **conversion_schemas(),
        **mail_schemas(),
        **merging_schemas(),
        **pipeline_schemas(),
        **privacy_schemas(),
        **rule_schemas(),
        **job_schemas(),
        **sharing_schemas(),
    }
    for entity in entities:
        paths |= entity_paths(entity, allowed[entity.name])
        if Verb.READ in allowed[entity.name]:
            paths |= follow_paths(entity.name)
        paths |= conversion_paths(entity, allowed[entity.name])
        paths |= mail_paths(entity, allowed[entity.name])
        paths |= merging_paths(entity, allowed[entity.name])
        paths |= pipeline_paths(entity, allowed[entity.name])
        paths |= sharing_paths(entity, allowed[entity.name])
        paths |= clock_paths(entity, allowed[entity.name])
        paths |= transfer_paths(entity, allowed[entity.name])
    for entity in (*entities, *_hidden_parts(seen, entities)):
        schemas |= entity_schemas(served, actor, entity)
    return {
        "openapi": VERSION,
        "info": {"title": title, "description": _DESCRIPTION, "version": served.model.revision[:12]},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": entity.name, "description": str(entity.plural)} for entity in entities],
        "paths": {
            **paths,
            **account_paths(),
            **task_paths(),
            **privacy_paths(officer=looks_after_privacy(served.model, actor)),
            **job_paths(),
            **organisation_paths(administrator=actor.administrator),
            **rule_paths(administrator=actor.administrator),
            **site_paths(administrator=actor.administrator, publisher=publishes_any(served.model, actor)),
        },
        "components": {
            "schemas": schemas,
            "responses": problem_responses(),
            "parameters": shared_parameters(),
            "securitySchemes": security_schemes(),
        },
    }


def _hidden_parts(seen: Model, entities: list[Entity]) -> list[Entity]:
    """The entities of lines that the actor sees only as part of their parent."""
    names = {entity.name for entity in entities}
    lines = {
        field.target: None
        for entity in entities
        for field in entity.fields.values()
        if field.type == "children" and field.target not in names
    }
    return [seen.entities[str(name)] for name in lines]
