"use client";

import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { Faster } from "./use-decision";

const KNOWN = ["approve", "deny", "ask", "answer", "withdraw", "resume", "activate"] as const;

/** What happens to a request beside comments and reading: after one of these a decision meets another state. */
export function isStep(kind: string): boolean {
  return KNOWN.some((one) => one === kind);
}

/** Who was faster, doing what, when. */
export function FasterLine({ kind, by, at }: Pick<Faster, "kind" | "by" | "at">) {
  const t = useTranslations("review");
  const known = KNOWN.find((one) => one === kind) ?? "other";
  return (
    <>
      {t(`faster.${known}`, { name: by })} <LocalTime instant={at} />.
    </>
  );
}
