-- What has run in an environment, the newest first, whatever the length of its history.
CREATE INDEX promotion_past ON promotion (project, environment, ended_at DESC, id DESC) WHERE ended_at IS NOT NULL;
