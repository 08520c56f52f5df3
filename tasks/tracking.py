"""Query parameters that name a visit, a campaign or a click, and never a page.

A parameter is listed only if a known tool adds it to other people's links. Short common words
(`ref`, `source`, `cid`, `id`) are not listed: somewhere they choose the article.
"""

from __future__ import annotations

# Prefix -> the tool whose parameters begin with it.
TRACKING_PREFIXES = {
    "utm_": "Google Analytics campaigns, and all who copied them",
    "mtm_": "Matomo campaigns",
    "pk_": "Piwik campaigns (Matomo's former name)",
    "piwik_": "Piwik campaigns",
    "hsa_": "HubSpot ads",
    "_hs": "HubSpot mail (_hsenc, _hsmi)",
    "at_": "AT Internet / Piano campaigns",
    "ns_": "comScore campaigns (ns_source, ns_mchannel)",
    "oly_": "Omeda mail (oly_enc_id, oly_anon_id)",
    "vero_": "Vero mail",
    "wt_": "Webtrekk / Mapp campaigns",
    "aspsessionid": "ASP session",
}

# Name -> the tool that adds it.
TRACKING_NAMES = {
    "fbclid": "Facebook click",
    "fb_action_ids": "Facebook share",
    "fb_action_types": "Facebook share",
    "fb_source": "Facebook share",
    "gclid": "Google Ads click",
    "gclsrc": "Google Ads click",
    "dclid": "Google Display click",
    "gbraid": "Google Ads click from an app",
    "wbraid": "Google Ads click to an app",
    "gad_source": "Google Ads",
    "_ga": "Google Analytics, across domains",
    "_gl": "Google Analytics, across domains",
    "msclkid": "Microsoft Ads click",
    "yclid": "Yandex click",
    "ysclid": "Yandex search click",
    "ymclid": "Yandex Market click",
    "_openstat": "Openstat campaign",
    "twclid": "X click",
    "ttclid": "TikTok click",
    "li_fat_id": "LinkedIn click",
    "igshid": "Instagram share",
    "igsh": "Instagram share",
    "epik": "Pinterest click",
    "rdt_cid": "Reddit click",
    "scclid": "Snapchat click",
    "mc_cid": "Mailchimp campaign",
    "mc_eid": "Mailchimp reader",
    "mkt_tok": "Marketo mail",
    "ml_subscriber": "MailerLite reader",
    "ml_subscriber_hash": "MailerLite reader",
    "__s": "Drip reader",
    "s_cid": "Adobe Analytics campaign",
    "s_kwcid": "Adobe Advertising click",
    "ef_id": "Adobe Advertising click",
    "cmpid": "Adobe Analytics campaign",
    "icid": "Adobe Analytics, internal campaign",
    "xtor": "AT Internet campaign",
    "guccounter": "Yahoo consent redirect",
    "guce_referrer": "Yahoo consent redirect",
    "guce_referrer_sig": "Yahoo consent redirect",
    "__twitter_impression": "X, added to AMP pages",
    "amp_js_v": "AMP viewer",
    "amp_gsa": "AMP viewer",
    "usqp": "AMP viewer",
    "phpsessid": "PHP session",
    "jsessionid": "Java session",
}

_PREFIXES = tuple(TRACKING_PREFIXES)


def is_tracking(name: str) -> bool:
    """Tell whether a query parameter, percent-decoded, only serves to follow the reader."""
    name = name.lower()
    return name in TRACKING_NAMES or name.startswith(_PREFIXES)
