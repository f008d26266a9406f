"""What a person may set for a phone channel in `balcao.yaml`.

phone:
  kind: voice
  secrets: [file:secrets/phone]                                     # signed posts, or
  basic: {user: pabx, password: file:secrets/pabx}                  # posts with user and password, or
  bearer: file:secrets/pabx                                         # posts with a token, or
  twilio: {account: AC…, token: env:TWILIO, public_url: "https://balcao.exemplo.com/hooks/phone"}
  ami: {host: 127.0.0.1, user: balcao, secret: file:secrets/ami}    # what Asterisk tells live, or
  watch: {files: /var/log/asterisk/cdr-csv/Master.csv}              # its call records
  timezone: America/Sao_Paulo          # of times that tell no zone
  area_code: "11"                      # completes numbers that are dialled without it
  ringing: 10m                         # a call of which no more is heard for so long is filed as it stands
  window: 24h                          # a call joins the open ticket of its number for so long
"""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from channels.fields import Basic, CalledServer, Duration, SecretReference, Size, StrictOptions, Url, Zone
from channels.voice.dialects import DIALECTS
from domain.units import BadValue


def _known_source(name: str) -> str:
    known = ("auto", *DIALECTS)
    if name not in known:
        raise BadValue("no such telephone system; known are: %(known)s", known=", ".join(known))
    return name


Source = Annotated[str, AfterValidator(_known_source)]


class Twilio(StrictOptions):
    """`public_url`: the address that Twilio was given, which it signs. `sender`: whose SMS our answers are."""

    account: str = Field(pattern="^[A-Za-z0-9]{2,64}$")
    token: SecretReference
    public_url: Url
    sender: str | None = Field(default=None, pattern=r"^(\+[0-9]{3,15}|MG[A-Za-z0-9]{2,64}|[A-Za-z0-9 ]{1,11})$")
    api: Url = "https://api.twilio.com"
    timeout: Duration = timedelta(seconds=10)


class Ami(CalledServer):
    host: str = Field(min_length=1)
    port: int = Field(default=5038, ge=1, le=65535)
    tls: bool = False
    user: str = Field(min_length=1)
    secret: SecretReference


class Watch(StrictOptions):
    """`files`: a path, whose name may hold * and ?."""

    files: str = Field(min_length=1)


class Recordings(StrictOptions):
    """`url`: the folder that recordings are fetched from; nothing is fetched from anywhere else."""

    url: Url
    user: str | None = None
    password: SecretReference | None = None


class Transcription(StrictOptions):
    """`command`: a program and its arguments, or `url`: a service; audio in, text out."""

    command: tuple[str, ...] = ()
    url: Url | None = None
    token: SecretReference | None = None
    timeout: Duration = timedelta(minutes=5)
    max_size: Size = 25_000_000

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise BadValue("say who transcribes: command or url, one of them")
        return self


class Acknowledge(StrictOptions):
    """`by`: the channel that tells a caller, if a rule says so. `to`: how it names him: {number} (+55…) or {digits}."""

    by: str
    to: str = "{number}"


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(default=(), max_length=10)
    basic: Basic | None = None
    bearer: SecretReference | None = None
    twilio: Twilio | None = None
    unsigned: bool = False
    ami: Ami | None = None
    watch: Watch | None = None
    recordings: Recordings | None = None
    transcription: Transcription | None = None
    acknowledge: Acknowledge | None = None
    source: Source = "auto"
    max_body: Size = 1_000_000
    timezone: Zone | None = None
    area_code: str | None = Field(default=None, pattern="^[1-9][1-9]$")
    ringing: Duration = timedelta(minutes=10)
    window: Duration = timedelta(hours=24)

    @model_validator(mode="after")
    def _has_a_road(self) -> Self:
        proofs = bool(self.secrets or self.basic or self.bearer or self.twilio)
        if not (proofs or self.unsigned or self.ami or self.watch):
            raise BadValue("say how calls are heard of: secrets, basic, bearer, twilio, ami or watch")
        if proofs and self.unsigned:
            raise BadValue("unsigned: true opens the door to anybody; the proofs beside it would prove nothing")
        return self
