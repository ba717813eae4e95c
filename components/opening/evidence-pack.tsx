"use client";

import { useTranslations } from "next-intl";
import { EvidenceOutcome } from "@/components/opening/make-evidence";
import { useEvidence } from "@/components/opening/use-evidence";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import type { GrantView } from "@/lib/access/grants/schema";

type PackGrant = Pick<
  GrantView,
  "id" | "purpose" | "fields" | "transactions" | "views_left" | "exports_left"
>;

/** Most records of one evidence file (lib/evidence/schema.ts). */
const MOST_RECORDS = 25;
/** One for the evidence, one for the part of the log. */
const EXPORTS = 2;

/** Why a grant has no pack left to make; undefined where it has. */
function hindranceOf({ exports_left, views_left, transactions }: PackGrant) {
  if (transactions.length > MOST_RECORDS) return "tooMany";
  if (exports_left < EXPORTS) return "noExports";
  return views_left < transactions.length ? "noViews" : undefined;
}

/** One download of everything that a grant gives: its records as evidence, and its part of the log as a signed bundle. */
export function EvidencePack({ grant }: { grant: PackGrant }) {
  const t = useTranslations("opening.pack");
  const { press, isBusy, made, error } = useEvidence("pack");
  const { id: grantId, purpose, fields, transactions: records, views_left, exports_left } = grant;
  const hindrance = hindranceOf(grant);
  return (
    <Section id="pack" title={t("title")} className="print:hidden">
      <p className="max-w-[640px] py-3 text-body">{t("text")}</p>
      <div className="flex flex-wrap items-center gap-3">
        <Button
          icon="download"
          isBusy={isBusy}
          disabled={hindrance !== undefined}
          onClick={() => void press({ records, fields, purpose, grantId })}
        >
          {t("make")}
        </Button>
        <p className="text-control text-ink-2">
          {t(hindrance ?? "costs", {
            uses: records.length,
            most: MOST_RECORDS,
            views: views_left,
            exports: exports_left,
          })}
        </p>
      </div>
      <EvidenceOutcome made={made} error={error} />
    </Section>
  );
}
