import pytest

from apps.tickets.rules import Rule, best_rule

RULES = [
    Rule(1, words="vpn"),
    Rule(2, words="VPN 809"),
    Rule(3, board="Alerts"),
    Rule(4, board="Alerts", words="disk"),
    Rule(5, type="Request", words="new user"),
]


@pytest.mark.parametrize(
    ("board", "type_", "subject", "flow"),
    [
        ("Helpdesk", "", "VPN does not connect", 1),
        ("Helpdesk", "", "VPN error 809 again", 2),
        ("alerts", "", "CPU high on SRV01", 3),
        ("Alerts", "", "Disk full on SRV01", 4),
        ("Alerts", "", "vpn tunnel down", 1),
        ("Helpdesk", "Request", "A new user starts on Monday", 5),
        ("Helpdesk", "Incident", "A new user starts on Monday", None),
        ("", "", "", None),
    ],
)
def test_rule_that_says_most_counts(board: str, type_: str, subject: str, flow: int | None) -> None:
    found = best_rule(RULES, board=board, type_=type_, subject=subject)
    assert (found.flow_id if found else None) == flow
