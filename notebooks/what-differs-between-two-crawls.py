# %% [markdown]
# # What differs between two crawls?
#
# Compares the newest crawl of a warehouse with the crawl before it: how much is left of each, which reasons drop more
# pages now, which domains are new or gone, and how much of the newer crawl was in the older one.

# %%
import os

from pyspark.sql import functions as F

from winnow.notebook import open_crawl
from winnow.report.figures import gather
from winnow.report.html.page import beside, funnel_section, reasons_section
from winnow.report.html.sections import Side, places, url_pass
from winnow.warehouse import delta
from winnow.warehouse.crawls import crawl_row, listed_crawls

warehouse = os.environ.get("WINNOW_WAREHOUSE", "demo/tables")
newer = open_crawl(warehouse)
position = crawl_row(newer).position
older = open_crawl(warehouse, next(row.crawl for row in listed_crawls(newer) if row.position == position - 1))
sides = [Side(gather(work), {}) for work in (newer, older)]

# %% [markdown]
# ## How much is left of each?

# %%
funnel_section(sides)

# %% [markdown]
# ## Which reasons drop more pages?

# %%
reasons_section(sides)

# %% [markdown]
# ## Languages and domains

# %%
beside(sides, places)

# %% [markdown]
# ## How much of the newer crawl was in the older one?
#
# Near copies and equal URLs, by the crawl of the kept page.

# %%
kept = [
    delta.read(newer, table).groupBy("kept_crawl").count().withColumn("table", F.lit(table))
    for table in ("near_duplicates", "url_duplicates")
]
kept[0].unionByName(kept[1]).orderBy("table", "kept_crawl").toPandas()

# %%
beside(sides, url_pass)
