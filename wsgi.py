"""The WSGI door: ``gunicorn wsgi:app`` serves the site that the environment names."""

from kalip.app import create_app

app = create_app()
