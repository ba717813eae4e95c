"use client";

import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { EndTime } from "@/components/ui/end-time";
import { Facts } from "@/components/ui/facts";
import { StartTime } from "@/components/ui/start-time";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import type { Statement } from "./use-decision";

/** Exactly what is signed: in words, and as the bytes that the passkey's signature is over. */
export function StatementView({ statement }: { statement: Statement }) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const isDenial = statement.decision === "deny";
  const groups = statement.groups.map((group) => domain(`fields.${group}`)).join(", ");
  const scope = [
    { name: t("statement.transactions"), value: statement.transactions.length },
    { name: t("statement.fields"), value: groups },
    { name: t("statement.level"), value: domain(`levels.${statement.level}`) },
    { name: t("statement.from"), value: <StartTime instant={statement.not_before} /> },
    { name: t("statement.until"), value: <EndTime instant={statement.not_after} /> },
    { name: t("statement.views"), value: statement.max_views },
  ];
  return (
    <div className="mt-3">
      <Facts
        look="aligned"
        facts={[
          { name: t("statement.decision"), value: t(`statement.${statement.decision}`) },
          { name: t("statement.stage"), value: t(`stages.${statement.stage}`) },
          ...(isDenial ? [] : scope),
          ...(statement.authorization === undefined
            ? []
            : [{ name: t("statement.authorization"), value: <Digest value={statement.authorization} /> }]),
          { name: t("statement.request"), value: <Digest value={statement.request_digest} /> },
        ]}
      />
      <details className="mt-2">
        <summary className="min-h-[24px] cursor-pointer text-control text-ink-2 underline underline-offset-4">
          {t("statement.exact")}
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard */}
        <section aria-label={t("statement.exact")} tabIndex={0} className="mt-2 max-h-48 overflow-auto">
          <pre className="whitespace-pre-wrap break-all border border-line-2 bg-paper p-3 font-mono text-note">
            {`sealport/decision/1\n${canonicalJson(statement)}`}
          </pre>
        </section>
      </details>
    </div>
  );
}
