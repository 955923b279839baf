"""Pictures for the demo: drawn, and each says DEMO on itself."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

SIZE = (640, 480)
SKIES = ((203, 216, 230), (214, 222, 214), (226, 216, 203), (196, 205, 216), (222, 222, 228), (205, 220, 222))
GROUNDS = ((120, 128, 136), (134, 132, 124), (112, 120, 116), (140, 134, 128), (118, 124, 134), (128, 128, 120))


@lru_cache(maxsize=64)
def demo_photo(words: str, kind: int) -> bytes:
    """A JPEG of a street that never was: sky, wall, road, and where the trouble is; six kinds."""
    image = Image.new("RGB", SIZE, SKIES[kind])
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    draw.rectangle((0, height * 0.62, width, height), fill=GROUNDS[kind])
    for place in range(4):
        left = place * width / 4 + 14 * kind
        top = height * (0.2 + 0.07 * ((place + kind) % 3))
        shade = 170 + 14 * ((place * 2 + kind) % 4)
        draw.rectangle((left, top, left + width / 5, height * 0.62), fill=(shade, shade - 6, shade - 14))
        for row in range(3):
            y = top + 22 + row * 44
            draw.rectangle((left + 18, y, left + 46, y + 26), fill=(112, 128, 146))
            draw.rectangle((left + 66, y, left + 94, y + 26), fill=(112, 128, 146))
    x, y = width * (0.3 + 0.07 * kind), height * 0.8
    if words == "办理后":
        draw.ellipse((x - 60, y - 20, x + 60, y + 20), fill=(96, 100, 106), outline=(74, 78, 84), width=4)
    else:
        draw.ellipse((x - 60, y - 20, x + 60, y + 20), fill=(34, 36, 40))
        draw.polygon(((x + 80, y + 14), (x + 104, y - 52), (x + 128, y + 14)), fill=(214, 96, 40))
    draw.rectangle((0, 0, 190, 72), fill=(255, 255, 255))
    draw.text((16, 4), "DEMO", fill=(60, 68, 78), font=ImageFont.load_default(56))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()
