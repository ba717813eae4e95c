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
import type { OpeningRequest } from "@/components/opening/use-open-dialog";
import type { openTransaction } from "@/lib/api-client/operations/disclosures";
import type { GroupName, Purpose } from "@/lib/vocabulary";

const openOwn = target<typeof openTransaction>("POST", "/confidential/transactions/{id}/access");

const PURPOSES: readonly Purpose[] = ["settlement", "audit", "compliance", "dispute", "support", "reporting"];

export interface OpeningInput {
  readonly transactionId: string;
  readonly way: OpeningRoute;
  readonly nowMs: number;
  readonly personName: string;
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
  /** What the dialog asks to open under a grant; undefined while it is closed. */
  readonly asked: OpeningRequest | undefined;
  closeDialog(): void;
  /** Opens these groups: at once for a party, and through the dialog under a grant. */
  open(fields: readonly GroupName[]): Promise<void>;
}

function isPurpose(text: string): text is Purpose {
  return PURPOSES.some((purpose) => purpose === text);
}

function useChoice(way: OpeningRoute) {
  const [grantId, chooseGrant] = useState("");
  const [purpose, choosePurpose] = useState("");
  const usable = way.kind === "grant" ? way.grants.filter((grant) => grant.isUsable) : [];
  const grant = usable.find(({ id }) => id === grantId) ?? usable[0];
  const own = way.kind === "own" ? (way.purposes.find((one) => one === purpose) ?? way.purposes[0]) : "";
  return { grant, purpose: grant?.purpose ?? own ?? "", chooseGrant, choosePurpose };
}

/** A party opens its own record at once. What comes back lives in this page's memory only. */
function useOwnOpening({ transactionId }: OpeningInput, opened: OpenedValues) {
  const router = useRouter();
  const api = useApi();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const open = async (purpose: Purpose, fields: readonly GroupName[]) => {
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    const ticket = opened.ticket();
    try {
      const body = { purpose, fields: [...fields] };
      const answer = await api.call(openOwn, { params: { id: transactionId }, body });
      const { access_id: accessId, data: values, masked = [], receipt } = answer;
      const openedAt = new Date().toISOString();
      opened.put({ accessId, transactionId, values, masked, openedAt, entryId: receipt.entry_id }, ticket);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
      // This opening also changes the lists of openings and refusals.
      router.refresh();
    }
  };
  return { isBusy, error, open };
}

/** Opening fields of one transaction in place: a party by one press, others through the dialog. */
export function useOpening(input: OpeningInput): Opening {
  const { transactionId, way, nowMs, personName } = input;
  const opened = useOpened({ nowMs });
  const own = useOwnOpening(input, opened);
  const { grant, purpose, ...choose } = useChoice(way);
  const [asked, setAsked] = useState<OpeningRequest | undefined>();
  const open: Opening["open"] = async (fields) => {
    if (grant !== undefined && way.kind === "grant") {
      setAsked({ grantId: grant.id, transactions: [transactionId], fields, via: way.via, personName });
      return;
    }
    if (isPurpose(purpose)) await own.open(purpose, fields);
  };
  const { isBusy, error } = own;
  const closeDialog = () => setAsked(undefined);
  return { opened, way, grant, purpose, isBusy, error, asked, closeDialog, ...choose, open };
}
