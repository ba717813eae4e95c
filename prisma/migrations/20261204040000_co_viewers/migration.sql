-- People of the requester's own agency who look beside him: named in the draft, frozen with it, and part of the record that
-- deciders sign.
ALTER TABLE access_request ADD COLUMN co_viewers uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX access_request_co_viewers_idx ON access_request USING gin (co_viewers);

CREATE FUNCTION access_request_co_viewers() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' AND NEW.co_viewers IS DISTINCT FROM OLD.co_viewers THEN
    RAISE EXCEPTION 'what was asked does not change after submission' USING ERRCODE = 'SP002';
  END IF;
  IF cardinality(NEW.co_viewers) > 10 OR NEW.requester_user_id = ANY (NEW.co_viewers) THEN
    RAISE EXCEPTION 'ten people at most look beside the requester' USING ERRCODE = 'SP002';
  END IF;
  -- Whoever is named is of the requester's organisation then; whether he still is, each opening asks again.
  IF (TG_OP = 'INSERT' OR NEW.co_viewers IS DISTINCT FROM OLD.co_viewers)
     AND EXISTS (SELECT 1 FROM unnest(NEW.co_viewers) AS named(id) LEFT JOIN app_user u ON u.id = named.id
       WHERE u.tenant_id IS DISTINCT FROM NEW.tenant_id OR u.organisation_id IS DISTINCT FROM NEW.organisation_id) THEN
    RAISE EXCEPTION 'a co-viewer is of the requester''s organisation' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION access_request_co_viewers() FROM PUBLIC;
CREATE TRIGGER access_request_co_viewers BEFORE INSERT OR UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_co_viewers();
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_co_viewers;

-- Taking one out is for good, and never forgotten.
CREATE TABLE co_viewer_end (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL REFERENCES access_request (id),
  user_id uuid NOT NULL REFERENCES app_user (id),
  ended_by uuid NOT NULL REFERENCES app_user (id),
  reason text NOT NULL,
  ended_at timestamptz(6) NOT NULL,
  UNIQUE (request_id, user_id)
);

CREATE FUNCTION co_viewer_end_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.request_id AND r.tenant_id = NEW.tenant_id
      AND r.digest IS NOT NULL AND NEW.user_id = ANY (r.co_viewers)) THEN
    RAISE EXCEPTION 'who was not named in a sent request is not taken out of it' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION co_viewer_end_guard() FROM PUBLIC;
CREATE TRIGGER co_viewer_end_guard BEFORE INSERT ON co_viewer_end FOR EACH ROW EXECUTE FUNCTION co_viewer_end_guard();
CREATE CONSTRAINT TRIGGER co_viewer_end_complete AFTER INSERT OR UPDATE OR DELETE ON co_viewer_end
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('request:request_id');
CREATE TRIGGER co_viewer_end_fixed BEFORE UPDATE OR DELETE ON co_viewer_end FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER co_viewer_end_kept BEFORE TRUNCATE ON co_viewer_end FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
DO $$
DECLARE n text;
BEGIN
  FOREACH n IN ARRAY ARRAY['guard', 'complete', 'fixed', 'kept'] LOOP
    EXECUTE format('ALTER TABLE co_viewer_end ENABLE ALWAYS TRIGGER %I', 'co_viewer_end_' || n);
  END LOOP;
END $$;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('request.end-co-viewer', 'co_viewer_end', 'INSERT'), ('request.end-co-viewer', 'request_event', 'INSERT');

GRANT SELECT, INSERT ON co_viewer_end TO sealport_app;
GRANT SELECT ON co_viewer_end TO sealport_auditor;
