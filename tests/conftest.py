"""What holds for every test: how long an example takes, or its making, tells how busy the machine is, no more."""

from hypothesis import HealthCheck, settings

settings.register_profile("balcao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("balcao")
