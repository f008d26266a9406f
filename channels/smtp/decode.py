"""What came by SMTP is read as any mail."""

from channels.mail.decode import decoder

__all__ = ["decoder"]
