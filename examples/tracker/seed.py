"""A team that has been at work for two weeks: the data a new tracker starts with."""

from dataclasses import replace
from datetime import datetime, timedelta

from .domain import Hue, Priority, Status, TaskDraft
from .store import Clock, Store, utc_now

PEOPLE = (
    ("Ada Osei", "ada@perch.example", "Product", Hue.ROSE),
    ("Bruno Keller", "bruno@perch.example", "Engineering", Hue.TEAL),
    ("Chidi Anand", "chidi@perch.example", "Engineering", Hue.SKY),
    ("Dana Moreau", "dana@perch.example", "Design", Hue.VIOLET),
    ("Elif Şahin", "elif@perch.example", "Support", Hue.AMBER),
)

LABELS = (
    ("bug", Hue.ROSE),
    ("feature", Hue.TEAL),
    ("docs", Hue.SKY),
    ("design", Hue.VIOLET),
    ("customer", Hue.AMBER),
    ("chore", Hue.SLATE),
)

PROJECTS = (
    ("Website", "WEB", "The public site: landing page, pricing, blog and everything a visitor sees first.", Hue.SKY, 3),
    ("Mobile app", "APP", "Android and iOS. Offline first, then fast, then pretty.", Hue.VIOLET, 1),
    ("Billing", "BIL", "Invoices, refunds and the monthly close. Boring on purpose.", Hue.LIME, 0),
    ("Office move", "MOV", "New rooms since spring. Kept for the receipts.", Hue.SLATE, 4),
)

# project, title, status, priority, assignee (or -1), labels, due in days (or None)
TASKS: tuple[tuple[int, str, str, str, int, tuple[int, ...], int | None], ...] = (
    (0, "Rewrite the headline on the landing page", "doing", "high", 0, (3,), 2),
    (0, "Pricing table breaks below 380 pixels", "todo", "urgent", 3, (0, 3), 1),
    (0, "Publish the accessibility statement", "review", "normal", 4, (2,), 4),
    (0, "Serve images as AVIF with a JPEG fallback", "todo", "normal", 1, (1,), None),
    (0, "Blog: feed shows drafts", "done", "high", 2, (0,), None),
    (0, "Move the changelog out of the wiki", "done", "low", 4, (2, 5), None),
    (0, "Cookie banner: ask once, remember the answer", "doing", "normal", 1, (4,), 6),
    (0, "404 page that helps", "todo", "low", 3, (3,), None),
    (0, "Translate the sign-up pages into Turkish", "review", "normal", 4, (1, 4), 9),
    (1, "Crash when a photo is larger than 40 MB", "doing", "urgent", 2, (0, 4), 0),
    (1, "Sync notes that were written offline", "doing", "high", 1, (1,), 5),
    (1, "Dark mode: chart labels are unreadable", "review", "normal", 3, (0, 3), 3),
    (1, "Ask for notifications after the first task, not before", "todo", "normal", 0, (1,), 12),
    (1, "Drop support for Android 9", "todo", "low", 2, (5,), None),
    (1, "Screen reader announces every list item twice", "todo", "high", 1, (0, 4), -1),
    (1, "Shorten the cold start below one second", "done", "high", 2, (1,), None),
    (1, "Settings screen: group by topic", "done", "normal", 3, (3,), None),
    (2, "Refunds across the end of a month", "doing", "high", 1, (0,), 1),
    (2, "Invoice PDF: long company names run into the total", "todo", "normal", 3, (0, 4), 7),
    (2, "Reconcile October with the bank statement", "review", "high", 0, (5,), 0),
    (2, "Write down how the monthly close works", "todo", "normal", -1, (2,), None),
    (2, "Reminders for unpaid invoices, politely", "todo", "normal", 4, (1, 4), 14),
    (2, "Round per line, not per invoice", "done", "urgent", 1, (0,), None),
    (2, "Remove the old tax table", "done", "low", 2, (5,), None),
    (3, "Hand back the old keys", "done", "normal", 4, (), None),
    (3, "Sell the second printer", "done", "low", 0, (5,), None),
)

BODIES = {
    1: "The current one says what we are, not what anybody gets out of it.\n\n"
    "Three candidates are in the document; pick one after the call on Thursday.",
    2: "Reported twice this week. The third column slides under the footer, and the button cannot be reached.\n\n"
    "Seen on a small phone in portrait; rotating it helps.",
    10: "The picker hands us the original, and we keep it in memory three times.\n\nDecode it smaller while reading.",
    18: "A refund booked on the 1st for an invoice of the 31st lands in the wrong month.",
}

# task, author, text
COMMENTS = (
    (1, 3, "The second candidate reads best next to the photograph."),
    (1, 0, "Agreed. I would still cut four words."),
    (2, 4, "Another customer wrote in about this one today."),
    (2, 1, "I can reproduce it at 360 wide. It is the minimum width of the middle column."),
    (10, 2, "Decoding to screen size takes the peak from 410 to 70 MB."),
    (10, 4, "I will tell the three people who reported it once it ships."),
    (11, 1, "Conflicts: last writer wins per field, and both texts are kept for the body."),
    (18, 0, "The bank wants the correction by Friday."),
    (20, 0, "Two lines differ, both of them the same rounding."),
)

STEP = timedelta(hours=5, minutes=7)


class _Story:
    """A clock that the seed data moves forward, so that the past has times in it."""

    def __init__(self, now: datetime, steps: int) -> None:
        self.now = now - STEP * (steps + 1)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self) -> None:
        self.now += STEP


def demo_store(clock: Clock = utc_now) -> Store:
    """A store with the demonstration data, whose newest entry is five hours old."""
    story = _Story(clock(), len(TASKS) + len(COMMENTS))
    store = Store(story)
    people = [store.add_person(*person) for person in PEOPLE]
    labels = [store.add_label(*label) for label in LABELS]
    projects = [store.add_project(name, key, text, hue, people[lead].id) for name, key, text, hue, lead in PROJECTS]
    for number, (project, title, status, priority, assignee, marks, due) in enumerate(TASKS, start=1):
        author = people[number % len(people)]
        draft = TaskDraft(
            title=title,
            body=BODIES.get(number, ""),
            priority=Priority(priority),
            assignee_id=people[assignee].id if assignee >= 0 else None,
            label_ids=tuple(labels[mark].id for mark in marks),
            due=None if due is None else clock().date() + timedelta(days=due),
        )
        task = store.add_task(projects[project].id, draft, author)
        story.go_on()
        if status != Status.TODO:
            store.move_task(task.id, Status(status), people[assignee] if assignee >= 0 else author)
    for task_id, speaker, text in COMMENTS:
        store.add_comment(task_id, people[speaker], text)
        story.go_on()
    store.change_project(replace(projects[-1], archived=True))
    store.clock = clock
    return store
