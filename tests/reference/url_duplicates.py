"""The URL pass as published: walk over all kept pages in order, keep a list of URLs. Also their canonical form.

Written from the sources that `winnow.kernels.pages.url_keys` names, with the parser of Python's library.
"""

from __future__ import annotations

import string
from typing import NamedTuple
from urllib.parse import parse_qsl, quote_from_bytes, unquote, unquote_to_bytes, urlsplit

HEX = set(string.hexdigits)
ALNUM = set(string.ascii_letters + string.digits)
MOZILLA = """gclid dclid msclkid _openstat yclid wickedid twclid _hsenc __hssc __hstc __hsfp hsctatracking hsCtaTracking
    wbraid gbraid ysclid mc_eid oly_anon_id oly_enc_id __s vero_id mkt_tok fbclid"""
GOOGLE = "id source medium campaign source_platform term content creative_format marketing_tactic"
BRAVE = """__hsfp __hssc __hstc __s _bhlid _branch_match_id _branch_referrer _gl _hsenc _kx _openstat at_recipient_id
    at_recipient_list bbeml bsft_clkid bsft_uid dclid et_rid fb_action_ids fb_comment_id fbclid gclid guce_referrer
    guce_referrer_sig hsCtaTracking irclickid mc_eid ml_subscriber ml_subscriber_hash msclkid mtm_cid oft_c oft_ck oft_d
    oft_id oft_ids oft_k oft_lk oft_sk oly_anon_id oly_enc_id pk_cid rb_clickid s_cid sc_customer sc_eh sc_uid srsltid
    ss_email_id twclid unicorn_click_id vero_conv vero_id vgo_ee wbraid wickedid yclid ymclid ysclid"""
CLEARURLS = "_ga mc_cid"
TRACKERS = {*MOZILLA.split(), *BRAVE.split(), *CLEARURLS.split(), *(f"utm_{name}" for name in GOOGLE.split())}


class Kept(NamedTuple):
    """A page that every stage before kept; tuples sort in the order of the walk."""

    is_cut: bool
    position: int
    shard: int
    page_id: int
    url: str


def walk(pages: list[Kept], by_shard: bool = True) -> list[tuple[Kept, Kept]]:
    """Every dropped page, with the page kept for its URL; by_shard: whether one shard comes after the other."""
    kept: dict[str, Kept] = {}
    dropped = []
    for page in sorted(pages, key=lambda page: page if by_shard else page._replace(shard=0)):
        if page.url in kept:
            dropped.append((page, kept[page.url]))
        else:
            kept[page.url] = page
    return dropped


def page(url: str) -> tuple[str, ...]:
    """The parts of an http URL with a plain ASCII host: two URLs are one page if all parts are equal."""
    scheme, authority, path, query, fragment = urlsplit(url.strip())
    user, _, place = authority.rpartition("@")
    host, _, port = place.lower().partition(":")
    if host.startswith("www.") and host.count(".") > 1 and host not in ("www.gov.uk", "www.co.uk"):
        host = host[4:]
    port = "" if port == {"http": "80", "https": "443"}[scheme] else port
    has_query = "?" in url.partition("#")[0]
    route = fragment if unquote(fragment).startswith(("!", "/")) else None
    spelled = ("-" if part is None else "+" + one_spelling(part) for part in (query if has_query else None, route))
    return (user, host, port, one_spelling(path or "/"), *spelled)


def canonical(url: str) -> tuple[object, ...]:
    """The page that a server makes of an http URL: without user, sessions, trackers and the order of parameters."""
    _, host, port, path, _, route = page(url)
    pairs = parse_qsl(one_spelling(urlsplit(url.strip()).query), keep_blank_values=True, encoding="latin-1")
    pairs = [(name, value) for name, value in pairs if not (value and name in TRACKERS) and not session(name, value)]
    if any(map(client, pairs)) and any(map(token, pairs)):
        pairs = [pair for pair in pairs if not client(pair) and not token(pair)]
    by_name = {name: [value for other, value in pairs if other == name] for name, _ in pairs}
    return host, port, without_sessions(path), sorted(by_name.items()), route


def session(name: str, value: str) -> bool:
    """Whether a parameter is a session, by its name and by the form of its value."""
    name = name.lower()
    long = len(value) == 32 and set(value) <= ALNUM
    if name == "jsessionid":
        route = value[32:33] == "." and len(value) > 33 and set(value[33:]) <= ALNUM | set("_.-")
        return long or (route and set(value[:32]) <= ALNUM)
    if name == "phpsessid":
        return long or (len(value) == 26 and set(value.lower()) <= set("0123456789abcdefghijklmnopqrstuv"))
    if name.startswith("aspsessionid") and len(name) == 20 and len(value) == 24:
        return set(name + value) <= set(string.ascii_letters)
    is_named = name in ("sid", "ssid", "oscsid", "xtcsid") or name.endswith(("_sid", "-sid", "_ssid", "-ssid"))
    return (is_named or name.endswith(("sessionid", "session_id"))) and long and set(value) <= HEX


def client(pair: tuple[str, str]) -> bool:
    return pair[0].lower() == "cfid" and pair[1].isdecimal()


def token(pair: tuple[str, str]) -> bool:
    name, value = pair
    digits = len(value) == 8 and value.isdecimal()
    long = len(value) == 52 and value[16] == "-" and set(value[:16]) <= HEX and set(value[17:]) <= HEX | {"-"}
    return name.lower() == "cftoken" and (digits or long)


def without_sessions(path: str) -> str:
    """A path without `;jsessionid=` and its session, and without ASP.NET's `/(S(...))/` before a page in ASP.NET."""
    segments = path.split("/")
    kept = []
    for number, segment in enumerate(segments):
        inner = segment[1:-1].rstrip(")").split(")")
        asp = segment[:1] + segment[-2:] == "())" and all(
            len(one) == 26 and one[0].isalpha() and one[1] == "(" and set(one[2:]) <= ALNUM for one in inner
        )
        if not (asp and number and ".aspx" in "/".join(segments[number + 1 :])[1:]):
            first, *others = segment.split(";")
            kept.append(";".join([first, *(one for one in others if not path_session(one))]))
    return "/".join(kept)


def path_session(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.lower() == "jsessionid" and session(name, value)


def one_spelling(text: str) -> str:
    """Escapes in capitals; none for letters that need none."""
    pieces = text.split("%")
    spelled = [escaped(pieces[0])]
    for piece in pieces[1:]:
        code, rest = piece[:2], piece[2:]
        if len(code) == 2 and set(code) <= HEX:
            spelled.append(quote_from_bytes(unquote_to_bytes(f"%{code}"), safe="") + escaped(rest))
        else:
            spelled.append("%" + escaped(piece))
    return "".join(spelled)


def escaped(text: str) -> str:
    """Text with non-ASCII characters and blanks escaped."""
    return "".join(char if "!" <= char <= "~" else quote_from_bytes(char.encode()) for char in text)
