-- +goose Up

-- Every event, in the order of the whole ledger. Nothing here ever changes. Data and
-- time are text, not jsonb and timestamptz: what was hashed are their bytes.
CREATE TABLE events (
	position    BIGINT PRIMARY KEY,
	stream      TEXT COLLATE "C" NOT NULL,
	seq         BIGINT NOT NULL CHECK (seq > 0),
	time        TEXT   NOT NULL,
	kind        TEXT   NOT NULL,
	key         TEXT   NOT NULL,
	data        TEXT   NOT NULL,
	prev_hash   BYTEA  NOT NULL CHECK (octet_length(prev_hash) = 32),
	prev_global BYTEA  NOT NULL CHECK (octet_length(prev_global) = 32),
	hash        BYTEA  NOT NULL CHECK (octet_length(hash) = 32),
	UNIQUE (stream, seq)
);

CREATE UNIQUE INDEX events_key ON events (key) WHERE key <> '';

-- The last event of each stream and, with an empty name, of the whole ledger:
-- what is missing at an end is seen against this.
CREATE TABLE heads (
	stream TEXT COLLATE "C" PRIMARY KEY,
	seq    BIGINT NOT NULL,
	hash   BYTEA  NOT NULL CHECK (octet_length(hash) = 32)
);

-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the ledger is append-only: %', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

CREATE TRIGGER events_keep_update BEFORE UPDATE ON events
	EXECUTE FUNCTION append_only('an event never changes');
CREATE TRIGGER events_keep_delete BEFORE DELETE ON events
	EXECUTE FUNCTION append_only('an event is never removed');
CREATE TRIGGER events_keep_truncate BEFORE TRUNCATE ON events
	EXECUTE FUNCTION append_only('an event is never removed');
CREATE TRIGGER heads_keep_delete BEFORE DELETE ON heads
	EXECUTE FUNCTION append_only('a head is never removed');
CREATE TRIGGER heads_keep_truncate BEFORE TRUNCATE ON heads
	EXECUTE FUNCTION append_only('a head is never removed');
CREATE TRIGGER heads_forward BEFORE UPDATE ON heads FOR EACH ROW
	WHEN (NEW.seq <= OLD.seq OR NEW.stream <> OLD.stream)
	EXECUTE FUNCTION append_only('a head only moves forward');

-- +goose StatementBegin
CREATE FUNCTION events_at_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.position <> (SELECT COALESCE(MAX(position), 0) + 1 FROM events)
		OR NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM events WHERE stream = NEW.stream) THEN
		RAISE EXCEPTION 'the ledger is append-only: an event goes to its end, once' USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd

CREATE TRIGGER events_at_end BEFORE INSERT ON events FOR EACH ROW
	EXECUTE FUNCTION events_at_end();
