//! The statements that are not the same for every database.

/// Which SQL a database speaks, where that is not all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A project file.
    Sqlite,
}

impl Dialect {
    /// Items whose metadata have a text or a list in the column `?1`: item, what it is, the value. A text is given as
    /// it is, a list as JSON.
    pub(crate) fn items_with_texts(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT id, json_type(metadata, ?1), json_extract(metadata, ?1) FROM item \
                 WHERE json_type(metadata, ?1) IN ('text', 'array')"
            }
        }
    }

    /// Items that are not active, and whether they are deleted, without a look at the others.
    pub(crate) fn items_out_of_play(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT id, status = 'deleted' FROM item INDEXED BY item_out_of_play WHERE status <> 'active'"
            }
        }
    }
}
