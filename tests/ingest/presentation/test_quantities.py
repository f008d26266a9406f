"""Quantities are written as their reader writes them."""

import pytest

from ingest import translations
from ingest.presentation.quantities import percent, size_words


@pytest.fixture(params=["pt-BR", "en"])
def point(request):
    translations.use(request.param)
    yield {"pt-BR": ",", "en": "."}[request.param]
    translations.use(None)


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1_0 kB"), (12_345_678, "12_3 MB"), (250 * 10**9, "250_0 GB")],
)
def test_sizes(point, size, words):
    assert size_words(size) == words.replace("_", point)


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0%"), (0.005, "0_5%"), (0.1, "10%"), (0.9999, "100%"), (1.0, "100%")]
)
def test_percentages(point, share, words):
    assert percent(share) == words.replace("_", point)
