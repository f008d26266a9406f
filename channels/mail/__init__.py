"""Mail itself, whatever its road: shared by the channels that receive it (`smtp`, `imap`).

decode.py    raw mail → Interaction, with mime, words, addresses, parts, html, history, automated beside it
compose.py   OutgoingMessage → bytes; relay.py (with pool.py) hands them to a relay, directory.py writes them as files
options.py   what every mail channel lets a person set; sender.py makes a Sender of it

Not a channel: it is in no KINDS, and it knows none.
"""
