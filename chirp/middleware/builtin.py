"""CORS, under the name that the design of the framework gave its module."""

from chirp.middleware.cors import CORSConfig, CORSMiddleware

__all__ = ["CORSConfig", "CORSMiddleware"]
