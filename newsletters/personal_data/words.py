"""What is said of fields, of how long they are kept, and of what erasing does to them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.data_register import Category, Erasure, Necessity, Personal, Purpose, Retention
from newsletters.periods import DELIVERY_KEPT, LEFT_KEPT
from newsletters.services.erasure import erase_person

SERVICE = (Purpose.ICT_SERVICES,)
PROOF = (Purpose.CONTRACTS,)
SECURITY = (Purpose.ICT_SECURITY,)


given = Personal.given
chosen = Personal.chosen
made = Personal.made


ADDRESS = given(_("E-mail address"))
ADDRESS_KEY = made(_("E-mail address, as it is compared with others"))
ADDRESS_CODE = made(_("A code of the address, from which it cannot be read"))
LANGUAGE = chosen(_("Language"))
TOPICS = given(_("Topics"))
FREQUENCY = chosen(_("How often"))
WAITS = chosen(_("Whether mail waits for the language"))
WHOSE = made(_("Number of the subscriber"))
NETWORK = made(_("Network (not which machine)"))
BROWSER = made(_("Kind of browser"))
PAGE = made(_("Form on which it was done"))
WHEN = made(_("When"))
ENDED = made(_("When and why it ended"))
STAFF_NUMBER = Personal(
    what=_("Number of the official’s account"), category=Category.EMPLOYMENT, necessity=Necessity.MADE
)
STAFF = Personal(what=_("Name of the official"), category=Category.EMPLOYMENT, necessity=Necessity.REQUIRED)

ERASED = Erasure(words=_("Erased at once."), act=erase_person)
NUMBER_STAYS = Erasure(
    words=_("The address goes at once; what stays hangs on a number that leads to nobody."), act=erase_person
)
EVIDENCE = Erasure(
    words=_(
        "The proof of what was agreed to and taken back stays under a number (Article 7, paragraph 4 of the Act: the agency "
        "bears the burden of proof). It names neither address nor network."
    )
)
WISH = Erasure(
    words=_("Stays, as a code from which the address cannot be read: otherwise nobody would know that you said no.")
)
STAFF_ACTS = Erasure(words=_("The names of officials stay with what they decided, as text and without the account."))

UNTIL_LEFT = Retention(words=_("Subscriptions are kept until you leave, and %(days)d days after."), period=LEFT_KEPT)
SENT = Retention(
    words=_(
        "What was sent, and how that ended, is kept for %(days)d days; afterwards only how many ended how. The address in it "
        "goes sooner: together with the subscriber’s."
    ),
    period=DELIVERY_KEPT,
)
AS_EVIDENCE = Retention(
    words=_("The proof of consent is kept under a number that leads to nobody once you were erased.")
)
