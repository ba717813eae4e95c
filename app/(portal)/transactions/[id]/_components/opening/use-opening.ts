"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type {
  GrantRoute,
  OpeningRoute,
} from "@/app/(portal)/transactions/[id]/_components/opening/opening-route";
import { target } from "@/components/client/api";
import { type OpenedValues, useOpened } from "@/components/client/opened";
import { useApi } from "@/components/client/use-api";
import { useSignedOpening } from "@/components/client/use-signed-opening";
import type { auditTransaction, openTransaction } from "@/lib/api-client/operations/disclosures";
import type { AuditBody } from "@/lib/transactions/schema";
import type { GroupName, Purpose } from "@/lib/vocabulary";

const openOwn = target<typeof openTransaction>("POST", "/confidential/transactions/{id}/access");
const openAudit = target<typeof auditTransaction>("POST", "/confidential/transactions/{id}/audit");

const PURPOSES: readonly Purpose[] = ["settlement", "audit", "compliance", "dispute", "support", "reporting"];

export interface OpeningInput {
  readonly transactionId: string;
  readonly way: OpeningRoute;
  readonly nowMs: number;
}

export interface Opening {
  readonly opened: OpenedValues;
  readonly way: OpeningRoute;
  /** The grant that is used, where there is one. */
  readonly grant: GrantRoute | undefined;
  readonly purpose: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  chooseGrant(id: string): void;
  choosePurpose(purpose: string): void;
  /** Opens these groups, or all that may be opened. */
  open(fields?: readonly GroupName[], hoursReason?: string): Promise<void>;
}

function isPurpose(text: string): text is Purpose {
  return PURPOSES.some((purpose) => purpose === text);
}

/** Sends the call that opens, as the reader's way asks for it. */
function useSend({ transactionId, way }: OpeningInput) {
  const api = useApi();
  const sign = useSignedOpening();
  const params = { id: transactionId };
  return async (purpose: Purpose, grant: GrantRoute | undefined, given: Omit<AuditBody, "purpose">) => {
    if (grant === undefined)
      return { ...(await api.call(openOwn, { params, body: { purpose, ...given } })), signedBy: undefined };
    const fields = given.fields ?? grant.fields;
    const signed = await sign(transactionId, grant.id, fields);
    const body = { purpose, ...given, fields: [...fields], grant_id: grant.id, ...signed };
    const signedBy = "opening" in signed ? ("passkey" as const) : ("portal" as const);
    if (way.kind === "grant" && way.via === "audit")
      return { ...(await api.call(openAudit, { params, body })), signedBy };
    const { hours_override: _, ...rest } = body;
    return { ...(await api.call(openOwn, { params, body: rest })), signedBy };
  };
}

function useChoice(way: OpeningRoute) {
  const [grantId, chooseGrant] = useState("");
  const [purpose, choosePurpose] = useState("");
  const usable = way.kind === "grant" ? way.grants.filter((grant) => grant.isUsable) : [];
  const grant = usable.find(({ id }) => id === grantId) ?? usable[0];
  const own = way.kind === "own" ? (way.purposes.find((one) => one === purpose) ?? way.purposes[0]) : "";
  return { grant, purpose: grant?.purpose ?? own ?? "", chooseGrant, choosePurpose };
}

/** Opening fields of one transaction in place. What comes back lives in this page's memory only. */
export function useOpening(input: OpeningInput): Opening {
  const { transactionId, way, nowMs } = input;
  const router = useRouter();
  const opened = useOpened({ nowMs });
  const send = useSend(input);
  const { grant, purpose, ...choose } = useChoice(way);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const open: Opening["open"] = async (fields, hoursReason) => {
    if (!isPurpose(purpose) || isBusy) return;
    setBusy(true);
    setError(undefined);
    const ticket = opened.ticket();
    try {
      const answer = await send(purpose, grant, {
        ...(fields === undefined ? {} : { fields: [...fields] }),
        ...(hoursReason === undefined ? {} : { hours_override: { reason: hoursReason } }),
      });
      const { access_id: accessId, data: values, masked = [], receipt, signedBy } = answer;
      const openedAt = new Date().toISOString();
      const under = {
        ...(grant === undefined ? {} : { grant }),
        ...(signedBy === undefined ? {} : { signedBy }),
      };
      const entryId = receipt.entry_id;
      opened.put({ accessId, transactionId, values, masked, openedAt, entryId, ...under }, ticket);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
      // This opening also changes the lists of openings and refusals, and the views left.
      router.refresh();
    }
  };
  return { opened, way, grant, purpose, isBusy, error, ...choose, open };
}
