"""Templates that are compiled once for each language, with its words already in them.

A page of the record has some sixty words and sentences of its own. Looking each up in the catalogue while it is written
takes as long as all the rest of the template. So does working out the addresses that are the same on every page.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language, gettext, override, pgettext
from jinja2 import Environment, nodes
from jinja2.ext import InternationalizationExtension
from jinja2.visitor import NodeTransformer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Template

_PLACE = re.compile(r"%\((\w+)\)s")


class LanguageEnvironment(Environment):
    """Answers with templates of the active language. Templates that they include or extend are of theirs."""

    #: The language whose words are compiled in; empty in the environment that hands out templates of all languages.
    language = ""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        #: Functions that take the language first, and are called without it by templates.
        self.of_language: dict[str, Callable[..., Any]] = {}
        self._languages: dict[str, LanguageEnvironment] = {}

    def get_template(self, *args: Any, **kwargs: Any) -> Template:
        """Return a template in the active language."""
        return Environment.get_template(self._active(), *args, **kwargs)

    def from_string(self, *args: Any, **kwargs: Any) -> Template:
        """Compile a template in the active language."""
        return Environment.from_string(self._active(), *args, **kwargs)

    def _active(self) -> LanguageEnvironment:
        if self.language:
            return self
        language = get_language() or settings.LANGUAGE_CODE
        found = self._languages.get(language)
        if found is None:
            found = self.overlay()
            found.language = language
            found.globals = {
                **self.globals,
                **{name: partial(function, language) for name, function in self.of_language.items()},
            }
            self._languages[language] = found
        return found

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        # Jinja's own step before it writes Python: the one place where the whole tree is at hand.
        parsed = super()._parse(source, name, filename)
        if self.language:
            _Words(self.language, self.globals).visit(parsed)
        return parsed


class CompiledWords(InternationalizationExtension):
    """Jinja's `trans`, with the sentence taken from the catalogue when the template is compiled; but plurals hang on a number."""

    environment: LanguageEnvironment

    def _make_node(
        self,
        singular: str,
        plural: str | None,
        context: str | None,
        variables: dict[str, nodes.Expr],
        plural_expr: nodes.Expr | None,
        *others: Any,
    ) -> nodes.Output:
        if plural_expr is not None or not self.environment.language:
            return super()._make_node(singular, plural, context, variables, plural_expr, *others)
        with override(self.environment.language):
            sentence = pgettext(context, singular) if context else gettext(singular)
        # Text and names of placeholders in turn.
        parts = _PLACE.split(sentence)
        children: list[nodes.Expr] = [
            variables[part] if index % 2 else nodes.TemplateData(_without_format(part))
            for index, part in enumerate(parts)
        ]
        return nodes.Output(children)


class _Words(NodeTransformer):
    """Puts a language's words in the place of `_("…")` and `pgettext("…", "…")`, and addresses in that of `url("…")`."""

    def __init__(self, language: str, named: Mapping[str, Any]) -> None:
        self._language = language
        self._globals = named

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- named by Jinja
        self.generic_visit(node)
        with override(self._language):
            match node:
                case nodes.Call(
                    node=nodes.Name(name="_" | "gettext"), args=[nodes.Const(value=str() as text)], kwargs=[]
                ):
                    found = gettext(text)
                case nodes.Call(
                    node=nodes.Name(name="pgettext"),
                    args=[nodes.Const(value=str() as context), nodes.Const(value=str() as text)],
                    kwargs=[],
                ):
                    found = pgettext(context, text)
                case nodes.Call(node=nodes.Name(name="url" | "static" as name), args=[*arguments], kwargs=[]) if all(
                    isinstance(argument, nodes.Const) for argument in arguments
                ):
                    address = self._globals[name](*(argument.as_const() for argument in arguments))
                    return nodes.Const(address, lineno=node.lineno)
                case _:
                    return node
        return nodes.MarkSafe(nodes.Const(_without_format(found)), lineno=node.lineno)


def _without_format(text: str) -> str:
    """Undo the doubled percent sign: in templates every message counts as a format."""
    return text.replace("%%", "%")
