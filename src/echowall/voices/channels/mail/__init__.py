"""E-mail: RFC 5322 bytes to messages, and a mailbox fetched over IMAP."""

from echowall.voices.channels.mail.fetch import Fetched, Mailbox, MailboxUnreachableError, fetch
from echowall.voices.channels.mail.read import MAX_MAIL_BYTES, read_mail

__all__ = ["MAX_MAIL_BYTES", "Fetched", "Mailbox", "MailboxUnreachableError", "fetch", "read_mail"]
