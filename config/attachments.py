"""Settings of where attachments are kept: on this machine's disk, or in a bucket of any store that speaks S3."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from config.fields import Block, Duration, Secret
from domain.units import BadValue, must_be_somewhere

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"([A-Za-z0-9!_.*'()-]+/)*")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


def _bucket(name: str) -> str:
    if not _BUCKET.fullmatch(name):
        raise BadValue('write the name of a bucket: 3 to 63 of "a-z", "0-9", "-" and "."')
    return name


def _endpoint(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good or parts.username or parts.query or parts.fragment:
        raise BadValue('write the address of the S3 service: "https://s3.exemplo.com.br", without user and password')
    must_be_somewhere(parts.hostname or "")
    return url.rstrip("/")


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        raise BadValue('write a prefix as folders, each ending in a slash: "balcao/"')
    return text


class S3(Block):
    """`insecure` lets an endpoint on another machine be asked without TLS. No keys: found as AWS's own tools do."""

    bucket: Annotated[str, AfterValidator(_bucket)] | None = None
    region: str = Field(default="us-east-1", min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    endpoint: Annotated[str, AfterValidator(_endpoint)] | None = None
    prefix: Annotated[str, AfterValidator(_prefix)] | None = None
    path_style: bool = False
    access_key: Secret | None = None
    secret_key: Secret | None = None
    ca: Path | None = None
    insecure: bool = False
    timeout: Duration = 10.0

    @model_validator(mode="after")
    def _keys_come_together(self) -> "S3":
        if (self.access_key is None) != (self.secret_key is None):
            raise BadValue("access_key and secret_key come together: write both or none")
        return self

    @model_validator(mode="after")
    def _in_the_open_only_on_purpose(self) -> "S3":
        parts = urlsplit(self.endpoint or "https://")
        if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname or "") and not self.insecure:
            raise BadValue(
                "attachments would travel in the open: write an https:// endpoint, or `insecure: true` if you must"
            )
        return self


class Attachments(Block):
    """`grace` is the age from which a content that no ticket names is removed."""

    place: Literal["disk", "s3"] = "disk"
    grace: Duration = 86_400.0
    s3: S3 = S3()

    @model_validator(mode="after")
    def _somewhere(self) -> "Attachments":
        if self.place == "s3" and self.s3.bucket is None:
            raise BadValue("attachments are to be kept in S3: name the bucket in attachments.s3.bucket")
        return self
