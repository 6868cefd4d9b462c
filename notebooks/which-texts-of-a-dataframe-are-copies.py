# %% [markdown]
# # Which texts of a DataFrame are copies?
#
# Deduplication, metrics and rules on a DataFrame of your own, in your own Spark session: no warehouse, no crawl.
# Put your own table in place of the eight texts below. It needs only a column of texts and a column of ids.

# %%
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import winnow

spark = SparkSession.builder.getOrCreate()
river = (
    "The river rises in the hills above the old mill and runs for forty miles through meadows down to the sea. "
    "In spring the water covers the path along its bank, and the people walk to church by the upper road. "
    "Boats came up as far as the bridge until the railway was built, and their moorings can be seen to this day. "
)
bread = (
    "Mix the flour with the salt, add the water and the yeast, and work the dough until it is smooth and dry. "
    "Let it rest under a cloth for three hours, then fold it four times and leave it in a cool place over night. "
    "Heat the oven early, since the stone has to be hot all through, and bake the loaf until it sounds hollow. "
)
notice = (
    "All photographs and articles on these pages belong to their authors and may be used for private reading; who "
    "wants to print them, to copy them to another place or to make money with them in whatever way has to ask the "
    "editors in writing, who answer within two weeks and have never yet refused a school, a library or a museum. "
)
lines = [
    ("river", river * 3), ("river, mirrored", f"{river * 3} From the archive."), ("bread", f"{bread} {notice}"),
    ("boats", f"{notice} {river.replace('river', 'canal').replace('the', 'its')}"), ("menu", "Home | News | Contact"),
    ("shouting", "BUY NOW!!! " * 40), ("empty", None), ("again", river * 3),
]  # fmt: skip
texts = spark.createDataFrame(lines, "name string, body string").persist()

# %% [markdown]
# ## Near copies
#
# This table lists the texts that are dropped because a similar text is kept. All other texts are left.

# %%
copies = winnow.near_duplicates(texts, text="body", id="name").persist()
copies.select("name", "kept_name", F.round("jaccard", 3).alias("jaccard"), "cluster_size").orderBy("name").toPandas()

# %%
left = texts.join(copies, "name", "left_anti").persist()

# %% [markdown]
# ## Spans that are repeated
#
# In the texts that are left: passages of at least 50 words that also occur elsewhere. The first copy is not listed.

# %%
spans = winnow.repeated_spans(left, text="body", id="name")
spans.select("name", "spans", "cut_chars", "left_chars", "reason").orderBy("name").toPandas()

# %% [markdown]
# ## Metrics and rules
#
# `measure` adds all metrics. `judge` adds every reason why a recipe drops a text; a text without a reason is kept.

# %%
measured = winnow.measure(left, text="body")
judged = winnow.judge(measured, recipe="gopher", changes=["rules.gopher_too_few_words={min: 10}"])
judged.select("name", "metrics.word_count", "reasons").orderBy("name").toPandas()

# %%
copies.unpersist()
left.unpersist()
texts.unpersist()
