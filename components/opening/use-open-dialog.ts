"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { NotSigned, target } from "@/components/client/api";
import type { Opened } from "@/components/client/blank-rules";
import type { OpenedValues } from "@/components/client/opened";
import { signStatement } from "@/components/client/sign-statement";
import { type Api, useApi } from "@/components/client/use-api";
import { sameNames } from "@/components/client/use-signer";
import type { GrantDetail } from "@/lib/access/grants/schema";
import type { OpeningAnswer } from "@/lib/access/openings/schema";
import type { getRosterStanding } from "@/lib/api-client/operations/administration/roster";
import type { auditTransaction, openTransaction } from "@/lib/api-client/operations/disclosures";
import type { getGrant, prepareOpening } from "@/lib/api-client/operations/grants";
import type { RosterStanding } from "@/lib/identity/roster/schema";
import type { SignedOpening } from "@/lib/transactions/schema";
import type { GroupName } from "@/lib/vocabulary";

const readGrant = target<typeof getGrant>("GET", "/confidential/access/grants/{id}");
const prepare = target<typeof prepareOpening>("POST", "/confidential/access/openings");
const readStanding = target<typeof getRosterStanding>("GET", "/confidential/account/roster");
const openHere = target<typeof openTransaction>("POST", "/confidential/transactions/{id}/access");
const openAudit = target<typeof auditTransaction>("POST", "/confidential/transactions/{id}/audit");

/** How the person signs. */
type Standing = Pick<RosterStanding, "person" | "signed_by" | "rp_id" | "keys" | "passkeys">;

/** Maximum number of transactions that one signature opens (lib/access/requests/schema.ts). */
export const MOST_AT_ONCE = 25;

/** What a press on the button asks to open. */
export interface OpeningRequest {
  readonly grantId: string;
  /** Only these transactions; absent: those of the grant. */
  readonly transactions?: readonly string[];
  /** Only these fields; absent: all of the grant. */
  readonly fields?: readonly GroupName[];
  /** Auditors and regulators open by another call than staff. */
  readonly via: "access" | "audit";
  readonly personName: string;
  /** The grant shows masks only: the button says so. */
  readonly isMasked?: boolean;
}

/** How this person signs openings. */
export type SignedBy = "passkey" | "portal" | "program" | "nobody";

export interface OpenDialogState {
  readonly grant: GrantDetail | undefined;
  readonly signedBy: SignedBy | undefined;
  readonly prepared: OpeningAnswer | undefined;
  /** Why it cannot be opened now, or why an attempt failed. */
  readonly refusal: unknown;
  readonly selected: readonly string[];
  readonly isBusy: boolean;
  select(transactions: readonly string[]): void;
  /** Asks again with a reason for an opening outside the office hours. */
  giveReason(reason: string): void;
  open(): Promise<boolean>;
}

function signerOf({ signed_by, keys }: Standing): SignedBy {
  if (signed_by === "own_key") return keys.some(({ kind }) => kind === "passkey") ? "passkey" : "program";
  return signed_by === "no_key" ? "nobody" : "portal";
}

/** Returns the transactions that a dialog offers, those first that were not opened yet. */
export function offered(grant: GrantDetail, request: OpeningRequest): readonly string[] {
  const wanted = request.transactions ?? grant.transactions;
  const opened = new Set(
    grant.openings.filter(({ outcome }) => outcome === "done").map((one) => one.transaction_id),
  );
  const isNew = (id: string) => !opened.has(id);
  return [...wanted.filter(isNew), ...wanted.filter((id) => !isNew(id))].slice(0, MOST_AT_ONCE);
}

/** Loads the grant and how the person signs, once. */
function useBeginning(api: Api, request: OpeningRequest) {
  const [grant, setGrant] = useState<GrantDetail | undefined>();
  const [standing, setStanding] = useState<Standing | undefined>();
  const [selected, select] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    Promise.all([api.call(readGrant, { params: { id: request.grantId } }), api.call(readStanding, {})]).then(
      ([found, standingNow]) => {
        setGrant(found);
        setStanding(standingNow);
        select(offered(found, request).slice(0, Math.max(found.views_left, 1)));
      },
      setFailure,
    );
  }, [api.call, request]);
  return { grant, standing, selected, select, failure };
}

interface Asked {
  readonly api: Api;
  readonly request: OpeningRequest;
  readonly selected: readonly string[];
  readonly reason: string | undefined;
}

