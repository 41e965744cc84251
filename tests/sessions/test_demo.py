from random import Random

from apps.sessions.demo.past import walk
from tests.factories.sessions import started_session
from tests.sessions.conftest import PROCEDURE


def test_walk_gives_a_procedure_the_values_that_it_asks_for(engineer):
    row = started_session(engineer, PROCEDURE)
    walk(Random(1), row, engineer, 5)
    assert [record.answered for record in row.records.all()] == ["Done", "As expected"]
