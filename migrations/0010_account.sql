-- Accounts: who may come to a served project over a network, as what, and what was done with that.
-- Secrets are never stored: of passwords there is a salted hash, of tokens the BLAKE3 of 256 random bits.

-- An annotator who may sign in.
CREATE TABLE account (
    annotator_id INTEGER PRIMARY KEY REFERENCES annotator (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role = 'annotator' OR role = 'lead' OR role = 'owner'),
    -- Argon2id of the password, 32 bytes, under the salt; null where somebody else vouches, or nothing was chosen yet.
    password_salt BLOB CHECK (length(password_salt) = 16),
    password_hash BLOB CHECK (length(password_hash) = 32),
    -- Who vouches for this person and under which name, by OpenID Connect: the issuer, a line feed, the subject.
    subject TEXT UNIQUE,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled = 0 OR is_disabled = 1),
    -- In a row, and when the last of them was given.
    wrong_passwords INTEGER NOT NULL DEFAULT 0,
    wrong_password_at INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    CHECK ((password_salt IS NULL) = (password_hash IS NULL))
) STRICT;

-- Browsers that are signed in.
CREATE TABLE sign_in (
    -- BLAKE3 of the cookie.
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    annotator_id INTEGER NOT NULL REFERENCES account (annotator_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    -- To within some minutes.
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Links that let one person in, once.
CREATE TABLE invitation (
    -- BLAKE3 of the link's secret.
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    role TEXT NOT NULL CHECK (role = 'annotator' OR role = 'lead' OR role = 'owner'),
    -- The name that whoever comes gets; null where they choose it.
    name TEXT,
    -- Whether it signs in at once, without a name and a password: what a terminal shows to whoever has the file.
    is_sign_in INTEGER NOT NULL DEFAULT 0 CHECK (is_sign_in = 0 OR is_sign_in = 1),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

-- Tokens for programs.
CREATE TABLE api_token (
    -- BLAKE3 of the token.
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    annotator_id INTEGER NOT NULL REFERENCES account (annotator_id) ON DELETE CASCADE,
    -- What people call it.
    name TEXT NOT NULL,
    -- Words with a blank between: "items:write judgments:read".
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sign-ins by OpenID Connect that have begun: what has to come back.
CREATE TABLE vouching (
    -- BLAKE3 of the state.
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    -- BLAKE3 of the invitation that it accepts; null where it is by an account that is known.
    invitation BLOB CHECK (length(invitation) = 32),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was done with accounts, and who was turned away. Nothing in it is a secret.
CREATE TABLE audit (
    -- Random, the first six bytes its time, so that it sorts by age.
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    -- Who did it; null where nobody was known.
    annotator_id INTEGER,
    -- A word: "signed in", "wrong password", …
    action TEXT NOT NULL,
    -- About whom or what.
    about TEXT NOT NULL,
    -- From which address.
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_is_kept BEFORE UPDATE ON audit
BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
