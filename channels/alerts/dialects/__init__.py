"""The monitoring tools whose bodies are read, explicit; the first that knows a body reads it."""

from collections.abc import Mapping

from channels.alerts.dialects import alertmanager, generic, grafana, sentry, uptime_kuma, zabbix
from channels.alerts.plan import Dialect

DIALECTS: Mapping[str, Dialect] = {
    "grafana": grafana,
    "alertmanager": alertmanager,
    "zabbix": zabbix,
    "uptime-kuma": uptime_kuma,
    "sentry": sentry,
    "generic": generic,
}
