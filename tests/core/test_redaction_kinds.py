"""What is found and what is left, kind by kind: the cases a reader would ask about."""

import pytest

from apps.core.redaction import Kind, find

FOUND = [
    (Kind.PASSWORD, "Password:\nHarbor!Basket20\nDone", ["Harbor!Basket20"]),
    (Kind.PASSWORD, "password is sunshine.", ["sunshine"]),
    (Kind.PASSWORD, 'passphrase: "correct horse battery"', ["correct horse battery"]),
    (Kind.PASSWORD, "sudo pw changed from Old!pine77 to New?pine88", ["Old!pine77", "New?pine88"]),
    (Kind.PASSWORD, "| Password | Tulip#55 |", ["Tulip#55"]),
    (Kind.PASSWORD, "**Password:** `Tulip#55`", ["Tulip#55"]),
    (Kind.PASSWORD, "the switch was still on root/calvin", ["calvin"]),
    (Kind.PASSWORD, "told him about maple-otter-lantern-42 today", ["maple-otter-lantern-42"]),
    (Kind.PASSWORD, "the box had Timber2020! on it", ["Timber2020!"]),
    (Kind.PASSWORD, "panel Anch0r8235 rotated", ["Anch0r8235"]),
    (Kind.PASSWORD, "velvetwinter72 for the visitors", ["velvetwinter72"]),
    (Kind.PASSWORD, "passwd(v5UTG79BG16?mts)", ["v5UTG79BG16?mts"]),
    (Kind.PASSWORD, "visitors get in with LemonTree2020", ["LemonTree2020"]),
    (Kind.SNMP_COMMUNITY, "the poller has willow-ro", ["willow-ro"]),
    (Kind.API_KEY, "posted 0141312f12fa5a2bcc9b86ad340c251b in chat", ["0141312f12fa5a2bcc9b86ad340c251b"]),
    (Kind.MFA_CODE, "she read me 848523", ["848523"]),
    (Kind.USERNAME, "boydo cannot print", ["boydo"]),
    (Kind.USERNAME, "C:\\Users\\cquinn\\Desktop is full", ["cquinn"]),
    (Kind.WIFI_PSK, "WIFI:T:WPA;S:Guest;P:rocket-77;;", ["rocket-77"]),
    (Kind.SNMP_COMMUNITY, "community is public", ["public"]),
    (Kind.URL_CREDENTIALS, "ftp://scan:p@ss@fs1/in", ["p@ss"]),
    (Kind.CONNECTION_STRING, "Server=s1;User Id=erp;Password=Tk81xx;Encrypt=True", ["Tk81xx"]),
    (Kind.PRIVATE_KEY, "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7x\nThanks, Ann", None),
    (Kind.MFA_CODE, "Backup codes:\n1) 1111 2222\n2) 3333 4444", ["1111 2222\n2) 3333 4444"]),
    (Kind.MFA_CODE, "setup secret jbsw y3dp ehpk 3pxp", ["jbsw y3dp ehpk 3pxp"]),
    (Kind.CREDIT_CARD, "refund goes back to 4111111111111111", ["4111111111111111"]),
    (Kind.SSN, "SSN 536 22 8145", ["536 22 8145"]),
    (Kind.IPV4, "10.1.0.0/16 and 10.1.2.3:443", ["10.1.0.0/16", "10.1.2.3"]),
    (Kind.IPV6, "via fe80::1%eth0 and [2001:db8::7]:443", ["fe80::1%eth0", "2001:db8::7"]),
    (Kind.MAC, "a42b.8c01.9dee A4-2B-8C-01-9D-EE", ["a42b.8c01.9dee", "A4-2B-8C-01-9D-EE"]),
    (Kind.PHONE, "call (303) 555-7705 x12 or +44 20 7946 0958", ["(303) 555-7705 x12", "+44 20 7946 0958"]),
    (Kind.EMAIL, "ann [at] acme [dot] com", ["ann [at] acme [dot] com"]),
    (Kind.PASSWORD, "User  Password\nann  Tulip#55\nbob  Maple#66", ["Tulip#55", "Maple#66"]),
    (Kind.PASSWORD, "Username\nPassword\n\nlfrank2\nTulip#55", ["Tulip#55"]),
    (Kind.PASSWORD, "<jan> pw for the nas?\n<mia> tulip4ever", ["tulip4ever"]),
    (Kind.PASSWORD, "psexec \\\\pc1 -u ann -p Tulip#55 cmd", ["Tulip#55"]),
    (Kind.PASSWORD, "curl -u ann:Tulip#55 https://h/x", ["Tulip#55"]),
    (Kind.PASSWORD, "door code is 4471#, alarm PIN 9902", ["4471#", "9902"]),
    (Kind.PASSWORD, "master phrase is eleven green bottles", ["eleven green bottles"]),
    (Kind.PASSWORD, "password: correct horse battery staple", ["correct horse battery staple"]),
    *(
        (Kind.PASSWORD, f"{label}correct horse battery staple{end}", ["correct horse battery staple"])
        for label, end in [
            ("Password:\t", ""),
            ("1. Password:", "!"),
            ("**Password:** ", ""),
            ("**Password**: ", ""),
            ("user ann, password: ", ")"),
            ("Password:  ", "?"),
        ]
    ),
    (Kind.PASSWORD, "the wifi password is purple monkey lamp river", ["purple monkey lamp river"]),
    (Kind.PASSWORD, "- Wifi password = purple monkey lamp river, ask Ann", ["purple monkey lamp river"]),
    (Kind.PASSWORD, "Kennwort: Tulpe55", ["Tulpe55"]),
    (Kind.SNMP_COMMUNITY, 'createUser mon SHA "auth-tulip-1" AES "priv-tulip-2"', ["auth-tulip-1", "priv-tulip-2"]),
    (Kind.USERNAME, "tkowalczyk wants access, ticket from rdelacroix", ["tkowalczyk", "rdelacroix"]),
    (Kind.USERNAME, "user cquinn and .\\localadm", ["cquinn", ".\\localadm"]),
]

