"""The web chat in a real Chromium, before a real daemon."""

import asyncio
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jwt
import pytest

from channels.chat.tokens import Clerk, Person
from store import replying
from store.engines import Database
from tests.e2e.browsing import Site, chromium, heard, lines, opened, pages, say
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.seeing import contrasts, names
from triage.reply import plan_reply

pytestmark = pytest.mark.e2e
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
SITE_SECRET = "the secret of the embedding site, long enough"
RULES = """\
version: 1
departments: {suporte: Suporte}
default: {department: suporte, priority: Baixa}
calendars: {amanha: {hours: {%s: 09:00-18:00}}}
rules: []
"""
CHANNELS = """\
  chat:
    kind: chat
    origins: ["{origin}"]
    secrets: [file:var/secrets/chat.key]
    users: {{secrets: [file:site.key]}}
  noite:
    kind: chat
    origins: ["{origin}"]
    secrets: [file:var/secrets/chat.key]
    calendar: amanha
    look: {{title: Plantão, colour: "#f2c94c"}}
"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened_browser:
        yield opened_browser


@pytest.fixture(scope="module")
def running(browser, tmp_path_factory):
    """A daemon with two chats, and pages that may embed them: (daemon, origin)."""
    folder = tmp_path_factory.mktemp("web-chat")
    (folder / "site.key").write_text(SITE_SECRET)
    tomorrow = (datetime.now(SAO_PAULO) + timedelta(days=1)).strftime("%a").lower()
    (folder / "rules.yaml").write_text(RULES % tomorrow, encoding="utf-8")
    made = Daemon(folder)
    with pages(f"http://127.0.0.1:{made.ports['public']}") as origin:
        with made.config.open("a", encoding="utf-8") as settings:
            settings.write(CHANNELS.format(origin=origin))
        made.start()
        try:
            yield made, origin
        finally:
            made.stop()


@pytest.fixture
def daemon(running):
    made = running[0]
    yield made
    if made.process.poll() is not None:  # a test that killed it failed before it was up again
        made.start()


@pytest.fixture
def site(running, browser):
    """Whatever a page complains of fails the test that opened it."""
    made = Site(browser, running[1])
    yield made
    for context in browser.contexts:
        context.close()
    assert made.complaints == []


def ticket_of(daemon, words):
    """The ticket on which somebody wrote this."""

    def look():
        numbers = [one["number"] for one in daemon.get("/v1/tickets?limit=3")]
        found = [daemon.get(f"/v1/tickets/{number}") for number in numbers]
        return next((one for one in found if any(words in message["text"] for message in one["messages"])), None)

    return wait_for(look, what=f"a ticket with {words!r}")


def answer(daemon, number, words):
    """What `balcao tickets reply` does, without starting a process."""
    database = Database.open(f"sqlite:///{daemon.folder}/var/balcao.db")

    def unit(connection):
        answered = replying.answered(connection, number)
        made = plan_reply(answered, number=replying.next_number(connection), text=words, attachments=(),
                          language="pt-BR", mailbox=None, own=[], key=b"k" * 32)  # fmt: skip
        replying.record(connection, made, replying.state_of(connection, number), "maria", datetime.now(UTC))

    async def written():
        await database.write(unit)
        await database.close()

    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop running in this one
        thread.submit(asyncio.run, written()).result()


def visitor_of(page):
    return page.evaluate("JSON.parse(Object.entries(localStorage).find(([key]) => key.endsWith(' person'))[1])")


def test_a_conversation_with_files_both_ways(site, daemon, tmp_path):
    """First message, ticket, acknowledgement, an agent's reply: live, without a reload, under a strict policy."""
    note = tmp_path / "nota fiscal.txt"
    note.write_text("nota nº 7")
    guide = daemon.folder / "guia.pdf"
    guide.write_bytes(b"%PDF-1.4 guia")
    page = site.page(title="Fale conosco", browser={"accept_downloads": True})
    panel = opened(page)
    assert panel.get_by_role("heading").inner_text() == "Fale conosco"
    page.locator("input[type=file]").set_input_files(note)
    say(page, "Segue a nota da conversa um")
    heard(page, "abrimos o ticket")
    ticket = ticket_of(daemon, "conversa um")
    daemon.balcao("tickets", "reply", str(ticket["number"]), "--text", "Aqui está o guia.", "--attach", str(guide))
    heard(page, "Aqui está o guia.")
    with page.expect_download() as download:
        panel.get_by_role("button", name="Baixar guia.pdf").click()

    assert download.value.suggested_filename == "guia.pdf"
    assert download.value.path().read_bytes() == b"%PDF-1.4 guia"
    (incoming,) = [one for one in ticket["messages"] if one["direction"] == "in"]
    assert [one["name"] for one in incoming["attachments"]] == ["nota fiscal.txt"]
    assert incoming["channel"] == "chat"
    assert [author for author, _ in lines(page)] == ["machine", "visitor", "machine", "agent"]
    assert {url.split("/")[2] for url in site.asked if not url.startswith("GET blob:")} == {
        f"127.0.0.1:{daemon.ports['public']}", site.origin.removeprefix("http://")
    }  # fmt: skip


