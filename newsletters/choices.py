"""The closed lists of bulletins, subscriptions and deliveries."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TopicKind(models.TextChoices):
    BULLETIN = "bulletin", _("Bulletin")
    ALERT = "alert", _("Change alert")


class Frequency(models.TextChoices):
    IMMEDIATE = "immediate", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class SubscriberState(models.TextChoices):
    PENDING = "pending", _("Not confirmed yet")
    ACTIVE = "active", _("Confirmed")
    ERASED = "erased", _("Erased")


class Source(models.TextChoices):
    """How a subscription came to be."""

    SIGN_UP = "sign_up", _("Sign-up form")
    PREFERENCES = "preferences", _("Preferences page")
    MEMBER = "member", _("Member’s account")


class EndedReason(models.TextChoices):
    """Why a subscription ended."""

    ONE_CLICK = "one_click", _("Unsubscribed with one click")
    PAGE = "page", _("Unsubscribed on the page")
    CHANGED = "changed", _("Replaced by another choice")
    UNDONE = "undone", _("Undone from the welcome mail")
    NOT_ME = "not_me", _("Disowned: “this was not me”")
    BOUNCED = "bounced", _("Mail could not be delivered")
    COMPLAINT = "complaint", _("Reported as unwanted")
    ERASED = "erased", _("Erased at the person’s request")
    TOPIC_CLOSED = "topic_closed", _("The topic was closed")
    OPERATOR = "operator", _("Ended by an operator")


class ConsentAction(models.TextChoices):
    """What a consent event records."""

    REQUESTED = "requested", _("Asked for")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Disowned: “this was not me”")
    CHANGED = "changed", _("Changed")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    BOUNCED = "bounced", _("Ended because mail could not be delivered")
    COMPLAINED = "complained", _("Ended by a complaint")
    ERASED = "erased", _("Erased")


class SuppressionScope(models.TextChoices):
    """What is not sent to an address any more."""

    TOPIC = "topic", _("One topic")
    BULLETINS = "bulletins", _("All bulletins and alerts")
    ADDRESS = "address", _("Anything: the address does not work")
    SIGN_UP = "sign_up", _("Confirmations of sign-ups")


class SuppressionReason(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    NOT_ME = "not_me", _("Disowned: “this was not me”")
    BOUNCED = "bounced", _("Mail could not be delivered")
    COMPLAINT = "complaint", _("Reported as unwanted")
    ERASED = "erased", _("Erased at the person’s request")
    OPERATOR = "operator", _("Entered by an operator")


class LookUpAct(models.TextChoices):
    """What somebody of the staff did with the subscriber they looked up."""

    LOOKED_UP = "looked_up", _("Looked up")
    ENDED = "ended", _("Ended the subscriptions")
    ERASED = "erased", _("Erased the subscriber")
    LIFTED = "lifted", _("Allowed mail again")


class MailingKind(models.TextChoices):
    TRANSACTIONAL = "transactional", _("System mail")
    ALERT = "alert", _("Change alert")
    DIGEST = "digest", _("Digest")
    BULLETIN = "bulletin", _("Bulletin")
    TEST = "test", _("Test")


class MailingState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    FREEZING = "freezing", _("Making the list of recipients")
    SENDING = "sending", _("Sending")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Lane(models.IntegerChoices):
    """Who goes first; the first lane has a connection of its own in every worker."""

    TRANSACTIONAL = 0, _("System mail")
    URGENT = 1, _("Urgent alerts")
    ALERT = 2, _("Change alerts")
    DIGEST = 3, _("Digests")
    BULLETIN = 4, _("Bulletins")


class DeliveryState(models.TextChoices):
    READY = "ready", _("Waiting")
    CLAIMED = "claimed", _("Claimed by a worker")
    INFLIGHT = "inflight", _("Being handed over")
    ACCEPTED = "accepted", _("Accepted by the next mail server")
    REJECTED = "rejected", _("Rejected")
    UNCERTAIN = "uncertain", _("Uncertain")
    SUPPRESSED = "suppressed", _("Not sent: unsubscribed, suppressed or cancelled")


class BounceKind(models.TextChoices):
    """What a bounce says is wrong: only the first two are about the recipient."""

    RECIPIENT = "recipient", _("The address does not work")
    MAILBOX_FULL = "mailbox_full", _("The mailbox is full")
    SENDER = "sender", _("We or our policy were refused")
    NETWORK = "network", _("The network or a server failed")
    COMPLAINT = "complaint", _("Reported as unwanted")
    UNKNOWN = "unknown", _("Could not be read")


class BounceChannel(models.TextChoices):
    """How a bounce reached us."""

    SMTP = "smtp", _("Refused while it was handed over")
    PIPE = "pipe", _("Mail server")
    IMAP = "imap", _("Mailbox")
    SERVICE = "service", _("Mail service")


class BounceEffect(models.TextChoices):
    """What a bounce led to."""

    NONE = "none", _("Nothing")
    SCORED = "scored", _("Counted")
    ENDED = "ended", _("Subscriptions ended")
    ALARMED = "alarmed", _("Alarm")
    HELD = "held", _("Held back until an operator decides")
    RELEASED = "released", _("To be applied: an operator decided so")


class AlarmKind(models.TextChoices):
    """What an operator must put right; the words tell an operator what happens."""

    RELAY = "relay", _("Our relay refuses mail or does not answer")
    WORKER = "worker", _("Mail is waiting and no worker takes it")
    DKIM = "dkim", _("Receivers refuse our DKIM signature")
    SPF = "spf", _("Receivers find our relay missing in our SPF record")
    AUTHENTICATION = "authentication", _("Receivers cannot confirm that mail is ours (SPF, DKIM, DMARC)")
    REVERSE_DNS = "reverse_dns", _("Receivers find no matching name for our relay’s address (PTR)")
    RATE = "rate", _("Receivers say that we send too much at once")
    POLICY = "policy", _("Receivers refuse us by a rule of theirs")
    CONTENT = "content", _("Receivers refuse the form or content of our mail")
    SIZE = "size", _("Receivers find our mail too large")
    MASS_REFUSAL = "mass_refusal", _("One destination refuses many recipients at once")
    COMPLAINTS = "complaints", _("Many readers report our mail as unwanted")
    SIGN_UPS = "sign_ups", _("More sign-ups come in than the limit allows")
