-- As before; an entry has its search row in its own transaction. Nobody can add one afterwards (audit_index_own_entry), and
-- a whole export is not made of a tree with an entry that no search row stands for. A recovery writes one too.
CREATE OR REPLACE FUNCTION audit_entry_is_queued() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = NEW.id)
     AND NOT (audit_is_through('recovery') AND EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id)) THEN
    RAISE EXCEPTION 'the entry is not queued for the tree' USING ERRCODE = 'SP001';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM audit_index i WHERE i.entry_id = NEW.id AND i.tenant_id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'the entry has no search row' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS
    (SELECT 1 FROM audit_head h WHERE h.log = NEW.log AND h.closed_at IS NULL) THEN
    RAISE EXCEPTION 'the entry is for another log' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;
