"""The WSGI door: ``gunicorn wsgi:app`` serves the site that the environment names."""

import gc

# What importing makes is no garbage: not looking for any starts a worker a quarter of a second earlier.
gc.disable()

from kalip.app import create_app  # noqa: E402 - see above

app = create_app(background=True)
gc.enable()
