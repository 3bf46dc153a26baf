"""Write the pages that are made from tables: ``.venv/bin/python docs/generate.py``.

A test compares every page with what is made here and fails when one is stale.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import budgetperf
from budgetperf.process.document import NOTICE, lifecycle_page, permissions_page
from budgetperf.rulebook.kinds import KINDS
from budgetperf.scoring.formulas import FORMULAS
from budgetperf.terms import Term
from docs import uncertainty

FOLDER = Path(__file__).parent

CONCEPTS = """\
| 词 word | 含义 means | 不用 not |
|---|---|---|
| evaluand（评价对象） | 被评价的项目、政策、部门整体、转移支付、机构或人员 | subject（那是科目） |
| agency（单位）、department（部门） | 花钱的单位；其主管部门 | unit |
| dmu | 成本面板的一行 | unit |
| uom（计量单位） | 度量单位 | unit |
| exante（事前评估）、evaluation（绩效评价）、unit_assessment（考评） | 三种判断，不混用 | 统称 assessment |
| recommended_amount（建议金额） | 事前评估专家组认为合理的金额 | assessed amount |
| result_use（结果应用） | 整改、公开、挂钩 | follow-up |
| ceiling（可用财力）/ limit（控制数） | 总额的上限 / 下达给项目的数 | 统称 budget |
| objection（控制数异议）、appeal（考评申诉）、special_factor_claim（基线特殊因素） | 三种异议 | 统称 claim |
| edition（版本） | 一项规则有起止日期的一版；控制数的版称 release | |
| ExpertPanel、CostPanel | 专家组；成本面板 | panel |
| spending_standard（支出定额）、reference_value（评价标准） | 定额；评价时的参照值 | 统称 standard |
| decision package（决策包） | 一项结论的事实、规则版本、方法与结果，可据以重算 | |
| anchor（锚） | 对一段时间内有变动的各条日志链所取的一个哈希 | |"""


def vocabularies() -> list[type[Term]]:
    """Return every vocabulary of the library, by module and name."""
    for module in walk_packages(budgetperf.__path__, "budgetperf."):
        if ".migrations" not in module.name:
            import_module(module.name)
    found = {word for word in Term.__subclasses__() if word.__module__.startswith("budgetperf.")}
    return sorted(found, key=lambda word: (word.__module__, word.__name__))


def glossary_page() -> str:
    """Return the page of words: the concepts, then every vocabulary with its codes."""
    parts = [
        NOTICE,
        "# 术语表",
        "一个概念只用一个词：文件夹、类、表、接口和事件名都用它。One word per concept, everywhere.",
        CONCEPTS,
        "## 代码表 / vocabularies",
        "数据库和接口存代码，页面、表格和报告显示中文。Codes are stored, the Chinese words are shown.",
        *(_vocabulary(word) for word in vocabularies()),
    ]
    return "\n\n".join(parts) + "\n"


def _vocabulary(word: type[Term]) -> str:
    summary = (word.__doc__ or "").splitlines()[0]
    rows = "\n".join(f"| `{member.value}` | {member.label} |" for member in word)
    return f"### {word.__name__}\n\n{summary} (`{word.__module__}`)\n\n| 代码 | 中文 |\n|---|---|\n{rows}"


def rulebook_words_page() -> str:
    """Return the page of what an edition may name: kinds and formulas."""
    kinds = (
        f"| `{code}` | {kind.label} | {'须有' if kind.refuses else '可无'} |" for code, kind in KINDS.items()
    )
    formulas = (
        f"| `{name}` | {formula.wording} | {'、'.join(f'`{key}`' for key in formula.model_fields if key != 'name')} |"
        for name, formula in FORMULAS.items()
    )
    parts = [
        NOTICE,
        "# 规则版本可用的词",
        "怎样填写见 [rulebook.md](../rulebook.md)。How to fill an edition: ../rulebook.md.",
        "## 种类 / kinds",
        "每种的结构（JSON Schema）：`./bp schemes schema 种类`。The JSON schema of a kind: `./bp schemes schema KIND`.",
        "| 代码 `kind` | 名称 | 拒绝的算例 |\n|---|---|---|\n" + "\n".join(kinds),
        "## 计分方法 / formulas",
        "| 代码 `formula.name` | 怎样计分 | 参数 |\n|---|---|---|\n" + "\n".join(formulas),
    ]
    return "\n\n".join(parts) + "\n"


def pages() -> Mapping[str, str]:
    """Return every generated page by file name."""
    return {
        "lifecycle.md": lifecycle_page(),
        "permissions.md": permissions_page(),
        "glossary.md": glossary_page(),
        "rulebook/words.md": rulebook_words_page(),
        **uncertainty.pages(),
    }


def main() -> int:
    """Write the pages that are stale and name them."""
    for name, content in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            sys.stdout.write(f"docs/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
