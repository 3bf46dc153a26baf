"""Each template sees exactly the fields of its screen; each word of it goes through the catalogue."""

import importlib
import pkgutil
from dataclasses import fields

import pytest
from jinja2 import Environment, meta, nodes

import api.screens
from api.screens.page import TEMPLATES, Screen, environment
from tests.screens import vocabulary


def screens() -> list[type[Screen]]:
    for module in pkgutil.iter_modules(api.screens.__path__):
        importlib.import_module(f"api.screens.{module.name}")
    found = {kind.__qualname__: kind for kind in below(Screen)}
    return [found[name] for name in sorted(found)]


def below(kind: type[Screen]) -> list[type[Screen]]:
    """Every kind of screen made from one, whether directly or not."""
    return [one for child in kind.__subclasses__() for one in (child, *below(child))]


def names_used(made: Environment, template: str) -> set[str]:
    """What a template and its parents ask of their context; what they import or define themselves left out."""
    assert made.loader is not None
    tree = made.parse(made.loader.get_source(made, template)[0])
    used = meta.find_undeclared_variables(tree)
    own = {node.name for node in tree.find_all(nodes.Macro)} | {
        node.target for node in tree.find_all(nodes.Import)
    }
    parents = [
        node.template.value for node in tree.find_all(nodes.Extends) if isinstance(node.template, nodes.Const)
    ]
    return (used - own - {"_"}).union(*(names_used(made, str(parent)) for parent in parents))


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.__name__)
def test_template_uses_every_field_of_its_screen_and_nothing_else(screen: type[Screen]) -> None:
    assert names_used(environment("zh"), screen.template) == {item.name for item in fields(screen)}


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.__name__)
def test_every_field_says_what_it_is(screen: type[Screen]) -> None:
    assert all(item.metadata.get("help") for item in fields(screen))


def test_every_template_has_a_screen_or_is_a_part() -> None:
    pages = {path.name for path in TEMPLATES.glob("*.html")} - {"base.html"}
    assert pages == {screen.template for screen in screens()}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_chinese_stands_outside_the_catalogue(path: object) -> None:
    assert vocabulary.unwrapped(path) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_inline_script_style_or_a_foreign_address(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert " style=" not in text
    assert " onclick=" not in text
    assert "://" not in text
    assert "|safe" not in text.replace("{{ shared|safe }}", "")
