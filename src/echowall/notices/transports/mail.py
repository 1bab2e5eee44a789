"""Electronic mail by SMTP, through Django's own client."""

from __future__ import annotations

import smtplib
import ssl

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from ..rules import SEND_SECONDS
from .base import Field, NotDelivered, Parcel


class MailTransport:
    """Sends plain text; the key is the Message-ID, by which mail programs and servers know a second copy."""

    FIELDS = (
        Field("host", "SMTP 服务器"),
        Field("port", "端口", is_needed=False, default="465"),
        Field("sender", "发件人地址"),
        Field("username", "用户名", is_needed=False),
        Field("password", "密码", is_secret=True, is_needed=False),
        Field("security", "加密方式：ssl、starttls 或 none", is_needed=False, default="ssl"),
    )

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.port = int(settings.get("port") or 465)

    def send(self, parcel: Parcel) -> str:
        """Send one mail."""
        given = self.settings
        ident = f"<{parcel.key}@{given['sender'].rpartition('@')[2] or 'echowall'}>"
        security = given.get("security") or "ssl"
        backend = EmailBackend(
            host=given["host"],
            port=self.port,
            username=given.get("username", ""),
            password=given.get("password", ""),
            use_ssl=security == "ssl",
            use_tls=security == "starttls",
            timeout=int(SEND_SECONDS),
        )
        mail = EmailMessage(
            parcel.subject or "答复",
            parcel.text,
            given["sender"],
            [parcel.address],
            headers={"Message-ID": ident, "Auto-Submitted": "auto-replied"},
            connection=backend,
        )
        try:
            mail.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as exc:
            raise NotDelivered(
                "收件地址被拒绝" if isinstance(exc, smtplib.SMTPRecipientsRefused) else "发件地址被拒绝",
                is_final=_is_final(exc),
            ) from exc
        except smtplib.SMTPServerDisconnected as exc:
            raise NotDelivered("邮件服务器中断了连接", is_doubtful=True) from exc
        except smtplib.SMTPResponseException as exc:
            raise NotDelivered(f"邮件服务器返回 {exc.smtp_code}", is_final=500 <= exc.smtp_code < 600) from exc
        except TimeoutError as exc:
            raise NotDelivered("邮件服务器没有回音", is_doubtful=True) from exc
        except (OSError, ssl.SSLError, smtplib.SMTPException) as exc:
            raise NotDelivered(f"连接不上邮件服务器（{type(exc).__name__}）") from exc
        except ValueError as exc:  # a line break in an address
            raise NotDelivered("收件地址不是邮箱", is_final=True) from exc
        return ident[:120]


def _is_final(refused: smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused) -> bool:
    if isinstance(refused, smtplib.SMTPSenderRefused):
        return refused.smtp_code >= 500
    return all(code >= 500 for code, _said in refused.recipients.values())
