"""Steps lifted to Prefect tasks: the one page that lists them with their retries and caching.

A task is a shard, never an article (a task run costs milliseconds), and is handed paths, never
tables. Results are not persisted: article text must not lie in a second place.
"""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.shard_steps import ingest_shard

# No retries: pages retry nothing (a bad one is a rejection), and what a commit can fail of (a full
# disk, a damaged lake) does not mend itself within seconds.
ingest_shard_task = task(
    name="ingest-shard", task_run_name="{shard.name}", cache_policy=NO_CACHE, persist_result=False
)(ingest_shard)
