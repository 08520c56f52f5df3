"""Which addresses may be connected to."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.addresses import why_forbidden

FORBIDDEN = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254
168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1
192.0.0.9 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::2 ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1:ffff::1 100::1 2001::1 2001:0:7f00:1::1
2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254
fd00:ec2::23 fe80::1 fe80::1%eth0 febf::1 fec0::1 feff::1 ff00::1 ff02::1 ff0e::1
4000::1 1::1 2606:4700:0:0:0:5efe:7f00:1 2606:4700::200:5efe:a00:1
"""

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.1
192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1 2a00:1450:4001::1
"""


@pytest.mark.parametrize("address", FORBIDDEN.split())
def test_an_address_that_is_not_of_the_public_internet_is_forbidden_with_a_reason(
    address: str,
) -> None:
    assert why_forbidden(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_an_address_of_the_public_internet_is_allowed(address: str) -> None:
    assert why_forbidden(address) is None


@pytest.mark.parametrize("text", ["", "localhost", "/run/socket", "127.1", "1.1.1.1\n", "\ud800"])
def test_what_is_no_address_is_forbidden(text: str) -> None:
    assert why_forbidden(text) == "not an IP address"


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_forbidden_in_every_known_form(
    inner: IPv4Address,
) -> None:
    number = int(inner)
    forms = [
        number,
        0xFFFF << 32 | number,
        0xFFFF << 48 | number,
        0x64_FF9B << 96 | number,
        0x2002 << 112 | number << 80 | 1,
        0x2001 << 112 | number << 64 | 1,
    ]
    for form in forms:
        assert why_forbidden(str(IPv6Address(form)))


@given(st.ip_addresses())
def test_what_the_standard_library_calls_special_is_never_allowed(
    address: IPv4Address | IPv6Address,
) -> None:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    assert why_forbidden(str(address)) or not special


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "fd00::1"]
)
def test_a_private_network_is_open_to_who_asks_for_it(address: str) -> None:
    why = why_forbidden(address)
    assert why is not None
    assert why.endswith("; --allow-private allows it")
    assert why_forbidden(address, allow_private=True) is None


@given(st.ip_addresses())
def test_who_is_told_that_private_addresses_can_be_allowed_can_allow_them(
    address: IPv4Address | IPv6Address,
) -> None:
    why = why_forbidden(str(address)) or ""
    allowed = why_forbidden(str(address), allow_private=True)
    assert (allowed is None) == (not why or why.endswith("--allow-private allows it"))
