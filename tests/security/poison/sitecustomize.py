"""For the daemons of test_09_poison only: found by PYTHONPATH, it puts a decode that misbehaves in the mail's place."""

import channels

channels.KINDS["smtp"] = "poisoned_mail"
