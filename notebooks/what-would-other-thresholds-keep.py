# %% [markdown]
# # What would other thresholds keep?
#
# Pages stay measured whatever the rules say, so that other rules are tried in seconds, and exactly: the answer is what
# a run with these rules would decide. What follows the rules (near duplicates, repeats, the URL pass) a run does again.

# %%
import os

from winnow.notebook import open_crawl
from winnow.report.figures import gather
from winnow.report.html.page import metrics_section
from winnow.report.html.sections import Side
from winnow.report.tune import show_sweep, show_tuned
from winnow.tune import thresholds as tuning
from winnow.warehouse import delta
from winnow.warehouse.made_with import rules_at_hand

warehouse = os.environ.get("WINNOW_WAREHOUSE", "demo/tables")
work = open_crawl(warehouse)
rules = rules_at_hand(work)

# %% [markdown]
# ## Where do the thresholds cut?
#
# A threshold in a valley divides two kinds of pages; one on a slope is a choice, and worth a sweep.

# %%
metrics_section([Side(gather(work), {})])

# %% [markdown]
# ## How many pages does the least number of words cost?

# %%
swept = tuning.parse_sweep("gopher_too_few_words.min=10:100:10", rules)
mine = next(rule for rule in rules if rule.reason == swept.reason)
show_sweep(swept, tuning.sweep(work, rules, rules, swept), delta.read(work, "measures").count(), mine)

# %% [markdown]
# ## What would come in, and what would go?
#
# Two changes at once: shorter pages are let in, pages of short words are not. `winnow tune ... --save mine.yaml` with
# the same changes writes the recipe that a run takes.

# %%
changed = open_crawl(warehouse, changes=["rules.gopher_too_few_words.min=30", "rules.gopher_short_words.min=4"])
others = rules_at_hand(changed)
show_tuned(tuning.tune(work, rules, others), others)
