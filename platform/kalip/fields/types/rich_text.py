"""Text with headings, lists, links and tables, as sanitised HTML."""

import html
import re
from typing import Any

import nh3

from kalip.fields.field_type import Json, Style
from kalip.fields.operators import words
from kalip.fields.texts import check_characters, clean_text, without_turns
from kalip.fields.types.long_text import LONGEST, LongTextType
from kalip.model import Field

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "i", "ins", "li", "mark", "ol",
    "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_BLOCK_END = re.compile(r"</(?:p|li|h[2-4]|tr|pre|blockquote)>|<br>|<hr>", re.IGNORECASE)
_MARKUP = re.compile(
    rf"<(?:{'|'.join(sorted(_TAGS | {'div', 'span', 'script', 'style', 'img', 'html', 'body'}))})(?:\s[^>]*)?/?>",
    re.IGNORECASE,
)


class RichTextType(LongTextType):
    """Formatted text, stored as the HTML that remains after sanitising."""

    name = "rich_text"
    label = words("Formatted text", "Biçimli metin", "Форматированный текст")
    description = (
        "Text with headings, lists, links and tables. Kept as HTML; scripts, styles, images and foreign tags are "
        "removed when it is written. Plain text is accepted and becomes paragraphs."
    )
    widget = "rich_text"

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (
            "<p>Plain</p>",
            "<h2>Title</h2><ul><li>a &amp; b</li></ul>",
            '<p><a href="https://example.com/" rel="noopener noreferrer">x</a></p>',
        )

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read HTML or plain text and sanitise it; None when no text remains."""
        text = clean_text(raw, LONGEST)
        if text is None:
            return None
        # Cleaning reads characters that were written as numbers.
        clean = without_turns(_sanitised(text if _MARKUP.search(text) else _paragraphs(text)))
        check_characters(clean)
        if not _MARKUP.search(clean):
            clean = f"<p>{clean}</p>"
        return clean if plain_text(clean) or "<hr>" in clean else None

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """The words without markup."""
        return plain_text(value)


def plain_text(markup: str) -> str:
    """The words of sanitised HTML, a line for each block."""
    lines = _BLOCK_END.sub("\n", markup)
    return html.unescape(nh3.clean(lines, tags=set())).strip()


def _sanitised(markup: str) -> str:
    # Cleaning can uncover what the next parse reads otherwise; a second pass makes it stable.
    clean = markup
    for _ in range(4):
        before = clean
        clean = nh3.clean(
            clean, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer"
        ).strip()
        if clean == before:
            break
    return clean


def _paragraphs(text: str) -> str:
    blocks = re.split(r"\n\s*\n", html.escape(text, quote=False).strip())
    return "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks)
