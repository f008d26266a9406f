"""`journal`: a database, or RabbitMQ; what is wrong is told by its place."""

import subprocess

import pytest

from config.settings import load
from domain.errors import ConfigError

START = "version: 1\nchannels: {}\n"


def written(folder, journal):
    (folder / "balcao.yaml").write_text(f"{START}journal:\n{journal}", encoding="utf-8")
    return folder / "balcao.yaml"


def test_several_hosts_a_queue_and_a_password_by_reference(tmp_path, monkeypatch):
    monkeypatch.setenv("MQ_PASSWORD", "segredo")
    settings = load(
        written(tmp_path, "  url: amqp://ana@mq1,mq2:99/caixa\n  queue: caixa.entrada\n  password: env:MQ_PASSWORD\n")
    )
    broker = settings.broker
    assert broker.queue == "caixa.entrada"
    assert (broker.address.hosts, broker.address.vhost) == ((("mq1", 5672), ("mq2", 99)), "caixa")
    assert (broker.address.user, broker.address.password) == ("ana", "segredo")
    assert "segredo" not in repr(settings) + repr(broker)
    assert settings.journal_url == settings.store_url, "the archive is where the tickets are"


def test_the_whole_address_may_be_a_secret(tmp_path):
    (tmp_path / "mq.url").write_text("amqps://ana:segredo@mq1,mq2/caixa\n")
    broker = load(written(tmp_path, "  url: file:mq.url\n")).broker
    assert (broker.address.password, broker.address.encrypted) == ("segredo", True)
    assert broker.tls.check_hostname


def test_a_database_is_no_broker(tmp_path):
    settings = load(written(tmp_path, "  url: sqlite:///j.db\n"))
    assert settings.broker is None
    assert settings.journal_url == f"sqlite:///{tmp_path}/j.db"


@pytest.mark.parametrize(
    ("journal", "place", "words"),
    [
        ("  url: amqp://ana:segredo@mq\n", "4:8", "no password into the address"),
        ("  url: amqp://mq1;mq2\n", "4:8", "RabbitMQ's address"),
        ("  url: amqp://mq?x=1\n", "4:8", "no options behind"),
        ("  url: amqp://mq\n  queue: a b\n", "5:10", "queue"),
        ("  url: amqp://mq\n  password: segredo\n", "5:13", "not written here"),
        ("  url: amqp://mq\n  ca: ca.pem\n", "5:7", "amqps://"),
        ("  url: amqps://mq\n  ca: ca.pem\n", "5:7", "cannot be used"),
        ("  url: amqps://mq\n  certificate: our.pem\n", "5:16", "cannot be used"),
        ("  url: amqps://mq\n  key: our.key\n", "5:8", "belongs to a journal.certificate"),
        ("  url: file:both.url\n  password: env:MQ_PASSWORD\n", "5:13", "has a password already"),
        ("  url: file:bad.url\n", "4:8", "RabbitMQ's address"),
        ("  url: amqp://mq\n  password: env:MQ_NOTHING\n", "5:13", "MQ_NOTHING"),
    ],
)
def test_a_mistake_is_told_by_its_place(tmp_path, monkeypatch, journal, place, words):
    monkeypatch.setenv("MQ_PASSWORD", "outro")
    (tmp_path / "both.url").write_text("amqp://ana:segredo@mq")
    (tmp_path / "bad.url").write_text("amqp://ana:segredo@")
    path = written(tmp_path, journal)
    with pytest.raises(ConfigError) as told:
        _ = load(path).broker
    [mistake] = told.value.mistakes
    assert str(mistake).startswith(f"{path}:{place}: ")
    assert words in str(mistake)
    assert "segredo" not in str(mistake)


def test_a_certificate_of_ours_and_its_key(tmp_path):
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=balcao"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "our.pem")]
    try:
        subprocess.run([*command, *files], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl command to make a certificate with")
    settings = load(written(tmp_path, "  url: amqps://mq\n  ca: our.pem\n  certificate: our.pem\n  key: key.pem\n"))
    assert settings.broker.tls.cert_store_stats()["x509_ca"] == 1
