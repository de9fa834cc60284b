-- What somebody types first of a name, a version, a commit or a digest is found by an index, in any collation.
CREATE INDEX release_version_prefix ON release (project, lower(version) text_pattern_ops);
CREATE INDEX release_key_prefix ON release (project, lower(key) text_pattern_ops);
CREATE INDEX artifact_revision_prefix ON artifact (project, revision text_pattern_ops) WHERE revision IS NOT NULL;
CREATE INDEX artifact_digest_prefix ON artifact (project, digest text_pattern_ops);
