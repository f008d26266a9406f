"""Whose token is believed, for what, and for how long."""

import base64
import json

import jwt
import pytest

from channels.chat.tokens import Clerk, TokenExpired
from channels.signing import SignatureRefused

KEY, OLDER, SITE = (name * 8 for name in (b"new.", b"old.", b"site"))
HERE, NOW = "https://www.exemplo.com.br", 1_800_000_000.0


def clerk(channel="chat", keys=(KEY,), users=(SITE,), lifetime=3600, remembered=86_400):
    return Clerk(channel=channel, keys=keys, users=users, lifetime=lifetime, remembered=remembered)


def signed(claims, key=SITE, algorithm="HS256"):
    return jwt.encode(claims, key, algorithm)


def good(**more):
    return {"sub": "u-77", "exp": NOW + 300, **more}


def test_a_newcomer_is_the_same_with_his_token():
    desk = clerk()
    person = desk.newcomer()
    token = desk.token(person, HERE, NOW)

    assert token.expires_at == NOW + 3600
    assert desk.visitor(token.text, HERE, NOW + 3599) == (person, NOW + 3600)
    assert len({desk.newcomer().visitor for _ in range(100)}) == 100


def test_an_expired_token_says_who_it_was_until_he_is_forgotten():
    desk = clerk()
    person = desk.newcomer()
    token = desk.token(person, HERE, NOW).text

    with pytest.raises(TokenExpired):
        desk.visitor(token, HERE, NOW + 3600)
    assert desk.returning(token, HERE, NOW + 86_399) == person
    with pytest.raises(TokenExpired):
        desk.returning(token, HERE, NOW + 86_400)


def test_after_rotation_old_tokens_are_believed_and_new_ones_signed_with_the_new_key():
    before, during, after = clerk(keys=[OLDER]), clerk(keys=[KEY, OLDER]), clerk(keys=[KEY])
    person = before.newcomer()
    old = before.token(person, HERE, NOW).text
    new = during.token(during.returning(old, HERE, NOW), HERE, NOW).text

    assert after.visitor(new, HERE, NOW)[0] == person
    with pytest.raises(SignatureRefused):
        after.visitor(old, HERE, NOW)


@pytest.mark.parametrize(
    "change", ["channel", "origin", "signature", "key", "none", "case", "cut", "empty", "long", "umlaut"]
)
def test_no_other_token_is_believed(change):
    desk = clerk()
    person = desk.newcomer()
    token = desk.token(person, HERE, NOW).text
    head, body, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    offered = {
        "channel": clerk("another").token(person, HERE, NOW).text,
        "origin": desk.token(person, "https://loja.exemplo.com.br", NOW).text,
        "signature": f"{head}.{body}.{signature[:-4]}{'AAAA' if signature[-4:] != 'AAAA' else 'BBBB'}",
        "key": clerk(keys=[b"another key, just as long as these"]).token(person, HERE, NOW).text,
        "none": f"{none}.{body}.",
        "case": token.upper(),
        "cut": token[:-1],
        "empty": "",
        "long": token + "A" * 5000,
        "umlaut": "ü" + token,
    }[change]

    for ask in (desk.visitor, desk.returning):
        with pytest.raises(SignatureRefused):
            ask(offered, HERE, NOW)


def test_a_page_of_our_own_origin_sends_none():
    desk = clerk()
    token = desk.token(desk.newcomer(), HERE, NOW).text

    assert desk.visitor(token, None, NOW)


def test_the_site_says_who_its_user_is():
    desk = clerk()
    person = desk.user(signed(good(name="Ana  Souza\n", email="ana@cliente.example")), NOW)

    assert (person.visitor, person.name, person.email) == ("user/u-77", "Ana Souza", "ana@cliente.example")
    assert person.verified
    assert person.known


def test_an_address_that_the_site_has_not_checked_proves_nothing():
    assert not clerk().user(signed(good(email="ana@cliente.example", email_verified=False)), NOW).verified


def test_an_address_as_identity_is_no_mail_address_to_write_to():
    assert clerk().user(signed(good(sub="ana@cliente.example")), NOW).visitor == "user/ana%40cliente.example"


def test_two_users_are_never_one_visitor():
    names = ["a/b", "a%2Fb", "A", "a", "á", "a ", "a\n", "visitor/1", "1"]
    found = {clerk().user(signed(good(sub=name)), NOW).visitor for name in names}

    assert len(found) == len(names)
    assert all(one.startswith("user/") for one in found)


@pytest.mark.parametrize(
    ("claims", "key", "algorithm"),
    [
        (good(), KEY, "HS256"),
        (good(), SITE * 2, "HS512"),
        ({"sub": "u-77"}, SITE, "HS256"),
        (good(exp=NOW - 61), SITE, "HS256"),
        (good(nbf=NOW + 61), SITE, "HS256"),
        (good(exp=True), SITE, "HS256"),
        (good(exp="soon"), SITE, "HS256"),
        (good(aud="another"), SITE, "HS256"),
        (good(aud=["chat"]), SITE, "HS256"),
        ({"exp": NOW + 300}, SITE, "HS256"),
        (good(sub=""), SITE, "HS256"),
        (good(sub="x" * 201), SITE, "HS256"),
    ],
)
def test_what_the_site_signed_otherwise_is_refused(claims, key, algorithm):
    with pytest.raises(SignatureRefused):
        clerk().user(signed(claims, key, algorithm), NOW)


def test_a_visitors_token_is_none_of_a_site_and_the_other_way_round():
    """Even where one secret is used for both."""
    desk = clerk(users=[KEY])
    token = desk.token(desk.newcomer(), HERE, NOW).text

    with pytest.raises(SignatureRefused):
        desk.user(token, NOW)
    with pytest.raises(SignatureRefused):
        desk.visitor(signed(good(aud="chat:chat", org=HERE), KEY), HERE, NOW)


def test_without_the_sites_secret_nobody_is_a_user():
    with pytest.raises(SignatureRefused):
        clerk(users=()).user(signed(good()), NOW)


def test_a_user_who_logged_out_is_not_remembered():
    desk = clerk()
    token = desk.token(desk.user(signed(good()), NOW), HERE, NOW).text

    assert desk.visitor(token, HERE, NOW)[0].visitor == "user/u-77"
    with pytest.raises(SignatureRefused, match="renewed by the site"):
        desk.returning(token, HERE, NOW)


def test_a_token_shows_no_secret():
    token = clerk().token(clerk().newcomer(), HERE, NOW).text
    body = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))

    assert set(body) == {"aud", "sub", "org", "iat", "exp", "name", "email", "ver"}
