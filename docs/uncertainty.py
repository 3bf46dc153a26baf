"""The page ``methods/uncertainty.md`` and its picture, made of the figures of ``tests.simulations.uncertainty``.

Holds the layout; reasons stand in ``uncertainty_words``, figures in ``methods/uncertainty.json``.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docs.uncertainty_picture import picture
from docs.uncertainty_words import REASONS

FIGURES = Path(__file__).parent / "methods" / "uncertainty.json"
LOW, HIGH = 0.87, 0.93
SURE = 2  # Monte Carlo standard errors
PLACES = {"national": "国家", "beijing": "北京"}
GRADES = ("A", "B", "C")
COVERED, UNSURE, NARROW, WIDE = "✓", "≈", "↓", "↑"

WITHOUT = (
    "**没有给出结果 / without an answer**（%：目标超出样本、未识别出无效率；括号内为整个面板被拒绝或不收敛的重复数）。"
    "无效率远大于噪声时，随机前沿与StoNED也常没有结果：估计落在“没有噪声”的边界上，没有标准误（Olson, Schmidt and Waldman 1980 的"
    "第二类失败）。没有结果的方法不参加调和，等级自动为C，不据以核减。"
)
FEWER = (
    "StoNED每次抽样都要重新解一次凸回归，只在少数世界、少量面板上仿真（“—”为未做）。去掉一种方法，区间只会更窄，"
    "所以“暂去StoNED”一栏是该版本误减比例的上界（等级因点估计变动而改变的极少数情形除外）。"
)

Line = Mapping[str, Any]


def pages() -> Mapping[str, str]:
    """Return the page and its picture by file name."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    return {
        "methods/uncertainty.md": uncertainty_page(figures),
        "methods/uncertainty.svg": picture(_dots(figures)),
    }


def verdict(line: Line) -> str:
    """Say whether a coverage lies in 87 to 93 %, misses by more than chance, or leaves it open."""
    rate, reach = line["hits"] / line["trials"], SURE * line["error"]
    if LOW <= rate <= HIGH:
        return COVERED
    if rate < LOW:
        return NARROW if rate + reach < LOW else UNSURE
    return WIDE if rate - reach > HIGH else UNSURE


def uncertainty_page(figures: Line) -> str:
    """Return the page."""
    parts = [
        "<!-- 由 docs/uncertainty.py 按 uncertainty.json 生成，请勿手改 / generated, do not edit -->",
        "# 不确定性：基线有多可靠 / Uncertainty: how far baselines may be believed",
        _intro(figures),
        "## 结论 / What follows",
        "\n".join(f"- {one}" for one in _summary(figures)),
        "## 有效率的单位会不会被误减 / Would an efficient unit be cut",
        *_cuts(figures),
        "## 各方法的区间盖住了什么 / What the methods' intervals hold",
        *_methods(figures),
        "## 其他区间 / Every other interval",
        *_claims(figures),
        "## 未达到的区间：原因，使用时怎么办 / Intervals that miss",
        *_missing(figures),
        "## 不给区间的结果 / Figures without an interval",
        _without(figures),
        "## 怎样复算 / How this page was made",
        _made(figures),
    ]
    return "\n\n".join(parts) + "\n"


def _intro(figures: Line) -> str:
    worlds = "；".join(figures["words"]["worlds"].values())
    names = {key: told["label"] for key, told in figures["words"]["methods"].items()}
    editions = "；".join(
        f"`{code}`（{'、'.join(names[one] for one in told['methods'])}，区间{float(told['level']):.0%}）"
        for code, told in figures["words"]["editions"].items()
    )
    return (
        "我们造出成本完全已知的“世界”，从中抽出成本面板，用与正式测算相同的代码测算，再看两件事：一个**真正有效率**的单位申报它"
        "真正需要的钱，会不会被判为可核减；声称90%的区间，是不是真有约90%的时候盖住真值。要求是87%至93%；达不到的，下面逐项说明原因和用法。\n\n"
        "Costs are made up and therefore known; the code is that of the real baselines. We ask how often an efficient unit "
        "that asks for what it needs would be cut, and whether 90 % intervals hold the truth 87–93 % of the time.\n\n"
        f"世界 worlds：{worlds}。\n\n"
        f"版本 editions：{editions}。\n\n"
        "每个百分数后面“±”是仿真本身的标准误：±2的意思是，换一批随机数，结果大致会在上下4个百分点之内变动。"
        "全部重复结果相同时，以 1/(重复数+2) 代替。"
    )


