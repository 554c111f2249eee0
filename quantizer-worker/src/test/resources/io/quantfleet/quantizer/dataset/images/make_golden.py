"""Makes the images beside this file and, with Pillow, what the decoder and the resampler must make of them.

Run in this folder: python3 make_golden.py. Made with Pillow 9.4.
"""
import glob
import random

from PIL import Image

SIZES = {  # name: width, height of the source; height, width of the input
    "landscape": ((97, 61), (32, 32)),
    "portrait": ((45, 83), (24, 24)),
    "tiny": ((9, 7), (32, 32)),
    "wide-input": ((64, 64), (20, 40)),
    "one-side-fits": ((50, 32), (32, 32)),
}


def picture(width, height, seed):
    rng = random.Random(seed)
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            image.putpixel((x, y), tuple(
                min(255, max(0, int(v + rng.gauss(0, 24))))
                for v in (x * 255 / width, y * 255 / height, ((x // 5 + y // 5) % 2) * 255)))
    return image


def cover(image, height, width, shorter=None):
    w, h = image.size
    if shorter:
        size = (shorter, shorter * h // w) if w <= h else (shorter * w // h, shorter)
    elif w * height <= h * width:
        size = (width, width * h // w)
    else:
        size = (height * w // h, height)
    resized = image.resize(size, Image.BILINEAR)
    top = int(round((size[1] - height) / 2.0))
    left = int(round((size[0] - width) / 2.0))
    return resized.crop((left, top, left + width, top + height))


for seed, (name, (source, (height, width))) in enumerate(SIZES.items()):
    image = picture(*source, seed)
    image.save(f"{name}.png")
    cover(image, height, width).save(f"{name}.crop.png")
    cover(image, height, width, 48).save(f"{name}.crop48.png")
    image.resize((width, height), Image.BILINEAR).save(f"{name}.stretch.png")

small = picture(20, 14, 99)
alpha = Image.linear_gradient("L").resize(small.size)
small.save("kind.rgb.png")
small.convert("L").save("kind.grey.png")
small.convert("L").point(lambda v: v // 64 * 85).convert("1").save("kind.1bit.png")
rgba = small.copy()
rgba.putalpha(alpha)
rgba.save("kind.rgba.png")
la = small.convert("L")
la.putalpha(alpha)
la.save("kind.greyalpha.png")
small.quantize(17).save("kind.palette.png")
small.quantize(9).save("kind.palette-transparent.png", transparency=3)
Image.frombytes("I;16", (4, 2), bytes(range(16))).save("kind.16bit.png")
small.save("kind.baseline.jpg", quality=90)
small.save("kind.444.jpg", quality=95, subsampling=0)
small.save("kind.progressive.jpg", quality=90, progressive=True)
small.convert("L").save("kind.grey.jpg", quality=90)
small.convert("CMYK").save("kind.cmyk.jpg", quality=90)

# What Pillow makes of each kind.
for path in sorted(glob.glob("kind.*")):
    if ".expected." in path or "16bit" in path or "cmyk" in path:
        continue
    Image.open(path).convert("RGB").save(path.rsplit(".", 1)[0] + "." + path.rsplit(".", 1)[1] + ".expected.png")
