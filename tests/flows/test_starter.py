"""What every flow of the starter library promises the engineer who follows it unread."""

import re
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

import apps.flows
from apps.flows.flow_file import FlowFile, read
from apps.flows.graph import PLACEHOLDER, BaseNode, Command, Node, SubFlow, Variable
from apps.flows.lint import SubFlowFacts, lint, walk
from tests.flows.powershell import parses

FOLDER = Path(apps.flows.__file__).parent / "starter"
SLUGS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
EXPECTED = {
    "ad-account-lockout",
    "antivirus-edr-alert",
    "backup-failed",
    "bitlocker-recovery-key",
    "blue-screen-restart",
    "certificate-expired-untrusted",
    "dhcp-no-address",
    "disk-full",
    "dns-name-resolution",
    "domain-trust-failed",
    "group-policy-not-applied",
    "hypervisor-host-guest-down",
    "intune-enrolment-compliance",
    "line-of-business-app-fails",
    "m365-account-compromised",
    "m365-sign-in-fails",
    "mac-support",
    "mail-bounces",
    "mail-not-arriving",
    "onedrive-sharepoint-sync",
    "outlook-desktop-fails",
    "pc-is-slow",
    "phishing-report",
    "phones-registration-audio",
    "printing-and-scanning",
    "remote-desktop-fails",
    "share-not-found-or-denied",
    "site-internet-firewall-down",
    "sql-server-down",
    "suspected-ransomware",
    "teams-audio-video",
    "vpn-does-not-connect",
    "wifi-drops",
    "windows-update-fails",
}
CATEGORIES = {
    "Email",
    "Microsoft 365",
    "Identity",
    "Network",
    "Endpoints",
    "Printing",
    "Servers",
    "Security",
    "Collaboration",
}

# Commands that no longer work, or answer wrongly.
RETIRED = (
    r"Connect-MsolService|Connect-AzureAD|(Get|Set|New|Remove)-(Msol|AzureAD)\w+",
    r"Get-MessageTrace(Detail)?(?!V2)\b",
    r"Search-Mailbox|New-PSSession\b.*outlook\.office365|Connect-ExchangeOnline\b.*-Credential\b",
    r"\bwmic\b|Get-WmiObject|Get-EventLog|Get-AdmPwdPassword|wuauclt",
    r"appdata%?\\Microsoft\\Teams|\bairport\b|Send-MailMessage",
    r"(?m)^\s*(sc|curl|where)\s",
    r"Get-WinEvent(?![^|]*(-FilterHashtable|-MaxEvents))",
    r"-Scopes\b.*Device\.ReadWrite\.All",  # only an application has it
    r"Set-DistributionGroup\b(?!.*-BypassSecurityGroupManagerCheck)",  # else only a group's owner may
)
# Security given away to make a ticket go quiet, and data thrown away.
WEAKENING = (
    r"RpcAuthnLevelPrivacyEnabled|SMB1Protocol\s+\$true|FeatureName\s+SMB1|EnableInsecureGuestLogons|AllowInsecureGuestAuth",
    r"Set-MpPreference\b.*(-Disable|-Exclusion)|Add-MpPreference\b.*-Exclusion|advfirewall\b.*state\s+off",
    r"Set-NetFirewallProfile\b.*-Enabled\s+False|UserAuthentication\b.*\b0\b|Everyone:\(?F|\+all\b|EnableLUA",
    r"Set-ADDefaultDomainPasswordPolicy|-RequireTls\s+\$false|RequireSecuritySignature\s+\$false|RejectDirectSend\s+\$false",
    r"SmtpClientAuthenticationDisabled\s+\$false|-PasswordNeverExpires\s+\$true|Set-ExecutionPolicy\b.*LocalMachine",
    r"/ResetBase|REPAIR_ALLOW_DATA_LOSS|\bDBCC\s+SHRINK|recovery\s+simple|vssadmin\S*\s+delete|wbadmin\S*\s+delete",
    r"Remove-Item\b.*-Recurse.*\$|ntdsutil|Remove-ADObject\b.*-Recursive|csrutil\s+disable|ConvertTo-SecureString\b.*-AsPlainText",
)
# The same said in words. A sentence that forbids it is welcome.
ADVICE = re.compile(
    r"(disable|turn off|switch off|exclude \w+ from)( the| all)? (mfa|second factor|conditional access|antivirus|av|"
    r"edr|firewall|windows defender|credential guard|nla|smb signing|security defaults)\b"
    r"|(enable|turn on|switch on|allow)( the)? (smb ?1|guest access|rc4|legacy authentication|basic auth\w*)\b"
    r"|raise the (lock-?out )?threshold|as (a )?trusted location|whitelist the (whole )?domain"
    r"|paste (the|your|their|a) (password|key|secret|psk)",
    re.IGNORECASE,
)
FORBIDS = re.compile(r"\b(not|never|no|nor|nobody|without|cannot|instead of|only moves)\b", re.IGNORECASE)
OLD_NAMES = re.compile(
    r"\bAzure AD\b|Azure Active Directory|Endpoint Manager|Security & Compliance Center"
    r"|Support and Recovery Assistant|\bSaRA\b"
)
# May stand only under a destructive block with a second person.
DANGEROUS = re.compile(
    r"\bdiskpart|\bformat\.com|Format-Volume|icacls\S*\b.*/reset.*/T|takeown\S*\b.*/R|Remove-ADObject|Repair-Volume|chkdsk\S*\b.*/r"
    r"|vssadmin\S*\s+resize|netsh\S*\s+int\w*\s+ip\s+reset|ipconfig\S*\s+/release|Resize-Partition|logoff\.exe|Remove-Item\b.*-Recurse",
    re.IGNORECASE,
)
SECRET_NAME = re.compile(r"pass(word|code|phrase)|\bpsk\b|\bkey\b|\bpin\b|secret|\btap\b", re.IGNORECASE)
REVERTS = re.compile(r"put back|left changed|is left|owner and an? (end )?date|tidy-up", re.IGNORECASE)


