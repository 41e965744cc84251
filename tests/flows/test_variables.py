import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.flows.graph import Action, Step, Variable
from apps.flows.variables import fill, fill_command, mask_secrets, missing, needed, problem_with, problem_with_check


def test_fill_puts_values_in_and_leaves_what_has_none():
    assert fill("Hello {{user}} on {{ device }}", {"user": "jo"}) == "Hello jo on {{ device }}"


@pytest.mark.parametrize(
    ("command", "value", "filled"),
    [
        ("Get-ADUser {{user}}", "jo.smith", "Get-ADUser jo.smith"),
        ("Get-ADUser {{user}}", "jo smith; Remove-Item C:", "Get-ADUser 'jo smith; Remove-Item C:'"),
        ("Get-ADUser '{{user}}'", "O'Neil", "Get-ADUser 'O''Neil'"),
        ('Test "{{user}}"', 'a"$b`', 'Test "a`"`$b``"'),
        ("Get-ADUser {{user}}", "O\u2019Neil; x", "Get-ADUser 'O\u2019\u2019Neil; x'"),
        ('Test "{{user}}"', "\u201ca", 'Test "`\u201ca"'),
        ("Get-ADUser {{user}}", "@args", "Get-ADUser '@args'"),
        ("Get-ADUser {{user}}", "jo\nRemove-Item", "Get-ADUser 'jo Remove-Item'"),
        ("Get-ADUser {{user}}", "", "Get-ADUser {{user}}"),
    ],
)
def test_fill_command_keeps_a_value_one_literal_of_powershell(command, value, filled):
    assert fill_command(command, {"user": value}, "Windows PowerShell 5.1") == filled


@pytest.mark.parametrize(
    ("command", "value", "filled"),
    [
        ("ping {{x}}", "srv-01", "ping srv-01"),
        ("dir {{x}}", "a & del b", 'dir "a & del b"'),
        ("dir {{x}}", 'a" & del "b', 'dir "a"" & del ""b"'),
        ('dir "{{x}}"', 'a" & del b', 'dir "a"" & del b"'),
        ("echo it's {{x}}", "a & b", 'echo it\'s "a & b"'),
    ],
)
def test_fill_command_keeps_a_value_one_literal_of_cmd(command, value, filled):
    assert fill_command(command, {"x": value}, "cmd") == filled


@settings(max_examples=40, deadline=None)
@given(value=st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n\t"), min_size=1, max_size=30))
@pytest.mark.parametrize("around", ["", "'", '"'])
def test_fill_command_gives_bourne_shells_the_value_as_it_was_typed(around, value):
    command = fill_command(f"printf %s {around}{{{{x}}}}{around}", {"x": value}, "bash")
    said = subprocess.run(["bash", "-c", command], capture_output=True, check=True, timeout=10).stdout
    assert said.decode() == value


def test_needed_names_the_gaps_of_a_step_and_missing_the_required_ones():
    user, device = Variable(name="user", label="User", required=True), Variable(name="device", label="Device")
    node = Action(id="a", title="Unlock {{user}}", body="on {{device}}", options=())
    assert needed(node, {"device": "PC"}, [user, device]) == [user]
    assert missing([user, device], {}) == [user]
    assert missing([user, device], {"user": "jo"}) == []
    assert missing([user, device], {"user": "jo"}, {"device"}) == [device]


def test_needed_asks_for_what_an_answer_writes_into_the_note():
    cause = Variable(name="cause", label="Cause")
    answer = {"label": "Done", "to": "b", "note": "Cause: {{cause}}."}
    node = Action.model_validate({"id": "a", "title": "Mend it", "options": [answer]})
    assert needed(node, {}, [cause]) == [cause]


def test_mask_secrets_takes_the_longest_value_first():
    assert mask_secrets("pw hunter22 and hunter2", {"a": "hunter2", "b": "hunter22"}) == "pw {{b}} and {{a}}"
    assert mask_secrets("text", {"a": ""}) == "text"


def test_mask_secrets_twice_is_the_same_as_once():
    secrets = {"pass": "pass", "pin": "hunter22"}
    once = mask_secrets("pass, hunter22, {{hunter22}}", secrets)
    assert once == mask_secrets(once, secrets) == "{{pass}}, {{pin}}, {{{{pin}}}}"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", "3,5", "three"),
        ("ip", "2001:db8::1", "300.1.1.1"),
        ("date", "2026-02-28", "2026-02-30"),
        ("host", "srv-01.example.com", "srv 01"),
        ("yes_no", "yes", "maybe"),
        ("choice", "Main", "Other"),
    ],
)
def test_problem_with_tells_wrong_values_in_a_sentence(kind, good, bad):
    variable = Variable(name="x", label="X", kind=kind, choices=("Main",) if kind == "choice" else ())
    assert problem_with(variable, good) == ""
    assert problem_with(variable, bad).endswith(".")
    assert problem_with(variable, "") == ""


@pytest.mark.parametrize(
    ("verification", "value", "wrong"),
    [
        ("text", "", "Write the result"),
        ("text", "SN-1", ""),
        ("number", "", "Write the number"),
        ("number", "twelve", "Write a number"),
        ("number", "-3,5", ""),
        ("tick", "", ""),
        ("screenshot", "", ""),
    ],
)
def test_check_says_what_its_value_lacks(verification, value, wrong):
    step = Step(id="a", title="Look", verification=verification)
    said = problem_with_check(step, value)
    assert said.startswith(wrong)
    assert bool(said) == bool(wrong)