LEFT = [
    *(
        "Password: reset by user",
        "password is expired",
        "Password Never Expires",
        "The password is right.",
        "password:",
        "password: please contact helpdesk team",
        "password issue on server 5",
        "We told her the new admin password: Outlook asks for nothing since",
    ),
    *("255.255.255.0", "0.0.0.255", "127.0.0.1", "::1", "std::string", "00:18:12", "firmware is now 9.1.13.2"),
    *("Case 2403150040001234", "IMEI 356938035643809", "order 4111111111111111", "zip code 90210", "error code 807516"),
    *(
        "mysql -u root -p",
        "docker run -p 8080:80",
        "| User | Password |\n|---|---|\n| Ann | reset |",
        "alarm event 1402",
    ),
    *("Password: ********", "Adobe2024 crashes", "pass on the info to Dana", "Kennwort vergessen"),
    *("password on PC-RECEPTION-03", "login to srv-file01", "rotated the password on acme-dc02"),
    *("C:\\Windows\\System32", "HKLM\\SOFTWARE\\Policies", "NT AUTHORITY\\SYSTEM", "\\\\FS01\\Scans\\Finance"),
    *(
        "at org.acme.Foo$1.run(Foo.java:12)",
        "S3AFileSystem",
        "md5 d41d8cd98f00b204e9800998ecf8427e",
        "user called again",
    ),
    *(
        "used LaserJet4250 driver",
        "Group SEC-VPN-Users-01 on webserver02",
        "Case#55019 and Outlook2021",
        "mount-rw again",
    ),
    *("virus 0141312f12fa5a2bcc9b86ad340c251b cleaned", "restarted on maple-otter-lantern-42", "ticket 848523 expired"),
    *("ann@fs01:~/site$ ls", "6B29FC40-CA47-1067-B31D-00DD010662DA", "Community Edition 9.4", "20240311 code freeze"),
]


@pytest.mark.parametrize(("kind", "text", "values"), FOUND)
def test_find_value_in_text_is_found_whole(kind: Kind, text: str, values: list[str] | None) -> None:
    found = [hit.value for hit in find(text) if hit.kind is kind]
    assert found == values if values else found


@pytest.mark.parametrize("text", LEFT)
def test_find_ordinary_text_finds_nothing(text: str) -> None:
    assert find(text) == []


def test_find_truncated_private_key_leaves_the_text_after_it() -> None:
    (hit,) = find("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7x\nThanks, Ann")
    assert hit.value.endswith("MIIEpAIBAAKCAQEA7x")
