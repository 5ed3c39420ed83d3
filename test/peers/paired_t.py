"""Paired t-tests by SciPy: reads {"pairs": [[control, treated], ..]} as JSON, prints t, p and the 95 % interval of each."""
import json
import sys

from scipy import stats

answers = []
for control, treated in json.load(sys.stdin)["pairs"]:
    gains = [a - b for a, b in zip(control, treated)]
    t, p = stats.ttest_rel(control, treated)
    low, high = stats.t.interval(0.95, len(gains) - 1, loc=sum(gains) / len(gains), scale=stats.sem(gains))
    answers.append({"t": t, "p": p, "low": low, "high": high})
json.dump(answers, sys.stdout)
