"""A picture."""

from kalip.fields.field_type import OptionFault
from kalip.fields.operators import words
from kalip.fields.types.file import FileType
from kalip.model import Field

ACCEPTED = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")
"""Kinds accepted when the field says nothing: those that browsers show and that run no script."""


class ImageType(FileType):
    """One uploaded picture, by its file's id."""

    name = "image"
    label = words("Image", "Resim", "Изображение")
    description = "One picture shown in place: PNG, JPEG, GIF, WebP or AVIF unless `accept` says otherwise."
    widget = "image"

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """Only pictures can be accepted."""
        others = tuple(
            (f"/accept/{index}", f"'{kind}' is not a kind of picture", "use a field of type file")
            for index, kind in enumerate(field.options.get("accept") or ())
            if "/" in kind and not kind.startswith("image/")
        )
        return (*super().check_options(field), *others)
