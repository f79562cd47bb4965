package attest

func wellFormedEnvelope([]byte) error { return nil }
