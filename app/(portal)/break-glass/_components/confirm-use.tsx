"use client";

import { useTranslations } from "next-intl";
import { ActDialog } from "@/components/act/act-dialog";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { sameNames } from "@/components/client/use-signer";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import type { NewBreakGlassStatement } from "@/lib/access/break-glass/schema";
import type { prepareBreakGlass, useBreakGlass } from "@/lib/api-client/operations/break-glass";

const PREPARE = target<typeof prepareBreakGlass>("POST", "/confidential/access/break-glass/statement");
const USE = target<typeof useBreakGlass>("POST", "/confidential/access/break-glass");

interface ConfirmProps {
  readonly asked: NewBreakGlassStatement;
  /** Job names that are known, by transaction number. */
  readonly jobs: ReadonlyMap<string, string>;
  readonly onClose: () => void;
}

/** What will be shown, who is notified, and what follows. */
function Asked({ asked, jobs }: Pick<ConfirmProps, "asked" | "jobs">) {
  const t = useTranslations("breakGlass.confirm");
  const names = useTranslations("domain.fields");
  return (
    <>
      <Facts
        look="narrow"
        facts={[
          {
            name: t("records"),
            value: asked.transactions.map((id) => (
              <span key={id} className="block">
                {jobs.get(id)} <Digest value={id} />
              </span>
            )),
          },
          { name: t("fields"), value: asked.fields.map((group) => names(group)).join(", ") },
          { name: t("reason"), value: <span className="whitespace-pre-wrap">{asked.reason}</span> },
        ]}
      />
      <ul className="mt-4 list-disc space-y-1 pl-5 text-control">
        {(["masked", "notified", "review", "blocked"] as const).map((one) => (
          <li key={one}>{t(`rules.${one}`)}</li>
        ))}
      </ul>
    </>
  );
}

/** Asks for confirmation, has the holder sign, and starts the emergency access. */
export function ConfirmUse({ asked, jobs, onClose }: ConfirmProps) {
  const t = useTranslations("breakGlass.confirm");
  const api = useApi();
  return (
    <ActDialog
      onClose={onClose}
      act={{
        call: USE,
        label: t("yes"),
        title: t("title"),
        text: <Asked asked={asked} jobs={jobs} />,
        body: () => asked,
        signed: async (_body, sign) => {
          const made = await sign({
            kind: "break-glass",
            prepare: async () => (await api.call(PREPARE, { body: asked })).statement,
            isAsShown: (one) =>
              one.level === "masked" &&
              sameNames(one.transactions, asked.transactions) &&
              sameNames(one.groups, asked.fields),
          });
          if (made === undefined) return {};
          return { signed: { nonce: made.statement.nonce, signature: made.signature } };
        },
        danger: true,
        failed: t("failed"),
        leadsTo: ({ id }) => `/break-glass/${id}`,
      }}
    />
  );
}
