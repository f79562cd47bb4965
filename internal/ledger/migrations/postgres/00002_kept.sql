-- +goose Up

-- What was computed from the events, to be computed anew from them at any time: no part
-- of the ledger. The row with an empty name says from which events.
CREATE TABLE kept (
	name TEXT COLLATE "C" PRIMARY KEY,
	data BYTEA NOT NULL
);