def _summary(figures: Line) -> Iterator[str]:
    found = Baselines(figures)
    for one, label in found.decided.items():
        if one[0] == "mixture" and one[1] != "best":
            continue
        whole, (world, n), worst = found.pooled(one, "cut_noisy"), *found.worst(one, "cut_noisy")
        if whole:
            place = f"{found.words['worlds'][world]}，{n}个单位"
            yield (
                f"**{label}**：{found.reach(one)}误减 {share(whole)}%；最坏的世界（{place}）{share(worst)}%。"
                f"其中等级C、按规则不核减的占 {share(found.pooled(one, 'grade_C'))}%。"
            )
    for one, label in found.methods.items():
        whole = found.pooled(one, "above_noisy")
        if whole:
            yield f"{label}单独使用：有效率的单位高于其上限 {share(whole)}%；按规则单一方法不得据以核减。"
    yield (
        "误减少不等于查得出浪费：多数结论为C级时，版本几乎不核减任何人。"
        + "；".join(
            f"{label}（{found.reach(one)}）：申报真实需要1.5倍的被查出 {share(found.pooled(one, 'cut_half'))}%，"
            f"2倍的 {share(found.pooled(one, 'cut_double'))}%"
            for one, label in found.decided.items()
            if one[0] in {"edition", "faster"}
        )
        + "。"
    )
    told = [verdict(line) for line in figures["coverage"] if line["trials"]]
    yield (
        f"基线以外的区间，共{len(told)}项设计：{told.count(COVERED)}项在87%至93%之内，{told.count(UNSURE)}项看不出偏离，"
        f"{told.count(NARROW)}项偏窄，{told.count(WIDE)}项偏宽；偏离的逐项说明见下。"
    )


def share(line: Line | None) -> str:
    """Return a percentage with its Monte Carlo standard error."""
    if line is None or not line["trials"]:
        return "—"
    return f"{100 * line['hits'] / line['trials']:.1f}±{100 * line['error']:.1f}"


def _cell(line: Line | None) -> str:
    return "—" if line is None or not line["trials"] else f"{share(line)} {verdict(line)}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


class Baselines:
    """Figures of the baselines, by world, n, subject and measure."""

    def __init__(self, figures: Line) -> None:
        self.words = figures["words"]
        self.at = {
            (line["world"], line["n"], line["kind"], line["name"], measure): counted
            for line in figures["baselines"]
            for measure, counted in line["measures"].items()
        }
        self.cells = list(dict.fromkeys((line["world"], line["n"]) for line in figures["baselines"]))

    def get(self, cell: tuple[str, int], subject: tuple[str, str], measure: str) -> Line | None:
        """Return a figure, or None where it was not simulated."""
        return self.at.get((*cell, *subject, measure))

    @property
    def decided(self) -> dict[tuple[str, str], str]:
        """Mixtures and editions, with their labels."""
        named = {"best": "随机前沿＋数据包络", "fast": "除StoNED外的全部方法", "all": "全部方法"}
        found = {("mixture", key): f"{named[key]}（90%）" for key in self.words["mixtures"]}
        for code, told in self.words["editions"].items():
            place, _, day = code.split("/")
            label = f"{PLACES.get(place, place)}版本{day[:7]}（{float(told['level']):.0%}）"
            found["edition", code] = label
            if any((*cell, "faster", code, "answered") in self.at for cell in self.cells):
                found["faster", code] = f"{label}，暂去StoNED"
        return found

    @property
    def methods(self) -> dict[tuple[str, str], str]:
        """The methods, with their labels."""
        return {("method", name): told["label"] for name, told in self.words["methods"].items()}

    def worst(self, subject: tuple[str, str], measure: str) -> tuple[tuple[str, int], Line | None]:
        """Return the cell with the highest share, and the figure."""
        told = [
            (cell, line)
            for cell in self.cells
            if (line := self.get(cell, subject, measure)) and line["trials"]
        ]
        return max(told, key=lambda one: one[1]["hits"] / one[1]["trials"], default=(self.cells[0], None))

    def pooled(self, subject: tuple[str, str], measure: str) -> Line | None:
        """Sum a measure over all cells; the error as of independent cells."""
        found = [line for cell in self.cells if (line := self.get(cell, subject, measure)) and line["trials"]]
        trials = sum(line["trials"] for line in found)
        if not trials:
            return None
        error = sum((line["error"] * line["trials"]) ** 2 for line in found) ** 0.5 / trials
        return {"hits": sum(line["hits"] for line in found), "trials": trials, "error": error}

    def reach(self, subject: tuple[str, str]) -> str:
        """Say which cells a subject was simulated in: all, or how many of them."""
        done = [cell for cell in self.cells if self.get(cell, subject, "cut_noisy")]
        return (
            "全部世界合计"
            if len(done) == len(self.cells)
            else f"仅仿真了{len(done)}个设计（共{len(self.cells)}个），合计"
        )


