"""What DNS says about a mail domain, asked of a real DNS server on this machine."""

from __future__ import annotations

import base64
import io
import time
from ipaddress import ip_address

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.core.management import CommandError, call_command

from newsletters.domain_check.keys import KeyFaultError, key_size
from tests.dns_server import Zone, dns_server

DOMAIN, BOUNCES, RELAY = "agency.example", "bounces.agency.example", "relay.agency.example"
ADDRESS = "198.41.0.4"  # outside the ranges for documentation, which are not global
SEEN = {"selector": ["s1"]}


def rsa_record(bits: int, form: str = "spki") -> str:
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    layout = serialization.PublicFormat.SubjectPublicKeyInfo if form == "spki" else serialization.PublicFormat.PKCS1
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public.public_bytes(serialization.Encoding.DER, layout)).decode()}"


RSA_2048 = rsa_record(2048)


def sound_zone() -> Zone:
    """Return the records of a domain with which nothing is wrong."""
    zone = Zone()
    zone.text(BOUNCES, "v=spf1 include:_spf.agency.example -all", "another text")
    zone.text("_spf.agency.example", f"v=spf1 ip4:198.51.100.0/24 a:{RELAY} ip6:2001:db8::/32 ~all")
    zone.text(f"s1._domainkey.{DOMAIN}", RSA_2048)
    zone.text(f"_dmarc.{DOMAIN}", f"v=DMARC1; p=reject; rua=mailto:reports@{DOMAIN}")
    for domain in (DOMAIN, BOUNCES):
        zone.put(domain, "MX", f"10 mx.{DOMAIN}.", f"20 mx2.{DOMAIN}.")
    zone.put(f"mx.{DOMAIN}", "A", "192.0.2.25")
    zone.put(RELAY, "A", ADDRESS)
    zone.put("4.0.41.198.in-addr.arpa", "PTR", f"{RELAY}.")
    zone.text(f"_mta-sts.{BOUNCES}", "v=STSv1; id=1")
    zone.text(f"_smtp._tls.{BOUNCES}", f"v=TLSRPTv1; rua=mailto:tls@{DOMAIN}")
    return zone


@pytest.fixture
def zone():
    return sound_zone()


@pytest.fixture
def check(settings, zone):
    """Return what the command prints about the zone, and its refusal."""
    settings.AVOW_MAIL_DOMAIN, settings.AVOW_RETURN_DOMAIN = DOMAIN, BOUNCES
    settings.BULLETIN_SMTP = {"host": RELAY, "port": 25, "user": "", "password": "", "tls": "auto"}

    def run(**options) -> tuple[str, str]:
        out, refusal = io.StringIO(), ""
        with dns_server(zone) as nameserver:
            try:
                call_command(
                    "check_mail_domain", stdout=out, **(SEEN | {"nameserver": nameserver, "timeout": 0.3} | options)
                )
            except CommandError as error:
                refusal = str(error)
        return out.getvalue(), refusal

    return run


