"use client";

import { useTranslations } from "next-intl";
import type { CallRefused } from "@/components/client/api";
import { Notice } from "@/components/ui/states";

const NAMES = ["issuer", "case_number", "valid_from", "valid_until"] as const;

/** One fact of the order that two people typed differently. */
export interface Mismatch {
  readonly name: (typeof NAMES)[number];
  readonly typed: string;
  readonly other: string;
  /** Who typed the other value: the requester (`order`) or the first reviewer (`first`). */
  readonly by: "order" | "first";
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

/** Returns the facts that differ, from the problem's member `mismatch`. */
export function mismatchesOf(problem: Readonly<Record<string, unknown>>): Mismatch[] {
  const facts = membersOf(problem.mismatch);
  return NAMES.flatMap((name): Mismatch[] => {
    const fact = membersOf(facts.get(name));
    const typed = fact.get("typed");
    const by = fact.has("first") ? "first" : "order";
    const other = fact.get(by);
    return typeof typed === "string" && typeof other === "string" ? [{ name, typed, other, by }] : [];
  });
}

/** Why retyped facts were refused: each fact that differs, with both values. */
export function MismatchNotice({ title, problem }: { title: string; problem: CallRefused["problem"] }) {
  const t = useTranslations("review");
  return (
    <Notice tone="amber" icon="warning" isLive title={title}>
      <ul>
        {mismatchesOf(problem.members).map(({ name, typed, other, by }) => (
          <li key={name}>
            {t(`facts.${name}`)}: {t(`mismatch.${by}`, { typed, other })}
          </li>
        ))}
      </ul>
      <p className="mt-1">{t("mismatch.text")}</p>
    </Notice>
  );
}
