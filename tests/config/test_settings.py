"""balcao.yaml as a whole."""

import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from config.reading import read_file
from config.settings import Sections, Settings, load, settings_schema
from domain.document import plain
from domain.errors import ConfigError
from domain.units import Listen

SHIPPED = Path(__file__).parents[2] / "config" / "balcao.yaml"
ADVICE = {
    "duration": 'write a duration as a number and its unit: "90s", "5m", "2h", "30d"',
    "size": 'write a size as a number and its unit: "500kB", "25MB", "1GB"',
    "listen": 'write an address to listen on as host:port: "127.0.0.1:8025", "[::1]:8025", "0.0.0.0:25"',
    "secret": 'a secret is not written here but referred to: "env:NAME" or "file:path"',
    "database": 'write a database as "sqlite:///path", "postgresql://…" or a reference to it, ',
    "network": 'write an IP address or a network: "127.0.0.1", "10.0.0.0/8", "fd00::/8"',
    "zone": 'unknown time zone; write it like "America/Sao_Paulo" or "UTC"',
    "host": 'write a host name: "atendimento.exemplo.com.br"',
}


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        file = tmp_path / "balcao.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def mistakes(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(file)
    return str(refused.value).replace(f"{file}:", "").splitlines()


def test_only_the_version_is_required(write):
    loaded = load(write("version: 1\n"))

    assert {name: getattr(loaded, name) for name in Sections.model_fields} == dict(Sections(version=1))
    assert loaded.channels == {}


def test_settings_travel_to_another_process():
    loaded = load(SHIPPED)

    travelled = pickle.loads(pickle.dumps(loaded))

    assert travelled == loaded
    assert isinstance(travelled, Settings)
    assert travelled.store_url == loaded.store_url


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        load(SHIPPED).name = "other"


def test_paths_start_beside_the_file(write, tmp_path, monkeypatch):
    write("version: 1\nvar: data\nacknowledgement: {templates: letters}\n")
    monkeypatch.chdir(tmp_path)

    loaded = load(Path("balcao.yaml"))

    assert (loaded.path, loaded.base) == (tmp_path / "balcao.yaml", tmp_path)
    assert loaded.var_path == tmp_path / "data"
    assert loaded.rules_path == tmp_path / "rules.yaml"
    assert loaded.templates_path == tmp_path / "letters"
    assert loaded.store_url == f"sqlite:///{tmp_path}/data/balcao.db"
    assert loaded.journal_url == f"sqlite:///{tmp_path}/data/journal.db"


def test_databases_are_named_directly_or_by_reference(write, tmp_path, monkeypatch):
    monkeypatch.setenv("BALCAO_DB", "postgresql://u:hunter2@h/d")
    loaded = load(write("version: 1\nstore: {url: env:BALCAO_DB}\njournal: {url: 'sqlite:///j.db'}\n"))

    assert loaded.store_url == "postgresql://u:hunter2@h/d"
    assert loaded.journal_url == f"sqlite:///{tmp_path}/j.db"


def test_a_database_behind_a_missing_variable_is_told_with_its_place(write, monkeypatch):
    monkeypatch.delenv("BALCAO_DB", raising=False)
    file = write("version: 1\nstore:\n  url: env:BALCAO_DB\n")

    with pytest.raises(ConfigError, match=f"{file}:3:8: the environment variable BALCAO_DB is not set or empty"):
        _ = load(file).store_url


def test_a_password_in_a_url_is_not_shown(write):
    loaded = load(
        write("version: 1\nstore: {url: 'postgresql://u:hunter2@h/d'}\njournal: {url: 'postgresql://hunter2/j'}")
    )

    assert "hunter2" not in f"{loaded!r}{loaded}"


def test_listen_addresses_are_read(write):
    loaded = load(write('version: 1\nweb: {public: "[::1]:0", private: localhost:8081}\n'))

    assert (loaded.web.public, loaded.web.private) == (Listen("::1", 0), Listen("localhost", 8081))


