-- +goose Up
PRAGMA application_id = 0x4d494d4c; -- "MIML"

-- Every event, in the order of the whole ledger. Nothing here ever changes.
CREATE TABLE events (
	position    INTEGER PRIMARY KEY,
	stream      TEXT    NOT NULL,
	seq         INTEGER NOT NULL CHECK (seq > 0),
	time        TEXT    NOT NULL,
	kind        TEXT    NOT NULL,
	key         TEXT    NOT NULL,
	data        TEXT    NOT NULL,
	prev_hash   BLOB    NOT NULL CHECK (length(prev_hash) = 32),
	prev_global BLOB    NOT NULL CHECK (length(prev_global) = 32),
	hash        BLOB    NOT NULL CHECK (length(hash) = 32),
	UNIQUE (stream, seq)
) STRICT;

CREATE UNIQUE INDEX events_key ON events (key) WHERE key <> '';

-- The last event of each stream and, with an empty name, of the whole ledger:
-- what is missing at an end is seen against this.
CREATE TABLE heads (
	stream TEXT    PRIMARY KEY,
	seq    INTEGER NOT NULL,
	hash   BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER events_keep_update BEFORE UPDATE ON events BEGIN
	SELECT RAISE(ABORT, 'the ledger is append-only: an event never changes');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER events_keep_delete BEFORE DELETE ON events BEGIN
	SELECT RAISE(ABORT, 'the ledger is append-only: an event is never removed');
END;
-- +goose StatementEnd

-- An INSERT OR REPLACE would remove rows without the trigger above.
-- +goose StatementBegin
CREATE TRIGGER events_at_end BEFORE INSERT ON events
WHEN NEW.position <> (SELECT COALESCE(MAX(position), 0) + 1 FROM events)
	OR NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM events WHERE stream = NEW.stream)
	OR EXISTS (SELECT 1 FROM events WHERE key = NEW.key AND key <> '') BEGIN
	SELECT RAISE(ABORT, 'the ledger is append-only: an event goes to its end, once');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER heads_keep_delete BEFORE DELETE ON heads BEGIN
	SELECT RAISE(ABORT, 'the ledger is append-only: a head is never removed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER heads_forward BEFORE UPDATE ON heads
WHEN NEW.seq <= OLD.seq OR NEW.stream <> OLD.stream BEGIN
	SELECT RAISE(ABORT, 'the ledger is append-only: a head only moves forward');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER heads_once BEFORE INSERT ON heads
WHEN EXISTS (SELECT 1 FROM heads WHERE stream = NEW.stream) BEGIN
	SELECT RAISE(ABORT, 'the ledger is append-only: a head only moves forward');
END;
-- +goose StatementEnd
