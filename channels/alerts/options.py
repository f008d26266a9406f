"""What a person may set for a channel of alerts in `balcao.yaml`.

alertas:
  kind: alerts
  bearer: file:secrets/alertas                            # Authorization: Bearer …, or
  basic: {user: prometheus, password: file:secrets/prom}  # user and password, or
  sentry: env:SENTRY_SECRET                               # Sentry-Hook-Signature, or
  grafana: env:GRAFANA_SECRET                             # X-Grafana-Alerting-Signature, or
  grafana_timestamp: X-Grafana-Alerting-Timestamp         # Grafana's "Timestamp header": demanded, five minutes
  secrets: [file:secrets/alertas]                         # Standard Webhooks
  source: auto                                            # which tool the bodies are of
  timezone: America/Sao_Paulo                             # of times that tell no zone
  labels: {cliente: padaria}                              # what every alert of this channel has, whatever it claims
"""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from channels.alerts.dialects import DIALECTS
from channels.fields import Basic, SecretReference, Size, StrictOptions, Zone
from domain.units import BadValue

TIMESTAMP = "X-Grafana-Alerting-Timestamp"
"""Looked at where the settings name no other."""


def _known_source(name: str) -> str:
    known = ("auto", *DIALECTS)
    if name not in known:
        raise BadValue("no such monitoring tool; known are: %(known)s", known=", ".join(known))
    return name


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(default=(), max_length=10)
    basic: Basic | None = None
    bearer: SecretReference | None = None
    sentry: SecretReference | None = None
    grafana: SecretReference | None = None
    grafana_timestamp: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,100}$")
    unsigned: bool = False
    source: Annotated[str, AfterValidator(_known_source)] = "auto"
    timezone: Zone = "America/Sao_Paulo"
    labels: dict[str, str] = Field(default_factory=dict)
    max_body: Size = 2_000_000

    @model_validator(mode="after")
    def _has_a_proof(self) -> Self:
        proofs = bool(self.secrets or self.basic or self.bearer or self.sentry or self.grafana)
        if proofs == self.unsigned:
            raise BadValue(
                "say what proves an alert: secrets, basic, bearer, sentry or grafana; or unsigned: true if nothing does"
            )
        if self.grafana_timestamp and not self.grafana:
            raise BadValue("grafana_timestamp says how Grafana signs: set grafana, the secret, too")
        return self