def test_a_reload_keeps_the_conversation_the_draft_and_the_window(site, daemon):
    page = site.page()
    opened(page)
    say(page, "antes de recarregar")
    heard(page, "abrimos o ticket")
    page.get_by_role("textbox", name="Sua mensagem").fill("ainda não enviei")
    before = lines(page)
    page.reload()
    heard(page, "antes de recarregar")

    assert page.get_by_role("textbox", name="Sua mensagem").input_value() == "ainda não enviei"
    assert lines(page) == before


def test_nothing_is_lost_or_doubled_when_the_server_is_killed_in_between(site, daemon):
    page = site.page()
    opened(page)
    say(page, "primeira do corte")
    heard(page, "abrimos o ticket")
    number = ticket_of(daemon, "primeira do corte")["number"]
    daemon.kill()
    say(page, "segunda do corte")
    page.get_by_text("Não conseguimos falar com o servidor").wait_for()
    say(page, "terceira do corte")
    page.reload()
    heard(page, "terceira do corte")
    answer(daemon, number, "escrita enquanto estava parado")
    daemon.start()
    page.evaluate("dispatchEvent(new Event('online'))")  # else it tries again by itself, in up to 25 s
    heard(page, "escrita enquanto estava parado")
    wait_for(lambda: page.get_by_text("Aguardando").count() + page.get_by_text("Enviando").count() == 0)
    ticket = ticket_of(daemon, "terceira do corte")

    texts = [one["text"].strip() for one in ticket["messages"] if one["direction"] == "in"]
    assert texts == ["primeira do corte", "segunda do corte", "terceira do corte"]
    shown = [text.strip() for author, text in lines(page) if author != "machine"]
    assert sorted(shown) == sorted([*texts, "escrita enquanto estava parado"])


def test_a_network_that_is_cut_costs_a_while_and_nothing_else(site, daemon):
    page = site.page()
    opened(page)
    say(page, "antes do túnel")
    heard(page, "abrimos o ticket")
    page.context.set_offline(True)
    say(page, "dentro do túnel")
    page.get_by_text("Sem conexão").wait_for()
    assert page.get_by_text("Aguardando conexão…").count() == 1
    page.context.set_offline(False)
    page.get_by_text("Aguardando conexão…").wait_for(state="detached")
    ticket = ticket_of(daemon, "dentro do túnel")

    assert [one["text"].strip() for one in ticket["messages"] if one["direction"] == "in"] == [
        "antes do túnel", "dentro do túnel",
    ]  # fmt: skip


def test_a_message_whose_answer_was_lost_is_one_message(site, daemon):
    page = site.page()
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/messages", lose)
    page.route("**/events", lambda route: route.abort())
    opened(page)
    say(page, "resposta perdida")
    page.get_by_role("log").get_by_text("Enviada").wait_for()
    ticket = ticket_of(daemon, "resposta perdida")

    assert lost == [202]
    assert len([one for one in site.asked if one.startswith("POST") and one.endswith("/messages")]) == 2
    assert len([one for one in ticket["messages"] if one["direction"] == "in"]) == 1
    assert [text for author, text in lines(page) if author == "visitor"] == ["resposta perdida"]


