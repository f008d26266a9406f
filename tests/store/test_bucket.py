"""Attachments in a bucket, against a server that speaks S3."""

import contextlib
import hashlib
import socket
import time

import pytest

from domain.errors import StoreUnavailable
from store.bucket import AttachmentBucket, BucketOptions
from tests.s3_server import ACCESS, SECRET, S3Server

CONTENT = b"%PDF-1.7 boleto"
SHA = hashlib.sha256(CONTENT).hexdigest()
PLACE = f"{SHA[:2]}/{SHA[2:4]}/{SHA}"


@pytest.fixture(scope="module")
def server():
    running = S3Server().start()
    yield running
    running.stop()


def opened(server, bucket, **options):
    given = {"bucket": bucket, "region": "us-east-1", "endpoint": server.endpoint, "path_style": True, "timeout": 2.0,
             "access_key": ACCESS, "secret_key": SECRET, "patience": 5.0}  # fmt: skip
    return AttachmentBucket(BucketOptions(**{**given, **options}))


@pytest.fixture
def name(server):
    return server.new_bucket()


@pytest.fixture
def bucket(server, name):
    return opened(server, name)


def test_what_was_put_is_got_and_lies_where_a_disk_would_have_it(server, name, bucket):
    bucket.put(CONTENT, SHA)

    assert bucket.get(SHA) == CONTENT
    assert server.keys(name) == [PLACE]
    assert bucket.find(SHA).size == len(CONTENT)
    assert bucket.measure(SHA) == SHA


def test_a_prefix_is_a_folder_of_its_own(server, name):
    ours, theirs = opened(server, name, prefix="balcao/"), opened(server, name, prefix="others/")
    ours.put(CONTENT, SHA)

    assert server.keys(name) == [f"balcao/{PLACE}"]
    assert [one.sha256 for one in ours.listing()] == [SHA]
    assert list(theirs.listing()) == []
    assert theirs.get(SHA) is None


def test_the_same_content_is_uploaded_once(server, bucket):
    bucket.put(CONTENT, SHA)
    server.requests.clear()
    bucket.put(CONTENT, SHA)

    assert [method for method, _ in server.requests] == ["HEAD"]


def test_many_are_put_together_and_each_once(server, name, bucket):
    contents = [(text := f"file {number % 5}".encode(), hashlib.sha256(text).hexdigest()) for number in range(15)]
    bucket.put_many(contents)

    assert len(server.keys(name)) == 5
    assert all(bucket.get(sha256) == content for content, sha256 in contents)


@pytest.mark.parametrize("damaged", [CONTENT[:-1], CONTENT[:-1] + b"O"], ids=["cut", "altered"])
def test_a_damaged_object_is_not_given_out_and_is_mended_by_the_next_put(server, name, bucket, damaged):
    server.client.put_object(Bucket=name, Key=PLACE, Body=damaged)

    assert bucket.get(SHA) is None
    assert bucket.measure(SHA) not in {SHA, None}
    bucket.put(CONTENT, SHA)
    assert bucket.get(SHA) == CONTENT


def test_what_is_not_there_is_none_even_where_nothing_has_that_hash(bucket):
    nothing = hashlib.sha256(b"").hexdigest()

    assert bucket.get(SHA) is bucket.find(SHA) is bucket.measure(SHA) is bucket.get(nothing) is None
    bucket.put(b"", nothing)
    assert bucket.get(nothing) == b""


def test_a_listing_goes_over_pages_in_the_order_of_names_and_passes_over_what_is_not_ours(server, name, bucket):
    names = sorted(hashlib.sha256(str(number).encode()).hexdigest() for number in range(7))
    for number in range(7):
        bucket.put(str(number).encode(), hashlib.sha256(str(number).encode()).hexdigest())
    server.client.put_object(Bucket=name, Key="read-me.txt", Body=b"not ours")
    server.client.put_object(Bucket=name, Key=f"aa/bb/{'c' * 64}", Body=b"not ours either")

    assert [one.sha256 for one in bucket.listing()] == names


def test_what_is_removed_is_gone_with_all_its_versions(server, name, bucket):
    server.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"an older one", CONTENT):
        server.client.put_object(Bucket=name, Key=PLACE, Body=content)
    bucket.remove(SHA)
    bucket.remove(SHA)

    assert server.client.list_object_versions(Bucket=name).get("Versions", []) == []
    assert bucket.find(SHA) is None


def test_a_bucket_without_versions_forgets_at_once(bucket):
    bucket.put(CONTENT, SHA)
    bucket.remove(SHA)

    assert bucket.find(SHA) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", SHA.upper(), SHA[:-1], f"{SHA}\n", ""])
@pytest.mark.parametrize("act", ["find", "get", "measure", "remove"])
def test_nothing_but_a_hash_is_a_name(bucket, name, act):
    with pytest.raises(ValueError, match="SHA-256"):
        getattr(bucket, act)(name)


ACTS = (
    lambda bucket: bucket.put(CONTENT, SHA),
    lambda bucket: bucket.put_many([(CONTENT, SHA), (b"x", hashlib.sha256(b"x").hexdigest())]),
    lambda bucket: bucket.get(SHA),
    lambda bucket: list(bucket.listing()),
    lambda bucket: bucket.ping(),
)


@pytest.mark.parametrize("act", ACTS)
def test_a_bucket_that_does_not_exist_is_not_now_and_named(server, act):
    with pytest.raises(StoreUnavailable, match="s3://nobodys-bucket/") as told:
        act(opened(server, "nobodys-bucket"))
    assert "NoSuchBucket" in str(told.value)


def test_a_server_that_is_away_is_not_now_and_then_it_goes_on(name, server, bucket):
    bucket.put(CONTENT, SHA)
    server.stop()
    try:
        with pytest.raises(StoreUnavailable):
            bucket.put(b"more", hashlib.sha256(b"more").hexdigest())
        with pytest.raises(StoreUnavailable):
            bucket.get(SHA)
    finally:
        server.start()
    assert bucket.get(SHA) == CONTENT


def test_a_server_that_says_later_is_asked_again_then_it_is_not_now(server, bucket):
    server.broken = "503 Slow Down"
    server.requests.clear()
    try:
        with pytest.raises(StoreUnavailable, match=r"503|SlowDown"):
            bucket.put(CONTENT, SHA)
    finally:
        server.broken = None
    assert len(server.requests) == 3
    bucket.put(CONTENT, SHA)
    assert bucket.get(SHA) == CONTENT


def test_a_server_that_says_nothing_is_given_up_in_time():
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as mute:
        options = BucketOptions(bucket="aaa", region="us-east-1", endpoint=f"http://127.0.0.1:{mute.getsockname()[1]}",
                                path_style=True, access_key="a", secret_key="b", timeout=0.2, patience=0.3)  # fmt: skip
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match="not stored in time"):
            AttachmentBucket(options).put_many([(CONTENT, SHA), (b"x", hashlib.sha256(b"x").hexdigest())])
        assert time.monotonic() - begun < 20


def test_no_key_is_in_what_is_told_or_shown(server):
    options = BucketOptions(bucket="nobodys-bucket", region="us-east-1", endpoint=server.endpoint, path_style=True,
                            access_key=ACCESS, secret_key=SECRET)  # fmt: skip
    with pytest.raises(StoreUnavailable) as told:
        AttachmentBucket(options).get(SHA)

    assert not any(key in f"{options!r} {told.value} {told.value.detail}" for key in (ACCESS, SECRET))
