"""Makes packs of EspoCRM's entities: an importer of metadata."""

from collections.abc import Sequence

from kalip.runtime.plugins import Imported, MetadataImporter, Source, Text, hookimpl


def read(source: Source) -> Imported:
    """The pack of the entities of EspoCRM, a module of it, or what a site has changed."""
    from plugins.from_espocrm.entities import EspoImport  # noqa: PLC0415 - a site that serves needs none of it

    return EspoImport(source).run()


@hookimpl
def kalip_metadata_importers() -> Sequence[MetadataImporter]:
    """The one importer."""
    return [MetadataImporter("espocrm", Text.of("EspoCRM"), read)]