/** Has the statement prepared for what is selected. This uses no view, and shows a refusal before anyone signs. */
function usePrepared({ api, request, selected, reason }: Asked) {
  const [prepared, setPrepared] = useState<OpeningAnswer | undefined>();
  const [refusal, setRefusal] = useState<unknown>();
  const newest = useRef(0);
  const { grantId, fields } = request;
  const ask = useCallback(() => {
    newest.current += 1;
    const mine = newest.current;
    setPrepared(undefined);
    setRefusal(undefined);
    if (selected.length === 0) return;
    const body = {
      grant_id: grantId,
      transactions: [...selected],
      ...(fields === undefined ? {} : { fields: [...fields] }),
      ...(reason === undefined ? {} : { hours_override: { reason } }),
    };
    api.call(prepare, { body }).then(
      (answer) => mine === newest.current && setPrepared(answer),
      (failure: unknown) => mine === newest.current && setRefusal(failure),
    );
  }, [api.call, grantId, fields, selected, reason]);
  useEffect(ask, [ask]);
  return { prepared, refusal, setRefusal, ask };
}

/** Everything that is needed to open, once the dialog is confirmed. */
interface Ready {
  readonly grant: GrantDetail;
  readonly standing: Standing;
  readonly prepared: OpeningAnswer;
  readonly selected: readonly string[];
}

/** Has the person sign exactly the statement that the dialog shows. Undefined where the portal signs for them. */
async function signed({ grant, prepared, selected, standing }: Ready) {
  if (signerOf(standing) !== "passkey") return undefined;
  const { statement, opening_id } = prepared;
  if (statement.grant !== grant.id || !sameNames(statement.transactions, selected))
    throw new NotSigned("differs");
  const credentialIds = standing.keys.flatMap(({ kind, id }) => (kind === "passkey" ? [id] : []));
  const signature = await signStatement("open", statement, { rpId: standing.rp_id, credentialIds });
  return { opening_id, signature };
}

interface OneOpening {
  readonly grant: GrantDetail;
  readonly request: OpeningRequest;
  readonly reason: string | undefined;
  readonly opening: SignedOpening | undefined;
}

/** Opens one transaction, and returns what was opened. */
async function openOne(
  api: Api,
  id: string,
  { grant, request, reason, opening }: OneOpening,
): Promise<Opened> {
  const body = {
    purpose: grant.purpose,
    grant_id: grant.id,
    ...(request.fields === undefined ? {} : { fields: [...request.fields] }),
    ...(opening === undefined ? {} : { opening }),
  };
  const override = reason === undefined ? {} : { hours_override: { reason } };
  const params = { id };
  const answer =
    request.via === "audit"
      ? await api.call(openAudit, { params, body: { ...body, ...override } })
      : await api.call(openHere, { params, body });
  const { access_id: accessId, data: values, masked = [], receipt } = answer;
  return {
    accessId,
    transactionId: id,
    values,
    masked,
    openedAt: new Date().toISOString(),
    entryId: receipt.entry_id,
    grant: { id: grant.id, reference: grant.reference, until: grant.not_after },
    signedBy: opening === undefined ? "portal" : "passkey",
  };
}

/** Opens fields under a grant: one statement, one signature, then one call for each transaction. */
export function useOpenDialog(request: OpeningRequest, opened: OpenedValues): OpenDialogState {
  const api = useApi();
  const router = useRouter();
  const [reason, giveReason] = useState<string | undefined>();
  const [isBusy, setBusy] = useState(false);
  const { grant, standing, selected, select, failure } = useBeginning(api, request);
  const { prepared, refusal, setRefusal, ask } = usePrepared({ api, request, selected, reason });
  const openAll = async (ready: Ready): Promise<boolean> => {
    const ticket = opened.ticket();
    let count = 0;
    try {
      const opening = await signed(ready);
      for (const id of selected) {
        opened.put(await openOne(api, id, { grant: ready.grant, request, reason, opening }), ticket);
        count += 1;
      }
    } catch (error) {
      // What was signed may be used up: the next attempt begins with a new statement.
      if (!(error instanceof NotSigned)) ask();
      setRefusal(error);
    }
    return count > 0;
  };
  const open = async (): Promise<boolean> => {
    if (grant === undefined || standing === undefined || prepared === undefined || isBusy) return false;
    setBusy(true);
    setRefusal(undefined);
    const isOpened = await openAll({ grant, standing, prepared, selected });
    setBusy(false);
    // The opening also changes the views left and the lists of openings.
    router.refresh();
    return isOpened;
  };
  const by = standing === undefined ? undefined : signerOf(standing);
  return {
    ...{ grant, signedBy: by, prepared, selected, isBusy },
    ...{ refusal: failure ?? refusal, select, giveReason, open },
  };
}
