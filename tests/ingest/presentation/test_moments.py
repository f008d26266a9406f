"""Times and durations as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.presentation.moments import duration, iso, moment
from ingest.translations import use

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.fixture(params=["pt-BR", "en"])
def lang(request):
    use(request.param)
    yield request.param
    use(None)


@pytest.mark.parametrize(
    ("value", "portuguese", "english"),
    [
        ("2026-11-22T17:05:09Z", "22/11/2026 14:05", "2026-11-22 14:05"),
        (datetime(2026, 1, 1, 1, 0, tzinfo=UTC), "31/12/2025 22:00", "2025-12-31 22:00"),
        ("2026-11-22T17:05:09", "22/11/2026 14:05", "2026-11-22 14:05"),
        ("0001-01-01T00:00:00Z", "01/01/0001 00:00", "0001-01-01 00:00"),
        ("no time\x1b[2J", "no time[2J", "no time[2J"),
        (None, None, None),
    ],
)
def test_times_are_shown_in_the_zone_of_the_organisation(lang, value, portuguese, english):
    assert moment(value, SAO_PAULO) == (portuguese if lang == "pt-BR" else english)


@pytest.mark.parametrize(
    ("seconds", "portuguese", "english"),
    [
        (-5, "0 segundo", "0 seconds"),
        (1.9, "1 segundo", "1 second"),
        (119, "1 minuto", "1 minute"),
        (7200, "2 horas", "2 hours"),
        (86_400 * 3 + 5, "3 dias", "3 days"),
    ],
)
def test_durations_are_told_in_the_largest_unit_that_fits(lang, seconds, portuguese, english):
    assert duration(seconds) == (portuguese if lang == "pt-BR" else english)


def test_machines_get_utc():
    assert iso(datetime(2026, 11, 22, 9, 0, tzinfo=SAO_PAULO)) == "2026-11-22T12:00:00Z"
    assert iso(None) is None
