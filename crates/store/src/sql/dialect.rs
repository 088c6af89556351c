//! The statements that are not the same for every database.

/// Which SQL a database speaks, where that is not all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A project file.
    Sqlite,
    /// A schema of a database.
    Postgres,
}

impl Dialect {
    /// Items in whose metadata the text `?1` is somewhere: item, and the metadata. What they mean is for us to read:
    /// JSON of PostgreSQL refuses U+0000, wherever it is.
    pub(crate) fn items_with_metadata(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT id, metadata FROM item WHERE instr(metadata, ?1) > 0",
            Self::Postgres => "SELECT id, metadata FROM item WHERE strpos(metadata, ?1) > 0",
        }
    }

    /// Items that are not active, and whether they are deleted, without a look at the others.
    pub(crate) fn items_out_of_play(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT id, status = 'deleted' FROM item INDEXED BY item_out_of_play WHERE status <> 'active'"
            }
            Self::Postgres => "SELECT id, status = 'deleted' FROM item WHERE status <> 'active'",
        }
    }

    /// What keeps two processes from migrating one project at a time.
    pub(crate) fn lock_of_migrations(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => {
                Some("SELECT pg_advisory_xact_lock(hashtext('tiebreak'), hashtext(current_schema()))")
            }
        }
    }

    /// What keeps two processes from importing into one project at a time.
    pub(crate) fn lock_of_imports(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => {
                Some("SELECT pg_advisory_xact_lock(hashtext('tiebreak import'), hashtext(current_schema()))")
            }
        }
    }

    /// Says in a transaction, before it adds to the log, after which number it adds: until its end, wherever
    /// [`Dialect::last_number`] is asked. Where one writes at a time the numbers need no such word.
    ///
    /// It is a lock that many hold at a time and nobody waits for; its second half is the number.
    pub(crate) fn announce_numbers(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(
                "SELECT pg_advisory_xact_lock_shared(hashtext('tiebreak log ' || current_schema()), \
                 least(last_value - CASE WHEN is_called THEN 0 ELSE 1 END, 2147483647)::integer) \
                 FROM judgment_number_seq",
            ),
        }
    }

    /// The last number of the log up to which nothing will be added any more.
    pub(crate) fn last_number(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT coalesce(max(number), 0) FROM judgment",
            // The rows are those of when the statement began, the locks are looked at after that: whoever drew a number
            // below the highest of those rows holds a lock, or has committed or given up by now.
            Self::Postgres => {
                "SELECT least((SELECT coalesce(max(number), 0) FROM judgment), \
                 (SELECT min(objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 \
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                  AND classid = (SELECT hashtext('tiebreak log ' || current_schema())::bit(32)::bigint)::oid))"
            }
        }
    }

    /// What keeps two processes from drawing arms at a time.
    pub(crate) fn lock_of_arms(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => {
                Some("SELECT pg_advisory_xact_lock(hashtext('tiebreak arms'), hashtext(current_schema()))")
            }
        }
    }

    /// How many revisions the log holds. Rows of a file are numbered without gaps.
    pub(crate) fn revisions(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT coalesce(max(number), 0) FROM judgment",
            Self::Postgres => "SELECT count(*) FROM judgment",
        }
    }

    /// How far the search index is, so that nobody else goes on with it.
    pub(crate) fn lock_of_search(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT indexed_through FROM search_progress",
            Self::Postgres => "SELECT indexed_through FROM search_progress FOR UPDATE",
        }
    }

    /// Adds an item to the search index.
    pub(crate) fn insert_search(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT INTO search (rowid, prompt, candidates) VALUES (?1, ?2, ?3)",
            Self::Postgres => {
                "INSERT INTO search (rowid, words) \
                 VALUES (?1, array_to_tsvector(string_to_array(CAST(?2 AS TEXT), ' ')))"
            }
        }
    }

    /// The items between two that a query finds.
    pub(crate) fn search(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid"
            }
            Self::Postgres => {
                "SELECT rowid FROM search WHERE words @@ CAST(CAST(?1 AS TEXT) AS TSQUERY) \
                 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid"
            }
        }
    }

    /// How many items the search index holds.
    pub(crate) fn searchable(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT count(*) FROM search_docsize",
            Self::Postgres => "SELECT count(*) FROM search",
        }
    }

    /// What makes a large import take no room or time that it need not, once it is there.
    pub(crate) fn tidy_up(self) -> &'static str {
        match self {
            // The log of a large import is as large as the file; a reader in its way only postpones this.
            Self::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)",
            Self::Postgres => "ANALYZE item, item_key, source_range, showing, judgment, latest, answer",
        }
    }
}
