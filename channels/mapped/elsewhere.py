"""Files that a payload only names by URL: kept as references for the fetching chore, from the hosts of the settings."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from channels.cleaning import clean_file_name
from channels.json_files import MOST_ATTACHMENTS, media_type
from channels.mapped.options import Files
from channels.wild import Wild
from domain.errors import FetchFailed
from domain.remote import Access, Location, RemoteFile

LONGEST_URL = 2000


class FileFetcher:
    """Implements domain.ports.Fetcher. `headers` go to the file's own host."""

    def __init__(self, access: Access, headers: Mapping[str, str]) -> None:
        self._access = access
        self._headers = headers

    async def locate(self, file: RemoteFile) -> Location:
        if not _is_url(file.reference):
            raise FetchFailed("this is no address of a file", permanent=True)
        return Location(url=file.reference, access=self._access, headers=self._headers)

    async def close(self) -> None:
        """Nothing is kept open."""


def remote_files(fields: Wild, files: Files | None) -> Iterator[RemoteFile]:
    """The attachments that are named by `url`. Without `files` in the settings they are only noted."""
    for number, item in enumerate(fields.parts("attachments"), start=1):
        url = item.line("url")
        if url is None or item.value.get("content") or number > MOST_ATTACHMENTS:
            continue
        if not _is_url(url):
            item.note("url: an http or https URL expected")
        elif files is None:
            item.note(f"url: not fetched, for the settings name no files.hosts ({url[:200]})")
        else:
            yield _remote_file(item, url, number)


def _remote_file(item: Wild, url: str, number: int) -> RemoteFile:
    name = item.line("name")
    size = item.value.get("size")
    return RemoteFile(
        reference=url,
        name=clean_file_name(name or unquote(urlsplit(url).path.rsplit("/", 1)[-1]), otherwise=f"anexo-{number}"),
        content_type=media_type(item.line("content_type") or ""),
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**62 else None,
        original_name=name,
    )


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    sane = len(text) <= LONGEST_URL and text.isprintable()
    return sane and parts.scheme in {"http", "https"} and bool(parts.hostname)
