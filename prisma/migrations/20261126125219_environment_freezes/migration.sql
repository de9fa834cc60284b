-- The calendars that close an environment for promotions, so that a screenful of environments needs no project file.
ALTER TABLE "environment" ADD COLUMN "freezes" JSONB NOT NULL DEFAULT '[]';
