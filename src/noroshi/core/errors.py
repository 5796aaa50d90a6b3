"""The few errors of the house. Each says what was wrong, where, and what to do."""


class NoroshiError(Exception):
    """Base of every error a user may see.

    `what` was wrong, `where` (file, line, element or field), and the `remedy`.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.remedy})" if self.remedy else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_revive, (type(self), self.what, self.where, self.remedy))


def _revive(cls: type[NoroshiError], what: str, where: str, remedy: str) -> NoroshiError:
    return cls(what, where=where, remedy=remedy)


class UnreadableMessage(NoroshiError):
    """The bytes of a message could not be read. The message goes to quarantine."""


class LimitExceeded(UnreadableMessage):
    """A message is larger, deeper or expands further than the settings allow."""


class InvalidRecord(NoroshiError):
    """One record of a message breaks a rule of its kind; the others are kept."""


class NotPermitted(NoroshiError):
    """The reader may not see or do this."""


class NotFound(NoroshiError):
    """There is no such message, record, kind or place."""


class NotWritten(NoroshiError):
    """The store could not write just now; nothing was kept, and the same may be tried again."""


class NotVerified(NoroshiError):
    """What another organisation is said to have signed does not verify; nothing of it is used."""


class Unreachable(NoroshiError):
    """Another node could not be reached just now, or broke off; the same may be tried again."""
