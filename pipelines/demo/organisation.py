"""Lumenport, the demo's company: who works where, in which tool, and what its states and types mean to it.

This is what the people of the company intend. The seeds beside it say the same in the form that analysts
edit, written by hand, so that a comparison of the warehouse with the truth also checks the mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.demo.clock import instant

Abstract = Literal["new", "active", "waiting", "done"]
FlowItem = Literal["feature", "defect", "debt", "risk"]
MarkerKind = Literal["component", "label"]

REPORTING_TIME_ZONE = ZoneInfo("Europe/Berlin")
HISTORY_START = instant("2025-01-06T07:00:00+00:00")
HISTORY_END = instant("2026-07-07T16:00:00+00:00")
AS_OF = instant("2026-07-08T09:00:00+00:00")
# The three loads of the demo: the second and third sweep for what has gone.
LOADED_AT = (
    instant("2026-03-31T22:30:00+00:00"),
    instant("2026-05-22T16:00:00+00:00"),
    instant("2026-07-08T06:00:00+00:00"),
)
UNASSIGNED = "unassigned"
ORGANISATION = "organisation"


@dataclass(frozen=True)
class Connection:
    """One instance of a tool; `zone` is the time zone in which it writes its times."""

    name: str
    tool: Literal["jira", "github"]
    zone: ZoneInfo
    deployment: Literal["cloud", "datacenter"] | None = None


CLOUD = Connection("lumen_cloud", "jira", ZoneInfo("Europe/Berlin"), "cloud")
DATA_CENTER = Connection("lumen_dc", "jira", ZoneInfo("America/New_York"), "datacenter")
GITHUB = Connection("lumen_github", "github", ZoneInfo("UTC"))
CONNECTIONS = (CLOUD, DATA_CENTER, GITHUB)


@dataclass(frozen=True)
class Meaning:
    """What a state means to a project, from a day on."""

    abstract: Abstract | None  # None: nobody has said, and the tool has no category for it
    since: date = date.min
    cancels: bool = False  # a done state that says the work was dropped


@dataclass(frozen=True)
class Status:
    """A Jira status. Its category is what the tool says; of a deleted one it says nothing any more."""

    id: str
    name: str
    category: Literal["new", "indeterminate", "done", "undefined"]
    former_name: str | None = None
    renamed_at: int = 0
    is_deleted: bool = False

    def name_at(self, at: int) -> str:
        """The spelling at an instant."""
        return self.former_name if self.former_name and at < self.renamed_at else self.name


@dataclass(frozen=True)
class Step:
    """A stop on an item's way: the state, the usual stay in working hours, and how many items stop there."""

    state: str
    hours: int
    percent: int = 100


@dataclass(frozen=True)
class Project:
    """A Jira project or a GitHub repository: its way of working and what its states mean."""

    connection: Connection
    key: str
    name: str
    id: str
    steps: tuple[Step, ...]  # the usual way up to, and without, the done state
    done: str
    meanings: Mapping[str, tuple[Meaning, ...]]  # beside COMMON_MEANINGS
    closed: str | None = None  # a second done state, as in Resolved, then Closed
    dropped: str | None = None  # the done state of cancelled work, where a state says so
    later_steps: tuple[Step, ...] = ()  # the way for items born from LATER_SINCE on
    later_since: int = 0
    epic_level: str = ""  # where epics are measured: the flow levels of epic, feature and all else
    feature_level: str = ""
    story_level: str = ""
    is_sprinting: bool = False
    types: tuple[tuple[str, int], ...] = ()  # type names with their weight
    common_labels: tuple[str, ...] = ()

    def steps_for(self, born_at: int) -> tuple[Step, ...]:
        """The way of working of an item born at an instant."""
        return self.later_steps if self.later_steps and born_at >= self.later_since else self.steps

    def meaning(self, state: str, day: date) -> Meaning:
        """What a state means here to work that enters it on a day of the reporting time zone."""
        meanings = self.meanings.get(state) or COMMON_MEANINGS[self.connection.tool, state]
        return max((m for m in meanings if m.since <= day), key=lambda m: m.since)

    @property
    def states(self) -> tuple[str, ...]:
        """Every state of the workflow, old and new."""
        ways = (*self.steps, *self.later_steps)
        ends = (self.done, self.closed, self.dropped)
        return tuple(dict.fromkeys([step.state for step in ways] + [end for end in ends if end]))


