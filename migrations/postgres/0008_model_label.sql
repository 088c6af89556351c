-- What a label of a model was taken from, in words that stay true where the model is not at hand.

ALTER TABLE model_label ADD COLUMN source TEXT COLLATE "C" NOT NULL DEFAULT '';

ALTER TABLE model_label ADD COLUMN question TEXT COLLATE "C" NOT NULL DEFAULT '';
