"""The ASGI application of a node and the built page. `noroshi.web.app.application` makes it."""
