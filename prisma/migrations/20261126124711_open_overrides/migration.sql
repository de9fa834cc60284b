-- The few promotions with an override whose review is open: listed on every approvals page.
CREATE INDEX "promotion_open_override" ON "promotion" ("project")
    WHERE "state" -> 'overrides' @> '[{"review": null}]'::jsonb;
