-- What was posted where it can be answered is found again when somebody did.
CREATE INDEX notification_asked ON notification (promotion)
  WHERE event IN ('approval.requested', 'approval.expiring') AND said LIKE 'posted as %';
