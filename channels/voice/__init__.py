"""Calls as telephone systems tell of them: signed events, call records, live events."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from channels.api_call import ApiCaller
from channels.authorities import trusting
from channels.base import BuildContext, Channel, Routes
from channels.fields import signing_keys
from channels.json_door import Door, Prove
from channels.later import ReadLater
from channels.proofs import any_of, basic, bearer, unsigned
from channels.signing import standard_webhooks
from channels.sources import at
from channels.voice.door import opened, takes, twilio
from channels.voice.options import Options
from channels.voice.plan import HOME, Habits
from channels.voice.receivers import Together
from channels.voice.recordings import RecordingFetcher, Store
from channels.voice.sms import CARRIAGE, TwilioSms
from channels.voice.tail import TailReceiver
from channels.voice.telling import Manners, tell
from channels.voice.transcribe import ByCommand, ByService
from channels.weaknesses import UNSIGNED, in_the_open
from domain.call_desk import CallDesk
from domain.ports import Decode, Receiver, Transcriber

__all__ = ["Options", "build"]

TWILIO = "https://api.twilio.com"


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    zone = ZoneInfo(options.timezone) if options.timezone else None
    sender, stores = _sender(options, context), tuple(_stores(options, context))
    habits = Habits(source=options.source, zone=zone, area_code=options.area_code, answers_sms=sender is not None)
    wish = options.acknowledge
    manners = Manners(
        by=wish.by if wish else None, to=wish.to if wish else "", zone=zone or HOME, recordings=bool(stores)
    )
    return Channel(
        name=context.name,
        kind="voice",
        weaknesses=tuple(_weaknesses(options)),
        decode=ReadLater(partial(_decoder, habits, manners)),
        receiver=_receiver(options, context),
        routes=_routes(options, context),
        sender=sender,
        carriage=CARRIAGE if sender is not None else None,
        fetcher=RecordingFetcher(stores=stores) if stores else None,
        transcriber=_transcriber(options, context),
        calls=CallDesk(
            tell=partial(tell, channel=context.name, manners=manners),
            patience=options.ringing,
            window=options.window,
            zone=zone or HOME,
        ),
    )


def _weaknesses(options: Options) -> Iterator[str]:
    if options.unsigned:
        yield UNSIGNED
    if options.ami is not None:
        yield from in_the_open(host=options.ami.host, encrypted=options.ami.tls, password=options.ami.secret)


def _decoder(habits: Habits, manners: Manners) -> Decode:
    from channels.voice.decode import decode  # noqa: PLC0415 - channels/later.py

    return partial(decode, habits=habits, manners=manners)


def _routes(options: Options, context: BuildContext) -> Routes | None:
    proofs = list(_proofs(options, context))
    if not proofs:
        return None
    door = Door(
        channel=context.name,
        prove=any_of(proofs),
        max_body=options.max_body,
        takes=takes,
        opened=opened,
        source_of=at("from"),
    )
    return door.routes


def _proofs(options: Options, context: BuildContext) -> Iterator[Prove]:
    if options.unsigned:
        yield unsigned
    if options.basic:
        yield basic(options.basic.user, context.reveal(options.basic.password))
    if options.bearer:
        yield bearer(context.reveal(options.bearer))
    if options.twilio:
        yield twilio(context.reveal(options.twilio.token), options.twilio.public_url)
    if options.secrets:
        keys = signing_keys(options.secrets, context.reveal, f"channels.{context.name}.secrets")
        yield standard_webhooks(keys)


def _stores(options: Options, context: BuildContext) -> Iterator[Store]:
    if options.recordings:
        own = options.recordings
        yield Store(base=own.url, user=own.user, password=context.reveal(own.password) if own.password else None)
    if options.twilio:
        token = context.reveal(options.twilio.token)
        yield Store(
            base=options.twilio.api, user=options.twilio.account, password=token, provider=options.twilio.api == TWILIO
        )


def _sender(options: Options, context: BuildContext) -> TwilioSms | None:
    twilio_account = options.twilio
    if twilio_account is None or twilio_account.sender is None:
        return None
    return TwilioSms(
        caller=ApiCaller(who="Twilio", seconds=twilio_account.timeout.total_seconds(), outward=context.outward),
        api=twilio_account.api,
        account=twilio_account.account,
        token=context.reveal(twilio_account.token),
        sender=twilio_account.sender,
        callback=twilio_account.public_url,
    )


def _transcriber(options: Options, context: BuildContext) -> Transcriber | None:
    wish = options.transcription
    if wish is None:
        return None
    seconds = wish.timeout.total_seconds()
    if wish.url is None:
        return ByCommand(command=wish.command, seconds=seconds, largest=wish.max_size, hidden=context.secret_names)
    token = context.reveal(wish.token) if wish.token else None
    return ByService(url=wish.url, token=token, seconds=seconds, largest=wish.max_size, outward=context.outward)


def _receiver(options: Options, context: BuildContext) -> Receiver | None:
    found: list[Receiver] = []
    if options.ami:
        from channels.voice.ami import AmiReceiver  # noqa: PLC0415 - few telephone systems tell of calls so

        ami = options.ami
        secret, tls = context.reveal(ami.secret), trusting(ami.ca, context.base) if ami.tls else None
        found.append(
            AmiReceiver(channel=context.name, host=ami.host, port=ami.port, user=ami.user, secret=secret, tls=tls)
        )
    if options.watch:
        pattern = context.base / Path(options.watch.files)
        found.append(TailReceiver(channel=context.name, pattern=pattern, from_start=context.backfill is not None))
    return None if not found else found[0] if len(found) == 1 else Together(tuple(found))
