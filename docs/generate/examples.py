"""The smallest page for each reason of the rules. tests/docs runs each one: it must give this reason and no other.

An example is Python text, which is shown and evaluated with `words` and `lines`. The declaration of a gate has its
example, in lib/winnow/kernels/gates.py.
"""

from __future__ import annotations

from itertools import islice, product
from typing import Any


def words(count: int, letters: int = 5) -> list[str]:
    """`the`, `and`, then made-up words of this many letters; no two are equal."""
    sounds = [("bdfgklmnprst", "aeiou")[place % 2] for place in range(letters)]
    return ["the", "and", *("".join(word) for word in islice(product(*sounds), count - 2))]


def lines(count: int, each: int = 10, letters: int = 5) -> list[str]:
    """Lines of `each` of these words, with a capital letter and a full stop."""
    held = words(count * each, letters)
    return [" ".join(held[at : at + each]).capitalize() + "." for at in range(0, count * each, each)]


def chinese(count: int) -> list[str]:
    """So many different Chinese sentences, at most 10."""
    return [
        "清晨的渡船又晚到了，我们坐在箱子上，分着吃完了最后几颗李子。",
        "没有人知道是谁把大门漆成绿色，不过大家都说比从前好看。",
        "他的叔叔在厨房里挂了三座钟，煮鸡蛋的时候却一座也不相信。",
        "停电那天晚上，整条街的邻居都走到窗前，互相挥手问好。",
        "爷爷常说，一把好扫帚胜过新地毯和吵闹的机器。",
        "隔壁家的小狗学会了用鼻子推开面包店的门，每天早上去两次。",
        "豆子种得太早，还没到周末，霜冻就把嫩芽全部打坏了。",
        "二楼住着一位修理小提琴的女士，可是从来没有听见她演奏。",
        "夏天桥要封闭几个月，孩子们上学的路因此变得更远。",
        "弟弟买的帐篷需要四个人才能搭起来，而且不能刮风。",
    ][:count]


def evaluate(example: str) -> Any:
    """The value of an example."""
    return eval(example, {"words": words, "lines": lines, "chinese": chinese})


# A page that no rule of any recipe rejects, and one that no rule of a recipe for Chinese rejects.
CONTROL = '"\\n".join(lines(6))'
CHINESE_CONTROL = '"\\n".join(chinese(8))'
BAD_WORD = "darn"  # the only line of the file that measure.c4.bad_words names for c4_bad_words

