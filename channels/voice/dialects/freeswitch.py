"""FreeSWITCH's call records, by mod_json_cdr and mod_xml_cdr: one for each leg that is recorded, when it has ended.

    {"channel_data": {…}, "variables": {"uuid": "…", "answer_epoch": "…", "billsec": "…", …}, "callflow": […]}

mod_xml_cdr says the same in XML. Both write values URL-encoded, and may post them as the field `cdr` of a form. That a
leg was answered says little (a menu answers, too): a person answered where it was bridged, or where mod_callcenter
says so.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from channels.cleaning import clean_line
from channels.voice.parties import direction_of, is_extension
from channels.voice.plan import HOME, Found, Plan
from channels.wild import LONGEST_LINE, Wild
from domain.call import CallEvent, Sign
from domain.errors import Undecodable

_MACHINES = frozenset(
    {"voicemail", "playback", "ivr", "park", "sleep", "hangup", "answer", "play_and_get_digits", "echo"}
)
_ENDED_BY = {
    "recv_bye": "caller", "recv_cancel": "caller", "recv_refuse": "caller",
    "send_bye": "callee", "send_cancel": "callee", "send_refuse": "callee",
}  # fmt: skip
"""Seen from the leg that called."""


def recognises(element: Wild) -> bool:
    return isinstance(element.value.get("variables"), dict)


def read(element: Wild, plan: Plan) -> Found:
    variables = Wild(_decoded(element.part("variables").value), "variables", element.problems)
    profile = _profile(element)
    unique = variables.line("uuid") or variables.line("call_uuid") or profile.line("uuid")
    if unique is None:
        raise Undecodable("variables.uuid: text expected, got nothing")
    other = variables.line("originating_leg_uuid") or variables.line("originator")
    first = other in {None, unique}
    facts = _leg(variables, plan) if not first else _call(variables, profile, plan)
    legs = (variables.line(name) for name in ("bridge_uuid", "cc_member_session_uuid", "last_bridge_to"))
    ids = dict.fromkeys(filter(None, (other or unique, unique, *legs)))
    return [
        CallEvent(**{
            "ids": tuple(ids),
            "sign": Sign.ENDED,
            "whole": first,
            "started_at": _moment(variables, plan, "start"),
            "ended_at": _moment(variables, plan, "end"),
            **facts,
            "problems": tuple(element.problems),
        })
    ]  # fmt: skip


def _call(variables: Wild, profile: Wild, plan: Plan) -> dict[str, Any]:
    from_ = variables.line("caller_id_number") or profile.line("caller_id_number") or variables.line("sip_from_user")
    to = variables.line("destination_number") or profile.line("destination_number") or variables.line("sip_to_user")
    caller, called = plan.number(from_ or "anonymous"), plan.number(to)
    known_user = variables.line("sip_auth_username") or variables.line("user_name")
    direction = direction_of(caller if known_user is None or is_extension(caller) else known_user, called)
    answered, picked_up = _answered(variables, plan)
    duration = variables.seconds("duration")
    return {
        "direction": direction, "caller": caller, "called": called, "from_": from_, "to": to,
        "name": _name(variables.line("caller_id_name") or profile.line("caller_id_name"), from_),
        "answered": answered, "answered_at": picked_up if answered else None,
        "waited_s": None if answered else duration,
        "talked_s": _talked(variables, plan) if answered else None, "duration_s": duration,
        "queue": _short(variables.line("cc_queue")), "agent": _agent(variables, direction) if answered else None,
        "ended_by": _ENDED_BY.get((variables.line("sip_hangup_disposition") or "").casefold()),
        "recording": next(filter(None, map(variables.line, ("cc_record_filename", "recording_url", "record_path",
                                                             "recording_file", "record_file"))), None),
        "abandoned": not answered and variables.line("cc_queue") is not None,
        "voicemail": (variables.line("last_app") or "").casefold() == "voicemail",
        "transferred_to": next(filter(None, map(variables.line, ("transfer_to", "transfer_destination",
                                                                 "sip_refer_to"))), None),
    }  # fmt: skip


def _leg(variables: Wild, plan: Plan) -> dict[str, Any]:
    """Of somebody who was rung: he answered, or he did not."""
    answered_at = _moment(variables, plan, "answer")
    agent = variables.line("cc_agent") or variables.line("dialed_user") or variables.line("destination_number")
    return {
        "answered": answered_at is not None, "answered_at": answered_at,
        "agent": _short(agent) if answered_at is not None else None,
        "waited_s": None, "talked_s": variables.seconds("billsec") if answered_at is not None else None,
        "ended_at": None, "started_at": None,
    }  # fmt: skip


def _answered(variables: Wild, plan: Plan) -> tuple[bool, Any]:
    """Whether a person answered, and when."""
    if variables.line("cc_queue"):
        moment = _at(variables, plan, "cc_queue_answered_epoch")
        return moment is not None or (variables.line("cc_cause") or "").casefold() == "answered", moment
    picked_up = _moment(variables, plan, "answer")
    bridged = any(map(variables.line, ("bridge_uuid", "last_bridge_to", "bridge_stamp", "signal_bond")))
    person = bridged or (variables.line("last_app") or "").casefold() not in _MACHINES
    if (variables.line("last_app") or "").casefold() == "voicemail":
        person = False
    return picked_up is not None and person, _at(variables, plan, "bridge_epoch") or picked_up


def _talked(variables: Wild, plan: Plan) -> int | None:
    answered, ended = _at(variables, plan, "cc_queue_answered_epoch"), _moment(variables, plan, "end")
    return round((ended - answered).total_seconds()) if answered and ended else variables.seconds("billsec")


def _agent(variables: Wild, direction: str) -> str | None:
    if direction == "outbound":
        return _short(
            variables.line("sip_auth_username") or variables.line("user_name") or variables.line("caller_id_number")
        )
    return _short(
        next(filter(None, map(variables.line, ("cc_agent", "dialed_user", "last_sent_callee_id_number"))), None)
    )


def _short(name: str | None) -> str | None:
    """`suporte@default` is `suporte` in its own house."""
    return name.partition("@")[0] or None if name else None


def _name(name: str | None, number: str | None) -> str | None:
    return name if name and name != number else None


def _moment(variables: Wild, plan: Plan, what: str) -> Any:
    return (
        _at(variables, plan, f"{what}_uepoch")
        or _at(variables, plan, f"{what}_epoch")
        or _at(variables, plan, f"{what}_stamp")
    )


def _at(variables: Wild, plan: Plan, name: str) -> Any:

    return plan.moment(variables, name, HOME)


def _profile(element: Wild) -> Wild:
    """The last caller profile of the call flow: a list in JSON, elements in XML."""
    flow = element.value.get("callflow")
    flow = flow[0] if isinstance(flow, list) and flow else flow
    found = flow.get("caller_profile") if isinstance(flow, dict) else None
    return Wild(_decoded(found) if isinstance(found, dict) else {}, "callflow.caller_profile", element.problems)


def _decoded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: clean_line(unquote(value), LONGEST_LINE) if isinstance(value, str) and "%" in value else value
        for name, value in values.items()
    }
