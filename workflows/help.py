"""Every word of ``./bp --help``: what each verb is for, in Chinese, then in English, with examples."""

from dataclasses import dataclass

PROGRAM = """\
预算绩效服务 budgetperf：从申报目标到下达控制数，一年一环，分毫可溯。
Budget performance: from filed goals to next year's limits, each yuan traceable.

初次使用 / first use:
  ./bp demo                     演示城市的一整年，随后打开网页 / a whole year of a made-up city, then the desks
  ./bp serve                    启动服务（首次自动建库）/ start the service (makes its database)
  ./bp create-admin             建立城市和第一个管理员 / found the city and its first administrator
  ./bp audit-form 自评表.xlsx    复算一张自评表，什么都不用装配 / audit a filled form, no set-up needed
"""

ENVIRONMENT = """\
环境变量 / environment:
  BUDGETPERF_HOME           数据目录，缺省 ./var / data folder
  BUDGETPERF_DATABASE_URL   已有的 PostgreSQL（15 及以上）/ an existing PostgreSQL, 15 or newer
  BUDGETPERF_OWNER_URL      表属主的登录（可选）/ the login that owns the tables (optional)
  BUDGETPERF_PG_BIN         PostgreSQL 程序目录 / folder of the PostgreSQL programs
  BUDGETPERF_JURISDICTION   所在辖区，如 sichuan；辖区没有的规则用国家的 / whose editions go before the nation's
  BUDGETPERF_DASK_SCHEDULER 把长时间的测算分给 Dask 计算节点，如 tls://10.0.0.5:8786 / spread long fits
  BUDGETPERF_HTTPS          浏览器经 https 访问时填 1 / 1 when browsers come by https
  BUDGETPERF_HOSTS          允许的主机名，逗号分隔 / host names that are answered, with commas
详见 / more: docs/operations.md
"""


@dataclass(frozen=True, slots=True)
class Words:
    """The help of one verb.

    Parameters
    ----------
    brief : str
        One line, for the list of verbs.
    text : str
        What it does and what to know.
    examples : tuple of str
    """

    brief: str
    text: str
    examples: tuple[str, ...]

    @property
    def epilog(self) -> str:
        """The examples as they are printed."""
        return "\n".join(["例 / examples:", *(f"  {line}" for line in self.examples)])