@dataclass(frozen=True)
class Area:
    """A team's patch of a project: all of it, or what carries the marker (a component or a label)."""

    project: str
    team: str | None
    products: tuple[tuple[date, str], ...]
    weight: int
    calendar: str
    marker: tuple[MarkerKind, str] | None = None
    quickness: int = 100  # percent of the project's usual stays

    def product(self, day: date) -> str:
        """The product that the patch belongs to on a day of the reporting time zone."""
        return max(entry for entry in self.products if entry[0] <= day)[1]


def _means(abstract: Abstract | None, *, cancels: bool = False) -> tuple[Meaning, ...]:
    return (Meaning(abstract, cancels=cancels),)


def _of(product: str) -> tuple[tuple[date, str], ...]:
    return ((date.min, product),)


COMMON_MEANINGS: Mapping[tuple[str, str], tuple[Meaning, ...]] = {
    ("jira", "To Do"): _means("new"),
    ("jira", "Open"): _means("new"),
    ("jira", "Backlog"): _means("new"),
    ("jira", "Reopened"): _means("new"),
    ("jira", "In Progress"): _means("active"),
    ("jira", "In Review"): _means("active"),
    ("jira", "Done"): _means("done"),
    ("jira", "Closed"): _means("done"),
    ("jira", "Resolved"): _means("done"),
    ("github", "open"): _means("new"),
    ("github", "closed"): _means("done"),
}

RENAMED_AT = instant("2026-04-20T07:12:31+00:00")  # between the first and the second load
BILLING_REFORM = date(2025, 11, 3)
RETURNS_HANDOVER = date(2026, 1, 1)

