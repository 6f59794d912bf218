from newsletters.models.mailings import Delivery, DigestRun, Mailing, MailingBody, Tally
from newsletters.models.pages import BulletinIndexPage, BulletinPage
from newsletters.models.sending import Bounce, Destination, OperatorAlarm, Worker
from newsletters.models.subscribers import (
    ConsentContext,
    ConsentEvent,
    ConsentText,
    SignUp,
    Subscriber,
    SubscriberLookUp,
    Subscription,
    SubscriptionRequest,
    Suppression,
)
from newsletters.models.topics import Topic, TopicText

__all__ = [
    "Bounce",
    "BulletinIndexPage",
    "BulletinPage",
    "ConsentContext",
    "ConsentEvent",
    "ConsentText",
    "Delivery",
    "Destination",
    "DigestRun",
    "Mailing",
    "MailingBody",
    "OperatorAlarm",
    "SignUp",
    "Subscriber",
    "SubscriberLookUp",
    "Subscription",
    "SubscriptionRequest",
    "Suppression",
    "Tally",
    "Topic",
    "TopicText",
    "Worker",
]