VERBS: dict[str, Words] = {
    "serve": Words(
        "启动网页服务和后台进程 / start the web service and its worker",
        "启动网页服务，并带起一个后台进程；首次启动自动建库。端口被占用时改用下一个空闲端口。Ctrl-C 停止。\n"
        "Starts the web and, as its child, a worker; the first start makes the database. A busy port is\n"
        "replaced by the next free one. Ctrl-C stops both.",
        (
            "./bp serve",
            "./bp serve --port 8080",
            "BUDGETPERF_HTTPS=1 ./bp serve --host 0.0.0.0   # 在反向代理之后",
        ),
    ),
    "worker": Words(
        "另起一个后台进程 / start one more worker",
        "办理任务（季度监控部署、成本测算、打印、证据包）。可在多台机器上各起数个，互相接替。\n"
        "Does the runs: campaigns, fits, papers, bundles. Several may run, on several machines; they take over\n"
        "from one another.",
        ("./bp worker", "BUDGETPERF_DATABASE_URL=postgresql://… ./bp worker"),
    ),
    "migrate": Words(
        "建立或升级数据库结构 / make or upgrade the schema",
        "升级前请先备份。--check 只比较，不改动；有差异时返回 1。\n"
        "Back up first. --check only compares and returns 1 when code and database differ.",
        ("./bp migrate", "./bp migrate --check", "./bp migrate --to 0002_wall"),
    ),
    "create-admin": Words(
        "建立城市和第一个管理员 / found the city and its first administrator",
        "仅在系统中还没有任何账号时可用；其余账号由管理员在网页上新增。口令从提示或标准输入读取，\n"
        "不出现在命令行中。\n"
        "Works while there is no account at all. The password is asked for, or read from standard input; it never\n"
        "stands on the command line.",
        (
            "./bp create-admin --login admin --name 张三 --city-code 370200 --city-name 青岛市",
            "printf '%s' \"$PASSWORD\" | ./bp create-admin --login admin",
        ),
    ),
    "check": Words(
        "核对全部数据规则 / prove what must always hold",
        "预算等于明细、控制数恒等式、审批有具名、日志链无缺号、文件与摘要一致等。只读；有问题时返回 1。\n"
        "Budgets equal their lines, both identities of limits, named approvers, no gap in any chain, files equal\n"
        "their digests. Reads only; returns 1 when anything is found.",
        ("./bp check",),
    ),
    "recompute": Words(
        "重算决策包，逐个比较 / recompute decision packages",
        "按存档的事实、规则版本和方法重算，回答“相同”或“不同，因为…”；有不同时返回 1。\n"
        "From the stored facts, edition and method: the same, or why it differs. Returns 1 when any differs.",
        (
            "./bp recompute 3f2a…（64 位摘要）",
            "./bp recompute --subject 010203-001",
            "./bp recompute --all",
            "./bp recompute 结果/决策包.json",
        ),
    ),
    "verify": Words(
        "校验证据包 / verify an evidence bundle",
        "不需要数据库；任何文件改动一个字节都会指名拒绝。\n"
        "Needs no database; one changed byte is refused, naming the file.",
        ("./bp verify 证据包.zip", "./bp verify bundle/ --digest 3f2a…"),
    ),
    "audit-form": Words(
        "复算已填写的绩效自评表 / audit a filled self-evaluation form",
        "读取 .xlsx（全国通用格式）或 .json（样例见 fixtures/forms/published），按当年办法逐行复算，指出错在哪里、\n"
        "正确的数是多少。不需要账号、单位或数据库。没有错误返回 0，有错误或不是自评表返回 1，\n"
        "用法不对或没有文件返回 2；加 --json 时拒绝也以 JSON 输出（refused）。\n"
        "Recomputes a form under the edition of its year and says, row by row, what is wrong and what is right.\n"
        "Needs no account, no city, no database. Returns 0 when clean, 1 on an error found or a file\n"
        "that is no form, 2 on wrong usage or no file; with --json a refusal is JSON too (refused).",
        (
            "./bp audit-form 自评表.xlsx",
            "./bp audit-form fixtures/forms/published/forms.json",
            "./bp audit-form 自评表.xlsx --json",
        ),
    ),
    "schemes": Words(
        "查看、检查和比较规则版本 / read, check and compare editions of the rules",
        "规则版本是有起止日期、注明出处、附有算例的文件。list 列出全部；show 打印一个；check 检查任何地方的一个\n"
        "文件或文件夹，有错返回 1，逐行指出；compare 用同一份事实比较两个版本；new-city 写出带说明的空白版本供\n"
        "填写；to-confirm 列出全部待核实的数字和来源留白的参数。加 --home DIR 则连同该系统中发布的版本。填写方法见\n"
        "docs/rulebook.md。\n"
        "Editions are dated files with their sources and worked examples. Returns 1 when check refuses a file.",
        (
            "./bp schemes list",
            "./bp schemes show national/self_evaluation --as-of 2025-06-01",
            "./bp schemes new-city 海州市 --from 2027-01-01",
            "./bp schemes check var/rulebook/海州市",
            "./bp schemes compare national/finance_evaluation 草稿.yaml --facts 事实.csv",
            "./bp schemes compare zhengding/unit_assessment wuxi/unit_assessment --template > 对照表.csv",
            "./bp schemes compare zhengding/unit_assessment wuxi/unit_assessment --facts 事实.csv --map 对照表.csv",
            "./bp schemes to-confirm",
            "./bp schemes to-confirm --home ./var",
        ),
    ),
    "assess": Words(
        "由事实表算出一次考评的得分、名次、等次和后果 / a whole assessment from a table of facts",
        "事实表是一张长表，列为 unit,group,item,period,rater,value,standard,note；项目编码、考核期、评分人和可直接试算\n"
        "的例表见 ./bp schemes show 辖区/unit_assessment --template。事实有误时逐行指出并返回 1，不写出结果。不需要数据库。\n"
        "Takes one long table and writes a row a unit: points by part, bonus, penalty, total, rank, grade,\n"
        "consequence, reasons. Bad facts are named by row and nothing is written. Needs no database.",
        (
            "./bp schemes show zhengding --template > 事实.csv",
            "./bp assess zhengding --facts 事实.csv --out 结果.csv",
            "./bp assess meiling --edition 2025-12-31 --facts 事实.csv --out 结果.csv --trace 过程.json",
        ),
    ),
    "baseline": Words(
        "由成本面板测算成本绩效基线 / cost baselines from a panel",
        "面板每行一个单元一年：单元编码、单元名称、年度、地区、成本（元、万元）和成本动因（列名写明计量单位；占比一类\n"
        "不取对数的在名称后加“[水平]”）。写出每个单元的基线、区间、各方法结果和标杆（CSV、PDF、Excel），模型卡和可复算的\n"
        "决策包。面板有误时指出到单元格并返回 1，不写出结果。不需要数据库。\n"
        "Takes a row a unit and year and writes each unit's baseline, band, methods and peers (CSV, PDF, Excel), the\n"
        "model card and a decision package. Bad panels are refused at the cell and nothing is written. Needs no database.",
        (
            "./bp baseline 道路保洁.csv --edition national/cost_baseline --out 结果",
            "./bp baseline 道路保洁.xlsx --edition 口径.yaml --prices national/price_index --base-year 2025 --out 结果",
        ),
    ),
    "build-index": Words(
        "由问卷和数据建立指标体系 / build an indicator system from a survey and values",
        "依次作重要性、隶属度、相关性、辨别力分析，用因子分析、熵权、层次分析和等权赋权并列出得分与排名，写出\n"
        "测算表、测算报告和规则草案。表格格式见 fixtures/index；方法见 docs/methods/indicator-system.md。发现错误\n"
        "时返回 1。不需要数据库。\n"
        "Screens the candidates, weighs them by every method side by side, ranks, and writes tables, a report and\n"
        "a draft edition. Returns 1 when an error is among the findings. Needs no database.",
        (
            "./bp build-index 问卷.csv 数据.xlsx --pairs 两两比较.csv --out 结果",
            "./bp build-index 问卷.csv 数据.csv --out 结果 --title 经济建设综合指数 --jurisdiction guangdong",
            "./bp build-index 问卷.csv 数据.csv --out 结果 --set method=entropy --set membership_cut=0.5",
        ),
    ),
    "backup": Words(
        "备份数据库和文件 / back up database and files",
        "同一时刻的数据库（pg_dump）和全部文件，合为一个文件；备份期间照常办公。内含全部数据，请妥善保管。\n"
        "The database at one instant (pg_dump) and its files, as one file, while people go on working. It holds\n"
        "everything: keep it safe.",
        ("./bp backup budgetperf-2026-01-31.tar",),
    ),
    "restore": Words(
        "恢复到空库 / restore into an empty place",
        "先校验备份中每个文件的摘要，再恢复，最后核对全部数据规则；只能恢复到空库。\n"
        "Checks every digest of the backup first and every rule of the data afterwards; into an empty place only.",
        ("./bp restore budgetperf-2026-01-31.tar --home /srv/budgetperf-new",),
    ),
    "test": Words(
        "运行测试 / run the test suite",
        "其余参数交给 pytest。 Further arguments go to pytest.",
        ("./bp test", "./bp test tests/budget -k limits", "./bp test -n 0 -x"),
    ),
    "check-code": Words(
        "检查代码 / check the code",
        "ruff、mypy、import-linter，以及提交的文件中没有软件源地址。\n"
        "ruff, mypy, import-linter, and no registry host in a committed file.",
        ("./bp check-code",),
    ),
    "demo": Words(
        "演示：一座城市的一整年 / the demo: a city's whole year",
        "由演示城市的各岗位人员逐步办理一年业务，列出控制数和文件位置，然后打开网页并给出各岗位登录名。\n"
        "A made-up city's people play one budget year through the real actions; then the desks are served, with\n"
        "one sign-in per role.",
        ("./bp demo", "./bp demo --no-serve", "./bp demo --dir /tmp/city --port 8010"),
    ),
}

SCHEMES: dict[str, str] = {
    "list": "列出全部规则版本 / list every edition",
    "show": "打印一个版本：维度、评分项、分值、计分方法、依据、算例 / print an edition",
    "check": "检查草稿：内容和算例，有错指出行号 / check drafts, with the line of every defect",
    "compare": "同一份事实，两个版本：谁的总分、等级改变，为什么 / the same facts under two editions",
    "new-city": "写出带说明的空白版本 / write commented blanks to be filled",
    "schema": "打印一种版本文件的 JSON Schema / print the JSON schema of a kind",
    "to-confirm": "列出待核实的数字和来源留白的参数 / list the figures that still have to be confirmed",
}
"""The sub-verbs of ``schemes``."""
