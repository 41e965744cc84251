import logging
import sys

import pytest
from django.db import OperationalError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationalError("connection refused\n\tIs it running?"), "Could not save a task: connection refused"),
        (ValueError("bad"), "Could not save a task"),
    ],
)
def test_worker_tells_of_a_lost_database_in_a_line_and_of_all_else_at_length(error: Exception, said: str) -> None:
    log = logging.getLogger("django-q")
    try:
        raise error
    except type(error):
        record = log.makeRecord(log.name, logging.ERROR, __file__, 1, "Could not save a %s", ("task",), sys.exc_info())
    assert log.filter(record)
    assert record.getMessage() == said
    assert bool(record.exc_info) is not isinstance(error, OperationalError)
