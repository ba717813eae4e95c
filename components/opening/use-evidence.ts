"use client";

import { useRouter } from "next/navigation";
import { useLocale } from "next-intl";
import { useState } from "react";
import { saveAnswer } from "@/components/client/download-link";
import { useApi } from "@/components/client/use-api";
import { useSignedOpening } from "@/components/client/use-signed-opening";
import type { GroupName } from "@/lib/vocabulary";

/** The reference of an evidence file, and the code that its reader compares. */
export interface MadeEvidence {
  readonly reference: string;
  readonly code: string;
}

/** What evidence is made of. Without a grant it is a party's own record. */
export interface WantedEvidence {
  readonly records: readonly string[];
  readonly fields: readonly GroupName[];
  readonly purpose: string;
  readonly grantId: string | undefined;
}

/** The file that is made: evidence as PDF, or a pack of that evidence and its part of the log. */
const FILES = {
  pdf: { path: "/confidential/evidence", ending: ".pdf" },
  pack: { path: "/confidential/evidence/packs", ending: "-pack.zip" },
} as const;

/** Has the server open the records and make the file. The page sends no value. */
function useMakeEvidence(kind: keyof typeof FILES) {
  const api = useApi();
  const sign = useSignedOpening();
  const locale = useLocale();
  const { path, ending } = FILES[kind];
  return async ({ records, fields, purpose, grantId }: WantedEvidence): Promise<MadeEvidence> => {
    const signed: object[] = [];
    for (const transaction_id of records) {
      const opening = grantId === undefined ? {} : await sign(transaction_id, grantId, [...fields]);
      signed.push({ transaction_id, ...opening });
    }
    const body = {
      ...{ purpose, fields, records: signed, language: locale === "de" ? "de" : "en" },
      ...(grantId === undefined ? {} : { grant_id: grantId }),
    };
    const answer = await api.send("POST", path, { body });
    const made = {
      reference: answer.headers.get("x-evidence-reference") ?? "",
      code: answer.headers.get("x-evidence-code") ?? "",
    };
    await saveAnswer(answer, `${made.reference}${ending}`);
    return made;
  };
}

/** The state of making evidence with one press: whether it is being made, and the result. */
export function useEvidence(kind: keyof typeof FILES) {
  const router = useRouter();
  const make = useMakeEvidence(kind);
  const [isBusy, setBusy] = useState(false);
  const [made, setMade] = useState<MadeEvidence>();
  const [error, setError] = useState<unknown>();
  const press = async (wanted: WantedEvidence, onMade?: () => void) => {
    setBusy(true);
    setError(undefined);
    try {
      setMade(await make(wanted));
      onMade?.();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
      router.refresh();
    }
  };
  return { press, isBusy, made, error };
}
