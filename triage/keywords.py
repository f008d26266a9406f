"""The keys of a rule file other than conditions (triage.vocabulary), each with a sentence about it.

Like the conditions they feed the loader, the JSON Schema (hover texts) and the test that nothing is
undocumented. The sentences are English msgids.
"""

from collections.abc import Mapping

from domain.ticket import Priority

COMPARISONS: Mapping[str, str] = {
    "gt": "More than this.",
    "gte": "This or more.",
    "lt": "Less than this.",
    "lte": "This or less.",
    "between": "From the first to the second number, both included.",
}

FIELDS: Mapping[str, str] = {
    "department": "The department that owns the ticket.",
    "priority": "Alta, Média or Baixa.",
    "flag": "Marks the ticket for somebody to look at.",
    "assignee": "Who might take the ticket: a hint for the department, nobody is assigned.",
    "acknowledgement": "Which letter tells the customer the ticket number: the name of a template, or none.",
    "ticket": "false: a telephone call opens no ticket; it still joins the open one of its number. What people write"
    " always becomes a ticket.",
}

USUALLY: Mapping[str, bool] = {"flag": False, "ticket": True}
"""What a field that is true or false is where nobody decides it."""

ADJUSTED: Mapping[str, str] = {
    "priority": "raise or lower: one step from what was decided, never beyond Alta and Baixa. The first rule that"
    " raises counts once, the first that lowers counts once.",
}

RULE_KEYS: Mapping[str, str] = {
    "name": "A short name, shown wherever the rule decided something. Each name once.",
    "when": "When the rule applies. All that stands here must be true.",
    "set": "What it decides. For each field the first rule that applies and sets it decides.",
    "adjust": "What it moves by one step after all is decided: {priority: raise} or {priority: lower}.",
    "tags": "Tags it gives. Tags of all rules that apply add up.",
    "ask": "Questions from `questions` that the customer is asked in the acknowledgement. They add up.",
    "suggest": "Solutions from `solutions` that the customer is offered in the acknowledgement. They add up.",
    "stop": "true: rules further down are not asked any more.",
}

FILE_KEYS: Mapping[str, str] = {
    "version": "The version of the rule language: 1.",
    "include": "More rule files: names, or folders whose .yaml files are read in the order of their names.",
    "departments": "The departments: a short name and the name people see.",
    "default": "Department and priority of whatever no rule decides.",
    "timezone": "The time zone of weekdays, calendars and test times, such as America/Sao_Paulo.",
    "calendars": "Business hours with a name, for the condition `hours`.",
    "contacts": "Class and plan of known contacts, or the file that holds them.",
    "lists": "Lists of words or values with a name, for use in many conditions as {list: name}.",
    "questions": "Questions with a name, for rules that ask for missing data.",
    "solutions": "Solutions with a name, for rules that propose one.",
    "define": "Conditions with a name, for use in many rules by `is`.",
    "rules": "The rules, asked from top to bottom.",
    "tests": "Examples with the expected result. A file whose tests fail is not put into force.",
}

MAIN_ONLY = ("default", "timezone", "contacts")
"""Keys that only the main file may have, not those it includes."""

DEPARTMENT_KEYS: Mapping[str, str] = {
    "name": "The name people see.",
    "ask": "Questions from `questions` that everybody is asked whose ticket this department gets.",
}

CALENDAR_KEYS: Mapping[str, str] = {
    "timezone": "The time zone of this calendar, if it is another one.",
    "hours": "Opening hours by weekday: {mon-fri: 08:00-12:00 13:00-18:00, sat: 08:00-12:00}.",
    "holidays": "Which holidays it keeps. Without this none.",
    "days": "Special days: {01-25: closed} every year, {2026-12-24: 08:00-12:00} once. They count before holidays.",
}

HOLIDAY_KEYS: Mapping[str, str] = {
    "country": "The country, BR unless another one is named.",
    "state": "The state whose holidays are kept too, such as SP.",
    "optional": "Optional holidays that are kept: Carnaval, Corpus Christi, Quarta-feira de Cinzas …",
}

CONTACT_KEYS: Mapping[str, str] = {
    "class": "The class of the contact, for the condition `contact_class`.",
    "plan": "What was contracted, for the condition `contact_plan`.",
}

QUESTION_KEYS: Mapping[str, str] = {
    "text": "What the customer is asked.",
    "unless": "When this condition is true the customer has said it already, and the question is left out.",
}

SOLUTION_KEYS: Mapping[str, str] = {
    "text": "What the customer is told.",
    "link": "Where to read more: an address that begins with https://.",
}

