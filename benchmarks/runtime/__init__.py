"""Requests per second in process: this runtime, a bare ASGI callable with Kida, and Starlette."""
