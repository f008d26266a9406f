"""Attachments in a bucket of any store that speaks S3: AWS, MinIO, Ceph, R2, …

    put ─▶ HEAD: there already? ─▶ PUT, its bytes signed ─▶ 200 is the store's word that it is durable

The signature covers the SHA-256 of the bytes, so a store takes no other content than ours. Whatever goes wrong, a
bucket that does not exist as much as a server that is away, is ContentsUnavailable: what was accepted waits.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache, cached_property
from threading import Lock
from typing import Any

from domain.errors import ContentsUnavailable
from store.attachments import checked
from store.contents import LAYOUT, Stored, name_of

AT_ONCE = 4
"""Requests under way. Each thread of the child process costs some 70 MB of its address space."""
TRIES = 3
CONNECT_TIMEOUT = 5.0
PIECE = 1_048_576
_MAKING = Lock()
"""Clients may be used by several threads, but not made by them."""
_MD5 = re.compile(r"[0-9a-f]{32}")
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_CANNOT_SAY = frozenset({"403", "AccessDenied", "Forbidden"})
"""What a HEAD answers for a key that does not exist, to who may not list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketOptions:
    """`endpoint` None: AWS. No keys: botocore looks where AWS's own tools look. Times in seconds.

    `patience` bounds one `put_many`.
    """

    bucket: str
    region: str
    endpoint: str | None = None
    prefix: str = ""
    path_style: bool = False
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    ca: str | None = None
    timeout: float = 10.0
    patience: float = 30.0


def _is_other(found: Mapping[str, Any], content: bytes) -> bool:
    """Of the same size, but overwritten since: the ETag is the MD5, unless a key of the store's client encrypts it."""
    etag = str(found.get("ETag", "")).strip('"')
    told = _MD5.fullmatch(etag) and found.get("ServerSideEncryption", "AES256") == "AES256"
    return bool(told) and etag != hashlib.md5(content, usedforsecurity=False).hexdigest()


class AttachmentBucket:
    """`store.contents.Contents` over S3. Its client is made on first use: that takes 0.2 s and 40 MB."""

    def __init__(self, options: BucketOptions) -> None:
        self._options = options
        self._name = re.compile(re.escape(options.prefix) + LAYOUT, re.ASCII)

    @property
    def place(self) -> str:
        return f"s3://{self._options.bucket}/{self._options.prefix}"

    def put(self, content: bytes, sha256: str) -> None:
        """See `store.contents.Contents`."""
        found = self._headers(sha256)
        if found is None or found["ContentLength"] != len(content) or _is_other(found, content):
            with self._translated():
                self._client.put_object(**self._key(sha256), Body=content, ContentType="application/octet-stream")

    def put_many(self, contents: Sequence[tuple[bytes, str]]) -> None:
        """What is not there in time goes on being put; the next try finds it."""
        if len(contents) == 1:
            self.put(*contents[0])
            return
        futures = [self._threads.submit(self.put, *one) for one in {sha: (c, sha) for c, sha in contents}.values()]
        done, late = wait(futures, timeout=self._options.patience)
        for future in late:
            future.cancel()
        for future in done:
            if not future.cancelled():
                future.result()
        if late:
            raise self._away(f"{len(late)} of {len(futures)} attachments were not stored in time")

    def get(self, sha256: str) -> bytes | None:
        """See `store.contents.Contents`."""
        pieces = self._pieces(sha256)
        if pieces is None:
            return None
        content = b"".join(pieces)
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    # Upkeep

    def find(self, sha256: str) -> Stored | None:
        return self._head(sha256)

    def measure(self, sha256: str) -> str | None:
        pieces = self._pieces(sha256)
        if pieces is None:
            return None
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        return digest.hexdigest()

    def listing(self) -> Iterator[Stored]:
        pages = self._client.get_paginator("list_objects_v2")
        with self._translated():
            for page in pages.paginate(Bucket=self._options.bucket, Prefix=self._options.prefix):
                for one in page.get("Contents", ()):
                    if found := self._name.fullmatch(one["Key"]):
                        yield Stored(found["sha256"], one["Size"], one["LastModified"])

    def remove(self, sha256: str) -> None:
        """With all its versions, where the bucket keeps such."""
        key = self._key(sha256)
        with self._translated():
            if not self._keeps_versions:
                self._client.delete_object(**key)
                return
            found = self._client.list_object_versions(Bucket=key["Bucket"], Prefix=key["Key"])
            for one in [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]:
                self._client.delete_object(**key, VersionId=one["VersionId"])

    def ping(self) -> None:
        with self._translated():
            self._client.list_objects_v2(Bucket=self._options.bucket, Prefix=self._options.prefix, MaxKeys=1)

    # The client

    def _key(self, sha256: str) -> dict[str, str]:
        return {"Bucket": self._options.bucket, "Key": self._options.prefix + name_of(checked(sha256))}

    def _head(self, sha256: str) -> Stored | None:
        found = self._headers(sha256)
        return None if found is None else Stored(sha256, found["ContentLength"], found["LastModified"])

    def _headers(self, sha256: str) -> dict[str, Any] | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - a disk needs no botocore

        key = self._key(sha256)
        with self._translated():
            try:
                found: dict[str, Any] = self._client.head_object(**key)
            except ClientError as error:
                if _code(error) in _ABSENT | _CANNOT_SAY:
                    return None
                raise
        return found

    def _pieces(self, sha256: str) -> Iterator[bytes] | None:
        """None when there is nothing."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - as above

        key = self._key(sha256)
        with self._translated():
            try:
                body = self._client.get_object(**key)["Body"]
            except ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise
        return self._read(body)

    def _read(self, body: Any) -> Iterator[bytes]:
        with self._translated(), contextlib.closing(body):
            yield from body.iter_chunks(PIECE)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above
        from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

        try:
            yield
        except ClientError as error:
            raise self._away(f"{_code(error)}: {error.response.get('Error', {}).get('Message', '')}") from error
        except (BotoCoreError, ResponseParserError, OSError) as error:
            raise self._away(f"{type(error).__name__}: {error}") from error

    def _away(self, detail: str) -> ContentsUnavailable:
        return ContentsUnavailable(f"attachments cannot be kept in {self.place} now: {detail}", detail=detail)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="s3")

    @cached_property
    def _keeps_versions(self) -> bool:
        """A store that knows no versions, or does not tell us, keeps none."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - as above

        try:
            return bool(self._client.get_bucket_versioning(Bucket=self._options.bucket).get("Status"))
        except ClientError:
            return False

    @property
    def _client(self) -> Any:
        with _MAKING:
            return self._made_client

    @cached_property
    def _made_client(self) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - as above

        options = self._options
        with self._translated():
            return _session().create_client(
                "s3",
                region_name=options.region,
                endpoint_url=options.endpoint,
                aws_access_key_id=options.access_key,
                aws_secret_access_key=options.secret_key,
                verify=options.ca or True,
                config=Config(
                    signature_version="s3v4",
                    s3={
                        "addressing_style": "path" if options.path_style else "auto",
                        "payload_signing_enabled": True,
                    },
                    connect_timeout=min(CONNECT_TIMEOUT, options.timeout),
                    read_timeout=options.timeout,
                    retries={"mode": "standard", "total_max_attempts": TRIES},
                    max_pool_connections=AT_ONCE,
                    # Checksums of AWS's newer kinds are unknown to many other stores.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                    ignore_configured_endpoint_urls=True,
                ),
            )


@cache
def _session() -> Any:
    """One for all: reading what it knows of S3 takes most of the time."""
    import botocore.session  # noqa: PLC0415 - as above

    return botocore.session.get_session()


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
