-- A release's page and its lines ask for its promotions; without an index that reads every promotion of the project.
CREATE INDEX "promotion_project_release_idx" ON "promotion" ("project", "release");
