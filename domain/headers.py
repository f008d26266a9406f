"""The header fields of a mail that are kept for rules; no rule can ask for another."""

KEPT = (
    "auto-submitted",
    "content-language",
    "feedback-id",
    "importance",
    "list-id",
    "list-unsubscribe",
    "organization",
    "precedence",
    "priority",
    "sensitivity",
    "user-agent",
    "x-autoreply",
    "x-mailer",
    "x-msmail-priority",
    "x-priority",
)
