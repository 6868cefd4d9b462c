# %% [markdown]
# # What differs between two crawls?
#
# The newest crawl of a warehouse beside the one before it: what is left of each, which reasons took more, which domains
# came and went, and how much of the newer one was there already.

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
# ## Which reasons took more?

# %%
reasons_section(sides)

# %% [markdown]
# ## Languages and domains

# %%
beside(sides, places)

# %% [markdown]
# ## How much of the newer crawl was there already?
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
