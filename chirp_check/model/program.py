"""The Python side of the project, run once: what was constructed and registered, and what each function gives."""

from chirp_check.model.domain import Callable, Record
from chirp_check.model.inputs import module_facts, modules, python_files
from chirp_check.model.interpreter import Interpreter, Log, Summary
from chirp_check.model.memory import Queries, query


@query
def program(model: Queries) -> Interpreter:
    """Every function of the project, run on unknown arguments."""
    interpreter = Interpreter(modules(model), lambda path: module_facts(model, path))
    interpreter.run(python_files(model))
    return interpreter


def log(model: Queries) -> Log:
    """What running the project noted."""
    return program(model).log


@query
def records(model: Queries, path: str) -> tuple[Record, ...]:
    """The framework's classes that the code of a file constructs."""
    return tuple(record for record in log(model).records if record.span.path == path)


def returned(model: Queries, function: Callable) -> Summary:
    """What a function gives on unknown arguments."""
    return program(model).alone(function)


@query
def read_modules(model: Queries) -> frozenset[str]:
    """The Python files that were read, imported ones included."""
    return frozenset(program(model).facts)
