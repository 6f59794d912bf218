"""QR codes as SVG: one path, no style, so that it shows under the strictest content security policy."""

from __future__ import annotations

import qrcode

_MARGIN = 4  # modules, as ISO/IEC 18004 asks


def draw_qr_code(text: str) -> str:
    """Return an `<svg>` for the middle of a page; black on white in every colour scheme, since cameras need that."""
    code = qrcode.QRCode(border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    size = len(rows) + 2 * _MARGIN
    squares = "".join(
        f"M{x + _MARGIN} {y + _MARGIN}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return (
        f'<svg class="qr" viewBox="0 0 {size} {size}" aria-hidden="true" focusable="false" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{squares}" fill="#000"/></svg>'
    )
