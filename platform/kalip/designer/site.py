"""What publishing stands on: the site's services, with files, and what its plugins bring."""

from dataclasses import dataclass

from kalip.records import Services
from kalip.runtime import Extensions
from kalip.storage import Blobs


@dataclass(frozen=True, slots=True)
class Site:
    """A site whose metadata can be changed."""

    services: Services
    extensions: Extensions
    blobs: Blobs
