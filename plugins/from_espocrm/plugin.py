"""Makes packs of EspoCRM's entities: an importer of metadata."""

import pkgutil
from collections.abc import Sequence

from kalip.runtime.plugins import Imported, MetadataImporter, Source, Text, hookimpl


def read(source: Source) -> Imported:
    """The pack of the entities of EspoCRM, a module of it, or what a site has changed."""
    # A site that serves needs none of it.
    importer = pkgutil.resolve_name("plugins.from_espocrm.entities:EspoImport")
    imported: Imported = importer(source).run()
    return imported


@hookimpl
def kalip_metadata_importers() -> Sequence[MetadataImporter]:
    """The one importer."""
    return [MetadataImporter("espocrm", Text.of("EspoCRM"), read)]
