"""No pattern may take more than linear time, whatever it is fed."""

import time

import pytest

from apps.core.redaction import find

MEGABYTE = 1_000_000
REPEATED = [
    *(
        "a",
        "A1",
        "0",
        "9 ",
        "1.",
        "-",
        ":",
        "::",
        "/",
        "\\",
        "@",
        "a@",
        "=",
        ";",
        "{",
        '"',
        "a.",
        "f:",
        "0a:",
        " ",
        "\n",
        "_",
    ),
    *(
        "password ",
        "password: ",
        "password is ",
        "pw is now ",
        "pass\n",
        "to from ",
        "user ",
        "user is ",
        "login as ",
        "code ",
    ),
    *(
        "123456 ",
        "code 1234 ",
        "backup codes 1234 ",
        "1234 5678 ",
        "community ",
        "community is ",
        "snmp -c ",
        "wifi key ",
    ),
    *(
        "https://",
        "x://a:",
        "a:b@",
        "eyJ",
        "eyJa.",
        "sig=",
        "secret=",
        "uid=a;",
        "pwd=",
        "Password=x;",
        "AKIA",
        "xoxb-",
    ),
    *(
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----a-",
        "Private-Lines: 1\nabcdefgh",
        "WIFI:P:",
        "otpauth://?secret=",
    ),
    *(
        "(303) 555-7705 ",
        "+1 ",
        "0123 ",
        "4111 1111 1111 1111 ",
        "536-22-8145 ",
        "10.1.2.3 ",
        "a4:2b:8c:01:9d:ee ",
        "DOM\\jq ",
    ),
    *(
        "ann [at] ",
        "logged in with a / ",
        "kQ7x$wPz81 ",
        "set to Winter2024! ",
        "Winter2024! as the password ",
        "[password removed]",
        "password  password\n",
        "user  password\na  b\n",
        "jan: pw?\n",
        "user a / b ",
        "door code 1 ",
        "mysql -u a ",
    ),
]


def seconds(text: str) -> float:
    started = time.process_time()
    find(text)
    return time.process_time() - started


@pytest.mark.parametrize("piece", REPEATED)
def test_find_repeated_piece_takes_linear_time(piece: str) -> None:
    """Twice the text takes twice as long; with a nanosecond for each pair of characters it would be four times.

    A busy machine gets three chances, each with a line that was not searched before.
    """
    tries = ([f"{piece * (size // len(piece))} {chance}" for size in (20_000, 40_000)] for chance in range(3))
    assert any(seconds(whole) < 3 * seconds(half) + 0.1 for half, whole in tries)


@pytest.mark.parametrize(
    "piece", ["a", "password is ", "https://", "123456 code ", "0a:", "user jq ", "password  password\n"]
)
def test_find_megabyte_of_one_pattern_ends(piece: str) -> None:
    assert seconds(piece * (MEGABYTE // len(piece))) < 20


def test_find_spaces_below_a_label_take_linear_time() -> None:
    assert seconds("password\n" + " " * 40_000) < 1