def test_two_windows_are_one_conversation_over_one_stream(site, daemon):
    first = site.page()
    opened(first)
    second = site.another(first)
    say(first, "da primeira janela")
    heard(first, "abrimos o ticket")
    heard(second, "abrimos o ticket")
    say(second, "da segunda janela")
    heard(first, "da segunda janela")
    ticket = ticket_of(daemon, "da segunda janela")
    answer(daemon, ticket["number"], "para as duas")
    heard(first, "para as duas")
    heard(second, "para as duas")

    assert lines(first) == lines(second)
    assert [text.strip() for author, text in lines(first) if author != "machine"] == [
        "da primeira janela", "da segunda janela", "para as duas",
    ]  # fmt: skip
    assert len([one for one in site.asked if one.endswith("/events")]) == 1
    assert len([one for one in site.asked if one.endswith("/session")]) == 1
    first.close()
    answer(daemon, ticket["number"], "só para a que ficou")
    heard(second, "só para a que ficou")


def test_an_answer_that_came_while_the_window_was_closed_is_counted(site, daemon):
    page = site.page()
    opened(page)
    say(page, "fecho e espero")
    heard(page, "abrimos o ticket")
    number = ticket_of(daemon, "fecho e espero")["number"]
    page.keyboard.press("Escape")
    answer(daemon, number, "voltou?")
    page.get_by_role("button", name="Abrir o chat (1 mensagem nova)").click()
    heard(page, "voltou?")
    page.keyboard.press("Escape")

    assert page.get_by_role("button", name="Abrir o chat", exact=True).count() == 1


@pytest.mark.parametrize(
    ("language", "line", "label"),
    [
        ("pt-BR", "Estamos fechados agora. Voltamos amanhã às 09:00. Deixe sua mensagem", "Deixar mensagem"),
        ("en", "We are closed now. Back tomorrow at 09:00. Leave a message", "Leave message"),
    ],
)
def test_a_chat_that_is_closed_says_so_and_takes_a_message(site, daemon, language, line, label):
    page = site.page(channel="noite", lang=language)
    page.locator("button.launcher").click()
    page.get_by_role("status").get_by_text(line).wait_for()
    page.locator("summary").click()
    page.get_by_label("E-mail").fill("ana@cliente.example")
    page.get_by_role("textbox").last.fill(f"mensagem da noite em {language}")
    page.get_by_role("button", name=label).click()
    page.get_by_role("log").get_by_text("ticket").first.wait_for()
    ticket = ticket_of(daemon, f"mensagem da noite em {language}")

    assert ticket["messages"][0]["channel"] == "noite"
    assert "ana@cliente.example" not in json.dumps(ticket["contact"])
    assert page.get_by_role("heading", name="Plantão").count() == 1


def test_hours_are_told_in_the_zone_of_those_who_come_back(site):
    page = site.page(channel="noite", browser={"timezone_id": "Europe/Lisbon"})
    page.locator("button.launcher").click()

    page.get_by_text(re.compile("às 09:00 \\(Horário (Padrão )?de Brasília\\)")).wait_for()


