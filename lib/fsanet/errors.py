"""Errors that the person can mend: their text is all that a command shows."""


class InputError(ValueError):
    """Something that was given cannot be used; the message says what was expected, what came and what to do.

    Our own mistakes are other exceptions: a command keeps their traceback.
    """


class MissingPackageError(InputError, ImportError):
    """A package is needed that is not installed; the message says how to install it."""
