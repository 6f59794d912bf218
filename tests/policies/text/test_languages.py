from __future__ import annotations

import pytest

from policies.text.languages import detect_language, looks_like


class TestDetectLanguage:
    @pytest.mark.parametrize(
        "text",
        [
            "We keep server logs for three years and then delete them.",
            "Overseas Liaison Administration",
            "The Data Protection Officer may be reached at the addresses in Den Haag, La Paz and Los Angeles.",
        ],
    )
    def test_english(self, text):
        assert detect_language(text) == "en"

    @pytest.mark.parametrize("text", ["伺服器紀錄保存三年，期滿刪除。", "本署使用 TLS 1.3 加密。"])
    def test_chinese(self, text):
        assert detect_language(text) == "zh-hant"

    @pytest.mark.parametrize(
        "text",
        [
            "La politique de confidentialité est publiée pour les visiteurs du site.",
            "Diese Erklärung gilt für die Website und wird nicht mit anderen geteilt.",
            "Esta política se publica para que los visitantes conozcan el uso de las cookies.",
            "Это политика конфиденциальности сайта.",
            "プライバシーポリシーについて説明します。",
            "이 방침은 웹사이트에 적용됩니다.",
            "服务器记录保存三年，届满后删除，并通知当事人。",
            "2026 — 3.14",
        ],
    )
    def test_neither(self, text):
        assert detect_language(text) is None

    def test_a_text_without_letters_may_be_in_any(self):
        assert looks_like("2026-03-14", "en")
        assert looks_like("2026-03-14", "zh-hant")
