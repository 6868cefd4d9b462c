# %% [markdown]
# # Why are pages rejected?
#
# Every page of a crawl becomes a document or is dropped with a reason: a gate before it is measured, rules after that,
# or a copy that is kept in its place. `WINNOW_WAREHOUSE` names the tables; the default is those of `make demo`. To look
# at another crawl than the newest, or with other settings than those of its run, use the arguments of `open_crawl`.

# %%
import os

from pyspark.sql import functions as F

from winnow.notebook import open_crawl
from winnow.report.examples import sample_examples
from winnow.report.figures import gather
from winnow.report.html.page import examples_section, funnel_section, reasons_section
from winnow.report.html.sections import Side
from winnow.warehouse import delta

work = open_crawl(os.environ.get("WINNOW_WAREHOUSE", "demo/tables"))
side = Side(gather(work), sample_examples(work, count=3, seed=0))

# %% [markdown]
# ## How much is left after each step?
#
# The line on a bar is what RefinedWeb published. A crawl of selected sites keeps more than Common Crawl. If a bar is
# much shorter than its line, find out why.

# %%
funnel_section([side])

# %% [markdown]
# ## Which reasons drop most pages, and which are needed?
#
# The dark part of a bar is pages with no other reason: without it, they would be kept. A reason without a dark part
# decides nothing.

# %%
reasons_section([side])

# %% [markdown]
# ## Which reasons come together?
#
# Rules that drop the same pages measure the same thing.

# %%
verdicts = delta.read(work, "verdicts").where(F.size("reasons") > 1)
together = verdicts.groupBy(F.array_join("reasons", " + ").alias("reasons")).count().orderBy(F.desc("count"), "reasons")
together.limit(10).toPandas()

# %% [markdown]
# ## Was it right?
#
# Three random pages for every reason, with the part marked that the reason is about.

# %%
examples_section([side])
