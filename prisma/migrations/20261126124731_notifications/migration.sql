-- Who is told of what, as the current project file says; written with the file.
CREATE TABLE subscription (
  project      TEXT    NOT NULL,
  position     INTEGER NOT NULL,
  key          TEXT    NOT NULL,
  events       TEXT[]  NOT NULL,
  environments TEXT[],
  channel      JSONB   NOT NULL,
  CONSTRAINT subscription_pkey PRIMARY KEY (project, position)
);

-- What is to be told, written in the transaction of the entry that caused it: one row an event and channel.
CREATE TABLE notification (
  id               TEXT           NOT NULL DEFAULT gen_random_uuid()::text,
  project          TEXT           NOT NULL,
  channel          TEXT           NOT NULL,
  event            TEXT           NOT NULL,
  seq              BIGINT,
  promotion        TEXT,
  environment      TEXT,
  status           TEXT           NOT NULL DEFAULT 'due',
  due_at           TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  attempts         INTEGER        NOT NULL DEFAULT 0,
  lease_owner      TEXT,
  lease_generation INTEGER        NOT NULL DEFAULT 0,
  lease_until      TIMESTAMPTZ(3),
  said             TEXT,
  asked_by         JSONB,
  created_at       TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  ended_at         TIMESTAMPTZ(3),
  CONSTRAINT notification_pkey PRIMARY KEY (id),
  CONSTRAINT notification_status_word CHECK (status IN ('due', 'delivered', 'dead', 'dropped'))
);

-- A test has no entry, and may be asked for again.
CREATE UNIQUE INDEX notification_project_event_seq_channel_key ON notification (project, event, seq, channel);
CREATE INDEX notification_due ON notification (due_at) WHERE status = 'due';
CREATE INDEX notification_dead ON notification (project, ended_at DESC) WHERE status = 'dead';
CREATE INDEX notification_project_created_at_idx ON notification (project, created_at DESC);
