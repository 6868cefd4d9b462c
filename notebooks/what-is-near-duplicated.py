# %% [markdown]
# # What is near-duplicated?
#
# Pages that were dropped because a similar page is kept: how large their clusters are, how similar the pages are, and
# what differs between a dropped page and the kept one.

# %%
import os

from pyspark.sql import functions as F

from winnow.notebook import open_crawl
from winnow.report.examples import sample_examples
from winnow.report.figures import gather
from winnow.report.html.life_page import life_section
from winnow.report.html.page import examples_section
from winnow.report.html.sections import Side, near_duplicates
from winnow.report.life import find_pages, tell
from winnow.warehouse import delta

work = open_crawl(os.environ.get("WINNOW_WAREHOUSE", "demo/tables"))
near = delta.read(work, "near_duplicates")

# %% [markdown]
# ## How large are the clusters, and how similar the pages?
#
# If one cluster has a large share of the crawl, it is mostly boilerplate that a rule should have rejected.

# %%
examples = sample_examples(work, count=5, seed=0)
side = Side(gather(work), {"near_duplicate": examples.get("near_duplicate", [])})
near_duplicates(side)

# %% [markdown]
# ## Which domains repeat themselves?

# %%
pages = delta.read(work, "pages").where(F.col("gate").isNull()).select("shard", "page_id", "domain")
went = near.select("shard", "page_id", F.lit(1).alias("went"))
domains = pages.join(went, ["shard", "page_id"], "left").groupBy("domain")
counts = domains.agg(F.count("*").alias("pages"), F.count("went").alias("went"))
counts.orderBy(F.desc("went"), "domain").limit(10).toPandas()

# %% [markdown]
# ## What differs?
#
# Some random dropped pages, with the words that only they have, and the words that only the kept page has.

# %%
examples_section([side])

# %% [markdown]
# ## The least similar of all: its life, from its archive to the page kept in its place

# %%
least = near.orderBy("jaccard", "page_id").first()
life_section(tell(work, find_pages(work, str(least.page_id))[0])) if least else "none went"