def test_a_block_with_all_its_lines_commented_out_is_left_out(write):
    loaded = load(write("version: 1\nweb:\n  # public: x\nacknowledgement:\n  budgets:\nchannels:\n"))

    assert loaded.web == Sections(version=1).web
    assert loaded.acknowledgement == Sections(version=1).acknowledgement


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", '1:1: "version" is missing here'),
        ("name: x", '1:1: "version" is missing here'),
        ("version: 2", '1:10: "version" must be one of 1'),
        ("version: 1\nnmae: x", '2:1: unknown key "nmae"; did you mean "name"?'),
        ("version: 1\nchanels: {}", '2:1: unknown key "chanels"; did you mean "channels"?'),
        ("version: 1\npath: x", '2:1: unknown key "path"; did you mean'),
        ("version: 1\nname: ''", '2:7: "name" must have at least 1 characters'),
        ("version: 1\nlanguage: pt", '2:11: "language" must be one of "pt-BR" or "en"'),
        ("version: 1\ntimezone: Brasilia", f"2:11: {ADVICE['zone']}"),
        ("version: 1\nhostname: a b", f"2:11: {ADVICE['host']}"),
        ("version: 1\nvar: 3", '2:6: "var" must be text; put it in quotes'),
        ("version: 1\nvar:", '2:5: "var" has no value; write one, or leave the line out'),
        ("version: 1\ntoken_key: hunter2", f"2:12: {ADVICE['secret']}"),
        ("version: 1\ngrace: 20", f"2:8: {ADVICE['duration']}"),
        ("version: 1\nstore: {url: 'mysql://h'}", f"2:14: {ADVICE['database']}"),
        ("version: 1\njournal: {disk_reserve: 200}", f"2:25: {ADVICE['size']}"),
        ("version: 1\nweb:\n  public: 8080", f"3:11: {ADVICE['listen']}"),
        ("version: 1\nweb:\n  public: host:70000", "3:11: a port is a number from 0 to 65535"),
        ("version: 1\nweb:\n  private: '[zz]:1'", f"3:12: {ADVICE['listen']}"),
        ("version: 1\nweb: {trusted_proxies: [127.0.0.1, proxy]}", f"2:36: {ADVICE['network']}"),
        ("version: 1\nweb: {failures_per_minute: 0}", '2:28: "web.failures_per_minute" must be at least 1'),
        ("version: 1\nworker: {processes: 65}", '2:21: "worker.processes" must be at most 64'),
        ("version: 1\nworker: {batch: many}", '2:17: "worker.batch" must be a whole number'),
        ("version: 1\nworker: 3", '2:9: "worker" must be a block of "name: value" lines'),
        ("version: 1\nacknowledgement: {enabled: yes}", '2:28: "acknowledgement.enabled" must be true or false'),
        (
            "version: 1\nacknowledgement:\n  budgets: {per_adress: 3}",
            '3:13: unknown key "per_adress"; did you mean "per_address"?',
        ),
        ("version: 1\ndispatch: {retry_delays: []}", '2:26: "dispatch.retry_delays" must have at least 1 entries'),
        ("version: 1\ndispatch: {retry_delays: [1m, 5]}", f"2:31: {ADVICE['duration']}"),
        ("version: 1\nretention: {raw: forever}", f"2:18: {ADVICE['duration']}"),
        ("version: 1\nlog: {level: loud}", '2:14: "log.level" must be one of "debug", "info", "warning" or "error"'),
        ("version: 1\nchannels: [a]", '2:11: "channels" must be a block with one entry for each channel'),
        ("version: 1\nversion: 1", '2:1: the key "version" is already used in line 1'),
        ("- version: 1", '1:1: "this file" must be a block of "name: value" lines'),
    ],
)
def test_every_mistake_has_its_place(write, text, mistake):
    found = mistakes(write(text))

    assert len(found) == 1
    assert found[0].startswith(mistake)


def test_the_mistakes_of_all_sections_are_told_at_once(write):
    text = "nmae: x\nweb: {public: 80}\nlog: {level: x}\nchannels:\n  A: {kind: smtp}\n  b: {}\n"

    assert [line.partition(": ")[0] for line in mistakes(write(text))] == ["1:1", "1:1", "2:15", "3:14", "5:3", "6:6"]


def test_mistakes_name_the_file_as_it_was_given(write, tmp_path, monkeypatch):
    write("version: 3")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match=r"^balcao\.yaml:1:10: "):
        load(Path("balcao.yaml"))


def test_secrets_know_where_they_are_named(write):
    loaded = load(write("version: 1\ntoken_key: env:BALCAO_NONE\nchannels: {a: {kind: x, secrets: [file:none]}}"))

    with pytest.raises(ConfigError, match=r"balcao.yaml:2:12: "):
        loaded.secrets.reveal("env:BALCAO_NONE")
    with pytest.raises(ConfigError, match=r"balcao.yaml:3:35: "):
        loaded.secrets.reveal("file:none")


class Relay(BaseModel):
    host: str


class SmtpOptions(BaseModel):
    relay: Relay | None = None
    required: int


@pytest.mark.parametrize("kinds", [None, {"smtp": SmtpOptions}])
def test_the_schema_is_one(kinds):
    schema = settings_schema(kinds)

    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == {*Sections.model_fields, "channels"}
    assert schema["properties"]["worker"]["default"]["timeout"] == "1m"


def test_an_editor_takes_the_shipped_file_and_sees_mistakes():
    tree, editor = plain(read_file(SHIPPED)), Draft202012Validator(settings_schema())

    assert list(editor.iter_errors(tree)) == []
    assert list(editor.iter_errors({**tree, "grace": 20}))
    assert list(editor.iter_errors({**tree, "nmae": "x"}))
    assert list(editor.iter_errors({**tree, "channels": {"A": {"kind": "smtp"}}}))


@pytest.mark.parametrize(
    ("channel", "taken"),
    [
        ({"kind": "smtp", "required": 1, "relay": {"host": "h"}, "enabled": False}, True),
        ({"kind": "smtp"}, False),
        ({"kind": "smtp", "required": 1, "relay": {}}, False),
        ({"kind": "fax", "required": 1}, False),
    ],
)
def test_an_editor_knows_the_options_of_each_kind(channel, taken):
    editor = Draft202012Validator(settings_schema({"smtp": SmtpOptions}))

    assert editor.is_valid({"version": 1, "channels": {"a": channel}}) is taken


KEYS = st.sampled_from([*Sections.model_fields, "channels", "public", "budgets", "kind", "x"])
VALUES = st.sampled_from(["", "1", "x", "[1]", "{}", "{a: 1}", "5m", "env:A", "~", "{kind: smtp}", "\n  public: x"])


@given(lines=st.lists(st.tuples(KEYS, VALUES), max_size=5))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_any_file_is_loaded_or_refused(lines, write):
    file = write("".join(f"{key}: {value}\n" for key, value in lines))
    try:
        loaded = load(file)
    except ConfigError as error:
        assert error.mistakes  # noqa: PT017 - either is right
    else:
        assert loaded.version == 1
