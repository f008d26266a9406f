"""Mail that somebody else's server keeps for us: mailboxes fetched over IMAP.

options.py   what a person may set             build.py     options into a Channel
receive.py   the receiver: one visit per folder
visit.py     one connection to one folder: catch up, reconcile, wait     taking.py   fetch, accept, record
client.py    the blocking side, on imapclient, run by thread.py in a thread of its own
login.py     password or token; tokens.py gets tokens                    raw.py      a fetched mail for the journal
batches.py   what is fetched together          decode.py    `channels/mail`, and what only a mailbox knows

How mail is read, written and sent is in `channels/mail`.
"""

from channels.imap.build import build
from channels.imap.options import Options

__all__ = ["Options", "build"]
