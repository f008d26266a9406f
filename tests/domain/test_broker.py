"""How a person writes where RabbitMQ is."""

import pytest

from domain.broker import BrokerAddress, host_text, parse_broker, url_of
from domain.units import BadValue


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("amqp://mq", BrokerAddress("amqp", (("mq", 5672),))),
        ("amqps://mq1,mq2:1234,mq3/", BrokerAddress("amqps", (("mq1", 5671), ("mq2", 1234), ("mq3", 5671)))),
        (
            "amqp://ana@[::1]:99,127.0.0.1/caixa",
            BrokerAddress("amqp", (("::1", 99), ("127.0.0.1", 5672)), "caixa", "ana"),
        ),
        ("amqp://a%40b:p%2F%3A@mq/a%2Fb", BrokerAddress("amqp", (("mq", 5672),), "a/b", "a@b", "p/:")),
    ],
)
def test_hosts_ports_user_password_and_virtual_host(text, address):
    assert parse_broker(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "amqp:", "amqp://", "amqp:///vhost", "http://mq", "amqp://mq,", "amqp://mq:0", "amqp://mq:65536", "amqp://mq:x",
        "amqp://m q", "amqp://mq/a/b", "amqp://mq?heartbeat=5", "amqp://mq/#x", "amqp://[::1", "amqp://mq1;mq2",
        "amqp://ana:segredo@mq,,mq2",
    ],
)  # fmt: skip
def test_anything_else_is_refused_without_repeating_it(text):
    with pytest.raises(BadValue) as told:
        parse_broker(text)
    assert "segredo" not in str(told.value)


def test_the_client_is_told_what_was_written():
    address = parse_broker("amqps://a%40b:p%2F@[::1],mq2/a%2Fb")
    assert url_of(address, address.hosts[0], "x=1") == "amqps://a%40b:p%2F@[::1]:5671/a%2Fb?x=1"
    assert host_text(address.hosts[1]) == "mq2:5671"


def test_a_password_is_not_shown():
    assert "segredo" not in repr(parse_broker("amqp://ana:segredo@mq"))
