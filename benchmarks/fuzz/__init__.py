"""Random input that looks for what nobody thought of; `python -m benchmarks.fuzz --help` says for what."""
