"""Which IP addresses may be connected to: those of the public Internet, private ones if asked for.

A name in a feed or a redirect may lead to the router, the cloud's metadata service or a database
beside us. `ipaddress.is_global` alone does not keep them out: it calls NAT64, 6to4, multicast and
Azure's metadata address global, and what it says differs between Python's versions. So the ranges
stand here, by name, and `is_global` has a say on top of them.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

# IANA's registries of special-purpose addresses (RFC 6890, 8190), and what is forbidden beyond
# them. IPv6 ranges that carry an IPv4 address inside are refused as a whole: nothing public is
# reached only through them.
_FORBIDDEN = {
    # IPv4
    "0.0.0.0/8": "this network (RFC 791)",
    "10.0.0.0/8": "private (RFC 1918)",
    "100.100.100.200/32": "metadata of a cloud (Alibaba)",
    "100.64.0.0/10": "shared by a carrier's NAT (RFC 6598)",
    "127.0.0.0/8": "loopback (RFC 1122)",
    "168.63.129.16/32": "metadata of a cloud (Azure)",
    "169.254.0.0/16": "link-local, metadata of clouds (RFC 3927)",
    "172.16.0.0/12": "private (RFC 1918)",
    "192.0.0.0/24": "protocol assignments (RFC 6890)",
    "192.0.2.0/24": "documentation (RFC 5737)",
    "192.31.196.0/24": "AS112 (RFC 7535)",
    "192.52.193.0/24": "AMT relays (RFC 7450)",
    "192.88.99.0/24": "6to4 relays (RFC 7526)",
    "192.168.0.0/16": "private (RFC 1918)",
    "192.175.48.0/24": "AS112 (RFC 7534)",
    "198.18.0.0/15": "benchmarking (RFC 2544)",
    "198.51.100.0/24": "documentation (RFC 5737)",
    "203.0.113.0/24": "documentation (RFC 5737)",
    "224.0.0.0/4": "multicast (RFC 5771)",
    "240.0.0.0/4": "reserved, broadcast (RFC 1112, 919)",
    # IPv6
    "::/128": "unspecified (RFC 4291)",
    "::1/128": "loopback (RFC 4291)",
    "::ffff:0:0/96": "IPv4-mapped (RFC 4291)",
    "::/96": "IPv4-compatible (RFC 4291)",
    "::ffff:0:0:0/96": "IPv4-translated (RFC 2765)",
    "64:ff9b::/96": "NAT64 (RFC 6052)",
    "64:ff9b:1::/48": "NAT64 (RFC 8215)",
    "100::/64": "discard (RFC 6666)",
    "100:0:0:1::/64": "dummy prefix (RFC 9780)",
    "2001::/32": "Teredo (RFC 4380)",
    "2001::/23": "protocol assignments (RFC 2928)",
    "2001:db8::/32": "documentation (RFC 3849)",
    "2002::/16": "6to4 (RFC 3056)",
    "2620:4f:8000::/48": "AS112 (RFC 7534)",
    "3fff::/20": "documentation (RFC 9637)",
    "5f00::/16": "segment routing (RFC 9602)",
    "fd00:ec2::/32": "metadata of a cloud (AWS)",
    "fc00::/7": "unique local (RFC 4193)",
    "fe80::/10": "link-local (RFC 4291)",
    "fec0::/10": "site-local (RFC 3879)",
    "ff00::/8": "multicast (RFC 4291)",
}
# What --allow-private opens: networks that people number themselves. An intranet's news is at none
# of the others, and metadata of a cloud are credentials, also to a page of the intranet that
# redirects there. 198.18.0.0/15 stands for the whole Internet behind proxies with "fake" addresses.
_PRIVATE = frozenset(
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12",
        "192.168.0.0/16", "198.18.0.0/15", "::/128", "::1/128", "fc00::/7", "fec0::/10",
    }
)  # fmt: skip
# Only this part of IPv6 has been given out for unicast (RFC 4291, 2.4; IANA's address space).
_UNICAST = IPv6Network("2000::/3")
# RFC 6052, 2.2, and ISATAP (RFC 5214) put IPv4 addresses into anybody's prefix; the marker of
# ISATAP can be seen.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)

_RANGES: dict[int, list[tuple[IPv4Network | IPv6Network, str, bool]]] = {4: [], 6: []}
for _range, _what in _FORBIDDEN.items():
    _network = ip_network(_range)
    _RANGES[_network.version].append((_network, _what, _range in _PRIVATE))


def why_forbidden(address: str, *, allow_private: bool = False) -> str | None:
    """Say why an IPv4 or IPv6 address is not connected to; None if it may be.

    What is no IP address (a socket's path, a name) is forbidden, too. A zone (`fe80::1%eth0`)
    means an address of this link.

    Args:
        address: As a socket has it.
        allow_private: Whether loopback and private networks are open, as for an intranet.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "not an IP address"
    for network, what, is_private in _RANGES[parsed.version]:
        if parsed in network:
            if not is_private:
                return what
            return None if allow_private else f"{what}; --allow-private allows it"
    return _why_not_public(parsed)


def _why_not_public(address: IPv4Address | IPv6Address) -> str | None:
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return "of one link (RFC 4007)"
        if address not in _UNICAST:
            return "not given out by IANA"
        if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
            return "ISATAP (RFC 5214)"
    return None if address.is_global and not address.is_multicast else "not global (IANA)"
