"""Credentials on command lines and in the configuration of devices: the flag or keyword tells, not the value."""

import re

from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import Rule, one_of, rule
from apps.core.redaction.vocabulary import BUILT_IN, STATES, is_word

_TOOLS = one_of(
    r"""sshpass, mysql\w*, mariadb\w*, psexec\w*, paexec, winexe, plink, pscp, kitty, smbclient, rpcclient, ldap\w+,
    sqlcmd,
    osql, bcp, isql, sqlplus, redis-cli, mongo\w*, docker, podman, helm, az, 7za?, zip, unzip, unrar, rar, ipmitool,
    evil-winrm, nxc, [xw]freerdp\d?, rdesktop, wget, curl, lftp, ncftp, winrs, schtasks, wmic, vmrun, govc, keytool,
    openssl, rclone, restic, mount\S*, ovftool, racadm, snmp\w*, kinit, vncviewer, steamcmd, htpasswd, svn, influx,
    mqtt\w*,
    mosquitto\w*, occ, wbadmin, ncat, autologon\S*, netexec, impacket\S*, certutil, signtool, pktool, tsm\w*, cmdkey,
    rasdial"""
)
_FLAG = (
    r"(?:-(?:p|P|pw|a|w|W|k|passin|storepass|A|X|passwd)|--?(?i:pass(?:word|wd|phrase|code)?|pwd)|/(?:p|P|RP|rp|pw))"
)
_QUOTE = r"[\"']?(?:(?:pass|file):)?"
_VALUE = r"(?P<v>(?<=[\"'])[^\"'\n]{3,96}(?=[\"'])|[^\s\"'/<>|$%{(*\\\[-][^\s\"'<>|]{2,96})"
_USER = r"(?P<v>(?:[A-Za-z][\w.-]{0,40}\\)?[A-Za-z][\w.@$-]{1,63})"
_USER_FLAG = r"(?:(?<=\s)/u(?:ser(?:name)?)?:|(?<=\s)--?(?:u|U|user|username|User|UserName|l|login)[ =:])[\"']?"
_NO_CREDENTIAL = re.compile(r"(?i)\d{1,5}(?::\d+)?|[\d.]+|.*\.(?:ps1|ya?ml|json|txt)|(?:sha|md5|aes|des)[\d-]*")
_NO_USER = re.compile(r"(?i)https?|[\da-f-]{32,36}|(?:no)?auth(?:no)?(?:priv)?")


def _is_credential(match: re.Match[str]) -> bool:
    value = match["v"]
    return value.lower() not in STATES and not _NO_CREDENTIAL.fullmatch(value)


def _is_user(match: re.Match[str]) -> bool:
    return match["v"].lower() not in BUILT_IN and not _NO_USER.match(match["v"])


def _is_key(match: re.Match[str]) -> bool:
    return match["v"].lower() not in STATES and not (is_word(match["v"]) and match["v"].islower())


