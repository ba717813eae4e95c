"use client";

import { useTranslations } from "next-intl";
import { ExactText } from "@/components/domain/exact-text";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import type { Statement } from "../use-decision";

interface StatementViewProps {
  readonly statement: Statement;
  /** The number of exports that an approval leaves. It is stored with the statement (ADR 0048). */
  readonly maxExports: number | undefined;
}

/** Exactly what is signed: in words, and as the bytes that the passkey's signature is over. */
export function StatementView({ statement, maxExports }: StatementViewProps) {
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
      <ExactText kind="decision" statement={statement} />
      {maxExports === undefined ? null : (
        <>
          <div className="mt-3">
            <Facts look="aligned" facts={[{ name: t("statement.exports"), value: maxExports }]} />
          </div>
          <p className="text-note text-ink-2">{t("statement.exportsBeside")}</p>
        </>
      )}
    </div>
  );
}
