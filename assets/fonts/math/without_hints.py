"""Makes the faces of this folder from KaTeX's: without hints, which nothing here reads, and under a name of
their own, as the Open Font License asks of fonts that were changed whose name is reserved.

    python3 make.py FOLDER_OF_KATEX_TTF_FILES
"""

import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

NAMES_OF_THE_FACE = (1, 3, 4, 6, 16)

# The bold calligraphic face is left out: the layout has no measures for it.
for path in sorted(pathlib.Path(sys.argv[1]).glob("KaTeX_[!C]*.ttf")) + [pathlib.Path(sys.argv[1], "KaTeX_Caligraphic-Regular.ttf")]:
    face = path.stem.removeprefix("KaTeX_")
    options = subset.Options(hinting=False, notdef_outline=True, glyph_names=False, name_IDs=["*"])
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap().keys())
    subsetter.subset(font)
    for record in list(font["name"].names):
        if record.nameID in NAMES_OF_THE_FACE:
            record.string = f"TiebreakMath-{face}" if record.nameID == 6 else f"Tiebreak Math {face}"
    subset.save_font(font, f"TiebreakMath-{face}.ttf", options)
