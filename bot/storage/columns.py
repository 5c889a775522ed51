"""Types of columns that hold a database to what was written: SQLite gives back whatever stands in its file.

What is of another kind than the column's was written by no version of this program: it is damage, and said to be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

_NOT_READ = (ValueError, TypeError, OverflowError, RecursionError)  # what conversions raise for what they cannot read


class UnreadableValueError(sa.exc.SQLAlchemyError):
    """The database gave back what is no value of a gap log. It holds nothing of the value."""


class Checked(sa.types.TypeDecorator[Any]):
    """A column of type ``of`` whose values are of the type ``kind`` in Python; no value only where ``nullable``.

    ``read`` makes something else of a value, and raises ValueError or TypeError where it cannot. A query raises
    UnreadableValueError at the first value that is not so.
    """

    impl: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]] = sa.types.String  # of each its own, see below
    cache_ok = True

    def __init__(
        self,
        of: sa.types.TypeEngine[Any],
        kind: type[Any],
        *,
        nullable: bool = False,
        read: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__()
        self.impl = of
        self.of, self.kind, self.nullable, self.read = of, kind, nullable, read

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any]:
        """What is done to each value that comes from the database."""
        # Both drivers give bytes as they are; made from a number they would fill the memory with zeros.
        convert = None if self.kind is bytes else super().result_processor(dialect, coltype)
        kind, nullable, read = self.kind, self.nullable, self.read

        def processed(value: Any) -> Any:
            if value is None and nullable:
                return None
            try:
                found = value if convert is None else convert(value)
                if type(found) is kind and getattr(found, "tzinfo", None) is None:  # times are kept without a zone
                    return found if read is None else read(found)
            except _NOT_READ:
                pass
            raise UnreadableValueError("what was read is no value of its column")

        return processed