# Each gives its reason and no other in the recipe that is named like its file of rules.
RULES = {
    "gopher_too_few_words": '"\\n".join(lines(4))',
    "gopher_too_many_words": '" ".join(words(100_001, letters=7))',
    "gopher_short_words": '" ".join(words(60, letters=2))',
    "gopher_long_words": '" ".join(words(60, letters=12))',
    "gopher_hashes": '" #".join(words(8)) + " " + " ".join(words(60)[8:])',
    "gopher_ellipses": '"... ".join(words(8)) + " " + " ".join(words(60)[8:])',
    "gopher_bullet_lines": '"\\n".join("* " + line for line in lines(6))',
    "gopher_ellipsis_lines": '"\\n".join(line + ".." for line in lines(6))',
    "gopher_unalphabetic_words": '" ".join(words(50)) + " " + " ".join(map(str, range(10, 25)))',
    "gopher_no_stop_words": '" ".join(words(62)[2:])',
    "gopher_duplicate_lines": '"\\n---\\n".join(lines(6))',
    "gopher_duplicate_line_chars": '"\\n".join(lines(5, 4, letters=8)[::-1] + lines(8) + lines(5, 4, letters=8))',
    "gopher_duplicate_paragraphs": '"\\n\\n---\\n\\n".join(lines(6)).replace(" ", "\\n")',
    "gopher_duplicate_paragraph_chars": (
        '"\\n\\n".join(lines(10, 4, letters=3)[::-1] + lines(15, 4) + lines(10, 4, letters=3)).replace(" ", "\\n")'
    ),
    "gopher_top_2_gram": '" ".join(word + " the and" for word in words(25)[2:])',
    "gopher_top_3_gram": '" under cover again ".join(words(5)) + " " + " ".join(words(50)[5:])',
    "gopher_top_4_gram": '" under cover again today ".join(words(4)) + " " + " ".join(words(50)[4:])',
    "gopher_duplicate_5_grams": '" ".join(words(52) + words(52)[10:15])',
    "gopher_duplicate_6_grams": '" ".join(words(76) + words(76)[10:16])',
    "gopher_duplicate_7_grams": '" ".join(words(97) + words(97)[10:17])',
    "gopher_duplicate_8_grams": '" ".join(words(120) + words(120)[10:18])',
    "gopher_duplicate_9_grams": '" ".join(words(148) + words(148)[10:19])',
    "gopher_duplicate_10_grams": '" ".join(words(180) + words(180)[10:20])',
    "refinedweb_flagged_lines": '"\\n".join([*lines(6), "12 likes", "3 comments"])',
    "c4_too_long": '"\\n".join(lines(3_500))',
    "c4_too_few_sentences": '"\\n".join(lines(2))',
    "c4_lorem_ipsum": '"\\n".join([*lines(3), "Here comes some lorem ipsum."])',
    "c4_curly_bracket": '"\\n".join([*lines(3), "This { is a curly bracket."])',
    "c4_bad_words": '"\\n".join([*lines(3), "What a darn nuisance this is."])',
    "fineweb_unpunctuated_lines": '"\\n".join(lines(6)).replace(".", "")',
    "fineweb_duplicate_chars": '"\\n".join(lines(2, 4, letters=8)[::-1] + lines(6) + lines(2, 4, letters=8))',
    "fineweb_short_lines": '"\\n".join(lines(20, 4))',
    "fineweb_newlines": '"\\n".join(lines(20, 3))',
    "chinesewebtext_too_short": '"\\n".join(chinese(7))[:200]',
    "chinesewebtext_short_lines": '"\\n".join(chinese(10)).replace("，", "\\n").replace("的", "\\n")',
    "chinesewebtext_little_chinese": '"\\n".join([*chinese(8), *lines(10)])',
    "chinesewebtext_traditional": '"\\n".join([*chinese(8), "這裏。"])',
    "chinesewebtext_sensitive_words": '"".join([*chinese(8), "darn"])',
    "chinesewebtext_self_repetition": '"\\n".join(chinese(8) * 2)',
    "map_cc_brackets": '"\\n".join(f"【{text[:5]}】{text[5:]}" for text in chinese(8))',
    "map_cc_too_few_sentences": '"，".join(chinese(8)).replace("。", "")',
    "map_cc_too_short": '"".join(chinese(2))[:49]',
    "map_cc_too_long": ('"\\n".join([*chinese(10), "，".join(map(chr, range(0x4E00, 0x5400))), *words(1_500)])'),
    "map_cc_short_words": '" ".join("".join(chinese(10)))',
    "map_cc_long_words": '"\\n".join([*chinese(2), *["".join(map(chr, range(0x410, 0x450)))] * 6])',
    "map_cc_hashes": '"# ".join("".join(chinese(8))[place : place + 6] for place in range(0, 216, 6))',
    "map_cc_ellipses": '"… ".join("".join(chinese(8))[place : place + 6] for place in range(0, 216, 6))',
    "map_cc_digits": '"\\n".join([*chinese(8), *map(str, range(1_000, 1_030))])',
    "map_cc_more_lines": '"更多\\n".join(chinese(8))',
    "map_cc_bullet_lines": '"\\n".join("●" + text for text in chinese(8))',
    "map_cc_few_characters": '"\\n".join(chinese(8) * 8)',
    "map_cc_low_entropy": '"。".join(["东西南北中"] * 8) + "一二三四五六七八九十"',
    "c4_zh_too_few_lines": '"\\n".join(chinese(5))',
    "c4_zh_bad_words": '"\\n".join([*chinese(6), "darn " * 3 + "。"])',
}