def _row(found: Baselines, cell: tuple[str, int]) -> list[str]:
    return [found.words["worlds"][cell[0]], str(cell[1])]


def _cuts(figures: Line) -> Iterator[str]:
    found = Baselines(figures)
    yield (
        "单位不在面板之内，真正有效率（无效率为零），申报“真实有效成本＋当年噪声”。版本与组合一栏是 `DmuBaseline.judge` 判为**可核减**的"
        "百分比；单一方法按规则不得单独据以核减（仿真中也从未核减），所列为申报**高于该方法上限**的百分比，即若单独使用会误判多少。"
    )
    yield "![有效率的单位被误判的百分比](uncertainty.svg)"
    yield "**可核减 / cut**（%）"
    decided = found.decided
    yield table(
        ["世界", "单位数", *decided.values()],
        (
            [*_row(found, cell), *(share(found.get(cell, one, "cut_noisy")) for one in decided)]
            for cell in found.cells
        ),
    )
    yield FEWER
    yield "**高于单一方法的上限 / above a single method's upper bound**（%）"
    methods = found.methods
    yield table(
        ["世界", "单位数", *methods.values()],
        (
            [*_row(found, cell), *(share(found.get(cell, one, "above_noisy")) for one in methods)]
            for cell in found.cells
        ),
    )
    yield (
        "申报恰为真实有效成本、不带噪声时（全部世界合计，%）："
        + "；".join(
            f"{label} {share(found.pooled(one, 'cut_true' if one[0] != 'method' else 'above_true'))}"
            for one, label in (decided | methods).items()
        )
        + "。"
    )
    yield "**查得出浪费吗 / Would waste be found**（申报真实有效成本的2倍，被判可核减的百分比，越高越好）"
    yield table(
        ["世界", "单位数", *decided.values()],
        (
            [*_row(found, cell), *(share(found.get(cell, one, "cut_double")) for one in decided)]
            for cell in found.cells
        ),
    )
    yield "**按证据等级 / by grade**（全部世界合计，%：该等级出现的比例；该等级之下有效率的单位被判可核减的比例）"
    yield table(
        ["", *(f"{grade}级 {what}" for grade in GRADES for what in ("出现", "误减"))],
        (
            [
                label,
                *(
                    share(found.pooled(one, key.format(grade)))
                    for grade in GRADES
                    for key in ("grade_{}", "cut_noisy_{}")
                ),
            ]
            for one, label in decided.items()
        ),
    )


def _methods(figures: Line) -> Iterator[str]:
    found = Baselines(figures)
    yield (
        "每种方法按90%单独测算。它们声称的对象不同：成本动因回归是**新单位的成本**，分位数是**条件中位数本身**，"
        f"其余是**有效成本（前沿）**。{COVERED} 在87%至93%之内，{UNSURE} 在外但可能只是仿真误差，{NARROW} 偏窄，{WIDE} 偏宽。"
    )
    methods = found.methods
    rows = (
        [*_row(found, cell), *(_cell(found.get(cell, one, "holds")) for one in methods)]
        for cell in found.cells
    )
    yield table(["世界", "单位数", *methods.values()], rows)
    yield "**盖住真实有效成本 / holding the true efficient cost**（%；整体基线的区间为各方法下限最小值至上限最大值，要的是宽而不漏）"
    every = methods | found.decided
    yield table(
        ["世界", "单位数", *every.values()],
        (
            [*_row(found, cell), *(share(found.get(cell, one, "holds_efficient")) for one in every)]
            for cell in found.cells
        ),
    )
    yield WITHOUT
    yield table(
        ["世界", "单位数", *methods.values()],
        (
            [*_row(found, cell), *(_silent(found.get(cell, one, "answered")) for one in methods)]
            for cell in found.cells
        ),
    )


def _silent(line: Line | None) -> str:
    if line is None:
        return "—"
    left = 100 * (1 - line["hits"] / line["trials"]) if line["trials"] else 100
    return f"{left:.0f}" + (f"（{line['failed']}/{line['replicates']}）" if line["failed"] else "")


def _by_design(figures: Line) -> Iterator[tuple[str, str, list[Line]]]:
    for key, claim in figures["words"]["claims"].items():
        for design in claim["designs"]:
            lines = [line for line in figures["coverage"] if (line["claim"], line["design"]) == (key, design)]
            yield key, design, lines