class TestCheckMailDomain:
    def test_a_sound_domain(self, check):
        said, refusal = check()
        assert refusal == ""
        assert "FAULT" not in said
        assert "2 of 10 lookups, 2 deep" in said
        assert f"Mail from {ADDRESS} passes" in said
        assert f"s1._domainkey.{DOMAIN}: rsa key of 2048 bits" in said
        assert f"SPF for {BOUNCES} counts for {DOMAIN}" in said
        assert f"{ADDRESS} is {RELAY}, and back" in said

    @pytest.mark.parametrize(
        ("name", "kind", "values", "fault"),
        [
            (BOUNCES, "TXT", [], "has no SPF record"),
            (BOUNCES, "TXT", ['"v=spf1 -all"', '"v=spf1 ~all"'], "has 2 SPF records"),
            (BOUNCES, "TXT", ['"v=spf1 +all"'], "lets everybody send"),
            (BOUNCES, "TXT", ['"v=spf1 mx -all"'], f"Mail from {ADDRESS} gets “fail”"),
            (BOUNCES, "TXT", ['"v=spf1 ipv4:192.0.2.1 -all"'], "“ipv4:192.0.2.1” is not SPF"),
            (BOUNCES, "TXT", ['"v=spf1 ip4:192.0.2.999 -all"'], "“192.0.2.999” is not a network"),
            (BOUNCES, "TXT", ['"v=spf1 include:nowhere.example -all"'], "no SPF record and is included"),
            (BOUNCES, "TXT", [f'"v=spf1 include:{BOUNCES} -all"'], "more than 10 lookups"),
            (BOUNCES, "TXT", ['"v=spf1 ' + "a:x.example " * 11 + '-all"'], "more than 10 lookups"),
            (f"s1._domainkey.{DOMAIN}", "TXT", [], "has no key"),
            (f"s1._domainkey.{DOMAIN}", "TXT", ['"v=DKIM1; p="'], "it was revoked"),
            (f"s1._domainkey.{DOMAIN}", "TXT", ['"v=DKIM1; p=AAAA"', '"v=DKIM1; p=BBBB"'], "has 2 records"),
            (f"_dmarc.{DOMAIN}", "TXT", [], "has no record"),
            (f"_dmarc.{DOMAIN}", "TXT", ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'], "use none"),
            (f"_dmarc.{DOMAIN}", "TXT", ['"v=DMARC1; p=hard"'], "must be none, quarantine or reject"),
            (BOUNCES, "MX", [], "No bounces can come back"),
            (DOMAIN, "MX", ["0 ."], "No answers can come back"),
            (f"mx.{DOMAIN}", "A", [], "has no address"),
            ("4.0.41.198.in-addr.arpa", "PTR", [], "has no name"),
            ("4.0.41.198.in-addr.arpa", "PTR", ["else.example."], "does not lead back"),
        ],
    )
    def test_each_fault_is_found(self, zone, check, name, kind, values, fault):
        zone.records[name, kind] = values
        if not values:
            del zone.records[name, kind]
        said, refusal = check()
        assert fault in said
        assert refusal

    @pytest.mark.parametrize(
        ("name", "value", "note"),
        [
            (BOUNCES, f"v=spf1 a:{RELAY}", "refuses nobody"),
            (BOUNCES, f"v=spf1 a:{RELAY} ?all", "refuses nobody"),
            (f"_dmarc.{DOMAIN}", "v=DMARC1; p=none; rua=mailto:a@b.example", "others may still send"),
            (f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject", "Nobody gets the reports"),
            (f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject; aspf=s", "depends on the DKIM signature alone"),
            (f"s1._domainkey.{DOMAIN}", RSA_2048 + "; t=y:s", "says that it is a test"),
            (f"_mta-sts.{BOUNCES}", "v=other", "mail to it may come without TLS"),
            (f"_smtp._tls.{BOUNCES}", "v=other", "asks for no reports"),
        ],
    )
    def test_what_could_be_better_is_a_note_and_no_fault(self, zone, check, name, value, note):
        del zone.records[name, "TXT"]
        zone.text(name, value)
        said, refusal = check()
        assert note in said
        assert refusal == ""

    def test_follows_redirects(self, zone, check):
        zone.records[BOUNCES, "TXT"] = ['"v=spf1 exp=why.example redirect=_spf.agency.example"']
        said, refusal = check()
        assert (refusal, f"Mail from {ADDRESS} passes" in said) == ("", True)

    def test_the_relay_may_be_among_the_mail_hosts_and_in_a_network(self, zone, check):
        zone.records[BOUNCES, "TXT"] = ['"v=spf1 mx/24 -all"']
        zone.records[f"mx.{DOMAIN}", "A"] = ["198.41.0.200"]
        assert check()[1] == ""

    def test_what_depends_on_macros_is_not_judged(self, zone, check):
        zone.records[BOUNCES, "TXT"] = ['"v=spf1 exists:%{i}._spf.agency.example -all"']
        said, refusal = check()
        assert "depends on macros" in said
        assert refusal == "No fault was found, but these could not be checked: SPF."

    def test_the_record_above_counts_for_a_subdomain(self, zone, check):
        zone.text(f"s1._domainkey.news.{DOMAIN}", RSA_2048)
        zone.put(f"news.{DOMAIN}", "MX", f"10 mx.{DOMAIN}.")
        zone.text(f"news.{DOMAIN}", f"v=spf1 a:{RELAY} -all")
        said, refusal = check(domain=f"news.{DOMAIN}")
        assert refusal == ""
        assert f"_dmarc.{DOMAIN} asks for reject" in said

    def test_what_nobody_answers_is_not_called_good(self, zone, check):
        zone.silent.add(f"_dmarc.{DOMAIN}")
        zone.broken.add(BOUNCES)
        said, refusal = check()
        assert "not checked  DMARC" in said
        assert "not checked  SPF" in said
        assert refusal.startswith("No fault was found, but these could not be checked:")

    def test_gives_up_soon_when_dns_falls_silent(self, zone, check):
        zone.silent |= {name for name, _kind in zone.records} | {DOMAIN}
        began = time.monotonic()
        said, refusal = check()
        assert time.monotonic() - began < 3
        assert said.count("not checked") == 7
        assert "no name server answers" in said
        assert "could not be checked: DKIM, DMARC, MTA-STS, MX, PTR, SPF, TLS-RPT" in refusal

    @pytest.mark.parametrize(
        ("silent", "records", "reason"),
        [({"*"}, True, "no name server answers"), (set(), False, "does not see the public DNS")],
    )
    def test_without_dns_nothing_is_called_missing(self, zone, check, silent, records, reason):
        zone.silent |= silent
        if not records:
            zone.records.clear()
        said, refusal = check()
        assert said == ""
        assert refusal.startswith("Nothing was checked: ")
        assert reason in refusal

    @pytest.mark.parametrize("relay", ["127.0.0.1", "10.0.0.5", "mx.agency.example"])
    def test_a_relay_inside_tells_nothing_about_the_address_outside(self, settings, check, relay):
        settings.BULLETIN_SMTP = settings.BULLETIN_SMTP | {"host": relay}
        _said, refusal = check()
        assert "could not be checked: PTR, SPF" in refusal
        assert check(address=[ip_address(ADDRESS)])[1] == ""

    def test_without_a_selector_dkim_is_not_checked(self, check):
        assert "could not be checked: DKIM." in check(selector=[])[1]

    @pytest.mark.parametrize(
        "arguments",
        [
            ["not a name"],
            ["資訊.example"],
            ["a" * 300],
            ["agency.example", "--address", "here"],
            ["agency.example", "--nameserver", "192.0.2.1:99999"],
            ["agency.example", "--nameserver", "resolver"],
        ],
    )
    def test_wrong_usage_is_told(self, arguments):
        with pytest.raises(CommandError, match="is not"):
            call_command("check_mail_domain", *arguments)

    def test_questions_are_bounded(self, zone, check):
        for number in range(300):
            zone.put("mx.agency.example", "A", f"192.0.2.{number % 250}")
        zone.records[f"_spf.{DOMAIN}", "TXT"] = ['"v=spf1 ' + " ".join(["mx:agency.example"] * 8) + ' -all"']
        zone.records[DOMAIN, "MX"] = [f"{number} mx{number}.{DOMAIN}." for number in range(100)]
        check()
        assert len(zone.asked) < 250


class TestKeySize:
    @pytest.mark.parametrize(("bits", "form"), [(1024, "spki"), (2048, "spki"), (2048, "pkcs1"), (4096, "spki")])
    def test_reads_rsa(self, bits, form):
        assert key_size(rsa_record(bits, form)) == ("rsa", bits)

    def test_reads_ed25519(self):
        key = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        assert key_size(f"v=DKIM1; k=ed25519; p={base64.b64encode(key).decode()}") == ("ed25519", 256)

    @pytest.mark.parametrize(
        "record",
        ["v=DKIM1", "p=", "p=!!!", "p=AAAA", "p=MIGf", "k=ed25519; p=AAAA", "k=dsa; p=AAAA", "p=MA==", "p=MIL/"],
    )
    def test_refuses_what_is_no_key(self, record):
        with pytest.raises(KeyFaultError):
            key_size(record)