def test_the_keyboard_is_enough(site, daemon):
    page = site.page()
    page.locator("a", has_text="depois").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "Abrir o chat"
    page.keyboard.press("Enter")
    assert focused(page) == "Sua mensagem"
    page.keyboard.type("só teclas")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("segunda linha")
    page.keyboard.press("Enter")
    heard(page, "abrimos o ticket")
    assert ticket_of(daemon, "só teclas")["messages"][0]["text"].strip() == "só teclas\nsegunda linha"
    seen = []
    for _ in range(3):
        page.keyboard.press("Tab")
        seen.append(focused(page))
    assert seen == ["Anexar arquivos", "Enviar", "Fechar o chat"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")

    assert page.get_by_role("dialog").count() == 0
    assert focused(page) == "Abrir o chat"


def focused(page):
    """What has the focus, by its accessible name."""
    return page.evaluate(
        """() => {
             const one = document.querySelector("[data-balcao]").shadowRoot.activeElement;
             if (!one) return document.activeElement.textContent;
             const label = one.getRootNode().querySelector(`label[for="${one.id}"]`);
             return one.getAttribute("aria-label") ?? label?.textContent ?? one.textContent;
           }"""
    )


def test_on_a_telephone_the_window_fills_the_screen_and_keeps_the_focus(site):
    page = site.page(browser={"viewport": {"width": 320, "height": 600}, "reduced_motion": "reduce"})
    panel = opened(page)
    box = panel.bounding_box()
    page.get_by_role("button", name="Enviar").focus()
    page.keyboard.press("Tab")
    first = focused(page)
    page.keyboard.press("Shift+Tab")

    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 320, 600)
    assert (first, focused(page)) == ("Fechar o chat", "Enviar")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(
    ("scheme", "colour"), [("light", None), ("dark", None), ("light", "#f2c94c"), ("dark", "#777777")]
)
def test_everything_has_a_name_and_can_be_read(site, scheme, colour):
    """Names and roles as a screen reader gets them; contrast as WCAG 2 counts it (AA)."""
    page = site.page(browser={"color_scheme": scheme}, **({"color": colour} if colour else {}))
    panel = opened(page)
    page.locator("input[type=file]").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    page.locator("summary").click()
    page.context.set_offline(True)
    say(page, "para medir")
    panel.get_by_text("Sem conexão").wait_for()
    found = names(page)

    assert ("dialog", "Atendimento") in found
    assert ("log", "Conversa") in found
    assert {
        role for role, name in found if not name and role in {"button", "textbox", "link", "dialog", "log"}
    } == set()
    assert {("textbox", "Nome"), ("textbox", "E-mail"), ("textbox", "Sua mensagem")} <= set(found)
    assert [(text, ratio) for text, ratio, least in contrasts(page) if ratio < least] == []


HOSTILE = "<img src=x onerror=\"document.title='xss'\"><script>document.title='xss'</script> javascript:alert(1)"


def test_what_anybody_writes_is_text(site, daemon):
    page = site.page(title=HOSTILE, greeting=HOSTILE, context='{"x": "<b>"}')
    opened(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "<img src=x onerror=alert(1)>.txt", "mimeType": "text/html", "buffer": b"<script>alert(1)</script>"}
    )
    say(page, f"hostil {HOSTILE}")
    heard(page, "abrimos o ticket")
    number = ticket_of(daemon, "hostil")["number"]
    words = f'agente {HOSTILE} https://a.example/"onmouseover=alert(1) https://b.example/<svg/onload=alert(1)>'
    answer(daemon, number, words)
    heard(page, "agente <img")
    found = page.evaluate(
        """() => {
             const root = document.querySelector("[data-balcao]").shadowRoot;
             const all = [...root.querySelectorAll("*")];
             return {
               tags: [...new Set(all.map((one) => one.localName))].sort(),
               handlers: all.flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith("on"))),
               links: [...root.querySelectorAll("a")].map((one) => [one.href, one.rel]),
             };
           }"""
    )

    assert page.title() == "Loja"
    assert not {"img", "script", "iframe", "b", "style"} & set(found["tags"])
    assert found["handlers"] == []
    rel = "noopener noreferrer nofollow"
    assert found["links"] == [["https://a.example/", rel], ["https://b.example/", rel]]
    assert [text for author, text in lines(page) if author == "agent"] == [words]


def test_a_page_of_another_origin_gets_no_visitor(site, daemon):
    """Only its script: that is no secret."""
    with pages(f"http://127.0.0.1:{daemon.ports['public']}") as elsewhere:
        page = site.page(origin=elsewhere)
        opened(page)
        say(page, "de outra origem")
        page.get_by_text("Não conseguimos falar com o servidor").wait_for()
        kept = page.evaluate("Object.keys(localStorage).filter((key) => key.endsWith(' person')).length")
        page.close()
    site.complaints[:] = [one for one in site.complaints if "CORS policy" not in one]

    assert kept == 0


