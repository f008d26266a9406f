"""PostgreSQL's address in the settings: what the driver would stumble over is told by its place, and never repeated."""

import pytest

from config.server import MODES
from config.settings import load
from domain.errors import ConfigError

GOOD = [
    "postgresql://u:p@h:5432/d",
    "postgresql:///d?host=/run/postgresql",
    "postgresql://u:p%40%2F@h/d?sslmode=verify-full",
    "postgresql://u@/d?host=one:5432&host=two:5432&target_session_attrs=read-write",
    *(f"postgresql://u@h/d?sslmode={mode}" for mode in MODES),
]
BAD = {
    "postgresql://u:s3cret@h:abc/d": "write it as",
    "postgresql://u:s3@cret@h/d": "write it as",
    "postgresql://u:s3cret@h/d?connect_timeout=5": "only these may stand: host, port",
    "postgresql://u:s3cret@h/d?sslmode=s3cret": "sslmode is one of: disable",
    "postgresql://u:s3cret@h/d?sslmode=verify-full&sslrootcert=/nowhere/s3cret.pem": "no such file",
    "s3cret": "write it as",
}


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    def load_with(address, where):
        monkeypatch.setenv("SERVER_URL", address)
        (tmp_path / "balcao.yaml").write_text(f"version: 1\n{where}\n")
        return load(tmp_path / "balcao.yaml")

    return load_with


@pytest.mark.parametrize("address", GOOD)
def test_what_the_driver_understands_is_left_as_it_is(loaded, address):
    settings = loaded(address, "database: env:SERVER_URL")
    assert settings.store_url == settings.journal_url == address


@pytest.mark.parametrize(("address", "told"), BAD.items())
@pytest.mark.parametrize(
    ("where", "name", "place"),
    [
        ("store: {url: env:SERVER_URL}", "store_url", "2:14"),
        ("journal: {url: env:SERVER_URL}", "journal_url", "2:16"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_place_without_the_password(loaded, address, told, where, name, place):
    settings = loaded(address, where)
    with pytest.raises(ConfigError) as caught:
        getattr(settings, name)
    assert f"balcao.yaml:{place}: " in str(caught.value)
    assert told in str(caught.value)
    assert "s3" not in str(caught.value)


def test_the_same_where_one_setting_leads_to_both(loaded):
    with pytest.raises(ConfigError, match=r"balcao\.yaml:2:11: .*host, port"):
        _ = loaded("postgresql://h/d?application_name=x", "database: env:SERVER_URL").journal_url
