"""Loads a library when something of it is first asked for: what starts quickly and stays small pays only for what it uses.

Beside it stands the plain import under `TYPE_CHECKING`, so that types are checked as ever and the owner of the library is
known to the import contracts.
"""

from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module that is loaded at the first question, in the thread that asks."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the module has
        return getattr(import_module(self.__name__), name)


def at_need(name: str) -> ModuleType:
    """Give what stands for the module *name*, such as `PIL.Image`, until it is asked for something."""
    return _Later(name)
