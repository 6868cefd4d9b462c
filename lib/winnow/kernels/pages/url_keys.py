"""Keys of URLs: equal for different spellings of the URL of one page."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias
from urllib.parse import quote_plus, unquote_to_bytes

from winnow.kernels.pages.url import MAX_HOST_CHARS, parse_url, without_www

TRACKING = frozenset(
    {
        # Mozilla's query-stripping list, Remote Settings of March 2023
        *("__hsfp", "__hssc", "__hstc", "__s", "_hsenc", "_openstat", "dclid", "fbclid", "gbraid", "gclid"),
        *("hsCtaTracking", "hsctatracking", "mc_eid", "mkt_tok", "msclkid", "oly_anon_id", "oly_enc_id", "twclid"),
        *("vero_id", "wbraid", "wickedid", "yclid", "ysclid"),
        # Google Analytics Help 10917952: campaign parameters
        *("utm_campaign", "utm_content", "utm_creative_format", "utm_id", "utm_marketing_tactic", "utm_medium"),
        *("utm_source", "utm_source_platform", "utm_term"),
        # Brave's query filter, components/query_filter/utils.cc: those without a condition that Mozilla's list lacks
        *("_bhlid", "_branch_match_id", "_branch_referrer", "_gl", "_kx", "at_recipient_id", "at_recipient_list"),
        *("bbeml", "bsft_clkid", "bsft_uid", "et_rid", "fb_action_ids", "fb_comment_id", "guce_referrer"),
        *("guce_referrer_sig", "irclickid", "ml_subscriber", "ml_subscriber_hash", "mtm_cid", "oft_c", "oft_ck"),
        *("oft_d", "oft_id", "oft_ids", "oft_k", "oft_lk", "oft_sk", "pk_cid", "rb_clickid", "s_cid", "sc_customer"),
        *("sc_eh", "sc_uid", "srsltid", "ss_email_id", "unicorn_click_id", "vero_conv", "vgo_ee", "ymclid"),
        # ClearURLs, global rules
        *("_ga", "mc_cid"),
    }
)

# Names and values of session parameters, as name=value.
_SESSION = re.compile(
    r"jsessionid=[0-9a-z]{32}(?:\.[\w.-]+)?"  # surt; Tomcat adds the route of a cluster's node
    r"|phpsessid=(?:[0-9a-z]{32}|[0-9a-v]{26})"  # surt; PHP's php.ini: 26 digits of 5 bits
    r"|aspsessionid[a-z]{8}=[a-z]{24}"  # surt
    # surt has each name that ends in sid, which newsid does too, and 32 letters or digits; phpBB hexadecimal ones
    r"|(?:(?:[^=]*[_-])?s?sid|(?:os|xt)csid|[^=]*session_?id)=[0-9a-f]{32}",
    re.IGNORECASE | re.ASCII,
)
_CLIENT = re.compile(r"cfid=[0-9]+", re.IGNORECASE | re.ASCII)  # ColdFusion: both in one URL
_TOKEN = re.compile(r"cftoken=(?:[0-9]{8}|[0-9a-f]{16}-[0-9a-f-]{35})", re.IGNORECASE | re.ASCII)
_PATH_SESSION = re.compile(
    r";jsessionid=[0-9a-z]{32}(?:\.[\w.-]+)?(?=[;/]|$)|(?<=/)\((?:[a-z]\([0-9a-z]{24}\))+\)/(?=[^?]+\.aspx)",
    re.IGNORECASE | re.ASCII,
)

_URL = re.compile(
    r"(?:([a-z][a-z0-9+.-]*):)?//([^/?#\\]*)([^?#]*)(\?[^#]*)?(?:#(.*))?", re.IGNORECASE | re.ASCII | re.DOTALL
)
_DEFAULT_PORTS = {"": "80", "http": "80", "https": "443"}
_NAMES_PAGE = re.compile(r"!|/|%21|%2f", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9a-f]{2}|[^\x21-\x7e]", re.IGNORECASE)
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")

_Pair: TypeAlias = tuple[bytes, bytes]


class Parts(NamedTuple):
    """The parts of a URL in a normal form; joined, they name the page.

    scheme    'ftp:'; '' for http, https and none
    user      'name:word@', or ''
    host      lower case, punycode, without `www.`, never ''; port ':8080', or '' if it is the default of the scheme
    path      begins with '/'
    query     with its '?', or ''
    route     a fragment that names a page, with its '#': '#!...' or '#/...'; '' for every other
    """

    scheme: str
    user: str
    host: str
    port: str
    path: str
    query: str
    route: str


def split_url(url: str) -> Parts | None:
    """The parts of a URL, for any text; None if it has no host.

    Source: RFC 3986, 6.2.2 and 6.2.3 (letter case, escapes of unreserved characters, default port, empty path), and
    RFC 3987, 3.1 (escapes of other letters). Differs: http and https are one scheme, `www.` is left out unless a public
    suffix would be left; a fragment that begins with ! or / is kept, since scripts show another page for it.
    """
    match = _URL.fullmatch(url.strip())
    if match is None:
        return None
    scheme, authority, path, query, fragment = (group or "" for group in match.groups())
    scheme = scheme.lower()
    user, at, name = authority.rpartition("@")
    host = parse_url(f"//{name}").host
    if not host or len(name) > MAX_HOST_CHARS:
        return None
    port = name.rpartition("]")[2].partition(":")[2]
    return Parts(
        "" if scheme in _DEFAULT_PORTS else f"{scheme}:",
        user + at,
        without_www(host),
        f":{port}" if port and port != _DEFAULT_PORTS.get(scheme) else "",
        _escaped(path) or "/",
        _escaped(query),
        f"#{_escaped(fragment)}" if _NAMES_PAGE.match(fragment) else "",
    )


def page_url(url: str) -> str:
    """A URL as `//host/path?query`, equal for two URLs only if they name the same page; text without a host unchanged.

    http, https, `www.`, the default port and fragments other than `#!` and `#/` are left out. All parameters are kept
    in their order.
    """
    parts = split_url(url)
    if parts is None:
        return url
    scheme, *rest = parts
    return f"{scheme}//{''.join(rest)}"


def canonical_url(url: str) -> str:
    """`page_url` without `//` and without parts that do not change a page; text without a host unchanged.

    User, session parameters, tracking parameters and the slash of a bare host are left out; parameters are sorted by
    name. A session parameter is recognised by its value, so that `sid=102` is kept.

    Source: surt (Internet Archive), IAURLCanonicalizer and URLRegexTransformer, for user, order and sessions, phpBB's
    `sid=[0-9a-f]{32}`, the manuals of PHP, Tomcat and ColdFusion; `TRACKING` for its lists; URL Standard, 5.1, 5.2 and
    6.2, for escapes in the query and its stable order.
    Differs: surt also changes letter case, removes the slash at the end of a path, and drops each cfid before a
    cftoken: different pages can then have the same key. Here both must look like ColdFusion's. sid and sessionid are
    dropped only with 32 hexadecimal digits, and newsid, which ends in sid too, never. Oracle:
    tests/reference/url_duplicates.py.
    """
    parts = split_url(url)
    if parts is None:
        return url
    pairs = _pairs(parts.query)
    dropped = _dropped(pairs)
    path = _PATH_SESSION.sub("", parts.path)
    return _joined(parts._replace(path=path), [pair for pair in pairs if pair not in dropped])


def sorted_url(url: str) -> str:
    """`canonical_url` with all parameters: only the user and the order of parameters are ignored."""
    parts = split_url(url)
    return url if parts is None else _joined(parts, _pairs(parts.query))


def _joined(parts: Parts, pairs: list[_Pair]) -> str:
    pairs = sorted(pairs, key=lambda pair: pair[0])
    query = "&".join(f"{quote_plus(name, '*-._')}={quote_plus(value, '*-._')}" for name, value in pairs)
    front = f"{parts.scheme}//" if parts.scheme else ""
    path = "" if parts.path == "/" else parts.path
    return f"{front}{parts.host}{parts.port}{path}{'?' + query if query else ''}{parts.route}"


def _pairs(query: str) -> list[_Pair]:
    """Names and values of a query, as HTML forms write them; empty ones are left out."""
    fields = [field.replace("+", " ").partition("=") for field in query[1:].split("&") if field]
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in fields]


def _dropped(pairs: list[_Pair]) -> set[_Pair]:
    """The session and tracking parameters among these."""
    named = {pair: b"=".join(pair).decode("latin-1") for pair in pairs}
    client = {pair for pair, text in named.items() if _CLIENT.fullmatch(text)}
    token = {pair for pair, text in named.items() if _TOKEN.fullmatch(text)}
    tracking = {pair for pair in named if pair[1] and pair[0].decode("latin-1") in TRACKING}
    sessions = {pair for pair, text in named.items() if _SESSION.fullmatch(text)}
    return tracking | sessions | (client | token if client and token else set())


def _escaped(text: str) -> str:
    return _ESCAPE.sub(_one_spelling, text)


def _one_spelling(match: re.Match[str]) -> str:
    """An escape in capitals, or as the character that needs none; any other character escaped."""
    text = match[0]
    if text[0] != "%":
        return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
    char = chr(int(text[1:], 16))
    return char if char in _UNRESERVED else text.upper()
