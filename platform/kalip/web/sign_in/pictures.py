"""The picture of an address for a phone's camera: a QR code as SVG, without style or script."""

import segno

_SCALE = 5


def picture_of(address: str) -> str:
    """The picture, ready for a page. Always dark on white, which cameras read in either theme."""
    drawn: str = segno.make(address, error="m", micro=False).svg_inline(
        scale=_SCALE, border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return drawn
