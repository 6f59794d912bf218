"""Form widgets of the editor's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from collections.abc import Mapping


class AnswerSelect(forms.RadioSelect):
    """Radio buttons with the effects of each answer written beside it.

    `effects` gives, by the value of a choice, the sentences that stand under it; they are tied to the button by
    `aria-describedby`.
    """

    template_name = "policies/admin/widgets/answers.html"
    option_template_name = "policies/admin/widgets/answer.html"

    def __init__(self, *args: Any, effects: Mapping[str, list[str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.effects = effects or {}
        self.group_label = ""

    def get_context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the name of the group of buttons, for those who hear the page."""
        context: dict[str, Any] = super().get_context(*args, **kwargs)
        context["widget"]["group_label"] = self.group_label
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the effects and the id that the button refers to."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["effects"] = self.effects.get(str(value), [])
        option["attrs"]["autocomplete"] = "off"  # nor does going back in the browser fill in what was answered before
        if option["effects"]:
            option["effects_id"] = f"{option['attrs'].get('id', name)}-effects"
            option["attrs"]["aria-describedby"] = option["effects_id"]
        return option
