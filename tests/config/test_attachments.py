"""Where attachments are kept: what may be written, and what each mistake says."""

import pytest

from config.settings import load
from domain.errors import ConfigError

GOOD = 'place: s3\n  s3: {bucket: balcao, endpoint: "https://s3.exemplo.com.br/"}'


def written(folder, block):
    path = folder / "balcao.yaml"
    path.write_text(f"version: 1\nattachments:\n  {block}\n", encoding="utf-8")
    return path


def test_a_bucket_anywhere(tmp_path):
    found = load(written(tmp_path, GOOD)).attachments

    assert (found.place, found.s3.bucket, found.s3.endpoint) == ("s3", "balcao", "https://s3.exemplo.com.br")


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("place: s3", "name the bucket"),
        ("place: nuvem", "attachments.place"),
        ("grace: 1", "duration"),
        ("s3: {bucket: Balcao}", "name of a bucket"),
        ("s3: {bucket: ab}", "name of a bucket"),
        ('s3: {bucket: balcao, endpoint: "s3.exemplo.com.br"}', "address of the S3 service"),
        ('s3: {bucket: balcao, endpoint: "https://user:senha@s3.exemplo.com.br"}', "without user and password"),
        ('s3: {bucket: balcao, endpoint: "https://s3.exemplo.com.br:99999"}', "address of the S3 service"),
        ('s3: {bucket: balcao, endpoint: "http://s3.exemplo.com.br"}', "in the open"),
        ("s3: {bucket: balcao, prefix: balcao}", "ending in a slash"),
        ("s3: {bucket: balcao, prefix: /balcao/}", "ending in a slash"),
        ("s3: {bucket: balcao, access_key: env:S3_ACCESS_KEY}", "come together"),
        ("s3: {bucket: balcao, access_key: AKIA, secret_key: abc}", "referred to"),
        ("s3: {bucket: balcao, regiao: x}", "region"),
    ],
)
def test_each_mistake_is_told_with_its_place(tmp_path, block, words):
    with pytest.raises(ConfigError) as told:
        load(written(tmp_path, block))

    assert words in str(told.value)
    assert all(mistake.position.line == 3 or "place: s3" in block for mistake in told.value.mistakes)
    assert "senha" not in str(told.value)


@pytest.mark.parametrize("host", ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"])
def test_without_tls_only_on_this_machine_or_on_purpose(tmp_path, host):
    assert load(written(tmp_path, f's3: {{bucket: balcao, endpoint: "{host}"}}')).attachments.s3.endpoint == host
    open_one = load(written(tmp_path, 's3: {bucket: balcao, endpoint: "http://minio:9000", insecure: true}'))
    assert open_one.attachments.s3.endpoint == "http://minio:9000"
