"""OpenAPI 3.1 of a site's entities, made from the model as one actor may see it. Serves nothing itself."""

from kalip.web.api.openapi.document import build_document

__all__ = ["build_document"]
