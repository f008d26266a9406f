import stat
import threading
from pathlib import Path
from secrets import token_hex

import pytest

from config.secrets import Secrets
from domain.errors import ConfigError, Position

PLACE = Position("balcao.yaml", 3, 12)


@pytest.fixture
def secrets(tmp_path):
    return Secrets(tmp_path)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def refusal(secrets: Secrets, reference: str) -> str:
    with pytest.raises(ConfigError) as refused:
        secrets.reveal(reference)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "value"),
    [("s3cret", "s3cret"), ("s3\n", "s3"), ("s3\r\n", "s3"), ("a\n\n", "a\n"), (" a \n", " a "), ("ção", "ção")],
)
def test_a_file_is_the_secret_without_one_newline_at_its_end(secrets, tmp_path, content, value):
    (tmp_path / "key").write_bytes(content.encode())

    assert secrets.reveal("file:key") == value


def test_an_environment_variable_is_the_secret(secrets, monkeypatch):
    monkeypatch.setenv("BALCAO_TEST", "s3cret")

    assert secrets.reveal("env:BALCAO_TEST") == "s3cret"


def test_an_absolute_path_is_taken_as_it_is(secrets, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("run") / "key"
    elsewhere.write_text("x")

    assert secrets.reveal(f"file:{elsewhere}") == "x"


def test_what_leads_nowhere_is_named(secrets, tmp_path, monkeypatch):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_text("x" * 70_000)
    monkeypatch.setenv("BALCAO_EMPTY", "")

    assert "the environment variable BALCAO_NONE is not set or empty" in refusal(secrets, "env:BALCAO_NONE")
    assert "the environment variable BALCAO_EMPTY is not set or empty" in refusal(secrets, "env:BALCAO_EMPTY")
    assert "none cannot be read: No such file" in refusal(secrets, "file:none")
    assert "cannot be read: Is a directory" in refusal(secrets, "file:.")
    assert "the secret file empty is empty" in refusal(secrets, "file:empty")
    assert "binary is not UTF-8 text" in refusal(secrets, "file:binary")
    assert "large is too large" in refusal(secrets, "file:large")


def test_the_place_of_the_reference_is_told(tmp_path):
    secrets = Secrets(tmp_path, {"env:BALCAO_NONE": PLACE})

    assert refusal(secrets, "env:BALCAO_NONE").startswith("balcao.yaml:3:12: ")


def test_a_secret_written_out_is_refused_and_not_repeated(secrets):
    assert "hunter2" not in refusal(secrets, "hunter2")


def test_no_value_is_ever_kept(secrets, tmp_path):
    (tmp_path / "key").write_text("s3cret")
    secrets.reveal("file:key")

    assert "s3cret" not in repr(secrets) + repr(vars(secrets))


def test_a_missing_file_below_var_is_made_once(secrets, tmp_path):
    made = secrets.create_if_missing("file:var/secrets/token.key", tmp_path / "var", "first")
    again = secrets.create_if_missing("file:var/secrets/token.key", tmp_path / "var", "second")

    assert (made, again) == (True, False)
    assert secrets.reveal("file:var/secrets/token.key") == "first"
    assert stat.S_IMODE((tmp_path / "var/secrets/token.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var/secrets").stat().st_mode) == 0o700
    assert names_in(tmp_path / "var/secrets") == ["token.key"]


@pytest.mark.parametrize("reference", ["file:key", "file:var/../key", "file:variable/key", "env:BALCAO_NONE"])
def test_nothing_is_made_outside_var(secrets, tmp_path, reference):
    (tmp_path / "var").mkdir()

    assert not secrets.create_if_missing(reference, tmp_path / "var", "x")
    assert names_in(tmp_path) == ["var"]


def test_a_link_out_of_var_is_not_followed(secrets, tmp_path, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secrets").symlink_to(outside)
    (tmp_path / "var" / "dangling").symlink_to(outside / "key")

    assert not secrets.create_if_missing("file:var/secrets/key", tmp_path / "var", "x")
    assert not secrets.create_if_missing("file:var/dangling", tmp_path / "var", "x")
    assert names_in(outside) == []


def test_a_folder_that_cannot_be_written_is_a_mistake_with_its_place(tmp_path):
    (tmp_path / "var").write_text("a file where a folder should be")
    secrets = Secrets(tmp_path, {"file:var/key": PLACE})

    with pytest.raises(ConfigError, match=r"balcao.yaml:3:12: the secret file var/key cannot be written: "):
        secrets.create_if_missing("file:var/key", tmp_path, "x")


def test_of_many_that_make_a_secret_at_once_one_wins(secrets, tmp_path):
    barrier, seen = threading.Barrier(8), []

    def make() -> None:
        barrier.wait()
        secrets.create_if_missing("file:var/key", tmp_path / "var", token_hex(32))
        seen.append(secrets.reveal("file:var/key"))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert len(seen[0]) == 64


def test_a_secret_that_others_can_read_is_complained_about(tmp_path):
    (tmp_path / "open").write_text("x")
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "shut").write_text("x")
    (tmp_path / "shut").chmod(0o640)
    secrets = Secrets(tmp_path, {"file:open": PLACE})

    complaints = secrets.exposed(["file:open", "file:shut", "file:none", "env:HOME"])

    assert [str(complaint) for complaint in complaints] == [
        "balcao.yaml:3:12: other users can read or write the secret file open; run: chmod 600 open"
    ]