@cache
def flow(slug: str) -> FlowFile:
    return read(FlowFile, (FOLDER / f"{slug}.yaml").read_text(encoding="utf-8"))[0]


TROUBLES = [slug for slug in SLUGS if flow(slug).kind == "troubleshooting"]
PASSAGES = [slug for slug in SLUGS if flow(slug).kind == "passage"]


@cache
def known_flows() -> dict[str, SubFlowFacts]:
    return {slug: SubFlowFacts.of(flow(slug), "public") for slug in SLUGS}


def nodes(slug: str) -> dict[str, tuple[Node]]:
    return {node.id: (node,) for node in flow(slug).nodes}


def commands(slug: str) -> dict[str, tuple[Node, Command]]:
    return {
        f"{node.id}-{number}": (node, command)
        for node in flow(slug).nodes
        for number, command in enumerate(node.commands, start=1)
    }


def of_each(things: Callable[[str], Mapping[str, tuple[object, ...]]]) -> Callable[[Callable[..., None]], object]:
    """A test for each flow, which tells all things of it that fail: ten thousand tests would take longer to hand out
    and to report than to run."""

    def test_of(check: Callable[..., None]) -> object:
        def test(slug: str) -> None:
            failed = []
            for name, thing in things(slug).items():
                try:
                    check(*thing)
                except AssertionError as error:
                    failed.append(f"{name}: {error}")
            assert not failed, "\n".join(failed)

        return pytest.mark.parametrize("slug", SLUGS)(test)

    return test_of


def prose(node: BaseNode) -> str:
    """What the node tells the engineer to do, the commands aside."""
    options = chain.from_iterable((option.label, option.note, option.detail) for option in node.exits)
    return "\n".join([node.title, node.body, node.note, *options])


def sentences(text: str) -> Iterator[str]:
    yield from re.split(r"(?<=[.;:|])\s|\n", text)


def open_quote(before: str) -> str:
    """The quotation mark that is still open at the end of a piece of a command."""
    quote = ""
    for sign in before:
        if quote in ("", sign) and sign in "'\"":
            quote = "" if quote else sign
    return quote


