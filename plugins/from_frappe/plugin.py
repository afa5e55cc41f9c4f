"""Makes packs of Frappe's DocTypes: an importer of metadata."""

import pkgutil
from collections.abc import Sequence

from kalip.runtime.plugins import Imported, MetadataImporter, Source, Text, hookimpl


def read(source: Source) -> Imported:
    """The pack of an app's DocTypes."""
    # A site that serves needs none of it.
    importer = pkgutil.resolve_name("plugins.from_frappe.entities:FrappeImport")
    imported: Imported = importer(source).run()
    return imported


@hookimpl
def kalip_metadata_importers() -> Sequence[MetadataImporter]:
    """The one importer."""
    return [MetadataImporter("frappe", Text.of("Frappe"), read, ("*.json", "*.csv", "*.po"))]
