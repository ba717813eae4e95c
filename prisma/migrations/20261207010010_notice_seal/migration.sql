-- The word on a notice is of a lawyer of neither side, by whichever account or membership, and no notice is sent before the
-- latest seal of its order ends, whichever filing of the order names it.
CREATE OR REPLACE FUNCTION subject_notice_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  whose uuid;
BEGIN
  SELECT u.organisation_id INTO whose FROM app_user u WHERE u.id = NEW.user_id AND u.tenant_id = NEW.tenant_id;
  IF whose IS NULL
     OR NOT EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.request_id AND r.tenant_id = NEW.tenant_id
       AND r.organisation_id NOT IN (SELECT own_organisations(NEW.user_id))
       AND r.requester_user_id NOT IN (SELECT same_human(NEW.user_id)))
     OR EXISTS (SELECT 1 FROM access_request r JOIN transaction_participant t ON t.transaction_id = ANY (r.transactions::uuid[])
       JOIN participant p ON p.id = t.participant_id
       WHERE r.id = NEW.request_id AND p.organisation_id IN (SELECT own_organisations(NEW.user_id)))
     OR NOT EXISTS (SELECT 1 FROM duty d WHERE d.user_id = NEW.user_id AND d.duty = 'legal')
     OR EXISTS (SELECT 1 FROM unnest(NEW.transactions) AS one WHERE NOT EXISTS (
       SELECT 1 FROM disclosure d JOIN access_grant g ON g.id = d.grant_id
         JOIN transaction_participant p ON p.transaction_id = d.transaction_id
       WHERE g.request_id = NEW.request_id AND d.transaction_id = one AND d.outcome = 'done'
         AND p.participant_id = NEW.participant_id)) THEN
    RAISE EXCEPTION 'a notice tells of a disclosure, by the word of a lawyer of neither side' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = 'sent' AND request_seal(NEW.request_id) > NEW.at THEN
    RAISE EXCEPTION 'a notice of what is sealed is sent to nobody' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
