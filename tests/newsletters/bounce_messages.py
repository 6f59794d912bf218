"""Reports as mail servers write them, about a message with the given return path."""

from __future__ import annotations

import base64
import textwrap

READER = "reader@readers.example"


def postfix(
    return_path: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <reader@readers.example>: Recipient address rejected: User unknown",
    extra_recipient: str = "",
) -> bytes:
    """Return what Postfix sends (RFC 3464), with `To` and the returned header as it writes them."""
    return _bytes(f"""\
Return-Path: <>
Delivered-To: {return_path}
Received: by mx.agency.example (Postfix)
\tid 4Zx0000000; Mon,  2 Mar 2026 10:00:03 +0800 (CST)
Date: Mon,  2 Mar 2026 10:00:03 +0800 (CST)
From: MAILER-DAEMON@mx.agency.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {return_path}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4Zx0000001.1772416803/mx.agency.example"
Content-Transfer-Encoding: 8bit
Message-Id: <4Zx0000002@mx.agency.example>

This is a MIME-encapsulated message.

--4Zx0000001.1772416803/mx.agency.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.agency.example.

<{READER}>: host mx.readers.example[192.0.2.1] said: 550 5.1.1 (in reply to RCPT TO command)

--4Zx0000001.1772416803/mx.agency.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.agency.example
X-Postfix-Queue-ID: 4Zx0000000
X-Postfix-Sender: rfc822; {return_path}
Arrival-Date: Mon,  2 Mar 2026 10:00:00 +0800 (CST)

Final-Recipient: rfc822; {READER}
Original-Recipient: rfc822;{READER}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.readers.example
Diagnostic-Code: {diagnostic}
{extra_recipient}
--4Zx0000001.1772416803/mx.agency.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{return_path}>
From: bulletins@agency.example
To: {READER}
Subject: News
Message-ID: <delivery-1@agency.example>

--4Zx0000001.1772416803/mx.agency.example--
""")


def exchange(return_path: str) -> bytes:
    """Return what Exchange Online sends: the codes in a different place, the returned message whole."""
    return _bytes(f"""\
From: <postmaster@readers.example>
To: {return_path}
Date: Mon, 2 Mar 2026 02:00:03 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
    boundary="af2d0e9c-5a8f-4a05"
Auto-Submitted: auto-replied
X-MS-Exchange-Message-Is-Ndr:
Subject: Undeliverable: News

--af2d0e9c-5a8f-4a05
Content-Type: multipart/alternative; differences=Content-Type;
    boundary="inner-1"

--inner-1
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to {READER.replace("=", "=3D")} couldn't be delivered.

--inner-1
Content-Type: text/html; charset="us-ascii"

<p>Your message couldn't be delivered.</p>

--inner-1--

--af2d0e9c-5a8f-4a05
Content-Type: message/delivery-status

Reporting-MTA: dns;HK0PR.apcprd.prod.outlook.example
Received-From-MTA: dns;relay.agency.example
Arrival-Date: Mon, 2 Mar 2026 02:00:01 +0000

Final-Recipient: rfc822;{READER}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
\t{READER} not found by SMTP address lookup

--af2d0e9c-5a8f-4a05
Content-Type: message/rfc822

From: bulletins@agency.example
To: {READER}
Subject: News
Content-Type: multipart/report; report-type=delivery-status; boundary="decoy"

--decoy
Content-Type: message/delivery-status

Reporting-MTA: dns;decoy

Final-Recipient: rfc822;{READER}
Action: failed
Status: 5.2.2

--decoy--

--af2d0e9c-5a8f-4a05--
""")


def international(return_path: str, *, encoding: str = "8bit") -> bytes:
    """Return a report about an address in Chinese (RFC 6533)."""
    status = textwrap.dedent("""\
        Reporting-MTA: dns; mx.readers.example

        Original-Recipient: utf-8; 王小明@讀者.example
        Final-Recipient: utf-8; 王小明@讀者.example
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 <王小明@讀者.example>: 查無此人
        Localized-Diagnostic: zh-Hant; 查無此人
        """).encode()
    if encoding == "base64":
        status = base64.encodebytes(status)
    return (
        _bytes(f"""\
        From: MAILER-DAEMON@mx.readers.example
        To: {return_path}
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=global-delivery-status; boundary=report

        --report
        Content-Type: text/plain; charset=utf-8

        查無此人

        --report
        Content-Type: message/global-delivery-status
        Content-Transfer-Encoding: {encoding}

        """)
        + status
        + _bytes("""\

        --report
        Content-Type: message/global-headers

        From: bulletins@agency.example
        Subject: 消息

        --report--
        """)
    )


def qmail(return_path: str, *, said: str = "550 5.1.1 No such user") -> bytes:
    """Return what qmail sends: text alone, in a form of its own."""
    return _bytes(f"""\
        Return-Path: <>
        Date: 2 Mar 2026 02:00:03 -0000
        From: MAILER-DAEMON@mx.readers.example
        To: {return_path}
        Subject: failure notice

        Hi. This is the qmail-send program at mx.readers.example.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <{READER}>:
        192.0.2.1 does not like recipient.
        Remote host said: {said}
        Giving up on 192.0.2.1.

        --- Below this line is a copy of the message.

        From: bulletins@agency.example
        Subject: News about rule 5.7.1
        """)


def complaint(*, mail_from: str = "", link: str = "", kind: str = "abuse", to: str = "fbl@agency.example") -> bytes:
    """Return a feedback report (RFC 5965)."""
    mail_from_field = f"Original-Mail-From: <{mail_from}>\n" if mail_from else ""
    link_field = f"List-Unsubscribe: <{link}>,\n <mailto:leave@agency.example>\n" if link else ""
    return (
        _bytes(f"""\
From: <abusedesk@readers.example>
Date: Mon, 2 Mar 2026 02:00:03 +0000
Subject: FW: News
To: {to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--part1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
""")
        + mail_from_field.encode()
        + _bytes("""\
Source-IP: 192.0.2.1

--part1
Content-Type: message/rfc822

From: bulletins@agency.example
To: undisclosed
""")
        + link_field.encode()
        + _bytes("""\
Subject: News

News.

--part1--
""")
    )


def vacation(return_path: str) -> bytes:
    """Return an automatic reply (RFC 3834)."""
    return _bytes(f"""\
        Return-Path: <>
        From: {READER}
        To: {return_path}
        Subject: Out of office
        Auto-Submitted: auto-replied

        I am away. Error 550 5.1.1 is my favorite number.
        """)


def letter(return_path: str) -> bytes:
    """Return what a person wrote to the return path."""
    return _bytes(f"""\
        Return-Path: <{READER}>
        From: {READER}
        To: {return_path}
        Subject: Please stop

        Please stop.
        """)


def _bytes(text: str) -> bytes:
    return textwrap.dedent(text).encode()
