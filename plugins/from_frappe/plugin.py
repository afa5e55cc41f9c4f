"""Makes packs of Frappe's DocTypes: an importer of metadata."""

from collections.abc import Sequence

from kalip.runtime.plugins import Imported, MetadataImporter, Source, Text, hookimpl


def read(source: Source) -> Imported:
    """The pack of an app's DocTypes."""
    from plugins.from_frappe.entities import FrappeImport  # noqa: PLC0415 - a site that serves needs none of it

    return FrappeImport(source).run()


@hookimpl
def kalip_metadata_importers() -> Sequence[MetadataImporter]:
    """The one importer."""
    return [MetadataImporter("frappe", Text.of("Frappe"), read, ("*.json", "*.csv", "*.po"))]
