"""What the log leaves out."""

import logging

from django.db import OperationalError


class InALine(logging.Filter):
    """A database that is away for a moment is told in a line: whoever found that out goes on by itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, OperationalError):
            record.msg = f"{record.getMessage()}: {str(error).partition(chr(10))[0]}"
            record.args, record.exc_info = (), None
        return True
