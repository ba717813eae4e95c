-- Two executives let what is overdue be answered (ADR 0027).
INSERT INTO request_transition (from_state, to_state, event) VALUES ('overdue', 'approved', 'release');
