"""From a published revision to a served model: what every process does when it starts or follows a publish."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from kalip.base.errors import StorageError
from kalip.compiler import Compilation, compile_packs
from kalip.designer.stored import packs_of
from kalip.metadata import Kind, Pack, place_of
from kalip.runtime import Extensions, Served
from kalip.storage import Database, get_revision, load_documents

# Seeds, demo data and tests are no part of a model, and demo documents can be large.
_BESIDE_THE_MODEL = frozenset({Kind.SEED, Kind.DEMO, Kind.TEST})


def load_served(database: Database, extensions: Extensions, revision: str | None) -> Served:
    """Compile a published revision (None: the empty system). CompileError when a plugin that it needs is missing."""
    if revision is None:
        return compile_served((), extensions)
    with database.read() as session:
        found = get_revision(session, revision)
        if found is None:
            raise StorageError("there is no revision {hash}", params={"hash": revision}, code="S141")
        wanted = {path: hashed for path, hashed in found.documents.items() if _makes_the_model(path)}
        texts = load_documents(session, wanted)
    return compile_served(packs_of(texts), extensions)


def compile_served(packs: Sequence[Pack], extensions: Extensions, laid: Collection[str] | None = None) -> Served:
    """Compile packs with what plugins bring. Raises CompileError with every diagnostic; `laid` as below."""
    return served_of(compilation_of(packs, extensions, laid), extensions)


def compilation_of(packs: Sequence[Pack], extensions: Extensions, laid: Collection[str] | None = None) -> Compilation:
    """Compile packs as far as they go, with every diagnostic.

    Where `laid` names packs that are laid into a stack, records and tests of the others are left out: they were
    checked with their pack, and a layer above may take a field away that they name.
    """
    read = [pack if laid is None or pack.name in laid else _model_alone(pack) for pack in packs]
    return compile_packs(read, extensions.types, functions=extensions.functions, actions=extensions.actions)


def served_of(compilation: Compilation, extensions: Extensions) -> Served:
    """What can be put in service of a compilation. Raises CompileError with every diagnostic when there is no model."""
    return Served(
        compilation.required(),
        extensions.types,
        extensions.actions,
        extensions.functions,
        warnings=compilation.diagnostics,
    )


def _model_alone(pack: Pack) -> Pack:
    documents = {path: each for path, each in pack.documents.items() if each.kind not in _BESIDE_THE_MODEL}
    return replace(pack, documents=documents)


def _makes_the_model(path: str) -> bool:
    place = place_of(path.partition("/")[2])
    return place is not None and place.kind not in _BESIDE_THE_MODEL
