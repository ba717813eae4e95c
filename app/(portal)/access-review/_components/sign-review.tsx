"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { recordDigest } from "@/components/client/sign-statement";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import type { Review, ReviewRow } from "@/lib/administration/access-review/schema";
import type {
  getAccessReview,
  signAccessReview,
} from "@/lib/api-client/operations/administration/access-reviews";
import { useDesk } from "./desk";

const SIGN = target<typeof signAccessReview>("POST", "/confidential/admin/access-reviews/{id}/sign");
const READ = target<typeof getAccessReview>("GET", "/confidential/admin/access-reviews/{id}");

/** Computes what the statement says from the rows themselves, so that the page does not sign an unseen digest. */
function resultOf(rows: readonly ReviewRow[]): Promise<string> {
  const signed = rows
    .filter((row) => row.to_sign)
    .map(({ id, subject, decided_version: version, decision, reason }) => ({
      row: id,
      subject: `${subject.kind}:${subject.id}`,
      version,
      decision,
      reason,
    }));
  return recordDigest(signed);
}

/** Reads every page of the review: the signature covers all rows, not only those of the filter. */
function useWhole(): (id: string) => Promise<readonly ReviewRow[]> {
  const { call } = useApi();
  return async (id) => {
    const rows: ReviewRow[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: "500", ...(cursor === undefined ? {} : { cursor }) };
      const page: Review = await call(READ, { params: { id }, query });
      rows.push(...page.rows.items);
      cursor = page.rows.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return rows;
  };
}

/** Signs what the reader decided; while that is not possible, the reason is next to the button. */
export function SignReview() {
  const t = useTranslations("accessReview.sign");
  const { review } = useDesk();
  const whole = useWhole();
  const { statement, sign_block: block, counts } = review;
  if (review.state !== "running") return null;
  if (statement === null)
    return (
      <span className="flex flex-col items-stretch gap-1 tablet:items-end">
        <Button look="primary" size="large" disabled>
          {t("label")}
        </Button>
        <span className="text-control text-ink-2">{t(block ?? "nothing", { left: counts.left })}</span>
      </span>
    );
  return (
    <ActButton<typeof signAccessReview>
      call={SIGN}
      params={{ id: review.id }}
      button={{ look: "primary", size: "large" }}
      label={t("label")}
      title={t("title")}
      text={t("text", { rows: statement.rows })}
      body={() => ({ result: statement.result })}
      yes={t("yes")}
      failed={t("failed")}
      signed={async (_body, sign) => {
        const signed = await sign({
          kind: "access-review",
          prepare: async () => statement,
          isAsShown: async (said) =>
            said.review === review.id && said.result === (await resultOf(await whole(review.id))),
        });
        return signed === undefined ? {} : { signature: signed.signature };
      }}
    />
  );
}
