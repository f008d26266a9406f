"""The telephone systems whose records are read, explicit; the first that knows a record reads it."""

from collections.abc import Mapping

from channels.voice.dialects import asterisk_ami, asterisk_cdr, asterisk_cel, cti, freeswitch, generic, threecx, twilio
from channels.voice.plan import Dialect

DIALECTS: Mapping[str, Dialect] = {
    "asterisk-ami": asterisk_ami,
    "asterisk-cel": asterisk_cel,
    "asterisk-cdr": asterisk_cdr,
    "freeswitch": freeswitch,
    "twilio": twilio,
    "cti": cti,
    "3cx": threecx,
    "generic": generic,
}