CLOUD_STATUSES = (
    Status("10000", "To Do", "new"),
    Status("10001", "Backlog", "new"),
    Status("10002", "In Progress", "indeterminate"),
    Status("10003", "Done", "done"),
    Status("10004", "In Review", "indeterminate"),
    Status("10005", "Closed", "done"),
    Status("10006", "Open", "new"),
    Status("10007", "Resolved", "done"),
    Status("10020", "Ready", "new"),
    Status("10021", "Peer Review", "indeterminate", former_name="Code Review", renamed_at=RENAMED_AT),
    Status("10022", "Ready for QA", "indeterminate"),
    Status("10023", "In QA", "indeterminate"),
    Status("10024", "Ready for Release", "indeterminate"),
    Status("10030", "Waiting for Bank", "indeterminate"),
    Status("10031", "Ready to Ship", "indeterminate"),
    Status("10040", "Coding", "indeterminate"),
    Status("10041", "Testing", "indeterminate"),
    Status("10042", "In Test", "indeterminate"),
    Status("10050", "Icebox", "new"),
    Status("10051", "Sniffing", "indeterminate"),
    Status("10052", "Hunting", "indeterminate"),
    Status("10053", "Caged", "indeterminate"),
    Status("10054", "Set Free", "done"),
    Status("10055", "Escaped", "done"),
    Status("10060", "Analysis", "indeterminate"),
    Status("10061", "Build", "indeterminate"),
    Status("10062", "Waiting for Data", "indeterminate"),
    Status("10063", "Validate", "indeterminate"),
    Status("10064", "Live", "done"),
    Status("10065", "Dropped", "done"),
    Status("10070", "Incoming", "new"),
    Status("10071", "Triage", "indeterminate"),
    Status("10080", "Waiting for Customer", "indeterminate"),
    Status("10081", "Pending Vendor", "indeterminate"),
)
DATA_CENTER_STATUSES = (
    Status("1", "Open", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("4", "Reopened", "new"),
    Status("5", "Resolved", "done"),
    Status("6", "Closed", "done"),
    Status("10100", "In Review", "indeterminate"),
    Status("10101", "Waiting for Test", "indeterminate"),
    Status("10102", "In Test", "indeterminate"),
    Status("10110", "Parked", "indeterminate"),
    Status("10111", "Waiting for Carrier", "indeterminate"),
    Status("10112", "Limbo", "undefined"),
    Status("10113", "Legacy Triage", "indeterminate", is_deleted=True),
    Status("10120", "To Do", "new"),
    Status("10121", "Done", "done"),
    Status("10122", "Scheduled", "indeterminate"),
)
STATUSES = {CLOUD.name: CLOUD_STATUSES, DATA_CENTER.name: DATA_CENTER_STATUSES}

PROJECTS = {
    project.key: project
    for project in (
        Project(
            CLOUD,
            "SHOP",
            "Storefront",
            "10100",
            steps=(
                Step("Backlog", 90),
                Step("Ready", 24),
                Step("In Progress", 14),
                Step("Peer Review", 6),
                Step("Ready for QA", 10),
                Step("In QA", 5),
                Step("Ready for Release", 18, 70),
            ),
            done="Done",
            meanings={
                "Ready": _means("new"),
                "Peer Review": _means("active"),
                "Ready for QA": _means("waiting"),
                "In QA": _means("active"),
                "Ready for Release": _means("waiting"),
            },
            is_sprinting=True,
            types=(("Story", 50), ("Bug", 32), ("Task", 12), ("Spike", 3), ("Customer Request", 3)),
            common_labels=("seo", "a11y", "mobile-web"),
        ),
        Project(
            CLOUD,
            "PAY",
            "Payments",
            "10101",
            steps=(
                Step("To Do", 80),
                Step("In Progress", 18),
                Step("In Review", 9),
                Step("Waiting for Bank", 30, 25),
                Step("Ready to Ship", 12, 60),
            ),
            done="Done",
            # Reviews are done by the security office: for this team a review is a queue.
            meanings={
                "In Review": _means("waiting"),
                "Waiting for Bank": _means("waiting"),
                "Ready to Ship": _means("waiting"),
            },
            is_sprinting=True,
            types=(("Story", 48), ("Bug", 28), ("Task", 14), ("Vulnerability", 10)),
            common_labels=("psd2", "sepa"),
        ),
        Project(
            CLOUD,
            "BILL",
            "Billing",
            "10102",
            steps=(Step("Open", 70), Step("Coding", 20), Step("Testing", 9)),
            done="Closed",
            later_steps=(Step("Open", 70), Step("Coding", 20), Step("Testing", 11), Step("In Test", 6)),
            later_since=instant("2025-10-20T00:00:00+00:00"),
            meanings={
                "Coding": _means("active"),
                "Testing": (Meaning("active"), Meaning("waiting", since=BILLING_REFORM)),
                "In Test": _means("active"),
            },
            is_sprinting=True,
            types=(("Story", 45), ("Bug", 38), ("Task", 17)),
            common_labels=("invoicing", "tax"),
        ),
        Project(
            CLOUD,
            "FRD",
            "Fraud Guard",
            "10103",
            steps=(Step("Icebox", 60), Step("Sniffing", 8), Step("Hunting", 22), Step("Caged", 14, 80)),
            done="Set Free",
            dropped="Escaped",
            meanings={
                "Icebox": _means("new"),
                "Sniffing": _means("active"),
                "Hunting": _means("active"),
                "Caged": _means("waiting"),
                "Set Free": _means("done"),
                "Escaped": _means("done", cancels=True),
            },
            epic_level="epic",
            feature_level="feature",
            story_level="story",
            types=(("Story", 55), ("Bug", 30), ("Task", 15)),
            common_labels=("model", "rules"),
        ),
        Project(
            CLOUD,
            "DATA",
            "Data",
            "10104",
            steps=(
                Step("Backlog", 110),
                Step("Analysis", 10),
                Step("Build", 20),
                Step("Waiting for Data", 24, 35),
                Step("Validate", 8),
            ),
            done="Live",
            dropped="Dropped",
            meanings={
                "Analysis": _means("active"),
                "Build": _means("active"),
                "Waiting for Data": _means("waiting"),
                "Validate": _means("active"),
                "Live": _means("done"),
                "Dropped": _means("done", cancels=True),
            },
            types=(("Story", 50), ("Bug", 24), ("Task", 20), ("Spike", 6)),
            common_labels=("dashboards", "quality"),
        ),
        Project(
            CLOUD,
            "IN",
            "Intake",
            "10105",
            steps=(Step("Incoming", 12), Step("Triage", 6)),
            done="Closed",
            # No seed names Incoming: the tool's own category says new.
            meanings={"Incoming": _means("new"), "Triage": _means("active")},
            types=(("Story", 55), ("Bug", 45)),
        ),
        Project(
            CLOUD,
            "SUP",
            "Customer Support",
            "10106",
            steps=(
                Step("Open", 5),
                Step("In Progress", 6),
                Step("Waiting for Customer", 16, 55),
                Step("Pending Vendor", 20, 15),
            ),
            done="Resolved",
            closed="Closed",
            meanings={"Waiting for Customer": _means("waiting"), "Pending Vendor": _means("waiting")},
            types=(("Bug", 70), ("Task", 30)),
            common_labels=("vip",),
        ),
        Project(
            DATA_CENTER,
            "WMS",
            "Warehouse Management",
            "10200",
            steps=(
                Step("Open", 60),
                Step("In Progress", 18),
                Step("In Review", 6),
                Step("Waiting for Test", 10),
                Step("In Test", 6),
            ),
            done="Resolved",
            closed="Closed",
            meanings={"Waiting for Test": _means("waiting"), "In Test": _means("active")},
            is_sprinting=True,
            types=(("New Feature", 34), ("Improvement", 20), ("Bug", 34), ("Technical Debt", 12)),
            common_labels=("scanner", "picking"),
        ),
        Project(
            DATA_CENTER,
            "TRK",
            "Delivery Tracking",
            "10201",
            steps=(
                Step("Open", 50),
                Step("In Progress", 16),
                Step("Parked", 8, 12),
                Step("Waiting for Carrier", 22, 30),
                Step("In Review", 5),
            ),
            done="Resolved",
            closed="Closed",
            # No seed names Parked, Limbo and Legacy Triage. The tool calls Parked indeterminate, has no
            # category for Limbo, and has forgotten Legacy Triage.
            meanings={
                "Waiting for Carrier": _means("waiting"),
                "Parked": _means("active"),
                "Limbo": _means(None),
                "Legacy Triage": _means(None),
            },
            types=(("New Feature", 30), ("Improvement", 24), ("Bug", 40), ("Technical Debt", 6)),
            common_labels=("gps", "partner-api"),
        ),
        Project(
            DATA_CENTER,
            "OPS",
            "Operations",
            "10202",
            steps=(Step("To Do", 20), Step("Scheduled", 14, 30), Step("In Progress", 6)),
            done="Done",
            meanings={"Scheduled": _means("waiting")},
            types=(("Task", 44), ("Bug", 30), ("Technical Debt", 26)),
            common_labels=("oncall", "cost"),
        ),
        Project(
            GITHUB,
            "lumenport/mobile-app",
            "mobile-app",
            "810001",
            steps=(
                Step("open", 24),
                Step("label:status: ready", 40),
                Step("label:status: in progress", 16),
                Step("label:status: review", 12),
            ),
            done="closed",
            meanings={
                "label:status: ready": _means("new"),
                "label:status: in progress": _means("active"),
                "label:status: review": _means("waiting"),
                "label:status: blocked": _means("waiting"),
            },
            types=(("enhancement", 46), ("bug", 36), ("tech-debt", 12), ("", 6)),
            common_labels=("design", "good first issue"),
        ),
        Project(
            GITHUB,
            "lumenport/search",
            "search",
            "810002",
            steps=(Step("open", 60), Step("label:doing", 20), Step("label:needs review", 9, 85)),
            done="closed",
            meanings={"label:doing": _means("active"), "label:needs review": _means("waiting")},
            types=(("feature", 44), ("bug", 34), ("tech-debt", 16), ("", 6)),
            common_labels=("relevance", "indexing"),
        ),
        Project(
            GITHUB,
            "lumenport/identity",
            "identity",
            "810003",
            steps=(Step("open", 44),),
            done="closed",
            # What is worth doing is decided elsewhere: an open issue is being worked on.
            meanings={"open": _means("active")},
            types=(("kind/feature", 45), ("kind/bug", 35), ("tech-debt", 12), ("", 8)),
            common_labels=("oauth", "sso"),
        ),
        Project(
            GITHUB,
            "lumenport/developer-platform",
            "developer-platform",
            "810004",
            steps=(
                Step("open", 30),
                Step("label:next", 30, 80),
                Step("label:in progress", 20),
                Step("label:waiting for customer", 24, 25),
            ),
            done="closed",
            meanings={
                "label:next": _means("new"),
                "label:in progress": _means("active"),
                "label:waiting for customer": _means("waiting"),
            },
            types=(("", 50), ("bug", 30), ("tech-debt", 20)),
            common_labels=("docs", "cli"),
        ),
    )
}

AREAS = (
    Area("SHOP", "storefront_web", _of("storefront"), 7, "berlin"),
    Area("SHOP", "storefront_content", _of("storefront"), 5, "lisbon", ("component", "Content")),
    Area("SHOP", "storefront_web", _of("search"), 2, "berlin", ("component", "Search Box"), 120),
    Area("PAY", "checkout", _of("checkout"), 7, "berlin"),
    Area("PAY", "payment_methods", _of("checkout"), 5, "berlin", ("component", "Payment Methods"), 115),
    Area("BILL", "billing", _of("billing"), 6, "new_york"),
    Area("FRD", "fraud_guard", _of("fraud_guard"), 6, "bangalore"),
    Area("DATA", "analytics", _of("analytics"), 5, "bangalore"),
    Area("DATA", "reporting", _of("analytics"), 4, "bangalore", ("component", "Reporting"), 90),
    Area("DATA", "data_exports", _of("data_exports"), 4, "new_york", ("label", "exports")),
    Area("IN", None, _of(UNASSIGNED), 2, "berlin"),
    Area("SUP", "support_americas", _of(UNASSIGNED), 5, "support_americas"),
    Area("WMS", "warehouse_core", _of("warehouse"), 8, "berlin"),
    Area("WMS", "warehouse_devices", _of("warehouse"), 5, "berlin", ("component", "Devices"), 110),
    Area(
        "WMS",
        "warehouse_core",
        ((date.min, "warehouse"), (RETURNS_HANDOVER, "delivery_tracking")),
        2,
        "berlin",
        ("component", "Returns"),
    ),
    Area("TRK", "tracking", _of("delivery_tracking"), 6, "lisbon"),
    Area("TRK", "routing", _of("delivery_tracking"), 4, "bangalore", ("component", "Routing"), 125),
    Area("OPS", "site_reliability", _of("cloud_platform"), 6, "new_york"),
    Area("lumenport/mobile-app", "mobile_ios", _of("mobile_app"), 4, "lisbon", ("label", "team:ios")),
    Area(
        "lumenport/mobile-app", "mobile_android", _of("mobile_app"), 4, "bangalore", ("label", "team:android")
    ),
    Area("lumenport/mobile-app", None, _of("mobile_app"), 1, "lisbon"),
    Area("lumenport/search", "search", _of("search"), 5, "berlin"),
    Area("lumenport/identity", "identity", _of("identity"), 4, "new_york"),
    Area("lumenport/developer-platform", "developer_platform", _of("developer_platform"), 5, "berlin"),
)
AREA_OF = {(area.project, area.marker): area for area in AREAS}


@dataclass(frozen=True)
class Kind:
    """What an item is to the company: one of the four flow items, left out on purpose, or nobody said."""

    flow_item: FlowItem | Literal["none"] | None
    level: str = "item"
    is_contradicted: bool = False  # two labels say different things


# What a type says, where no label says otherwise. Customer Request is in no seed.
TYPE_FLOW_ITEMS: Mapping[str, FlowItem | Literal["none"] | None] = {
    "Story": "feature",
    "Task": "feature",
    "New Feature": "feature",
    "Improvement": "feature",
    "Feature": "feature",
    "Bug": "defect",
    "Vulnerability": "risk",
    "Technical Debt": "debt",
    "Spike": "none",
    "Epic": "none",
    "Sub-task": "none",
    "Customer Request": None,
}
LABEL_FLOW_ITEMS: Mapping[str, FlowItem] = {
    "bug": "defect",
    "enhancement": "feature",
    "feature": "feature",
    "kind/bug": "defect",
    "kind/feature": "feature",
    "tech-debt": "debt",
    "security": "risk",
}
GENERAL_PURPOSE = frozenset({"lumenport/developer-platform"})  # an issue without a label is a feature there


def kind(project: Project, type_name: str, labels: tuple[str, ...]) -> Kind:
    """What an item of this type with these labels is to this project; security goes before all, then debt."""
    level = project.story_level or "item"
    if project.connection is GITHUB:
        return _kind_by_labels(project, labels)
    if type_name == "Epic" and project.epic_level:
        return Kind("feature", project.epic_level)
    if type_name == "Feature":
        return Kind("feature", project.feature_level or "item")
    if "security" in labels:
        return Kind("risk")
    if "tech-debt" in labels:
        return Kind("debt")
    flow_item = TYPE_FLOW_ITEMS[type_name]
    return Kind(flow_item, level if flow_item in LABEL_FLOW_ITEMS.values() else "item")


def _kind_by_labels(project: Project, labels: tuple[str, ...]) -> Kind:
    for label in ("security", "tech-debt"):
        if label in labels:
            return Kind(LABEL_FLOW_ITEMS[label])
    said = {LABEL_FLOW_ITEMS[label] for label in labels if label in LABEL_FLOW_ITEMS}
    if len(said) == 1:
        return Kind(said.pop())
    if not said and project.key in GENERAL_PURPOSE:
        return Kind("feature")
    return Kind(None, is_contradicted=bool(said))


@dataclass(frozen=True)
class Resolution:
    """How a tool says why something was closed, and whether that is a delivery; None: nobody has said."""

    id: str
    name: str
    cancels: bool | None
    used_by: tuple[str, ...] = field(default=())


RESOLUTIONS = {
    CLOUD.name: (
        Resolution("10000", "Done", cancels=False),
        Resolution("10001", "Won't Do", cancels=True),
        Resolution("10002", "Duplicate", cancels=True),
        Resolution("10003", "Cannot Reproduce", cancels=True),
        Resolution("10004", "Declined", cancels=True),
        Resolution("10005", "Answered", cancels=False, used_by=("SUP",)),
        Resolution("10006", "Out of Scope", cancels=True, used_by=("PAY", "BILL")),
    ),
    DATA_CENTER.name: (
        Resolution("1", "Fixed", cancels=False),
        Resolution("2", "Won't Fix", cancels=True),
        Resolution("3", "Duplicate", cancels=True),
        Resolution("4", "Incomplete", cancels=True),
        Resolution("5", "Cannot Reproduce", cancels=True),
        Resolution("6", "Superseded", cancels=None, used_by=("TRK",)),
    ),
}
