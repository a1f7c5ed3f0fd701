"""Who may supply, on what terms? Vendors, frameworks, lots, orders, sprints, invoices."""

from vendors.models.amendment import AmendmentState, OrderAmendment
from vendors.models.application import Answer, ApplicationEvidence
from vendors.models.assessment import Assessment, AssessmentMark
from vendors.models.barring import Barring, BarringKind, BarringState
from vendors.models.company import FLAGS, Ownership, SeatRole, Size, Vendor, VendorSeat, VendorState
from vendors.models.company_papers import PaperKind, VendorDocument, VendorInvitation
from vendors.models.delivery import Delivery, DeliveryHours, DeliveryProof
from vendors.models.framework import (
    ApplicationWindow,
    Framework,
    FrameworkState,
    FrameworkTerms,
    Requirement,
)
from vendors.models.historical import HistoricalRow
from vendors.models.invoice import Invoice, InvoiceState
from vendors.models.invoice_lines import InterestLine, InvoiceLine
from vendors.models.lot import LabourCategory, Lot, ThinLotConfirmation
from vendors.models.match import Ground, Match, MatchCandidate, MatchSource, MatchState, VendorAlias
from vendors.models.membership import Membership, MembershipState, OffRampGround, TermsSignature
from vendors.models.order import Order, OrderKind, OrderState, PriceBasis
from vendors.models.order_parts import OrderDeclaration, OrderRate
from vendors.models.purchase_limits import PurchaseLimits
from vendors.models.quality import Debt, QualityCheck, Result
from vendors.models.rates import PaymentTerm, TaxKind, TaxRule
from vendors.models.sprint import Sprint
from vendors.models.sprint_states import SprintState, Verdict
from vendors.models.story import Outcome, SprintStory, Story
from vendors.models.vendor_import import VendorImport

__all__ = [
    "FLAGS",
    "AmendmentState",
    "Answer",
    "ApplicationEvidence",
    "ApplicationWindow",
    "Assessment",
    "AssessmentMark",
    "Barring",
    "BarringKind",
    "BarringState",
    "Debt",
    "Delivery",
    "DeliveryHours",
    "DeliveryProof",
    "Framework",
    "FrameworkState",
    "FrameworkTerms",
    "Ground",
    "HistoricalRow",
    "InterestLine",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "LabourCategory",
    "Lot",
    "Match",
    "MatchCandidate",
    "MatchSource",
    "MatchState",
    "Membership",
    "MembershipState",
    "OffRampGround",
    "Order",
    "OrderAmendment",
    "OrderDeclaration",
    "OrderKind",
    "OrderRate",
    "OrderState",
    "Outcome",
    "Ownership",
    "PaperKind",
    "PaymentTerm",
    "PriceBasis",
    "PurchaseLimits",
    "QualityCheck",
    "Requirement",
    "Result",
    "SeatRole",
    "Size",
    "Sprint",
    "SprintState",
    "SprintStory",
    "Story",
    "TaxKind",
    "TaxRule",
    "TermsSignature",
    "ThinLotConfirmation",
    "Vendor",
    "VendorAlias",
    "VendorDocument",
    "VendorImport",
    "VendorInvitation",
    "VendorSeat",
    "VendorState",
    "Verdict",
]
