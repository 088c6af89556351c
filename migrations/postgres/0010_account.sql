-- Accounts: who may come to a served project over a network, as what, and what was done with that.
-- Secrets are never stored: of passwords there is a salted hash, of tokens the BLAKE3 of 256 random bits.

CREATE TABLE account (
    annotator_id BIGINT PRIMARY KEY REFERENCES annotator (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role = 'annotator' OR role = 'lead' OR role = 'owner'),
    password_salt BYTEA CHECK (length(password_salt) = 16),
    password_hash BYTEA CHECK (length(password_hash) = 32),
    subject TEXT UNIQUE,
    is_disabled BIGINT NOT NULL DEFAULT 0 CHECK (is_disabled = 0 OR is_disabled = 1),
    wrong_passwords BIGINT NOT NULL DEFAULT 0,
    wrong_password_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    CHECK ((password_salt IS NULL) = (password_hash IS NULL))
);

CREATE TABLE sign_in (
    hash BYTEA PRIMARY KEY CHECK (length(hash) = 32),
    annotator_id BIGINT NOT NULL REFERENCES account (annotator_id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE invitation (
    hash BYTEA PRIMARY KEY CHECK (length(hash) = 32),
    role TEXT NOT NULL CHECK (role = 'annotator' OR role = 'lead' OR role = 'owner'),
    name TEXT,
    is_sign_in BIGINT NOT NULL DEFAULT 0 CHECK (is_sign_in = 0 OR is_sign_in = 1),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE api_token (
    hash BYTEA PRIMARY KEY CHECK (length(hash) = 32),
    annotator_id BIGINT NOT NULL REFERENCES account (annotator_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE vouching (
    hash BYTEA PRIMARY KEY CHECK (length(hash) = 32),
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    invitation BYTEA CHECK (length(invitation) = 32),
    expires_at BIGINT NOT NULL
);

CREATE TABLE audit (
    id BYTEA PRIMARY KEY CHECK (length(id) = 16),
    at BIGINT NOT NULL,
    annotator_id BIGINT,
    action TEXT NOT NULL,
    about TEXT NOT NULL,
    address TEXT NOT NULL
);

CREATE TRIGGER audit_is_kept BEFORE UPDATE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse('the audit log is append-only');

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse('the audit log is append-only');