HOURS_KEYS: Mapping[str, str] = {
    "calendar": "The calendar, as named under `calendars`. May be left out when there is only one.",
    "is": "open, closed (holidays included) or holiday.",
}

GIVEN_KEYS: Mapping[str, str] = {
    "channel": "The channel it came by.",
    "medium": "mail, chat, call or alert.",
    "subject": "The subject.",
    "text": "What the customer newly wrote.",
    "sender": "The sender's address or number.",
    "sender_name": "The sender's display name.",
    "recipients": "The addresses it was sent to.",
    "automated": "none, auto_reply, bounce, list, bulk or own.",
    "is_reply": "true if it answers on an existing ticket.",
    "attachments": "A list of file names, or of {name, type, size}.",
    "traits": "Facts that the channel adds.",
    "headers": "Header fields of the mail, by small-letter name.",
    "at": "When it came, in local time: 2026-12-24 17:30.",
    "conversation_age": "How long ago its ticket was opened: 90s, 2h, 3d.",
    "message_count": "Which message of its ticket it is; 1 is the first.",
    "contact_class": "The class of the sender, whatever the contacts say.",
    "contact_plan": "The plan of the sender, whatever the contacts say.",
    "payload": "A captured message in a file beside this one (mail.eml, call.json), read as `channel` reads it.",
}

EXPECT_KEYS: Mapping[str, str] = {
    **FIELDS,
    "tags": "Tags it gets; it may get others too.",
    "ask": "Questions the customer is asked; there may be others too.",
    "suggest": "Solutions the customer is offered; there may be others too.",
    "rule": "Which rule decides: {department: name}; a name alone means the department.",
}

CASE_KEYS: Mapping[str, str] = {
    "name": "What the example shows.",
    "given": "The message.",
    "expect": "What the rules must decide.",
    "expect_not": "What the rules must not decide.",
}

PRIORITIES = tuple(str(priority) for priority in Priority)
CHANGES = ("raise", "lower")
NO_LETTER = "none"

MEANT: Mapping[str, str] = {
    "palavra": "words", "palavras": "words", "contém": "words", "contem": "words", "contains": "words",
    "assunto": "subject", "titulo": "subject", "título": "subject",
    "texto": "text", "corpo": "text", "mensagem": "text", "body": "text", "message": "text",
    "remetente": "sender", "de": "sender", "from": "sender", "domínio": "sender_domain", "dominio": "sender_domain",
    "domain": "sender_domain", "destinatário": "recipient", "destinatario": "recipient", "para": "recipient",
    "to": "recipient", "canal": "channel", "meio": "medium", "automática": "automated", "automatica": "automated",
    "resposta": "is_reply", "anexo": "attachment_name", "attachment": "attachment_name",
    "class": "contact_class", "classe": "contact_class", "plan": "contact_plan", "plano": "contact_plan",
    "horário": "hours", "horario": "hours", "dia": "weekday", "weekdays": "weekday", "etiqueta": "tag",
    "todas": "all", "todos": "all", "qualquer": "any", "não": "not", "nao": "not",
    "departamento": "department", "prioridade": "priority", "bandeira": "flag", "responsável": "assignee",
    "responsavel": "assignee", "confirmação": "acknowledgement", "confirmacao": "acknowledgement",
    "ack": "acknowledgement", "nome": "name", "quando": "when", "if": "when", "se": "when", "define": "set",
    "then": "set", "então": "set", "etiquetas": "tags", "perguntar": "ask", "perguntas": "questions",
    "sugerir": "suggest", "parar": "stop", "versão": "version", "versao": "version", "incluir": "include",
    "departamentos": "departments", "padrão": "default", "padrao": "default", "fuso": "timezone",
    "calendários": "calendars", "calendarios": "calendars", "contatos": "contacts", "listas": "lists",
    "soluções": "solutions", "solucoes": "solutions", "condições": "define", "regras": "rules", "testes": "tests",
    "dado": "given", "espera": "expect", "esperado": "expect", "segunda": "mon", "terça": "tue", "terca": "tue",
    "quarta": "wed", "quinta": "thu", "sexta": "fri", "sábado": "sat", "sabado": "sat", "domingo": "sun",
    "aberto": "open", "fechado": "closed", "feriado": "holiday", "subir": "raise", "baixar": "lower",
    "high": "Alta", "low": "Baixa",
}  # fmt: skip
"""What people write who do not know the word yet, and the word. Only suggested where that is known."""
