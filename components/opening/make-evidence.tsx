"use client";

import { useTranslations } from "next-intl";
import type { Opened } from "@/components/client/blank-rules";
import { CallFailure } from "@/components/client/call-failure";
import { type MadeEvidence, useEvidence } from "@/components/opening/use-evidence";
import { Button } from "@/components/ui/button";
import { Confirmation } from "@/components/ui/states";
import { GROUP_NAMES, type GroupName } from "@/lib/word-lists";

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
  return GROUP_NAMES.filter(has);
}

function recordsOf(items: readonly Opened[]): string[] {
  return [...new Set(items.map(({ transactionId }) => transactionId))];
}

/** Why an access has no evidence left to make; undefined where it has. */
function hindranceOf({ grant, items }: Wanted): "noExports" | "noViews" | undefined {
  if (grant === undefined) return undefined;
  if (grant.exportsLeft < 1) return "noExports";
  return grant.viewsLeft < recordsOf(items).length ? "noViews" : undefined;
}

/** What came of making evidence: its reference and code, or why there is none. */
export function EvidenceOutcome({ made, error }: { made: MadeEvidence | undefined; error: unknown }) {
  const t = useTranslations("opening.evidence");
  return (
    <div className="mt-3 max-w-[760px] empty:hidden">
      {made === undefined ? null : (
        <Confirmation title={t("made")} reference={made.reference}>
          {t("madeText", { code: made.code })}
        </Confirmation>
      )}
      <CallFailure error={error} title={t("failed")} />
    </div>
  );
}

/** The button next to opened fields that takes them away as evidence, and what came of it. */
export function MakeEvidence({ onMade, ...wanted }: Wanted & { readonly onMade?: () => void }) {
  const t = useTranslations("opening.evidence");
  const { press, isBusy, made, error } = useEvidence("pdf");
  const { items, purpose, grant } = wanted;
  const hindrance = hindranceOf(wanted);
  const records = recordsOf(items);
  return (
    <div className="mt-4 print:hidden">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          look="primary"
          icon="download"
          isBusy={isBusy}
          disabled={hindrance !== undefined}
          onClick={() =>
            void press({ records, fields: groupsOf(items), purpose, grantId: grant?.id }, onMade)
          }
        >
          {t("make")}
        </Button>
        <p className="text-control text-ink-2">
          {t(hindrance ?? (grant === undefined ? "own" : "costs"), {
            uses: records.length,
            views: grant?.viewsLeft ?? 0,
            exports: grant?.exportsLeft ?? 0,
          })}
        </p>
      </div>
      <EvidenceOutcome made={made} error={error} />
    </div>
  );
}
