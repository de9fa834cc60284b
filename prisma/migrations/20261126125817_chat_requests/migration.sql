-- A request that a chat signed: each counts once.
CREATE TABLE chat_request (
  signature   TEXT           NOT NULL,
  received_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  CONSTRAINT chat_request_pkey PRIMARY KEY (signature)
);
CREATE INDEX chat_request_received_at_idx ON chat_request (received_at);
