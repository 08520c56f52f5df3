"""What every test shares."""

import os

from hypothesis import settings

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci")