def reach(slug: str, start: str) -> set[str]:
    graph = flow(slug)
    return walk([start], {node.id: graph.targets(node) for node in graph.nodes})


def trail(targets: Mapping[str, Iterable[str]], start: str, goals: set[str]) -> list[str]:
    """The shortest way from a node to one of the goals, both ends included; empty when there is none."""
    came_from: dict[str, str] = {start: ""}
    queue = deque([start])
    while queue and queue[0] not in goals:
        one = queue.popleft()
        queue.extend(target for target in targets[one] if target not in came_from)
        came_from |= {target: one for target in targets[one] if target not in came_from}
    way = [queue[0]] if queue else []
    while way and came_from[way[0]]:
        way.insert(0, came_from[way[0]])
    return way


def ends(slug: str, kind: str) -> set[str]:
    return {node.id for node in flow(slug).nodes if node.kind == kind}


def callers(passage: str) -> list[str]:
    return [slug for slug in SLUGS if passage in flow(slug).calls()]


def test_library_holds_the_flows_promised() -> None:
    assert set(TROUBLES) == EXPECTED
    assert set(SLUGS) == EXPECTED | set(PASSAGES)


@pytest.mark.parametrize("slug", PASSAGES)
def test_passage_is_short_and_shared_by_at_least_four_flows(slug: str) -> None:
    assert len(flow(slug).nodes) <= 10
    assert len(callers(slug)) >= 4


@pytest.mark.parametrize("slug", PASSAGES)
def test_passage_has_a_good_end_and_asks_for_no_more_than_the_machine(slug: str) -> None:
    assert ends(slug, "resolution")
    assert {variable.name for variable in flow(slug).variables if variable.required} <= {"device"}


@pytest.mark.parametrize("slug", callers("windows-clock") + callers("windows-diagnostics"))
def test_caller_of_a_passage_about_a_machine_knows_the_machine(slug: str) -> None:
    assert "device" in {variable.name for variable in flow(slug).variables}


@pytest.mark.parametrize("slug", callers("caller-check"))
def test_flow_that_shares_the_caller_check_has_no_copy_of_it(slug: str) -> None:
    assert not ends(slug, "verify_caller")


@pytest.mark.parametrize("slug", SLUGS)
def test_flow_in_lint_is_clean(slug: str) -> None:
    findings = lint(flow(slug).graph, subflows=known_flows(), slug=slug, visibility="public")
    assert [f"{finding.node_id}: {finding.message}" for finding in findings] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_head_of_flow_is_complete_and_of_a_known_category(slug: str) -> None:
    head = flow(slug).head
    assert head.slug == slug
    assert head.category in CATEGORIES
    assert head.title
    assert head.tags
    assert 80 <= len(head.summary) <= 500


@pytest.mark.parametrize("slug", TROUBLES)
def test_flow_has_between_ten_and_forty_nodes(slug: str) -> None:
    assert 10 <= len(flow(slug).nodes) <= 40


@pytest.mark.parametrize("slug", TROUBLES)
def test_flow_begins_with_scope_history_and_exact_text(slug: str) -> None:
    start = flow(slug).by_id[flow(slug).first or ""]
    assert start.kind == "question"
    assert len(start.exits) >= 3
    opening = " ".join(word for node in flow(slug).nodes[:6] for word in prose(node).lower().split())
    assert "since when" in opening or "last worked" in opening
    assert "what changed" in opening
    assert re.search(r"exact|picture|code|number", opening)


@pytest.mark.parametrize("slug", SLUGS)
def test_flow_from_every_node_reaches_an_escalation_or_an_end(slug: str) -> None:
    for node in flow(slug).nodes:
        if node.kind not in ("resolution", "escalation"):
            assert reach(slug, node.id) & ends(slug, "escalation"), node.id


