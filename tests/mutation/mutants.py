"""Which small faults a source file can be given. Runs nothing: a tree in, changes and changed trees out.

Left alone, because a test that noticed would prove nothing or the change changes nothing: docstrings, f-strings and
other wordings, annotations, decorators, class keywords, assertions (they narrow a type), the words of an error
(whether it is raised is tested), blocks for the type checker, and ``strict=`` of ``zip``.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
"""The boundary moved, and the comparison turned round."""

CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
CALLED = {"min": "max", "max": "min", "all": "any", "any": "all"}
EXACT = {"Decimal", "Fraction"}
UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file, by its place in the order the file is walked."""

    file: str
    number: int
    line: int
    """Where the change is."""
    span: tuple[int, int]
    """First and last line of the statement it stands in (of a block: its head)."""
    inside: bool
    """Inside a function; otherwise it is run when the module is imported."""
    before: str
    after: str

    @property
    def key(self) -> str:
        """What names it in the results of one tree."""
        return f"{self.file}#{self.number}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node hangs, and the statement around it."""

    parent: ast.AST
    field: str
    index: int | None
    span: tuple[int, int]
    inside: bool

    def put(self, node: ast.AST) -> None:
        """Hang another node here."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutants_of(file: str, text: str) -> list[Mutant]:
    """Every mutant of a file, in the order of its text."""
    return [
        Mutant(file, number, node.lineno, place.span, place.inside, shown(node), shown(new))
        for number, (place, node, new) in enumerate(changes(ast.parse(text)))
    ]


def mutated(text: str, number: int) -> ast.Module:
    """The tree of a file with its change of that number made."""
    tree = ast.parse(text)
    place, _, new = list(changes(tree))[number]
    place.put(new)
    return ast.fix_missing_locations(tree)


def shown(node: ast.AST) -> str:
    """A node on one short line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:87]}…"


# --------------------------------------------------------------------- inside

Change = tuple[Place, ast.stmt | ast.expr, ast.AST]


def changes(tree: ast.Module) -> Iterator[Change]:
    """Every change, each with the node it replaces; the tree itself is left as it is."""
    yield from below(tree, span=(1, 1), inside=False)


def below(node: ast.AST, *, span: tuple[int, int], inside: bool) -> Iterator[Change]:
    """The changes of all that hangs below a node."""
    inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for field, value in ast.iter_fields(node):
        if field in UNTOUCHED or (isinstance(node, ast.ClassDef) and field == "keywords"):
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or untouched(child):
                continue
            around = head(child) if isinstance(child, ast.stmt) else span
            place = Place(node, field, index if isinstance(value, list) else None, around, inside)
            yield from at(child, place)
            if not isinstance(child, ast.Raise):
                yield from below(child, span=around, inside=inside)


def untouched(node: ast.AST) -> bool:
    """Whether a fault in it would mean nothing."""
    match node:
        case ast.Assert() | ast.JoinedStr() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.keyword(arg="strict"):
            return True
        case _:
            return False


def head(statement: ast.stmt) -> tuple[int, int]:
    """The lines of a statement, of a block those before its body."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if isinstance(body, list) and body else statement.end_lineno
    return statement.lineno, max(statement.lineno, last or 0)


def at(node: ast.AST, place: Place) -> Iterator[Change]:
    """The changes of one node."""
    if isinstance(node, ast.stmt):
        yield from ((place, node, new) for new in of_statement(node))
    elif isinstance(node, ast.expr):
        yield from ((place, node, new) for new in of_expression(node, place))


def of_statement(node: ast.stmt) -> Iterator[ast.stmt]:
    """A statement left out, turned round or reversed."""
    match node:
        case ast.Expr() | ast.Raise():
            yield ast.Pass()
        case ast.AugAssign(op=op):
            yield ast.Pass()
            if type(op) in CALCULATED:
                yield with_field(node, "op", CALCULATED[type(op)]())
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield with_field(node, "value", ast.Constant(None))
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case _:
            return


def of_expression(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    """An expression with another operator, number or sense."""
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                for other in COMPARED[type(op)]:
                    yield with_field(node, "ops", [*ops[:index], other(), *ops[index + 1 :]])
        case ast.BoolOp(op=op):
            yield with_field(node, "op", ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.BinOp(op=op) if type(op) in CALCULATED and not worded(node):
            yield with_field(node, "op", CALCULATED[type(op)]())
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=value):
            yield from of_constant(node, value)
        case ast.Call(func=ast.Name(id=name)):
            yield from of_call(node, name)
        case _:
            pass
    if is_condition(place) and not isinstance(node, ast.Compare) and not negation(node):
        yield ast.UnaryOp(ast.Not(), node)


def of_constant(node: ast.Constant, value: object) -> Iterator[ast.expr]:
    """A truth value turned round, a number one higher."""
    if isinstance(value, bool):
        yield with_field(node, "value", not value)
    elif isinstance(value, int | float):
        yield with_field(node, "value", value + 1)


def of_call(node: ast.Call, name: str) -> Iterator[ast.expr]:
    """The least for the greatest, any for all, an exact number one higher."""
    if name in CALLED:
        yield with_field(node, "func", ast.Name(CALLED[name], ast.Load()))
    elif name in EXACT and len(node.args) == 1:
        match node.args[0]:
            case ast.Constant(value=str(text)):
                yield from of_number(node, text)


def of_number(node: ast.Call, text: str) -> Iterator[ast.expr]:
    """``Decimal("0.6")`` one higher."""
    try:
        higher = Decimal(text) + 1
    except InvalidOperation:
        return
    yield with_field(node, "args", [ast.Constant(str(higher))])


def is_condition(place: Place) -> bool:
    """Whether what hangs here decides which way to go."""
    decides = isinstance(place.parent, ast.If | ast.IfExp | ast.While) and place.field == "test"
    return decides or (isinstance(place.parent, ast.comprehension) and place.field == "ifs")


def negation(node: ast.expr) -> bool:
    """Whether it is a ``not``, whose own change says the same."""
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def worded(node: ast.BinOp) -> bool:
    """Whether it joins wordings."""
    sides = (node.left, node.right)
    return any(
        isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str))
        for s in sides
    )


def with_field(node: Node, field: str, value: object) -> Node:
    """A shallow copy with one field changed."""
    new = copy.copy(node)
    setattr(new, field, value)
    return new