def test_an_expired_token_is_renewed_and_the_visitor_stays_the_same(site, daemon):
    page = site.page()
    opened(page)
    say(page, "antes de expirar")
    heard(page, "abrimos o ticket")
    before = visitor_of(page)
    clerk = Clerk(channel="chat", keys=[daemon.secret("chat").encode()], users=[], lifetime=60, remembered=86_400)
    old = clerk.token(Person(visitor=before["visitor"]), site.origin, time.time() - 3600).text
    page.evaluate(
        """(old) => {
             const [key, value] = Object.entries(localStorage).find(([key]) => key.endsWith(" person"));
             localStorage.setItem(key, JSON.stringify({ ...JSON.parse(value), token: old }));
           }""",
        old,
    )
    say(page, "depois de expirar")
    wait_for(lambda: page.get_by_text("Enviando").count() == 0 and visitor_of(page)["token"] != old)
    ticket = ticket_of(daemon, "depois de expirar")

    assert visitor_of(page)["visitor"] == before["visitor"]
    assert len([one for one in ticket["messages"] if one["direction"] == "in"]) == 2


def test_a_user_whom_the_site_signs_is_known_and_forgotten_when_he_leaves(site, daemon):
    claims = {"sub": "u-77", "name": "Ana Souza", "email": "ana@cliente.example"}
    expires = datetime.now(UTC) + timedelta(hours=1)
    page = site.page(user=jwt.encode({**claims, "exp": expires}, SITE_SECRET, "HS256"))
    panel = opened(page)
    say(page, "sou conhecida")
    heard(page, "abrimos o ticket")
    ticket = ticket_of(daemon, "sou conhecida")
    assert page.locator("summary").is_hidden()
    page.goto(site.origin)
    panel = page.get_by_role("dialog")
    page.get_by_role("button", name="Abrir o chat").click()
    panel.wait_for()

    assert set(ticket["contact"]["addresses"]) == {"user/u-77", "ana@cliente.example"}
    assert [text for _, text in lines(page)] == ["Olá! Como podemos ajudar?"]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('user u-77')).length") == 0


def test_signing_in_and_out_without_a_reload(site, daemon):
    page = site.page()
    opened(page)
    say(page, "ainda ninguém")
    heard(page, "abrimos o ticket")
    token = jwt.encode({"sub": "u-88", "exp": time.time() + 3600}, SITE_SECRET, "HS256")
    page.evaluate("(token) => document.dispatchEvent(new CustomEvent('balcao:user', { detail: token }))", token)
    page.get_by_role("log").get_by_text("ainda ninguém").wait_for(state="detached")
    say(page, "agora com nome")
    heard(page, "abrimos o ticket")
    ticket = ticket_of(daemon, "agora com nome")
    page.evaluate("document.dispatchEvent(new CustomEvent('balcao:user'))")
    heard(page, "ainda ninguém")

    assert ticket["messages"][0]["sender"]["address"] == "user/u-88"
    assert not any("agora com nome" in text for _, text in lines(page))
    page.evaluate("document.dispatchEvent(new CustomEvent('balcao:user', { detail: 'forged' }))")
    page.get_by_text("Sua identificação expirou").wait_for()


def test_the_page_may_open_and_close_it_and_nothing_else_of_it_is_seen(site):
    page = site.page()
    page.evaluate("document.dispatchEvent(new CustomEvent('balcao:open'))")
    page.get_by_role("dialog").wait_for()
    page.evaluate("document.dispatchEvent(new CustomEvent('balcao:close'))")
    page.get_by_role("dialog").wait_for(state="hidden")
    blank = site.browser.new_page()
    blank.goto(f"{site.origin}/?channel=none")
    standard = set(blank.evaluate("Object.getOwnPropertyNames(window)"))
    blank.close()

    assert set(page.evaluate("Object.getOwnPropertyNames(window)")) - standard == set()
    assert page.evaluate("document.styleSheets.length + document.adoptedStyleSheets.length") == 0
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"


def test_who_wants_less_motion_gets_none(site):
    page = site.page(browser={"reduced_motion": "reduce"})
    panel = opened(page)

    assert panel.evaluate("(one) => getComputedStyle(one).animationName") == "none"