@pytest.mark.parametrize("slug", SLUGS)
def test_every_answer_is_walked_from_start_to_an_end(slug: str) -> None:
    graph = flow(slug).graph
    targets = {node.id: graph.targets(node) for node in graph.nodes}
    for node in graph.nodes:
        arrival = trail(targets, graph.first or "", {node.id})
        for option in node.exits:
            walked = [*arrival, *trail(targets, option.to, ends(slug, "resolution") | ends(slug, "escalation"))]
            assert arrival
            assert graph.by_id[walked[-1]].terminal, f"{node.id}: {option.label}"


@pytest.mark.parametrize("slug", SLUGS)
def test_last_answer_of_repair_is_not_that_it_helped(slug: str) -> None:
    """A step that is skipped goes on by its last answer."""
    for node in flow(slug).nodes:
        if any(command.effect == "change" for command in node.commands) and node.exits:
            assert node.exits[-1].outcome != "fixed", node.id


@pytest.mark.parametrize("slug", SLUGS)
def test_flow_from_start_reaches_a_resolution(slug: str) -> None:
    assert reach(slug, flow(slug).first or "") & ends(slug, "resolution")


@pytest.mark.parametrize("slug", TROUBLES)
def test_fixed_flow_asks_what_is_left_changed_before_its_end(slug: str) -> None:
    resolutions = ends(slug, "resolution")
    entrances = [node for node in flow(slug).nodes if set(flow(slug).targets(node)) & resolutions]
    assert any(REVERTS.search(prose(node)) for node in entrances)
    for node in entrances:
        repaired = any(option.outcome == "fixed" and option.to in resolutions for option in node.exits)
        assert REVERTS.search(prose(node)) or not repaired, node.id


@pytest.mark.parametrize("slug", SLUGS)
def test_variable_never_asks_for_a_secret_in_clear(slug: str) -> None:
    for variable in flow(slug).variables:
        asked = f"{variable.name} {variable.label.partition('(')[0]}"
        assert variable.kind == "secret" or not SECRET_NAME.search(asked), variable.name


def called(slug: str) -> set[str]:
    """Flows that the flow calls, and those that they call."""
    found, ahead = set(), [slug]
    while ahead:
        further = {node.flow for node in flow(ahead.pop()).nodes if isinstance(node, SubFlow)} - found
        found |= further
        ahead += further
    return found


def kind_of(variable: Variable) -> str:
    """Where no host is asked for by itself, a line of text names the device with more words."""
    return "text" if variable.kind == "long_text" or variable.name == "device" else variable.kind


@pytest.mark.parametrize("slug", SLUGS)
def test_field_of_a_called_flow_takes_no_other_kind_of_value_from_its_caller(slug: str) -> None:
    own = {variable.name: kind_of(variable) for variable in flow(slug).variables}
    shared = {one.name: kind_of(one) for other in called(slug) for one in flow(other).variables if one.name in own}
    assert shared == {name: own[name] for name in shared}


@pytest.mark.parametrize(
    ("name", "meaning"), [("user", "UPN|sign-in name"), ("account", "Logon name|Account"), ("mac", "MAC address")]
)
def test_name_of_a_field_means_one_thing_in_the_whole_library(name: str, meaning: str) -> None:
    labels = [variable.label for slug in SLUGS for variable in flow(slug).variables if variable.name == name]
    assert labels
    assert all(re.search(meaning, label) for label in labels)


@of_each(nodes)
def test_node_has_minutes(node: Node) -> None:
    assert node.minutes is not None
    assert 0 < node.minutes <= 240


@of_each(nodes)
def test_node_offers_a_way_on_when_it_did_not_help(node: Node) -> None:
    if node.kind in ("question", "action"):
        assert len(node.exits) >= 2
    if node.kind == "action" and any(command.effect == "change" for command in node.commands):
        assert len({option.to for option in node.exits}) >= 2
        assert any(option.outcome != "fixed" for option in node.exits)


@of_each(nodes)
def test_text_of_node_never_advises_to_weaken_security(node: Node) -> None:
    text = prose(node)
    for sentence in sentences(text):
        assert not ADVICE.search(sentence) or FORBIDS.search(sentence), sentence
    assert not OLD_NAMES.search(text)


