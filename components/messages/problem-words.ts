import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import { dutyKey, roleKey } from "@/components/layout/role-words";
import { fieldReason } from "@/components/messages/field-reasons";
import { CODE_KEYS, isKnownCode } from "@/components/messages/problem-keys";
import { placeOf } from "@/components/messages/problem-places";
import { byRole } from "@/components/messages/problem-roles";

/** What the wording of a refusal needs. If the code has words of ours, its own sentence is not shown. */
export interface ToldProblem {
  readonly code: string;
  readonly title?: string;
  readonly detail: string;
  readonly members: Readonly<Record<string, unknown>>;
}

export interface ToldField {
  readonly pointer: string;
  readonly detail: string;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Members of a refusal that its words name. */
const NAMED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  "participant.unknown": ["participant"],
  "participant.no-active-key": ["participant"],
  "grant.limit": ["version", "max_views", "max_exports", "max_days"],
};

function membersOf(members: ToldProblem["members"], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, String(members[name] ?? "")]));
}

/** Returns a code's words: those for the reader's role, otherwise those for all readers. */
function useWordsOf(): (key: (typeof CODE_KEYS)[keyof typeof CODE_KEYS], audience: unknown) => string {
  const t = useTranslations("problem.codes");
  const roles = useTranslations("problem.byRole");
  return (key, audience) => {
    const own = byRole(key, audience);
    return own === undefined ? t(key) : roles(own);
  };
}

/** Why something was refused, in the reader's language and in words of the screen. */
export function useProblemWords(): (problem: ToldProblem) => string {
  const t = useTranslations("problem.codes");
  const wordsOf = useWordsOf();
  const portal = useTranslations("portal");
  const format = useFormatter();
  return ({ code, title, detail, members }) => {
    if (!isKnownCode(code)) return detail || (title ?? "") || t("internal");
    const duties = textsOf(members.duties);
    if (code === "auth.role" && duties.length > 0) {
      const names = duties.map((duty) => portal(`duties.${dutyKey(duty)}`));
      return t("duty", { duties: format.list(names, { type: "disjunction" }) });
    }
    if (code === "auth.role" && typeof members.role === "string")
      return t("role", { role: portal(`roles.${roleKey(members.role)}`) });
    const named = NAMED_MEMBERS[code];
    if (named !== undefined) return t(CODE_KEYS[code], membersOf(members, named));
    return wordsOf(CODE_KEYS[code], members.audience);
  };
}

export interface FieldWords {
  /** Returns place and reason of a refused value, or the server's own text if the screen has no name for the place. */
  line(field: ToldField): string;
  reason(detail: string): string;
}

/** Why a value was refused, in the reader's language. */
export function useFieldWords(): FieldWords {
  const t = useTranslations("problem");
  return useMemo(() => {
    const reason = (detail: string): string => {
      const { key, count } = fieldReason(detail);
      return t(`reasons.${key}`, { count });
    };
    const line = ({ pointer, detail }: ToldField): string => {
      const place = placeOf(pointer);
      if (place === undefined) return pointer === "" ? detail : `${pointer.slice(1)}: ${detail}`;
      return t("field", { place: t(`places.${place}`), reason: reason(detail) });
    };
    return { line, reason };
  }, [t]);
}
