"""Pages about personal data: the desk of those who look after it, and what everybody may read."""

from kalip.web.privacy.books import blueprint as books
from kalip.web.privacy.breaches import blueprint as breaches
from kalip.web.privacy.persons import blueprint as persons
from kalip.web.privacy.policy import blueprint as policy
from kalip.web.privacy.policy import init

blueprints = (books, breaches, persons, policy)

__all__ = ["blueprints", "init"]
