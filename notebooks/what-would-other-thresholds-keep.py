# %% [markdown]
# # What would other thresholds keep?
#
# The metrics of every page are stored, also of rejected ones. So other rules can be tried in seconds, and the answer is
# exact: a run with these rules would decide the same. Later jobs (near duplicates, spans, the URL pass) need a run.

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
# A threshold in a valley separates two kinds of pages. A threshold on a slope is a choice: try several values.

# %%
metrics_section([Side(gather(work), {})])

# %% [markdown]
# ## How many pages does the minimum number of words cost?

# %%
swept = tuning.parse_sweep("gopher_too_few_words.min=10:100:10", rules)
mine = next(rule for rule in rules if rule.reason == swept.reason)
show_sweep(swept, tuning.sweep(work, rules, rules, swept), delta.read(work, "measures").count(), mine)

# %% [markdown]
# ## Which pages would be kept, and which dropped?
#
# Two changes at once: shorter pages are kept, pages with short words are dropped. `winnow tune ... --save mine.yaml`
# with the same changes writes a recipe for `winnow run`.

# %%
changed = open_crawl(warehouse, changes=["rules.gopher_too_few_words.min=30", "rules.gopher_short_words.min=4"])
others = rules_at_hand(changed)
show_tuned(tuning.tune(work, rules, others), others)
