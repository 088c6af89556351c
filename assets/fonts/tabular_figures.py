"""Write Inter-TabularFigures.otf and Inter-TabularFiguresSemiBold.otf: the ten digits, all of one width.

egui 0.37 shapes text without OpenType features, so counters would jump as their digits change.
"""

from fontTools import subset
from fontTools.ttLib import TTFont

FACES = {"Regular": "TabularFigures", "SemiBold": "TabularFiguresSemiBold"}

for face, name in FACES.items():
    font = TTFont(f"/usr/share/fonts/opentype/inter/Inter-{face}.otf")
    lookups = font["GSUB"].table.LookupList.Lookup
    features = font["GSUB"].table.FeatureList.FeatureRecord
    tabular = {}
    for record in features:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in lookups[index].SubTable:
                    tabular.update(getattr(table, "ExtSubTable", table).mapping)
    for table in font["cmap"].tables:
        for digit in range(0x30, 0x3A):
            if digit in table.cmap:
                table.cmap[digit] = tabular.get(table.cmap[digit], table.cmap[digit])
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=range(0x30, 0x3A))
    subsetter.subset(font)
    glyphs = list(font.getBestCmap().values())
    width = max(font["hmtx"][glyph][0] for glyph in glyphs)
    for glyph in glyphs:
        advance, bearing = font["hmtx"][glyph]
        assert width - advance <= 4, f"{glyph} is not a tabular digit: {advance} of {width} units"
        font["hmtx"][glyph] = (width, bearing)
    font.save(f"Inter-{name}.otf")
