# %% [markdown]
# # Why are pages rejected?
#
# Every page of a crawl ends as a document, or with a reason: a gate before it was measured, rules after, or a copy that
# stays in its stead. `WINNOW_WAREHOUSE` names the tables, else those of `make demo`; another crawl than the newest, and
# other settings than those of its run, are arguments of `open_crawl`.

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
# The line on a bar is what RefinedWeb published. A crawl of chosen sites keeps more than Common Crawl; a bar that falls
# far short of its line is a question to ask.

# %%
funnel_section([side])

# %% [markdown]
# ## Which reasons take most, and which would be missed?
#
# The dark part of a bar is taken by that reason alone: without it these pages would be kept. A reason without a dark
# part costs nothing and decides nothing.

# %%
reasons_section([side])

# %% [markdown]
# ## Which reasons come together?
#
# Rules that hit the same pages measure the same thing.

# %%
verdicts = delta.read(work, "verdicts").where(F.size("reasons") > 1)
together = verdicts.groupBy(F.array_join("reasons", " + ").alias("reasons")).count().orderBy(F.desc("count"), "reasons")
together.limit(10).toPandas()

# %% [markdown]
# ## Was it right?
#
# Three random pages of every reason, with the part marked that the reason speaks of.

# %%
examples_section([side])
