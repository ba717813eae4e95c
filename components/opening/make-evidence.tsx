"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import type { Opened } from "@/components/client/blank-rules";
import { CallFailure } from "@/components/client/call-failure";
import { saveAnswer } from "@/components/client/download-link";
import { useApi } from "@/components/client/use-api";
import { useSignedOpening } from "@/components/client/use-signed-opening";
import { Button } from "@/components/ui/button";
import { Confirmation } from "@/components/ui/states";
import { GroupName } from "@/lib/vocabulary";

interface Made {
  readonly reference: string;
  readonly code: string;
}

/** The grant that evidence is made under, with what is left of it now. */
export interface EvidenceGrant {
  readonly id: string;
  readonly viewsLeft: number;
  readonly exportsLeft: number;
}

interface Wanted {
  /** What was opened, in one access or several of the same grant. */
  readonly items: readonly Opened[];
  readonly purpose: string;
  /** Absent for a party's own record. */
  readonly grant: EvidenceGrant | undefined;
}

function groupsOf(items: readonly Opened[]): GroupName[] {
  const has = (group: GroupName) =>
    items.some(({ values }) => group in values || (group === "amount" && "currency" in values));
  return GroupName.options.filter(has);
}

function recordsOf(items: readonly Opened[]): string[] {
  return [...new Set(items.map(({ transactionId }) => transactionId))];
}

/** Opens the shown fields again on the server, which makes the file: the values on this page are not sent. */
function useMakeEvidence() {
  const api = useApi();
  const sign = useSignedOpening();
  const locale = useLocale();
  return async ({ items, purpose, grant }: Wanted): Promise<Made> => {
    const fields = groupsOf(items);
    const records: object[] = [];
    for (const transaction_id of recordsOf(items)) {
      const signed = grant === undefined ? {} : await sign(transaction_id, grant.id, fields);
      records.push({ transaction_id, ...signed });
    }
    const body = {
      ...{ purpose, fields, records, language: locale === "de" ? "de" : "en" },
      ...(grant === undefined ? {} : { grant_id: grant.id }),
    };
    const answer = await api.send("POST", "/confidential/evidence", { body });
    const made = {
      reference: answer.headers.get("x-evidence-reference") ?? "",
      code: answer.headers.get("x-evidence-code") ?? "",
    };
    await saveAnswer(answer, `${made.reference}.pdf`);
    return made;
  };
}

/** Why an access has no evidence left to make; undefined where it has. */
function hindranceOf({ grant, items }: Wanted): "noExports" | "noViews" | undefined {
  if (grant === undefined) return undefined;
  if (grant.exportsLeft < 1) return "noExports";
  return grant.viewsLeft < recordsOf(items).length ? "noViews" : undefined;
}

/** The button next to opened fields that takes them away as evidence, and what came of it. */
export function MakeEvidence({ onMade, ...wanted }: Wanted & { readonly onMade?: () => void }) {
  const t = useTranslations("opening.evidence");
  const router = useRouter();
  const make = useMakeEvidence();
  const [isBusy, setBusy] = useState(false);
  const [made, setMade] = useState<Made>();
  const [error, setError] = useState<unknown>();
  const { items, grant } = wanted;
  const hindrance = hindranceOf(wanted);
  const press = async () => {
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
  return (
    <div className="mt-4 print:hidden">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          look="primary"
          icon="download"
          isBusy={isBusy}
          disabled={hindrance !== undefined}
          onClick={() => void press()}
        >
          {t("make")}
        </Button>
        <p className="text-control text-ink-2">
          {t(hindrance ?? (grant === undefined ? "own" : "costs"), {
            uses: recordsOf(items).length,
            views: grant?.viewsLeft ?? 0,
            exports: grant?.exportsLeft ?? 0,
          })}
        </p>
      </div>
      <div className="mt-3 max-w-[760px] empty:hidden">
        {made === undefined ? null : (
          <Confirmation title={t("made")} reference={made.reference}>
            {t("madeText", { code: made.code })}
          </Confirmation>
        )}
        <CallFailure error={error} title={t("failed")} />
      </div>
    </div>
  );
}
