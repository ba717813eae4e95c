-- What happened since somebody was last here is asked by time, over all requests.
CREATE INDEX "request_event_tenant_id_at_idx" ON "request_event"("tenant_id", "at");