COMMANDS: tuple[Rule, ...] = (
    rule(
        Kind.PASSWORD,
        r"(?i)<\w*(?:passw(?:or)?d|pwd|passphrase|secret|token"
        r"|apikey)(?:\s[^<>\n]{0,80})?>(?:<value>)?(?P<v>[^\s<>]{4,128})<",
        ">",
        accept=_is_credential,
    ),
    rule(
        Kind.PASSWORD, rf"\b{_TOOLS}\b[^\n|]{{0,160}}?\s{_FLAG}[ =:]?{_QUOTE}{_VALUE}", "-", "/", accept=_is_credential
    ),
    rule(Kind.PASSWORD, rf"(?<=\s)(?:-[uU]|--(?:proxy-)?user)[ =][\"']?[^\s:%\"']{{1,64}}[:%]{_VALUE}", "-u", "--"),
    rule(Kind.PASSWORD, rf"(?i)\bnet use\b[^\n]{{0,120}}?/user:\S{{1,80}} {_VALUE}", "net use", accept=_is_credential),
    rule(
        Kind.PASSWORD,
        rf"(?i)\bnet use(?: (?:\w:|\*|\\\\\S{{1,80}})){{1,2}} (?![\\/]){_VALUE}(?=\s|$)",
        "net use",
        accept=_is_credential,
    ),
    rule(
        Kind.PASSWORD,
        rf"(?i)\becho (?:-n )?[\"']?(?:[\w.-]{{1,40}}:)?{_VALUE}[\"']? ?\| ?(?:sudo|passwd|chpasswd|docker"
        rf"|podman|openssl|su)\b",
        "echo",
        accept=_is_credential,
    ),
    rule(Kind.PASSWORD, rf"(?i)(?<=\s)-AsPlainText\b[^\n]{{0,24}}?[\"']{_VALUE}", "-asplaintext"),
    rule(Kind.PASSWORD, rf"(?i)securestring\s+(?:-(?:string|as\w+|force)\s+)*{_QUOTE}{_VALUE}", "securestring"),
    rule(
        Kind.SNMP_COMMUNITY,
        rf"(?i)\b(?:(?:auth|priv)\s)?(?:md5|sha(?:-?\d{{1,3}})?|aes(?:[ -]?\d{{3}})?"
        rf"|3?des)\s(?:\d{{1,3}}\s)?[\"']?{_VALUE}",
        *("snmp", "createuser", "usm"),
        accept=_is_key,
    ),
    rule(
        Kind.SNMP_COMMUNITY,
        r"(?i)\bsnmp-server host \S{1,64}(?: (?:traps?|informs?|version \w{1,3}|auth|noauth|priv"
        r"|vrf \S{1,32})){0,4} (?P<v>[^\s]{3,64})",
        "snmp-server host",
    ),
    rule(
        Kind.PASSWORD,
        rf"(?i)\b(?:enable|secret|password|passwd|key|pre-shared-key|psksecret|key-string|auth-pwd|cipher|simple)"
        rf" (?:level \d\d? )?(?:sha\d{{3}} |\d )(?!\d)[\"']?{_VALUE}",
        *("secret", "pass", "key", "auth", "cipher"),
        accept=lambda match: not is_word(match["v"].rstrip(".,")),
    ),
    Rule(
        Kind.USERNAME,
        re.compile(rf"{_USER_FLAG}{_USER}(?![\w/\\])"),
        ("/u", "-u", "-l"),
        accept=_is_user,
    ),
    rule(
        Kind.USERNAME,
        rf"(?i)-(?:ad|local)(?:user|account\w{{0,12}}|groupmember)\b[^|\n]{{0,60}}?\s(?:-(?:name|identity"
        rf"|samaccountname|members?)\s)?[\"']?{_USER}(?![\w/\\])",
        *("-ad", "-local"),
        accept=lambda match: _is_user(match) and not is_word(match["v"]),
    ),
    rule(Kind.USERNAME, r"(?<![^\s])(?P<v>[a-z][\w.-]{1,40})(?=/\d{1,3}(?:\.\d{1,3}){3}:\d)", "/", run=12),
    rule(Kind.USERNAME, rf"(?i)\bmysql\w*\b[^\n]{{0,60}}?\s-u[\"']?{_USER}", "mysql", accept=_is_user),
    Rule(
        Kind.USERNAME,
        re.compile(r"\b(?:ssh|scp|sftp|rsync)\b[^\n@]{0,60}?\s(?P<v>[A-Za-z][\w.-]{1,40})@"),
        ("ssh ", "scp ", "sftp ", "rsync "),
        accept=_is_user,
    ),
    rule(
        Kind.USERNAME,
        r"(?i)\b(?:(?:password|publickey) for (?:invalid user )?|invalid user |session opened for user "
        r"|createuser |sudo: {1,4}|"
        r"net user |username |su - ?)(?P<v>[a-z][\w.-]{1,40})(?= (?:from|by|port|sha|md5|privilege|secret"
        r"|password|:|/|on|pw)|\()",
        *("password for", "publickey", "user", "sudo:", "su -"),
        accept=lambda match: _is_user(match) and match["v"].lower() not in STATES,
    ),
)
