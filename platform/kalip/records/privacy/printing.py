"""A person's data as a document to read and to print: PDF with fonts of its own, in the reader's language.

Knows what `handing_out` puts together and asks the database nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import font_roboto
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from kalip.base.names import humanize
from kalip.model import Model

Say = Callable[[str], str]
"""Translates an English text into the reader's language."""
_REGULAR, _BOLD = "KalipRoboto", "KalipRoboto-Bold"
_INK, _QUIET, _LINE = HexColor("#1d2430"), HexColor("#5b6472"), HexColor("#d5dae1")
_MARGIN: Final = 18 * mm
_LABEL: Final = 48 * mm
_FRAME: Final = 6
"""What ReportLab leaves free within the margins on each side."""
_PLAIN = ParagraphStyle("plain", fontName=_REGULAR, fontSize=9, leading=12.5, textColor=_INK, alignment=TA_LEFT)
_SMALL = ParagraphStyle("small", parent=_PLAIN, fontSize=8, leading=11, textColor=_QUIET)
_TITLE = ParagraphStyle("title", parent=_PLAIN, fontName=_BOLD, fontSize=17, leading=22, spaceAfter=4)
_HEAD = ParagraphStyle("head", parent=_PLAIN, fontName=_BOLD, fontSize=12, leading=16, spaceBefore=10, spaceAfter=3)
_SUBHEAD = ParagraphStyle("subhead", parent=_PLAIN, fontName=_BOLD, fontSize=9.5, leading=13, spaceBefore=5)


def person_pdf(model: Model, found: Mapping[str, Any], locale: str, site: str, say: Say) -> bytes:
    """The PDF of what was put together of a person, with the labels of the model in a language."""
    _load_fonts()
    title = say("What is kept about you")
    names = ", ".join(found["names"]) or ", ".join(found["known_by"])
    story: list[Flowable] = [
        Paragraph(_text(title), _TITLE),
        Paragraph(_text(names), _HEAD),
        Paragraph(_text(f"{site} · {found['made_at']}"), _SMALL),
        Spacer(1, 4 * mm),
    ]
    if found["known_by"]:
        story.append(_pairs([(say("Known by"), ", ".join(found["known_by"]))]))
    for record in found["records"]:
        story += _record(model, record, locale, say)
    for noun, rows in found["beside"].items():
        story.append(Paragraph(_text(say(noun.capitalize())), _HEAD))
        story.append(_pairs((str(next(iter(row.values()))), _said(dict(list(row.items())[1:]))) for row in rows))
    for account in found["accounts"]:
        story.append(Paragraph(_text(say("Account")), _HEAD))
        story.append(_pairs((humanize(name), _said(value)) for name, value in account.items()))
    if found["disclosures"]:
        story.append(Paragraph(_text(say("Who was given your data")), _HEAD))
        story.append(_pairs((each["at"], f"{each['recipient']}: {each['purpose']}") for each in found["disclosures"]))
    return _build(story, title, say)


def _record(model: Model, record: Mapping[str, Any], locale: str, say: Say) -> Iterable[Flowable]:
    entity = model.entities.get(record["entity"])
    label = entity.label.get(locale) if entity is not None else humanize(record["entity"])
    yield Paragraph(_text(f"{label}: {record['title']}"), _HEAD)
    fields = entity.attributes if entity is not None else {}
    yield _pairs(
        (fields[name].label.get(locale) if name in fields else humanize(name), _said(value))
        for name, value in record["values"].items()
        if name != "id"
    )
    if "files" in record:
        yield Paragraph(_text(say("Files")), _SUBHEAD)
        yield _pairs((each["name"], f"{each['media_type']}, {each['size']} B") for each in record["files"])
    if "consents" in record:
        yield Paragraph(_text(say("Consents")), _SUBHEAD)
        yield _pairs((each["at"], f"{each['text']} ({each['version']})") for each in record["consents"])
    if "history" in record:
        yield Paragraph(_text(say("History")), _SUBHEAD)
        yield _pairs((each["at"], f"{each['kind']}\n{_said(each['after'])}") for each in record["history"])


def _pairs(pairs: Iterable[tuple[str, str]]) -> Flowable:
    rows = [[Paragraph(_text(name), _SMALL), Paragraph(_text(value), _PLAIN)] for name, value in pairs]
    if not rows:
        return Spacer(1, 1)
    table = Table(rows, colWidths=[_LABEL, A4[0] - 2 * (_MARGIN + _FRAME) - _LABEL], splitByRow=1, splitInRow=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


def _said(value: Any) -> str:
    """A JSON value in words."""
    if isinstance(value, Mapping):
        return "\n".join(f"{humanize(str(name))}: {_said(each)}" for name, each in value.items() if each is not None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_said(each) for each in value)
    return "" if value is None else str(value)


def _text(text: str) -> str:
    # Paragraphs read XML; nothing of what people typed may be markup.
    shown = "".join(each for each in text if each == "\n" or each.isprintable())
    return escape(shown).replace("\n", "<br/>")


def _build(story: list[Flowable], title: str, say: Say) -> bytes:
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=title, author="Kalip", lang="",
    )  # fmt: skip

    def foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(_REGULAR, 8)
        canvas.setFillColor(_QUIET)
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"{say('Page')} {canvas.getPageNumber()}")

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _load_fonts() -> None:
    if _REGULAR in pdfmetrics.getRegisteredFontNames():
        return
    folder = Path(font_roboto.font_directory)
    pdfmetrics.registerFont(TTFont(_REGULAR, folder / "Roboto-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(_BOLD, folder / "Roboto-Bold.ttf"))