@of_each(nodes)
def test_end_of_flow_says_what_its_reader_needs(node: Node) -> None:
    if node.kind == "resolution":
        assert 1 <= len(re.findall(r"[.!?](?:\s|$)", node.summary)) <= 3
        assert node.cause
        assert "!" not in node.summary
    if node.kind == "escalation":
        assert len(node.have_ready) >= 3
        assert node.state_left
        assert node.body


@of_each(nodes)
def test_caller_check_says_method_and_result_never_the_answer(node: Node) -> None:
    if node.kind == "verify_caller":
        assert re.search(r"on record|agreed method", node.body)
        assert re.search(r"(not|never)\s+the\s+answer", node.body)


@of_each(nodes)
def test_destructive_node_says_what_is_lost_and_how_to_undo(node: Node) -> None:
    if node.destructive:
        assert node.destructive.lost
        assert node.destructive.backup
        assert node.destructive.undo


@of_each(commands)
def test_command_says_where_as_whom_and_what_good_and_bad_look_like(node: Node, command: Command) -> None:
    assert command.where
    assert command.run_as
    assert command.shell
    assert command.good
    assert command.bad


@of_each(commands)
def test_command_is_neither_retired_nor_weakening(node: Node, command: Command) -> None:
    for pattern in RETIRED + WEAKENING:
        assert not re.search(pattern, command.text, re.IGNORECASE), pattern


@of_each(commands)
def test_dangerous_command_needs_a_second_person(node: Node, command: Command) -> None:
    if DANGEROUS.search(command.text):
        assert node.destructive
        assert node.destructive.second_person


@of_each(commands)
def test_value_in_powershell_command_stands_in_single_quotes(node: Node, command: Command) -> None:
    if "PowerShell" in command.shell:
        for value in PLACEHOLDER.finditer(command.text):
            before = command.text[: value.start()].rpartition("\n")[2]
            assert open_quote(before) == "'", before + value[0]


@of_each(commands)
def test_command_parses(node: Node, command: Command) -> None:
    text = PLACEHOLDER.sub("x", command.text)
    if "PowerShell" in command.shell:
        assert parses(text)
    elif command.shell in ("bash", "zsh", "sh"):
        assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0
    else:
        assert command.shell in ("Command Prompt", "diskpart", "WinRE Command Prompt")


@pytest.mark.parametrize("text", ["Get-X | ? { $_.A", "Get-X 'a", "Get-X (1", "Get-X | | Y", "$x = ", "if ($a { b }"])
def test_broken_command_does_not_parse(text: str) -> None:
    assert not parses(text)


@of_each(nodes)
def test_step_not_verified_says_why(node: Node) -> None:
    assert node.source or not node.unverified


def test_at_most_one_step_in_twenty_is_not_verified() -> None:
    nodes = [node for slug in SLUGS for node in flow(slug).nodes]
    assert sum(node.unverified for node in nodes) * 20 <= len(nodes)


@pytest.mark.parametrize(
    "text",
    [
        "Get-MessageTrace -RecipientAddress a",
        "Get-WmiObject Win32_Service",
        "sc query spooler",
        "Get-WinEvent -LogName System | ? Id -eq 41",
        "Connect-MgGraph -Scopes 'User.Read.All', 'Device.ReadWrite.All'",
        "Set-DistributionGroup -Identity a -RequireSenderAuthenticationEnabled $false",
        "Set-ItemProperty HKLM:\\x -Name RpcAuthnLevelPrivacyEnabled -Value 0",
        "Add-MpPreference -ExclusionPath C:\\",
        "vssadmin delete shadows /all",
    ],
)
def test_forbidden_command_is_recognised(text: str) -> None:
    assert any(re.search(pattern, text, re.IGNORECASE) for pattern in RETIRED + WEAKENING)


@pytest.mark.parametrize("text", ["Disable MFA for the user.", "Turn off the firewall.", "Raise the threshold."])
def test_weakening_advice_is_recognised(text: str) -> None:
    assert ADVICE.search(text)
    assert not FORBIDS.search(text)
