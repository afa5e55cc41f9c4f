"""REST of search over all entities, limited to what the caller may see."""

from flask import Blueprint, Response

from kalip.base.errors import BadRequest
from kalip.records import Hit, Work, search_records
from kalip.records.searching import LONGEST_QUERY, MOST_HITS
from kalip.web.api.answers import Answer, read
from kalip.web.api.arguments import Arguments

blueprint = Blueprint("api_search", __name__)
DEFAULT_LIMIT = 20


@blueprint.get("/search")
def search() -> Response:
    """Records that hold all the words of `q`, best first."""
    arguments = Arguments("q", "entities", "limit")
    text = arguments.text("q")
    if text is None or len(text) > LONGEST_QUERY:
        raise BadRequest(
            "Say what to search for in '{parameter}', in at most {limit} characters.",
            params={"parameter": "q", "limit": LONGEST_QUERY},
        )
    entities = arguments.names("entities")
    limit = arguments.integer("limit", DEFAULT_LIMIT, 1, MOST_HITS)

    def use(work: Work) -> Answer:
        return Answer({"items": [_hit(each) for each in search_records(work, text, entities, limit)]})

    return read(use)


def _hit(hit: Hit) -> dict[str, object]:
    return {"entity": hit.entity, "id": hit.id, "title": hit.title, "snippet": hit.snippet}
