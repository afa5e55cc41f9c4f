"""Forms of our pages as a browser without JavaScript fills them in: what is in them already, and how they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart


@dataclass
class Form:
    """A form of a page: where it goes, and what each of its inputs holds now."""

    action: str
    values: dict[str, list[Any]]

    def send(self, client: FlaskClient, values: Mapping[str, object] | None = None, **headers: str) -> TestResponse:
        """Send it with some inputs changed, as the browser would. A file is a pair of content and name."""
        changed = {name: each if isinstance(each, list) else [each] for name, each in (values or {}).items()}
        sent = {
            name: [FileStorage(BytesIO(each[0]), each[1]) if isinstance(each, tuple) else each for each in texts]
            for name, texts in (self.values | changed).items()
        }
        # Encoded here: the client would leave a temporary file open behind large forms.
        boundary, body = encode_multipart(sent)
        return client.post(
            self.action,
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
            buffered=True,
            headers={name.replace("_", "-"): text for name, text in headers.items()},
        )


def form_in(text: str, action: str) -> Form:
    """The form of a page that goes to an address. Raises LookupError when there is none."""
    reader = _Reader()
    reader.feed(text)
    found = next((form for form in reader.forms if form.action == action), None)
    if found is None:
        raise LookupError(f"no form goes to {action}, but to {sorted({form.action for form in reader.forms})}")
    return found


def form_at(client: FlaskClient, address: str, action: str | None = None) -> Form:
    """The form at an address that goes to `action`, else to that address itself."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    return form_in(response.text, action or address)


class _Reader(HTMLParser):
    """Collects forms; inputs that no browser would send (buttons, unticked boxes, empty files) are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a form, or note what an input holds."""
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), {}))
        elif tag == "input" and name:
            boxed = given.get("type") in ("checkbox", "radio")
            if given.get("type") != "file" and (not boxed or "checked" in given):
                self._hold(name, given.get("value", "on" if boxed else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._hold(self._select, given.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self._hold(name, "")

    def handle_endtag(self, tag: str) -> None:
        """Leave what was open."""
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """Note the text of a text area."""
        if self._area:
            self.forms[-1].values[self._area][-1] += data

    def _hold(self, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1].values.setdefault(name, []).append(value)
