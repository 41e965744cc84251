"""Words: what is ordinary language, what is a person's name, what is a state rather than a value."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from importlib.metadata import distribution
from runpy import run_path

from apps.core.redaction.rules import words


class Listed:
    """Whether a word is in long lists, by sorted 64-bit hashes: sets of the words take 10 MiB more in every process.

    A word that is not in them passes for one that is once in 10^14.
    """

    def __init__(self, *lists: Iterable[str]) -> None:
        self._hashes = array("q", sorted(map(hash, set().union(*lists))))

    def __contains__(self, word: str) -> bool:
        wanted = hash(word)
        place = bisect_left(self._hashes, wanted)
        return place < len(self._hashes) and self._hashes[place] == wanted


# The lists alone: the package around them builds dictionaries of its own, 9 MiB in every process.
_LISTS = str(distribution("zxcvbn").locate_file("zxcvbn/frequency_lists.py"))
_WORDS: dict[str, list[str]] = run_path(_LISTS)["FREQUENCY_LISTS"]

FIELD = words(
    """
    aad admin admins administrator chmod chown keyring uploader anew api app apps auth authenticator autodiscover
    azure backup backups bios bitlocker bluetooth browser cached citrix config configs connectwise cpu creds ctrl
    dhcp dns docker domain duo edr email emails entra ethernet exchange failover fido firewall firmware freeze
    freezes gateway gpo hotspot hybrid hyperv intune iphone ipad itunes kerberos keychain kiosk lan laptop laptops
    ldap linux lockout lockouts logins logon logons mailbox mailboxes malware mapi mfa misconfigured mobileconfig
    monitor msp notebook ntfs oauth office offline okta onboarded onboarding offboarding onedrive onenote online
    outlook passkey passkeys passwordless password passwords passcode passphrase phish phishing popup ppoe preauth
    prestage printer printers prompt prompts psa proxied quickbooks radius ransomware rdp readonly reboot rebooted
    rebooting reboots remote reset resets resetting resync resynced rmm rollout saml screenshot selfservice
    sharepoint signin signout smtp snmp sonicwall spooler ssid ssl sso ssprs sspr switchport sync synced syncing
    syncs sysadmin tablet teams tenant thumb tls totp uninstall uninstalled unlock unlocked unlocking unlocks update
    updates upgrade upn username usernames vlan vpn webmail wifi windows winrm wlan workaround workstation
    workstations wpa xerox yubikey zoom app-only read-only swap slough bellow hypervisor reseller getmac winget
    chkdsk robocopy eseutil async apikey autologon azcopy bitness bitwarden bootrec bssid certbot cmdlet cmdlets
    csrutil datacenter dcdiag diskpart dsregcmd esxcli fdesetup homedir icacls ipconfig localhost loopback mariadb
    meraki mongodb msiexec mssql netsh nltest nonce ntdsutil openssl otpauth pnputil postgres postgresql qwinsta
    quser reagentc redis repadmin runas scutil slmgr snmpget snmpwalk sqlcmd sqlserver syslog sysadminctl systemd
    takeown tcpdump terraform traceroute tracert useradd userid utils vssadmin wbadmin webdav webhook wuauclt yammer
    copilot handoff poller svchost dsquery dsget dsmod cmdkey xfreerdp wfreerdp rdesktop ldapsearch sshpass
    smbclient mysqldump psexec pgdump nginx dnsmasq msconfig mstsc nslookup vmware vcenter vsphere cscript wscript
    mklink jfrog xcopy fsutil gpupdate gpresult bcdedit rsync rclone dpkg mdadm cpanel plink hdmi vlans nvme mbam
    dkim dmarc wsus sccm mdm msi tftp sftp sshd ntpd
    """
)

ENGLISH = Listed(_WORDS["english_wikipedia"], _WORDS["us_tv_and_film"][:12000], FIELD)
_USUAL = Listed(_WORDS["english_wikipedia"][:6000], FIELD)
FIRST_NAMES = Listed(_WORDS["male_names"], _WORDS["female_names"])
SURNAMES = Listed(_WORDS["surnames"])
_COMMON_SURNAMES = Listed(_WORDS["surnames"][:3000])
COMMON_PASSWORDS = Listed(_WORDS["passwords"])
_MOST_COMMON = Listed(_WORDS["passwords"][:3000])
del _WORDS

# What stands after "password is" or "password:" without being one.
STATES = words(
    """
    a accepted again all also always an and any are as at available bad being below blank both broken but by
    cached cannot case changed compromised configured correct corrupted current default deleted denied different
    disabled displayed done due either empty enabled encrypted enforced entered exactly expired expires expiring
    failed failing field fine first for forgotten from generated given gone good greyed has have here hidden if
    ignored in incorrect intact invalid is issue issues it its just kept known leaked left length locked longer
    lost mandatory masked may me missing must my n/a na needed needs never new next no none not now null of off
    ok okay old on one only open or our out over pending policy possible prompted prompt protected provided re
    read recorded redacted rejected reset reused right rotated rules safe same saved secure simple complex see
    sensitive sent set shared short should shown so some still stored strong supplied synced temporary that the
    their them there this tbd to too tested true false typed unchanged unclear under unknown unset updated used
    user users valid via visible weak was we were what when which will with without working works wrong yes yet
    you your
    """
)

# Vendors' default passwords that are ordinary words.
DEFAULTS = words(
    """
    admin administrator calvin changeme cisco default epicrouter letmein monitor motorola netgear password
    private public qwerty raspberry root secret smcadmin ubnt welcome
    """
)

# Accounts that every system has: they tell nobody apart.
BUILT_IN = words(
    """
    admin administrator administrators root user users guest system localsystem everyone sa manager samaccountname
    ubnt pi
    """
)


def is_word(text: str) -> bool:
    """Ordinary language, also in plural, with a hyphen or a possessive; so short a part counts as an abbreviation."""
    return all(_is_part_of_speech(part) for part in re.split(r"[-'’/]", text.lower()))


def _is_part_of_speech(part: str) -> bool:
    singular = part.rstrip("s")
    if len(singular) <= 3 or part in ENGLISH or part in STATES or singular in ENGLISH:
        return True
    stem = re.sub("(?:ed|ing|ers?|able|ly|ness|ment)$", "", part)
    return 3 < len(stem) < len(part) and (stem in ENGLISH or f"{stem}e" in ENGLISH)


def is_listed(text: str) -> bool:
    """A word, a name, or a common password: nothing that tells one account from others."""
    return is_word(text) or all(
        stands_in_list(part) or stands_in_list(part.rstrip("s")) or len(part) <= 3
        for part in re.split("[-'’/]", text.lower())
    )


def stands_in_list(word: str) -> bool:
    """As it is; the lists share no word, so that "page" stands under surnames only."""
    return any(word in known for known in (ENGLISH, FIRST_NAMES, SURNAMES, COMMON_PASSWORDS))


def is_common_password(text: str) -> bool:
    """An ordinary word that people do use as a password."""
    word = text.lower()
    return word not in STATES and not word.endswith(("ed", "ing")) and (word in DEFAULTS or word in _MOST_COMMON)


def is_person(text: str) -> bool:
    """A user name made of an initial or first name and a surname (gpatel, patelg, g.patel, gina_patel, ginapatel)."""
    word = text.lower().rstrip("0123456789")
    first, mark, last = word.partition("." if "." in word else "_")
    if mark:
        is_first = len(first) == 1 or first in FIRST_NAMES or first in SURNAMES or not is_listed(first)
        is_last = (
            last in SURNAMES
            or (len(first) == 1 < 4 < len(last) and not is_word(last))
            or (mark == "." and len(last) > 3 and last not in _USUAL and (first in FIRST_NAMES or first not in _USUAL))
        )
        return (is_last and is_first) or (first in SURNAMES and len(last) == 1)
    return len(word) >= 5 and word not in ENGLISH and _is_initial_and(word, SURNAMES)


_AFFIXED = re.compile(
    r"(?:re|un|pre|de|dis|mis|auto|over|under|sub|net|sys|sql|data|web|host|key|user|time|code|hyper|micro|multi"
    r"|inter|non|win|ms)\w+"
    r"|\w+(?:ed|ing|ers?|ors?|s|able|ible|ions?|ly|ness|ment|less|ful|ware|ctl|cmd|util|cfg|sql|db|lib|dev"
    r"|is[mt]|ity|i[zs]e|al|ic|ive|ous"
    r"|board|sheet|ate|age|ant|ent)"
)


def is_foreign(text: str) -> bool:
    """No word known here, and not built like one of English or of the trade: lokonkwo."""
    word = text.rstrip("0123456789")
    return len(word) >= 6 and not is_listed(word) and not _AFFIXED.fullmatch(word)


def is_one_name_and_initial(text: str) -> bool:
    """zoltanb, ivanova.k: a first name, or in two parts any name, with the initial of the other."""
    word = text.lower().rstrip("0123456789")
    first, mark, last = word.partition(".")
    if mark:
        return len(last) == 1 and last not in "acdhoy" and len(first) > 3 and first not in _USUAL
    return len(word) > 5 and not is_listed(word) and word[:-1] in FIRST_NAMES


def is_surely_person(text: str) -> bool:
    """The same with a surname so common that no other word is needed to tell."""
    word = text.rstrip("0123456789")
    if not 5 <= len(word) <= 20 or is_listed(word):
        return False
    cuts = ((word[:place], word[place:]) for place in range(3, len(word) - 3))
    return _is_initial_and(word, _COMMON_SURNAMES) or any(
        first in FIRST_NAMES and last in _COMMON_SURNAMES for first, last in cuts
    )


_ODD_START = re.compile(
    r"(?!bl|br|ch|cl|cr|cz|dr|dw|fl|fr|gh|gl|gn|gr|kl|kn|kr|mc|ph|pl|pr|ps|qu|rh|sc|sh|sk|sl|sm|sn|sp|st|sw|th"
    r"|tr|tw|wh|wr)"
    r"[b-df-hj-np-tv-xz]{2}[a-z]*[aeiou][a-z]*"
)


def is_initial_and_name(text: str) -> bool:
    """No word of English starts like tkowalczyk, so the first letter stands for a first name."""
    word = text.rstrip("0123456789")
    return len(word) >= 5 and not is_listed(word) and bool(_ODD_START.fullmatch(word))


def _is_initial_and(word: str, surnames: Listed) -> bool:
    return word[1:] in surnames or word[:-1] in surnames
