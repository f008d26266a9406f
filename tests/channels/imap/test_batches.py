"""Which mails are fetched together."""

from hypothesis import given
from hypothesis import strategies as st

from channels.imap.batches import AFTER_BREAKS, MOST_BYTES, MOST_MAILS, Listed, batches, given_up, groups

LARGEST = 5_000_000
sizes = st.lists(st.integers(0, 7_000_000), max_size=300)


def listed(sizes):
    return [Listed(uid=number, size=size, arrived_at=None) for number, size in enumerate(sizes, 1)]


@given(sizes, st.dictionaries(st.integers(1, 300), st.integers(1, 9), max_size=20))
def test_every_mail_once_in_order_and_within_bounds(sizes, breaks):
    made = list(batches(listed(sizes), max_message=LARGEST, breaks=breaks))

    assert [uid for batch in made for uid in batch.uids] == list(range(1, len(sizes) + 1))
    for batch in made:
        assert len(batch.mails) <= MOST_MAILS
        assert batch.beginning is not None or sum(mail.size for mail in batch.mails) <= MOST_BYTES
        large = any(mail.size > LARGEST for mail in batch.mails)
        assert large == (batch.beginning is not None)
        assert not large or len(batch.mails) == 1


def test_where_the_connection_breaks_less_is_asked_for_each_time_until_one_is_alone():
    uids = list(range(1, 101))
    largest = [max(map(len, groups(uids, 100, dict.fromkeys(uids, times)))) for times in range(len(AFTER_BREAKS) + 2)]

    assert largest == [100, 25, 5, 1, 1, 1, 1]
    assert [given_up([1], {1: times}) for times in (5, 6)] == [False, True]
    assert not given_up([1, 2], {1: 9, 2: 9})


def test_only_those_who_broke_it_are_held_apart():
    assert list(groups([1, 2, 3, 4, 5], 100, {3: 3})) == [[1, 2], [3], [4, 5]]