def _claims(figures: Line) -> Iterator[str]:
    sizes = (20, 50, 200)
    yield "行数为单位（或被评对象）数。“假设不成立”的一行是有意为之：看方法错用时会差多少。空白“—”为未做。"
    rows = []
    for key, design, lines in _by_design(figures):
        claim = figures["words"]["claims"][key]
        told = claim["designs"][design]
        by = {line["n"]: line for line in lines}
        silent = max((line["silent"] + line["failed"]) / line["replicates"] for line in lines)
        rows.append(
            [
                f"{claim['label']}（{claim['of']}）",
                told["label"] + ("" if told["assumed"] else "（假设不成立）"),
                *(_cell(by.get(n)) for n in sizes),
                f"{silent:.0%}" if silent else "",
            ]
        )
    yield table(["区间", "设计", *(f"n={n}" for n in sizes), "最多无区间"], rows)


def missing(figures: Line) -> dict[str, list[str]]:
    """Return the designs that miss 87 to 93 % by more than chance, by the key of their reason."""
    found: dict[str, list[str]] = {}
    for key, design, lines in _by_design(figures):
        label = figures["words"]["claims"][key]["designs"][design]["label"]
        for line in lines:
            if line["trials"] and verdict(line) in (NARROW, WIDE):
                found.setdefault(key, []).append(_missed(f"{label} n={line['n']}", line))
    baselines = Baselines(figures)
    for subject in baselines.methods:
        for cell in baselines.cells:
            line = baselines.get(cell, subject, "holds")
            if line and line["trials"] and verdict(line) in (NARROW, WIDE):
                told = f"{baselines.words['worlds'][cell[0]]} n={cell[1]}"
                found.setdefault(f"method:{subject[1]}", []).append(_missed(told, line))
    return found


def _missed(label: str, line: Line) -> str:
    above = f"，真值在上限之上{100 * line['above'] / line['trials']:.0f}%" if line["above"] else ""
    return f"{label}：{share(line)}{above}"


def _missing(figures: Line) -> Iterator[str]:
    found = missing(figures)
    words = figures["words"]
    yield "偏离87%至93%超过两倍仿真标准误的都列在这里；两百多项里按此标准总会有几项纯属偶然。"
    for key, cells in found.items():
        label = (
            words["methods"][key[7:]]["label"] + "（基线）"
            if key[:7] == "method:"
            else words["claims"][key]["label"]
        )
        reason = REASONS[key]
        yield f"**{label}**\n\n- 未达到：{'；'.join(cells)}。\n- 原因：{reason.why}\n- 怎么办：{reason.what_to_do}"
    labels = [claim["label"] for key, claim in words["claims"].items() if key not in found]
    yield f"达到或看不出偏离的：{'、'.join(labels) or '无'}。"


def _without(figures: Line) -> str:
    return "\n".join(f"- {label}（`{name}`）" for name, label in figures["words"]["no_interval"].items())


def _made(figures: Line) -> str:
    claims = "、".join(
        f"`{name}`"
        for name in dict.fromkeys(
            name for one in figures["words"]["claims"].values() for name in one["made_by"]
        )
    )
    runs = "；".join(
        f"`{made['command']}`：{made['date']}，提交 {made['commit']}，{made['environment']}，单线程，"
        f"处理器时间{made['seconds'] / 60:.1f}分钟（与他人共用的机器），仿真代码摘要 `{made['version']}`"
        for made in (figures["made_coverage"], figures["made_baselines"])
    )
    return (
        f"命令：{runs}。数字在 `uncertainty.json`；`--quick` 只重算每项最先几次重复，与保存的数字比对。\n\n"
        f"代码中可以要求置信水平的每一个公开函数都在内（测试核对）：{claims}；基线的 `level` 由“各方法”一节覆盖。\n\n"
        "文献 papers：Olson, Schmidt and Waldman (1980)；Coelli (1995)；Horrace and Schmidt (1996)；Simar and Wilson (1998, 2007, 2010)；"
        "Kneip, Simar and Wilson (2008, 2011)；Koenker (1994, 2005)；Cameron, Gelbach and Miller (2008)；Wheat, Greene and Smith (2014)。"
    )


def _dots(figures: Line) -> list[tuple[str, list[tuple[str, float]]]]:
    """Return a row of the picture for each subject: a dot for each world at its middle size."""
    found = Baselines(figures)
    rows = []
    for one, label in (found.methods | found.decided).items():
        measure = "above_noisy" if one[0] == "method" else "cut_noisy"
        dots = []
        for cell in found.cells:
            line = found.get(cell, one, measure)
            if cell[1] == 50 and line and line["trials"]:
                dots.append((found.words["worlds"][cell[0]], line["hits"] / line["trials"]))
        if dots:
            rows.append((label, dots))
    return rows
