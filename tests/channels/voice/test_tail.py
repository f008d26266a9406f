"""Master.csv as Asterisk writes it: appended, half written, rotated, cut short; a position that survives us."""

import asyncio

import pytest

from channels.voice.tail import TailReceiver
from domain.errors import IntakeUnavailable
from tests.channels.site import UNAVAILABLE, FakeIntake

LINE = (
    '"","11912345678","600","from-trunk","","PJSIP/t-1","","Queue","suporte","2026-03-02 08:40:00","",'
    '"2026-03-02 08:40:{0:02d}",9,0,"NO ANSWER","DOCUMENTATION","1772451600.{0}"\n'
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "Master.csv"


def tail(file, **options):
    return TailReceiver(channel="pabx", pattern=file, **options)


def append(file, text):
    with file.open("a") as stream:
        stream.write(text)


def lines(intake):
    return [raw.payload.decode().rsplit(".", 1)[1].strip('"\n') for raw in intake.accepted]


async def test_what_was_there_before_us_is_left_alone_and_what_comes_is_taken(file):
    intake, one = FakeIntake(), tail(file)
    append(file, LINE.format(1))
    await one.look(file, intake, first=True)
    append(file, LINE.format(2) + LINE.format(3))
    await one.look(file, intake)
    await one.look(file, intake)

    assert lines(intake) == ["2", "3"]


async def test_with_backfill_everything_is_taken(file):
    intake = FakeIntake()
    append(file, LINE.format(1) + LINE.format(2))
    await tail(file, from_start=True).look(file, intake, first=True)

    assert lines(intake) == ["1", "2"]


async def test_a_half_written_line_waits_for_its_end(file):
    intake, one, whole = FakeIntake(), tail(file, from_start=True), LINE.format(2)
    append(file, LINE.format(1) + whole[:40])
    await one.look(file, intake, first=True)
    assert lines(intake) == ["1"]
    append(file, whole[40:])
    await one.look(file, intake)

    assert lines(intake) == ["1", "2"]


async def test_after_a_rotation_the_rest_of_the_old_file_comes_first(file):
    intake, one = FakeIntake(), tail(file, from_start=True)
    append(file, LINE.format(1))
    await one.look(file, intake, first=True)
    append(file, LINE.format(2))
    file.rename(file.with_name("Master.csv.1"))
    append(file, LINE.format(3))
    await one.look(file, intake)

    assert lines(intake) == ["1", "2", "3"]


async def test_a_file_that_was_cut_short_begins_anew(file):
    intake, one = FakeIntake(), tail(file, from_start=True)
    append(file, LINE.format(1) + LINE.format(2))
    await one.look(file, intake, first=True)
    file.write_text(LINE.format(3))
    await one.look(file, intake)

    assert lines(intake) == ["1", "2", "3"]


async def test_another_start_goes_on_where_the_last_one_stopped(file):
    intake = FakeIntake()
    append(file, LINE.format(1))
    await tail(file, from_start=True).look(file, intake, first=True)
    append(file, LINE.format(2))
    await tail(file).look(file, intake, first=True)

    assert lines(intake) == ["1", "2"]


async def test_a_line_that_was_journaled_before_its_position_has_the_same_key_again(file):
    intake, one = FakeIntake(), tail(file, from_start=True)
    append(file, LINE.format(1))
    await one.look(file, intake, first=True)
    first = intake.accepted[0].dedup_key
    again = FakeIntake()
    again.ledger = type(again.ledger)()
    await tail(file, from_start=True).look(file, again, first=True)

    assert again.accepted[0].dedup_key == first


async def test_a_file_that_cannot_be_read_is_a_trouble_that_goes_away(file, monkeypatch):
    intake, one = FakeIntake(), tail(file, from_start=True)
    append(file, LINE.format(1))
    with monkeypatch.context() as broken:
        broken.setattr(type(file), "open", denied)
        await one.look(file, intake, first=True)
    assert (await intake.ledger.folder("pabx", str(file))).trouble == "cannot be read: Permission denied"
    await one.look(file, intake, first=True)

    assert (await intake.ledger.folder("pabx", str(file))).trouble is None
    assert lines(intake) == ["1"]


def denied(*_arguments, **_options):
    raise PermissionError(13, "Permission denied")


class Gathering(FakeIntake):
    """A journal that commits what waits together: nobody is answered before everybody of a batch has come."""

    waiting = 0
    most = 0

    async def accept(self, raw):
        self.waiting += 1
        await asyncio.sleep(0)
        self.most = max(self.most, self.waiting)
        await asyncio.sleep(0)
        self.waiting -= 1
        return await super().accept(raw)


async def test_lines_are_handed_to_the_journal_together(file):
    intake = Gathering()
    append(file, "".join(LINE.format(number) for number in range(10, 60)))
    await tail(file, from_start=True).look(file, intake, first=True)

    assert lines(intake) == [str(number) for number in range(10, 60)]
    assert intake.most == 50


async def test_a_journal_that_is_away_loses_no_line_of_a_batch(file):
    intake, one = FakeIntake(broken=UNAVAILABLE), tail(file, from_start=True)
    append(file, LINE.format(1) + LINE.format(2))
    with pytest.raises(IntakeUnavailable):
        await one.look(file, intake, first=True)
    intake.broken = None
    await one.look(file, intake, first=True)

    assert lines(intake) == ["1", "2"]


async def test_while_a_file_stays_as_it_is_the_ledger_is_left_in_peace(file, monkeypatch):
    intake, one, asked = FakeIntake(), tail(file, from_start=True), []
    folder = intake.ledger.folder

    async def counting(*words):
        asked.append(words)
        return await folder(*words)

    monkeypatch.setattr(intake.ledger, "folder", counting)
    append(file, LINE.format(1))
    for _ in range(5):
        await one.look(file, intake)
    assert len(asked) == 1
    append(file, LINE.format(2))
    await one.look(file, intake)

    assert (len(asked), lines(intake)) == (2, ["1", "2"])
