"""The designer: everything edits a draft, which is reviewed with its plan and published."""

from kalip.web.designer.field_matrix import blueprint as field_matrix
from kalip.web.designer.field_stages import blueprint as field_stages
from kalip.web.designer.history import blueprint as history
from kalip.web.designer.layout import blueprint as layout
from kalip.web.designer.matrix import blueprint as matrix
from kalip.web.designer.questions import blueprint as questions
from kalip.web.designer.review import blueprint as review
from kalip.web.designer.role_rights import blueprint as role_rights
from kalip.web.designer.routes import blueprint as routes
from kalip.web.designer.texts import blueprint as texts
from kalip.web.designer.things import blueprint as things
from kalip.web.designer.translations import blueprint as translations

blueprints = (
    layout,
    matrix,
    field_matrix,
    field_stages,
    role_rights,
    questions,
    history,
    review,
    routes,
    texts,
    things,
    translations,
)

__all__ = ["blueprints"]
