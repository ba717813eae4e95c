"use client";

import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { Faster } from "./use-decision";

const KNOWN = ["approve", "deny", "ask", "answer", "withdraw", "resume", "activate"] as const;

/** Steps that share the general words here. */
const OTHERS: readonly string[] = ["object", "lapse", "expire", "close"];

/** Steps that change a request's state, so that an open decision is no longer valid. */
export function isStep(kind: string): boolean {
  return KNOWN.some((one) => one === kind) || OTHERS.includes(kind);
}

/** Who was faster, doing what, when. */
export function DecidedByOther({ kind, by, at }: Pick<Faster, "kind" | "by" | "at">) {
  const t = useTranslations("review");
  const known = KNOWN.find((one) => one === kind) ?? "other";
  return (
    <>
      {t(`faster.${known}`, { name: by })} <LocalTime instant={at} />.
    </>
  );
}
